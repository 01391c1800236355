#include "gateway/core/hold.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>

/* SHARES: of all that is kept, how little a person may have so that others' is never dropped for it. */
enum { KEY_BYTES = 32, NONCE_BYTES = 12, TAG_BYTES = 16, SHARES = 8 };

/* Oldest first. */
struct item {
    struct item *next;
    char iin[BASE_IDNUM_TEXT_MAX];
    uint8_t id[CORE_HOLD_ID_BYTES];
    uint32_t part;
    struct core_hold_right right;
    unsigned showings;
    int64_t until_us;
    uint64_t nonce;
    uint8_t tag[TAG_BYTES];
    size_t len;
    uint8_t sealed[];
};

struct core_hold {
    pthread_mutex_t mutex;
    uint8_t key[KEY_BYTES];
    uint64_t next_nonce; /* never used twice under one key */
    size_t max, max_bytes, count, bytes;
    int64_t keep_us;
    struct item *first, **last;
};

int core_hold_new(size_t max, size_t max_bytes, int64_t keep_us, struct core_hold **ret_hold)
{
    struct core_hold *hold = calloc(1, sizeof(*hold));
    if (!hold)
        return -ENOMEM;
    if (RAND_priv_bytes(hold->key, sizeof(hold->key)) != 1) {
        free(hold);
        return -EIO;
    }
    pthread_mutex_init(&hold->mutex, NULL);
    hold->max = max;
    hold->max_bytes = max_bytes;
    hold->keep_us = keep_us;
    hold->last = &hold->first;
    *ret_hold = hold;
    return 0;
}

/* Takes the item out whose link this is. */
static void item_drop(struct core_hold *hold, struct item **link)
{
    struct item *item = *link;
    *link = item->next;
    if (hold->last == &item->next)
        hold->last = link;
    hold->count--;
    hold->bytes -= item->len;
    free(item);
}

void core_hold_free(struct core_hold *hold)
{
    if (!hold)
        return;
    while (hold->first)
        item_drop(hold, &hold->first);
    pthread_mutex_destroy(&hold->mutex);
    OPENSSL_cleanse(hold->key, sizeof(hold->key));
    free(hold);
}

static struct item **item_find(struct core_hold *hold, const struct core_hold_key *key)
{
    struct item **link = &hold->first;
    while (*link && (strcmp((*link)->iin, key->iin) != 0 || memcmp((*link)->id, key->id, CORE_HOLD_ID_BYTES) != 0 ||
                     (*link)->part != key->part))
        link = &(*link)->next;
    return link;
}

static void expire(struct core_hold *hold, int64_t now_us)
{
    while (hold->first && hold->first->until_us <= now_us)
        item_drop(hold, &hold->first);
}

/* The officer, the id and the part are bound to the reply as associated data. */
static int crypt(const struct core_hold *hold, struct item *item, bool seal, const uint8_t *from, uint8_t *to)
{
    uint8_t nonce[NONCE_BYTES] = {0};
    memcpy(nonce, &item->nonce, sizeof(item->nonce));
    int len = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context && item->len <= INT32_MAX &&
                EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, hold->key, nonce, seal) == 1 &&
                EVP_CipherUpdate(context, NULL, &len, (const uint8_t *)item->iin, sizeof(item->iin)) == 1 &&
                EVP_CipherUpdate(context, NULL, &len, item->id, sizeof(item->id)) == 1 &&
                EVP_CipherUpdate(context, NULL, &len, (const uint8_t *)&item->part, sizeof(item->part)) == 1 &&
                (seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, item->tag) == 1) &&
                EVP_CipherUpdate(context, to, &len, from, (int)item->len) == 1 &&
                EVP_CipherFinal_ex(context, to + len, &rest) == 1 &&
                (!seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, item->tag) == 1);
    EVP_CIPHER_CTX_free(context);
    return done ? 0 : -EIO;
}

/* What goes to make room: the person's own oldest when he has a share or more, so that nobody can push out all others; else
 * the oldest of all. */
static struct item **item_to_drop(struct core_hold *hold, const char *iin)
{
    struct item **own = NULL;
    size_t count = 0, bytes = 0;
    for (struct item **link = &hold->first; *link; link = &(*link)->next) {
        if (strcmp((*link)->iin, iin) != 0)
            continue;
        own = own ? own : link;
        count++;
        bytes += (*link)->len;
    }
    bool has_share = count >= (hold->max + SHARES - 1) / SHARES || bytes >= hold->max_bytes / SHARES;
    return own && has_share ? own : &hold->first;
}

int core_hold_put(struct core_hold *hold, const struct core_hold_key *key,
                  const struct core_hold_right *right, struct base_bytes reply, int64_t now_us)
{
    if (reply.len > hold->max_bytes || hold->max == 0)
        return -ENOBUFS;
    struct item *item = calloc(1, sizeof(*item) + reply.len);
    if (!item)
        return -ENOMEM;
    strncpy(item->iin, key->iin, sizeof(item->iin) - 1);
    item->part = key->part;
    memcpy(item->id, key->id, sizeof(item->id));
    item->right = *right;
    item->len = reply.len;
    pthread_mutex_lock(&hold->mutex);
    item->until_us = now_us + hold->keep_us;
    item->nonce = hold->next_nonce++;
    int r = crypt(hold, item, true, reply.data, item->sealed);
    if (r == 0) {
        expire(hold, now_us);
        struct item **older = item_find(hold, key);
        if (*older)
            item_drop(hold, older);
        while (hold->count >= hold->max || hold->bytes + item->len > hold->max_bytes)
            item_drop(hold, item_to_drop(hold, key->iin));
        *hold->last = item;
        hold->last = &item->next;
        hold->count++;
        hold->bytes += item->len;
        item = NULL;
    }
    pthread_mutex_unlock(&hold->mutex);
    free(item);
    return r;
}

int core_hold_read(struct core_hold *hold, const struct core_hold_key *key, int64_t now_us,
                   struct base_buffer *out)
{
    pthread_mutex_lock(&hold->mutex);
    expire(hold, now_us);
    struct item **link = item_find(hold, key), *item = *link;
    int r = CORE_HOLD_NONE;
    if (item) {
        size_t before = out->len;
        uint8_t *to = base_buffer_extend(out, item->len);
        r = to ? crypt(hold, item, false, item->sealed, to) : base_buffer_error(out);
        if (r < 0 && to)
            out->len = before;
        if (r == 0 && ++item->showings == CORE_HOLD_SHOWINGS_MAX)
            item_drop(hold, link);
    }
    pthread_mutex_unlock(&hold->mutex);
    return r;
}

int core_hold_right_find(struct core_hold *hold, const struct core_hold_key *key,
                         int64_t now_us, struct core_hold_right *ret_right)
{
    pthread_mutex_lock(&hold->mutex);
    expire(hold, now_us);
    const struct item *item = *item_find(hold, key);
    if (item)
        *ret_right = item->right;
    pthread_mutex_unlock(&hold->mutex);
    return item ? 0 : CORE_HOLD_NONE;
}

void core_hold_drop(struct core_hold *hold, const struct core_hold_key *key)
{
    pthread_mutex_lock(&hold->mutex);
    struct item **link = item_find(hold, key);
    if (*link)
        item_drop(hold, link);
    pthread_mutex_unlock(&hold->mutex);
}

void core_hold_expire(struct core_hold *hold, int64_t now_us)
{
    pthread_mutex_lock(&hold->mutex);
    expire(hold, now_us);
    pthread_mutex_unlock(&hold->mutex);
}

size_t core_hold_count(struct core_hold *hold)
{
    pthread_mutex_lock(&hold->mutex);
    size_t count = hold->count;
    pthread_mutex_unlock(&hold->mutex);
    return count;
}
