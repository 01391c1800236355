/* Signed acts through the real gateway: who may, what is refused and why, what the register holds afterwards, and that
 * the log and the register never tell different stories. */
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "certs/cms.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

enum { WAIT_US = 20000000 };

static struct world world;

/* SECOND is the operator's administrator; THIRD and FOURTH are as each test needs. */
static void begin_with(const char *settings)
{
    world_init(&world);
    world_appoint(SECOND, "administrator");
    world.settings = settings;
    world_start(&world);
}

static void begin(void)
{
    begin_with("[query]\nrefusals_per_minute = 1000\n");
}

static void end(void)
{
    world_stop(&world);
    world_verify(&world);
    world_clear(&world);
}

static const char *person_iin[] = {POLICE_IIN, SECOND_IIN, THIRD_IIN, FOURTH_IIN};
static const char *person_bin[] = {POLICE_BIN, SECOND_BIN, POLICE_BIN, FOURTH_BIN};

/* ---- messages ---- */

static struct base_buffer act_sign(enum world_person signer, const char *type, const char *act, char ret_id[37])
{
    return world_act_sign(&world, signer, &(struct world_act){.type = type, .act = act}, ret_id);
}

static struct world_reply act_post(enum world_person person, struct base_bytes message)
{
    return world_send(&world, person, "POST", "/v1/acts", message);
}

static struct world_reply act_send(enum world_person person, const char *type, const char *value, char ret_id[37])
{
    struct base_buffer message = act_sign(person, type, value, ret_id);
    struct world_reply reply = act_post(person, base_buffer_view(&message));
    base_buffer_clear(&message);
    return reply;
}

static void accepted(enum world_person person, const char *type, const char *value, char ret_id[37])
{
    struct world_reply reply = act_send(person, type, value, ret_id);
    ck_assert_msg(reply.status == 200, "%s: %u %.*s", type, reply.status, (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
}

static void refused(enum world_person person, const char *type, const char *value, unsigned status, const char *reasons)
{
    struct world_reply reply = act_send(person, type, value, NULL);
    world_expect(&reply, status, reasons);
    ck_assert_ptr_nonnull(json_object_get(reply.json, "receipt"));
    ck_assert_ptr_nonnull(json_object_get(reply.json, "signed"));
    world_reply_clear(&reply);
}

/* A text made like printf, valid until the eighth call after. */
static const char *text_of(const char *format, ...) BASE_PRINTF(1, 2);
static const char *text_of(const char *format, ...)
{
    static char texts[8][4096];
    static unsigned next;
    char *text = texts[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(texts[0]), format, arguments);
    va_end(arguments);
    return text;
}

static const char *block_of(enum world_person officer)
{
    return text_of("{\"iin\":\"%s\",\"bin\":\"%s\",\"cause\":\"other\",\"reason\":\"сынақ\",\"violation\":null}", person_iin[officer],
                   person_bin[officer]);
}

/* An upload of that person, as POST /v1/uploads leaves it; its digest is of the person's IIN. */
static void scan_make(enum world_person person)
{
    free(cluster_sql("with l as (insert into qao.blob_large (digest, content) values (sha256('sealed'), 'sealed') returning large_id)"
                     " insert into qao.upload (iin, digest, type, bin, bytes, large_id, at)"
                     " select $1, sha256(convert_to($1, 'UTF8')), 'application/pdf', $2, 1000, large_id, now() from l"
                     " on conflict do nothing",
                     person_iin[person], person_bin[person], NULL));
}

#define RIGHTS "{\"role\":2,\"bases\":[\"operative_search\",\"other_duties\"],\"duties\":[\"app4.1\"],\"until\":null}"

static const char *application_of(enum world_person person, const char *kind, const char *rights)
{
    uint8_t hash[32];
    char digest[65];
    SHA256((const uint8_t *)person_iin[person], 12, hash);
    base_hex_digest(hash, digest);
    bool blocks = strcmp(kind, "block") == 0;
    return text_of(
        "{\"kind\":\"%s\",\"form\":{\"surname\":\"ТЕСТ\",\"given\":\"ТЕСТ\",\"patronymic\":null,\"iin\":\"%s\",\"bin\":\"%s\",\"body_code\":\"body\","
        "\"unit\":null,\"position\":\"П\",\"work_phone\":\"+77172000000\",\"mobile_phone\":\"87010000000\",\"email\":\"a@example.kz\","
        "\"work_address\":\"М\",\"block_reason\":%s,\"head\":{\"position\":\"Б\",\"name\":\"Б\"}},\"statements\":{\"agreement\":true,"
        "\"protected_carrier\":true,\"personal_data\":true,\"workplace\":true},\"rights\":%s,\"scan\":%s}",
        kind, person_iin[person], person_bin[person], blocks ? "\"демалыс\"" : "null", blocks ? "null" : rights,
        blocks ? "null" : text_of("{\"sha256\":\"%s\",\"bytes\":1000,\"type\":\"application/pdf\"}", digest));
}

/* Files an application of that person; ret_digest is that of the message. */
static void application_file(enum world_person person, char ret_id[37], char ret_digest[65])
{
    uint8_t hash[32];
    scan_make(person);
    struct base_buffer message = act_sign(person, "application", application_of(person, "register", RIGHTS), ret_id);
    SHA256(message.data, message.len, hash);
    base_hex_digest(hash, ret_digest);
    struct world_reply reply = act_post(person, base_buffer_view(&message));
    ck_assert_msg(reply.status == 200, "%u %.*s", reply.status, (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    base_buffer_clear(&message);
}

static const char *decision_of(const char *application, const char *digest, const char *rights)
{
    bool registers = strcmp(rights, "null") != 0;
    return text_of("{\"application\":\"%s\",\"digest\":\"%s\",\"outcome\":\"%s\",\"reason\":%s,\"rights\":%s}", application, digest,
                   registers ? "registered" : "refused", registers ? "null" : "\"толық емес\"", rights);
}

/* ---- the first administrator ---- */

static const char *enrolment_of(enum world_person person)
{
    return text_of("{\"iin\":\"%s\",\"bin\":\"%s\",\"system_role\":\"administrator\",\"unit\":null,\"surname\":\"ТЕСТ\",\"given\":\"ТЕСТ\","
                   "\"patronymic\":null,\"position\":\"П\",\"state\":\"active\",\"act_number\":\"1-к\",\"act_date\":\"2026-11-01\",\"body\":"
                   "{\"bin\":\"%s\",\"code\":\"body\",\"appendix\":7,\"name\":{\"kk\":\"а\",\"ru\":\"б\",\"en\":\"c\"},\"networks\":[\"127.0.0.0/8\"]}}",
                   person_iin[person], person_bin[person], person_bin[person]);
}

static int enrol(enum world_person signer, const char *type, const char *value)
{
    struct base_buffer message = act_sign(signer, type, value, NULL);
    int status = world_enrol(&world, base_buffer_view(&message));
    base_buffer_clear(&message);
    return status;
}

/* First of all tests: nobody is administrator yet. */
START_TEST(the_first_administrator_enrols_once)
{
    world_init(&world);
    ck_assert_int_eq(world_enrol(&world, base_bytes_text("no message")), 3);
    ck_assert_int_eq(enrol(POLICE, "enrolment", enrolment_of(SECOND)), 3); /* somebody else's name */
    ck_assert_int_eq(enrol(SECOND, "block", block_of(POLICE)), 3);
    ck_assert_int_eq(world_count(&world, "kind like 'admin.%'"), 0);
    ck_assert_int_eq(enrol(SECOND, "enrolment", enrolment_of(SECOND)), 0);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.enrolment' and iin = '" SECOND_IIN "'"), 1);
    ck_assert_int_eq(enrol(SECOND, "enrolment", enrolment_of(SECOND)), 3); /* there is one */
    ck_assert_int_eq(world_count(&world, "kind like 'admin.%'"), 1);
    world_start(&world);
    refused(SECOND, "enrolment", enrolment_of(SECOND), 400, "act-malformed");
    accepted(SECOND, "setting", "{\"name\":\"refusals_per_hour\",\"value\":61}", NULL);
    end();
}
END_TEST

/* ---- one act ---- */

static void receipt_check(const json_t *receipt)
{
    const json_t *entry = json_object_get(receipt, "request");
    world_expect_receipt(&world, receipt, 1);
    char index[24];
    snprintf(index, sizeof(index), "%lld", (long long)json_integer_value(json_object_get(entry, "index")));
    ck_assert_int_eq(cluster_number("select count(*) from entry e join log l using (log_id) where l.origin = $1 and e.seq = $2::bigint"
                                    " and encode(sha256('\\x00'::bytea || e.leaf), 'hex') = $3",
                                    world.origin, index, json_string_value(json_object_get(entry, "leaf")), NULL),
                     1);
}

START_TEST(an_act_is_acknowledged_and_changes_the_register)
{
    char id[37];
    begin();
    struct world_reply reply = act_send(SECOND, "block", block_of(POLICE), id);
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    const json_t *answer = json_object_get(reply.json, "answer");
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "v")), "qao.reply/1");
    ck_assert_str_eq(json_string_value(json_object_get(answer, "v")), "qao.acknowledgement/1");
    ck_assert_str_eq(json_string_value(json_object_get(answer, "act")), id);
    ck_assert_str_eq(json_string_value(json_object_get(answer, "type")), "qao.block/1");
    ck_assert_str_eq(json_string_value(json_object_get(answer, "kind")), "admin.block");
    receipt_check(json_object_get(reply.json, "receipt"));
    /* the signature is the gateway's, over the acknowledgement */
    struct base_buffer der;
    struct certs_message message = {0};
    struct base_clock clock = base_clock_system();
    struct certs_trust *trust = world_trust();
    base_buffer_init(&der, CERTS_ANSWER_BYTES_MAX);
    ck_assert_int_eq(base_base64_decode(base_bytes_text(json_string_value(json_object_get(reply.json, "signed"))), &der), 0);
    struct certs_finding finding =
        certs_cms_answer_verify(trust, NULL, base_buffer_view(&der), base_clock_now_us(&clock), &message);
    ck_assert_int_eq(finding.verdict, CERTS_VERDICT_VALID);
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, message.content.data, message.content.len));
    certs_message_clear(&message);
    certs_trust_unref(trust);
    base_buffer_clear(&der);
    world_reply_clear(&reply);
    /* what is blocked is refused, and the act is found */
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 403, "officer-blocked");
    world_reply_clear(&reply);
    reply = world_send(&world, SECOND, "GET", text_of("/v1/queries/%s", id), base_bytes_of(NULL, 0));
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "state")), "done");
    world_reply_clear(&reply);
    ck_assert_int_eq(cluster_number("select count(*) from qao.registration_version v join qao.act a on a.leaf = v.act"
                                    " where a.id = $1::uuid and v.state = 'blocked'", id, NULL), 1);
    refused(SECOND, "block", block_of(POLICE), 409, "already-so");
    /* the leaf says who, whom and why in a word, and not the reason's text */
    ck_assert_int_eq(world_count(&world, "kind = 'admin.block' and convert_from(leaf, 'UTF8') like '%\"system_role\":\"administrator\"%'"
                                         " and convert_from(leaf, 'UTF8') not like '%сынақ%'"), 1);
    end();
}
END_TEST

/* What was done is not to be done again: no Retry-After, and words that say where to look. */
START_TEST(an_act_that_cannot_be_proved_is_to_be_looked_for)
{
    char id[37];
    world_init(&world);
    world_appoint(SECOND, "administrator");
    world.fault = "no-proof";
    world_start(&world);
    struct world_reply reply = act_send(SECOND, "block", block_of(POLICE), id);
    world_expect(&reply, 503, "log-unavailable");
    ck_assert_str_eq(reply.retry_after, "");
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, "The act was done", 16));
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, "GET /v1/queries/", 16));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.block'"), 1);
    reply = world_send(&world, SECOND, "GET", text_of("/v1/queries/%s", id), base_bytes_of(NULL, 0));
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "state")), "done");
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(who_may_not_is_told_why)
{
    begin();
    refused(POLICE, "setting", "{\"name\":\"refusals_per_hour\",\"value\":1}", 403, "role-not-held");
    refused(POLICE, "block", block_of(POLICE), 403, "role-not-held");
    refused(SECOND, "block", block_of(FOURTH), 422, cluster_number("select count(*) from body where bin = $1", FOURTH_BIN, NULL) ? "object-unknown"
                                                                                                                   : "body-unknown object-unknown");
    refused(SECOND, "setting", "{\"name\":\"other\",\"value\":1}", 400, "act-malformed");
    refused(SECOND, "nothing", "{}", 400, "act-malformed");
    /* all that is wrong is named */
    struct world_reply reply = act_send(SECOND, "block", "{\"iin\":\"500101100001\",\"cause\":\"x\",\"reason\":\"a\\u202eb\",\"violation\":null}", NULL);
    world_expect(&reply, 400, "act-malformed");
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "fault")),
                     "act/bin: is missing; act/iin: has a wrong check digit; act/cause: is none of the allowed values; "
                     "act/reason: holds a character that may not stand there");
    world_reply_clear(&reply);
    /* from a network that is not the body's */
    struct base_buffer message = act_sign(SECOND, "setting", "{\"name\":\"refusals_per_hour\",\"value\":2}", NULL);
    reply = world_send_as(&world, SECOND, "POST", "/v1/acts", NULL, NULL, NULL, "192.0.2.1", base_buffer_view(&message));
    world_expect(&reply, 403, "network-not-allowed");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.refused'"), 7);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.setting'"), 0);
    end();
}
END_TEST

START_TEST(a_message_is_fresh_ones_own_and_taken_once)
{
    static const char setting[] = "{\"name\":\"refusals_per_hour\",\"value\":70}";
    begin();
    struct base_buffer old = world_act_sign(&world, SECOND, &(struct world_act){.type = "setting", .act = setting, .age_s = 301}, NULL);
    struct world_reply reply = act_post(SECOND, base_buffer_view(&old));
    world_expect(&reply, 403, "query-stale");
    world_reply_clear(&reply);
    char id[37];
    struct base_buffer message = act_sign(SECOND, "setting", setting, id);
    reply = act_post(POLICE, base_buffer_view(&message)); /* another person's certificate: the id stays free */
    world_expect(&reply, 403, "signer-not-connection");
    world_reply_clear(&reply);
    /* Nor is he told what the register has against it. */
    struct base_buffer other = act_sign(SECOND, "block", block_of(FOURTH), NULL);
    reply = act_post(POLICE, base_buffer_view(&other));
    world_expect(&reply, 403, "signer-not-connection");
    world_reply_clear(&reply);
    base_buffer_clear(&other);
    reply = act_post(SECOND, base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    reply = act_post(SECOND, base_buffer_view(&message));
    world_expect(&reply, 409, "query-replayed already-so");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.setting'"), 1);
    /* a forged one speaks for nobody */
    message.data[message.len - 1] ^= 1;
    reply = act_post(SECOND, base_buffer_view(&message));
    world_expect(&reply, 401, "signature-invalid");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    base_buffer_clear(&old);
    end();
}
END_TEST

START_TEST(refusals_are_bounded)
{
    begin_with("[query]\nrefusals_per_minute = 2\n");
    for (int i = 0; i < 2; i++)
        refused(POLICE, "setting", "{\"name\":\"refusals_per_hour\",\"value\":1}", 403, "role-not-held");
    struct world_reply reply = act_send(POLICE, "setting", "{\"name\":\"refusals_per_hour\",\"value\":1}", NULL);
    world_expect(&reply, 429, "too-many");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.refused'"), 2);
    end();
}
END_TEST

/* An administrator whose computer is not their own any more cannot change the register without end, nor fill the log. */
START_TEST(acts_are_bounded)
{
    begin_with("[registry]\nacts_per_minute = 2\n");
    for (int i = 1; i <= 3; i++) {
        struct world_reply reply =
            act_send(SECOND, "setting", text_of("{\"name\":\"refusals_per_hour\",\"value\":%d}", i), NULL);
        if (i < 3) {
            ck_assert_uint_eq(reply.status, 200);
        } else {
            world_expect(&reply, 429, "too-many");
            ck_assert_int_gt(atoi(reply.retry_after), 0);
        }
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(world_count(&world, "kind = 'admin.setting'"), 2);
    refused(POLICE, "setting", "{\"name\":\"refusals_per_hour\",\"value\":1}", 403, "role-not-held"); /* another person */
    end();
}
END_TEST

/* ---- the life of a right ---- */

START_TEST(an_officer_is_registered_and_signs)
{
    char id[37], digest[65], agreement_digest[65];
    uint8_t hash[32];
    begin();
    struct world_reply reply = world_ask(&world, THIRD, &(struct world_query){0});
    world_expect(&reply, 403, "officer-unknown");
    world_reply_clear(&reply);
    refused(THIRD, "application", application_of(THIRD, "register", RIGHTS), 422, "scan-missing");
    scan_make(THIRD);
    refused(THIRD, "application", application_of(THIRD, "register", "{\"role\":5,\"bases\":[\"search_measures\"],\"duties\":[\"app7.1\"],\"until\":null}"),
            422, "role-basis duty-not-of-role form-incomplete");
    refused(THIRD, "application", application_of(THIRD, "register", "{\"role\":3,\"bases\":[\"search_measures\"],\"duties\":[],\"until\":null}"), 422,
            "role-not-of-body");
    refused(THIRD, "application", application_of(POLICE, "register", RIGHTS), 422, "form-mismatch scan-missing");
    application_file(THIRD, id, digest);
    refused(THIRD, "application", application_of(THIRD, "register", RIGHTS), 409, "application-open");
    refused(SECOND, "decision", decision_of("11111111-2222-4333-8444-555555555555", digest, RIGHTS), 422, "object-unknown");
    char other[65];
    memcpy(other, digest, sizeof(other));
    other[0] = other[0] == '0' ? '1' : '0';
    refused(SECOND, "decision", decision_of(id, other, RIGHTS), 409, "digest-mismatch");
    refused(POLICE, "decision", decision_of(id, digest, RIGHTS), 403, "role-not-held");
    accepted(SECOND, "decision", decision_of(id, digest, RIGHTS), NULL);
    refused(SECOND, "decision", decision_of(id, digest, RIGHTS), 409, "application-closed");
    reply = world_ask(&world, THIRD, &(struct world_query){0});
    world_expect(&reply, 403, "agreement-unsigned");
    world_reply_clear(&reply);
    /* the text itself is signed, by the same person */
    SHA256((const uint8_t *)"к", 2, hash);
    base_hex_digest(hash, agreement_digest);
    for (int i = 0; i < 2; i++) {
        struct base_buffer inner = world_sign(i == 0 ? POLICE : THIRD, "к"), base64;
        base_buffer_init(&base64, 64 << 10);
        ck_assert_int_eq(base_base64_encode(base_buffer_view(&inner), &base64), 0);
        char *text = base_buffer_take_text(&base64), *act = NULL;
        ck_assert_int_gt(asprintf(&act, "{\"version\":1,\"language\":\"kk\",\"digest\":\"%s\",\"signed\":\"%s\"}", agreement_digest, text), 0);
        if (i == 0)
            refused(THIRD, "agreement", act, 400, "act-malformed");
        else
            accepted(THIRD, "agreement", act, NULL);
        free(act);
        free(text);
        base_buffer_clear(&inner);
    }
    reply = world_ask(&world, THIRD, &(struct world_query){0});
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    /* and by his own word it ends at once */
    accepted(THIRD, "application", application_of(THIRD, "block", NULL), NULL);
    reply = world_ask(&world, THIRD, &(struct world_query){0});
    world_expect(&reply, 403, "officer-blocked");
    world_reply_clear(&reply);
    end();
}
END_TEST

/* ---- races ---- */

START_TEST(of_two_who_decide_one_wins)
{
    enum { ROUNDS = 5 };
    begin();
    world_appoint(FOURTH, "administrator");
    for (int round = 0; round < ROUNDS; round++) {
        char id[37], digest[65];
        unsigned won = 0;
        application_file(THIRD, id, digest);
        struct base_buffer first = act_sign(SECOND, "decision", decision_of(id, digest, "null"), NULL);
        struct base_buffer second = act_sign(FOURTH, "decision", decision_of(id, digest, RIGHTS), NULL);
        uint64_t ids[] = {world_post(&world, SECOND, "/v1/acts", base_buffer_view(&first)),
                          world_post(&world, FOURTH, "/v1/acts", base_buffer_view(&second))};
        for (int i = 0; i < 2; i++) {
            struct world_reply reply = world_take(&world, ids[i]);
            if (reply.status == 200)
                won++;
            else
                world_expect(&reply, 409, "application-closed");
            world_reply_clear(&reply);
        }
        ck_assert_uint_eq(won, 1);
        ck_assert_int_eq(cluster_number("select count(*) from qao.act where kind = 'admin.decision' and envelope #>> '{act,application}' = $1", id, NULL), 1);
        base_buffer_clear(&first);
        base_buffer_clear(&second);
        if (cluster_number("select count(*) from qao.registration_now where iin = $1 and bin = $2 and state = 'active' and system_role = 'officer'",
                           THIRD_IIN, POLICE_BIN, NULL))
            accepted(THIRD, "application", application_of(THIRD, "block", NULL), NULL); /* so that the next may be asked for */
    }
    end();
}
END_TEST

START_TEST(no_query_is_permitted_behind_a_block)
{
    enum { QUERIES = 64 };
    struct base_buffer messages[QUERIES];
    uint64_t ids[QUERIES], block = 0;
    begin();
    for (int i = 0; i < QUERIES; i++)
        messages[i] = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    struct base_buffer act = act_sign(SECOND, "block", block_of(POLICE), NULL);
    for (int i = 0; i < QUERIES; i++) {
        if (i == QUERIES / 4)
            block = world_post(&world, SECOND, "/v1/acts", base_buffer_view(&act));
        ids[i] = world_post(&world, POLICE, "/v1/queries", base_buffer_view(&messages[i]));
    }
    for (int i = 0; i < QUERIES; i++) {
        struct world_reply reply = world_take(&world, ids[i]);
        if (reply.status != 200)
            world_expect(&reply, 403, "officer-blocked");
        world_reply_clear(&reply);
        base_buffer_clear(&messages[i]);
    }
    struct world_reply reply = world_take(&world, block);
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    base_buffer_clear(&act);
    /* On a quick machine all of them are before the block: one that is surely behind it. */
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 403, "officer-blocked");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'") + world_count(&world, "kind = 'query.request'"), QUERIES + 1);
    ck_assert_int_gt(world_count(&world, "kind = 'query.refused'"), 0);
    ck_assert_int_eq(world_count(&world, "kind = 'query.request' and seq > (select b.seq from entry b where b.log_id = e.log_id and b.kind = 'admin.block')"), 0);
    end();
}
END_TEST

START_TEST(without_the_database_nothing_is_half_done)
{
    char id[37];
    begin();
    struct base_buffer message = act_sign(SECOND, "block", block_of(POLICE), id);
    cluster_do("stop");
    struct world_reply reply = act_post(SECOND, base_buffer_view(&message));
    world_expect(&reply, 503, "log-unavailable");
    ck_assert_ptr_null(json_object_get(reply.json, "receipt"));
    cluster_do("start");
    ck_assert_int_eq(cluster_number("select count(*) from qao.act where id = $1::uuid", id, NULL), 0);
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    while (reply.status != 200 && base_clock_monotonic_us() < until_us) {
        world_reply_clear(&reply);
        reply = act_post(SECOND, base_buffer_view(&message));
        if (reply.status != 200)
            world_expect(&reply, 503, "log-unavailable");
    }
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.block'"), 1);
    ck_assert_int_eq(cluster_number("select count(*) from qao.act where id = $1::uuid", id, NULL), 1);
    base_buffer_clear(&message);
    end();
}
END_TEST

/* What a superuser of the database changes in the register's acts, verification tells. Last: nothing is put back. */
START_TEST(an_act_that_was_changed_is_told)
{
    char id[37], fault[96];
    begin();
    accepted(SECOND, "setting", "{\"name\":\"refusals_per_hour\",\"value\":62}", id);
    world_stop(&world);
    world_verify(&world);
    snprintf(fault, sizeof(fault), "a column differs from the leaf, entry %ld: act",
             cluster_number("select seq from act where id = $1::uuid", id, NULL));
    free(cluster_sql("alter table act disable trigger all", NULL));
    free(cluster_sql("update act set signed = signed || 'x' where id = $1::uuid", id, NULL));
    world_expect_fault(&world, fault);
    free(cluster_sql("update act set signed = substr(signed, 1, length(signed) - 1) where id = $1::uuid", id, NULL));
    world_verify(&world);
    free(cluster_sql("update act set leaf = sha256(leaf) where id = $1::uuid", id, NULL)); /* of another entry */
    world_expect_fault(&world, fault);
    free(cluster_sql("delete from act where id = $1::uuid", id, NULL));
    world_expect_fault(&world, fault);
    free(cluster_sql("insert into act (log_id, seq, kind, iin, bin, id, at, leaf, envelope, signed) select log_id, 1000000, 'admin.decision', '1', '1',"
                     " gen_random_uuid(), now(), sha256('stray'), '{}', '' from log where origin = $1", world.origin, NULL));
    world_expect_fault(&world, "the register has acts that no entry stands for, in number 1");
    world_clear(&world);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_first_administrator_enrols_once, an_act_is_acknowledged_and_changes_the_register,
                                  who_may_not_is_told_why, a_message_is_fresh_ones_own_and_taken_once, refusals_are_bounded,
                                  an_act_that_cannot_be_proved_is_to_be_looked_for, acts_are_bounded,
                                  an_officer_is_registered_and_signs, of_two_who_decide_one_wins,
                                  no_query_is_permitted_behind_a_block, without_the_database_nothing_is_half_done,
                                  an_act_that_was_changed_is_told};
    return world_run("acts", tests, sizeof(tests) / sizeof(tests[0]));
}
