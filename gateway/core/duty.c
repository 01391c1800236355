#include "gateway/core/duty.h"

#include "base/log.h"
#include "schema/store/gauge.h"
#include "schema/store/setting.h"

static const int64_t second_us = 1000000;
enum { GAUGES_S = 30 };

static bool is_due(int64_t *done_us, int64_t now_us, int64_t every_us)
{
    if (*done_us != 0 && now_us - *done_us < every_us)
        return false;
    *done_us = now_us;
    return true;
}

static void gauges_read(struct core_gateway *gateway)
{
    struct core_metrics *metrics = &gateway->metrics;
    struct store_gauges gauges;
    struct store_settings settings;
    int r = store_settings_read(gateway->pool, &settings);
    if (r == 0)
        atomic_store(&gateway->refusals_per_hour, settings.refusals_per_hour);
    if (r == 0)
        r = store_gauges_read(gateway->pool, core_now_us(gateway), &gauges);
    if (r < 0) {
        base_log(BASE_LOG_WARNING, "event=gauges-not-read error=%d", -r);
        atomic_store(&metrics->register_known, false);
        return;
    }
    atomic_store(&metrics->applications_open, gauges.applications);
    atomic_store(&metrics->applications_overdue, gauges.overdue);
    atomic_store(&metrics->violations_open, gauges.violations);
    atomic_store(&metrics->incidents_open, gauges.incidents);
    atomic_store(&metrics->register_known, true);
}

void core_duty_attend(struct core_gateway *gateway, struct core_duty *duty)
{
    int64_t now_us = base_clock_monotonic_us();
    if (is_due(&duty->gauges_us, now_us, GAUGES_S * second_us))
        gauges_read(gateway);
}
