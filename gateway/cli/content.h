/* The content of a signed query or inquiry (docs/PROTOCOL-QUERY.md), built from what was typed. */
#ifndef GATEWAY_CLI_CONTENT_H
#define GATEWAY_CLI_CONTENT_H

#include "base/buffer.h"
#include "base/uuid.h"

enum {
    CLI_CONTENT_MAX = 64 << 10,
    CLI_PARAMS_MAX = 16,
    CLI_SERVICES_MAX = 20,
    CLI_CONTENT_ERROR_MAX = 160,
};

struct cli_param {
    struct base_bytes name;
    struct base_bytes value;
    bool is_json; /* value is an integer, true, false or null instead of a text */
};

/* Absent texts are NULL. */
struct cli_content {
    const char *id, *to;
    int64_t at_us;
    long service;         /* of a query */
    size_t service_count; /* of an inquiry, a message for several services; 0: a query */
    long services[CLI_SERVICES_MAX];
    const char *basis, *duty, *case_number, *article, *ground, *ordered_by, *recipient;
    size_t param_count;
    struct cli_param params[CLI_PARAMS_MAX];
};

/* Named condition: what was typed cannot be a query. */
enum { CLI_CONTENT_WRONG = 1 };

/* "name=value", or "name:=JSON" for an integer or boolean. Borrowed. CLI_CONTENT_WRONG for another form, a name twice,
 * or too many. */
int cli_content_param_add(struct cli_content *content, const char *text,
                          char ret_error[static CLI_CONTENT_ERROR_MAX]) BASE_MUST_USE;
/* A text parameter. The same errors. */
int cli_content_param_set(struct cli_content *content, const char *name, const char *value,
                          char ret_error[static CLI_CONTENT_ERROR_MAX]) BASE_MUST_USE;

/* "1" to "76"; CLI_CONTENT_WRONG else. Other numbers are the gateway's to refuse, but a typing error is ours to tell.
 */
int cli_content_service_parse(const char *text, long *ret_service) BASE_MUST_USE;

/* "2,35,36": numbers that may be asked together (no acts, no links, none twice), at most CLI_SERVICES_MAX, into
 * content->services. CLI_CONTENT_WRONG with what is wrong. */
int cli_content_services_parse(struct cli_content *content, const char *text,
                               char ret_error[static CLI_CONTENT_ERROR_MAX]) BASE_MUST_USE;

/* Services that answer by links between others' answers. */
bool cli_content_is_links(long service);

/* A lower-case UUID of eight-four-four-four-twelve digits. */
bool cli_content_is_uuid(const char *text);

/* Appends the canonical JSON; sorts params. The buffer's errors, or -EINVAL for text that is not UTF-8. */
int cli_content_encode(struct cli_content *content, struct base_buffer *out) BASE_MUST_USE;

#endif
