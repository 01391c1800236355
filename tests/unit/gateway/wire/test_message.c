/* schema/messages.tsv has every code and note in three languages; the reader refuses what is not whole; Accept-Language
 * is weighed as RFC 9110 says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/data.h"
#include "base/file.h"
#include "gateway/wire/accept.h"
#include "gateway/wire/message.h"
#include "tests/check_main.h"

static char *text_read(void)
{
    char *path = NULL;
    ck_assert_int_eq(base_data_path("schema/messages.tsv", &path), 0);
    struct base_buffer content;
    base_buffer_init(&content, WIRE_MESSAGES_BYTES_MAX);
    ck_assert_int_eq(base_file_read(path, BASE_FILE_PUBLIC, &content), 0);
    free(path);
    char *text = base_buffer_take_text(&content);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(every_code_speaks_three_languages)
{
    char *text = text_read();
    struct wire_messages *messages = NULL;
    char *error = NULL;
    ck_assert_msg(wire_messages_parse(base_bytes_text(text), &messages, &error) == 0, "%s", error ? error : "");
    for (unsigned code = WIRE_CODE_NONE + 1; code < WIRE_CODE_COUNT; code++)
        for (unsigned a = 0; a < WIRE_LANGUAGE_COUNT; a++) {
            enum wire_language language = (enum wire_language)a;
            ck_assert(strlen(wire_message_title(messages, (enum wire_code)code, language)) > 3);
            ck_assert(strlen(wire_message_detail(messages, (enum wire_code)code, language)) > 10);
            for (unsigned b = 0; b < a; b++)
                ck_assert_str_ne(wire_message_detail(messages, (enum wire_code)code, language),
                                 wire_message_detail(messages, (enum wire_code)code, (enum wire_language)b));
        }
    ck_assert_ptr_nonnull(strstr(wire_message_note(messages, WIRE_NOTE_NOTICE, WIRE_EN), "case file"));
    ck_assert_ptr_nonnull(strstr(wire_message_note(messages, WIRE_NOTE_NOTICE, WIRE_KK), "23–26"));
    ck_assert_str_eq(wire_message_title(messages, WIRE_CODE_CASE_MISSING, WIRE_EN), "Case number missing");
    wire_messages_free(messages);
    free(text);
}
END_TEST

static void expect_bad(const char *tsv, const char *error_part)
{
    struct wire_messages *messages = NULL;
    char *error = NULL;
    ck_assert_int_eq(wire_messages_parse(base_bytes_text(tsv), &messages, &error), -EBADMSG);
    ck_assert_ptr_null(messages);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strstr(error, error_part) != NULL, "%s", error);
    free(error);
}

#define HEADER "code\ttitle_kk\tdetail_kk\ttitle_ru\tdetail_ru\ttitle_en\tdetail_en\n"

START_TEST(what_is_not_whole_is_refused)
{
    expect_bad(HEADER "not-found\ta\tb\tc\td\te\tf\n", "no line for bad-request");
    expect_bad(HEADER "nothing\ta\tb\tc\td\te\tf\n", "line 2, column 1: no such code");
    expect_bad(HEADER "none\ta\tb\tc\td\te\tf\n", "line 2, column 1: no such code");
    expect_bad(HEADER "not-found\ta\tb\tc\td\te\tf\nnot-found\ta\tb\tc\td\te\tf\n", "line 3, column 1: a second line");
    expect_bad(HEADER "not-found\ta\tb\t\td\te\tf\n", "line 2, column 4: an empty");
    expect_bad(HEADER "not-found\ta\tb\tc\td\te\n", "line 2, column 6: not seven columns");
    expect_bad(HEADER "not-found\ta\tb\tc\td\te\tf\tg\n", "not seven columns");
    expect_bad("code\ttitle_ru\tdetail_kk\ttitle_ru\tdetail_ru\ttitle_en\tdetail_en\n", "line 1, column 2");
    expect_bad(HEADER "not-found\t\xff\tb\tc\td\te\tf\n", "not UTF-8");
    expect_bad("", "no line for bad-request");
}
END_TEST

START_TEST(language_is_weighed)
{
    static const struct {
        const char *header;
        enum wire_language language;
    } cases[] = {
        {"", WIRE_KK},
        {"de", WIRE_KK},
        {"ru", WIRE_RU},
        {"EN-gb", WIRE_EN},
        {"en, ru", WIRE_EN},
        {"en;q=0.4, ru;q=0.9, kk;q=0.8", WIRE_RU},
        {"en;q=0.4 ,kk;q=0.5", WIRE_KK},
        {"de, en;q=0.1", WIRE_EN},
        {"*", WIRE_KK},
        {"kk;q=0, *;q=0.3", WIRE_RU},
        {"kk;q=0, ru;q=0, *;q=0.3", WIRE_EN},
        {"en;q=2, ru;q=0.1", WIRE_RU},
        {"en;x=1, ru;q=0.1", WIRE_RU},
        {"en;q=0", WIRE_KK},
        {";;;,,=", WIRE_KK},
        {"english", WIRE_KK},
        {"ru;q=1.001", WIRE_KK},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_msg(wire_language_find(base_bytes_text(cases[i].header)) == cases[i].language, "%s",
                      cases[i].header);
}
END_TEST

START_TEST(signed_answer_is_asked_for)
{
    static const char *const wanted[] = {"application/pkcs7-mime", "Application/PKCS7-mime;q=0.5", "text/html, application/pkcs7-mime, */*",
                                         "application/json;q=0.3,application/pkcs7-mime;q=0.4"};
    static const char *const unwanted[] = {"", "*/*", "application/json", "application/pkcs7-mime;q=0", "application/pkcs7-mime, application/json",
                                           "application/pkcs7-mimes", "application/pkcs7-mime;smime-type=signed-data"};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        ck_assert_msg(wire_accept_signed(base_bytes_text(wanted[i])), "%s", wanted[i]);
    for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
        ck_assert_msg(!wire_accept_signed(base_bytes_text(unwanted[i])), "%s", unwanted[i]);
}
END_TEST

START_TEST(codes_keep_the_order_of_the_table)
{
    struct wire_codes codes = {0};
    ck_assert(wire_codes_first(codes) == WIRE_CODE_NONE);
    wire_codes_add(&codes, WIRE_CODE_MAINTENANCE);
    wire_codes_add(&codes, WIRE_CODE_CASE_MISSING);
    wire_codes_add(&codes, WIRE_CODE_BAD_REQUEST);
    wire_codes_add(&codes, WIRE_CODE_NONE);
    ck_assert(wire_codes_first(codes) == WIRE_CODE_BAD_REQUEST);
    ck_assert(wire_codes_after(codes, WIRE_CODE_BAD_REQUEST) == WIRE_CODE_CASE_MISSING);
    ck_assert(wire_codes_after(codes, WIRE_CODE_CASE_MISSING) == WIRE_CODE_MAINTENANCE);
    ck_assert(wire_codes_after(codes, WIRE_CODE_MAINTENANCE) == WIRE_CODE_NONE);
    ck_assert(!wire_codes_have(codes, WIRE_CODE_NOT_FOUND));
    for (unsigned code = WIRE_CODE_NONE + 1; code < WIRE_CODE_COUNT; code++)
        ck_assert(wire_code_parse(base_bytes_text(wire_code_text((enum wire_code)code))) == (enum wire_code)code);
    ck_assert(wire_code_parse(base_bytes_text("none")) == WIRE_CODE_NONE);
    ck_assert(wire_code_parse(base_bytes_text("")) == WIRE_CODE_NONE);
}
END_TEST

CHECK_MAIN("messages", every_code_speaks_three_languages, what_is_not_whole_is_refused, language_is_weighed, signed_answer_is_asked_for,
           codes_keep_the_order_of_the_table)
