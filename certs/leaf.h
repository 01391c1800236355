/* One end-entity certificate, verified: what the cache holds. Immutable, reference-counted. Inside the room only. */
#ifndef CERTS_LEAF_H
#define CERTS_LEAF_H

#include "certs/backend.h"
#include "certs/identity.h"
#include "certs/profile.h"
#include "certs/trust.h"

#include <stdatomic.h>

struct certs_leaf {
    atomic_uint references;
    X509 *cert;
    const struct certs_backend *backend;
    const char *key_kind;
    struct certs_profile profile;
    struct certs_identity identity; /* IIN and BIN as far as they are unambiguous; the profile decides what is needed */
    /* Within this span nothing but the trust can change the answer: validity of the whole chain, and its CRLs' dates.
     */
    int64_t from_us, until_us;
};

/* As of when a certificate is judged. */
enum certs_leaf_moment {
    CERTS_LEAF_NOW = 0, /* it and the CRLs hold at that moment, and nobody has revoked it */
    CERTS_LEAF_PAST,    /* it held at that moment: revoked no earlier, by CRLs that reach so far. Never into the cache */
};

/* Chain, validity, CRLs; not the profile of a use. VALID gives a leaf with one reference. */
struct certs_finding certs_leaf_verify(struct certs_trust *trust, X509 *cert, const struct certs_backend *backend,
                                       const char *key_kind, const uint8_t sha256[static CERTS_DIGEST_BYTES],
                                       int64_t at_us, enum certs_leaf_moment moment,
                                       struct certs_leaf **ret_leaf) BASE_MUST_USE;

/* Who serves the certificate's algorithm: VALID, or PROFILE naming the OID that nobody knows. */
struct certs_finding certs_leaf_backend_find(const X509 *cert, const struct certs_backend **ret_backend) BASE_MUST_USE;

/* Detail for a key that certs_backend.key_check() refuses. */
#define CERTS_LEAF_KEY_FAULT "key: too weak, too large or of an unknown kind"

struct certs_leaf *certs_leaf_ref(struct certs_leaf *leaf);
void certs_leaf_unref(struct certs_leaf *leaf); /* accepts NULL */

static inline void certs_leaf_unrefp(struct certs_leaf **leaf)
{
    certs_leaf_unref(*leaf);
}

#endif
