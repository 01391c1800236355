#include "audit/open_requests.h"

#include "audit/tree.h"

#include <errno.h>
#include <stdlib.h>

/* Leaf hashes are SHA-256: their first bytes are as good as any hash of them. */
static size_t home(const struct audit_open_requests *requests, const struct audit_hash *hash)
{
    uint64_t bits;
    memcpy(&bits, hash->bytes, sizeof(bits));
    return (size_t) bits & (requests->capacity - 1);
}

/* The place of the hash, or the free one where it would go. */
static size_t place_of(const struct audit_open_requests *requests, const struct audit_hash *hash)
{
    size_t at = home(requests, hash);
    while (requests->places[at].is_used && !audit_hash_equal(&requests->places[at].leaf_hash, hash))
        at = (at + 1) & (requests->capacity - 1);
    return at;
}

static int grow(struct audit_open_requests *requests)
{
    struct audit_open_requests larger = {.capacity = requests->capacity ? 2 * requests->capacity : 1024};
    larger.places = calloc(larger.capacity, sizeof(*larger.places));
    if (!larger.places)
        return -ENOMEM;
    for (size_t i = 0; i < requests->capacity; i++)
        if (requests->places[i].is_used)
            larger.places[place_of(&larger, &requests->places[i].leaf_hash)] = requests->places[i];
    larger.count = requests->count;
    free(requests->places);
    *requests = larger;
    return 0;
}

int audit_open_requests_append(struct audit_open_requests *requests, const struct audit_hash *leaf_hash, uint64_t index)
{
    if (2 * (requests->count + 1) > requests->capacity) {
        int r = grow(requests);
        if (r < 0)
            return r;
    }
    struct audit_open_request *place = &requests->places[place_of(requests, leaf_hash)];
    if (place->is_used)
        return AUDIT_OPEN_REQUEST_TWICE;
    *place = (struct audit_open_request){.is_used = true, .leaf_hash = *leaf_hash, .index = index};
    requests->count++;
    return 0;
}

bool audit_open_requests_find(const struct audit_open_requests *requests, const struct audit_hash *leaf_hash)
{
    return requests->capacity > 0 && requests->places[place_of(requests, leaf_hash)].is_used;
}

int audit_open_requests_take(struct audit_open_requests *requests, const struct audit_hash *leaf_hash)
{
    if (!audit_open_requests_find(requests, leaf_hash))
        return AUDIT_OPEN_REQUEST_NONE;
    size_t mask = requests->capacity - 1, hole = place_of(requests, leaf_hash);
    /* Those behind the hole that could have stood in it move up, so that none becomes unreachable. */
    for (size_t at = (hole + 1) & mask; requests->places[at].is_used; at = (at + 1) & mask) {
        size_t wanted = home(requests, &requests->places[at].leaf_hash);
        if (((at - wanted) & mask) >= ((at - hole) & mask)) {
            requests->places[hole] = requests->places[at];
            hole = at;
        }
    }
    requests->places[hole].is_used = false;
    requests->count--;
    return 0;
}

void audit_open_requests_clear(struct audit_open_requests *requests)
{
    free(requests->places);
    *requests = (struct audit_open_requests){.capacity = 0};
}
