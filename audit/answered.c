#include "audit/answered.h"

#include <errno.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 1024 };

static const uint8_t none[AUDIT_ANSWERED_KEY_BYTES];

/* The place of the key, or the free one where it would go. */
static uint8_t *place_of(const struct audit_answered *answered, const uint8_t *key)
{
    uint64_t bits;
    memcpy(&bits, key, sizeof(bits));
    size_t at = (size_t) bits & (answered->capacity - 1);
    while (memcmp(answered->keys[at], none, sizeof(none)) != 0 && memcmp(answered->keys[at], key, sizeof(none)) != 0)
        at = (at + 1) & (answered->capacity - 1);
    return answered->keys[at];
}

static int grow(struct audit_answered *answered)
{
    struct audit_answered larger = {.capacity = answered->capacity ? 2 * answered->capacity : CAPACITY_FIRST};
    larger.keys = calloc(larger.capacity, sizeof(*larger.keys));
    if (!larger.keys)
        return -ENOMEM;
    for (size_t i = 0; i < answered->capacity; i++)
        if (memcmp(answered->keys[i], none, sizeof(none)) != 0)
            memcpy(place_of(&larger, answered->keys[i]), answered->keys[i], sizeof(none));
    larger.count = answered->count;
    free(answered->keys);
    *answered = larger;
    return 0;
}

int audit_answered_append(struct audit_answered *answered, const struct audit_hash *request)
{
    if (answered->count + 1 > answered->capacity / 4 * 3) {
        int r = grow(answered);
        if (r < 0)
            return r;
    }
    uint8_t *place = place_of(answered, request->bytes);
    if (memcmp(place, none, sizeof(none)) == 0)
        answered->count++;
    memcpy(place, request->bytes, sizeof(none));
    return 0;
}

bool audit_answered_find(const struct audit_answered *answered, const struct audit_hash *request)
{
    return answered->capacity > 0 && memcmp(place_of(answered, request->bytes), none, sizeof(none)) != 0;
}

void audit_answered_clear(struct audit_answered *answered)
{
    free(answered->keys);
    *answered = (struct audit_answered){.capacity = 0};
}
