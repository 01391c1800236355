/* Finding a gateway's instance folder and what lies in it: gateway.url, ca/, log/log.vkey, people/<name>/,
 * database.conninfo. */
#ifndef GATEWAY_CLI_INSTANCE_H
#define GATEWAY_CLI_INSTANCE_H

#include "base/result.h"

#include <stdbool.h>

enum { CLI_INSTANCE_TEXT_MAX = 1024 };

struct cli_instance {
    char *dir; /* absolute */
};

/* Named condition: no such folder; the caller's error text says where it was looked for. */
enum { CLI_INSTANCE_NONE = 1 };

/* option when not NULL, else $QAO_INSTANCE, else ./instance. The caller clears ret_instance. CLI_INSTANCE_NONE (told on
 * standard error), or -ENOMEM. */
int cli_instance_find(const char *option, struct cli_instance *ret_instance) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void cli_instance_clear(struct cli_instance *instance);

/* The path of something in the folder; the caller frees. NULL when out of memory. */
char *cli_instance_path(const struct cli_instance *instance, const char *below);

/* The one line of a small file in the folder, without its line feed: at most CLI_INSTANCE_TEXT_MAX bytes of printable
 * text. The caller frees. -EBADMSG when it is something else; else base_file_read()'s errors. */
int cli_instance_line(const struct cli_instance *instance, const char *below, char **ret_line) BASE_MUST_USE;

/* True for a name that may be a folder below people/: letters, digits, '-' and '_', at most 64. */
bool cli_instance_is_person(const char *name);

#endif
