/* What can be said against an act without the register: each rule is broken alone, and its code comes alone; the envelope
 * holds who, what and when, and nothing of the sender's choosing but the act. */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/data.h"
#include "gateway/registry/act.h"
#include "gateway/wire/json.h"
#include "tests/check_main.h"

#define ORIGIN "qao.example/log"
#define IIN "500101100000"
#define BIN "300140000015"
#define OTHER "500101200007"
#define NOW_US INT64_C(1795330800000000) /* 2026-11-22T12:00:00+05:00 */
#define DIGEST "4242424242424242424242424242424242424242424242424242424242424242"

static struct wire_acts *acts;
static struct policy_editions *editions;

static int digest(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    SHA256(bytes.data, bytes.len, ret_digest);
    return 0;
}

static void load(void)
{
    char *folder = NULL, *error = NULL;
    if (acts)
        return;
    ck_assert_int_eq(base_clock_zone_init(), 0);
    ck_assert_int_eq(base_data_path("schema/acts", &folder), 0);
    ck_assert_int_eq(wire_acts_new(folder, &acts, &error), 0);
    free(folder);
    ck_assert_int_eq(base_data_path("policy/editions", &folder), 0);
    int r = policy_editions_load(folder, digest, &editions, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "?");
    free(folder);
}

struct parsed {
    json_t *document;
    struct wire_act act;
};

static struct parsed parse(const char *type, const char *value)
{
    struct parsed parsed;
    char content[8192], faults[512];
    load();
    snprintf(content, sizeof(content),
             "{\"v\":\"qao.%s/1\",\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10\",\"at\":\"2026-11-22T12:00:00+05:00\","
             "\"to\":\"" ORIGIN "\",\"act\":%s}", type, value);
    ck_assert_int_eq(wire_act_parse(acts, base_bytes_text(content), ORIGIN, &parsed.document, &parsed.act), 0);
    wire_act_faults_text(&parsed.act, sizeof(faults), faults);
    ck_assert_msg(parsed.act.wellformed, "%s: %s", type, faults);
    return parsed;
}

static const struct policy_edition *edition(void)
{
    load();
    return policy_edition_at(editions, NOW_US);
}

/* The codes, with one space between, must be these. */
static void expect_with(const char *type, const char *value, const struct registry_inner *inner, const char *expected)
{
    struct parsed parsed = parse(type, value);
    const struct registry_act_facts facts = {
        .iin = IIN, .bin = BIN, .at_us = NOW_US, .edition = edition(), .inner = inner};
    struct wire_codes codes = {0};
    char found[512] = "";
    registry_act_check(&parsed.act, &facts, &codes);
    for (enum wire_code code = wire_codes_first(codes); code != WIRE_CODE_NONE; code = wire_codes_after(codes, code))
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s", found[0] ? " " : "", wire_code_text(code));
    ck_assert_msg(strcmp(found, expected) == 0, "%s %s: %s, not %s", type, value, found, expected);
    json_decref(parsed.document);
}

static void expect(const char *type, const char *value, const char *expected)
{
    expect_with(type, value, NULL, expected);
}

#define FORM(IIN_OF, BIN_OF, REASON)                                                                                    \
    "{\"surname\":\"Т\",\"given\":\"Т\",\"patronymic\":null,\"iin\":\"" IIN_OF "\",\"bin\":\"" BIN_OF "\",\"body_code\":\"3\",\"unit\":null,"  \
    "\"position\":\"П\",\"work_phone\":\"+77172000000\",\"mobile_phone\":\"87010000000\",\"email\":\"a@example.kz\","             \
    "\"work_address\":\"М\",\"block_reason\":" REASON ",\"head\":{\"position\":\"Б\",\"name\":\"Б\"}}"
#define STATEMENTS(LAST) "{\"agreement\":true,\"protected_carrier\":true,\"personal_data\":true,\"workplace\":" LAST "}"
#define RIGHTS(ROLE, BASES, DUTIES, UNTIL) "{\"role\":" ROLE ",\"bases\":[" BASES "],\"duties\":[" DUTIES "],\"until\":" UNTIL "}"
#define GOOD_RIGHTS RIGHTS("2", "\"operative_search\",\"other_duties\"", "\"app4.2\"", "null")
#define SCAN "{\"sha256\":\"" DIGEST "\",\"bytes\":9,\"type\":\"application/pdf\"}"
#define APPLICATION(KIND, FORM, STATEMENTS, RIGHTS, SCAN)                                                                 \
    "{\"kind\":\"" KIND "\",\"form\":" FORM ",\"statements\":" STATEMENTS ",\"rights\":" RIGHTS ",\"scan\":" SCAN "}"
#define ASKS(RIGHTS) APPLICATION("register", FORM(IIN, BIN, "null"), STATEMENTS("true"), RIGHTS, SCAN)

START_TEST(an_application_is_whole_and_ones_own)
{
    expect("application", ASKS(GOOD_RIGHTS), "");
    expect("application", APPLICATION("block", FORM(IIN, BIN, "\"демалыс\""), STATEMENTS("true"), "null", "null"), "");
    expect("application", APPLICATION("transfer", FORM(OTHER, BIN, "null"), STATEMENTS("true"), GOOD_RIGHTS, SCAN), "form-mismatch");
    expect("application", APPLICATION("register", FORM(IIN, "300141000010", "null"), STATEMENTS("true"), GOOD_RIGHTS, SCAN), "form-mismatch");
    expect("application", APPLICATION("register", FORM(IIN, BIN, "null"), STATEMENTS("false"), GOOD_RIGHTS, SCAN), "form-incomplete");
    expect("application", APPLICATION("register", FORM(IIN, BIN, "null"), STATEMENTS("true"), "null", SCAN), "form-incomplete");
    expect("application", APPLICATION("register", FORM(IIN, BIN, "null"), STATEMENTS("true"), GOOD_RIGHTS, "null"), "form-incomplete");
    expect("application", APPLICATION("block", FORM(IIN, BIN, "null"), STATEMENTS("true"), "null", "null"), "form-incomplete");
    expect("application", APPLICATION("block", FORM(IIN, BIN, "\"x\""), STATEMENTS("true"), GOOD_RIGHTS, "null"), "form-incomplete");
}
END_TEST

START_TEST(rights_are_the_roles_own)
{
    expect("application", ASKS(RIGHTS("5", "\"operative_search\"", "", "null")), "role-basis");
    expect("application", ASKS(RIGHTS("2", "\"other_duties\"", "\"app7.1\"", "null")), "duty-not-of-role");
    expect("application", ASKS(RIGHTS("4", "\"other_duties\"", "", "null")), "");
    expect("application", ASKS(RIGHTS("2", "\"operative_search\"", "\"app4.1\"", "null")), "form-incomplete");
    expect("application", ASKS(RIGHTS("2", "\"operative_search\"", "", "\"2026-11-22T12:00:00+05:00\"")), "period-wrong");
    expect("application", ASKS(RIGHTS("2", "\"operative_search\"", "", "\"2026-11-22T12:00:01+05:00\"")), "");
    expect("application", ASKS(RIGHTS("15", "\"search_measures\"", "\"app4.1\"", "null")), "role-basis duty-not-of-role form-incomplete");
}
END_TEST

#define DECISION(OUTCOME, REASON, RIGHTS)                                                                              \
    "{\"application\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a11\",\"digest\":\"" DIGEST "\",\"outcome\":\"" OUTCOME                 \
    "\",\"reason\":" REASON ",\"rights\":" RIGHTS "}"

START_TEST(a_decision_gives_rights_or_a_reason)
{
    expect("decision", DECISION("registered", "null", GOOD_RIGHTS), "");
    expect("decision", DECISION("refused", "\"толық емес\"", "null"), "");
    expect("decision", DECISION("registered", "null", "null"), "form-incomplete");
    expect("decision", DECISION("refused", "null", "null"), "form-incomplete");
    expect("decision", DECISION("refused", "\"x\"", GOOD_RIGHTS), "form-incomplete");
    expect("decision", DECISION("registered", "null", RIGHTS("5", "\"search_measures\"", "", "null")), "role-basis");
}
END_TEST

START_TEST(an_agreement_is_signed_by_its_officer)
{
    static const char agreement[] = "{\"version\":1,\"language\":\"kk\",\"digest\":\"" DIGEST "\",\"signed\":\"MIIB\"}";
    struct registry_inner inner = {.is_valid = true, .iin = IIN, .bin = BIN};
    memset(inner.digest, 0x42, sizeof(inner.digest));
    expect_with("agreement", agreement, &inner, "");
    inner.digest[31] ^= 1;
    expect_with("agreement", agreement, &inner, "digest-mismatch");
    inner.iin = OTHER;
    expect_with("agreement", agreement, &inner, "act-malformed");
    inner.iin = IIN;
    inner.bin = "300141000010";
    expect_with("agreement", agreement, &inner, "act-malformed");
    expect_with("agreement", agreement, &(struct registry_inner){.iin = IIN, .bin = BIN}, "act-malformed");
    expect("agreement", agreement, "act-malformed");
}
END_TEST

#define ROW(ENDED)                                                                                                     \
    "{\"section\":1,\"actions\":\"а\",\"minutes_max\":null,\"responsible\":\"б\",\"started_at\":\"2026-11-22T12:00:00+05:00\","  \
    "\"ended_at\":" ENDED ",\"causes\":\"в\",\"measures\":null,\"corrects\":null,\"incident\":null}"
#define ANNOUNCEMENT(ENDS)                                                                                             \
    "{\"announcement\":null,\"begins_at\":\"2026-11-22T12:00:00+05:00\",\"ends_at\":\"" ENDS                                    \
    "\",\"text\":{\"kk\":\"а\",\"ru\":\"б\",\"en\":\"c\"},\"withdrawn\":false}"

START_TEST(an_end_comes_after_its_begin)
{
    expect("journal", ROW("null"), "");
    expect("journal", ROW("\"2026-11-22T07:00:00Z\""), ""); /* the same moment */
    expect("journal", ROW("\"2026-11-22T06:59:59Z\""), "period-wrong");
    expect("announcement", ANNOUNCEMENT("2026-11-22T13:00:00+05:00"), "");
    expect("announcement", ANNOUNCEMENT("2026-11-22T13:00:00+07:00"), "period-wrong");
}
END_TEST

#define ENROLMENT(IIN_OF, ROLE, BODY)                                                                                   \
    "{\"iin\":\"" IIN_OF "\",\"bin\":\"" BIN "\",\"system_role\":\"" ROLE "\",\"unit\":null,\"surname\":\"Т\",\"given\":\"Т\","             \
    "\"patronymic\":null,\"position\":\"П\",\"state\":\"active\",\"act_number\":\"1\",\"act_date\":\"2026-11-01\",\"body\":{\"bin\":\"" BODY   \
    "\",\"code\":\"3\",\"appendix\":null,\"name\":{\"kk\":\"а\",\"ru\":\"б\",\"en\":\"c\"},\"networks\":[]}}"

START_TEST(only_an_administrator_enrols_himself)
{
    expect("enrolment", ENROLMENT(IIN, "administrator", BIN), "");
    expect("enrolment", ENROLMENT(OTHER, "administrator", BIN), "form-mismatch");
    expect("enrolment", ENROLMENT(IIN, "administrator", "300141000010"), "form-mismatch");
    expect("enrolment", ENROLMENT(IIN, "official", BIN), "form-incomplete");
}
END_TEST

static void envelope_check(const char *type, const char *value, const char *peer, const char *expected)
{
    struct parsed parsed = parse(type, value);
    uint8_t message[32];
    memset(message, 0x42, sizeof(message));
    const struct registry_act_facts facts = {.iin = IIN, .bin = BIN, .at_us = NOW_US, .edition = edition()};
    const struct registry_envelope envelope = {.act = &parsed.act, .facts = &facts, .peer = peer, .digest = message};
    struct base_buffer out;
    base_buffer_init(&out, REGISTRY_ENVELOPE_BYTES_MAX);
    ck_assert_int_eq(registry_envelope_encode(&envelope, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_str_eq(text, expected);
    free(text);
    json_decref(parsed.document);
}

START_TEST(the_envelope_says_who_what_and_when)
{
    envelope_check("setting", "{\"value\":5,\"name\":\"refusals_per_hour\"}", "127.0.0.1",
                   "{\"act\":{\"name\":\"refusals_per_hour\",\"value\":5},\"at\":\"2026-11-22T12:00:00.000000+05:00\",\"bin\":\"" BIN
                   "\",\"digest\":\"" DIGEST "\",\"extra\":{},\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10\",\"iin\":\"" IIN
                   "\",\"kind\":\"admin.setting\",\"peer\":\"127.0.0.1\",\"type\":\"qao.setting/1\"}");
    envelope_check("decision", DECISION("refused", "\"x\"", "null"), "",
                   "{\"act\":{\"application\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a11\",\"digest\":\"" DIGEST
                   "\",\"outcome\":\"refused\",\"reason\":\"x\",\"rights\":null},\"at\":\"2026-11-22T12:00:00.000000+05:00\",\"bin\":\"" BIN
                   "\",\"digest\":\"" DIGEST "\",\"extra\":{\"appendix\":null},\"id\":\"5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10\",\"iin\":\"" IIN
                   "\",\"kind\":\"admin.decision\",\"peer\":null,\"type\":\"qao.decision/1\"}");
}
END_TEST

CHECK_MAIN("acts against policy", an_application_is_whole_and_ones_own, rights_are_the_roles_own,
           a_decision_gives_rights_or_a_reason, an_agreement_is_signed_by_its_officer, an_end_comes_after_its_begin,
           only_an_administrator_enrols_himself, the_envelope_says_who_what_and_when)
