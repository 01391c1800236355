/* Look-up and insertion in the cache. Inside the room only. */
#ifndef CERTS_CACHE_INNER_H
#define CERTS_CACHE_INNER_H

#include "certs/cache.h"
#include "certs/leaf.h"

/* The leaf with a new reference, or NULL. Empties the cache first when it was bound to another trust; drops the entry
 * when now_us is outside its span. Accepts a NULL cache. */
struct certs_leaf *certs_cache_find(struct certs_cache *cache, struct certs_trust *trust,
                                    const uint8_t sha256[static CERTS_DIGEST_BYTES], int64_t now_us);

/* Adds a reference of its own. What was verified against another trust than the cache is bound to, or does not find
 * memory, is not kept. Accepts a NULL cache. */
void certs_cache_append(struct certs_cache *cache, struct certs_trust *trust, struct certs_leaf *leaf);

/* The cached leaf, or the parsed and fully verified certificate, which is then cached. The key's strength, too, is
 * checked here. */
struct certs_finding certs_cache_verify(struct certs_cache *cache, struct certs_trust *trust,
                                        struct base_bytes leaf_der, int64_t now_us,
                                        struct certs_leaf **ret_leaf) BASE_MUST_USE;

#endif
