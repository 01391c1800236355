/* A signed query through the real gateway: what is permitted, what is refused and why, and what the log says after. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "certs/cms.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

static const char pension[] =
    "[{\"iin\":\"" POLICE_IIN "\",\"period\":\"2026-10\",\"date\":\"2026-10-15\",\"kind\":\"mandatory\","
    "\"payer_bin\":\"300141000010\",\"payer_name\":\"Үлгі\",\"amount\":1234567,\"income\":12345670}]";

static struct world world;

static void begin(void)
{
    world_init(&world);
    world_start(&world);
}

static void end(void)
{
    world_clear(&world);
}

static const char *text_at(const json_t *json, const char *a, const char *b, const char *c)
{
    json = json_object_get(json, a);
    if (b)
        json = json_object_get(json, b);
    if (c)
        json = json_object_get(json, c);
    return json_string_value(json) ? json_string_value(json) : "";
}

/* The answer as its own bytes, found in the reply's text: they are what was signed. */
static struct base_bytes answer_bytes(const struct world_reply *reply)
{
    static const char before[] = "{\"answer\":", after[] = ",\"receipt\":";
    const char *text = (const char *)reply->body.data;
    ck_assert(reply->body.len > sizeof(before) && memcmp(text, before, sizeof(before) - 1) == 0);
    const char *end = memmem(text, reply->body.len, after, sizeof(after) - 1);
    ck_assert_ptr_nonnull(end);
    return base_bytes_of(text + sizeof(before) - 1, (size_t)(end - text) - sizeof(before) + 1);
}

/* The gateway's signature is right by the authority's trust, and over these bytes. */
static void signed_check(struct base_bytes der, struct base_bytes content)
{
    struct certs_trust *trust = world_trust();
    struct certs_message message;
    memset(&message, 0, sizeof(message));
    struct base_clock clock = base_clock_system();
    struct certs_finding finding = certs_cms_answer_verify(trust, NULL, der, base_clock_now_us(&clock), &message);
    ck_assert_msg(finding.verdict == CERTS_VERDICT_VALID, "%s", finding.detail);
    ck_assert(base_bytes_equal(base_buffer_view(&message.content), content));
    certs_message_clear(&message);
    certs_trust_unref(trust);
}

static void signed_text_check(const json_t *text, struct base_bytes content)
{
    struct base_buffer der;
    base_buffer_init(&der, CERTS_ANSWER_BYTES_MAX);
    ck_assert(json_is_string(text));
    ck_assert_int_eq(base_base64_decode(base_bytes_text(json_string_value(text)), &der), 0);
    signed_check(base_buffer_view(&der), content);
    base_buffer_clear(&der);
}

START_TEST(permitted_in_full)
{
    begin();
    world.records = pension;
    struct world_reply reply = world_ask(
        &world, POLICE, &(struct world_query){.basis = "covert_investigation", .case_number = "265500121000123"});
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    ck_assert_str_eq(reply.content_type, "application/json");
    ck_assert(reply.wants_delivery);
    ck_assert_str_eq(text_at(reply.json, "v", NULL, NULL), "qao.reply/1");
    ck_assert_str_eq(text_at(reply.json, "answer", "v", NULL), "qao.answer/1");
    ck_assert_str_eq(text_at(reply.json, "answer", "decision", "effect"), "permit");
    ck_assert_str_eq(text_at(reply.json, "answer", "decision", "edition"), "2022-04-29");
    ck_assert_ptr_nonnull(strstr(text_at(reply.json, "answer", "notice", NULL), "case file"));
    const json_t *records = json_object_get(json_object_get(json_object_get(reply.json, "answer"), "result"), "records");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(records, 0), "amount")), 1234567);
    signed_text_check(json_object_get(reply.json, "signed"), answer_bytes(&reply));
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 2);
    ck_assert_uint_eq(world.calls, 1);
    ck_assert_str_eq(world.last_params, "iin=" POLICE_IIN " ");
    ck_assert_int_eq(world_count(&world, "kind = 'query.request' and effect = 'permit' and iin = '" POLICE_IIN "'"
                                         " and service = 11 and role = 2 and opens and case_number = '265500121000123'"),
                     1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and outcome = 'answered'"), 1);
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(abbreviated_leaves_no_amount_anywhere)
{
    begin();
    world.records = pension;
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 11});
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(text_at(reply.json, "answer", "decision", "effect"), "abbreviated");
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, "\"R04\"", 5));
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, "2026-10-15", 10));
    ck_assert_ptr_null(memmem(reply.body.data, reply.body.len, "1234567", 7));
    ck_assert_ptr_null(memmem(reply.body.data, reply.body.len, "\"amount\"", 8));
    signed_text_check(json_object_get(reply.json, "signed"), answer_bytes(&reply));
    ck_assert_int_eq(world_count(&world, "position('1234567'::bytea in leaf) > 0"), 0);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and convert_from(leaf, 'UTF8') like '%\"amounts_removed\":2%'"), 1);
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(nothing_found_is_an_answer)
{
    begin();
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 11});
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, "\"result\":{\"records\":[]}", 23));
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(the_signed_answer_alone)
{
    begin();
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    struct world_reply reply = world_send_as(&world, POLICE, "POST", "/v1/queries", "application/cms",
                                             "application/pkcs7-mime", "ru", NULL, base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(reply.content_type, "application/pkcs7-mime");
    struct certs_trust *trust = world_trust();
    struct certs_message answer = {0};
    struct base_clock clock = base_clock_system();
    ck_assert_int_eq(certs_cms_answer_verify(trust, NULL, base_buffer_view(&reply.body), base_clock_now_us(&clock), &answer)
                         .verdict,
                     CERTS_VERDICT_VALID);
    ck_assert_ptr_nonnull(memmem(answer.content.data, answer.content.len, "хранится в материалах", strlen("хранится в материалах")));
    certs_message_clear(&answer);
    certs_trust_unref(trust);
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    end();
}
END_TEST

static void refused(enum world_person person, const struct world_query *query, unsigned status, const char *reasons)
{
    struct world_reply reply = world_ask(&world, person, query);
    world_expect(&reply, status, reasons);
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
    ck_assert(json_is_string(json_object_get(reply.json, "signed")));
    ck_assert(!reply.wants_delivery);
    world_reply_clear(&reply);
}

START_TEST(refusals_of_the_order)
{
    begin();
    const struct {
        struct world_query query;
        unsigned status;
        const char *reasons;
    } cases[] = {
        {{.basis = "search_measures"}, 403, "case-missing"},
        {{.basis = "covert_investigation", .case_number = "26550012100012"}, 403, "case-malformed"},
        {{.basis = "operative_search", .case_number = "x"}, 403, "case-malformed"},
        {{.basis = "other_duties"}, 403, "duty-missing"},
        {{.basis = "other_duties", .duty = "app6.1"}, 403, "duty-not-of-role duty-not-granted"},
        {{.basis = "other_duties", .duty = "app4.2"}, 403, "duty-not-granted"},
        {{.basis = "other_duties", .duty = "app4.1", .service = 57, .params = "{\"cadastre\":\"00\"}"}, 422,
         "params-invalid service-closed"},
        {{.service = 37, .params = "{\"bin\":\"" POLICE_BIN "\"}"}, 403, "article-missing"},
        {{.service = 37, .params = "{\"bin\":\"" POLICE_BIN "\"}", .article = "217/9"}, 403, "article-not-listed"},
        {{.service = 37, .params = "{\"bin\":\"" POLICE_BIN "\"}", .basis = "search_measures"}, 403,
         "case-missing article-missing"},
        {{.params = "{\"iin\":\"500101100001\"}"}, 422, "params-invalid"},
        {{.params = "{\"iin\":\"" POLICE_IIN "\",\"x\":1}"}, 422, "params-invalid"},
        {{.params = "{}"}, 422, "params-invalid"},
        {{.params = "{\"\\\"\":\"\\u0001\",\"\\n\":[[[{}]]]}"}, 400, "query-malformed"},
        {{.service = 3, .params = "{\"\\\"\":1}"}, 400, "query-malformed"},
        {{.case_number = ""}, 400, "query-malformed"},
        {{.article = ""}, 400, "query-malformed"},
        {{.more = ",\"ordered_by\":\"\""}, 400, "query-malformed"},
        {{.more = ",\"recipient\":\"\""}, 400, "query-malformed"},
        {{.age_s = 400}, 403, "query-stale"},
        {{.age_s = -400}, 403, "query-stale"},
        {{.to = "other.example/log"}, 400, "query-malformed"},
        {{.service = 77}, 400, "query-malformed"},
        {{.basis = "curiosity"}, 400, "query-malformed"},
        {{.duty = "app4.1"}, 400, "query-malformed"},
        {{.more = ",\"role\":1"}, 400, "query-malformed"},
        {{.more = ",\"role\":1", .age_s = 400, .basis = "search_measures"}, 400,
         "query-malformed query-stale case-missing"},
        {{.params = "{}", .age_s = 400, .basis = "search_measures"}, 422, "params-invalid query-stale case-missing"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refused(POLICE, &cases[i].query, cases[i].status, cases[i].reasons);
    ck_assert_uint_eq(world.calls, 0);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), sizeof(cases) / sizeof(cases[0]));
    ck_assert_int_eq(world_count(&world, "kind = 'query.request'"), 0);
    end();
}
END_TEST

START_TEST(refusals_of_the_officer)
{
    begin();
    refused(FOURTH, &(struct world_query){0}, 403, "officer-unknown");
    world_register(THIRD, "blocked", 2, ALL_BASES, "{app4.1}", true);
    refused(THIRD, &(struct world_query){0}, 403, "officer-blocked");
    world_register(THIRD, "suspended", 2, ALL_BASES, "{app4.1}", true);
    refused(THIRD, &(struct world_query){0}, 403, "officer-blocked");
    world_register(THIRD, "ended", 2, ALL_BASES, "{app4.1}", true);
    refused(THIRD, &(struct world_query){.basis = "search_measures"}, 403, "officer-blocked case-missing");
    world_register(THIRD, "active", 6, "{other_duties}", "{app4.1}", true);
    refused(THIRD, &(struct world_query){0}, 403, "role-basis");
    refused(THIRD, &(struct world_query){.basis = "search_measures", .case_number = "265500121000123"}, 403,
            "basis-not-granted");
    world_register(FOURTH, "active", 2, ALL_BASES, "{app4.1}", false);
    refused(FOURTH, &(struct world_query){0}, 403, "agreement-unsigned");
    ck_assert_uint_eq(world.calls, 0);
    end();
}
END_TEST

START_TEST(refusal_of_the_network)
{
    begin();
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    struct world_reply reply = world_send_as(&world, POLICE, "POST", "/v1/queries", NULL, NULL, "kk", "192.0.2.1",
                                             base_buffer_view(&message));
    world_expect(&reply, 403, "network-not-allowed");
    ck_assert_str_eq(text_at(reply.json, "title", NULL, NULL), "Желіге рұқсат жоқ");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    end();
}
END_TEST

START_TEST(refusals_of_the_signature)
{
    begin();
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_bytes_text("not a message"));
    world_expect(&reply, 401, "signature-invalid");
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
    ck_assert_ptr_null(json_object_get(reply.json, "query"));
    world_reply_clear(&reply);
    message.data[message.len - 1] ^= 1;
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
    world_expect(&reply, 401, "signature-invalid");
    world_reply_clear(&reply);
    message.data[message.len - 1] ^= 1;
    /* another person's connection: their id is not used up by it */
    reply = world_send(&world, SECOND, "POST", "/v1/queries", base_buffer_view(&message));
    world_expect(&reply, 403, "signer-not-connection");
    world_reply_clear(&reply);
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    /* and after it was used, both are said */
    reply = world_send(&world, SECOND, "POST", "/v1/queries", base_buffer_view(&message));
    world_expect(&reply, 403, "signer-not-connection query-replayed");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), 4);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused' and iin = '" POLICE_IIN "'"), 4);
    base_buffer_clear(&message);
    end();
}
END_TEST

/* A text of count times the part, in quotes' place. The caller frees. */
static char *repeat(const char *before, const char *part, size_t count, const char *after)
{
    struct base_buffer text;
    base_buffer_init(&text, 4 << 20);
    base_buffer_append_text(&text, before);
    for (size_t i = 0; i < count; i++)
        base_buffer_append_text(&text, part);
    base_buffer_append_text(&text, after);
    char *taken = base_buffer_take_text(&text);
    ck_assert_ptr_nonnull(taken);
    return taken;
}

START_TEST(texts_of_every_kind_are_recorded)
{
    begin();
    refused(POLICE, &(struct world_query){.case_number = "\\u0001\\\"\\\\\\ud83d\\ude00", .article = "\\n\\u007f'--"}, 403,
            "case-malformed article-not-listed");
    char *more = repeat(",\"ordered_by\":\"", "😀", 1000, "\",\"recipient\":\"\\u0001\\n\"");
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.more = more});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    free(more);
    ck_assert_int_eq(world_count(&world, "kind = 'query.request' and convert_from(leaf, 'UTF8') like '%😀😀%'"), 1);
    end();
}
END_TEST

START_TEST(large_messages_and_answers)
{
    enum { RECORDS = 900 };
    begin();
    /* a message whose sealed form does not fit the record's own transaction */
    char *text = world_query_text(&world, &(struct world_query){.basis = "covert_investigation", .case_number = "265500121000123"}, NULL);
    char *padded = repeat(text, " ", 60000, "");
    struct base_buffer message = world_sign(POLICE, padded), base64;
    base_buffer_init(&base64, 256 << 10);
    ck_assert_int_eq(base_base64_encode(base_buffer_view(&message), &base64), 0);
    struct base_buffer records;
    base_buffer_init(&records, 4 << 20);
    for (int i = 0; i < RECORDS; i++)
        base_buffer_printf(&records, "%s%.*s", i ? "," : "[", (int)sizeof(pension) - 3, pension + 1);
    base_buffer_append_text(&records, "]");
    char *answer = base_buffer_take_text(&records);
    world.records = answer;
    struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&base64));
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(json_object_get(reply.json, "answer"), "result"), "records")), RECORDS);
    signed_text_check(json_object_get(reply.json, "signed"), answer_bytes(&reply));
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 2);
    world_reply_clear(&reply);
    ck_assert_int_eq(cluster_number("select count(*) from blob b join log l using (log_id) where origin = $1 and large_id is not null",
                                    world.origin, NULL),
                     2);
    base_buffer_clear(&message);
    base_buffer_clear(&base64);
    free(padded);
    free(text);
    free(answer);
    end();
}
END_TEST

START_TEST(a_record_that_cannot_be_made)
{
    world_init(&world);
    world.settings = "[query]\nrefusals_per_minute = 1\n";
    world_start(&world);
    free(cluster_sql("revoke insert on blob_large from qao_gateway", NULL));
    char *text = world_query_text(&world, &(struct world_query){0}, NULL);
    char *padded = repeat(text, " ", 60000, "");
    struct base_buffer message = world_sign(POLICE, padded), base64;
    base_buffer_init(&base64, 256 << 10);
    ck_assert_int_eq(base_base64_encode(base_buffer_view(&message), &base64), 0);
    struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&base64));
    world_expect(&reply, 503, "log-unavailable");
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1); /* all the same it is in the log, */
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), 1);
    ck_assert_uint_eq(world.calls, 0);
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&base64));
    world_expect(&reply, 429, "too-many"); /* and counts */
    world_reply_clear(&reply);
    free(cluster_sql("grant insert on blob_large to qao_gateway", NULL));
    base_buffer_clear(&message);
    base_buffer_clear(&base64);
    free(padded);
    free(text);
    end();
}
END_TEST

START_TEST(parameters_are_told_every_fault)
{
    begin();
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.params = "{\"iin\":\"500101100001\",\"x\":1}"});
    world_expect(&reply, 422, "params-invalid");
    const char *fault = json_string_value(json_object_get(reply.json, "fault"));
    ck_assert_ptr_nonnull(fault);
    ck_assert_msg(strstr(fault, "params/iin: ") && strstr(fault, "; params"), "%s", fault);
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(an_id_serves_once)
{
    begin();
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
    world_expect(&reply, 409, "query-replayed");
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
    world_reply_clear(&reply);
    /* a refused query uses its id up too, a malformed one does not */
    char id[37];
    struct base_buffer refused_message = world_query_sign(&world, POLICE, &(struct world_query){.basis = "search_measures"}, id);
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&refused_message));
    world_expect(&reply, 403, "case-missing");
    world_reply_clear(&reply);
    refused(POLICE, &(struct world_query){.id = id}, 409, "query-replayed");
    static const char unused[] = "11111111-2222-4333-8444-555555555555";
    refused(POLICE, &(struct world_query){.id = unused, .more = ",\"x\":1"}, 400, "query-malformed");
    reply = world_ask(&world, POLICE, &(struct world_query){.id = unused});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    base_buffer_clear(&refused_message);
    end();
}
END_TEST

START_TEST(many_copies_at_once_are_answered_once)
{
    enum { COPIES = 40 };
    begin();
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    uint64_t ids[COPIES];
    unsigned answered = 0;
    for (unsigned i = 0; i < COPIES; i++)
        ids[i] = world_post(&world, POLICE, "/v1/queries", base_buffer_view(&message));
    for (unsigned i = 0; i < COPIES; i++) {
        struct world_reply reply = world_take(&world, ids[i]);
        if (reply.status == 200)
            answered++;
        else if (reply.status == 429) /* recorded refusals of one person are bounded */
            world_expect(&reply, 429, "too-many");
        else
            world_expect(&reply, 409, "query-replayed");
        world_reply_clear(&reply);
    }
    ck_assert_uint_eq(answered, 1);
    ck_assert_uint_eq(world.calls, 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.request'"), 1);
    base_buffer_clear(&message);
    end();
}
END_TEST

/* As JSON and as the signed answer alone: neither may be kept on the way (clause 26), by the gateway's own word. */
START_TEST(an_answer_may_not_be_cached)
{
    begin();
    static const char *const accepts[] = {"application/json", "application/pkcs7-mime"};
    for (size_t i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++) {
        struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
        struct world_reply reply = world_send_as(&world, POLICE, "POST", "/v1/queries", NULL, accepts[i], NULL, NULL,
                                                 base_buffer_view(&message));
        ck_assert_uint_eq(reply.status, 200);
        ck_assert_str_eq(reply.content_type, accepts[i]);
        ck_assert_str_eq(reply.cache_control, "no-store");
        world_reply_clear(&reply);
        base_buffer_clear(&message);
    }
    end();
}
END_TEST

START_TEST(refusals_are_bounded)
{
    world_init(&world);
    world.settings = "[query]\nrefusals_per_minute = 3\n";
    world_start(&world);
    for (int i = 0; i < 3; i++)
        refused(POLICE, &(struct world_query){.basis = "search_measures"}, 403, "case-missing");
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 429, "too-many");
    ck_assert_int_gt(atoi(reply.retry_after), 0);
    ck_assert_ptr_null(json_object_get(reply.json, "receipt"));
    world_reply_clear(&reply);
    reply = world_ask(&world, SECOND, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), 3);
    end();
}
END_TEST

START_TEST(refusals_at_once_are_bounded)
{
    enum { QUERIES = 40, MAX = 5 };
    world_init(&world);
    world.settings = "[query]\nrefusals_per_minute = 5\n";
    world_start(&world);
    uint64_t ids[QUERIES];
    unsigned refusals = 0;
    for (unsigned i = 0; i < QUERIES; i++) {
        struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){.basis = "search_measures"}, NULL);
        ids[i] = world_post(&world, POLICE, "/v1/queries", base_buffer_view(&message));
        base_buffer_clear(&message);
    }
    for (unsigned i = 0; i < QUERIES; i++) {
        struct world_reply reply = world_take(&world, ids[i]);
        if (reply.status == 403)
            refusals++;
        else
            world_expect(&reply, 429, "too-many");
        world_reply_clear(&reply);
    }
    ck_assert_uint_eq(refusals, MAX);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), MAX);
    end();
}
END_TEST

START_TEST(explanations_are_bounded)
{
    world_init(&world);
    world.settings = "[query]\nexplains_per_minute = 2\n";
    world_start(&world);
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    for (int i = 0; i < 3; i++) {
        struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/explain", base_buffer_view(&message));
        if (i < 2)
            ck_assert_uint_eq(reply.status, 200);
        else
            world_expect(&reply, 429, "too-many");
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(world_count(&world, "kind = 'query.explained'"), 2);
    ck_assert_int_eq(cluster_number("select count(*) from blob b join log l using (log_id) where origin = $1", world.origin, NULL), 0);
    struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 200); /* asking in earnest is another matter */
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    end();
}
END_TEST

/* Also what is permitted has a bound, of queries alone; what is beyond it leaves no record and uses no id up. */
START_TEST(queries_are_bounded)
{
    world_init(&world);
    world.settings = "[query]\nqueries_per_minute = 2\n";
    world_start(&world);
    for (int i = 0; i < 3; i++) {
        struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
        if (i < 2) {
            ck_assert_uint_eq(reply.status, 200);
        } else {
            world_expect(&reply, 429, "too-many");
            ck_assert_int_gt(atoi(reply.retry_after), 0);
        }
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(world_count(&world, "kind = 'query.request'"), 2);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), 0);
    ck_assert_uint_eq(world.calls, 2);
    struct world_reply reply = world_ask(&world, SECOND, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200); /* another person */
    world_reply_clear(&reply);
    reply = world_explain(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(explaining_asks_nobody_and_claims_nothing)
{
    begin();
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){.basis = "search_measures"}, NULL);
    for (int i = 0; i < 2; i++) {
        struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/explain", base_buffer_view(&message));
        ck_assert_uint_eq(reply.status, 200);
        ck_assert_str_eq(text_at(reply.json, "explanation", "decision", "effect"), "deny");
        const json_t *reasons = json_object_get(json_object_get(reply.json, "explanation"), "reasons");
        ck_assert_uint_eq(json_array_size(reasons), 1);
        ck_assert_str_eq(text_at(json_array_get(reasons, 0), "code", NULL, NULL), "case-missing");
        world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
        world_reply_clear(&reply);
    }
    struct world_reply reply = world_send(&world, SECOND, "POST", "/v1/explain", base_buffer_view(&message));
    world_expect(&reply, 403, "signer-not-connection case-missing");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    reply = world_send(&world, POLICE, "POST", "/v1/explain", base_buffer_view(&message));
    ck_assert_str_eq(text_at(reply.json, "explanation", "decision", "effect"), "abbreviated");
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.calls, 0);
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message)); /* its id is free */
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.explained'"), 3);
    base_buffer_clear(&message);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        permitted_in_full,
        abbreviated_leaves_no_amount_anywhere,
        nothing_found_is_an_answer,
        the_signed_answer_alone,
        refusals_of_the_order,
        refusals_of_the_officer,
        refusal_of_the_network,
        refusals_of_the_signature,
        texts_of_every_kind_are_recorded,
        large_messages_and_answers,
        a_record_that_cannot_be_made, parameters_are_told_every_fault, an_id_serves_once,
        many_copies_at_once_are_answered_once,
        an_answer_may_not_be_cached,
        refusals_are_bounded,
        refusals_at_once_are_bounded,
        queries_are_bounded, explanations_are_bounded, explaining_asks_nobody_and_claims_nothing,
    };
    return world_run("signed queries", tests, sizeof(tests) / sizeof(tests[0]));
}
