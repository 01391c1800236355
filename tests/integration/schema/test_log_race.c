/* The log's batches against others and against accidents, on a real PostgreSQL: writers that race, blocks that come
 * between, servers that stand still, lose a standby or are killed. */
#include "base/clock.h"
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define IIN "500101100000"
#define OTHER_IIN "500101200007"

enum { RACERS = 8, RACES = 40 };

struct racer {
    pthread_t thread;
    int number;
    long won, replayed;
};

/* Each racer writes to a log of its own, all try the same ids: the claim is one over all logs. */
static void *race(void *context)
{
    struct racer *racer = context;
    char origin[40];
    snprintf(origin, sizeof(origin), "race%d.example/log", racer->number);
    struct store_pool_config pool_config = {
        .conninfo = CLUSTER_GATEWAY, .connections = 1, .deadline_us = CLUSTER_DEADLINE_US};
    struct store_log_config config = {
        .conninfo = CLUSTER_GATEWAY, .origin = origin, .deadline_us = CLUSTER_DEADLINE_US};
    struct store_pool *pool = NULL;
    struct store_log *log = NULL;
    if (store_pool_new(&pool_config, &pool) < 0 || store_log_new(&config, pool, &log) < 0)
        return NULL;
    struct audit_store store = store_log_audit(log);
    uint64_t size = 0;
    for (int i = 0; i < RACES && (size > 0 || i > 0 || store.connect(store.context) == 0); i++) {
        uint8_t id[BASE_UUID_BYTES] = {0xcc, (uint8_t) i};
        struct store_record record = cluster_claim(IIN, id);
        struct audit_entry entry = {.leaf = base_bytes_text("x"), .beside = &record};
        const struct audit_entry *entries[] = {&entry};
        struct audit_head head = {.size = size + 1, .checkpoint_len = 1, .checkpoint = "c"};
        struct audit_batch batch = {.prev_size = size, .entries = entries, .count = 1, .head = &head};
        struct audit_commit_result result = store.batch_append(store.context, &batch);
        if (result.commit == AUDIT_COMMIT_DONE) {
            racer->won++;
            size++;
        } else if (result.commit == AUDIT_COMMIT_REFUSED && result.refusal == AUDIT_REFUSAL_CLAIMED &&
                   result.culprit == 0) {
            racer->replayed++;
        }
    }
    store_log_free(log);
    store_pool_free(pool);
    return NULL;
}

START_TEST(claim_race)
{
    static struct racer racers[RACERS];
    long won = 0, replayed = 0;
    for (int i = 0; i < RACERS; i++) {
        char origin[40];
        snprintf(origin, sizeof(origin), "race%d.example/log", i);
        cluster_log_make(origin, 65536);
        racers[i].number = i;
        ck_assert_int_eq(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        pthread_join(racers[i].thread, NULL);
        won += racers[i].won;
        replayed += racers[i].replayed;
    }
    ck_assert_int_eq(won, RACES);
    ck_assert_int_eq(replayed, RACES * (RACERS - 1));
    ck_assert_int_eq(cluster_number("select count(*) from claim where id::text like 'cc%'", NULL), RACES);
}
END_TEST

static struct store_record confirming(long registration, int version)
{
    struct store_record record = cluster_record();
    record.confirm = (struct store_confirm){.registration = registration, .version = version};
    return record;
}

/* What is out of date when the record commits is refused, and the first such entry is named. */
START_TEST(registration_confirm)
{
    struct cluster_log log = cluster_log_open("confirm.example/log", 65536);
    long registration = cluster_officer(IIN), other = cluster_officer(OTHER_IIN);
    struct store_record records[4] = {cluster_record(), confirming(registration, 1), cluster_record(), confirming(other, 2)};
    struct audit_commit_result result = cluster_append(&log.store, 0, records, 4);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_CHANGED);
    ck_assert_int_eq(result.culprit, 3);
    records[3] = confirming(999999, 1); /* a registration that never was */
    result = cluster_append(&log.store, 0, records, 4);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_CHANGED);
    ck_assert_int_eq(result.culprit, 3);
    records[3] = confirming(other, 1);
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 4).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

struct appender {
    struct cluster_log *log;
    uint64_t prev_size;
    struct store_record record;
    struct audit_commit_result result;
};

static void *append_aside(void *context)
{
    struct appender *appender = context;
    appender->result = cluster_append(&appender->log->store, appender->prev_size, &appender->record, 1);
    return NULL;
}

static void block(PGconn *connection, long registration, int version)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "begin; insert into qao.registration_version (registration_id, version, system_role, state, role, source)"
             " values (%ld, %d, 'officer', 'blocked', 2, 'test')",
             registration, version);
    ck_assert_str_eq(cluster_say(connection, sql), "");
}

/* A block that is not committed stops nobody; one that is about to commit makes the record wait for it; after it
 * nothing is recorded under the old version (clause 34: at once). */
START_TEST(block_race)
{
    struct cluster_log log = cluster_log_open("block.example/log", 65536);
    long registration = cluster_officer("500615100015");
    int version =
        (int) cluster_number("select max(version) from registration_version join registration using (registration_id)"
                             " join person using (person_id) where iin = '500615100015'",
                             NULL);
    PGconn *administrator = cluster_connect("user=postgres");
    block(administrator, registration, version + 1);
    ck_assert_int_eq(cluster_append_one(&log, 0, confirming(registration, version)).commit, AUDIT_COMMIT_DONE);

    /* As the commit does: the gate is taken, the commit not yet done. */
    PQclear(PQexec(administrator, "set constraints qao.registration_gate immediate"));
    struct appender appender = {.log = &log, .prev_size = 1, .record = confirming(registration, version)};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, append_aside, &appender), 0);
    cluster_wait("select count(*) from pg_stat_activity where usename = 'qao_gateway' and wait_event_type = 'Lock'");
    ck_assert_str_eq(cluster_say(administrator, "commit"), "");
    pthread_join(thread, NULL);
    ck_assert_int_eq(appender.result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(appender.result.refusal, AUDIT_REFUSAL_CHANGED);
    ck_assert_int_eq(cluster_append_one(&log, 1, confirming(registration, version + 1)).commit, AUDIT_COMMIT_DONE);

    /* The other way round: the block's commit waits for a record that is under way. */
    PGconn *recorder = cluster_connect(CLUSTER_GATEWAY);
    char sql[200];
    snprintf(sql, sizeof(sql), "begin; select qao.registration_confirm(array[%ld], array[%d])", registration,
             version + 1);
    ck_assert_str_eq(cluster_say(recorder, sql), "");
    block(administrator, registration, version + 2);
    ck_assert_int_eq(PQsendQuery(administrator, "commit"), 1);
    cluster_wait("select count(*) from pg_stat_activity where query = 'commit' and wait_event_type = 'Lock'");
    PQclear(PQexec(recorder, "commit"));
    PGresult *result = PQgetResult(administrator);
    ck_assert_int_eq(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);

    /* One that holds the gate and has lifted its own limits is ended: the block does not wait for it. */
    free(cluster_sql("alter function registration_gate_take() set lock_timeout = '200ms'", NULL));
    ck_assert_str_eq(
        cluster_say(recorder, "set idle_in_transaction_session_timeout = 0; set statement_timeout = 0"), "");
    snprintf(sql, sizeof(sql), "begin; select qao.registration_confirm(array[%ld], array[%d])", registration,
             version + 2);
    ck_assert_str_eq(cluster_say(recorder, sql), "");
    block(administrator, registration, version + 3);
    ck_assert_str_eq(cluster_say(administrator, "commit"), "");
    result = PQexec(recorder, "commit");
    ck_assert_int_eq(PQresultStatus(result), PGRES_FATAL_ERROR);
    ck_assert_int_eq(PQstatus(recorder), CONNECTION_BAD);
    PQclear(result);
    free(cluster_sql("alter function registration_gate_take() set lock_timeout = '2s'", NULL));
    PQfinish(recorder);
    PQfinish(administrator);
    cluster_log_close(&log);
}
END_TEST

/* Two writers of one version: one wins, the other is told. */
START_TEST(version_race)
{
    long registration = cluster_officer("500615200011");
    PGconn *one = cluster_connect("user=postgres");
    block(one, registration, 2);
    PQclear(PQexec(one, "commit"));
    PQfinish(one);
    char sql[300];
    snprintf(sql, sizeof(sql),
             "insert into qao.registration_version (registration_id, version, system_role, state, role, source)"
             " values (%ld, 2, 'officer', 'active', 2, 'test')",
             registration);
    ck_assert_str_eq(cluster_sqlstate("user=postgres", sql), "QAO04");
    snprintf(sql, sizeof(sql),
             "insert into qao.registration_version (registration_id, version, system_role, state, role, source)"
             " values (%ld, 4, 'officer', 'active', 2, 'test')",
             registration);
    ck_assert_str_eq(cluster_sqlstate("user=postgres", sql), "QAO04");
}
END_TEST

/* A writer of that log, which is there, that gives up after a second. */
static struct cluster_log hasty_open(const char *origin)
{
    const struct store_log_config config = {.conninfo = CLUSTER_GATEWAY, .origin = origin, .deadline_us = 1000000};
    struct cluster_log log = {.pool = cluster_pool(CLUSTER_GATEWAY)};
    ck_assert_int_eq(store_log_new(&config, log.pool, &log.log), 0);
    log.store = store_log_audit(log.log);
    cluster_connect_at_last(&log.store);
    return log;
}

/* A lock the batch needs is held by another: refused in time, nothing is written, and the next attempt succeeds. */
START_TEST(append_deadline)
{
    cluster_log_make("hasty.example/log", 65536);
    struct cluster_log log = hasty_open("hasty.example/log");
    PGconn *blocker = cluster_connect("user=postgres");
    PQclear(PQexec(blocker, "begin; lock table qao.head in exclusive mode"));
    struct store_record record = cluster_record();
    int64_t before_us = base_clock_monotonic_us();
    ck_assert_int_eq(cluster_append(&log.store, 0, &record, 1).commit, AUDIT_COMMIT_NOT_SENT);
    ck_assert_int_lt(base_clock_monotonic_us() - before_us, CLUSTER_DEADLINE_US);
    PQclear(PQexec(blocker, "rollback"));
    PQfinish(blocker);
    ck_assert_int_eq(cluster_append(&log.store, 0, &record, 1).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

/* A server that stands still: unknown by the deadline, and after the reconnection it is clear what happened. */
START_TEST(log_terminate)
{
    cluster_log_make("still.example/log", 65536);
    struct cluster_log log = hasty_open("still.example/log");
    long backend =
        cluster_number("select pid from pg_locks where locktype = 'advisory' and classid = 711909 and objid ="
                       " (select log_id from log where origin = 'still.example/log')::oid",
                       NULL);
    ck_assert_int_eq(kill((pid_t) backend, SIGSTOP), 0);
    struct store_record record = cluster_record();
    ck_assert_int_eq(cluster_append(&log.store, 0, &record, 1).commit, AUDIT_COMMIT_UNKNOWN);
    /* As long as the old session may still commit, there is no new one. */
    ck_assert_int_eq(log.store.connect(log.store.context), -EBUSY);
    ck_assert_int_eq(kill((pid_t) backend, SIGCONT), 0);
    cluster_connect_at_last(&log.store);
    struct audit_head head;
    int r = log.store.head_read(log.store.context, &head);
    ck_assert_int_ge(r, 0);
    uint64_t size = r == AUDIT_STORE_NONE ? 0 : head.size;
    ck_assert_int_eq(cluster_append(&log.store, size, &record, 1).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

/* A log's number said by hand opens nothing while its writer's session has the lock; the writer itself goes on. */
START_TEST(log_held)
{
    struct cluster_log log = cluster_log_open("held.example/log", 65536);
    char sql[400];
    long number = cluster_number("select log_id from log where origin = 'held.example/log'", NULL);
    snprintf(sql, sizeof(sql),
             "select set_config('qao.log', '%ld', false); insert into qao.tile values (%ld, 0, 0, sha256(''),"
             " decode(repeat('00', 8192), 'hex'))",
             number, number);
    ck_assert_str_eq(cluster_sqlstate(CLUSTER_GATEWAY, sql), "42501");
    ck_assert_int_eq(cluster_number("select count(*) from tile where log_id = (select log_id from log where origin = 'held.example/log')", NULL), 0);
    struct store_record record = cluster_record();
    ck_assert_int_eq(cluster_append(&log.store, 0, &record, 1).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

/* Synchronous replication given up by the server: committed here, but not as durable as promised. That is not done. */
START_TEST(commit_warning)
{
    struct cluster_log log = cluster_log_open("warning.example/log", 65536);
    free(cluster_sql("alter system set synchronous_standby_names = 'nobody'", NULL));
    free(cluster_sql("select pg_reload_conf()", NULL));
    cluster_wait("select (current_setting('synchronous_standby_names') = 'nobody')::integer");
    struct appender appender = {.log = &log, .prev_size = 0, .record = cluster_record()};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, append_aside, &appender), 0);
    const char *waiting =
        "select count(*) from pg_stat_activity where usename = 'qao_gateway' and wait_event = 'SyncRep'";
    cluster_wait(waiting);
    free(cluster_sql("select pg_cancel_backend(pid) from pg_stat_activity"
                     " where usename = 'qao_gateway' and wait_event = 'SyncRep'",
                     NULL));
    pthread_join(thread, NULL);
    ck_assert_int_eq(appender.result.commit, AUDIT_COMMIT_UNKNOWN);
    struct audit_head head;
    ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
    ck_assert_uint_eq(head.size, 1);

    /* The barrier does not lie either. */
    cluster_log_close(&log);
    log = hasty_open("warning.example/log");
    ck_assert_int_lt(log.store.barrier(log.store.context), 0);
    free(cluster_sql("alter system reset synchronous_standby_names", NULL));
    free(cluster_sql("select pg_reload_conf()", NULL));
    cluster_wait("select (current_setting('synchronous_standby_names') = '')::integer");
    cluster_connect_at_last(&log.store);
    ck_assert_int_eq(log.store.barrier(log.store.context), 0);
    cluster_log_close(&log);
}
END_TEST

struct hammer {
    struct cluster_log *log;
    _Atomic uint64_t acknowledged;
    struct audit_commit_result last;
};

static void *hammer_on(void *context)
{
    struct hammer *hammer = context;
    struct store_record record = cluster_record();
    for (;;) {
        hammer->last = cluster_append(&hammer->log->store, hammer->acknowledged, &record, 1);
        if (hammer->last.commit != AUDIT_COMMIT_DONE)
            return NULL;
        hammer->acknowledged++;
    }
}

static int entry_check(void *context, uint64_t index, struct base_bytes leaf)
{
    uint64_t *next = context;
    char text[32];
    snprintf(text, sizeof(text), "leaf %llu", (unsigned long long) index);
    ck_assert(base_bytes_equal_text(leaf, text));
    ck_assert_uint_eq(index, (*next)++);
    return 0;
}

/* kill -9 of the server while it commits, again and again: never a refusal, what was acknowledged is there, and at most
 * the one batch whose answer was not heard is there besides. */
START_TEST(crash)
{
    struct cluster_log log = cluster_log_open("crash.example/log", 65536);
    for (int round = 0; round < 3; round++) {
        struct hammer hammer = {.log = &log};
        struct audit_head head;
        int r = log.store.head_read(log.store.context, &head);
        ck_assert_int_ge(r, 0);
        uint64_t before = r == AUDIT_STORE_NONE ? 0 : head.size;
        hammer.acknowledged = before;
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, hammer_on, &hammer), 0);
        int64_t deadline_us = base_clock_monotonic_us() + 2 * CLUSTER_DEADLINE_US;
        while (hammer.acknowledged == before && base_clock_monotonic_us() < deadline_us)
            poll(NULL, 0, 1);
        cluster_do("crash");
        pthread_join(thread, NULL);
        ck_assert_int_eq(hammer.last.commit, AUDIT_COMMIT_UNKNOWN);
        ck_assert_uint_gt(hammer.acknowledged, before);
        struct store_record record = cluster_record();
        ck_assert_int_eq(cluster_append(&log.store, hammer.acknowledged, &record, 1).commit, AUDIT_COMMIT_NOT_SENT);
        ck_assert_int_eq(log.store.connect(log.store.context), -ENOTCONN);
        cluster_do("start");
        ck_assert_int_eq(log.store.connect(log.store.context), 0);
        ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
        ck_assert_msg(head.size == hammer.acknowledged || head.size == hammer.acknowledged + 1,
                      "acknowledged %llu, found %llu", (unsigned long long) hammer.acknowledged,
                      (unsigned long long) head.size);
        uint64_t next = 0;
        ck_assert_int_eq(log.store.entries_read(log.store.context, 0, head.size, entry_check, &next), 0);
        ck_assert_uint_eq(next, head.size);
        ck_assert_int_eq(cluster_number("select count(*) from entry join log using (log_id)"
                                        " where origin = 'crash.example/log'",
                                        NULL),
                         (long) head.size);
    }
    cluster_log_close(&log);
}
END_TEST

CHECK_MAIN("log on PostgreSQL under races and accidents", claim_race, registration_confirm, block_race, version_race,
           append_deadline, log_terminate, log_held, commit_warning, crash)
