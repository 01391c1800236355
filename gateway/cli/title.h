/* Names for people of the members and words of signed acts and of the register (docs/PROTOCOL-ACCESS.md), in the three
 * languages. */
#ifndef GATEWAY_CLI_TITLE_H
#define GATEWAY_CLI_TITLE_H

#include "gateway/cli/text.h"

#include <jansson.h>

/* "filed_at" -> "Filed"; the name itself when it is unknown. */
const char *cli_title(const char *member, enum cli_language language);

/* Appends a value of that member for a terminal: words of the protocol by their names, times in the time of the
 * capital, what is left of a term as hours and minutes, lists with commas, null as "-"; all else made safe to show. An
 * object with the three languages is its text in this one; other objects are "name: value" with semicolons. The
 * buffer's errors. */
int cli_title_value(const char *member, const json_t *value, enum cli_language language, struct base_buffer *out);

/* Appends an object as "Title: value" lines, what is nested below it indented. Members named in hidden (NULL at its
 * end; may be NULL) and "signed", whose bytes are nothing to read, are left out. The buffer's errors. */
int cli_title_object(const json_t *object, const char *const *hidden, enum cli_language language, unsigned indent,
                     struct base_buffer *out);

#endif
