/* Proves: the descriptions of all acts are loaded and right; an act that fits is read whole; everything wrong with another
 * is named; and the leaf is told exactly what the descriptions mark. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/data.h"
#include "base/file.h"
#include "gateway/wire/act.h"
#include "tests/check_main.h"

#define ORIGIN "qao.example/log"
#define ID "5F0C7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"
#define BLOCK "{\"iin\":\"500101100000\",\"bin\":\"300140000015\",\"cause\":\"other\",\"reason\":\"себеп\",\"violation\":null}"

static struct wire_acts *acts;

/* Loaded once in each test's process. */
static const struct wire_acts *table(void)
{
    char *folder = NULL, *error = NULL;
    if (acts)
        return acts;
    ck_assert_int_eq(base_data_path("schema/acts", &folder), 0);
    int r = wire_acts_new(folder, &acts, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "?");
    free(folder);
    return acts;
}

/* Parses the whole content. The document is freed: the act's value may not be read afterwards, but for logged. */
static struct wire_act parse(const char *content, char *ret_logged, size_t size)
{
    struct wire_act act;
    json_t *document = NULL;
    ck_assert_int_eq(wire_act_parse(table(), base_bytes_text(content), ORIGIN, &document, &act), 0);
    if (act.wellformed && ret_logged) {
        struct base_buffer out;
        base_buffer_init(&out, 64 << 10);
        ck_assert_int_eq(wire_act_logged_encode(&act, &out), 0);
        snprintf(ret_logged, size, "%.*s", (int)out.len, out.len ? (const char *)out.data : "");
        base_buffer_clear(&out);
    }
    json_decref(document);
    return act;
}

static struct wire_act parse_type(const char *type, const char *value, char *ret_logged, size_t size)
{
    char content[8192];
    snprintf(content, sizeof(content), "{\"v\":\"%s\",\"id\":\"" ID "\",\"at\":\"2026-11-22T12:00:00+05:00\",\"to\":\"" ORIGIN
             "\",\"act\":%s}", type, value);
    return parse(content, ret_logged, size);
}

START_TEST(every_type_is_there)
{
    for (unsigned name = WIRE_ACT_NONE + 1; name < WIRE_ACT_COUNT; name++) {
        const struct wire_act_type *type = wire_act_type_at(table(), (enum wire_act_name)name);
        ck_assert_uint_eq(wire_act_type_name(type), name);
        ck_assert_ptr_eq(wire_act_type_find(table(), base_bytes_text(wire_act_type_text(type))), type);
        ck_assert_int_eq(strncmp(wire_act_type_kind(type), "admin.", 6), 0);
        ck_assert_ptr_nonnull(wire_act_type_title(type, WIRE_KK));
    }
    ck_assert_ptr_null(wire_act_type_at(table(), WIRE_ACT_NONE));
    ck_assert_ptr_null(wire_act_type_find(table(), base_bytes_text("qao.query/1")));
    ck_assert_str_eq(wire_act_type_kind(wire_act_type_at(table(), WIRE_ACT_AGREEMENT_TEXT)), "admin.agreement_text");
    const struct wire_act_type *block = wire_act_type_at(table(), WIRE_ACT_BLOCK);
    ck_assert_str_eq(wire_act_type_by(block, 0), "responsible");
    ck_assert_str_eq(wire_act_type_by(block, 1), "administrator");
    ck_assert_ptr_null(wire_act_type_by(block, 2));
}
END_TEST

START_TEST(an_act_that_fits)
{
    char logged[512];
    struct wire_act act = parse_type("qao.block/1", BLOCK, logged, sizeof(logged));
    ck_assert(act.wellformed);
    ck_assert_uint_eq(wire_act_type_name(act.type), WIRE_ACT_BLOCK);
    ck_assert_str_eq(act.head.id_text, "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10");
    ck_assert_int_eq(act.head.at_us, INT64_C(1795330800000000));
    /* the reason is a free text: it stays in the register */
    ck_assert_str_eq(logged, "{\"bin\":\"300140000015\",\"cause\":\"other\",\"iin\":\"500101100000\",\"violation\":null}");
}
END_TEST

#define PERSON "\"surname\":\"Т\",\"given\":\"Т\",\"patronymic\":null,"
#define FORM(MORE)                                                                                                     \
    "{" PERSON "\"iin\":\"500101100000\",\"bin\":\"300140000015\",\"body_code\":\"300\",\"unit\":null,\"position\":\"П\","       \
    "\"work_phone\":\"+7 (717) 200-00-00\",\"mobile_phone\":\"87010000000\",\"email\":\"a.b@example.kz\","                       \
    "\"work_address\":\"М\",\"block_reason\":null,\"head\":{\"position\":\"Б\",\"name\":\"Б\"}" MORE "}"
#define STATEMENTS "{\"agreement\":true,\"protected_carrier\":true,\"personal_data\":true,\"workplace\":true}"
#define RIGHTS "{\"role\":2,\"bases\":[\"operative_search\"],\"duties\":[],\"until\":null}"

START_TEST(the_leaf_is_told_no_contact_data)
{
    char logged[1024];
    struct wire_act act = parse_type("qao.application/1", "{\"kind\":\"register\",\"form\":" FORM("") ",\"statements\":" STATEMENTS
                                     ",\"rights\":" RIGHTS ",\"scan\":null}", logged, sizeof(logged));
    ck_assert(act.wellformed);
    ck_assert_str_eq(logged, "{\"form\":{\"bin\":\"300140000015\",\"body_code\":\"300\",\"iin\":\"500101100000\",\"unit\":null},"
                     "\"kind\":\"register\",\"rights\":{\"bases\":[\"operative_search\"],\"duties\":[],\"role\":2,\"until\":null},"
                     "\"scan\":null,\"statements\":{\"agreement\":true,\"personal_data\":true,\"protected_carrier\":true,"
                     "\"workplace\":true}}");
    act = parse_type("qao.contact/1", "{\"telephones\":[\"+77172000000\"],\"emails\":[]}", logged, sizeof(logged));
    ck_assert(act.wellformed);
    ck_assert_str_eq(logged, "");
}
END_TEST

START_TEST(all_faults_are_named)
{
    static const struct {
        const char *type, *value, *fault;
    } cases[] = {
        {"qao.block/2", BLOCK, "v: no type of act"},
        {"qao.block/1", "[]", "act: is of another type"},
        {"qao.block/1", "{\"iin\":\"500101100001\",\"bin\":\"300140000015\",\"cause\":\"x\",\"reason\":\"\",\"violation\":\"u\",\"extra\":1}",
         "act/iin: has a wrong check digit; act/cause: is none of the allowed values; act/reason: is too short or too long; "
         "act/violation: does not have the right form; act/extra: is not known here"},
        {"qao.block/1", "{}", "act/bin: is missing; act/cause: is missing; act/iin: is missing; act/reason: is missing; "
         "act/violation: is missing"},
        {"qao.suspension/1", "{\"iin\":\"500101100000\",\"bin\":\"300140000015\",\"reason\":\"a\\u202eb\"}",
         "act/reason: holds a character that may not stand there"},
        {"qao.suspension/1", "{\"iin\":\"500101100000\",\"bin\":\"300140000015\",\"reason\":\"a\\nb\"}",
         "act/reason: holds a character that may not stand there"},
        {"qao.setting/1", "{\"name\":\"refusals_per_hour\",\"value\":-1}", "act/value: is too small or too large"},
        {"qao.body/1", "{\"bin\":\"300140000015\",\"code\":\"1\",\"appendix\":3,\"name\":{\"kk\":\"а\",\"ru\":\"б\",\"en\":\"c\"},"
         "\"networks\":[\"10.0.0.0/8\",\"10.0.0.1/8\",\"10.0.0.0/8\"]}",
         "act/appendix: is too small or too large; act/networks: has an item twice"},
        {"qao.body/1", "{\"bin\":\"300140000015\",\"code\":\"1\",\"appendix\":null,\"name\":{\"kk\":\"а\",\"ru\":\"б\",\"en\":\"c\"},"
         "\"networks\":[\"10.0.0.0/8\",\"10.0.0.1/8\"]}",
         "act/networks/1: does not have the right form"},
        {"qao.agreement/1", "{\"version\":1,\"language\":\"kk\",\"digest\":\"" "00" "\",\"signed\":\"A\"}",
         "act/digest: does not have the right form; act/signed: is too short or too long"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[1024];
        struct wire_act act = parse_type(cases[i].type, cases[i].value, NULL, 0);
        ck_assert(!act.wellformed);
        wire_act_faults_text(&act, sizeof(text), text);
        ck_assert_str_eq(text, cases[i].fault);
    }
}
END_TEST

/* What the register cannot keep is refused as what it is, not told as a log that is away (clause 45: time, causes, measures). */
START_TEST(a_row_of_the_journal_has_its_causes)
{
    static const char row[] = "{\"section\":1,\"actions\":\"а\",\"minutes_max\":null,\"responsible\":\"б\",\"started_at\":"
                              "\"2026-11-22T12:00:00+05:00\",\"ended_at\":null,\"causes\":%s,\"measures\":null,"
                              "\"corrects\":null,\"incident\":null}";
    char value[512];
    snprintf(value, sizeof(value), row, "\"жарық сөнді\"");
    ck_assert(parse_type("qao.journal/1", value, NULL, 0).wellformed);
    snprintf(value, sizeof(value), row, "null");
    struct wire_act act = parse_type("qao.journal/1", value, NULL, 0);
    ck_assert(!act.wellformed);
    ck_assert_uint_eq(act.faults.count, 1);
    ck_assert_str_eq(act.faults.items[0].member, "/causes");
    ck_assert_int_eq(act.faults.items[0].kind, WIRE_FAULT_TYPE);
}
END_TEST

START_TEST(the_envelope_is_strict)
{
    static const struct {
        const char *content, *fault;
    } cases[] = {
        {"x", NULL},
        {"[]", "content: not a JSON object"},
        {"{\"v\":\"qao.block/1\",\"v\":\"qao.block/1\"}", NULL},
        {"{\"v\":\"qao.block/1\",\"id\":\"1\",\"at\":\"now\",\"to\":\"" ORIGIN "\",\"act\":" BLOCK "}", "id: not a UUID"},
        {"{\"v\":\"qao.block/1\",\"id\":\"" ID "\",\"at\":\"2026-11-22T12:00:00\",\"to\":\"" ORIGIN "\",\"act\":" BLOCK "}",
         "at: not an RFC 3339 time with an offset"},
        {"{\"v\":\"qao.block/1\",\"id\":\"" ID "\",\"at\":\"2026-11-22T12:00:00Z\",\"to\":\"other/log\",\"act\":" BLOCK "}",
         "to: not this system"},
        {"{\"v\":\"qao.block/1\",\"id\":\"" ID "\",\"at\":\"2026-11-22T12:00:00Z\",\"to\":\"" ORIGIN "\",\"act\":" BLOCK ",\"x\":1}",
         "content: a member that is not of the protocol"},
        {"{\"v\":\"qao.block/1\",\"id\":\"" ID "\",\"at\":\"2026-11-22T12:00:00Z\",\"to\":\"" ORIGIN "\"}", "act: missing"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wire_act act = parse(cases[i].content, NULL, 0);
        ck_assert_msg(!act.wellformed && act.fault[0], "case %zu", i);
        if (cases[i].fault)
            ck_assert_str_eq(act.fault, cases[i].fault);
    }
}
END_TEST

START_TEST(a_text_of_lines_is_bound_in_bytes)
{
    static char value[140000];
    for (int letters = 15000; letters <= 15001; letters++) { /* two bytes each */
        size_t at = (size_t)snprintf(value, sizeof(value), "{\"version\":1,\"in_force_from\":\"2026-11-22T12:00:00Z\",\"kk\":\"к\\nк\",\"ru\":\"");
        for (int i = 0; i < letters; i++, at += 2)
            memcpy(value + at, "р", 2);
        snprintf(value + at, sizeof(value) - at, "\"}");
        static char content[150000];
        snprintf(content, sizeof(content), "{\"v\":\"qao.agreement-text/1\",\"id\":\"" ID "\",\"at\":\"2026-11-22T12:00:00Z\",\"to\":\"" ORIGIN
                 "\",\"act\":%s}", value);
        ck_assert(parse(content, NULL, 0).wellformed == (letters == 15000));
    }
}
END_TEST

START_TEST(faults_are_told_whole)
{
    struct wire_act act = parse_type("qao.block/1", "{}", NULL, 0);
    char text[40];
    wire_act_faults_text(&act, sizeof(text), text);
    ck_assert_str_eq(text, "act/bin: is missing"); /* the second has no room */
}
END_TEST

/* A description that is not the type's own, or leaves a text unrestricted, stops the start and is named. */
START_TEST(descriptions_are_checked)
{
    static const struct {
        const char *from, *to, *error;
    } cases[] = {
        {"\"qao.act/1\"", "\"qao.act/2\"", "v must be qao.act/1"},
        {"\"admin.suspension\"", "\"admin.block\"", "type or kind is not that of the file's name"},
        {"\"by\": [\"administrator\"]", "\"by\": [1]", "by must be a list of at most four system roles"},
        {"\"format\": \"text\",", "", "format: is missing: a text of an act is restricted"},
        {"\"x-log\": true", "\"x-log\": 1", "x-log: is true or false, and belongs to acts"},
        {"\"by\": [\"administrator\"],", "\"by\": [], \"more\": 1,", "the members are v, type, kind, title, by and act"},
    };
    char folder[] = "/tmp/qao-acts.XXXXXX", *real = NULL, command[512], path[128];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(base_data_path("schema/acts", &real), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wire_acts *made = NULL;
        char *error = NULL;
        snprintf(command, sizeof(command), "cp %s/*.json %s/", real, folder);
        ck_assert_int_eq(system(command), 0);
        struct base_buffer text, changed;
        base_buffer_init(&text, 64 << 10);
        base_buffer_init(&changed, 64 << 10);
        snprintf(path, sizeof(path), "%s/suspension.json", folder);
        ck_assert_int_eq(base_file_read(path, BASE_FILE_PUBLIC, &text), 0);
        char *whole = base_buffer_take_text(&text);
        char *at = strstr(whole, cases[i].from);
        ck_assert_msg(at != NULL, "%s", cases[i].from);
        base_buffer_append(&changed, base_bytes_of(whole, (size_t)(at - whole)));
        base_buffer_append_text(&changed, cases[i].to);
        base_buffer_append_text(&changed, at + strlen(cases[i].from));
        ck_assert_int_eq(base_file_replace(path, base_buffer_view(&changed), 0644), 0);
        ck_assert_int_eq(wire_acts_new(folder, &made, &error), -EINVAL);
        ck_assert_msg(strstr(error, cases[i].error) && strstr(error, "suspension.json"), "%s", error);
        free(error);
        free(whole);
        base_buffer_clear(&text);
        base_buffer_clear(&changed);
    }
    ck_assert_int_eq(remove(path), 0);
    struct wire_acts *made = NULL;
    char *error = NULL;
    ck_assert_int_eq(wire_acts_new(folder, &made, &error), -ENOENT);
    free(error);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(real);
}
END_TEST

CHECK_MAIN("acts", every_type_is_there, an_act_that_fits, the_leaf_is_told_no_contact_data, all_faults_are_named, a_row_of_the_journal_has_its_causes,
           the_envelope_is_strict, a_text_of_lines_is_bound_in_bytes, faults_are_told_whole, descriptions_are_checked)
