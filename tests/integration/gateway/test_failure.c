/* What goes wrong beside the query itself: registries, the log, the officer's connection, the program. Nothing is lost,
 * nothing is shown that may not be, and every request in the log has an end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

enum { WAIT_US = 10000000 };

static struct world world;

static const char prohibition[] = "{\"cadastre\":\"20:311:012:345\"}";

static void begin(void)
{
    world_init(&world);
    world_start(&world);
}

static void end(void)
{
    world_clear(&world);
}

/* An officer of the Anti-Corruption Service, whose duty opens service 57: an act. */
static const struct world_query act = {
    .service = 57, .basis = "other_duties", .duty = "app5.2", .params = prohibition};

static void act_allow(void)
{
    world_register(THIRD, "active", 15, "{other_duties}", "{app5.1,app5.2}", true);
}

static void failed(enum world_person person, const struct world_query *query, unsigned status, const char *reasons,
                   const char *conclusion)
{
    struct world_reply reply = world_ask(&world, person, query);
    world_expect(&reply, status, reasons);
    const json_t *receipt = json_object_get(reply.json, "receipt");
    ck_assert_uint_eq(json_array_size(json_object_get(receipt, "proofs")), 2);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, conclusion), 1);
}

static struct world_reply outcome_of(enum world_person person, const char *id)
{
    char path[64];
    snprintf(path, sizeof(path), "/v1/queries/%s", id);
    return world_send(&world, person, "GET", path, base_bytes_of(NULL, 0));
}

static void expect_state(enum world_person person, const char *id, const char *state, bool held)
{
    struct world_reply reply = outcome_of(person, id);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "v")), "qao.outcome/1");
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "state")), state);
    ck_assert_int_eq(json_object_get(reply.json, "reply") != NULL, held);
    if (held)
        ck_assert_str_eq(json_string_value(json_object_get(json_object_get(json_object_get(reply.json, "reply"), "answer"),
                                                           "query")),
                         id);
    world_reply_clear(&reply);
}

/* Signs and posts a query, whose id is told. */
static uint64_t post(enum world_person person, const struct world_query *query, char ret_id[37])
{
    struct base_buffer message = world_query_sign(&world, person, query, ret_id);
    uint64_t sent = world_post(&world, person, "/v1/queries", base_buffer_view(&message));
    base_buffer_clear(&message);
    return sent;
}

START_TEST(what_a_registry_may_say)
{
    begin();
    act_allow();
    world.adapter = ADAPTER_FAILS;
    world.outcome = LINK_OUTCOME_FAILED;
    failed(POLICE, &(struct world_query){0}, 502, "registry-failed",
           "kind = 'query.result' and outcome = 'registry-failed'");
    world.outcome = LINK_OUTCOME_TIMEOUT;
    failed(POLICE, &(struct world_query){0}, 504, "registry-timeout",
           "kind = 'query.result' and outcome = 'registry-timeout'");
    world.outcome = LINK_OUTCOME_UNAVAILABLE;
    failed(POLICE, &(struct world_query){0}, 503, "service-unavailable",
           "kind = 'query.result' and outcome = 'service-unavailable'");
    world.outcome = LINK_OUTCOME_UNKNOWN;
    failed(THIRD, &act, 502, "registry-failed", "kind = 'query.unknown'");
    world.adapter = ADAPTER_ANSWERS;
    world.records = "[{\"x\":1}]";
    failed(POLICE, &(struct world_query){0}, 502, "registry-failed",
           "kind = 'query.result' and outcome = 'registry-failed' and convert_from(leaf, 'UTF8') like '%\"received\":%'");
    world.records = "no answer";
    struct world_reply reply = world_ask(&world, THIRD, &act); /* the act was done, its answer is rubbish */
    world_expect(&reply, 502, "registry-failed");
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(reply.json, "detail")), "not known whether"));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.unknown'"), 2);
    ck_assert_int_eq(world_count(&world, "opens"), world_count(&world, "concludes is not null"));
    end();
}
END_TEST

START_TEST(an_answer_about_somebody_else_is_none)
{
    begin();
    world.records = "[{\"iin\":\"" SECOND_IIN "\",\"period\":\"2026-10\",\"date\":\"2026-10-15\",\"kind\":\"mandatory\","
                    "\"payer_bin\":\"300141000010\",\"payer_name\":\"x\",\"amount\":1,\"income\":2}]";
    failed(POLICE, &(struct world_query){0}, 502, "registry-failed", "kind = 'query.result'");
    end();
}
END_TEST

/* A gateway whose folder of descriptions has that of service 11 alone. */
static void begin_with_one_description(void)
{
    static char folder[] = "/tmp/qao-one-service.XXXXXX", settings[128];
    char command[512];
    world_init(&world);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof(command), "chmod 755 %s && cp '%s/schema/services/11.json' %s", folder, getenv("QAO_DATA"), folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(settings, sizeof(settings), "[policy]\nservices = %s\n", folder);
    world.settings = settings;
    world_start(&world);
    snprintf(command, sizeof(command), "rm -r %s", folder); /* read at start */
    ck_assert_int_eq(system(command), 0);
}

static const struct world_query undescribed = {.service = 36, .params = "{\"iin\":\"500101100000\"}"};

START_TEST(a_service_nobody_described)
{
    begin_with_one_description();
    failed(POLICE, &undescribed, 503, "service-unavailable", "kind = 'query.result' and outcome = 'service-unavailable'");
    ck_assert_uint_eq(world.calls, 0);
    end();
}
END_TEST

static void expect_detail(const struct world_reply *reply, const char *words)
{
    const char *detail = json_string_value(json_object_get(reply->json, "detail"));
    ck_assert_ptr_nonnull(detail);
    ck_assert_msg(strstr(detail, words) != NULL, "%s", detail);
}

/* Retrying does not help where nothing is connected, and may where it is only down. */
START_TEST(no_registry_is_not_a_registry_that_is_down)
{
    begin_with_one_description();
    struct world_reply reply = world_ask(&world, POLICE, &undescribed);
    world_expect(&reply, 503, "service-unavailable"); /* not described */
    expect_detail(&reply, "No registry is connected");
    ck_assert_str_eq(reply.retry_after, "");
    world_reply_clear(&reply);
    world.adapter = ADAPTER_FAILS;
    world.outcome = LINK_OUTCOME_UNCONNECTED; /* described, and the adapter knows no registry for it */
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "service-unavailable");
    expect_detail(&reply, "No registry is connected");
    ck_assert_str_eq(reply.retry_after, "");
    world_reply_clear(&reply);
    world.outcome = LINK_OUTCOME_UNAVAILABLE;
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "service-unavailable");
    expect_detail(&reply, "cannot be reached now");
    ck_assert_int_gt(atoi(reply.retry_after), 0);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and outcome = 'service-unavailable'"), 3);
    end();
}
END_TEST

START_TEST(a_question_lost_on_its_way)
{
    world_init(&world);
    world.fault = "call-lost";
    world_start(&world);
    act_allow();
    char id[37];
    struct world_reply reply = world_take(&world, post(THIRD, &act, id));
    world_expect(&reply, 502, "registry-failed"); /* it may have been done */
    expect_detail(&reply, "not known whether");
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(reply.json, "receipt"), "proofs")), 2);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.unknown'"), 1);
    expect_state(THIRD, id, "unknown", false);
    /* nor may it be said of a question that nothing was asked */
    failed(POLICE, &(struct world_query){0}, 502, "registry-failed",
           "kind = 'query.result' and outcome = 'registry-failed'");
    ck_assert_uint_eq(world.calls, 0);
    ck_assert_int_eq(world_count(&world, "opens"), world_count(&world, "concludes is not null"));
    end();
}
END_TEST

START_TEST(an_adapter_that_hangs)
{
    world_init(&world);
    world.settings = "[query]\nadapter_timeout_ms = 100\n";
    world_start(&world);
    act_allow();
    world.adapter = ADAPTER_SILENT;
    failed(POLICE, &(struct world_query){0}, 504, "registry-timeout", "kind = 'query.result'");
    failed(THIRD, &act, 502, "registry-failed", "kind = 'query.unknown'");
    end();
}
END_TEST

START_TEST(an_adapter_that_dies_and_one_that_is_not_there)
{
    begin();
    act_allow();
    char id[37];
    world.adapter = ADAPTER_SILENT;
    uint64_t question = post(POLICE, &(struct world_query){0}, NULL);
    uint64_t acted = post(THIRD, &act, id);
    world_wait_count(&world, "kind = 'query.request'", 2);
    world_wait_calls(&world, 2);
    world_adapter_stop(&world);
    struct world_reply reply = world_take(&world, question);
    world_expect(&reply, 502, "registry-failed");
    world_reply_clear(&reply);
    reply = world_take(&world, acted);
    world_expect(&reply, 502, "registry-failed");
    world_reply_clear(&reply);
    expect_state(THIRD, id, "unknown", false);
    failed(POLICE, &(struct world_query){0}, 503, "service-unavailable", "kind = 'query.result' and outcome = 'service-unavailable'");
    world.adapter = ADAPTER_ANSWERS;
    world_adapter_start(&world);
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    end();
}
END_TEST

static void block_police(struct world *of)
{
    of->before_answer = NULL;
    world_register(POLICE, "blocked", 2, ALL_BASES, "{app4.1}", true);
}

static void renew_police(struct world *of)
{
    of->before_answer = NULL;
    world_register(POLICE, "active", 2, ALL_BASES, "{app4.1,app4.2}", true);
}

START_TEST(a_block_between_question_and_answer)
{
    begin();
    char id[37];
    world.before_answer = block_police;
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, id));
    world_expect(&reply, 403, "officer-blocked");
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(reply.json, "receipt"), "proofs")), 2);
    ck_assert_ptr_null(memmem(reply.body.data, reply.body.len, "records", 7));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.withheld' and reasons = '{officer-blocked}'"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result'"), 0);
    expect_state(POLICE, id, "withheld", false);
    /* a change that leaves the query lawful does not stop it */
    world_register(POLICE, "active", 2, ALL_BASES, "{app4.1}", true);
    world.before_answer = renew_police;
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result'"), 1);
    end();
}
END_TEST

static PGconn *change;

static void block_begin(struct world *of)
{
    of->before_answer = NULL;
    change = world_register_begin(POLICE, "blocked");
}

/* The block is on its way when the result is, and is there first. */
START_TEST(a_block_while_the_result_is_recorded)
{
    begin();
    char id[37];
    world.before_answer = block_begin;
    uint64_t sent = post(POLICE, &(struct world_query){0}, id);
    world_wait_calls(&world, 1);
    world_wait_confirming();
    world_register_commit(change);
    struct world_reply reply = world_take(&world, sent);
    world_expect(&reply, 403, "officer-blocked");
    ck_assert_ptr_null(memmem(reply.body.data, reply.body.len, "records", 7));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.withheld' and reasons = '{officer-blocked}'"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result'"), 0);
    expect_state(POLICE, id, "withheld", false);
    end();
}
END_TEST

/* The id of an answer that is held. */
static void held_make(char ret_id[37])
{
    world.delivery = NOT_DELIVERED;
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, ret_id));
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    world_wait_count(&world, "kind = 'query.undelivered'", 1);
    world.delivery = DELIVERED;
}

/* Asks for the held answer while a version of that state is on its way; it is there before the record of the showing. */
static struct world_reply outcome_during(const char *id, const char *state)
{
    char path[64];
    snprintf(path, sizeof(path), "/v1/queries/%s", id);
    PGconn *version = world_register_begin(POLICE, state);
    uint64_t sent = world_get(&world, POLICE, path);
    world_wait_confirming();
    world_register_commit(version);
    return world_take(&world, sent);
}

START_TEST(a_block_while_a_held_answer_is_shown)
{
    begin();
    char id[37];
    held_make(id);
    struct world_reply reply = outcome_during(id, "blocked");
    world_expect(&reply, 403, "officer-blocked");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 0);
    world_register(POLICE, "active", 2, ALL_BASES, "{app4.1}", true);
    expect_state(POLICE, id, "answered", false); /* dropped for good */
    end();
}
END_TEST

START_TEST(a_change_while_a_held_answer_is_shown)
{
    begin();
    char id[37];
    held_make(id);
    struct world_reply reply = outcome_during(id, "active");
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "state")), "answered");
    ck_assert_ptr_null(json_object_get(reply.json, "reply"));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 0);
    expect_state(POLICE, id, "answered", false);
    end();
}
END_TEST

START_TEST(registrations_that_change_all_the_time)
{
    enum { QUERIES = 60 };
    begin();
    uint64_t sent[QUERIES];
    unsigned answered = 0, withheld = 0, away = 0;
    for (unsigned i = 0; i < QUERIES; i++) {
        sent[i] = post(POLICE, &(struct world_query){0}, NULL);
        world_register(POLICE, i % 2 ? "active" : "blocked", 2, ALL_BASES, "{app4.1}", true);
    }
    for (unsigned i = 0; i < QUERIES; i++) {
        struct world_reply reply = world_take(&world, sent[i]);
        if (reply.status == 200)
            answered++;
        else if (reply.status == 403)
            withheld++;
        else if (reply.status == 503 || reply.status == 429)
            away++;
        else
            ck_abort_msg("status %u", reply.status);
        world_reply_clear(&reply);
    }
    ck_assert_uint_eq(answered + withheld + away, QUERIES);
    /* Whoever was permitted was permitted by the newest version at that moment: no version made before the record by more
     * than the record's own transaction denies it. */
    ck_assert_int_eq(world_count(&world, "e.kind = 'query.request' and not exists (select from registration_version v"
                                         " where (v.registration_id, v.version) = (e.registration_id, e.version)"
                                         " and v.state = 'active')"),
                     0);
    world_register(POLICE, "active", 2, ALL_BASES, "{app4.1}", true);
    end();
}
END_TEST

START_TEST(a_database_that_is_away)
{
    begin();
    char id[37];
    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, id);
    cluster_do("stop");
    struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
    world_expect(&reply, 503, "log-unavailable");
    ck_assert_ptr_null(json_object_get(reply.json, "receipt"));
    ck_assert_int_gt(atoi(reply.retry_after), 0);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.calls, 0);
    cluster_do("start");
    /* the id stayed free: the same bytes are taken as soon as the log is back */
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    while (reply.status != 200 && base_clock_monotonic_us() < until_us) {
        world_reply_clear(&reply);
        reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
        if (reply.status != 200)
            world_expect(&reply, 503, "log-unavailable");
    }
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.request'"), 1);
    base_buffer_clear(&message);
    end();
}
END_TEST

static void insert_forbid(void)
{
    free(cluster_sql("revoke insert on entry from qao_gateway", NULL));
}

static void insert_forbid_once(struct world *of)
{
    of->before_answer = NULL;
    insert_forbid();
}

static void insert_allow(void)
{
    free(cluster_sql("grant insert on entry to qao_gateway", NULL));
}

/* The answer is held a moment after its record. */
static void wait_held(enum world_person person, const char *id)
{
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    bool held = false;
    while (!held) {
        ck_assert_msg(base_clock_monotonic_us() < until_us, "never held");
        struct world_reply reply = outcome_of(person, id);
        held = json_object_get(reply.json, "reply") != NULL;
        world_reply_clear(&reply);
    }
}

/* Nothing is said of the answer, and where to look for it is. */
static void expect_later(const struct world_reply *reply)
{
    world_expect(reply, 503, "log-unavailable");
    expect_detail(reply, "GET /v1/queries/");
    ck_assert_str_eq(reply->retry_after, ""); /* the id is used up */
    ck_assert_ptr_null(memmem(reply->body.data, reply->body.len, "records", 7));
}

/* The held reply, with the proofs of its receipt or without one. */
static void expect_held(enum world_person person, const char *id, size_t proofs)
{
    struct world_reply reply = outcome_of(person, id);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "state")), "answered");
    const json_t *held = json_object_get(reply.json, "reply");
    ck_assert_ptr_nonnull(json_object_get(json_object_get(held, "answer"), "result"));
    ck_assert_ptr_nonnull(json_object_get(held, "signed"));
    const json_t *receipt = json_object_get(held, "receipt");
    if (proofs == 0)
        ck_assert_ptr_null(receipt);
    else
        world_expect_receipt(&world, receipt, proofs);
    world_reply_clear(&reply);
}

START_TEST(an_answer_that_cannot_be_proved)
{
    world_init(&world);
    world.fault = "no-proof";
    world_start(&world);
    char id[37];
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, id));
    expect_later(&reply);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and outcome = 'answered'"), 1);
    world_wait_count(&world, "kind = 'query.undelivered'", 1); /* held before it */
    expect_held(POLICE, id, 0);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 1);
    /* a refusal is told all the same, signed */
    reply = world_ask(&world, POLICE, &(struct world_query){.basis = "search_measures"});
    world_expect(&reply, 403, "case-missing");
    ck_assert_ptr_nonnull(json_object_get(reply.json, "signed"));
    ck_assert_ptr_null(json_object_get(reply.json, "receipt"));
    world_reply_clear(&reply);
    end();
}
END_TEST

/* It gets its receipt as soon as there is one. */
START_TEST(an_answer_that_can_be_proved_later)
{
    world_init(&world);
    world.fault = "no-first-proof";
    world_start(&world);
    char id[37];
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, id));
    expect_later(&reply);
    world_reply_clear(&reply);
    world_wait_count(&world, "kind = 'query.undelivered'", 1);
    expect_held(POLICE, id, 2);
    expect_held(POLICE, id, 2);
    end();
}
END_TEST

/* An explanation is its record: where that cannot be proved nothing is said, nor that there is no record. */
START_TEST(an_explanation_that_cannot_be_proved)
{
    world_init(&world);
    world.fault = "no-proof";
    world_start(&world);
    struct world_reply reply = world_explain(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "log-unavailable");
    expect_detail(&reply, "The explanation is in the log");
    ck_assert_str_eq(reply.retry_after, "");
    ck_assert_ptr_null(json_object_get(reply.json, "explanation"));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.explained'"), 1);
    end();
}
END_TEST

START_TEST(an_answer_in_the_log_of_which_no_word_came)
{
    world_init(&world);
    world.fault = "result-untold";
    world_start(&world);
    char id[37];
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, id));
    expect_later(&reply);
    world_reply_clear(&reply);
    world_wait_count(&world, "kind = 'query.undelivered'", 1); /* found at the next attempt, and held */
    ck_assert_int_eq(world_count(&world, "kind = 'query.result'"), 1);
    expect_held(POLICE, id, 2);
    end();
}
END_TEST

START_TEST(a_log_that_takes_no_record)
{
    begin();
    insert_forbid();
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "log-unavailable");
    world_reply_clear(&reply);
    reply = world_ask(&world, POLICE, &(struct world_query){.basis = "search_measures"}); /* nor is a refusal told */
    world_expect(&reply, 503, "log-unavailable");
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.calls, 0);
    insert_allow();
    end();
}
END_TEST

START_TEST(a_log_that_goes_away_before_the_result)
{
    begin();
    char id[37];
    world.before_answer = insert_forbid_once;
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, id));
    expect_later(&reply);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result'"), 0);
    expect_state(POLICE, id, "pending", false);
    insert_allow();
    world_wait_count(&world, "kind = 'query.result' and outcome = 'answered'", 1);
    wait_held(POLICE, id);
    expect_state(POLICE, id, "answered", true);
    end();
}
END_TEST

START_TEST(a_reply_that_does_not_arrive)
{
    begin();
    char id[37], second[37];
    world.delivery = NOT_DELIVERED;
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){0}, id));
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    world_wait_count(&world, "kind = 'query.undelivered'", 1);
    world.delivery = NO_WORD;
    reply = world_take(&world, post(POLICE, &(struct world_query){0}, second));
    world_reply_clear(&reply);
    world_front_restart(&world);
    world_wait_count(&world, "kind = 'query.undelivered'", 2);
    world.delivery = DELIVERED;
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 0);
    expect_state(POLICE, id, "answered", true);
    expect_state(POLICE, second, "answered", true);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 2); /* each showing is in the log */
    expect_state(POLICE, id, "answered", true);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 3);
    insert_forbid(); /* and nothing is shown without */
    reply = outcome_of(POLICE, id);
    world_expect(&reply, 503, "log-unavailable");
    world_reply_clear(&reply);
    insert_allow();
    reply = outcome_of(SECOND, id); /* nobody else's */
    world_expect(&reply, 404, "not-found");
    world_reply_clear(&reply);
    world_register(POLICE, "blocked", 2, ALL_BASES, "{app4.1}", true);
    reply = outcome_of(POLICE, id); /* what may not be shown now is not shown */
    world_expect(&reply, 403, "officer-blocked");
    world_reply_clear(&reply);
    world_register(POLICE, "active", 2, ALL_BASES, "{app4.1}", true);
    expect_state(POLICE, id, "answered", false);     /* nor ever after */
    expect_state(POLICE, second, "answered", false); /* nor under another version of the registration */
    end();
}
END_TEST

START_TEST(a_program_that_was_killed)
{
    begin();
    char id[37], refused_id[37];
    world.adapter = ADAPTER_SILENT;
    post(POLICE, &(struct world_query){0}, id);
    world_wait_count(&world, "kind = 'query.request'", 1);
    struct world_reply reply = world_take(&world, post(POLICE, &(struct world_query){.basis = "search_measures"}, refused_id));
    world_reply_clear(&reply);
    world_kill(&world);
    world.adapter = ADAPTER_ANSWERS;
    world_start(&world);
    ck_assert_int_eq(world_count(&world, "kind = 'query.unknown'"), 1);
    expect_state(POLICE, id, "unknown", false);
    expect_state(POLICE, refused_id, "refused", false);
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    end();
}
END_TEST

/* Holds the answer back until the gateway says that it stops. */
static void when_stopping(struct world *of)
{
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    bool stopping = false;
    while (!stopping) {
        ck_assert_msg(base_clock_monotonic_us() < until_us, "never stopping");
        struct world_reply reply = world_probe(of, "/readyz");
        stopping = memmem(reply.body.data, reply.body.len, "serving: stopping", 17) != NULL;
        world_reply_clear(&reply);
    }
}

START_TEST(a_program_that_is_told_to_stop)
{
    begin();
    world.before_answer = when_stopping;
    uint64_t sent = post(POLICE, &(struct world_query){0}, NULL);
    world_wait_count(&world, "kind = 'query.request'", 1);
    world_stop(&world);
    struct world_reply reply = world_take(&world, sent); /* what was in flight was served to its end */
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "opens"), world_count(&world, "concludes is not null"));
    end();
}
END_TEST

START_TEST(too_much_at_once)
{
    enum { QUERIES = 12 };
    world_init(&world);
    world.settings = "[gateway]\nin_flight_max = 4\n";
    world_start(&world);
    world.adapter = ADAPTER_SILENT;
    uint64_t sent[QUERIES];
    for (unsigned i = 0; i < 4; i++)
        sent[i] = post(POLICE, &(struct world_query){0}, NULL);
    world_wait_count(&world, "kind = 'query.request'", 4);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "overloaded");
    ck_assert_int_gt(atoi(reply.retry_after), 0);
    world_reply_clear(&reply);
    reply = world_probe(&world, "/healthz"); /* a probe is answered all the same */
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    world_adapter_stop(&world);
    for (unsigned i = 0; i < 4; i++) {
        reply = world_take(&world, sent[i]);
        world_expect(&reply, 502, "registry-failed");
        world_reply_clear(&reply);
    }
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_a_registry_may_say,
        an_answer_about_somebody_else_is_none,
        a_service_nobody_described,
        no_registry_is_not_a_registry_that_is_down,
        a_question_lost_on_its_way,
        an_adapter_that_hangs,
        an_adapter_that_dies_and_one_that_is_not_there,
        a_block_between_question_and_answer,
        a_block_while_the_result_is_recorded,
        a_block_while_a_held_answer_is_shown,
        a_change_while_a_held_answer_is_shown,
        registrations_that_change_all_the_time,
        a_database_that_is_away,
        an_answer_that_cannot_be_proved,
        an_answer_that_can_be_proved_later,
        an_explanation_that_cannot_be_proved,
        an_answer_in_the_log_of_which_no_word_came,
        a_log_that_takes_no_record,
        a_log_that_goes_away_before_the_result,
        a_reply_that_does_not_arrive,
        a_program_that_was_killed,
        a_program_that_is_told_to_stop,
        too_much_at_once,
    };
    return world_run("failures", tests, sizeof(tests) / sizeof(tests[0]));
}
