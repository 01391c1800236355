/* Proves that what was typed becomes exactly the query of docs/PROTOCOL-QUERY.md, in canonical form, and that what
 * cannot be a query is refused before anything is signed. */
#include "base/clock.h"
#include "gateway/cli/content.h"
#include "gateway/cli/instance.h"
#include "gateway/cli/text.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_US INT64_C(1795330800000000) /* 2026-11-22T12:00:00+05:00 */

static struct cli_content query(void)
{
    return (struct cli_content){.id = "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10",
                                .to = "qao.example/log",
                                .at_us = AT_US,
                                .service = 37,
                                .basis = "search_measures"};
}

START_TEST(test_full)
{
    ck_assert_int_eq(base_clock_zone_init(), 0);
    struct cli_content content = query();
    char error[CLI_CONTENT_ERROR_MAX];
    struct base_buffer out;
    content.case_number = "265500121000123";
    content.article = "216/2";
    content.ground = "\"қою\"\n";
    ck_assert_int_eq(cli_content_param_set(&content, "bin", "300140000015", error), 0);
    ck_assert_int_eq(cli_content_param_add(&content, "a=b=c", error), 0);
    ck_assert_int_eq(cli_content_param_add(&content, "year:=2020", error), 0);
    ck_assert_int_eq(cli_content_param_add(&content, "all:=true", error), 0);
    ck_assert_int_eq(cli_content_param_add(&content, "empty=", error), 0);
    base_buffer_init(&out, CLI_CONTENT_MAX);
    ck_assert_int_eq(cli_content_encode(&content, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_str_eq(
        text,
        "{\"article\":\"216/2\",\"at\":\"2026-11-22T12:00:00+05:00\",\"basis\":\"search_measures\","
        "\"case\":\"265500121000123\",\"ground\":\"\\\"қою\\\"\\n\",\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10\","
        "\"params\":{\"a\":\"b=c\",\"all\":true,\"bin\":\"300140000015\",\"empty\":\"\",\"year\":2020},"
        "\"service\":37,\"to\":\"qao.example/log\",\"v\":\"qao.query/1\"}");
    free(text);
}
END_TEST

START_TEST(test_inquiry)
{
    ck_assert_int_eq(base_clock_zone_init(), 0);
    struct cli_content content = query();
    char error[CLI_CONTENT_ERROR_MAX];
    struct base_buffer out;
    ck_assert_int_eq(cli_content_services_parse(&content, "36,2,35", error), 0);
    base_buffer_init(&out, CLI_CONTENT_MAX);
    ck_assert_int_eq(cli_content_encode(&content, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_str_eq(text, "{\"at\":\"2026-11-22T12:00:00+05:00\",\"basis\":\"search_measures\","
                           "\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10\",\"params\":{},\"services\":[36,2,35],"
                           "\"to\":\"qao.example/log\",\"v\":\"qao.inquiry/1\"}");
    free(text);
}
END_TEST

/* Acts and links are asked alone (docs/PROTOCOL-QUERY.md), nothing twice, at most twenty. */
START_TEST(test_services_wrong)
{
    static const char *const cases[] = {"",   "2,",  ",2",   "2,2",  "2;35", "02",  "0",    "77",   "57",
                                        "58", "59",  "65",   "75",   "76",   "2 ,3", "x",   "2,3x", "1000000000000000000000000",
                                        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21"};
    char error[CLI_CONTENT_ERROR_MAX];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_content content = query();
        ck_assert_msg(cli_content_services_parse(&content, cases[i], error) == CLI_CONTENT_WRONG, "%s", cases[i]);
        ck_assert_ptr_nonnull(strstr(error, "--services: "));
    }
    struct cli_content content = query();
    ck_assert_int_eq(cli_content_services_parse(&content, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20", error), 0);
    ck_assert_uint_eq(content.service_count, 20);
}
END_TEST

START_TEST(test_params_wrong)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"bin", "parameter \"bin\" has no value; write name=value"},
        {"=x", "parameter \"\" has no usable name; write name=value"},
        {":=1", "parameter \"\" has no usable name; write name=value"},
        {"iin=2", "parameter \"iin\" is given twice"},
        {"year:=twenty", "parameter \"year\" is no integer, true, false or null"},
        {"year:=01", "parameter \"year\" is no integer, true, false or null"},
        {"year:=1.5", "parameter \"year\" is no integer, true, false or null"},
        {"year:= 1", "parameter \"year\" is no integer, true, false or null"},
        {"list:=[1]", "parameter \"list\" is no integer, true, false or null"},
        {"text:=\"a\"", "parameter \"text\" is no integer, true, false or null"},
        {"void:=", "parameter \"void\" is no integer, true, false or null"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_content content = query();
        char error[CLI_CONTENT_ERROR_MAX];
        ck_assert_int_eq(cli_content_param_set(&content, "iin", "1", error), 0);
        ck_assert_int_eq(cli_content_param_add(&content, cases[i].text, error), CLI_CONTENT_WRONG);
        ck_assert_str_eq(error, cases[i].error);
    }
}
END_TEST

START_TEST(test_params_bounded)
{
    struct cli_content content = query();
    char error[CLI_CONTENT_ERROR_MAX];
    char names[CLI_PARAMS_MAX + 1][8];
    for (size_t i = 0; i <= CLI_PARAMS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "p%zu", i);
        ck_assert_int_eq(cli_content_param_set(&content, names[i], "x", error),
                         i < CLI_PARAMS_MAX ? 0 : CLI_CONTENT_WRONG);
    }
    ck_assert_str_eq(error, "parameter \"p16\" is one too many");
}
END_TEST

START_TEST(test_encode_refuses_bytes)
{
    struct cli_content content = query();
    struct base_buffer out;
    base_buffer_init(&out, CLI_CONTENT_MAX);
    content.ground = "\xff";
    ck_assert_int_eq(cli_content_encode(&content, &out), -EINVAL);
    base_buffer_clear(&out);
    base_buffer_init(&out, 40);
    content.ground = NULL;
    ck_assert_int_eq(cli_content_encode(&content, &out), -ENOBUFS);
    base_buffer_clear(&out);
}
END_TEST

START_TEST(test_service)
{
    static const char *const wrong[] = {"", "0", "77", "07", "7x", "-1", "100", " 7", "7 ", "seven"};
    long service = -5;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_msg(cli_content_service_parse(wrong[i], &service) == CLI_CONTENT_WRONG, "%s", wrong[i]);
    ck_assert_int_eq(service, -5);
    ck_assert_int_eq(cli_content_service_parse("1", &service), 0);
    ck_assert_int_eq(service, 1);
    ck_assert_int_eq(cli_content_service_parse("76", &service), 0);
    ck_assert_int_eq(service, 76);
}
END_TEST

START_TEST(test_uuid)
{
    ck_assert(cli_content_is_uuid("5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"));
    ck_assert(!cli_content_is_uuid("5F0C7B0E-3D61-4A55-9C0B-2F6F0A1F9A10"));
    ck_assert(!cli_content_is_uuid("5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a1"));
    ck_assert(!cli_content_is_uuid("5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a100"));
    ck_assert(!cli_content_is_uuid("5f0c7b0e+3d61-4a55-9c0b-2f6f0a1f9a10"));
    ck_assert(!cli_content_is_uuid("../../../../../../etc/passwd000000000"));
}
END_TEST

START_TEST(test_person)
{
    ck_assert(cli_instance_is_person("police"));
    ck_assert(!cli_instance_is_person(""));
    ck_assert(!cli_instance_is_person("../ca"));
    ck_assert(!cli_instance_is_person("a/b"));
    ck_assert(!cli_instance_is_person("."));
}
END_TEST

START_TEST(test_language)
{
    static const struct {
        const char *option, *lc_all, *lang;
        int result;
        enum cli_language language;
    } cases[] = {
        {"kk", NULL, "ru_RU.UTF-8", 0, CLI_LANGUAGE_KK}, {NULL, NULL, "ru_RU.UTF-8", 0, CLI_LANGUAGE_RU},
        {NULL, NULL, "kk_KZ.UTF-8", 0, CLI_LANGUAGE_KK}, {NULL, NULL, "C.UTF-8", 0, CLI_LANGUAGE_EN},
        {NULL, NULL, NULL, 0, CLI_LANGUAGE_EN},          {NULL, "kk_KZ", "ru_RU", 0, CLI_LANGUAGE_KK},
        {NULL, "", "ru_RU", 0, CLI_LANGUAGE_RU},         {"de", NULL, NULL, -EINVAL, CLI_LANGUAGE_EN},
        {"KK", NULL, NULL, -EINVAL, CLI_LANGUAGE_EN},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        enum cli_language language = CLI_LANGUAGE_EN;
        unsetenv("LC_MESSAGES");
        cases[i].lc_all ? setenv("LC_ALL", cases[i].lc_all, 1) : unsetenv("LC_ALL");
        cases[i].lang ? setenv("LANG", cases[i].lang, 1) : unsetenv("LANG");
        ck_assert_int_eq(cli_language_find(cases[i].option, &language), cases[i].result);
        ck_assert_int_eq(language, cases[i].language);
    }
}
END_TEST

START_TEST(test_texts_are_whole)
{
    for (int text = 0; text < CLI_TEXT_COUNT; text++)
        for (int language = 0; language < CLI_LANGUAGE_COUNT; language++) {
            const char *words = cli_text((enum cli_text) text, (enum cli_language) language);
            ck_assert_msg(words && words[0], "text %d has no words in language %d", text, language);
        }
}
END_TEST

START_TEST(test_citation)
{
    const struct cli_citation citation = {.clause = 2, .appendix = 1, .row = 11, .column = 1};
    const struct cli_citation clause = {.clause = 19};
    static const char *const expected[] = {"2-тармақ, 1-қосымша, 11-жол, 1-баған",
                                           "пункт 2, приложение 1, строка 11, графа 1",
                                           "clause 2, appendix 1, row 11, column 1"};
    struct base_buffer out;
    base_buffer_init(&out, 200);
    for (int language = 0; language < CLI_LANGUAGE_COUNT; language++) {
        ck_assert_int_eq(cli_text_citation(&citation, (enum cli_language) language, &out), 0);
        char *text = base_buffer_take_text(&out);
        ck_assert_str_eq(text, expected[language]);
        free(text);
    }
    ck_assert_int_eq(cli_text_citation(&clause, CLI_LANGUAGE_EN, &out), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out), "clause 19"));
    base_buffer_clear(&out);
}
END_TEST

CHECK_MAIN("gateway/cli/content, text", test_full, test_inquiry, test_services_wrong, test_params_wrong, test_params_bounded, test_encode_refuses_bytes,
           test_service, test_uuid, test_person, test_language, test_texts_are_whole, test_citation)
