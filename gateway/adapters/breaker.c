#include "gateway/adapters/breaker.h"

void adapter_breaker_init(struct adapter_breaker *breaker, unsigned failures_max, int64_t pause_min_us,
                          int64_t pause_max_us)
{
    *breaker = (struct adapter_breaker){
        .state = ADAPTER_BREAKER_CLOSED,
        .failures_max = failures_max,
        .pause_us = pause_min_us,
        .pause_min_us = pause_min_us,
        .pause_max_us = pause_max_us,
    };
}

bool adapter_breaker_admits(const struct adapter_breaker *breaker)
{
    return breaker->state != ADAPTER_BREAKER_OPEN;
}

bool adapter_breaker_succeed(struct adapter_breaker *breaker)
{
    /* A late answer to a call from before the opening does not close: only a probe does. */
    if (breaker->state == ADAPTER_BREAKER_OPEN)
        return false;
    bool changed = breaker->state == ADAPTER_BREAKER_HALF_OPEN;
    breaker->state = ADAPTER_BREAKER_CLOSED;
    breaker->failures = 0;
    breaker->pause_us = breaker->pause_min_us;
    return changed;
}

static void open_for_a_pause(struct adapter_breaker *breaker, int64_t now_us)
{
    breaker->state = ADAPTER_BREAKER_OPEN;
    breaker->probe_at_us = now_us + breaker->pause_us;
    breaker->pause_us = breaker->pause_us > breaker->pause_max_us / 2 ? breaker->pause_max_us : breaker->pause_us * 2;
}

bool adapter_breaker_fail(struct adapter_breaker *breaker, int64_t now_us)
{
    if (breaker->state == ADAPTER_BREAKER_OPEN)
        return false;
    breaker->failures++;
    if (breaker->state == ADAPTER_BREAKER_CLOSED && breaker->failures < breaker->failures_max)
        return false;
    open_for_a_pause(breaker, now_us);
    return true;
}

int64_t adapter_breaker_probe_after_us(const struct adapter_breaker *breaker, int64_t now_us)
{
    if (breaker->state != ADAPTER_BREAKER_OPEN || breaker->is_probing)
        return -1;
    return breaker->probe_at_us > now_us ? breaker->probe_at_us - now_us : 0;
}

bool adapter_breaker_probe_take(struct adapter_breaker *breaker, int64_t now_us)
{
    if (adapter_breaker_probe_after_us(breaker, now_us) != 0)
        return false;
    breaker->is_probing = true;
    return true;
}

bool adapter_breaker_probe_end(struct adapter_breaker *breaker, bool reached, int64_t now_us)
{
    breaker->is_probing = false;
    if (!reached) {
        open_for_a_pause(breaker, now_us);
        return false;
    }
    breaker->state = ADAPTER_BREAKER_HALF_OPEN;
    return true;
}
