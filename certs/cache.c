#include "certs/cache.h"

#include "certs/cache_inner.h"
#include "certs/finding.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct entry {
    struct certs_leaf *leaf;
    struct entry *next_in_bucket;
    struct entry *newer, *older; /* by last use */
};

struct certs_cache {
    pthread_mutex_t lock;
    struct certs_trust *trust; /* one reference; NULL before the first use */
    struct entry **buckets;
    size_t bucket_mask;
    size_t max;
    struct entry *newest, *oldest;
    struct certs_cache_counts counts;
};

int certs_cache_new(size_t max, struct certs_cache **ret_cache)
{
    if (max == 0 || max > 1 << 20)
        return -EINVAL;
    size_t buckets = 1;
    while (buckets < max)
        buckets *= 2;
    struct certs_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return -ENOMEM;
    cache->buckets = calloc(buckets, sizeof *cache->buckets);
    if (!cache->buckets || pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache->buckets);
        free(cache);
        return -ENOMEM;
    }
    cache->bucket_mask = buckets - 1;
    cache->max = max;
    *ret_cache = cache;
    return 0;
}

/* The key is a SHA-256 of something an authority signed: any bytes of it spread well. */
static struct entry **bucket_of(struct certs_cache *cache, const uint8_t sha256[static CERTS_DIGEST_BYTES])
{
    size_t spread;
    memcpy(&spread, sha256, sizeof spread);
    return &cache->buckets[spread & cache->bucket_mask];
}

static void age_unlink(struct certs_cache *cache, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void age_link(struct certs_cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void drop(struct certs_cache *cache, struct entry *entry)
{
    struct entry **at = bucket_of(cache, entry->leaf->identity.sha256);
    while (*at != entry)
        at = &(*at)->next_in_bucket;
    *at = entry->next_in_bucket;
    age_unlink(cache, entry);
    certs_leaf_unref(entry->leaf);
    free(entry);
    cache->counts.entries--;
    cache->counts.drops++;
}

static void bind(struct certs_cache *cache, struct certs_trust *trust)
{
    if (cache->trust == trust)
        return;
    while (cache->oldest)
        drop(cache, cache->oldest);
    certs_trust_unref(cache->trust);
    cache->trust = certs_trust_ref(trust);
}

void certs_cache_free(struct certs_cache *cache)
{
    if (!cache)
        return;
    while (cache->oldest)
        drop(cache, cache->oldest);
    certs_trust_unref(cache->trust);
    pthread_mutex_destroy(&cache->lock);
    free(cache->buckets);
    free(cache);
}

struct certs_cache_counts certs_cache_counts(struct certs_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    struct certs_cache_counts counts = cache->counts;
    pthread_mutex_unlock(&cache->lock);
    return counts;
}

static struct entry *entry_find(struct certs_cache *cache, const uint8_t sha256[static CERTS_DIGEST_BYTES])
{
    struct entry *entry = *bucket_of(cache, sha256);
    while (entry && memcmp(entry->leaf->identity.sha256, sha256, CERTS_DIGEST_BYTES) != 0)
        entry = entry->next_in_bucket;
    return entry;
}

struct certs_leaf *certs_cache_find(struct certs_cache *cache, struct certs_trust *trust,
                                    const uint8_t sha256[static CERTS_DIGEST_BYTES], int64_t now_us)
{
    if (!cache)
        return NULL;
    struct certs_leaf *leaf = NULL;
    pthread_mutex_lock(&cache->lock);
    bind(cache, trust);
    struct entry *entry = entry_find(cache, sha256);
    if (entry && (now_us < entry->leaf->from_us || now_us > entry->leaf->until_us)) {
        drop(cache, entry);
        entry = NULL;
    }
    if (entry) {
        age_unlink(cache, entry);
        age_link(cache, entry);
        leaf = certs_leaf_ref(entry->leaf);
        cache->counts.hits++;
    } else {
        cache->counts.misses++;
    }
    pthread_mutex_unlock(&cache->lock);
    return leaf;
}

void certs_cache_append(struct certs_cache *cache, struct certs_trust *trust, struct certs_leaf *leaf)
{
    if (!cache)
        return;
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return;
    pthread_mutex_lock(&cache->lock);
    /* Another thread may have bound the cache to a newer snapshot, or have verified the same certificate. */
    if (cache->trust != trust || entry_find(cache, leaf->identity.sha256)) {
        free(entry);
    } else {
        if (cache->counts.entries == cache->max)
            drop(cache, cache->oldest);
        struct entry **bucket = bucket_of(cache, leaf->identity.sha256);
        *entry = (struct entry){.leaf = certs_leaf_ref(leaf), .next_in_bucket = *bucket};
        *bucket = entry;
        age_link(cache, entry);
        cache->counts.entries++;
    }
    pthread_mutex_unlock(&cache->lock);
}

struct certs_finding certs_cache_verify(struct certs_cache *cache, struct certs_trust *trust,
                                        struct base_bytes leaf_der, int64_t now_us, struct certs_leaf **ret_leaf)
{
    uint8_t sha256[CERTS_DIGEST_BYTES];
    if (certs_sha256(leaf_der, sha256) < 0)
        return certs_finding_failed();
    struct certs_leaf *found = certs_cache_find(cache, trust, sha256, now_us);
    if (found) {
        *ret_leaf = found;
        return certs_finding_of(CERTS_VERDICT_VALID, "valid");
    }
    X509 *cert BASE_CLEANUP(certs_x509_freep) = certs_x509_parse(leaf_der);
    if (!cert)
        return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "certificate: unreadable");
    const struct certs_backend *backend = NULL;
    struct certs_finding finding = certs_leaf_backend_find(cert, &backend);
    if (finding.verdict != CERTS_VERDICT_VALID)
        return finding;
    const char *kind = backend->key_check(cert);
    if (!kind)
        return certs_finding_of(CERTS_VERDICT_PROFILE, CERTS_LEAF_KEY_FAULT);
    finding = certs_leaf_verify(trust, cert, backend, kind, sha256, now_us, CERTS_LEAF_NOW, ret_leaf);
    if (finding.verdict == CERTS_VERDICT_VALID)
        certs_cache_append(cache, trust, *ret_leaf);
    return finding;
}
