/* An answer's records as tables, with the titles of the service's description. */
#ifndef GATEWAY_CLI_RECORDS_H
#define GATEWAY_CLI_RECORDS_H

#include "gateway/cli/text.h"

#include <jansson.h>

enum cli_form {
    CLI_FORM_TEXT = 0, /* for a terminal of `width` columns */
    CLI_FORM_HTML,
};

/* Appends the records (an array of objects), or the words that there are none. description may be NULL: then the
 * members' names are the titles. Nested values are shown line by line under the titles of the way to them. -ENOMEM,
 * the buffer's errors. */
int cli_records_show(const json_t *records, const json_t *description, enum cli_language language, enum cli_form form,
                     size_t width, struct base_buffer *out) BASE_MUST_USE;

#endif
