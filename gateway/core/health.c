#include "gateway/core/health.h"

#include "base/log.h"
#include "gateway/core/outcome.h"
#include "gateway/core/router.h"

enum { PAGE_BYTES_MAX = 64 << 10, SILENCE_HEARTBEATS = 3, SILENCE_GRACE_US = 5000000 };

static void text_send(struct link_channel *channel, uint64_t id, unsigned status, const char *content_type,
                      struct base_bytes body)
{
    struct link_reply reply = {
        .id = id,
        .status = status,
        .header_count = 2,
        .headers = {{base_bytes_text("Content-Type"), base_bytes_text(content_type)},
                    {base_bytes_text("Cache-Control"), base_bytes_text("no-store")}},
        .body = body,
    };
    BASE_CLEANUP(base_buffer_clear) struct base_buffer frame;
    base_buffer_init(&frame, PAGE_BYTES_MAX + 4096);
    if (link_reply_encode(&reply, &frame) < 0 ||
        link_channel_send(channel, LINK_FRONT_REPLY, base_buffer_view(&frame)) != 0)
        base_log(BASE_LOG_INFO, "event=probe-not-answered");
}

static struct core_gauges gauges_of(struct core_gateway *gateway)
{
    struct audit_writer_status log;
    audit_writer_status_read(gateway->writer, &log);
    struct certs_trust *trust = core_trust_ref(gateway->trust);
    struct certs_cache_counts cache = certs_cache_counts(gateway->cache);
    int64_t now_us = core_now_us(gateway);
    struct core_gauges gauges = {
        .in_flight = atomic_load(&gateway->in_flight),
        .queued = base_queue_length(gateway->work),
        .waiting_adapter = core_waiting_count(gateway->calls),
        .waiting_later = core_waiting_count(gateway->later),
        .waiting_delivery = core_waiting_count(gateway->deliveries),
        .owed = core_waiting_count(gateway->owed),
        .held = core_hold_count(gateway->hold),
        .log_size = log.size,
        .log_age_us = log.last_durable_us > 0 && now_us > log.last_durable_us ? now_us - log.last_durable_us : 0,
        .crl_next_update_us = certs_trust_next_update_us(trust),
        .log_batches = log.batches,
        .log_records = log.records,
        .log_refused = log.refused,
        .log_resent = log.resent,
        .cache_hits = cache.hits,
        .cache_misses = cache.misses,
        .log_running = log.state == AUDIT_WRITER_STATE_RUNNING,
    };
    certs_trust_unref(trust);
    return gauges;
}

/* A line for each thing that must be right; true when all are. */
static bool ready_encode(struct core_gateway *gateway, struct base_buffer *out)
{
    struct core_gauges gauges = gauges_of(gateway);
    int64_t heartbeat_us = gateway->settings->heartbeat_seconds * 1000000;
    bool stopping = atomic_load(&gateway->stopping);
    bool log_quick = heartbeat_us == 0 || gauges.log_age_us < SILENCE_HEARTBEATS * heartbeat_us + SILENCE_GRACE_US;
    bool trusted = gauges.crl_next_update_us > core_now_us(gateway);
    base_buffer_printf(out, "serving: %s\n", stopping ? "stopping" : "ok");
    base_buffer_printf(out, "log: %s\n", !gauges.log_running ? "unavailable" : log_quick ? "ok" : "silent");
    base_buffer_printf(out, "revocation lists: %s\n", trusted ? "ok" : "out of date");
    return !stopping && gauges.log_running && log_quick && trusted;
}

void core_health_serve(struct core_gateway *gateway, struct link_channel *channel, const struct link_request *http)
{
    static const char text[] = "text/plain; charset=utf-8";
    struct core_route route = core_route_find(http);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer body;
    base_buffer_init(&body, PAGE_BYTES_MAX);
    unsigned status = 200;
    const char *content_type = text;
    core_metric_add(&gateway->metrics.requests[route.page], 1);
    if (route.page == CORE_PAGE_HEALTH) {
        base_buffer_append_text(&body, "ok\n");
    } else if (route.page == CORE_PAGE_READY) {
        if (!ready_encode(gateway, &body))
            status = core_outcome_status(WIRE_CODE_LOG_UNAVAILABLE);
    } else if (route.page == CORE_PAGE_METRICS) {
        struct core_gauges gauges = gauges_of(gateway);
        content_type = "text/plain; version=0.0.4; charset=utf-8";
        if (core_metrics_encode(&gateway->metrics, &gauges, &body) < 0)
            status = core_outcome_status(WIRE_CODE_OVERLOADED);
    } else {
        status = core_outcome_status(route.refusal);
    }
    text_send(channel, http->id, status, content_type, base_buffer_view(&body));
}
