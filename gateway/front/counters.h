/* What the front counts, shown in Prometheus text on the local listener. No label holds anything personal. */
#ifndef GATEWAY_FRONT_COUNTERS_H
#define GATEWAY_FRONT_COUNTERS_H

#include "base/buffer.h"

#include <stdatomic.h>
#include <stdint.h>

enum front_counter {
    FRONT_COUNT_CONNECTIONS,         /* officers' connections accepted */
    FRONT_COUNT_CONNECTIONS_LIMITED, /* closed at once: too many from one address */
    FRONT_COUNT_HANDSHAKES,          /* completed */
    FRONT_COUNT_HANDSHAKES_REFUSED,  /* for the certificate, or for its absence */
    FRONT_COUNT_IDENTITIES_LAPSED,   /* open connections closed because their certificate is no longer valid */
    FRONT_COUNT_REQUESTS,
    FRONT_COUNT_REQUESTS_MALFORMED,  /* answered by the front: framing, length, size */
    FRONT_COUNT_REQUESTS_OVERLOADED, /* answered 503 by the front */
    FRONT_COUNT_REPLIES,             /* of the gateway */
    FRONT_COUNT_REPLIES_LATE,        /* nobody waited for them any more */
    FRONT_COUNT_GATEWAY_LOST,        /* connections to the gateway that ended */
    FRONT_COUNT_DEADLINES,           /* connections cut by a deadline */
    FRONT_COUNT_DELIVERED,           /* replies with a wanted delivery report */
    FRONT_COUNT_UNDELIVERED,
    FRONT_COUNT_RELOADS,
    FRONT_COUNT_RELOADS_FAILED,
    FRONT_COUNTERS, /* how many */
};

struct front_counters {
    _Atomic uint64_t values[FRONT_COUNTERS];
};

/* Any thread. */
static inline void front_counters_add(struct front_counters *counters, enum front_counter counter)
{
    atomic_fetch_add_explicit(&counters->values[counter], 1, memory_order_relaxed);
}

/* A value of the moment, shown beside the counters. */
struct front_gauge {
    const char *name, *help;
    int64_t value;
};

/* Appends everything in the text exposition format 0.0.4. The buffer's error. */
int front_counters_write(struct front_counters *counters, const struct front_gauge *gauges, size_t gauge_count,
                         struct base_buffer *out);

#endif
