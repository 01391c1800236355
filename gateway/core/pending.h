/* Queries whose registry took the question and answers later (docs/PROTOCOL-QUERY.md, "Answers that come later"): recorded
 * as query.pending, told with 202, and kept until the answer comes or their time is over. Any thread, each. */
#ifndef GATEWAY_CORE_PENDING_H
#define GATEWAY_CORE_PENDING_H

#include "gateway/core/request.h"

/* Between the registry's "later" and its answer. The record of the waiting and the answer race: whoever comes second goes
 * on with the request. */
enum core_pending_state {
    CORE_PENDING_NONE = 0,
    CORE_PENDING_RECORDING, /* the record is being made, the answer is not there */
    CORE_PENDING_PARKED,    /* the record is made */
    CORE_PENDING_ANSWERED,  /* the answer is there */
};

/* The registry answers later: the request waits in gateway->later under its call's id. Where too many wait already it ends
 * at once, as if no answer came. */
void core_pending_begin(struct core_request *take_request);

/* The answer is in request->answer; the request was taken out of gateway->later. */
void core_pending_end(struct core_request *take_request);

/* The adapter's connection was lost: it is asked again what became of each (LINK_CALL_SETTLE), once it is back. */
void core_pending_lose(struct core_gateway *gateway);

/* Puts one back of which there is no answer yet (outcome pending), or that the adapter cannot tell of now (unavailable): then
 * it is asked again. */
void core_pending_again(struct core_request *take_request, enum link_outcome outcome);

/* Ends those whose time is over, and asks where something was lost (timer). */
void core_pending_step(struct core_gateway *gateway, int64_t monotonic_us);

/* Ends all as unknown, for the stop. */
void core_pending_stop(struct core_gateway *gateway);

#endif
