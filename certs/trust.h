/* The authority's certificates and CRLs as one immutable snapshot. A new CRL makes a new snapshot; those who still hold
 * the old one finish with it. No OCSP, no network: the CRL is a file that another program renews. */
#ifndef CERTS_TRUST_H
#define CERTS_TRUST_H

#include "base/bytes.h"
#include "base/result.h"
#include "certs/identity.h"

struct certs_trust;

/* Both are named as the configuration's keys; zeroed options are the strict ones. */
enum certs_check_digits {
    CERTS_CHECK_DIGITS_REQUIRED = 0,
    CERTS_CHECK_DIGITS_IGNORED, /* for the authority's own test numbers, which have no right check digit */
};

/* Of a certificate marked as a key file (1.2.398.3.3.5; READINGS R21). */
enum certs_protected_carrier {
    CERTS_PROTECTED_CARRIER_REQUIRED = 0,
    CERTS_PROTECTED_CARRIER_OPTIONAL,
};

struct certs_trust_options {
    enum certs_check_digits check_digits;
    enum certs_protected_carrier protected_carrier;
};

/* The options as the configuration's two words say. */
struct certs_trust_options certs_trust_options_of(bool check_digits, bool require_protected_carrier);

enum { CERTS_CA_BYTES_MAX = 1 << 20, CERTS_CRL_BYTES_MAX = 256 << 20, CERTS_CA_MAX = 32, CERTS_CRL_MAX = 64 };

/* ca_pem holds every authority certificate, roots and issuing ones: intermediates sent by a peer are never used.
 * crl_pem holds the CRLs of all of them, the root's too; a missing or out-of-date one is no error here but refuses
 * every certificate of that issuer ("crl-missing", "crl-out-of-date"). Both are borrowed for the call. Each CRL's
 * signature is verified here, once; of two of one issuer the newer counts. Refused: delta CRLs, CRLs of partial scope,
 * CRLs without nextUpdate, a CRL that no given authority signed, weak keys (docs/CERTIFICATES.md). 0 and a snapshot
 * with one reference; -EBADMSG for unusable input, -ENOMEM; then ret_error (freed by the caller; may be NULL) says
 * what. Any thread. */
int certs_trust_new(struct base_bytes ca_pem, struct base_bytes crl_pem, const struct certs_trust_options *options,
                    struct certs_trust **ret_trust, char **ret_error) BASE_MUST_USE;

/* The same from two files; also base_file_read()'s errors. */
int certs_trust_read(const char *ca_path, const char *crl_path, const struct certs_trust_options *options,
                     struct certs_trust **ret_trust, char **ret_error) BASE_MUST_USE;

/* Any thread. unref frees at the last reference and accepts NULL. */
struct certs_trust *certs_trust_ref(struct certs_trust *trust);
void certs_trust_unref(struct certs_trust *trust);

/* SHA-256 over the CRL file as given (all CRLs): names the snapshot in the log. */
void certs_trust_crl_sha256(const struct certs_trust *trust, uint8_t ret_sha256[static CERTS_DIGEST_BYTES]);

/* When the first CRL in use goes out of date; INT64_MIN when an authority has none. For /readyz and the reloader. */
int64_t certs_trust_next_update_us(const struct certs_trust *trust);

static inline void certs_trust_unrefp(struct certs_trust **trust)
{
    certs_trust_unref(*trust);
}

#endif
