/* That the descriptions in the tree load, that one outside the subset is refused with its place, and that requests and
 * answers are held to them in every respect. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/wire/json.h"
#include "gateway/wire/service.h"
#include "gateway/wire/service_part.h"
#include "tests/check_main.h"

static struct wire_services *load_all(void)
{
    struct wire_services *services = NULL;
    char *error = NULL;
    int r = wire_services_new(SERVICES_DIR, &services, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "no error text");
    return services;
}

static void free_services(struct wire_services **services)
{
    wire_services_free(*services);
}

#define SERVICES struct wire_services *services BASE_CLEANUP(free_services) = load_all()

static json_t *json_of(const char *text)
{
    char fault[WIRE_JSON_FAULT_MAX] = "";
    json_t *value = NULL;
    ck_assert_msg(wire_json_parse(base_bytes_text(text), 1 << 20, &value, fault) == 0, "%s: %s", fault, text);
    return value;
}

/* R13 */
static bool is_act(unsigned number)
{
    return (number >= 57 && number <= 59) || number == 65;
}

START_TEST(test_loads)
{
    SERVICES;
    for (unsigned number = 1; number <= 74; number++) {
        const struct wire_service *service = wire_service_find(services, number);
        ck_assert_msg(service, "service %u is not described", number);
        ck_assert_uint_eq(wire_service_number(service), number);
        ck_assert_int_eq(wire_service_kind(service), is_act(number) ? WIRE_SERVICE_ACT : WIRE_SERVICE_QUESTION);
    }
    ck_assert_str_eq(wire_service_name(wire_service_find(services, 11), WIRE_EN), "DB \"Pension contributions\"");
    ck_assert_ptr_null(wire_service_find(services, 0));
    ck_assert_ptr_null(wire_service_find(services, 77));
}
END_TEST

/* One request: the fault expected at one member, or none. */
static void check_request(const struct wire_service *service, const char *text, const char *member,
                          enum wire_fault_kind kind)
{
    json_t *params BASE_CLEANUP(wire_json_cleanup) = json_of(text);
    struct wire_params taken = {0};
    struct wire_faults faults = {0};
    int r = wire_service_params_check(service, params, &taken, &faults);
    ck_assert_msg(r == (member ? WIRE_SERVICE_MISFIT : 0), "%s gave %d", text, r);
    bool found = false;
    for (size_t i = 0; i < faults.count; i++)
        found = found || (strcmp(faults.items[i].member, member) == 0 && faults.items[i].kind == kind);
    ck_assert_msg(!member || found, "%s: %zu faults, first %s %s", text, faults.count, faults.items[0].member,
                  wire_fault_code(faults.items[0].kind));
    ck_assert_uint_eq(taken.count, member ? 0 : json_object_size(params));
    wire_params_clear(&taken);
}

START_TEST(test_requests)
{
    SERVICES;
    const struct wire_service *people = wire_service_find(services, 1), *vehicles = wire_service_find(services, 5);
    check_request(people, "{\"iin\":\"500101100000\"}", NULL, WIRE_FAULT_MISFIT);
    check_request(people, "{\"iin\":\"500101100001\"}", "/iin", WIRE_FAULT_CHECK_DIGIT);
    check_request(people, "{\"iin\":\"50010110000x\"}", "/iin", WIRE_FAULT_PATTERN);
    check_request(people, "{\"iin\":\"' or 1=1 --\"}", "/iin", WIRE_FAULT_PATTERN);
    check_request(people, "{\"iin\":500101100000}", "/iin", WIRE_FAULT_TYPE);
    check_request(people, "{\"iin\":null}", "/iin", WIRE_FAULT_TYPE);
    check_request(wire_service_find(services, 11), "{}", "/iin", WIRE_FAULT_MISSING);
    check_request(people, "{}", "", WIRE_FAULT_COMBINATION);
    check_request(people, "{\"surname\":\"А\",\"name\":\"Б\",\"birth_date\":\"1850-01-01\"}", NULL, WIRE_FAULT_MISFIT);
    check_request(people, "{\"surname\":\"А\",\"name\":\"Б\"}", "", WIRE_FAULT_COMBINATION);
    check_request(people, "{\"surname\":\"\",\"name\":\"Б\",\"birth_date\":\"1850-01-01\"}", "/surname",
                  WIRE_FAULT_LENGTH);
    check_request(people, "[]", "", WIRE_FAULT_TYPE);
    check_request(people, "{\"iin\":\"500101100000\",\"bin\":\"300140000015\"}", "/bin", WIRE_FAULT_UNKNOWN);
    check_request(people, "{\"iin\":\"500101100000\",\"a b\":1}", "/?", WIRE_FAULT_UNKNOWN);
    check_request(vehicles, "{\"iin\":\"500101100000\"}", NULL, WIRE_FAULT_MISFIT);
    check_request(vehicles, "{\"plate\":\"500AAA99\"}", NULL, WIRE_FAULT_MISFIT);
    check_request(vehicles, "{\"plate\":\"500aaa99\"}", "/plate", WIRE_FAULT_PATTERN);
    check_request(vehicles, "{\"plate\":\"500AAA99\\n\"}", "/plate", WIRE_FAULT_PATTERN);
    check_request(vehicles, "{\"plate\":\"500AAAAAA99\"}", "/plate", WIRE_FAULT_LENGTH);
    check_request(vehicles, "{}", "", WIRE_FAULT_COMBINATION);
    check_request(vehicles, "{\"plate\":\"500AAA99\",\"iin\":\"500101100000\"}", "", WIRE_FAULT_COMBINATION);
    check_request(wire_service_find(services, 57), "{\"cadastre\":\"99:001:001:001\"}", NULL, WIRE_FAULT_MISFIT);
    check_request(wire_service_find(services, 57), "{\"cadastre\":\"99:001:001:001:1/2:A\"}", NULL, WIRE_FAULT_MISFIT);
    check_request(wire_service_find(services, 57), "{\"cadastre\":\"99:001:001:001;drop\"}", "/cadastre",
                  WIRE_FAULT_PATTERN);
}
END_TEST

START_TEST(test_requests_without_description)
{
    check_request(NULL, "{}", NULL, WIRE_FAULT_MISFIT);
    check_request(NULL, "{\"iin\":\"500101100000\",\"bin\":\"300140000015\",\"n\":5,\"deep\":false}", NULL,
                  WIRE_FAULT_MISFIT);
    check_request(NULL, "{\"iin\":\"500101100001\"}", "/iin", WIRE_FAULT_CHECK_DIGIT);
    check_request(NULL, "{\"owner_bin\":\"300140000016\"}", "/owner_bin", WIRE_FAULT_CHECK_DIGIT);
    check_request(NULL, "{\"bin\":7}", "/bin", WIRE_FAULT_TYPE);
    check_request(NULL, "{\"a\":null}", "/a", WIRE_FAULT_TYPE);
    check_request(NULL, "{\"a\":{}}", "/a", WIRE_FAULT_TYPE);
    check_request(NULL, "{\"a\":[]}", "/a", WIRE_FAULT_TYPE);
    check_request(NULL, "{\"a\":\"x\\ty\"}", "/a", WIRE_FAULT_PATTERN);
    check_request(NULL, "{\"A\":1}", "/?", WIRE_FAULT_UNKNOWN);
    check_request(NULL, "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,"
                        "\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1}",
                  "", WIRE_FAULT_TOO_MANY);
    char long_text[1200];
    snprintf(long_text, sizeof(long_text), "{\"a\":\"%01025d\"}", 0);
    check_request(NULL, long_text, "/a", WIRE_FAULT_LENGTH);
    /* 600 characters of two bytes each: under the limit in characters, over it in bytes. */
    char wide[1300] = "{\"a\":\"";
    for (int i = 0; i < 600; i++)
        strcat(wide, "\xd3\x99");
    strcat(wide, "\"}");
    check_request(NULL, wide, "/a", WIRE_FAULT_LENGTH);
}
END_TEST

START_TEST(test_params_name_subjects)
{
    SERVICES;
    json_t *params BASE_CLEANUP(wire_json_cleanup) = json_of("{\"plate\":\"500AAA99\"}");
    struct wire_params taken = {0};
    struct wire_faults faults;
    ck_assert_int_eq(wire_service_params_check(wire_service_find(services, 5), params, &taken, &faults), 0);
    ck_assert_str_eq(taken.items[0].name, "plate");
    ck_assert_str_eq(taken.items[0].value, "500AAA99");
    ck_assert_str_eq(wire_identifier_text(taken.items[0].identifier), "plate");
    wire_params_clear(&taken);
    json_t *other BASE_CLEANUP(wire_json_cleanup) = json_of("{\"n\":-5,\"iin\":\"500101100000\",\"all\":true}");
    ck_assert_int_eq(wire_service_params_check(NULL, other, &taken, &faults), 0);
    ck_assert_uint_eq(taken.count, 3);
    ck_assert_str_eq(taken.items[0].name, "all");
    ck_assert_str_eq(taken.items[0].value, "true");
    ck_assert_int_eq(taken.items[1].identifier, WIRE_IDENTIFIER_IIN);
    ck_assert_str_eq(taken.items[2].value, "-5");
    ck_assert_int_eq(taken.items[2].identifier, WIRE_IDENTIFIER_NONE);
    wire_params_clear(&taken);
}
END_TEST

#define PENSION(iin, amount)                                                                                           \
    "{\"iin\":\"" iin "\",\"period\":\"1899-01\",\"date\":\"1899-02-05\",\"kind\":\"mandatory\","                      \
    "\"payer_bin\":\"300140000015\",\"payer_name\":\"X\",\"amount\":" amount ",\"income\":100}"

static int check_answer(const struct wire_service *service, const char *text, struct wire_faults *faults)
{
    json_t *records BASE_CLEANUP(wire_json_cleanup) = json_of(text);
    char name[] = "iin", value[] = "500101100000";
    struct wire_params asked = {.count = 1, .items = {{.name = name, .value = value}}};
    *faults = (struct wire_faults){0};
    return wire_service_answer_check(service, &asked, records, faults);
}

START_TEST(test_answers)
{
    SERVICES;
    const struct wire_service *pension = wire_service_find(services, 11);
    static const struct {
        const char *text, *member;
        enum wire_fault_kind kind;
    } cases[] = {
        {"{}", "", WIRE_FAULT_TYPE},
        {"[1]", "/0", WIRE_FAULT_TYPE},
        {"[{}]", "/0/amount", WIRE_FAULT_MISSING},
        {"[" PENSION("500101100000", "1") ",{\"x\":1}]", "/1/x", WIRE_FAULT_UNKNOWN},
        {"[" PENSION("500101100000", "-1") "]", "/0/amount", WIRE_FAULT_RANGE},
        {"[" PENSION("500101100000", "\"1\"") "]", "/0/amount", WIRE_FAULT_TYPE},
        {"[" PENSION("500101200007", "1") "]", "/0/iin", WIRE_FAULT_OTHER_SUBJECT},
        {"[" PENSION("500101100001", "1") "]", "/0/iin", WIRE_FAULT_CHECK_DIGIT},
    };
    struct wire_faults faults;
    ck_assert_int_eq(check_answer(pension, "[]", &faults), 0);
    ck_assert_int_eq(check_answer(pension, "[" PENSION("500101100000", "1") "]", &faults), 0);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        ck_assert_int_eq(check_answer(pension, cases[i].text, &faults), WIRE_SERVICE_MISFIT);
        bool found = false;
        for (size_t j = 0; j < faults.count; j++)
            found = found || (strcmp(faults.items[j].member, cases[i].member) == 0 &&
                              faults.items[j].kind == cases[i].kind);
        ck_assert_msg(found, "%s", cases[i].text);
    }
    ck_assert_int_eq(check_answer(NULL, "[]", &faults), WIRE_SERVICE_MISFIT);
}
END_TEST

/* A null owner is no way round the subject check, and a vehicle asked by its plate may belong to an organisation. */
START_TEST(test_null_is_another_subject)
{
    SERVICES;
    const char text[] = "[{\"plate\":\"500AAA99\",\"vin\":null,\"certificate\":\"X1\",\"make\":\"M\",\"model\":\"M\","
                        "\"year\":1899,\"category\":\"B\",\"color\":\"c\",\"engine_volume\":1,"
                        "\"registration_date\":\"1899-02-28\",\"deregistration_date\":null,\"owner_iin\":null,"
                        "\"owner_bin\":\"300140000015\",\"owner_name\":\"X\"}]";
    struct wire_faults faults;
    const struct wire_service *vehicles = wire_service_find(services, 5);
    ck_assert_int_eq(check_answer(vehicles, text, &faults), WIRE_SERVICE_MISFIT);
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].member, "/0/owner_iin");
    ck_assert_int_eq(faults.items[0].kind, WIRE_FAULT_OTHER_SUBJECT);
    char name[] = "plate", value[] = "500AAA99";
    struct wire_params asked = {.count = 1, .items = {{.name = name, .value = value}}};
    json_t *records BASE_CLEANUP(wire_json_cleanup) = json_of(text);
    ck_assert_int_eq(wire_service_answer_check(vehicles, &asked, records, &faults), 0);
}
END_TEST

START_TEST(test_many_faults_are_bounded)
{
    SERVICES;
    json_t *records BASE_CLEANUP(wire_json_cleanup) = json_array();
    for (int i = 0; i < 500; i++)
        json_array_append_new(records, json_integer(i));
    struct wire_faults faults;
    ck_assert_int_eq(wire_service_answer_check(wire_service_find(services, 11), NULL, records, &faults),
                     WIRE_SERVICE_MISFIT);
    ck_assert_uint_eq(faults.count, WIRE_FAULTS_MAX);
    ck_assert_int_eq(faults.items[WIRE_FAULTS_MAX - 1].kind, WIRE_FAULT_TOO_MANY);
}
END_TEST

START_TEST(test_dates)
{
    SERVICES;
    static const struct {
        const char *date;
        int expected;
    } cases[] = {{"1852-02-29", 0}, {"1900-02-29", 1}, {"2000-02-29", 0}, {"1851-02-29", 1}, {"1850-13-01", 1},
                 {"1850-00-10", 1}, {"1850-04-31", 1}, {"1850-4-3", 1},   {"0000-01-01", 1}, {"1850-01-01 ", 1}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 "[{\"iin\":\"500101100000\",\"period\":\"1899-01\",\"date\":\"%s\",\"kind\":\"mandatory\","
                 "\"payer_bin\":\"300140000015\",\"payer_name\":\"X\",\"amount\":1,\"income\":1}]",
                 cases[i].date);
        struct wire_faults faults;
        int r = check_answer(wire_service_find(services, 11), text, &faults);
        ck_assert_msg(r == cases[i].expected, "%s", cases[i].date);
        if (r != 0)
            ck_assert_int_eq(faults.items[0].kind, WIRE_FAULT_DATE);
    }
}
END_TEST

/* Registers know moments before the first that a clock of ours has. */
START_TEST(test_moments)
{
    SERVICES;
    static const struct {
        const char *at;
        int expected;
    } cases[] = {{"1899-12-15T19:41:30+05:00", 0}, {"2030-01-01T00:00:00Z", 0}, {"1852-02-29T00:00:00.5Z", 0},
                 {"1899-02-29T00:00:00Z", 1}, {"1899-12-15", 1}, {"1899-12-15T19:41:30", 1}, {"1899-12-15T25:00:00Z", 1},
                 {"1899-12-15 19:41:30+05:00", 1}, {"0000-01-01T00:00:00Z", 1}, {"T00:00:00Z", 1}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        json_t *records = json_pack("[{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:n}]", "violation_number", "1", "iin",
                                    "500101100000", "offender_name", "X", "plate", "500AAA99", "at", cases[i].at, "place", "X",
                                    "article", "1", "camera", 1, "fine", 1, "paid_date");
        struct wire_faults faults = {0};
        int r = wire_service_answer_check(wire_service_find(services, 21), NULL, records, &faults);
        ck_assert_msg(r == cases[i].expected, "%s: %s", cases[i].at, r ? faults.items[0].member : "fits");
        if (r != 0)
            ck_assert_int_eq(faults.items[0].kind, WIRE_FAULT_DATE);
        json_decref(records);
    }
}
END_TEST

START_TEST(test_abbreviates)
{
    SERVICES;
    const struct wire_service *pension = wire_service_find(services, 11);
    size_t removed = 99;
    json_t *records BASE_CLEANUP(wire_json_cleanup) =
        json_of("[" PENSION("500101100000", "4711") "," PENSION("500101100000", "4712") "]");
    ck_assert_int_eq(wire_service_answer_abbreviate(pension, records, &removed), 0);
    ck_assert_uint_eq(removed, 4);
    char *text = json_dumps(records, 0);
    ck_assert_ptr_null(strstr(text, "amount"));
    ck_assert_ptr_null(strstr(text, "income"));
    ck_assert_ptr_null(strstr(text, "471"));
    free(text);
    /* An amount hidden where the schema has none. */
    json_t *hidden BASE_CLEANUP(wire_json_cleanup) = json_of("[{\"iin\":{\"amount\":1}}]");
    ck_assert_int_eq(wire_service_answer_abbreviate(pension, hidden, &removed), WIRE_SERVICE_MISFIT);
    json_t *none BASE_CLEANUP(wire_json_cleanup) = json_of("[]");
    ck_assert_int_eq(wire_service_answer_abbreviate(pension, none, &removed), 0);
    ck_assert_uint_eq(removed, 0);
    ck_assert_int_eq(wire_service_answer_abbreviate(wire_service_find(services, 1), none, &removed),
                     WIRE_SERVICE_NOT_ABBREVIABLE);
    ck_assert_int_eq(wire_service_answer_abbreviate(NULL, none, &removed), WIRE_SERVICE_MISFIT);
}
END_TEST

#define TITLES "\"x-titles\":{\"kk\":\"k\",\"ru\":\"r\",\"en\":\"e\"}"
#define NAMES "\"name\":{\"kk\":\"k\",\"ru\":\"r\",\"en\":\"e\"},\"owner\":{\"kk\":\"k\",\"ru\":\"r\",\"en\":\"e\"}"
#define HEAD "{\"v\":\"qao.service/1\",\"number\":3,\"kind\":\"question\",\"marked\":false,\"has_amounts\":false," NAMES
#define OBJECT(properties) "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" properties "}}"
#define REQUEST(properties) ",\"request\":" OBJECT(properties)
#define ANSWER(properties) ",\"answer\":{\"type\":\"array\",\"maxItems\":1,\"items\":" OBJECT(properties) "}}"
#define FIELD "\"a\":{\"type\":\"string\",\"maxLength\":5," TITLES "}"

static void check_description(const char *text, const char *expected)
{
    struct wire_service *service = NULL;
    char *error = NULL;
    int r = wire_service_new(base_bytes_text(text), 3, "03.json", &service, &error);
    ck_assert_msg(r == (expected ? -EINVAL : 0), "%d %s", r, error ? error : "");
    if (expected)
        ck_assert_msg(error && strcmp(error, expected) == 0, "%s", error ? error : "no text");
    free(error);
    wire_service_free(service);
}

START_TEST(test_refuses_descriptions)
{
    check_description(HEAD REQUEST(FIELD) ANSWER(FIELD), NULL);
    check_description(HEAD REQUEST("\"a\":{\"type\":\"string\"," TITLES "}") ANSWER(FIELD),
                      "03.json#/request/properties/a/maxLength: is missing: every value has a bound");
    check_description(HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"number\"," TITLES "}"),
                      "03.json#/answer/items/properties/a/type: must be object, array, string, integer or boolean");
    check_description(HEAD REQUEST("\"a\":{\"type\":\"string\",\"maxLength\":5}") ANSWER(FIELD),
                      "03.json#/request/properties/a/x-titles: every field has a title");
    check_description(HEAD REQUEST("\"a\":{\"type\":\"string\",\"maxLength\":5,\"const\":1," TITLES "}") ANSWER(FIELD),
                      "03.json#/request/properties/a/const: is outside the subset for this type");
    check_description(HEAD REQUEST("\"a\":{\"type\":\"string\",\"maxLength\":5,\"pattern\":\"a\"," TITLES "}") ANSWER(FIELD),
                      "03.json#/request/properties/a/pattern: must be ^...$ of at most 200 bytes");
    check_description(
        HEAD REQUEST("\"a\":{\"type\":\"string\",\"maxLength\":5,\"pattern\":\"^\\\\d$\"," TITLES "}") ANSWER(FIELD),
        "03.json#/request/properties/a/pattern: has a backslash or a character outside ASCII");
    check_description(HEAD REQUEST("\"a\":{\"type\":\"string\",\"maxLength\":257," TITLES "}") ANSWER(FIELD),
                      "03.json#/request: a parameter has at most 256 characters");
    check_description(HEAD REQUEST("\"iin\":{\"type\":\"string\",\"maxLength\":12," TITLES "}") ANSWER(FIELD),
                      "03.json#/request: an IIN or BIN has its format and is named in x-identifies");
    check_description(
        HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"string\",\"maxLength\":5,\"x-same-as\":\"b\"," TITLES "}"),
        "03.json#/answer/items/required: a field with x-same-as is required");
    check_description(HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9,"
                                                 "\"x-amount\":true,\"x-unit\":\"tiyn\"," TITLES "}"),
                      "03.json#/answer: has_amounts does not agree with the fields marked x-amount");
    check_description(HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9,"
                                                 "\"x-amount\":true," TITLES "}"),
                      "03.json#/answer/items/properties/a/x-amount: an amount is an integer with \"x-unit\": \"tiyn\"");
    check_description(HEAD REQUEST(FIELD) ",\"answer\":{\"type\":\"array\",\"maxItems\":1,\"items\":{\"$ref\":"
                                          "\"#/$defs/r\"},\"$defs\":{\"r\":{\"$ref\":\"#/$defs/r\"}}}}",
                      "03.json#/answer/items/: nested too deep, or a $ref leads back to itself");
    check_description("{\"v\":\"qao.service/1\",\"number\":4}", "03.json: number is not the one in the file's name");
    check_description("{", "03.json: the text ends too early");
    check_description(HEAD ",\"extra\":1" REQUEST(FIELD) ANSWER(FIELD),
                      "03.json: has a member that the format does not know");
}
END_TEST

#define WORDS "\"enum\":[\"a\",\"b\"],\"x-values\":"
#define WORD "{\"kk\":\"k\",\"ru\":\"r\",\"en\":\"e\"}"

START_TEST(test_values_have_words)
{
    check_description(HEAD REQUEST(FIELD)
                          ANSWER("\"a\":{\"type\":\"string\"," WORDS "{\"a\":" WORD ",\"b\":" WORD "}," TITLES "}"),
                      NULL);
    check_description(HEAD REQUEST("\"a\":{\"type\":\"string\",\"enum\":[\"a\"]," TITLES "}") ANSWER(FIELD),
                      "03.json#/request/properties/a/x-values: is missing: every value is named");
    static const char *const wrong[] = {"{\"a\":" WORD "}", "{\"a\":" WORD ",\"c\":" WORD "}", "[]",
                                        "{\"a\":" WORD ",\"b\":" WORD ",\"c\":" WORD "}"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        char *text = NULL;
        ck_assert(asprintf(&text, HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"string\"," WORDS "%s," TITLES "}"),
                           wrong[i]) > 0);
        check_description(text,
                          "03.json#/answer/items/properties/a/x-values: names every value of enum and nothing else");
        free(text);
    }
    check_description(HEAD REQUEST(FIELD)
                          ANSWER("\"a\":{\"type\":\"string\"," WORDS "{\"a\":" WORD ",\"b\":{\"kk\":\"k\"}"
                                 "}," TITLES "}"),
                      "03.json#/answer/items/properties/a/x-values: must have kk, ru and en and nothing else");
    check_description(HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1,"
                                                 "\"x-unit\":5," TITLES "}"),
                      "03.json#/answer/items/properties/a/x-unit: is a text, on an integer");
    check_description(HEAD REQUEST(FIELD) ANSWER("\"a\":{\"type\":\"boolean\",\"x-unit\":\"kg\"," TITLES "}"),
                      "03.json#/answer/items/properties/a/x-unit: is a text, on an integer");
}
END_TEST

#define CONTENT_OF(flag, types, size, data)                                                                            \
    "\"c\":{\"type\":\"object\",\"x-content\":" flag ",\"additionalProperties\":false,"                                \
    "\"required\":[\"type\",\"size\",\"data\"],\"properties\":{"                                                       \
    "\"type\":{\"type\":\"string\"," types "," TITLES "},\"size\":{\"type\":\"integer\"," size "," TITLES              \
    "},\"data\":{\"type\":\"string\"," data "," TITLES "}}," TITLES "}"
#define TYPES                                                                                                          \
    "\"enum\":[\"image/jpeg\",\"image/png\",\"application/pdf\"],"                                                     \
    "\"x-values\":{\"image/jpeg\":" WORD ",\"image/png\":" WORD ",\"application/pdf\":" WORD "}"
#define SIZE "\"minimum\":1,\"maximum\":100"
#define DATA "\"format\":\"base64\",\"maxLength\":136"

/* A description whose content is outside the subset is refused. */
START_TEST(test_refuses_contents)
{
    static const struct {
        const char *content, *what;
    } cases[] = {
        {CONTENT_OF("false", TYPES, SIZE, DATA), "is true or absent"},
        {CONTENT_OF("true", "\"enum\":[\"text/html\"],\"x-values\":{\"text/html\":" WORD "}", SIZE, DATA),
         "type is an enum of image/jpeg, image/png, application/pdf"},
        {CONTENT_OF("true", TYPES, "\"minimum\":0,\"maximum\":100", DATA), "size is from 1 to at most 2097152"},
        {CONTENT_OF("true", TYPES, "\"minimum\":1,\"maximum\":2097153", DATA), "size is from 1 to at most 2097152"},
        {CONTENT_OF("true", TYPES, SIZE, "\"format\":\"base64\",\"maxLength\":135"),
         "data has format base64 and the maxLength that its size takes"},
        {CONTENT_OF("true", TYPES, SIZE, "\"maxLength\":136"),
         "data has format base64 and the maxLength that its size takes"},
        {"\"c\":{\"type\":\"object\",\"x-content\":true,\"additionalProperties\":false,\"properties\":{" FIELD
         "}," TITLES "}",
         "has type, size and data, all required, and nothing else"},
    };
    check_description(HEAD REQUEST(FIELD) ANSWER(CONTENT_OF("true", TYPES, SIZE, DATA)), NULL);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        char *text = NULL, *expected = NULL;
        ck_assert(asprintf(&text, HEAD REQUEST(FIELD) ANSWER("%s"), cases[i].content) > 0);
        ck_assert(asprintf(&expected, "03.json#/answer/items/properties/c/x-content: %s", cases[i].what) > 0);
        check_description(text, expected);
        free(text);
        free(expected);
    }
}
END_TEST

/* A content must be what it says: its size and its first bytes. */
START_TEST(test_contents)
{
    static const struct {
        const char *type, *data;
        int size;
        const char *member;
        enum wire_fault_kind kind;
    } cases[] = {
        {"image/jpeg", "/9j/", 3, NULL, WIRE_FAULT_MISFIT},
        {"image/jpeg", "/9j/4AA=", 5, NULL, WIRE_FAULT_MISFIT},
        {"image/png", "iVBORw0KGgo=", 8, NULL, WIRE_FAULT_MISFIT},
        {"application/pdf", "JVBERi0xLjcK", 9, NULL, WIRE_FAULT_MISFIT},
        {"image/jpeg", "/9j/4AA=", 6, "/0/c", WIRE_FAULT_CONTENT},
        {"image/jpeg", "/9j/4AA=", 4, "/0/c", WIRE_FAULT_CONTENT},
        {"image/jpeg", "iVBORw0KGgo=", 8, "/0/c", WIRE_FAULT_CONTENT},
        {"application/pdf", "PHNjcmlwdD4=", 8, "/0/c", WIRE_FAULT_CONTENT},
        {"image/png", "iVBORw0KGgp=", 8, "/0/c", WIRE_FAULT_CONTENT}, /* bits behind the last byte */
        {"image/jpeg", "/9j/4AB=", 5, "/0/c", WIRE_FAULT_CONTENT},    /* the same */
        {"application/pdf", "JVA=", 2, "/0/c", WIRE_FAULT_CONTENT},   /* shorter than the type's beginning */
        {"image/jpeg", "", 3, "/0/c/data", WIRE_FAULT_PATTERN},
        {"image/jpeg", "/9j/4A", 4, "/0/c/data", WIRE_FAULT_PATTERN},
        {"image/gif", "/9j/", 3, "/0/c/type", WIRE_FAULT_VALUE},
        {"image/jpeg", "/9j/", 0, "/0/c/size", WIRE_FAULT_RANGE},
    };
    struct wire_service *service = NULL;
    char *error = NULL;
    ck_assert_int_eq(
        wire_service_new(base_bytes_text(HEAD REQUEST(FIELD) ANSWER(CONTENT_OF("true", TYPES, SIZE, DATA))), 3,
                         "03.json", &service, &error),
        0);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        json_t *records = json_pack("[{s:{s:s, s:s, s:i}}]", "c", "type", cases[i].type, "data", cases[i].data, "size",
                                    cases[i].size);
        ck_assert_ptr_nonnull(records);
        struct wire_faults faults = {0};
        int r = wire_service_answer_check(service, NULL, records, &faults);
        ck_assert_msg(r == (cases[i].member ? WIRE_SERVICE_MISFIT : 0), "%zu: %d", i, r);
        ck_assert_uint_eq(faults.count, cases[i].member ? 1 : 0);
        if (cases[i].member) {
            ck_assert_str_eq(faults.items[0].member, cases[i].member);
            ck_assert_int_eq(faults.items[0].kind, cases[i].kind);
        }
        json_decref(records);
    }
    json_t *empty BASE_CLEANUP(wire_json_cleanup) = json_of("[{\"c\":{}}]");
    struct wire_faults faults = {0};
    ck_assert_int_eq(wire_service_answer_check(service, NULL, empty, &faults), WIRE_SERVICE_MISFIT);
    ck_assert_uint_eq(faults.count, 3); /* each member is missing; what is not there is not looked into */
    wire_service_free(service);
}
END_TEST

START_TEST(test_folder_without_descriptions)
{
    struct wire_services *services = NULL;
    char *error = NULL;
    ck_assert_int_eq(wire_services_new("/nonexistent", &services, &error), -ENOENT);
    ck_assert_str_eq(error, "/nonexistent: holds no service description");
    free(error);
}
END_TEST

CHECK_MAIN("wire/service", test_loads, test_requests, test_requests_without_description, test_params_name_subjects,
           test_answers, test_null_is_another_subject, test_many_faults_are_bounded, test_dates, test_moments, test_abbreviates,
           test_refuses_descriptions, test_values_have_words, test_refuses_contents, test_contents,
           test_folder_without_descriptions)
