/* A checked reply as text for a terminal. */
#ifndef GATEWAY_CLI_SHOW_H
#define GATEWAY_CLI_SHOW_H

#include "gateway/cli/names.h"
#include "gateway/cli/reply.h"

enum { CLI_SHOW_MAX = 64 << 20 };

/* Borrowed. */
struct cli_show {
    enum cli_language language;
    const struct cli_names *names;
    size_t width; /* columns of the terminal */
    struct cli_asked asked;
};

/* Each appends; the buffer's errors, -ENOMEM. */
int cli_show_reply(const struct cli_show *show, const struct cli_reply *reply, struct base_buffer *out) BASE_MUST_USE;
/* "clause 2, appendix 1, row 11, column 1 (R04)" for each, one a line after `before`. */
int cli_show_citations(enum cli_language language, const json_t *citations, const char *before,
                       struct base_buffer *out) BASE_MUST_USE;
/* Each reason with its code, the rules it rests on, and what can be done about this query. */
int cli_show_reasons(const struct cli_show *show, const json_t *reasons, struct base_buffer *out) BASE_MUST_USE;
/* "permitted" and so on; the word itself when it is unknown. */
const char *cli_show_effect(const char *effect, enum cli_language language);
/* An RFC 3339 time in the time of the capital, "2026-11-22 12:00:00 (+05:00)"; the text itself when it is none. */
void cli_show_time(const char *text, char ret_text[static 64]);
/* The same of microseconds since 1970. */
void cli_show_time_us(int64_t at_us, char ret_text[static 64]);

/* Columns of standard output: of the terminal, else 100. */
size_t cli_show_width(void);

#endif
