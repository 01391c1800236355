/* Proves: times are read strictly and shown in the time of the capital on both sides of 1 March 2024 (clause 22). */
#include <errno.h>

#include "base/clock.h"
#include "tests/check_main.h"

static const struct {
    const char *text;
    int64_t at_s;
} instants[] = {
    /* seconds as printed by `date -u -d TEXT +%s` */
    {"1970-01-01T00:00:00Z", 0},
    {"2024-02-29T23:59:59+06:00", 1709229599},
    {"2024-03-01T00:00:00+05:00", 1709233200},
    {"2026-11-22T12:00:00+05:00", 1795330800},
    {"2000-02-29T00:00:00-00:30", 951784200},
    {"9999-12-31T23:59:59Z", 253402300799},
};

START_TEST(rfc_3339_is_read)
{
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(instants); i++) {
        int64_t at_us = -1;
        ck_assert_int_eq(base_time_parse(base_bytes_text(instants[i].text), &at_us), 0);
        ck_assert_int_eq(at_us, instants[i].at_s * 1000000);
    }
    int64_t at_us = -1;
    ck_assert_int_eq(base_time_parse(base_bytes_text("1970-01-01T00:00:01.0000019Z"), &at_us), 0);
    ck_assert_int_eq(at_us, 1000001);
}
END_TEST

START_TEST(all_else_is_refused)
{
    static const char *const bad[] = {
        "",
        "2026-11-22",
        "2026-11-22T12:00:00",
        "2026-11-22 12:00:00+05:00",
        "2026-11-22t12:00:00z",
        "2026-02-29T12:00:00Z",
        "2100-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-11-31T12:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T12:60:00Z",
        "2026-11-22T12:00:60Z",
        "2026-11-22T12:00:00+0500",
        "2026-11-22T12:00:00+24:00",
        "2026-11-22T12:00:00.Z",
        "2026-11-22T12:00:00.1234567890Z",
        "2026-11-22T12:00:00Z ",
        "1969-12-31T23:59:59Z",
        "+026-11-22T12:00:00Z",
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++) {
        int64_t at_us = -1;
        ck_assert_msg(base_time_parse(base_bytes_text(bad[i]), &at_us) == -EBADMSG, "accepted: %s", bad[i]);
        ck_assert_int_eq(at_us, -1);
    }
}
END_TEST

START_TEST(shown_in_the_time_of_the_capital)
{
    ck_assert_int_eq(base_clock_zone_init(), 0);
    char text[BASE_TIME_TEXT_MAX];
    base_time_format(INT64_C(1709229599) * 1000000, text);
    ck_assert_str_eq(text, "2024-02-29T23:59:59+06:00");
    /* The clock was set back an hour at the end of that day. */
    base_time_format(INT64_C(1709233200) * 1000000, text);
    ck_assert_str_eq(text, "2024-03-01T00:00:00+05:00");
    base_time_format_us(INT64_C(1795330800) * 1000000 + 42, text);
    ck_assert_str_eq(text, "2026-11-22T12:00:00.000042+05:00");
}
END_TEST

CHECK_MAIN("base/clock", rfc_3339_is_read, all_else_is_refused, shown_in_the_time_of_the_capital)
