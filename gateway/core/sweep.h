/* Requests that have no conclusion and that nobody works on any more: each gets a query.unknown record, so that every
 * request in the log has an end. */
#ifndef GATEWAY_CORE_SWEEP_H
#define GATEWAY_CORE_SWEEP_H

#include "gateway/core/gateway.h"

/* Concludes those that arrived before before_us: at start all, later only those older than any request can live. The
 * number concluded in ret_count. Waits for the log: main thread. The store's errors, -EIO when the log took one not. */
int core_sweep(struct core_gateway *gateway, int64_t before_us, size_t *ret_count) BASE_MUST_USE;

#endif
