#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { US_PER_S = 1000000 };

static int64_t clock_read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t) now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

static int64_t system_now_us(void *context)
{
    (void) context;
    return clock_read_us(CLOCK_REALTIME);
}

struct base_clock base_clock_system(void)
{
    return (struct base_clock){.now_us = system_now_us, .context = NULL};
}

int64_t base_clock_monotonic_us(void)
{
    return clock_read_us(CLOCK_MONOTONIC);
}

static long offset_at(time_t at)
{
    struct tm local;
    return localtime_r(&at, &local) ? local.tm_gmtoff : 0;
}

int base_clock_zone_init(void)
{
    enum { BEFORE_CHANGE = 1709200800 /* 2024-02-29T10:00Z */, AFTER_CHANGE = 1709373600 /* 2024-03-02T10:00Z */ };
    if (setenv("TZ", ":Asia/Almaty", 1) < 0)
        return -errno;
    tzset();
    if (offset_at(BEFORE_CHANGE) != 6 * 3600 || offset_at(AFTER_CHANGE) != 5 * 3600)
        return -ENOENT;
    return 0;
}

static void split(int64_t at_us, struct tm *ret_local, int *ret_us)
{
    int64_t seconds = at_us / US_PER_S;
    int64_t rest = at_us % US_PER_S;
    if (rest < 0) {
        rest += US_PER_S;
        seconds--;
    }
    time_t at = (time_t) seconds;
    *ret_local = (struct tm){0};
    localtime_r(&at, ret_local);
    *ret_us = (int) rest;
}

static void format(int64_t at_us, bool with_us, char *ret_text)
{
    struct tm local;
    int us;
    split(at_us, &local, &us);
    char day[24], decimals[16] = "";
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &local);
    if (with_us)
        snprintf(decimals, sizeof(decimals), ".%06d", us);
    long offset = local.tm_gmtoff;
    char sign = offset < 0 ? '-' : '+';
    offset = labs(offset);
    snprintf(ret_text, BASE_TIME_TEXT_MAX, "%s%s%c%02ld:%02ld", day, decimals, sign, offset / 3600 % 100,
             offset / 60 % 60);
}

void base_time_format(int64_t at_us, char ret_text[static BASE_TIME_TEXT_MAX])
{
    format(at_us, false, ret_text);
}

void base_time_format_us(int64_t at_us, char ret_text[static BASE_TIME_TEXT_MAX])
{
    format(at_us, true, ret_text);
}

/* Takes exactly count digits from the front; -1 when they are not there. */
static int take_digits(struct base_bytes *rest, size_t count)
{
    int value = 0;
    if (rest->len < count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        uint8_t c = rest->data[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    rest->data += count;
    rest->len -= count;
    return value;
}

static bool take_char(struct base_bytes *rest, char c)
{
    if (rest->len == 0 || rest->data[0] != (uint8_t) c)
        return false;
    rest->data++;
    rest->len--;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static int take_date(struct base_bytes *rest, struct tm *ret)
{
    int year = take_digits(rest, 4);
    if (year < 1970 || !take_char(rest, '-'))
        return -EBADMSG;
    int month = take_digits(rest, 2);
    if (month < 1 || month > 12 || !take_char(rest, '-'))
        return -EBADMSG;
    int day = take_digits(rest, 2);
    if (day < 1 || day > days_in_month(year, month))
        return -EBADMSG;
    *ret = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return 0;
}

static int take_clock(struct base_bytes *rest, struct tm *ret)
{
    int hour = take_digits(rest, 2);
    if (hour < 0 || hour > 23 || !take_char(rest, ':'))
        return -EBADMSG;
    int minute = take_digits(rest, 2);
    if (minute < 0 || minute > 59 || !take_char(rest, ':'))
        return -EBADMSG;
    int second = take_digits(rest, 2);
    if (second < 0 || second > 59)
        return -EBADMSG;
    ret->tm_hour = hour;
    ret->tm_min = minute;
    ret->tm_sec = second;
    return 0;
}

static int take_decimals(struct base_bytes *rest, int64_t *ret_us)
{
    *ret_us = 0;
    if (!take_char(rest, '.'))
        return 0;
    size_t count = 0;
    int64_t ns = 0;
    while (rest->len > 0 && rest->data[0] >= '0' && rest->data[0] <= '9' && count < 9) {
        ns = ns * 10 + (rest->data[0] - '0');
        take_char(rest, (char) rest->data[0]);
        count++;
    }
    if (count == 0)
        return -EBADMSG;
    for (; count < 9; count++)
        ns *= 10;
    *ret_us = ns / 1000;
    return 0;
}

static int take_offset(struct base_bytes *rest, int64_t *ret_seconds)
{
    *ret_seconds = 0;
    if (take_char(rest, 'Z'))
        return 0;
    int sign = take_char(rest, '+') ? 1 : take_char(rest, '-') ? -1 : 0;
    int hour = sign ? take_digits(rest, 2) : -1;
    if (hour < 0 || hour > 23 || !take_char(rest, ':'))
        return -EBADMSG;
    int minute = take_digits(rest, 2);
    if (minute < 0 || minute > 59)
        return -EBADMSG;
    *ret_seconds = sign * (hour * 3600 + minute * 60);
    return 0;
}

int base_time_parse(struct base_bytes text, int64_t *ret_at_us)
{
    struct base_bytes rest = text;
    struct tm civil;
    int64_t us, offset;
    if (take_date(&rest, &civil) < 0 || !take_char(&rest, 'T') || take_clock(&rest, &civil) < 0 ||
        take_decimals(&rest, &us) < 0 || take_offset(&rest, &offset) < 0 || rest.len > 0)
        return -EBADMSG;
    *ret_at_us = ((int64_t) timegm(&civil) - offset) * US_PER_S + us;
    return 0;
}
