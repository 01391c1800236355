/* Proves: leaves are the bytes docs/PROTOCOL-LOG.md shows; what was written is read back; a permitted request that
 * lacks anything its decision rested on is not written; any other form of the same value, any unknown, missing, doubled
 * or misplaced member, and any leaf cut short is refused; identifiers of subjects have no place to stand in clear. */
#include "audit/canonical.h"
#include "audit/tree.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "tests/check_main.h"
#include "tests/unit/audit/leaves.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGEST_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define DIGEST_B "bb00000000000000000000000000000000000000000000000000000000000000"
#define DIGEST_C "cc00000000000000000000000000000000000000000000000000000000000000"
#define MAC_1 "1100000000000000000000000000000000000000000000000000000000000000"
#define MAC_2 "2200000000000000000000000000000000000000000000000000000000000000"
#define MAC_3 "3300000000000000000000000000000000000000000000000000000000000000"

/* Written by hand from the member table. */
static const char request_text[] =
    "{\"actor\":{\"agreement_version\":1,\"bases\":[\"operative_search\",\"search_measures\"],\"body\":"
    "\"300140000015\","
    "\"duties\":[\"app4.1\"],\"iin\":\"500101200007\",\"network_allowed\":true,\"registration\":12,"
    "\"registration_state\":\"active\",\"registration_version\":1,\"role\":2,\"unit\":\"A-1\"},\"article\":\"216/2\","
    "\"at\":\"2026-11-22T12:00:00.123456+05:00\",\"basis\":\"search_measures\",\"case\":\"265500121000123\","
    "\"citations\":[{\"appendix\":3,\"clause\":4,\"column\":1,\"row\":37}],\"connection\":{\"address\":\"127.0.0.1\","
    "\"bin\":\"300140000015\",\"certificate\":\"" DIGEST_A "\",\"iin\":\"500101200007\"},\"crls\":[\"" DIGEST_C "\"],"
    "\"edition\":{\"id\":\"2022-04-29\",\"sha256\":\"" DIGEST_C "\"},\"effect\":\"permit\","
    "\"key\":{\"id\":\"40404040-4040-4040-4040-404000000007\",\"iin\":\"500101200007\",\"part\":0},"
    "\"kind\":\"query.request\",\"message\":\"qao.query/1\",\"params\":{\"kid\":3,\"mac\":\"" MAC_1 "\"},"
    "\"query\":{\"bytes\":2048,\"sealed\":\"" DIGEST_B "\",\"sha256\":\"" DIGEST_A "\"},\"service\":37,"
    "\"signed_at\":\"2026-11-22T11:59:59.123456+05:00\",\"signer\":{\"certificate\":\"" DIGEST_B "\"},"
    "\"subjects\":[{\"kid\":3,\"mac\":\"" MAC_2 "\"},{\"kid\":4,\"mac\":\"" MAC_3 "\"}],\"v\":\"qao.leaf/1\"}";

static void setup(struct base_buffer *out)
{
    ck_assert_int_eq(base_clock_zone_init(), 0);
    base_buffer_init(out, AUDIT_LEAF_MAX);
}

static int parse_text(const char *text)
{
    struct audit_leaf_view view;
    return audit_leaf_parse(base_bytes_text(text), &view);
}

START_TEST(a_request_byte_for_byte)
{
    struct base_buffer leaf;
    setup(&leaf);
    leaves_request(7, &leaf);
    ck_assert_msg(base_bytes_equal_text(base_buffer_view(&leaf), request_text), "%.*s", (int) leaf.len,
                  (char *) leaf.data);
    struct audit_leaf_view view;
    ck_assert_int_eq(audit_leaf_parse(base_buffer_view(&leaf), &view), 0);
    ck_assert_int_eq(view.kind, AUDIT_KIND_QUERY_REQUEST);
    ck_assert(view.at_us == LEAVES_AT_US && view.signed_at_us == LEAVES_AT_US - 1000000);
    ck_assert(view.has_key && view.key_part == 0 && view.key_id[15] == 7);
    ck_assert(base_bytes_equal_text(view.key_iin, "500101200007"));
    ck_assert(base_bytes_equal_text(view.actor.body, "300140000015"));
    ck_assert(view.actor.role == 2 && view.actor.registration == 12 && view.actor.base_count == 2);
    ck_assert(base_bytes_equal_text(view.actor.bases[1], "search_measures"));
    ck_assert(view.service == 37 && base_bytes_equal_text(view.article, "216/2"));
    ck_assert(base_bytes_equal_text(view.effect, "permit") && view.reason_count == 0);
    ck_assert(view.subject_count == 2 && view.subjects[1].kid == 4 && view.subjects[1].mac[0] == 0x33);
    ck_assert(view.params.kid == 3 && view.query.bytes == 2048);
    ck_assert(base_bytes_equal_text(view.query.sealed, DIGEST_B));
    base_buffer_clear(&leaf);
}
END_TEST

START_TEST(conclusions_and_events_byte_for_byte)
{
    struct base_buffer leaf;
    setup(&leaf);
    struct audit_hash request = {{0xdd}};
    leaves_conclusion(AUDIT_KIND_QUERY_RESULT, 7, &request, &leaf);
    ck_assert(base_bytes_equal_text(
        base_buffer_view(&leaf),
        "{\"adapter_us\":2500,\"answer\":{\"bytes\":4096,\"sealed\":\"" DIGEST_B "\",\"sha256\":\"" DIGEST_A "\"},"
        "\"at\":\"2026-11-22T12:00:00.128456+05:00\",\"counts\":{\"amounts_removed\":0,\"records\":3},"
        "\"key\":{\"id\":\"40404040-4040-4040-4040-404000000007\",\"iin\":\"500101200007\",\"part\":0},"
        "\"kind\":\"query.result\",\"outcome\":\"answered\","
        "\"request\":\"dd00000000000000000000000000000000000000000000000000000000000000\",\"v\":\"qao.leaf/1\"}"));
    struct audit_leaf_view view;
    ck_assert_int_eq(audit_leaf_parse(base_buffer_view(&leaf), &view), 0);
    ck_assert(view.has_counts && view.records == 3 && view.adapter_us == 2500);
    ck_assert(audit_hash_equal(&view.request, &request));

    static const enum audit_kind kinds[] = {AUDIT_KIND_QUERY_WITHHELD, AUDIT_KIND_QUERY_UNKNOWN,
                                            AUDIT_KIND_QUERY_PENDING, AUDIT_KIND_QUERY_SETTLED, AUDIT_KIND_QUERY_UNDELIVERED,
                                            AUDIT_KIND_QUERY_DELIVERED};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(kinds); i++) {
        base_buffer_reset(&leaf);
        leaves_conclusion(kinds[i], 7, &request, &leaf);
        ck_assert_int_eq(audit_leaf_parse(base_buffer_view(&leaf), &view), 0);
        ck_assert_int_eq(view.kind, kinds[i]);
    }

    /* Before March 2024 the capital was six hours ahead. */
    base_buffer_reset(&leaf);
    struct audit_leaf_event event = {.kind = "log.heartbeat", .at_us = INT64_C(1700000000000000)};
    ck_assert_int_eq(audit_leaf_event_encode(&event, &leaf), 0);
    ck_assert(base_bytes_equal_text(
        base_buffer_view(&leaf),
        "{\"at\":\"2023-11-15T04:13:20.000000+06:00\",\"kind\":\"log.heartbeat\",\"v\":\"qao.leaf/1\"}"));

    base_buffer_reset(&leaf);
    const struct audit_leaf_refusal_count reasons[] = {{"certificate-expired", 2}, {"certificate-untrusted", 40}};
    struct audit_leaf_refusal refusal = {
        .at_us = LEAVES_AT_US, .since_us = LEAVES_AT_US - 60000000, .reasons = reasons, .reason_count = 2};
    ck_assert_int_eq(audit_leaf_refusal_encode(&refusal, &leaf), 0);
    ck_assert(base_bytes_equal_text(
        base_buffer_view(&leaf),
        "{\"at\":\"2026-11-22T12:00:00.123456+05:00\",\"data\":{\"reasons\":{\"certificate-expired\":2,"
        "\"certificate-untrusted\":40},\"since\":\"2026-11-22T11:59:00.123456+05:00\"},"
        "\"kind\":\"connection.refused\",\"v\":\"qao.leaf/1\"}"));
    base_buffer_clear(&leaf);
}
END_TEST

static int encode_changed(void (*change)(struct audit_leaf_query *), enum audit_kind kind)
{
    struct base_buffer leaf;
    setup(&leaf);
    uint8_t id[BASE_UUID_BYTES];
    struct audit_leaf_query query = leaves_query(1, id);
    change(&query);
    int r = audit_leaf_query_encode(kind, &query, &leaf);
    base_buffer_clear(&leaf);
    return r;
}

#define CHANGE(name, statement)                                                                                        \
    static void name(struct audit_leaf_query *query)                                                                   \
    {                                                                                                                  \
        statement;                                                                                                     \
    }
static const char *const some_reasons[] = {"case-missing", "role-basis"};
CHANGE(no_change, (void) query)
CHANGE(no_key, query->key.iin = NULL)
CHANGE(no_actor, query->actor.iin = NULL)
CHANGE(no_body, query->actor.body = NULL)
CHANGE(no_role, query->actor.role = 0)
CHANGE(no_version, query->actor.registration_version = 0)
CHANGE(no_agreement, query->actor.agreement_version = 0)
CHANGE(no_bases, query->actor.bases.count = 0)
CHANGE(blocked, query->actor.registration_state = "blocked")
CHANGE(no_network, query->actor.network_allowed = AUDIT_LEAF_NO)
CHANGE(no_address, query->connection.address = NULL)
CHANGE(no_signer, query->signer_certificate = NULL)
CHANGE(no_crl, query->crls[0] = NULL)
CHANGE(no_query, query->query.sha256 = NULL)
CHANGE(no_service, query->service = 0)
CHANGE(no_basis, query->basis = NULL)
CHANGE(no_effect, query->effect = NULL)
CHANGE(denied, query->effect = "deny")
CHANGE(unknown_effect, query->effect = "maybe")
CHANGE(no_edition, query->edition = NULL)
CHANGE(no_edition_digest, query->edition_sha256 = NULL)
CHANGE(no_citations, query->citations.len = 0)
CHANGE(with_reasons, query->reasons = ((struct audit_leaf_names){some_reasons, 2}))
CHANGE(bad_citations, query->citations = base_bytes_text("[{\"row\":1,\"clause\":2}]"))
CHANGE(citations_object, query->citations = base_bytes_text("{}"))
CHANGE(bad_utf8, query->ordered_by = "\xff")
CHANGE(bad_name, query->basis = "search measures")
CHANGE(refused, query->effect = "deny"; query->reasons = ((struct audit_leaf_names){some_reasons, 2}))
CHANGE(bare_refused, struct audit_leaf_query bare = {0}; bare.arrival_us = LEAVES_AT_US;
       bare.connection = query->connection; bare.reasons = ((struct audit_leaf_names){some_reasons, 1}); *query = bare)
CHANGE(many_subjects, static struct audit_leaf_mac macs[AUDIT_LEAF_SUBJECTS_MAX + 1];
       for (size_t i = 0; i < AUDIT_LEAF_SUBJECTS_MAX + 1; i++) macs[i].kid = 1; query->subjects = macs;
       query->subject_count = AUDIT_LEAF_SUBJECTS_MAX + 1)
CHANGE(quoted_text, query->ordered_by = "\"Бөлім\"\n\x01")

START_TEST(a_request_needs_all_its_decision_rested_on)
{
    static void (*const wrong[])(struct audit_leaf_query *) = {
        no_key,       no_actor,      no_body,          no_role,        no_version, no_agreement,      no_bases,
        blocked,      no_network,    no_address,       no_signer,      no_crl,     no_query,          no_service,
        no_basis,     no_effect,     denied,           unknown_effect, no_edition, no_edition_digest, no_citations,
        with_reasons, bad_citations, citations_object, bad_utf8,       bad_name,   many_subjects};
    ck_assert_int_eq(encode_changed(no_change, AUDIT_KIND_QUERY_REQUEST), 0);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_msg(encode_changed(wrong[i], AUDIT_KIND_QUERY_REQUEST) == -EINVAL, "change %zu", i);
    ck_assert_int_eq(encode_changed(refused, AUDIT_KIND_QUERY_REFUSED), 0);
    ck_assert_int_eq(encode_changed(bare_refused, AUDIT_KIND_QUERY_REFUSED), 0);
    ck_assert_int_eq(encode_changed(no_change, AUDIT_KIND_QUERY_REFUSED), -EINVAL);
    ck_assert_int_eq(encode_changed(refused, AUDIT_KIND_QUERY_EXPLAINED), 0);
    ck_assert_int_eq(encode_changed(no_change, AUDIT_KIND_QUERY_RESULT), -EINVAL);
}
END_TEST

START_TEST(texts_with_escapes)
{
    struct base_buffer leaf, decoded;
    setup(&leaf);
    base_buffer_init(&decoded, 100);
    uint8_t id[BASE_UUID_BYTES];
    struct audit_leaf_query query = leaves_query(1, id);
    quoted_text(&query);
    ck_assert_int_eq(audit_leaf_query_encode(AUDIT_KIND_QUERY_REQUEST, &query, &leaf), 0);
    struct audit_leaf_view view;
    ck_assert_int_eq(audit_leaf_parse(base_buffer_view(&leaf), &view), 0);
    ck_assert(audit_leaf_text_equal(view.ordered_by, base_bytes_text(query.ordered_by)));
    ck_assert(!audit_leaf_text_equal(view.ordered_by, base_bytes_text("Бөлім")));
    ck_assert(audit_leaf_text_equal(view.recipient, base_bytes_text("")));
    ck_assert_int_eq(audit_leaf_text_decode(view.ordered_by, &decoded), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&decoded), query.ordered_by));
    base_buffer_clear(&decoded);
    base_buffer_clear(&leaf);
}
END_TEST

START_TEST(other_forms_are_refused)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"at\":\"2026-11-22T12:00:00.123456+05:00\",\"kind\":\"log.heartbeat\"}",
#define HEARTBEAT(at, kind, v) "{\"at\":\"" at "\",\"kind\":\"" kind "\",\"v\":\"" v "\"}"
#define AT "2026-11-22T12:00:00.123456+05:00"
        HEARTBEAT(AT, "log.heartbeat", "qao.leaf/2"),
        HEARTBEAT(AT, "log", "qao.leaf/1"),
        HEARTBEAT(AT, "Log.heartbeat", "qao.leaf/1"),
        HEARTBEAT(AT, "log..x", "qao.leaf/1"),
        HEARTBEAT(AT, "log.", "qao.leaf/1"),
        HEARTBEAT(AT, ".log", "qao.leaf/1"),
        HEARTBEAT(AT, "query.invented", "qao.leaf/1"),
        HEARTBEAT("2026-11-22T12:00:00+05:00", "log.heartbeat", "qao.leaf/1"),
        HEARTBEAT("2026-11-22T12:00:00.123456+03:00", "log.heartbeat", "qao.leaf/1"),
        HEARTBEAT("2026-11-22T12:00:00.123456Z", "log.heartbeat", "qao.leaf/1"),
        HEARTBEAT("2026-02-30T12:00:00.123456+05:00", "log.heartbeat", "qao.leaf/1"),
        HEARTBEAT("2026-11-22T12:00:00.123456+05:00 ", "log.heartbeat", "qao.leaf/1"),
        HEARTBEAT(AT, "log.heartbeat", "qao.leaf/1") " ",
        " " HEARTBEAT(AT, "log.heartbeat", "qao.leaf/1"),
        "{ \"at\":\"" AT "\",\"kind\":\"log.heartbeat\",\"v\":\"qao.leaf/1\"}",
        "{\"at\" :\"" AT "\",\"kind\":\"log.heartbeat\",\"v\":\"qao.leaf/1\"}",
        "{\"kind\":\"log.heartbeat\",\"at\":\"" AT "\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"at\":\"" AT "\",\"kind\":\"log.heartbeat\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"ground\":\"text\",\"kind\":\"log.heartbeat\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"effect\":\"permit\",\"kind\":\"log.heartbeat\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"kind\":\"log\\u002eheartbeat\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":1.5},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":01},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":-0},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":9007199254740992},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":1e3},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"b\":1,\"a\":2},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":\"\\/\"},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":\"\\u000a\"},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":\"\\u001F\"},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":\"\x7f\xc0\x80\"},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"a\":[1,]},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":[],\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"data\":{\"reasons\":{}},\"kind\":\"connection.refused\",\"v\":\"qao.leaf/1\"}",
        "{\"at\":\"" AT "\",\"kind\":\"connection.refused\",\"v\":\"qao.leaf/1\"}",
        "{\"actor\":{},\"at\":\"" AT "\",\"kind\":\"admin.blocked\",\"v\":\"qao.leaf/1\"}",
        "{\"actor\":{\"role\":2},\"at\":\"" AT "\",\"kind\":\"admin.blocked\",\"v\":\"qao.leaf/1\"}",
        "{\"actor\":{\"iin\":\"500101200007\",\"role\":0},\"at\":\"" AT
        "\",\"kind\":\"admin.blocked\",\"v\":\"qao.leaf/1\"}",
    };
    ck_assert_int_eq(parse_text(HEARTBEAT(AT, "log.heartbeat", "qao.leaf/1")), 0);
    ck_assert_int_eq(parse_text(HEARTBEAT(AT, "admin.blocked", "qao.leaf/1")), 0);
    ck_assert_int_eq(parse_text("{\"at\":\"" AT "\",\"data\":{\"a\":[{},[],-7,\"\\u001f\\n\xd2\x9a\",null,true,false],"
                                "\"b\":9007199254740991},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}"),
                     0);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_msg(parse_text(wrong[i]) == -EBADMSG, "%s", wrong[i]);
}
END_TEST

START_TEST(a_request_cut_or_repeated)
{
    struct audit_leaf_view view;
    size_t len = sizeof(request_text) - 1;
    ck_assert_int_eq(audit_leaf_parse(base_bytes_of(request_text, len), &view), 0);
    for (size_t i = 0; i < len; i++)
        ck_assert_int_eq(audit_leaf_parse(base_bytes_of(request_text, i), &view), -EBADMSG);

    /* Deep nesting ends at a limit, not with the stack. */
    struct base_buffer deep;
    base_buffer_init(&deep, AUDIT_LEAF_MAX);
    base_buffer_append_text(&deep, "{\"at\":\"" AT "\",\"data\":{\"a\":");
    for (int i = 0; i < 30000; i++)
        base_buffer_append_text(&deep, "[");
    for (int i = 0; i < 30000; i++)
        base_buffer_append_text(&deep, "]");
    base_buffer_append_text(&deep, "},\"kind\":\"log.start\",\"v\":\"qao.leaf/1\"}");
    ck_assert_int_eq(base_buffer_error(&deep), 0);
    ck_assert_int_eq(audit_leaf_parse(base_buffer_view(&deep), &view), -EBADMSG);
    base_buffer_clear(&deep);
}
END_TEST

START_TEST(a_leaf_has_a_maximum)
{
    struct base_buffer data, leaf;
    setup(&data);
    base_buffer_init(&leaf, 2 * AUDIT_LEAF_MAX);
    base_buffer_append_text(&data, "{\"a\":\"");
    while (data.len < AUDIT_LEAF_MAX - 20)
        base_buffer_append_text(&data, "x");
    base_buffer_append_text(&data, "\"}");
    struct audit_leaf_event event = {.kind = "admin.note", .at_us = LEAVES_AT_US, .data = base_buffer_view(&data)};
    ck_assert_int_eq(audit_leaf_event_encode(&event, &leaf), -ENOBUFS);
    event.data = base_bytes_text("{\"a\":1, \"b\":2}");
    base_buffer_reset(&leaf);
    ck_assert_int_eq(audit_leaf_event_encode(&event, &leaf), -EINVAL);
    event.kind = "query.request";
    event.data = base_bytes_text("");
    base_buffer_reset(&leaf);
    ck_assert_int_eq(audit_leaf_event_encode(&event, &leaf), -EINVAL);
    base_buffer_clear(&leaf);
    base_buffer_clear(&data);
}
END_TEST

CHECK_MAIN("audit/leaf", a_request_byte_for_byte, conclusions_and_events_byte_for_byte,
           a_request_needs_all_its_decision_rested_on, texts_with_escapes, other_forms_are_refused,
           a_request_cut_or_repeated, a_leaf_has_a_maximum)
