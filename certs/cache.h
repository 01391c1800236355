/* Certificates already verified, keyed by the SHA-256 of their DER: parsing one costs OpenSSL 3.0 about 0.4 ms.
 *
 * Holds only certificates with a good chain that are not revoked. It is bound to one trust snapshot; the first call
 * with another one empties it. Every use checks validity and CRL dates again. Full, it drops the entry longest unused.
 */
#ifndef CERTS_CACHE_H
#define CERTS_CACHE_H

#include "base/result.h"

#include <stddef.h>

struct certs_cache;

/* Room for max entries (1 or more; about 8 KiB each). -ENOMEM, -EINVAL. The cache itself may be used by any thread. */
int certs_cache_new(size_t max, struct certs_cache **ret_cache) BASE_MUST_USE;
/* Accepts NULL. No thread may use the cache any more. */
void certs_cache_free(struct certs_cache *cache);

struct certs_cache_counts {
    size_t entries;
    unsigned long long hits, misses, drops; /* drops: entries that went by eviction, expiry or a new snapshot */
};
/* Entries now, the rest since the cache was made. Any thread. */
struct certs_cache_counts certs_cache_counts(struct certs_cache *cache);

#endif
