/* What the gateway sees to by itself: planned work, violations it sees, what waits in the register. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

static struct world world;

static void begin(const char *settings)
{
    world_init(&world);
    world.settings = settings;
    world_start(&world);
}

static void end(void)
{
    world_clear(&world);
}

static void ask(enum world_person person, const struct world_query *query, unsigned status, const char *reasons)
{
    struct world_reply reply = world_ask(&world, person, query);
    if (reasons)
        world_expect(&reply, status, reasons);
    else
        ck_assert_uint_eq(reply.status, status);
    world_reply_clear(&reply);
}

/* ---- violations (clause 44) ---- */

/* Open rows of a person and cause that this log's entries show. */
static long violations(const char *iin, const char *cause)
{
    return cluster_number("select count(*) from violation_now v join log l using (log_id) where l.origin = $1 and v.iin = $2"
                          " and v.cause = $3 and v.state = 'open' and v.by_iin is null"
                          " and exists (select from entry e where e.log_id = v.log_id and e.seq = v.seq and e.kind = 'query.refused')",
                          world.origin, iin, cause, NULL);
}

START_TEST(refusals_that_are_violations)
{
    char id[37];
    begin("");
    /* A query without a ground for it is a refusal and no violation. */
    ask(POLICE, &(struct world_query){.basis = "search_measures"}, 403, "case-missing");
    ck_assert_int_eq(cluster_number("select count(*) from violation", NULL), 0);

    char *text = world_query_text(&world, &(struct world_query){0}, id);
    struct base_buffer message = world_sign(POLICE, text);
    for (int i = 0; i < 3; i++) { /* two replays of one query: one violation */
        struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
        ck_assert_uint_eq(reply.status, i == 0 ? 200 : 409);
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(violations(POLICE_IIN, "query-replayed"), 1);
    ck_assert_int_eq(cluster_number("select count(*) from violation", NULL), 1);

    /* Signed by one, sent by another: it is the signer's signature that was passed on (clause 24). */
    struct world_reply reply = world_send(&world, SECOND, "POST", "/v1/queries", base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 403);
    world_reply_clear(&reply);
    ck_assert_int_eq(violations(POLICE_IIN, "signer-not-connection"), 1);
    ck_assert_int_eq(violations(SECOND_IIN, "signer-not-connection"), 0);
    base_buffer_clear(&message);
    free(text);

    message = (struct base_buffer){0};
    base_buffer_init(&message, 100);
    base_buffer_append_text(&message, "no message");
    reply = world_send(&world, SECOND, "POST", "/v1/queries", base_buffer_view(&message));
    world_expect(&reply, 401, "signature-invalid");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    ck_assert_int_eq(violations(SECOND_IIN, "signature-invalid"), 1);

    text = world_query_text(&world, &(struct world_query){0}, id);
    message = world_sign(POLICE, text);
    reply = world_send_as(&world, POLICE, "POST", "/v1/queries", "application/cms", NULL, NULL, "203.0.113.9",
                          base_buffer_view(&message));
    world_expect(&reply, 403, "network-not-allowed");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    free(text);
    ck_assert_int_eq(violations(POLICE_IIN, "network-not-allowed"), 1);

    /* A block is another's decision; a suspension for absence is nobody's fault. */
    world_register(THIRD, "suspended", 2, ALL_BASES, "{app4.1}", true);
    ask(THIRD, &(struct world_query){0}, 403, "officer-blocked");
    ck_assert_int_eq(violations(THIRD_IIN, "officer-blocked"), 0);
    world_register(THIRD, "blocked", 2, ALL_BASES, "{app4.1}", true);
    ask(THIRD, &(struct world_query){0}, 403, "officer-blocked");
    ck_assert_int_eq(violations(THIRD_IIN, "officer-blocked"), 1);
    end();
}
END_TEST

START_TEST(a_run_of_refusals)
{
    begin("[query]\nrefusals_per_minute = 1000\n");
    for (int i = 0; i < 60; i++) /* as many as the setting allows when nobody set it */
        ask(SECOND, &(struct world_query){.basis = "search_measures"}, 403, "case-missing");
    ck_assert_int_eq(violations(SECOND_IIN, "refusals"), 0);
    for (int i = 0; i < 2; i++)
        ask(SECOND, &(struct world_query){.basis = "search_measures"}, 403, "case-missing");
    ck_assert_int_eq(violations(SECOND_IIN, "refusals"), 1);
    ck_assert_int_eq(violations(POLICE_IIN, "refusals"), 0);
    end();
}
END_TEST

/* ---- planned work (clause 35) ---- */

/* As an act would leave it, but without the act. */
static void announce(const char *id, const char *begins, const char *ends, const char *replaces)
{
    free(cluster_sql("with off as (select set_config('session_replication_role', 'replica', true))"
                     " insert into announcement (announcement_id, begins_at, ends_at, replaces, withdrawn, text_kk, text_ru,"
                     " text_en, iin, at, act) select $1::uuid, now() + $2::interval, now() + $3::interval, nullif($4, '')::uuid, $4 <> '',"
                     " 'к', 'р', 'e', '" SECOND_IIN "', now(), sha256('x') from off",
                     id, begins, ends, replaces, NULL));
}

START_TEST(announced_work_stops_queries)
{
    static const char id[] = "11111111-2222-4333-8444-000000000001";
    begin("");
    announce("11111111-2222-4333-8444-000000000000", "1 hour", "2 hours", ""); /* to come */
    ask(POLICE, &(struct world_query){0}, 200, NULL);
    announce(id, "-1 minute", "100 seconds", "");
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "maintenance");
    int wait_s = atoi(reply.retry_after);
    ck_assert_int_ge(wait_s, 60);
    ck_assert_int_le(wait_s, 100);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.calls, 1); /* no registry was asked again */
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused' and reasons = '{maintenance}'"), 1);
    /* What else is wrong is said too, and comes first. */
    ask(POLICE, &(struct world_query){.basis = "search_measures"}, 403, "case-missing maintenance");
    /* An explanation asks nobody. */
    char *text = world_query_text(&world, &(struct world_query){0}, NULL);
    struct base_buffer message = world_sign(POLICE, text);
    reply = world_send(&world, POLICE, "POST", "/v1/explain", base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    base_buffer_clear(&message);
    free(text);
    announce("11111111-2222-4333-8444-000000000002", "-1 minute", "100 seconds", id); /* withdrawn */
    ask(POLICE, &(struct world_query){0}, 200, NULL);
    end();
}
END_TEST

/* ---- gauges ---- */

static bool says(const struct world_reply *reply, const char *text)
{
    return memmem(reply->body.data, reply->body.len, text, strlen(text)) != NULL;
}

START_TEST(what_waits_is_measured)
{
    begin("");
    ask(POLICE, &(struct world_query){.age_s = 4000}, 403, "query-stale");
    world_stop(&world); /* a start reads at once */
    char line[64];
    long open = cluster_number("select count(*) from violation_now where state = 'open'", NULL);
    ck_assert_int_gt(open, 0); /* of the tests before */
    snprintf(line, sizeof(line), "qao_violations_open %ld\n", open);
    world_start(&world);
    struct world_reply reply;
    for (int i = 0; i < 200; i++) {
        reply = world_probe(&world, "/metrics");
        if (says(&reply, line))
            break;
        world_reply_clear(&reply);
        struct timespec step = {.tv_nsec = 50000000};
        nanosleep(&step, NULL);
    }
    ck_assert_msg(says(&reply, line), "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    ck_assert(says(&reply, "qao_applications_open 0\n") && says(&reply, "qao_applications_overdue 0\n"));
    ck_assert(says(&reply, "qao_incidents_open 0\n"));
    ck_assert(!says(&reply, POLICE_IIN) && !says(&reply, POLICE_BIN));
    world_reply_clear(&reply);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {refusals_that_are_violations, a_run_of_refusals, announced_work_stops_queries,
                                  what_waits_is_measured};
    return world_run("duty", tests, sizeof(tests) / sizeof(tests[0]));
}
