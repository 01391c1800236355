/* Proves: the language is the one the client wants most, and every problem is the document DESIGN's table asks for. */
#include "gateway/front/problem.h"
#include "tests/check_main.h"

#include <stdio.h>

START_TEST(the_best_language_wins)
{
    static const struct {
        const char *accept;
        enum front_language language;
    } cases[] = {
        {"", FRONT_LANGUAGE_EN},
        {"kk", FRONT_LANGUAGE_KK},
        {"KK-kz", FRONT_LANGUAGE_KK},
        {"ru-RU,ru;q=0.9,en-US;q=0.8", FRONT_LANGUAGE_RU},
        {"en;q=0.5, ru;q=0.51", FRONT_LANGUAGE_RU},
        {"en;q=0.5,ru;q=0.499", FRONT_LANGUAGE_EN},
        {"ru;q=0,kk;q=0.001", FRONT_LANGUAGE_KK},
        {"ru;q=0", FRONT_LANGUAGE_EN},
        {" de , \t kk ; q=1.0 ", FRONT_LANGUAGE_KK},
        {"kkk, rus", FRONT_LANGUAGE_EN},
        {"*", FRONT_LANGUAGE_EN},
        {",,;;q=,=", FRONT_LANGUAGE_EN},
        {"ru;q=0.9999999", FRONT_LANGUAGE_RU},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++)
        ck_assert_msg(front_language_find(base_bytes_text(cases[i].accept)) == cases[i].language, "%s",
                      cases[i].accept);
}
END_TEST

START_TEST(each_problem_is_a_document)
{
    static const struct {
        enum front_problem problem;
        const char *code;
        unsigned status;
    } cases[] = {{FRONT_PROBLEM_BAD_REQUEST, "bad-request", 400},
                 {FRONT_PROBLEM_LENGTH_REQUIRED, "length-required", 411},
                 {FRONT_PROBLEM_TOO_LARGE, "too-large", 413},
                 {FRONT_PROBLEM_OVERLOADED, "overloaded", 503},
                 {FRONT_PROBLEM_OUTCOME_UNKNOWN, "outcome-unknown", 503}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++)
        for (unsigned language = FRONT_LANGUAGE_EN; language <= FRONT_LANGUAGE_KK; language++) {
            char begin[128], end[64], text[512];
            struct base_bytes body = front_problem_body(cases[i].problem, (enum front_language) language);
            ck_assert_uint_lt(body.len, sizeof(text));
            memcpy(text, body.data, body.len);
            text[body.len] = '\0';
            int begin_len =
                snprintf(begin, sizeof(begin), "{\"type\":\"urn:qao:problem:%s\",\"title\":\"", cases[i].code);
            int end_len = snprintf(end, sizeof(end), "\",\"status\":%u}\n", cases[i].status);
            ck_assert_int_eq(strncmp(text, begin, (size_t) begin_len), 0);
            ck_assert_str_eq(text + body.len - (size_t) end_len, end);
            ck_assert_uint_gt(body.len, (size_t) (begin_len + end_len));
            ck_assert_uint_eq(front_problem_status(cases[i].problem), cases[i].status);
        }
    ck_assert_uint_eq(front_problem_status(FRONT_PROBLEM_NONE), 500);
}
END_TEST

CHECK_MAIN("front/problem", the_best_language_wins, each_problem_is_a_document)
