/* The metrics page is Prometheus text: every series after its own HELP and TYPE, buckets that add up, no value missing. */
#include <stdlib.h>
#include <string.h>

#include "gateway/core/metrics.h"
#include "tests/check_main.h"

static struct core_metrics metrics;

static char *page(void)
{
    static const struct core_gauges gauges = {.log_age_us = 1500000, .log_running = true, .log_size = 42};
    struct base_buffer out;
    base_buffer_init(&out, 64 << 10);
    ck_assert_int_eq(core_metrics_encode(&metrics, &gauges, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(what_was_counted_is_shown)
{
    core_metric_add(&metrics.refusals[WIRE_CODE_CASE_MISSING], 3);
    core_metric_add(&metrics.registry[LINK_OUTCOME_TIMEOUT], 2);
    core_metrics_duration_add(&metrics, 900);
    core_metrics_duration_add(&metrics, 1000);
    core_metrics_duration_add(&metrics, 30000);
    core_metrics_duration_add(&metrics, 20000000);
    char *text = page();
    static const char *const lines[] = {
        "\nqao_refusals_total{code=\"case-missing\"} 3\n",
        "\nqao_refusals_total{code=\"maintenance\"} 0\n",
        "\nqao_registry_total{outcome=\"timeout\"} 2\n",
        "\nqao_query_duration_seconds_bucket{le=\"0.0010\"} 2\n",
        "\nqao_query_duration_seconds_bucket{le=\"0.0250\"} 2\n",
        "\nqao_query_duration_seconds_bucket{le=\"0.0500\"} 3\n",
        "\nqao_query_duration_seconds_bucket{le=\"10.0000\"} 3\n",
        "\nqao_query_duration_seconds_bucket{le=\"+Inf\"} 4\n",
        "\nqao_query_duration_seconds_sum 20.031900\n",
        "\nqao_query_duration_seconds_count 4\n",
        "\nqao_log_age_seconds 1.500000\n",
        "\nqao_log_size 42\n",
        "\nqao_log_running 1\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        ck_assert_msg(strstr(text, lines[i]) != NULL, "%s", lines[i]);
    free(text);
}
END_TEST

START_TEST(every_series_is_described)
{
    char *text = page(), *rest;
    char name[64] = "";
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            size_t len = strcspn(line + 7, " ");
            ck_assert_uint_lt(len, sizeof(name));
            memcpy(name, line + 7, len);
            name[len] = '\0';
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            ck_assert(strncmp(line + 7, name, strlen(name)) == 0);
        } else {
            ck_assert_msg(strncmp(line, name, strlen(name)) == 0, "%s", line);
            ck_assert_msg(strchr(line, ' ') != NULL, "%s", line);
        }
    }
    free(text);
}
END_TEST

CHECK_MAIN("metrics", what_was_counted_is_shown, every_series_is_described)
