/* Members of a JSON object that are typed as options, one row of a table for each. */
#ifndef GATEWAY_CLI_FIELD_H
#define GATEWAY_CLI_FIELD_H

#include "gateway/cli/options.h"

#include <jansson.h>

enum { CLI_FIELDS_MAX = 32, CLI_FIELD_ERROR_MAX = 200 };

enum cli_field_kind {
    CLI_FIELD_TEXT,
    CLI_FIELD_NUMBER,
    CLI_FIELD_MOMENT, /* entered in the time of the capital, written with its offset */
    CLI_FIELD_TEXTS,  /* an option that may be given again */
    CLI_FIELD_FLAG,   /* true or false */
    CLI_FIELD_FILE,   /* the content of a file, without its last line feed */
};

/* What it is when it is neither typed nor there already. */
enum cli_field_absent {
    CLI_FIELD_NEEDED = 0, /* an error */
    CLI_FIELD_NULL,       /* null; "-" typed is null too */
    CLI_FIELD_EMPTY,      /* an empty list */
    CLI_FIELD_ASSUMED,    /* the row's text */
};

struct cli_field {
    const char *option; /* without the dashes */
    const char *member; /* a path: "name.kk" */
    enum cli_field_kind kind;
    enum cli_field_absent absent;
    const char *argument, *help; /* for --help */
    const char *assumed;
};

/* As typed. Borrowed from argv. */
struct cli_field_values {
    const char *text[CLI_FIELDS_MAX];
    struct cli_list list[CLI_FIELDS_MAX];
    bool flag[CLI_FIELDS_MAX];
};

/* Writes count options; values go into values. count is at most CLI_FIELDS_MAX. */
void cli_field_options(const struct cli_field *fields, size_t count, struct cli_field_values *values,
                       struct cli_option *ret_options);

/* Named condition: ret_error says which option is missing or wrong. */
enum { CLI_FIELD_WRONG = 1 };

/* Sets every member in the object: as typed, else as it is there, else as the row says. CLI_FIELD_WRONG, -ENOMEM. */
int cli_field_take(const struct cli_field *fields, size_t count, const struct cli_field_values *values, json_t *object,
                   char ret_error[static CLI_FIELD_ERROR_MAX]) BASE_MUST_USE;

/* The row whose member the place "/name/kk" or one below it is; NULL for none. */
const struct cli_field *cli_field_find(const struct cli_field *fields, size_t count, const char *pointer);

/* Reads an object from a file, at most 256 KiB. -EBADMSG for what is no JSON object, base_file_read()'s errors. */
int cli_field_read(const char *path, json_t **ret_object) BASE_MUST_USE;

#endif
