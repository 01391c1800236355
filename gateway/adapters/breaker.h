/* A circuit breaker: after some failures in a row a registry is not asked any more until a probe, which asks nothing
 * about anybody, has reached it. Pure: time is passed in. Not safe for two threads at once; its registry locks it. */
#ifndef GATEWAY_ADAPTERS_BREAKER_H
#define GATEWAY_ADAPTERS_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum adapter_breaker_state {
    ADAPTER_BREAKER_OPEN = 0,  /* nothing is asked */
    ADAPTER_BREAKER_HALF_OPEN, /* a probe succeeded: the next failure opens again, the next success closes */
    ADAPTER_BREAKER_CLOSED,
};

struct adapter_breaker {
    enum adapter_breaker_state state;
    unsigned failures, failures_max;    /* in a row */
    int64_t pause_us;                   /* before the next probe; doubles with each that fails */
    int64_t pause_min_us, pause_max_us;
    int64_t probe_at_us;
    bool is_probing;
};

/* Closed. failures_max is 1 or more. */
void adapter_breaker_init(struct adapter_breaker *breaker, unsigned failures_max, int64_t pause_min_us,
                          int64_t pause_max_us);

/* True when a call may be sent: the breaker is not open. */
bool adapter_breaker_admits(const struct adapter_breaker *breaker);

/* What came of a call that was sent. Both return true when the state changed. */
bool adapter_breaker_succeed(struct adapter_breaker *breaker);
bool adapter_breaker_fail(struct adapter_breaker *breaker, int64_t now_us);

/* How long until a probe is due: 0 for now, -1 for never. */
int64_t adapter_breaker_probe_after_us(const struct adapter_breaker *breaker, int64_t now_us);

/* True when a probe is due and nobody else has taken it; the caller then tells its end. */
bool adapter_breaker_probe_take(struct adapter_breaker *breaker, int64_t now_us);
/* True when the state changed. */
bool adapter_breaker_probe_end(struct adapter_breaker *breaker, bool reached, int64_t now_us);

#endif
