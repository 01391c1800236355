#include "gateway/core/duty.h"

#include <errno.h>

#include "base/json.h"
#include "base/log.h"
#include "gateway/core/own_act.h"
#include "gateway/wire/json.h"
#include "schema/store/act.h"
#include "schema/store/gauge.h"
#include "schema/store/setting.h"

static const int64_t second_us = 1000000;
enum { GAUGES_S = 30, STOPS_S = 5, ABSENCES_S = 3600, ABSENCES_MAX = 100, ACT_BYTES_MAX = 4096 };

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

/* ---- absence (R23) ---- */

/* True: done, or no more to be done. What the log cannot take now is looked for again. */
static bool act_taken(enum audit_outcome outcome, const char *kind)
{
    switch (outcome) {
    case AUDIT_OUTCOME_DURABLE:
        return true;
    case AUDIT_OUTCOME_CHANGED: /* somebody was quicker: the officer came, the setting was changed, it is recorded already */
    case AUDIT_OUTCOME_CLAIMED:
        return true;
    case AUDIT_OUTCOME_POISON:
        base_log(BASE_LOG_ERROR, "event=own-act-refused kind=%s", kind);
        return true;
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        break;
    }
    return false;
}

static bool absence_act(struct core_gateway *gateway, const json_t *found)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer act;
    base_buffer_init(&act, ACT_BYTES_MAX);
    const char *said = json_string_value(json_object_get(found, "kind"));
    const char *kind = said && strcmp(said, "admin.absence") == 0     ? "admin.absence"
                       : said && strcmp(said, "admin.suspended") == 0 ? "admin.suspended"
                                                                      : NULL;
    if (!kind || wire_json_canonical(json_object_get(found, "act"), &act) < 0) {
        base_log(BASE_LOG_ERROR, "event=absence-not-understood");
        return true;
    }
    const struct core_own_act own = {.kind = kind, .act = base_buffer_view(&act)};
    return act_taken(core_own_act_append(gateway, &own), kind);
}

static int absences_page(struct core_gateway *gateway, json_t **ret_page)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, ABSENCES_MAX * ACT_BYTES_MAX);
    int r = store_absence_find(gateway->pool, core_now_us(gateway), ABSENCES_MAX, &text);
    if (r == 0)
        r = wire_json_parse(base_buffer_view(&text), text.len, ret_page, NULL);
    return r > 0 ? -EBADMSG : r;
}

/* One page at a time: the next attendance takes the next, so that nothing else waits long. False: all is done. */
static bool absences_attend(struct core_gateway *gateway)
{
    BASE_CLEANUP(wire_json_cleanup) json_t *page = NULL;
    int r = absences_page(gateway, &page);
    if (r < 0) {
        base_log(BASE_LOG_WARNING, "event=absences-not-read error=%d", -r);
        return false;
    }
    size_t i;
    const json_t *found;
    json_array_foreach(page, i, found)
        if (!absence_act(gateway, found))
            return false;
    return json_array_size(page) == ABSENCES_MAX;
}

/* ---- stops (clause 41) ---- */

static bool stop_record(struct core_gateway *gateway, const struct core_outage *outage)
{
    char since[BASE_TIME_TEXT_MAX], until[BASE_TIME_TEXT_MAX];
    BASE_CLEANUP(base_buffer_clear) struct base_buffer act;
    struct base_json json;
    base_buffer_init(&act, ACT_BYTES_MAX);
    base_time_format_us(outage->since_us, since);
    base_time_format_us(outage->until_us, until);
    base_json_begin(&json, &act);
    base_json_object_begin(&json);
    base_json_name(&json, "service");
    if (outage->service != 0)
        base_json_integer(&json, outage->service);
    else
        base_json_null(&json);
    base_json_member_text(&json, "since", since);
    base_json_member_text(&json, "until", until);
    base_json_object_end(&json);
    const char *kind = outage->service != 0 ? "incident.registry" : "incident.gateway";
    const struct core_own_act own = {.kind = kind, .act = base_buffer_view(&act)};
    if (base_json_end(&json) < 0)
        return false;
    base_log(BASE_LOG_WARNING, "event=stop-ended service=%u seconds=%lld", outage->service,
             (long long)((outage->until_us - outage->since_us) / second_us));
    return act_taken(core_own_act_append(gateway, &own), kind);
}

static void stops_attend(struct core_gateway *gateway, struct core_duty *duty)
{
    struct core_outage outage;
    if (!duty->stop_told)
        duty->stop_told = gateway->stop.until_us == 0 || stop_record(gateway, &gateway->stop);
    while (core_outages_find(gateway->outages, &outage) && stop_record(gateway, &outage))
        core_outages_end(gateway->outages, &outage);
}

void core_duty_attend(struct core_gateway *gateway, struct core_duty *duty)
{
    int64_t now_us = base_clock_monotonic_us();
    if (is_due(&duty->gauges_us, now_us, GAUGES_S * second_us))
        gauges_read(gateway);
    if (is_due(&duty->stops_us, now_us, STOPS_S * second_us))
        stops_attend(gateway, duty);
    if (is_due(&duty->absences_us, now_us, ABSENCES_S * second_us) && absences_attend(gateway))
        duty->absences_us = 0;
}
