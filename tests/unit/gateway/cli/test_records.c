/* That records are shown in the reader's words: values of an enum by their names, numbers with their unit, a picture by
 * its kind and size and never by its bytes. */
#include "gateway/cli/records.h"
#include "gateway/wire/json.h"
#include "tests/check_main.h"

#define TITLES(kk, ru, en) "\"x-titles\":{\"kk\":\"" kk "\",\"ru\":\"" ru "\",\"en\":\"" en "\"}"
#define TEXTS(kk, ru, en) "{\"kk\":\"" kk "\",\"ru\":\"" ru "\",\"en\":\"" en "\"}"

static const char description[] =
    "{\"answer\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"state\":{\"type\":\"string\",\"enum\":[\"open\",\"closed\"],\"x-values\":{\"open\":" TEXTS("ашық", "открыто", "open now") ",\"closed\":" TEXTS(
        "жабық", "закрыто",
        "closed now") "}," TITLES("Жай-күйі", "Состояние",
                                  "State") "},"
                                           "\"fine\":{\"type\":\"integer\",\"x-unit\":\"tiyn\"," TITLES(
                                               "Айыппұл", "Штраф",
                                               "Fine") "},"
                                                       "\"area\":{\"type\":\"integer\",\"x-unit\":\"0.01 m2\"," TITLES(
                                                           "Ауданы", "Площадь",
                                                           "Area") "},"
                                                                   "\"weight\":{\"type\":\"integer\",\"x-unit\":"
                                                                   "\"kg\"," TITLES(
                                                                       "Салмағы", "Вес",
                                                                       "Weight") "},"
                                                                                 "\"rooms\":{\"type\":"
                                                                                 "\"integer\"," TITLES(
                                                                                     "Бөлмелер", "Комнаты",
                                                                                     "Rooms") "},"
                                                                                              "\"photo\":{\"type\":["
                                                                                              "\"object\",\"null\"],"
                                                                                              "\"x-content\":true,"
                                                                                              "\"properties\":{"
                                                                                              "\"type\":{\"type\":"
                                                                                              "\"string\",\"enum\":["
                                                                                              "\"image/"
                                                                                              "jpeg\"],\"x-values\":{"
                                                                                              "\"image/jpeg\":" TEXTS("JPEG суреті", "снимок JPEG", "JPEG picture") "}," TITLES(
                                                                                                  "Түрі", "Тип",
                                                                                                  "Type") "},\"size\":{"
                                                                                                          "\"type\":"
                                                                                                          "\"integer\""
                                                                                                          "," TITLES("К"
                                                                                                                     "ө"
                                                                                                                     "л"
                                                                                                                     "е"
                                                                                                                     "м"
                                                                                                                     "і",
                                                                                                                     "Р"
                                                                                                                     "а"
                                                                                                                     "з"
                                                                                                                     "м"
                                                                                                                     "е"
                                                                                                                     "р",
                                                                                                                     "S"
                                                                                                                     "i"
                                                                                                                     "z"
                                                                                                                     "e") "},"
                                                                                                                          "\"data\":{\"type\":\"string\"," TITLES(
                                                                                                                              "Мазмұны",
                                                                                                                              "Содержание",
                                                                                                                              "Content") "}}," TITLES("Сурет",
                                                                                                                                                      "Фотография",
                                                                                                                                                      "Photograph") "}}}}}";

static const char records[] = "[{\"state\":\"closed\",\"fine\":-1234567,\"area\":4205,\"weight\":70,\"rooms\":3,"
                              "\"photo\":{\"type\":\"image/jpeg\",\"size\":5,\"data\":\"/9j/4AA=\"}}]";

static void check_shown(const char *answer, enum cli_language language, enum cli_form form, const char *expected,
                        bool is_there)
{
    json_t *described = NULL, *shown = NULL;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 1 << 20);
    ck_assert_int_eq(wire_json_parse(base_bytes_text(description), 1 << 16, &described, NULL), 0);
    ck_assert_int_eq(wire_json_parse(base_bytes_text(answer), 1 << 16, &shown, NULL), 0);
    ck_assert_int_eq(cli_records_show(shown, described, language, form, 200, &out), 0);
    ck_assert_int_eq(base_buffer_append(&out, base_bytes_of("", 1)), 0);
    ck_assert_msg((strstr((const char *) out.data, expected) != NULL) == is_there, "%s: %s", expected,
                  (const char *) out.data);
    json_decref(described);
    json_decref(shown);
}

START_TEST(test_values_by_name)
{
    check_shown(records, CLI_LANGUAGE_KK, CLI_FORM_TEXT, "жабық", true);
    check_shown(records, CLI_LANGUAGE_RU, CLI_FORM_TEXT, "закрыто", true);
    check_shown(records, CLI_LANGUAGE_EN, CLI_FORM_HTML, "closed now", true);
    /* A word that the description does not know is shown as it came. */
    check_shown("[{\"state\":\"half\"}]", CLI_LANGUAGE_EN, CLI_FORM_TEXT, "half", true);
}
END_TEST

START_TEST(test_numbers_with_units)
{
    static const char *const expected[] = {"-12345.67 KZT", "42.05 m²", "70 kg"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(expected); i++)
        check_shown(records, CLI_LANGUAGE_RU, CLI_FORM_TEXT, expected[i], true);
}
END_TEST

START_TEST(test_a_picture_is_named)
{
    check_shown(records, CLI_LANGUAGE_KK, CLI_FORM_TEXT, "JPEG суреті, 5 B", true);
    check_shown(records, CLI_LANGUAGE_EN, CLI_FORM_HTML, "JPEG picture, 5 B", true);
    check_shown(records, CLI_LANGUAGE_EN, CLI_FORM_TEXT, "/9j/", false);
    check_shown(records, CLI_LANGUAGE_EN, CLI_FORM_HTML, "/9j/", false);
    check_shown("[{\"photo\":null}]", CLI_LANGUAGE_EN, CLI_FORM_TEXT, "Photograph", true);
}
END_TEST

CHECK_MAIN("cli/records", test_values_by_name, test_numbers_with_units, test_a_picture_is_named)
