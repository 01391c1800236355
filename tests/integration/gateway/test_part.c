/* What has nobody connected to it: answers that come later, and the parts of an inquiry. Each is recorded like any other query,
 * kept for its officer alone, and withheld when a block comes between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

enum { WAIT_US = 10000000 };

static struct world world;

static void begin(void)
{
    world_init(&world);
    world_start(&world);
}

static void end(void)
{
    world_verify(&world);
    world_clear(&world);
}

/* part 0: the message itself. */
static struct world_reply look(enum world_person person, const char *id, unsigned part)
{
    char path[64];
    snprintf(path, sizeof(path), part > 0 ? "/v1/queries/%s/%u" : "/v1/queries/%s", id, part);
    return world_send(&world, person, "GET", path, base_bytes_of(NULL, 0));
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text ? text : "";
}

/* Waits for the state, and gives the page that has it. */
static struct world_reply wait_state(const char *id, unsigned part, const char *state)
{
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    for (;;) {
        struct world_reply reply = look(POLICE, id, part);
        bool has_text = json_object_get(reply.json, "reply") || json_object_get(reply.json, "problem");
        bool is_whole = strcmp(state, "answered") != 0 || has_text; /* kept a moment after its record */
        if (reply.status == 200 && strcmp(text_of(reply.json, "state"), state) == 0 && is_whole)
            return reply;
        ck_assert_msg(base_clock_monotonic_us() < until_us, "part %u: never %s: %.*s", part, state, (int)reply.body.len,
                      (const char *)reply.body.data);
        world_reply_clear(&reply);
    }
}

static void expect_state(const char *id, unsigned part, const char *state)
{
    struct world_reply reply = wait_state(id, part, state);
    world_reply_clear(&reply);
}

/* Posts a query whose registry answers later: 202 with a receipt of the request's record. */
static void ask_later(const struct world_query *query, char ret_id[37])
{
    struct base_buffer message = world_query_sign(&world, POLICE, query, ret_id);
    struct world_reply reply = world_take(&world, world_post(&world, POLICE, "/v1/queries", base_buffer_view(&message)));
    base_buffer_clear(&message);
    ck_assert_uint_eq(reply.status, 202);
    ck_assert_str_eq(text_of(reply.json, "v"), "qao.pending/1");
    ck_assert_str_eq(text_of(reply.json, "query"), ret_id);
    ck_assert_str_ne(reply.retry_after, "");
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.pending'"), 1);
}

/* ---- answers that come later ---- */

START_TEST(an_answer_that_comes_later_is_kept_for_its_officer)
{
    begin();
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    expect_state(id, 0, "pending");
    world_answer_later(&world, LINK_OUTCOME_ANSWERED);
    struct world_reply reply = wait_state(id, 0, "answered");
    const json_t *held = json_object_get(reply.json, "reply");
    ck_assert_str_eq(text_of(json_object_get(held, "answer"), "query"), id);
    world_expect_receipt(&world, json_object_get(held, "receipt"), 2);
    world_reply_clear(&reply);
    reply = look(SECOND, id, 0);
    world_expect(&reply, 404, "not-found");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.undelivered'"), 0);
    end();
}
END_TEST

START_TEST(a_failure_that_comes_later_is_told)
{
    begin();
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    world_answer_later(&world, LINK_OUTCOME_FAILED);
    struct world_reply reply = wait_state(id, 0, "failed");
    ck_assert_ptr_null(json_object_get(reply.json, "reply"));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and outcome = 'registry-failed'"), 1);
    end();
}
END_TEST

START_TEST(a_block_withholds_what_comes_later)
{
    begin();
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    world_register(POLICE, "blocked", 2, ALL_BASES, "{app4.1}", true);
    world_answer_later(&world, LINK_OUTCOME_ANSWERED);
    world_wait_count(&world, "kind = 'query.withheld' and reasons = '{officer-blocked}'", 1);
    struct world_reply reply = look(POLICE, id, 0);
    ck_assert_ptr_null(memmem(reply.body.data, reply.body.len, "records", 7));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result'"), 0);
    end();
}
END_TEST

START_TEST(one_that_never_comes_is_a_timeout)
{
    world_init(&world);
    world.settings = "[query]\npending_seconds = 1\n";
    world_start(&world);
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    expect_state(id, 0, "timeout");
    world_answer_later(&world, LINK_OUTCOME_ANSWERED); /* nobody waits for it any more */
    expect_state(id, 0, "timeout");
    end();
}
END_TEST

START_TEST(more_than_may_wait_fail)
{
    world_init(&world);
    world.settings = "[query]\npending_max = 1\n";
    world_start(&world);
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 502, "registry-failed");
    world_reply_clear(&reply);
    world_answer_later(&world, LINK_OUTCOME_ANSWERED);
    expect_state(id, 0, "answered");
    end();
}
END_TEST

/* The adapter forgets with its connection: it is asked what became of the query, and never to ask again. */
START_TEST(a_lost_adapter_is_asked_again)
{
    begin();
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    world.outcome = LINK_OUTCOME_ANSWERED;
    world_adapter_stop(&world);
    world_adapter_start(&world);
    expect_state(id, 0, "answered");
    ck_assert_uint_ge(world.settles, 1);
    ck_assert_uint_eq(world.calls, 1);
    end();
}
END_TEST

START_TEST(a_stop_leaves_nothing_open)
{
    begin();
    char id[37];
    world.adapter = ADAPTER_LATER;
    ask_later(&(struct world_query){0}, id);
    world_stop(&world);
    ck_assert_int_eq(world_count(&world, "kind = 'query.unknown'"), 1);
    world_start(&world);
    expect_state(id, 0, "unknown");
    end();
}
END_TEST

/* ---- inquiries ---- */

/* Posts an inquiry; 202 names its parts in order. */
static void inquire(const struct world_query *query, size_t parts, char ret_id[37])
{
    struct base_buffer message = world_query_sign(&world, POLICE, query, ret_id);
    struct world_reply reply = world_take(&world, world_post(&world, POLICE, "/v1/queries", base_buffer_view(&message)));
    base_buffer_clear(&message);
    ck_assert_msg(reply.status == 202, "%u: %.*s", reply.status, (int)reply.body.len, (const char *)reply.body.data);
    ck_assert_str_eq(text_of(reply.json, "v"), "qao.inquiry-reply/1");
    const json_t *list = json_object_get(reply.json, "parts");
    ck_assert_uint_eq(json_array_size(list), parts);
    for (size_t i = 0; i < parts; i++)
        ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(list, i), "part")), (json_int_t)i + 1);
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
    world_reply_clear(&reply);
}

START_TEST(each_service_of_an_inquiry_is_a_query_of_its_own)
{
    begin();
    char id[37];
    /* 11 is open under operative search, 37 asks for an article besides, 57 and others act. */
    inquire(&(struct world_query){.services = "11,37,5", .params = "{\"iin\":\"" POLICE_IIN "\"}"}, 3, id);
    struct world_reply reply = wait_state(id, 1, "answered");
    const json_t *held = json_object_get(reply.json, "reply");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(held, "answer"), "service")), 11);
    world_expect_receipt(&world, json_object_get(held, "receipt"), 2);
    world_reply_clear(&reply);
    reply = wait_state(id, 2, "refused");
    const json_t *problem = json_object_get(reply.json, "problem");
    ck_assert_str_eq(text_of(problem, "query"), id);
    ck_assert_uint_ge(json_array_size(json_object_get(problem, "reasons")), 2); /* no BIN, no article */
    world_expect_receipt(&world, json_object_get(problem, "receipt"), 1);
    world_reply_clear(&reply);
    expect_state(id, 3, "answered");
    /* The page of the message tells of all. */
    reply = look(POLICE, id, 0);
    ck_assert_str_eq(text_of(reply.json, "state"), "accepted");
    const json_t *parts = json_object_get(reply.json, "parts");
    ck_assert_uint_eq(json_array_size(parts), 3);
    ck_assert_str_eq(text_of(json_array_get(parts, 1), "state"), "refused");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(parts, 2), "service")), 5);
    world_reply_clear(&reply);
    reply = look(POLICE, id, 4);
    world_expect(&reply, 404, "not-found");
    world_reply_clear(&reply);
    reply = look(SECOND, id, 1);
    world_expect(&reply, 404, "not-found");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.inquiry' and part = 0"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.request' and part in (1, 3)"), 2);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused' and part = 2"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and part in (1, 3)"), 2);
    end();
}
END_TEST

/* Waits until the part has some end. */
static void wait_end(const char *id, unsigned part)
{
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    for (bool is_over = false; !is_over;) {
        struct world_reply reply = look(POLICE, id, part);
        is_over = reply.status == 200 && strcmp(text_of(reply.json, "state"), "pending") != 0;
        world_reply_clear(&reply);
        ck_assert_int_lt(base_clock_monotonic_us(), until_us);
    }
}

START_TEST(twenty_services_at_once)
{
    begin();
    char id[37];
    inquire(&(struct world_query){.services = "1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21"}, 20, id);
    for (unsigned part = 1; part <= 20; part++)
        wait_end(id, part);
    ck_assert_int_eq(world_count(&world, "part > 0 and kind in ('query.request', 'query.refused')"), 20);
    ck_assert_int_eq(world_count(&world, "opens"), world_count(&world, "concludes is not null"));
    end();
}
END_TEST

START_TEST(one_registry_that_fails_stops_no_other)
{
    begin();
    char id[37];
    world.adapter = ADAPTER_LATER;
    inquire(&(struct world_query){.services = "11,5"}, 2, id);
    world_wait_calls(&world, 2);
    world_wait_count(&world, "kind = 'query.pending'", 2);
    world_answer_later(&world, LINK_OUTCOME_TIMEOUT);
    for (unsigned part = 1; part <= 2; part++) {
        struct world_reply reply = wait_state(id, part, "timeout");
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(world_count(&world, "kind = 'query.inquiry'"), 1);
    end();
}
END_TEST

START_TEST(an_inquiry_is_refused_whole_for_what_is_wrong_with_the_message)
{
    static const char *const wrong[] = {"",     "11,11", "75",  "0",  "77", "57", "\"11\"", "1.5",
                                        "1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22"};
    begin();
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.services = wrong[i]});
        world_expect(&reply, 400, "query-malformed");
        world_reply_clear(&reply);
    }
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.services = "11", .age_s = 400});
    world_expect(&reply, 403, "query-stale");
    world_reply_clear(&reply);
    reply = world_explain(&world, POLICE, &(struct world_query){.services = "11"});
    world_expect(&reply, 400, "query-malformed");
    world_reply_clear(&reply);
    reply = world_ask(&world, FOURTH, &(struct world_query){.services = "11,5"});
    world_expect(&reply, 403, "officer-unknown");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.inquiry' or part > 0"), 0);
    ck_assert_uint_eq(world.calls, 0);
    end();
}
END_TEST

START_TEST(an_inquiry_uses_its_id_up)
{
    begin();
    char id[37];
    inquire(&(struct world_query){.services = "11,5"}, 2, id);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.services = "11", .id = id});
    world_expect(&reply, 409, "query-replayed");
    world_reply_clear(&reply);
    reply = world_ask(&world, POLICE, &(struct world_query){.id = id});
    world_expect(&reply, 409, "query-replayed");
    world_reply_clear(&reply);
    expect_state(id, 1, "answered");
    expect_state(id, 2, "answered");
    ck_assert_int_eq(world_count(&world, "kind = 'query.inquiry'"), 1);
    end();
}
END_TEST

/* All parts find room, or none is asked. */
START_TEST(no_room_for_all_is_overloaded)
{
    world_init(&world);
    world.settings = "[gateway]\nin_flight_max = 4\n";
    world_start(&world);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.services = "11,5,1,3"});
    world_expect(&reply, 503, "overloaded");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind like 'query.%'"), 0);
    char id[37];
    inquire(&(struct world_query){.services = "11,5"}, 2, id); /* the room was given back */
    expect_state(id, 1, "answered");
    expect_state(id, 2, "answered");
    end();
}
END_TEST

START_TEST(each_part_counts_among_the_queries_of_a_minute)
{
    world_init(&world);
    world.settings = "[query]\nqueries_per_minute = 5\n";
    world_start(&world);
    char id[37];
    inquire(&(struct world_query){.services = "11,5,1,12"}, 4, id);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.services = "11,5"});
    world_expect(&reply, 429, "too-many");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.inquiry'"), 1);
    for (unsigned part = 1; part <= 4; part++)
        wait_end(id, part);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {an_answer_that_comes_later_is_kept_for_its_officer,
                                         a_failure_that_comes_later_is_told,
                                         a_block_withholds_what_comes_later,
                                         one_that_never_comes_is_a_timeout,
                                         more_than_may_wait_fail,
                                         a_lost_adapter_is_asked_again,
                                         a_stop_leaves_nothing_open,
                                         each_service_of_an_inquiry_is_a_query_of_its_own,
                                         twenty_services_at_once,
                                         one_registry_that_fails_stops_no_other,
                                         an_inquiry_is_refused_whole_for_what_is_wrong_with_the_message,
                                         an_inquiry_uses_its_id_up,
                                         no_room_for_all_is_overloaded,
                                         each_part_counts_among_the_queries_of_a_minute};
    return world_run("parts and answers that come later", tests, BASE_ARRAY_LENGTH(tests));
}
