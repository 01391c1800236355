/* Proves that the command line is read exactly: what is unknown, superfluous, doubled or missing is refused by name. */
#include "gateway/cli/options.h"
#include "gateway/cli/suggest.h"
#include "tests/check_main.h"

#include <stdlib.h>
#include <string.h>

struct values {
    bool json;
    const char *service;
    struct cli_list params;
};

static int parse(struct values *values, struct cli_list *rest, char *error, int argc, const char **argv)
{
    const struct cli_option options[] = {
        {"json", CLI_OPTION_FLAG, &values->json, NULL, ""},
        {"service", CLI_OPTION_TEXT, &values->service, "N", ""},
        {"param", CLI_OPTION_LIST, &values->params, "NAME=VALUE", ""},
    };
    *values = (struct values){0};
    rest->count = 99;
    error[0] = '\0';
    return cli_options_parse(argc, (char **) (uintptr_t) argv, options, BASE_ARRAY_LENGTH(options), 2, rest, error);
}

#define PARSE(...)                                                                                                     \
    parse(&values, &rest, error, (int) (sizeof((const char *[]){"x", __VA_ARGS__}) / sizeof(char *)),                  \
          (const char *[]){"x", __VA_ARGS__})

START_TEST(test_values)
{
    struct values values;
    struct cli_list rest;
    char error[CLI_OPTIONS_ERROR_MAX];
    ck_assert_int_eq(PARSE("--json", "--service", "37", "--param", "a=1", "--param=b=2", "one", "two"), 0);
    ck_assert(values.json);
    ck_assert_str_eq(values.service, "37");
    ck_assert_uint_eq(values.params.count, 2);
    ck_assert_str_eq(values.params.items[1], "b=2");
    ck_assert_uint_eq(rest.count, 2);
    ck_assert_str_eq(rest.items[1], "two");
    /* An empty value is a value; a value may look like an option. */
    ck_assert_int_eq(PARSE("--service="), 0);
    ck_assert_str_eq(values.service, "");
    ck_assert_int_eq(PARSE("--service", "--json"), 0);
    ck_assert_str_eq(values.service, "--json");
    ck_assert(!values.json);
    ck_assert_int_eq(PARSE("--", "--json", "-"), 0);
    ck_assert(!values.json);
    ck_assert_str_eq(rest.items[0], "--json");
    ck_assert_int_eq(PARSE("--service", "1", "--help"), CLI_OPTIONS_HELP);
}
END_TEST

START_TEST(test_wrong)
{
    struct values values;
    struct cli_list rest;
    char error[CLI_OPTIONS_ERROR_MAX];
    ck_assert_int_eq(PARSE("--servce", "1"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "unknown option --servce; did you mean --service?");
    ck_assert_int_eq(PARSE("--colour", "1"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "unknown option --colour");
    ck_assert_int_eq(PARSE("--serv", "1"), CLI_OPTIONS_WRONG); /* no abbreviations: scripts must not break later */
    ck_assert_int_eq(PARSE("--service"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "--service needs a value");
    ck_assert_int_eq(PARSE("--service", "1", "--service=2"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "--service is given twice");
    ck_assert_int_eq(PARSE("--json=yes"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "--json takes no value");
    ck_assert_int_eq(PARSE("-j"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "unknown option -j");
    ck_assert_int_eq(PARSE("a", "b", "c"), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "unexpected argument \"c\"");
    ck_assert_uint_eq(rest.count, 99);
}
END_TEST

START_TEST(test_list_is_bounded)
{
    struct values values;
    struct cli_list rest;
    char error[CLI_OPTIONS_ERROR_MAX];
    const char *argv[1 + CLI_LIST_MAX + 1] = {"x"};
    for (size_t i = 1; i < BASE_ARRAY_LENGTH(argv); i++)
        argv[i] = "--param=a=1";
    ck_assert_int_eq(parse(&values, &rest, error, 1 + CLI_LIST_MAX, argv), 0);
    ck_assert_uint_eq(values.params.count, CLI_LIST_MAX);
    ck_assert_int_eq(parse(&values, &rest, error, 2 + CLI_LIST_MAX, argv), CLI_OPTIONS_WRONG);
    ck_assert_str_eq(error, "--param is given too often");
}
END_TEST

START_TEST(test_suggestion)
{
    static const struct {
        const char *word, *expected;
    } cases[] = {{"qeury", "query"}, {"audti", "audit"},
                 {"log", "log"},     {"lgo", "log"},
                 {"xyz", NULL},      {"services!", "services"},
                 {"", NULL},         {"averyveryveryverylongwordthatnobodymeans", NULL},
                 {"vices", "services"}, {"es", NULL},
                 {"ser", "services"}};
    static const char *const known[] = {"query", "audit", "services", "log"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_suggestion suggestion = {0};
        for (size_t j = 0; j < BASE_ARRAY_LENGTH(known); j++)
            cli_suggestion_check(&suggestion, cases[i].word, strlen(cases[i].word), known[j]);
        ck_assert_msg((suggestion.name == NULL) == (cases[i].expected == NULL) &&
                          (!suggestion.name || strcmp(suggestion.name, cases[i].expected) == 0),
                      "%s gives %s", cases[i].word, suggestion.name ? suggestion.name : "nothing");
    }
}
END_TEST

CHECK_MAIN("gateway/cli/options", test_values, test_wrong, test_list_is_bounded, test_suggestion)
