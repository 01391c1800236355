/* A table of subcommands and the call of one of them. */
#ifndef GATEWAY_CLI_COMMAND_H
#define GATEWAY_CLI_COMMAND_H

#include <stddef.h>
#include <stdio.h>

struct cli_command {
    const char *name;
    const char *summary;               /* one line */
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand's own name; returns an enum cli_exit */
};

/* Runs the command that argv[1] names. program is what the user typed before it ("qao", "qao audit"). Without a word,
 * or with an unknown one, prints what there is (and the nearest name) to standard error: CLI_EXIT_USAGE. --help prints
 * it to standard output: CLI_EXIT_OK. */
int cli_command_run(const char *program, const struct cli_command *commands, size_t count, int argc, char **argv);

/* The list of commands. */
void cli_command_help(FILE *out, const char *program, const struct cli_command *commands, size_t count);

#endif
