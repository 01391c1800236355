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
    begin("");
    /* A query without a ground for it is a refusal and no violation. */
    ask(POLICE, &(struct world_query){.basis = "search_measures"}, 403, "case-missing");
    ck_assert_int_eq(cluster_number("select count(*) from violation", NULL), 0);

    struct base_buffer message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    for (int i = 0; i < 3; i++) { /* two replays of one query: one violation */
        struct world_reply reply = world_send(&world, POLICE, "POST", "/v1/queries", base_buffer_view(&message));
        ck_assert_uint_eq(reply.status, i == 0 ? 200 : 409);
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(violations(POLICE_IIN, "query-replayed"), 1);
    ck_assert_int_eq(cluster_number("select count(*) from violation", NULL), 1);

    /* Signed by one, sent by another: both are to be looked at. */
    struct world_reply reply = world_send(&world, SECOND, "POST", "/v1/queries", base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 403);
    world_reply_clear(&reply);
    ck_assert_int_eq(violations(POLICE_IIN, "signer-not-connection"), 1);
    ck_assert_int_eq(violations(SECOND_IIN, "signer-not-connection"), 1);
    base_buffer_clear(&message);

    reply = world_send(&world, SECOND, "POST", "/v1/queries", base_bytes_text("no message"));
    world_expect(&reply, 401, "signature-invalid");
    world_reply_clear(&reply);
    ck_assert_int_eq(violations(SECOND_IIN, "signature-invalid"), 1);

    message = world_query_sign(&world, POLICE, &(struct world_query){0}, NULL);
    reply = world_send_as(&world, POLICE, "POST", "/v1/queries", "application/cms", NULL, NULL, "203.0.113.9",
                          base_buffer_view(&message));
    world_expect(&reply, 403, "network-not-allowed");
    world_reply_clear(&reply);
    base_buffer_clear(&message);
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

/* An act that is refused shows the same. */
START_TEST(refused_acts_that_are_violations)
{
    begin("");
    /* A query is no act, whoever signs it. */
    struct base_buffer message = world_query_sign(&world, THIRD, &(struct world_query){0}, NULL);
    struct world_reply reply = world_send_as(&world, THIRD, "POST", "/v1/acts", "application/cms", NULL, NULL, NULL,
                                             base_buffer_view(&message));
    world_expect(&reply, 400, "act-malformed");
    world_reply_clear(&reply);
    long before = cluster_number("select count(*) from violation where iin = $1", THIRD_IIN, NULL);
    reply = world_send_as(&world, FOURTH, "POST", "/v1/acts", "application/cms", NULL, NULL, NULL, base_buffer_view(&message));
    ck_assert_uint_eq(reply.status, 403);
    world_reply_clear(&reply);
    ck_assert_int_eq(cluster_number("select count(*) from violation v join entry e using (log_id, seq) join log l using (log_id)"
                                    " where l.origin = $1 and v.iin = $2 and v.cause = 'signer-not-connection'"
                                    " and e.kind = 'admin.refused'",
                                    world.origin, THIRD_IIN, NULL),
                     1);
    ck_assert_int_eq(cluster_number("select count(*) from violation where iin = $1", THIRD_IIN, NULL), before + 1);
    base_buffer_clear(&message);
    world_stop(&world);
    world_verify(&world);
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
    reply = world_explain(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
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

/* The metrics, as soon as the gateway has counted what is open in the register. That is the first thing that it looks at
 * after a start, and a look once begun goes on to its end also when the gateway is told to stop. */
static struct world_reply metrics_wait(void)
{
    char line[64];
    long open = cluster_number("select count(*) from violation_now where state = 'open'", NULL);
    ck_assert_int_gt(open, 0); /* of the tests before */
    snprintf(line, sizeof(line), "qao_violations_open %ld\n", open);
    struct world_reply reply;
    for (int i = 0; i < 200; i++) {
        reply = world_probe(&world, "/metrics");
        if (says(&reply, line))
            return reply;
        world_reply_clear(&reply);
        struct timespec step = {.tv_nsec = 50000000};
        nanosleep(&step, NULL);
    }
    ck_abort_msg("never counted: %s", line);
}

/* Runs the gateway for one look at all that it sees to. */
static void look(void)
{
    world_start(&world);
    struct world_reply reply = metrics_wait();
    world_reply_clear(&reply);
    world_stop(&world);
}

START_TEST(what_waits_is_measured)
{
    begin("");
    ask(POLICE, &(struct world_query){.age_s = 4000}, 403, "query-stale");
    world_stop(&world); /* a start reads at once */
    world_start(&world);
    struct world_reply reply = metrics_wait();
    ck_assert(says(&reply, "qao_applications_open 0\n") && says(&reply, "qao_applications_overdue 0\n"));
    ck_assert(says(&reply, "qao_incidents_open 0\n"));
    ck_assert(!says(&reply, POLICE_IIN) && !says(&reply, POLICE_BIN));
    world_reply_clear(&reply);
    end();
}
END_TEST

/* ---- stops (clause 41) ---- */

static long incidents(const char *kind)
{
    return cluster_number("select count(*) from incident i join log l using (log_id) join entry e using (log_id, seq)"
                          " where l.origin = $1 and i.kind = $2 and e.kind = 'incident.' || $2",
                          world.origin, kind, NULL);
}

START_TEST(a_stop_of_the_gateway_is_told_at_the_next_start)
{
    begin("");
    ask(POLICE, &(struct world_query){0}, 200, NULL);
    world_stop(&world);
    look(); /* a short stop is none */
    ck_assert_int_eq(incidents("gateway"), 0);
    /* As if all had been two hours ago; the leaves stay as they are. */
    free(cluster_sql("alter table entry disable trigger user", NULL));
    free(cluster_sql("update entry set at = at - interval '2 hours' where log_id = (select log_id from log where origin = $1)",
                     world.origin, NULL));
    free(cluster_sql("alter table entry enable trigger user", NULL));
    world_start(&world);
    world_wait_count(&world, "kind = 'incident.gateway'", 1);
    ck_assert_int_eq(incidents("gateway"), 1);
    ck_assert_int_eq(cluster_number("select count(*) from incident i join log l using (log_id) where l.origin = $1 and service is null"
                                    " and until - since between interval '119 minutes' and interval '125 minutes'",
                                    world.origin, NULL),
                     1);
    end();
}
END_TEST

START_TEST(a_stop_of_a_registry_is_told_when_it_answers_again)
{
    world_init(&world);
    world.fault = "failing-long";
    world_start(&world);
    world.adapter = ADAPTER_FAILS;
    world.outcome = LINK_OUTCOME_FAILED;
    ask(POLICE, &(struct world_query){0}, 502, "registry-failed");
    world.outcome = LINK_OUTCOME_TIMEOUT;
    ask(POLICE, &(struct world_query){0}, 504, "registry-timeout");
    ck_assert_int_eq(incidents("registry"), 0); /* not over */
    world.adapter = ADAPTER_ANSWERS;
    ask(POLICE, &(struct world_query){0}, 200, NULL);
    ask(POLICE, &(struct world_query){0}, 200, NULL);
    world_wait_count(&world, "kind = 'incident.registry'", 1);
    ck_assert_int_eq(cluster_number("select count(*) from incident i join log l using (log_id) where l.origin = $1 and service = 11"
                                    " and until - since between interval '119 minutes' and interval '125 minutes'",
                                    world.origin, NULL),
                     1);
    end();
}
END_TEST

/* ---- absence (R23) ---- */

static long state_count(const char *iin, const char *state)
{
    return cluster_number("select count(*) from registration_now where iin = $1 and system_role = 'officer' and state = $2", iin, state,
                          NULL);
}

/* As an act would leave it, but without the act. */
static void suspension_days_set(const char *version, const char *days)
{
    free(cluster_sql("with off as (select set_config('session_replication_role', 'replica', true))"
                     " insert into setting_version (name, version, value, iin, at, act) select 'absence_suspension_days',"
                     " $1::integer, $2::bigint, '" SECOND_IIN "', now(), sha256('x') from off",
                     version, days, NULL));
}

START_TEST(the_absent_are_announced_then_suspended)
{
    world_init(&world);
    world_register(FOURTH, "active", 2, ALL_BASES, "{app4.1}", true);
    free(cluster_sql("alter table registration_version disable trigger user", NULL));
    free(cluster_sql("update registration_version v set at = now() - interval '3 months' from registration r, person p"
                     " where r.registration_id = v.registration_id and p.person_id = r.person_id and p.iin = '" FOURTH_IIN "'",
                     NULL));
    free(cluster_sql("alter table registration_version enable trigger user", NULL));
    look(); /* the setting is off: nobody is told */
    ck_assert_int_eq(world_count(&world, "kind in ('admin.absence', 'admin.suspended')"), 0);
    suspension_days_set("1", "30");
    look();
    ck_assert_int_eq(world_count(&world, "kind = 'admin.absence'"), 1);
    ck_assert_int_eq(cluster_number("select count(*) from absence where suspends_at > now() + interval '29 days'", NULL), 1);
    ck_assert_int_eq(state_count(FOURTH_IIN, "active"), 1);
    look(); /* once */
    ck_assert_int_eq(world_count(&world, "kind = 'admin.absence'"), 1);
    /* The days are over. */
    free(cluster_sql("alter table absence disable trigger user", NULL));
    free(cluster_sql("update absence set suspends_at = now() - interval '1 minute'", NULL));
    free(cluster_sql("alter table absence enable trigger user", NULL));
    look();
    ck_assert_int_eq(world_count(&world, "kind = 'admin.suspended'"), 1);
    ck_assert_int_eq(state_count(FOURTH_IIN, "suspended"), 1);
    ck_assert_int_eq(state_count(POLICE_IIN, "active"), 1);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {refusals_that_are_violations, refused_acts_that_are_violations, a_run_of_refusals, announced_work_stops_queries,
                                  what_waits_is_measured, a_stop_of_the_gateway_is_told_at_the_next_start,
                                  a_stop_of_a_registry_is_told_when_it_answers_again, the_absent_are_announced_then_suspended};
    return world_run("duty", tests, sizeof(tests) / sizeof(tests[0]));
}
