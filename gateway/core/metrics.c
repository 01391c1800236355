#include "gateway/core/metrics.h"

#include <inttypes.h>

#include "gateway/core/outcome.h"

static const int64_t bound_us[CORE_METRICS_BOUNDS] = {1000,   2500,   5000,    10000,   25000,
                                                      50000, 100000, 500000, 1000000, 10000000};

void core_metrics_duration_add(struct core_metrics *metrics, int64_t duration_us)
{
    unsigned bucket = 0;
    while (bucket < CORE_METRICS_BOUNDS && duration_us > bound_us[bucket])
        bucket++;
    core_metric_add(&metrics->duration_bucket[bucket], 1);
    core_metric_add(&metrics->duration_sum_us, duration_us > 0 ? (unsigned long long)duration_us : 0);
    core_metric_add(&metrics->duration_count, 1);
}

static unsigned long long value_of(atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void head(struct base_buffer *out, const char *name, const char *type, const char *help)
{
    base_buffer_printf(out, "# HELP qao_%s %s\n# TYPE qao_%s %s\n", name, help, name, type);
}

static void number(struct base_buffer *out, const char *name, const char *type, const char *help,
                   unsigned long long value)
{
    head(out, name, type, help);
    base_buffer_printf(out, "qao_%s %llu\n", name, value);
}

static void seconds(struct base_buffer *out, const char *name, const char *type, const char *help, int64_t value_us)
{
    head(out, name, type, help);
    base_buffer_printf(out, "qao_%s %" PRId64 ".%06" PRId64 "\n", name, value_us / 1000000, value_us % 1000000);
}

static void requests_encode(struct core_metrics *metrics, struct base_buffer *out)
{
    head(out, "requests_total", "counter", "Requests taken, by page.");
    for (unsigned page = CORE_PAGE_NONE; page < CORE_PAGE_COUNT; page++)
        base_buffer_printf(out, "qao_requests_total{page=\"%s\"} %llu\n", core_page_text((enum core_page)page),
                           value_of(&metrics->requests[page]));
    head(out, "answers_total", "counter", "Requests answered with 200, by page.");
    for (unsigned page = CORE_PAGE_NONE + 1; page < CORE_PAGE_COUNT; page++)
        base_buffer_printf(out, "qao_answers_total{page=\"%s\"} %llu\n", core_page_text((enum core_page)page),
                           value_of(&metrics->answered[page]));
    head(out, "refusals_total", "counter", "Requests answered with a problem, by its type.");
    for (unsigned code = WIRE_CODE_NONE + 1; code < WIRE_CODE_COUNT; code++)
        base_buffer_printf(out, "qao_refusals_total{code=\"%s\"} %llu\n", wire_code_text((enum wire_code)code),
                           value_of(&metrics->refusals[code]));
    head(out, "registry_total", "counter", "Registry calls, by outcome.");
    for (unsigned outcome = 0; outcome < LINK_OUTCOME_COUNT; outcome++)
        base_buffer_printf(out, "qao_registry_total{outcome=\"%s\"} %llu\n",
                           core_outcome_text((enum link_outcome)outcome), value_of(&metrics->registry[outcome]));
}

static void duration_encode(struct core_metrics *metrics, struct base_buffer *out)
{
    head(out, "query_duration_seconds", "histogram", "From arrival to reply, of queries with an answer.");
    unsigned long long below = 0;
    for (unsigned i = 0; i < CORE_METRICS_BOUNDS; i++) {
        below += value_of(&metrics->duration_bucket[i]);
        base_buffer_printf(out, "qao_query_duration_seconds_bucket{le=\"%" PRId64 ".%04" PRId64 "\"} %llu\n",
                           bound_us[i] / 1000000, bound_us[i] % 1000000 / 100, below);
    }
    below += value_of(&metrics->duration_bucket[CORE_METRICS_BOUNDS]);
    unsigned long long sum_us = value_of(&metrics->duration_sum_us);
    base_buffer_printf(out,
                       "qao_query_duration_seconds_bucket{le=\"+Inf\"} %llu\n"
                       "qao_query_duration_seconds_sum %llu.%06llu\n"
                       "qao_query_duration_seconds_count %llu\n",
                       below, sum_us / 1000000, sum_us % 1000000, below);
}

static void register_encode(struct core_metrics *metrics, struct base_buffer *out)
{
    if (!atomic_load(&metrics->register_known))
        return;
    number(out, "applications_open", "gauge", "Applications that wait for a decision.",
           (unsigned long long)atomic_load(&metrics->applications_open));
    number(out, "applications_overdue", "gauge", "Of them, those past their day (clause 12).",
           (unsigned long long)atomic_load(&metrics->applications_overdue));
    number(out, "violations_open", "gauge", "Violations that nobody closed (clause 44).",
           (unsigned long long)atomic_load(&metrics->violations_open));
    number(out, "incidents_open", "gauge", "Stops without a row of the journal (clauses 41, 45).",
           (unsigned long long)atomic_load(&metrics->incidents_open));
}

int core_metrics_encode(struct core_metrics *metrics, const struct core_gauges *gauges, struct base_buffer *out)
{
    requests_encode(metrics, out);
    duration_encode(metrics, out);
    register_encode(metrics, out);
    number(out, "undelivered_total", "counter", "Answers that did not reach their officer.",
           value_of(&metrics->undelivered));
    number(out, "connections_refused_total", "counter", "TLS handshakes refused.",
           value_of(&metrics->connections_refused));
    number(out, "in_flight", "gauge", "Requests being served.", gauges->in_flight);
    number(out, "queued", "gauge", "Requests waiting for a worker.", gauges->queued);
    number(out, "waiting_adapter", "gauge", "Requests waiting for a registry.", gauges->waiting_adapter);
    number(out, "waiting_later", "gauge", "Requests whose registry answers later.", gauges->waiting_later);
    number(out, "waiting_delivery", "gauge", "Replies not yet known to be delivered.", gauges->waiting_delivery);
    number(out, "owed_results", "gauge", "Results that the log could not yet take.", gauges->owed);
    number(out, "held_replies", "gauge", "Undelivered replies kept for their officer.", gauges->held);
    number(out, "log_running", "gauge", "1 while the log takes records.", gauges->log_running);
    number(out, "log_size", "gauge", "Entries of the log.", gauges->log_size);
    seconds(out, "log_age_seconds", "gauge", "Since the newest durable entry.", gauges->log_age_us);
    number(out, "log_batches_total", "counter", "Transactions of the log.", gauges->log_batches);
    number(out, "log_records_total", "counter", "Records made durable.", gauges->log_records);
    number(out, "log_refused_total", "counter", "Records the log refused alone.", gauges->log_refused);
    number(out, "log_resent_total", "counter", "Batches sent again.", gauges->log_resent);
    number(out, "certificate_cache_hits_total", "counter", "Certificates found verified.", gauges->cache_hits);
    number(out, "certificate_cache_misses_total", "counter", "Certificates verified anew.", gauges->cache_misses);
    seconds(out, "crl_next_update_timestamp_seconds", "gauge", "When the first revocation list goes out of date.",
            gauges->crl_next_update_us > 0 ? gauges->crl_next_update_us : 0);
    return base_buffer_error(out);
}
