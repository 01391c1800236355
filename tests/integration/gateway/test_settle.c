/* Acts of unknown outcome: whose officer looks learns what the registry says became of them; it is asked only what became, and
 * not before the adapter's own deadline; the first word that is not "unknown" is the last, and the log tells the story. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

enum { WAIT_US = 10000000 };

static struct world world;

/* An officer of the Anti-Corruption Service, whose duty opens service 57: an act. */
static const struct world_query act = {
    .service = 57, .basis = "other_duties", .duty = "app5.2", .params = "{\"cadastre\":\"99:311:012:345\"}"};

#define RECORD(cadastre)                                                                                                   \
    "[{\"cadastre\":\"" cadastre "\",\"object\":{\"code\":\"1\",\"name_kk\":\"а\",\"name_ru\":\"б\"},"                      \
    "\"prohibition_number\":\"N-1\",\"imposed_at\":\"2030-01-02T03:04:05+05:00\",\"state\":\"imposed\"}]"

static const char done_record[] = RECORD("99:311:012:345"), other_record[] = RECORD("99:311:012:346");

static void begin(const char *settings)
{
    world_init(&world);
    world.settings = settings;
    world_start(&world);
    world_register(THIRD, "active", 15, "{other_duties}", "{app5.1,app5.2}", true);
}

static void end(void)
{
    world_verify(&world);
    world_clear(&world);
}

/* Between two looks of a poll: the world keeps every exchange. */
static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static struct world_reply look(enum world_person person, const char *id)
{
    char path[64];
    snprintf(path, sizeof(path), "/v1/queries/%s", id);
    return world_send(&world, person, "GET", path, base_bytes_of(NULL, 0));
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text ? text : "";
}

/* Sends the act, of which nobody can say what became; then the registry answers with outcome. */
static void act_lose(enum link_outcome outcome, const char *records, char ret_id[37])
{
    world.adapter = ADAPTER_FAILS;
    world.outcome = LINK_OUTCOME_UNKNOWN;
    struct base_buffer message = world_query_sign(&world, THIRD, &act, ret_id);
    struct world_reply reply = world_take(&world, world_post(&world, THIRD, "/v1/queries", base_buffer_view(&message)));
    base_buffer_clear(&message);
    world_expect(&reply, 502, "registry-failed");
    world_reply_clear(&reply);
    world.outcome = outcome;
    world.records = records;
}

/* Looks until the registry was asked what became of it, and gives that page. */
static struct world_reply look_settled(const char *id)
{
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    for (;;) {
        struct world_reply reply = look(THIRD, id);
        ck_assert_uint_eq(reply.status, 200);
        if (json_object_get(reply.json, "settled"))
            return reply;
        ck_assert_str_eq(text_of(reply.json, "state"), "unknown");
        ck_assert_msg(base_clock_monotonic_us() < until_us, "never settled: %.*s", (int)reply.body.len,
                      (const char *)reply.body.data);
        world_reply_clear(&reply);
        pause_briefly();
    }
}

static void expect_settled(const struct world_reply *reply, const char *outcome, bool held)
{
    const json_t *settled = json_object_get(reply->json, "settled");
    ck_assert_str_eq(text_of(settled, "outcome"), outcome);
    ck_assert(json_is_integer(json_object_get(settled, "index")));
    ck_assert_str_eq(text_of(reply->json, "state"), outcome);
    ck_assert_str_eq(text_of(json_object_get(reply->json, "conclusion"), "kind"), "query.unknown");
    ck_assert_int_eq(json_object_get(reply->json, "reply") != NULL, held);
}

START_TEST(what_was_done_is_shown_like_an_answer)
{
    begin("[query]\nadapter_timeout_ms = 100\n");
    char id[37];
    act_lose(LINK_OUTCOME_ANSWERED, done_record, id);
    struct world_reply reply = look_settled(id);
    expect_settled(&reply, "done", true);
    const json_t *held = json_object_get(reply.json, "reply"), *answer = json_object_get(held, "answer");
    ck_assert_str_eq(text_of(answer, "query"), id);
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "service")), 57);
    ck_assert_str_eq(text_of(json_object_get(answer, "decision"), "effect"), "permit");
    ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(answer, "result"), "records")), 1);
    world_expect_receipt(&world, json_object_get(held, "receipt"), 2);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.settled' and outcome = 'done'"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.delivered'"), 1);
    /* looked at again: shown again, asked no more */
    unsigned settles = world.settles;
    world.outcome = LINK_OUTCOME_FAILED;
    reply = look(THIRD, id);
    expect_settled(&reply, "done", true);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.settles, settles);
    ck_assert_uint_eq(world.calls, 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.settled'"), 1);
    end();
}
END_TEST

START_TEST(what_was_not_done_is_the_last_word)
{
    begin("[query]\nadapter_timeout_ms = 100\n");
    char id[37];
    act_lose(LINK_OUTCOME_FAILED, "[]", id);
    struct world_reply reply = look_settled(id);
    expect_settled(&reply, "not-done", false);
    world_reply_clear(&reply);
    world.outcome = LINK_OUTCOME_ANSWERED;
    world.records = done_record;
    reply = look(THIRD, id);
    expect_settled(&reply, "not-done", false);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.settles, 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.settled'"), 1);
    end();
}
END_TEST

START_TEST(what_is_still_unknown_is_asked_again)
{
    static const struct {
        enum link_outcome outcome;
        const char *records;
    } unknown[] = {{LINK_OUTCOME_UNKNOWN, "[]"},          {LINK_OUTCOME_UNAVAILABLE, "[]"}, {LINK_OUTCOME_PENDING, "[]"},
                   {LINK_OUTCOME_UNCONNECTED, "[]"},      {LINK_OUTCOME_ANSWERED, "[]"},    {LINK_OUTCOME_ANSWERED, "rubbish"},
                   {LINK_OUTCOME_ANSWERED, other_record}, {LINK_OUTCOME_ANSWERED, "[{\"x\":1}]"}};
    begin("[query]\nadapter_timeout_ms = 100\nsettles_per_minute = 100\n");
    char id[37];
    act_lose(unknown[0].outcome, unknown[0].records, id);
    struct world_reply reply = look_settled(id);
    for (size_t i = 1; i <= BASE_ARRAY_LENGTH(unknown); i++) {
        expect_settled(&reply, "unknown", false);
        world_reply_clear(&reply);
        ck_assert_uint_eq(world.settles, i);
        ck_assert_int_eq(world_count(&world, "kind = 'query.settled' and outcome = 'unknown'"), (long)i);
        bool is_last = i == BASE_ARRAY_LENGTH(unknown);
        world.outcome = is_last ? LINK_OUTCOME_ANSWERED : unknown[i].outcome;
        world.records = is_last ? done_record : unknown[i].records;
        reply = look(THIRD, id);
    }
    expect_settled(&reply, "done", true);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.settled' and convert_from(leaf, 'UTF8') like '%\"received\":%'"), 4);
    end();
}
END_TEST

START_TEST(nobody_elses_act_is_asked_about)
{
    begin("[query]\nadapter_timeout_ms = 100\n");
    char id[37];
    act_lose(LINK_OUTCOME_ANSWERED, done_record, id);
    struct world_reply reply = look_settled(id);
    world_reply_clear(&reply);
    unsigned settles = world.settles;
    act_lose(LINK_OUTCOME_ANSWERED, done_record, id);
    /* by now the first act's time is over; the second's is when its officer would learn of it */
    int64_t until_us = base_clock_monotonic_us() + 2500000;
    while (base_clock_monotonic_us() < until_us) {
        reply = look(POLICE, id);
        world_expect(&reply, 404, "not-found");
        world_reply_clear(&reply);
        pause_briefly();
    }
    ck_assert_uint_eq(world.settles, settles);
    /* one whose registration is another than the act was permitted with */
    world_register(THIRD, "active", 15, "{other_duties}", "{app5.1,app5.2}", true);
    reply = look(THIRD, id);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(text_of(reply.json, "state"), "unknown");
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.settles, settles);
    end();
}
END_TEST

START_TEST(too_soon_nothing_is_asked)
{
    begin("[query]\nadapter_timeout_ms = 60000\n");
    char id[37];
    act_lose(LINK_OUTCOME_FAILED, "[]", id);
    int64_t until_us = base_clock_monotonic_us() + 3000000;
    while (base_clock_monotonic_us() < until_us) {
        struct world_reply reply = look(THIRD, id);
        ck_assert_str_eq(text_of(reply.json, "state"), "unknown");
        ck_assert_ptr_null(json_object_get(reply.json, "settled"));
        world_reply_clear(&reply);
        pause_briefly();
    }
    ck_assert_uint_eq(world.settles, 0);
    end();
}
END_TEST

START_TEST(too_often_nothing_is_asked)
{
    begin("[query]\nadapter_timeout_ms = 100\nsettles_per_minute = 1\n");
    char id[37];
    act_lose(LINK_OUTCOME_UNKNOWN, "[]", id);
    struct world_reply reply = look_settled(id);
    world_reply_clear(&reply);
    reply = look(THIRD, id);
    expect_settled(&reply, "unknown", false);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.settles, 1);
    end();
}
END_TEST

/* Many looks at once: one word in the log. */
START_TEST(looks_at_once_settle_once)
{
    enum { LOOKS = 20 };
    begin("[query]\nadapter_timeout_ms = 100\nsettles_per_minute = 1000\n");
    char id[37], path[64];
    uint64_t looks[LOOKS];
    act_lose(LINK_OUTCOME_ANSWERED, done_record, id);
    snprintf(path, sizeof(path), "/v1/queries/%s", id);
    int64_t until_us = base_clock_monotonic_us() + WAIT_US;
    while (world_count(&world, "kind = 'query.settled'") == 0) {
        ck_assert(base_clock_monotonic_us() < until_us);
        for (size_t i = 0; i < LOOKS; i++)
            looks[i] = world_get(&world, THIRD, path);
        for (size_t i = 0; i < LOOKS; i++) {
            struct world_reply reply = world_take(&world, looks[i]);
            world_reply_clear(&reply);
        }
        pause_briefly();
    }
    ck_assert_int_eq(world_count(&world, "kind = 'query.settled'"), 1);
    ck_assert_uint_eq(world.settles, 1);
    end();
}
END_TEST

/* The page after a restart, and the database's own rule. */
START_TEST(the_database_takes_no_second_word)
{
    begin("[query]\nadapter_timeout_ms = 100\n");
    char id[37];
    act_lose(LINK_OUTCOME_FAILED, "[]", id);
    struct world_reply reply = look_settled(id);
    world_reply_clear(&reply);
    world_stop(&world);
    world_start(&world);
    reply = look(THIRD, id);
    expect_settled(&reply, "not-done", false);
    world_reply_clear(&reply);
    PGconn *connection = cluster_connect("user=postgres");
    PGresult *result = PQexec(connection, "insert into qao.entry (log_id, seq, opens, at, kind, iin, id, part, outcome, leaf)"
                                          " select log_id, seq + 1000, false, at, kind, iin, id, part, 'done', leaf from qao.entry"
                                          " where kind = 'query.settled' order by at desc limit 1");
    ck_assert_ptr_nonnull(strstr(PQresultErrorMessage(result), "settles what is settled"));
    PQclear(result);
    PQfinish(connection);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_was_done_is_shown_like_an_answer,
                                  what_was_not_done_is_the_last_word,
                                  what_is_still_unknown_is_asked_again,
                                  nobody_elses_act_is_asked_about,
                                  too_soon_nothing_is_asked,
                                  too_often_nothing_is_asked,
                                  looks_at_once_settle_once,
                                  the_database_takes_no_second_word};
    return world_run("acts of unknown outcome", tests, BASE_ARRAY_LENGTH(tests));
}
