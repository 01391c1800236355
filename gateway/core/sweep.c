#include "gateway/core/sweep.h"

#include <errno.h>
#include <stdlib.h>

#include "audit/tree.h"
#include "gateway/core/entry.h"
#include "schema/store/query.h"

enum { SWEEP_MAX = 65536 }; /* at one time; the next sweep takes the rest */

struct left {
    uint64_t seq;
    struct audit_hash hash;
    bool has_key;
    char iin[BASE_IDNUM_TEXT_MAX];
    uint8_t id[BASE_UUID_BYTES];
    int part;
};

struct found {
    int64_t before_us;
    size_t count, capacity;
    struct left *left;
};

static int found_add(void *context, const struct store_unfinished *unfinished)
{
    struct found *found = context;
    if (unfinished->at_us >= found->before_us)
        return 0;
    if (found->count == SWEEP_MAX)
        return STORE_STOP;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? found->capacity * 2 : 64;
        struct left *left = realloc(found->left, capacity * sizeof(*left));
        if (!left)
            return -ENOMEM;
        found->left = left;
        found->capacity = capacity;
    }
    struct left *left = &found->left[found->count++];
    const struct store_record *record = &unfinished->record;
    *left = (struct left){.seq = unfinished->seq, .part = record->part};
    left->hash = audit_hash_leaf(unfinished->leaf);
    left->has_key = record->iin && record->id && strlen(record->iin) < sizeof(left->iin);
    if (left->has_key) {
        strcpy(left->iin, record->iin);
        memcpy(left->id, record->id, sizeof(left->id));
    }
    return 0;
}

int core_sweep(struct core_gateway *gateway, int64_t before_us, size_t *ret_count)
{
    struct found found = {.before_us = before_us};
    size_t concluded = 0;
    int r = store_unfinished_read(gateway->pool, gateway->log_id, found_add, &found);
    if (r == STORE_STOP)
        r = 0;
    for (size_t i = 0; r == 0 && i < found.count; i++) {
        const struct left *left = &found.left[i];
        enum audit_outcome outcome = core_entry_unknown_append(
            gateway->writer, core_now_us(gateway), left->has_key ? left->iin : NULL, left->has_key ? left->id : NULL,
            left->part, left->seq, &left->hash);
        if (outcome == AUDIT_OUTCOME_DURABLE)
            concluded++;
        else if (outcome != AUDIT_OUTCOME_CLAIMED) /* concluded meanwhile */
            r = -EIO;
    }
    free(found.left);
    *ret_count = concluded;
    return r;
}
