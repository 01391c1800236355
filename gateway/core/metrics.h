/* What the program counts, as Prometheus text. No personal data: no IIN, body, case or path. Any thread. */
#ifndef GATEWAY_CORE_METRICS_H
#define GATEWAY_CORE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/result.h"
#include "gateway/core/router.h"
#include "gateway/link/adapter_message.h"
#include "gateway/wire/code.h"

enum { CORE_METRICS_BOUNDS = 10 };

/* Starts zeroed. */
struct core_metrics {
    atomic_ullong requests[CORE_PAGE_COUNT];
    atomic_ullong answered[CORE_PAGE_COUNT]; /* 2xx */
    atomic_ullong refusals[WIRE_CODE_COUNT]; /* by the first code */
    atomic_ullong registry[LINK_OUTCOME_COUNT];
    atomic_ullong undelivered;
    atomic_ullong connections_refused;
    atomic_ullong duration_bucket[CORE_METRICS_BOUNDS + 1]; /* of answered queries, arrival to reply */
    atomic_ullong duration_sum_us, duration_count;
    /* What waits in the register, as it was read last; left out while it is not known. */
    atomic_bool register_known;
    atomic_llong applications_open, applications_overdue, violations_open, incidents_open;
};

static inline void core_metric_add(atomic_ullong *counter, unsigned long long value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

void core_metrics_duration_add(struct core_metrics *metrics, int64_t duration_us);

/* What is so just now. */
struct core_gauges {
    size_t in_flight, queued, waiting_adapter, waiting_later, waiting_delivery, owed, held;
    uint64_t log_size;
    int64_t log_age_us;          /* since the newest durable entry */
    int64_t crl_next_update_us;  /* wall clock */
    unsigned long long log_batches, log_records, log_refused, log_resent;
    unsigned long long cache_hits, cache_misses;
    bool log_running;
};

/* Appends the page. */
int core_metrics_encode(struct core_metrics *metrics, const struct core_gauges *gauges,
                        struct base_buffer *out) BASE_MUST_USE;

#endif
