/* Revocation lists as they were used: each version is kept, named by its digest in the leaves. Any thread. */
#ifndef SCHEMA_STORE_CRL_H
#define SCHEMA_STORE_CRL_H

#include "schema/store/store.h"

enum { STORE_CRL_MAX = 64 << 20 };

struct store_crl {
    uint8_t digest[STORE_DIGEST_BYTES]; /* SHA-256 of the DER */
    int64_t this_update_us, next_update_us;
    struct base_bytes issuer; /* DER of the issuer's name */
    struct base_bytes der;
};

/* Keeps one version; a version that is already there is left as it is. Durable when 0. */
int store_crl_put(struct store_pool *pool, const struct store_crl *crl) BASE_MUST_USE;

/* Appends the DER of a version. STORE_NONE: never stored. */
int store_crl_read(struct store_pool *pool, const uint8_t digest[static STORE_DIGEST_BYTES],
                   struct base_buffer *out) BASE_MUST_USE;

#endif
