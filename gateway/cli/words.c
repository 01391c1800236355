#include "gateway/cli/words.h"

#include "gateway/cli/suggest.h"
#include "policy/article.h"
#include "policy/basis.h"
#include "policy/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 40, ARTICLE_MAX = 32 };

static int BASE_PRINTF(2, 3) wrong(char ret_error[static CLI_WORDS_ERROR_MAX], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ret_error, CLI_WORDS_ERROR_MAX, format, arguments);
    va_end(arguments);
    return CLI_WORDS_WRONG;
}

static int unknown(const char *option, const char *text, const char *words, const struct cli_suggestion *suggestion,
                   char ret_error[static CLI_WORDS_ERROR_MAX])
{
    if (suggestion->name)
        return wrong(ret_error, "--%s \"%.*s\" is unknown; did you mean %s?", option, SHOWN_MAX, text, suggestion->name);
    return wrong(ret_error, "--%s \"%.*s\" is unknown; it takes %s", option, SHOWN_MAX, text, words);
}

int cli_words_basis_check(const char *text, char ret_error[static CLI_WORDS_ERROR_MAX])
{
    struct cli_suggestion suggestion = {0};
    if (policy_basis_parse(base_bytes_text(text)) != POLICY_BASIS_NONE)
        return 0;
    for (unsigned basis = 1; basis <= POLICY_BASIS_MAX; basis++)
        cli_suggestion_check(&suggestion, text, strlen(text), policy_basis_name((enum policy_basis) basis));
    return unknown("basis", text, "operative_search, covert_investigation, search_measures or other_duties",
                   &suggestion, ret_error);
}

int cli_words_duty_check(const char *text, const char *basis, char ret_error[static CLI_WORDS_ERROR_MAX])
{
    struct cli_suggestion suggestion = {0};
    if (policy_duty_parse(base_bytes_text(text)) == POLICY_DUTY_NONE) {
        for (unsigned duty = 1; duty <= POLICY_DUTY_MAX; duty++)
            cli_suggestion_check(&suggestion, text, strlen(text), policy_duty_name((enum policy_duty) duty));
        return unknown("duty", text, "app4.1 to app4.5, app5.1, app5.2, app6.1 or app7.1", &suggestion, ret_error);
    }
    if (policy_basis_parse(base_bytes_text(basis)) != POLICY_BASIS_OTHER_DUTIES)
        return wrong(ret_error, "--duty belongs to --basis other_duties; leave it out here");
    return 0;
}

/* The number from 1 to 76 that is somewhere in the text, or 0. */
static unsigned service_within(const char *text)
{
    const char *digits = text + strcspn(text, "123456789");
    size_t len = strspn(digits, "0123456789");
    unsigned number = 0;
    if (len == 0 || len > 2)
        return 0;
    for (size_t i = 0; i < len; i++)
        number = number * 10 + (unsigned) (digits[i] - '0');
    return number <= POLICY_SERVICE_MAX ? number : 0;
}

int cli_words_service_check(const char *text, char ret_error[static CLI_WORDS_ERROR_MAX])
{
    char right[8];
    unsigned number = service_within(text);
    snprintf(right, sizeof right, "%u", number);
    if (number > 0 && strcmp(text, right) == 0)
        return 0;
    if (number > 0)
        return wrong(ret_error, "--service takes a number from 1 to 76; did you mean %u?", number);
    return wrong(ret_error, "--service takes a number from 1 to 76; qao services lists them");
}

int cli_words_case_check(const char *text, const char *pattern, char ret_error[static CLI_WORDS_ERROR_MAX])
{
    struct policy_case_pattern form;
    if (policy_case_pattern_parse(base_bytes_text(pattern), &form))
        return wrong(ret_error, "case.pattern of the instance is no form of a case number");
    if (policy_case_check(&form, base_bytes_text(text)) == POLICY_CASE_WELLFORMED)
        return 0;
    if (strcmp(form.text, POLICY_CASE_PATTERN_DEFAULT) == 0)
        return wrong(ret_error, "--case \"%.*s\" is no case number: it has %zu characters instead of 15 digits", SHOWN_MAX,
                     text, strlen(text));
    return wrong(ret_error, "--case \"%.*s\" is no case number of the form %s (# is a digit)", SHOWN_MAX, text,
                 form.text);
}

/* "216.2" and "216 ч. 2" may be meant as a part: digits, something else, digits. */
static bool article_within(const char *text, char ret_article[static ARTICLE_MAX])
{
    size_t number = strspn(text, "0123456789");
    size_t between = strcspn(text + number, "0123456789");
    size_t part = strspn(text + number + between, "0123456789");
    if (number == 0 || number > 3 || between == 0 || part == 0 || part > 3 || text[number + between + part])
        return false;
    snprintf(ret_article, ARTICLE_MAX, "%.*s/%.*s", (int) number, text, (int) part, text + number + between);
    return policy_article_is_wellformed(base_bytes_text(ret_article));
}

int cli_words_article_check(const char *text, char ret_error[static CLI_WORDS_ERROR_MAX])
{
    char meant[ARTICLE_MAX];
    if (policy_article_is_wellformed(base_bytes_text(text)))
        return 0;
    if (article_within(text, meant))
        return wrong(ret_error, "--article \"%.*s\" is no article; did you mean %s?", SHOWN_MAX, text, meant);
    return wrong(ret_error, "--article \"%.*s\" is no article; write 216/2 for a part, 220 for a whole article",
                 SHOWN_MAX, text);
}
