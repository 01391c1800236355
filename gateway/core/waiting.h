/* Requests that wait for an answer from another process or for a moment, each with its deadline. Whoever takes a request
 * out owns it; it can be taken once. Any thread. */
#ifndef GATEWAY_CORE_WAITING_H
#define GATEWAY_CORE_WAITING_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

/* Embedded in what waits. */
struct core_wait {
    void *owner;
    const void *channel; /* whose answer is awaited: together with the key it names the waiting one; NULL: any */
    uint64_t key;
    int64_t deadline_us; /* of base_clock_monotonic_us() */
    struct core_wait *next, *previous, *chain;
};

struct core_waiting;

/* -ENOMEM. */
int core_waiting_new(struct core_waiting **ret_waiting) BASE_MUST_USE;
/* Forgets those who still wait. Accepts NULL. */
void core_waiting_free(struct core_waiting *waiting);

/* Keys of one channel must differ. */
void core_waiting_put(struct core_waiting *waiting, struct core_wait *wait);

/* Each returns one that waited, no longer inside, or NULL: by its key; one whose deadline has passed; any one of a
 * channel (NULL: of all). */
struct core_wait *core_waiting_take(struct core_waiting *waiting, const void *channel, uint64_t key);
struct core_wait *core_waiting_take_late(struct core_waiting *waiting, int64_t now_us);
struct core_wait *core_waiting_take_any(struct core_waiting *waiting, const void *channel);

/* How many wait at this moment. */
size_t core_waiting_count(struct core_waiting *waiting);

#endif
