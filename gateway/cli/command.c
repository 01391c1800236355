#include "gateway/cli/command.h"

#include "gateway/cli/exit.h"
#include "gateway/cli/suggest.h"

#include <string.h>

void cli_command_help(FILE *out, const char *program, const struct cli_command *commands, size_t count)
{
    fprintf(out, "usage: %s COMMAND [OPTIONS]\n\n", program);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\n%s COMMAND --help describes one command.\n", program);
}

int cli_command_run(const char *program, const struct cli_command *commands, size_t count, int argc, char **argv)
{
    if (argc < 2) {
        cli_command_help(stderr, program, commands, count);
        return CLI_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        cli_command_help(stdout, program, commands, count);
        return CLI_EXIT_OK;
    }
    struct cli_suggestion suggestion = {0};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
        cli_suggestion_check(&suggestion, word, strlen(word), commands[i].name);
    }
    fprintf(stderr, "%s: there is no command \"%.40s\"", program, word);
    if (suggestion.name)
        fprintf(stderr, "; did you mean \"%s\"?", suggestion.name);
    fprintf(stderr, "\n%s --help lists the commands.\n", program);
    return CLI_EXIT_USAGE;
}
