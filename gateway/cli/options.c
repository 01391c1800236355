#include "gateway/cli/options.h"

#include "gateway/cli/exit.h"
#include "gateway/cli/suggest.h"

#include <string.h>

static const struct cli_option *option_find(const struct cli_option *options, size_t count, const char *name,
                                            size_t name_len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].name) == name_len && memcmp(options[i].name, name, name_len) == 0)
            return &options[i];
    return NULL;
}

static void unknown_option(const struct cli_option *options, size_t count, const char *name, size_t name_len,
                           char ret_error[static CLI_OPTIONS_ERROR_MAX])
{
    struct cli_suggestion suggestion = {0};
    for (size_t i = 0; i < count; i++)
        cli_suggestion_check(&suggestion, name, name_len, options[i].name);
    if (suggestion.name)
        snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "unknown option --%.*s; did you mean --%s?",
                 (int) (name_len < 40 ? name_len : 40), name, suggestion.name);
    else
        snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "unknown option --%.*s", (int) (name_len < 40 ? name_len : 40),
                 name);
}

/* Stores one value; given already is told for flags and texts. */
static int option_store(const struct cli_option *option, const char *value, bool *given,
                        char ret_error[static CLI_OPTIONS_ERROR_MAX])
{
    if (option->type == CLI_OPTION_LIST) {
        struct cli_list *list = option->value;
        if (list->count == CLI_LIST_MAX) {
            snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "--%s is given too often", option->name);
            return CLI_OPTIONS_WRONG;
        }
        list->items[list->count++] = value;
        return 0;
    }
    if (*given) {
        snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "--%s is given twice", option->name);
        return CLI_OPTIONS_WRONG;
    }
    *given = true;
    if (option->type == CLI_OPTION_FLAG)
        *(bool *) option->value = true;
    else
        *(const char **) option->value = value;
    return 0;
}

/* One option with its value, at argv[*at]; moves *at to the last argument used. */
static int option_take(int argc, char **argv, int *at, const struct cli_option *options, size_t count, bool *given,
                       char ret_error[static CLI_OPTIONS_ERROR_MAX])
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    size_t name_len = equals ? (size_t) (equals - name) : strlen(name);
    const struct cli_option *option = option_find(options, count, name, name_len);
    if (!option) {
        unknown_option(options, count, name, name_len, ret_error);
        return CLI_OPTIONS_WRONG;
    }
    const char *value = equals ? equals + 1 : NULL;
    if (option->type == CLI_OPTION_FLAG) {
        if (value) {
            snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "--%s takes no value", option->name);
            return CLI_OPTIONS_WRONG;
        }
    } else if (!value) {
        if (*at + 1 >= argc) {
            snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "--%s needs a value", option->name);
            return CLI_OPTIONS_WRONG;
        }
        value = argv[++*at];
    }
    return option_store(option, value, &given[option - options], ret_error);
}

int cli_options_parse(int argc, char **argv, const struct cli_option *options, size_t count, size_t rest_max,
                      struct cli_list *ret_rest, char ret_error[static CLI_OPTIONS_ERROR_MAX])
{
    enum { OPTIONS_MAX = 64 };
    bool given[OPTIONS_MAX] = {false};
    struct cli_list rest = {.count = 0};
    bool only_rest = false;
    if (count > OPTIONS_MAX || rest_max > CLI_LIST_MAX) {
        snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "too many options");
        return CLI_OPTIONS_WRONG;
    }
    for (int i = 1; i < argc; i++) {
        if (!only_rest && strcmp(argv[i], "--") == 0) {
            only_rest = true;
        } else if (!only_rest && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            return CLI_OPTIONS_HELP;
        } else if (!only_rest && strncmp(argv[i], "--", 2) == 0) {
            int r = option_take(argc, argv, &i, options, count, given, ret_error);
            if (r)
                return r;
        } else if (!only_rest && argv[i][0] == '-' && argv[i][1]) {
            snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "unknown option %.40s", argv[i]);
            return CLI_OPTIONS_WRONG;
        } else if (rest.count == rest_max) {
            snprintf(ret_error, CLI_OPTIONS_ERROR_MAX, "unexpected argument \"%.80s\"", argv[i]);
            return CLI_OPTIONS_WRONG;
        } else {
            rest.items[rest.count++] = argv[i];
        }
    }
    *ret_rest = rest;
    return 0;
}

void cli_options_help(FILE *out, const char *usage, const char *summary, const struct cli_option *options, size_t count)
{
    fprintf(out, "usage: qao %s\n\n%s\n", usage, summary);
    if (count > 0)
        fputs("\noptions:\n", out);
    for (size_t i = 0; i < count; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", options[i].name, options[i].argument ? " " : "",
                 options[i].argument ? options[i].argument : "");
        fprintf(out, "  %-26s %s\n", left, options[i].help);
    }
}

bool cli_options_take(int argc, char **argv, const char *usage, const char *summary, const struct cli_option *options,
                      size_t count, size_t rest_max, struct cli_list *ret_rest, int *ret_exit)
{
    char error[CLI_OPTIONS_ERROR_MAX];
    int r = cli_options_parse(argc, argv, options, count, rest_max, ret_rest, error);
    if (r == 0)
        return true;
    if (r == CLI_OPTIONS_HELP) {
        cli_options_help(stdout, usage, summary, options, count);
        *ret_exit = CLI_EXIT_OK;
    } else {
        fprintf(stderr, "qao: %s\nusage: qao %s\n", error, usage);
        *ret_exit = CLI_EXIT_USAGE;
    }
    return false;
}
