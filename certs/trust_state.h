/* The inside of a trust snapshot. Inside the room only; read-only after certs_trust_new(). */
#ifndef CERTS_TRUST_STATE_H
#define CERTS_TRUST_STATE_H

#include "certs/backend.h"
#include "certs/trust.h"

#include <stdatomic.h>

struct certs_authority {
    X509 *cert;
    const struct certs_backend *backend; /* NULL: an algorithm we do not serve; then it is not in the store */
    X509_CRL *crl;                       /* NULL: none given */
    uint8_t crl_sha256[CERTS_DIGEST_BYTES];
    int64_t not_before_us, not_after_us;
    int64_t this_update_us, next_update_us;
};

struct certs_trust {
    atomic_uint references;
    struct certs_trust_options options;
    X509_STORE *store;
    struct certs_authority *authorities;
    size_t count;
    uint8_t crl_sha256[CERTS_DIGEST_BYTES];
};

/* The authority whose certificate this is; NULL when it is none of ours. */
const struct certs_authority *certs_trust_find(const struct certs_trust *trust, const X509 *cert);

#endif
