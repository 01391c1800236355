#include "gateway/cli/moment.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ENTRY_MAX = 40, MINUTES_LEN = 16 /* "2026-11-22 14:00" */ };

/* Digits where the form has a 'd', else the form's own character. */
static bool is_form(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == 'd' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    return true;
}

/* Of a moment without an offset: what the zone makes of it, if it is one of its moments. */
static int local_parse(const char *text, int64_t *ret_at_us)
{
    struct tm entered = {.tm_isdst = -1};
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &entered.tm_year, &entered.tm_mon, &entered.tm_mday, &entered.tm_hour,
               &entered.tm_min, &entered.tm_sec) != 6)
        return -EBADMSG;
    entered.tm_year -= 1900;
    entered.tm_mon -= 1;
    struct tm found = entered;
    time_t at = mktime(&found);
    if (at < 0 || found.tm_mday != entered.tm_mday || found.tm_mon != entered.tm_mon ||
        found.tm_hour != entered.tm_hour || found.tm_min != entered.tm_min || found.tm_sec != entered.tm_sec)
        return -EBADMSG;
    *ret_at_us = (int64_t) at * 1000000;
    return 0;
}

int cli_moment_parse(const char *text, int64_t *ret_at_us)
{
    char entry[ENTRY_MAX];
    size_t len = strlen(text);
    if (base_time_parse(base_bytes_text(text), ret_at_us) == 0)
        return 0;
    if (len + sizeof ":00" > sizeof entry || !is_form(text, "dddd-dd-dd") || (text[10] != ' ' && text[10] != 'T') ||
        !is_form(text + 11, "dd:dd"))
        return -EBADMSG;
    const char *rest = text + MINUTES_LEN;
    bool has_seconds = is_form(rest, ":dd");
    snprintf(entry, sizeof entry, "%.10sT%.5s%.3s%s", text, text + 11, has_seconds ? rest : ":00",
             has_seconds ? rest + 3 : rest);
    return strlen(entry) == sizeof "2026-11-22T14:00:00" - 1 ? local_parse(entry, ret_at_us)
                                                             : base_time_parse(base_bytes_text(entry), ret_at_us);
}

void cli_moment_left(int64_t left_s, enum cli_language language, char ret_text[static CLI_MOMENT_TEXT_MAX])
{
    long long minutes = (left_s < 0 ? -left_s : left_s) / 60;
    switch (language) {
    case CLI_LANGUAGE_KK:
        snprintf(ret_text, CLI_MOMENT_TEXT_MAX,
                 left_s < 0 ? "мерзімі %lld сағ %02lld мин бұрын өтті" : "%lld сағ %02lld мин", minutes / 60,
                 minutes % 60);
        break;
    case CLI_LANGUAGE_RU:
        snprintf(ret_text, CLI_MOMENT_TEXT_MAX, left_s < 0 ? "просрочено на %lld ч %02lld мин" : "%lld ч %02lld мин",
                 minutes / 60, minutes % 60);
        break;
    case CLI_LANGUAGE_EN:
    case CLI_LANGUAGE_COUNT:
        snprintf(ret_text, CLI_MOMENT_TEXT_MAX, left_s < 0 ? "overdue by %lld h %02lld min" : "%lld h %02lld min",
                 minutes / 60, minutes % 60);
        break;
    }
}
