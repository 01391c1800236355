/* Time as microseconds since 1970-01-01T00:00:00Z, handed in as an object so that tests choose it. Shown and set in the
 * time of the capital (clause 22): zone Asia/Almaty of the tz database, RFC 3339 with offset. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/bytes.h"
#include "base/result.h"

struct base_clock {
    int64_t (*now_us)(void *context);
    void *context;
};

/* What this clock shows. */
static inline int64_t base_clock_now_us(const struct base_clock *clock)
{
    return clock->now_us(clock->context);
}

/* The wall clock of the machine. Any thread. */
struct base_clock base_clock_system(void);

/* A clock that never goes back, for deadlines. Its zero has no meaning. Any thread. */
int64_t base_clock_monotonic_us(void);

/* Sets the process's zone to Asia/Almaty. Call once in main(), before threads and before a sandbox closes the file
 * system. -ENOENT when the tz database is missing or older than the change of 1 March 2024 (clause 22). */
int base_clock_zone_init(void) BASE_MUST_USE;

enum { BASE_TIME_TEXT_MAX = 40 };

/* "2026-11-22T12:00:00+05:00" (seconds) or with six decimals. Needs base_clock_zone_init(). */
void base_time_format(int64_t at_us, char ret_text[static BASE_TIME_TEXT_MAX]);
void base_time_format_us(int64_t at_us, char ret_text[static BASE_TIME_TEXT_MAX]);

/* RFC 3339 date-time with a mandatory offset (Z or ±hh:mm), years 1970-9999, at most nine decimals, no leap second.
 * -EBADMSG for all else. */
int base_time_parse(struct base_bytes text, int64_t *ret_at_us) BASE_MUST_USE;

#endif
