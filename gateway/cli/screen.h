/* What others wrote, made safe to show: on a terminal and in a page. */
#ifndef GATEWAY_CLI_SCREEN_H
#define GATEWAY_CLI_SCREEN_H

#include "base/buffer.h"

/* Appends UTF-8 text in which control characters (C0, DEL, C1), characters that turn the writing direction and those that
 * cannot be seen are '?': a registry's value must not steer the terminal. Bytes that are no UTF-8 are '?' too. Returns the append's result. */
int cli_screen_text(struct base_bytes text, struct base_buffer *out);

/* Appends JSON text with the same characters escaped (\u009b): it means what it meant, and may be shown. JSON has control
 * characters below a space only between its values; those stay. */
int cli_screen_json(struct base_bytes text, struct base_buffer *out);

/* Columns that well-formed text takes: one for each code point, none for combining marks. */
size_t cli_screen_width(struct base_bytes text);

/* Appends text for HTML, as content and inside double-quoted attributes: & < > " ' as references; control characters
 * but line feed and tab, and all else that cli_screen_text() replaces, are "?". */
int cli_screen_html(struct base_bytes text, struct base_buffer *out);

#endif
