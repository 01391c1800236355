/* Proves: which texts are a case number of a pattern (R12) and which are an article (R09), and which patterns the
 * configuration may set. */
#include "policy/article.h"
#include "policy/case.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>

static struct policy_case_pattern pattern_of(const char *text)
{
    struct policy_case_pattern pattern;
    ck_assert_int_eq(policy_case_pattern_parse(base_bytes_text(text), &pattern), 0);
    return pattern;
}

static enum policy_case check_of(const char *pattern_text, const char *number)
{
    struct policy_case_pattern pattern = pattern_of(pattern_text);
    return policy_case_check(&pattern, base_bytes_text(number));
}

START_TEST(a_case_number_has_fifteen_digits_by_default)
{
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, "265500121000123"), POLICY_CASE_WELLFORMED);
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, "26550012100012"), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, "2655001210001234"), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, "26550012100012a"), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, " 65500121000123"), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, "26550012100012\n"), POLICY_CASE_MALFORMED);
}
END_TEST

START_TEST(no_number_is_absent_and_an_empty_one_malformed)
{
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, NULL), POLICY_CASE_ABSENT);
    ck_assert_int_eq(check_of(POLICY_CASE_PATTERN_DEFAULT, ""), POLICY_CASE_MALFORMED);
}
END_TEST

START_TEST(a_nul_byte_ends_nothing)
{
    struct policy_case_pattern pattern = pattern_of("##");
    ck_assert_int_eq(policy_case_check(&pattern, base_bytes_of("12\0", 3)), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(policy_case_check(&pattern, base_bytes_of("1\0", 2)), POLICY_CASE_MALFORMED);
}
END_TEST

START_TEST(a_pattern_has_digits_and_signs)
{
    ck_assert_int_eq(check_of("KZ-##/#", "KZ-26/1"), POLICY_CASE_WELLFORMED);
    ck_assert_int_eq(check_of("KZ-##/#", "kz-26/1"), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(check_of("KZ-##/#", "KZ-26-1"), POLICY_CASE_MALFORMED);
    ck_assert_int_eq(check_of("KZ-##/#", "KZ-#6/1"), POLICY_CASE_MALFORMED);
}
END_TEST

START_TEST(a_pattern_without_a_digit_is_refused)
{
    static const char *const bad[] = {
        "", "abc", "## ##", "##\t", "#\xd2\x9b", "#################################################################"};
    struct policy_case_pattern pattern;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++)
        ck_assert_int_eq(policy_case_pattern_parse(base_bytes_text(bad[i]), &pattern), -EINVAL);
    ck_assert_int_eq(policy_case_pattern_parse(base_bytes_of("#\0", 2), &pattern), -EINVAL);
}
END_TEST

START_TEST(articles_are_a_number_and_perhaps_a_part)
{
    static const char *const good[] = {"1", "220", "216/2", "301-1", "301-1/2", "216/2-1", "999-99/99-9"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(good); i++)
        ck_assert_msg(policy_article_is_wellformed(base_bytes_text(good[i])), "%s", good[i]);
}
END_TEST

START_TEST(all_else_is_no_article)
{
    static const char *const bad[] = {"",       "/",    "216/",  "/2",      "0",      "0216/2",   "216/02", "216/0",
                                      "216/2 ", " 216", "216.2", "216/2/3", "1216/2", "216/1000", "216-",   "216-/1",
                                      "216--1", "-216", "+216",  "216/2a",  "abc",    "216-1-1",  "216/2-"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++)
        ck_assert_msg(!policy_article_is_wellformed(base_bytes_text(bad[i])), "%s", bad[i]);
    ck_assert(!policy_article_is_wellformed(base_bytes_of("216\0", 4)));
    ck_assert(!policy_article_is_wellformed(base_bytes_of(NULL, 0)));
}
END_TEST

CHECK_MAIN("policy forms", a_case_number_has_fifteen_digits_by_default, no_number_is_absent_and_an_empty_one_malformed,
           a_nul_byte_ends_nothing, a_pattern_has_digits_and_signs, a_pattern_without_a_digit_is_refused,
           articles_are_a_number_and_perhaps_a_part, all_else_is_no_article)
