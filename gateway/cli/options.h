/* Command-line options: "--name value", "--name=value", flags, "--" before what is no option. Names are given in full.
 */
#ifndef GATEWAY_CLI_OPTIONS_H
#define GATEWAY_CLI_OPTIONS_H

#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CLI_LIST_MAX = 32, CLI_OPTIONS_ERROR_MAX = 200 };

/* Values given several times, or arguments that are no options. Borrowed from argv. */
struct cli_list {
    const char *items[CLI_LIST_MAX];
    size_t count;
};

enum cli_option_type {
    CLI_OPTION_FLAG, /* bool * */
    CLI_OPTION_TEXT, /* const char **; given at most once */
    CLI_OPTION_LIST, /* struct cli_list *; may be given again */
};

struct cli_option {
    const char *name; /* without the dashes */
    enum cli_option_type type;
    void *value;
    const char *argument; /* what the help calls the value; NULL for a flag */
    const char *help;     /* one line */
};

/* Named conditions. */
enum { CLI_OPTIONS_HELP = 1, CLI_OPTIONS_WRONG = 2 };

/* Reads argv[1] and after. The rest are the arguments that are no options, at most rest_max. CLI_OPTIONS_HELP when
 * --help is there; CLI_OPTIONS_WRONG with a sentence in ret_error: unknown option (with the nearest known one), missing
 * or superfluous value, an option given twice, too many arguments. */
int cli_options_parse(int argc, char **argv, const struct cli_option *options, size_t count, size_t rest_max,
                      struct cli_list *ret_rest, char ret_error[static CLI_OPTIONS_ERROR_MAX]) BASE_MUST_USE;

/* Prints "usage: qao USAGE", the summary, and a line for each option. */
void cli_options_help(FILE *out, const char *usage, const char *summary, const struct cli_option *options,
                      size_t count);

/* Both in one, as every subcommand begins: true when it may go on. On false *ret_exit is what to return; the help went
 * to standard output or the error to standard error. */
bool cli_options_take(int argc, char **argv, const char *usage, const char *summary, const struct cli_option *options,
                      size_t count, size_t rest_max, struct cli_list *ret_rest, int *ret_exit);

#endif
