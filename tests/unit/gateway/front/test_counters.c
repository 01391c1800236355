/* Proves: counters and gauges are written in the Prometheus text format, each once, with help and type. */
#include "gateway/front/counters.h"
#include "tests/check_main.h"

#include <stdlib.h>

static size_t count_lines(const char *text, const char *prefix)
{
    size_t count = 0;
    for (const char *at = text; *at; at++)
        count += (at == text || at[-1] == '\n') && strncmp(at, prefix, strlen(prefix)) == 0;
    return count;
}

START_TEST(every_counter_is_written_once)
{
    struct front_counters counters = {0};
    front_counters_add(&counters, FRONT_COUNT_REQUESTS);
    front_counters_add(&counters, FRONT_COUNT_REQUESTS);
    const struct front_gauge gauge = {"gateway_up", "1 while connected.", -3};
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 65536);
    ck_assert_int_eq(front_counters_write(&counters, &gauge, 1, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(count_lines(text, "# HELP qao_front_"), FRONT_COUNTERS + 1);
    ck_assert_uint_eq(count_lines(text, "# TYPE qao_front_"), FRONT_COUNTERS + 1);
    ck_assert_uint_eq(count_lines(text, "qao_front_"), FRONT_COUNTERS + 1);
    ck_assert_uint_eq(count_lines(text, "qao_front_requests_total 2\n"), 1);
    ck_assert_uint_eq(count_lines(text, "qao_front_handshakes_total 0\n"), 1);
    ck_assert_uint_eq(count_lines(text, "# TYPE qao_front_gateway_up gauge\n"), 1);
    ck_assert_uint_eq(count_lines(text, "qao_front_gateway_up -3\n"), 1);
    ck_assert_ptr_null(strstr(text, "(null)"));
    free(text);
}
END_TEST

CHECK_MAIN("front/counters", every_counter_is_written_once)
