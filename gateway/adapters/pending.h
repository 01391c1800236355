/* Calls that their registries have taken and answer later, and when each is asked about next: with pauses that double,
 * until its time is over. Pure: time is passed in. Not safe for two threads at once; its registry locks it. */
#ifndef GATEWAY_ADAPTERS_PENDING_H
#define GATEWAY_ADAPTERS_PENDING_H

#include "gateway/adapters/adapter.h"

struct adapter_pending {
    struct adapter_call *first; /* the one that is due first */
    size_t count;
    int64_t pause_min_us, pause_max_us;
    int64_t hold_us; /* how long a call may pend */
};

/* Empty. */
void adapter_pending_init(struct adapter_pending *pending, int64_t pause_min_us, int64_t pause_max_us, int64_t hold_us);

/* Begins to wait for it, instead of for an older call of the same service and query: whoever settles one hears of it. */
void adapter_pending_put(struct adapter_pending *pending, struct adapter_call *take_call, int64_t now_us);
/* It was due, and is still pending: it waits for twice as long as before. */
void adapter_pending_again(struct adapter_pending *pending, struct adapter_call *take_call, int64_t now_us);

/* How long until one is due: 0 for now, -1 when there is none. */
int64_t adapter_pending_after_us(const struct adapter_pending *pending, int64_t now_us);
/* The first that is due, now the caller's; NULL for none. */
struct adapter_call *adapter_pending_take(struct adapter_pending *pending, int64_t now_us);

/* Whether its time is over: it is not put back. */
bool adapter_pending_is_over(const struct adapter_call *call, int64_t now_us);

/* Frees those that wait. */
void adapter_pending_clear(struct adapter_pending *pending);

#endif
