/* Whom the front trusts and what it shows of itself: authority certificates, CRLs, the server's certificate and key, as
 * one snapshot that is replaced whole while connections go on with the one they hold. */
#ifndef GATEWAY_FRONT_TRUST_H
#define GATEWAY_FRONT_TRUST_H

#include "certs/peer.h"
#include "gateway/front/settings.h"

#include <gnutls/gnutls.h>

struct front_trust;

/* Immutable, reference-counted. */
struct front_snapshot;

/* Reads all files. verify becomes the verify function of every credentials object. settings is borrowed for good.
 * Negative errno; then ret_error (freed by the caller) says what. */
int front_trust_new(const struct front_settings *settings, gnutls_certificate_verify_function *verify,
                    struct front_trust **ret_trust, char **ret_error) BASE_MUST_USE;
/* Accepts NULL. Snapshots may live longer. */
void front_trust_free(struct front_trust *trust);

/* Reads all files again; on an error the snapshot in use stays. One thread at a time. */
int front_trust_reload(struct front_trust *trust, char **ret_error) BASE_MUST_USE;
/* True when a file is another than at the last reading, successful or not. Same thread as the reload. */
bool front_trust_is_outdated(const struct front_trust *trust);

/* The snapshot in use, with a reference for the caller. Any thread. */
struct front_snapshot *front_trust_current(struct front_trust *trust);
/* Accepts NULL. */
void front_snapshot_unref(struct front_snapshot *snapshot);
/* Borrowed while the snapshot is held. */
gnutls_certificate_credentials_t front_snapshot_credentials(const struct front_snapshot *snapshot);

/* For how long, and under which snapshot, a finding of "valid" can be repeated without looking again: at most a second,
 * not past the certificate's end or the CRL's, and not once a new snapshot is in use. Zeroed it says: look. */
struct front_validity {
    uint64_t generation;
    int64_t from_us, until_us;
};

/* Chain, validity, CRL and profile of a peer's certificate by the snapshot in use now. Any thread. */
struct certs_finding front_trust_check(struct front_trust *trust, struct base_bytes certificate, int64_t now_us,
                                       struct front_validity *ret_validity) BASE_MUST_USE;

enum front_validity_state {
    FRONT_VALIDITY_LAPSED = 0, /* look again */
    FRONT_VALIDITY_HOLDS,
};

/* Whether a "valid" may still be repeated. Any thread. */
enum front_validity_state front_validity_check(const struct front_validity *validity, struct front_trust *trust,
                                               int64_t now_us) BASE_MUST_USE;

/* When the first CRL in use goes out of date. */
int64_t front_trust_next_update_us(struct front_trust *trust);

#endif
