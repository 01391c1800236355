/* Times as people enter them and as what is left of a term: always the time of the capital (clause 22). */
#ifndef GATEWAY_CLI_MOMENT_H
#define GATEWAY_CLI_MOMENT_H

#include "gateway/cli/text.h"

enum { CLI_MOMENT_TEXT_MAX = 80 };

/* "2026-11-22 14:00", seconds optional, 'T' instead of the space, with an offset (Z, +05:00) or without: then it is the
 * time of the capital. -EBADMSG for all else, also for a day that is none. Needs base_clock_zone_init(). */
int cli_moment_parse(const char *text, int64_t *ret_at_us) BASE_MUST_USE;

/* "5 h 12 min"; "overdue by 0 h 03 min" for less than nothing. */
void cli_moment_left(int64_t left_s, enum cli_language language, char ret_text[static CLI_MOMENT_TEXT_MAX]);

#endif
