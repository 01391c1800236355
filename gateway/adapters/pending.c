#include "gateway/adapters/pending.h"

#include <string.h>

void adapter_pending_init(struct adapter_pending *pending, int64_t pause_min_us, int64_t pause_max_us, int64_t hold_us)
{
    *pending = (struct adapter_pending){
        .pause_min_us = pause_min_us,
        .pause_max_us = pause_max_us > pause_min_us ? pause_max_us : pause_min_us,
        .hold_us = hold_us,
    };
}

static void insert(struct adapter_pending *pending, struct adapter_call *call, int64_t now_us)
{
    call->poll_us = now_us + call->pause_us < call->until_us ? now_us + call->pause_us : call->until_us;
    struct adapter_call **place = &pending->first;
    while (*place && (*place)->poll_us <= call->poll_us)
        place = &(*place)->next;
    call->next = *place;
    *place = call;
    pending->count++;
}

static bool is_same(const struct adapter_call *a, const struct adapter_call *b)
{
    return a->service == b->service && strcmp(a->query, b->query) == 0;
}

static void remove_older(struct adapter_pending *pending, const struct adapter_call *call)
{
    struct adapter_call **place = &pending->first;
    while (*place && !is_same(*place, call))
        place = &(*place)->next;
    struct adapter_call *older = *place;
    if (!older)
        return;
    *place = older->next;
    pending->count--;
    adapter_call_free(older);
}

void adapter_pending_put(struct adapter_pending *pending, struct adapter_call *take_call, int64_t now_us)
{
    remove_older(pending, take_call);
    take_call->pause_us = pending->pause_min_us;
    take_call->until_us = now_us + pending->hold_us;
    insert(pending, take_call, now_us);
}

void adapter_pending_again(struct adapter_pending *pending, struct adapter_call *take_call, int64_t now_us)
{
    bool is_longest = take_call->pause_us > pending->pause_max_us / 2;
    take_call->pause_us = is_longest ? pending->pause_max_us : take_call->pause_us * 2;
    insert(pending, take_call, now_us);
}

int64_t adapter_pending_after_us(const struct adapter_pending *pending, int64_t now_us)
{
    if (!pending->first)
        return -1;
    return pending->first->poll_us > now_us ? pending->first->poll_us - now_us : 0;
}

struct adapter_call *adapter_pending_take(struct adapter_pending *pending, int64_t now_us)
{
    struct adapter_call *call = pending->first;
    if (!call || call->poll_us > now_us)
        return NULL;
    pending->first = call->next;
    pending->count--;
    call->next = NULL;
    return call;
}

bool adapter_pending_is_over(const struct adapter_call *call, int64_t now_us)
{
    return now_us >= call->until_us;
}

void adapter_pending_clear(struct adapter_pending *pending)
{
    while (pending->first) {
        struct adapter_call *call = pending->first;
        pending->first = call->next;
        adapter_call_free(call);
    }
    pending->count = 0;
}
