/* Acts against each other and against queries that are being recorded: two who decide at once, a block while requests
 * are on their way into several logs, an act whose entry is missing. */
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IIN "500101100000"
#define ADMINISTRATOR "500101200007"
#define SECOND "500615100015"
#define BIN "300140000015"
#define BLOCK "{\"iin\":\"" IIN "\",\"bin\":\"" BIN "\",\"cause\":\"other\",\"reason\":\"x\",\"violation\":null}"

enum { WRITERS = 4, BATCH = 16 };

static void set_up(void)
{
    cluster_officer(IIN);
    cluster_log_make("acts.example/log", 65536);
    cluster_appoint(ADMINISTRATOR, BIN, "administrator", "");
    cluster_appoint(SECOND, BIN, "administrator", "");
}

/* A session that may write the log. */
static PGconn *writer_connect(void)
{
    PGconn *gateway = cluster_connect(CLUSTER_GATEWAY);
    ck_assert_str_eq(cluster_say(gateway, "select qao.log_lock(log_id) from qao.log where origin = 'acts.example/log'"), "");
    return gateway;
}

/* The leaf of entry SEQ, of an act whose message is "signed". */
#define LEAF                                                                                                               \
    "convert_to(jsonb_build_object('kind', '%s', 'n', %d, 'act', jsonb_build_object('sha256',"                            \
    " encode(sha256('signed'), 'hex')))::text, 'UTF8')"

/* The call that applies an act. */
static const char *apply(char *text, size_t size, const char *kind, const char *iin, const char *json, int seq)
{
    snprintf(text, size,
             "select qao.act_apply((select log_id from qao.log where origin = 'acts.example/log'), array[%d],"
             " array[sha256('\\x00'::bytea || " LEAF ")], array[jsonb_build_object('digest', encode(sha256('signed'), 'hex'),"
             " 'kind', '%s', 'id',"
             " gen_random_uuid(), 'iin', '%s', 'bin', '" BIN "', 'peer', '127.0.0.1', 'at', now(), 'extra',"
             " '{\"appendix\":4}'::jsonb, 'act', $json$%s$json$::jsonb)], array['signed'::bytea])",
             seq, kind, seq, kind, iin, json);
    return text;
}

/* Its entry. */
static const char *enter(char *text, size_t size, const char *kind, const char *iin, int seq)
{
    snprintf(text, size,
             "insert into qao.entry (log_id, seq, opens, at, kind, iin, body, leaf)"
             " select log_id, %d, false, transaction_timestamp(), '%s', '%s', '" BIN "', " LEAF
             " from qao.log where origin = 'acts.example/log'",
             seq, kind, iin, kind, seq);
    return text;
}

/* Writes one text over the first other of its length. */
static void swap(char *text, const char *from, const char *to)
{
    char *place = *from ? strstr(text, from) : text;
    ck_assert_ptr_nonnull(place);
    ck_assert_uint_eq(strlen(from), strlen(to));
    memcpy(place, to, strlen(to));
}

/* Without an entry, with one of another kind, with another leaf: the commit fails and the register is as before. */
START_TEST(act_entered)
{
    char text[3000];
    PGconn *gateway = writer_connect();
    ck_assert_str_eq(cluster_say(gateway, apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 0)), "QAO07");
    ck_assert_str_eq(cluster_say(gateway, "begin"), "");
    ck_assert_str_eq(cluster_say(gateway, apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 0)), "");
    ck_assert_str_eq(cluster_say(gateway, enter(text, sizeof(text), "admin.setting", ADMINISTRATOR, 0)), "");
    ck_assert_str_eq(cluster_say(gateway, "commit"), "QAO07");
    ck_assert_str_eq(cluster_say(gateway, "begin"), "");
    ck_assert_str_eq(cluster_say(gateway, apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 0)), "");
    ck_assert_str_eq(cluster_say(gateway, enter(text, sizeof(text), "admin.block", ADMINISTRATOR, 1)), "");
    ck_assert_str_eq(cluster_say(gateway, "set constraints all immediate"), "QAO07"); /* cannot be asked too early */
    ck_assert_str_eq(cluster_say(gateway, "rollback"), "");
    ck_assert_int_eq(cluster_number("select count(*) from act", NULL), 0);
    ck_assert_int_eq(cluster_number("select count(*) from registration_now where state = 'blocked'", NULL), 0);
    PQfinish(gateway);
}
END_TEST

/* An entry of another person, body or moment, and a message that is not the one the leaf or the envelope names. */
START_TEST(act_entered_about_another)
{
    static const char *const cases[][4] = {
        {"", "", ADMINISTRATOR, SECOND},
        {"", "", BIN, "300141000010"},
        {"", "", "transaction_timestamp()", "statement_timestamp()  "},
        {"array['signed'::bytea]", "array['forged'::bytea]", "", ""},
        {"sha256('signed')", "sha256('forged')", "sha256('signed')", "sha256('forged')"},
        {"'digest', encode(sha256('signed')", "'digest', encode(sha256('forged')", "", ""},
    };
    char text[3000];
    PGconn *gateway = writer_connect();
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        ck_assert_str_eq(cluster_say(gateway, "begin"), "");
        apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 0);
        swap(text, cases[i][0], cases[i][1]);
        ck_assert_str_eq(cluster_say(gateway, text), "");
        enter(text, sizeof(text), "admin.block", ADMINISTRATOR, 0);
        swap(text, cases[i][2], cases[i][3]);
        ck_assert_str_eq(cluster_say(gateway, text), "");
        ck_assert_msg(strcmp(cluster_say(gateway, "commit"), "QAO07") == 0, "case %zu was taken", i);
    }
    /* an entry that stands already */
    ck_assert_str_eq(cluster_say(gateway, enter(text, sizeof(text), "admin.block", ADMINISTRATOR, 70)), "");
    ck_assert_str_eq(cluster_say(gateway, apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 70)), "QAO07");
    ck_assert_int_eq(cluster_number("select count(*) from act", NULL), 0);
    PQfinish(gateway);
}
END_TEST

/* One that takes the gate by an act and keeps it is ended by the next change, and what it began is undone. */
START_TEST(gate_held)
{
    char text[3000];
    PGconn *holder = cluster_connect(CLUSTER_GATEWAY);
    free(cluster_sql("alter function registration_gate_take() set lock_timeout = '200ms'", NULL));
    ck_assert_str_eq(cluster_say(holder, "begin"), "");
    ck_assert_str_eq(cluster_say(holder, apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 0)), "");
    free(cluster_sql("select registration_gate_take()", NULL));
    free(cluster_sql("alter function registration_gate_take() set lock_timeout = '2s'", NULL));
    cluster_say(holder, "commit");
    ck_assert_int_eq(PQstatus(holder), CONNECTION_BAD);
    ck_assert_int_eq(cluster_number("select count(*) from act", NULL), 0);
    PQfinish(holder);
}
END_TEST

/* Two administrators decide on one application at once: the second waits for the first, and is told. */
START_TEST(decision_race)
{
    char text[4000], decision[400];
    PGconn *one = writer_connect(), *two = cluster_connect(CLUSTER_GATEWAY);
    free(cluster_sql("insert into blob_large (digest, content) values (sha256('s'), 's')", NULL));
    free(cluster_sql("insert into upload select $1, sha256('s'), 'image/png', '" BIN "', 1, max(large_id), now()"
                     " from blob_large",
                     IIN, NULL));
    char *digest = cluster_sql("select encode(sha256('s'), 'hex')", NULL);
    char application[2000];
    snprintf(application, sizeof(application),
             "{\"kind\":\"transfer\",\"form\":{\"surname\":\"A\",\"given\":\"B\",\"patronymic\":null,\"iin\":\"" IIN
             "\",\"bin\":\"" BIN "\",\"body_code\":\"police\",\"unit\":null,\"position\":\"x\"},\"statements\":"
             "{\"agreement\":true,\"protected_carrier\":true,\"personal_data\":true,\"workplace\":true},\"rights\":"
             "{\"role\":2,\"bases\":[\"search_measures\"],\"duties\":[],\"until\":null},\"scan\":{\"sha256\":\"%s\","
             "\"bytes\":1,\"type\":\"image/png\"}}",
             digest);
    free(digest);
    ck_assert_str_eq(cluster_say(one, "begin"), "");
    ck_assert_str_eq(cluster_say(one, apply(text, sizeof(text), "admin.application", IIN, application, 0)), "");
    ck_assert_str_eq(cluster_say(one, enter(text, sizeof(text), "admin.application", IIN, 0)), "");
    ck_assert_str_eq(cluster_say(one, "commit"), "");
    char *filed = cluster_sql("select application_id from application", NULL);
    digest = cluster_sql("select encode(digest, 'hex') from application", NULL);
    snprintf(decision, sizeof(decision),
             "{\"application\":\"%s\",\"digest\":\"%s\",\"outcome\":\"refused\",\"reason\":\"x\",\"rights\":null}", filed,
             digest);
    free(filed);
    free(digest);

    ck_assert_str_eq(cluster_say(one, "begin"), "");
    ck_assert_str_eq(cluster_say(one, apply(text, sizeof(text), "admin.decision", ADMINISTRATOR, decision, 1)), "");
    ck_assert_int_eq(PQsendQuery(two, apply(text, sizeof(text), "admin.decision", SECOND, decision, 2)), 1);
    cluster_wait("select count(*) from pg_stat_activity where usename = 'qao_gateway' and wait_event_type = 'Lock'");
    ck_assert_str_eq(cluster_say(one, enter(text, sizeof(text), "admin.decision", ADMINISTRATOR, 1)), "");
    ck_assert_str_eq(cluster_say(one, "commit"), "");
    PGresult *result = PQgetResult(two);
    ck_assert_str_eq(PQresultErrorField(result, PG_DIAG_SQLSTATE), "QAO02");
    ck_assert_str_eq(PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL), "0"); /* which of the acts */
    PQclear(result);
    ck_assert_int_eq(cluster_number("select count(*) from application_version where state = 'refused'", NULL), 1);
    PQfinish(one);
    PQfinish(two);
}
END_TEST

struct writer {
    pthread_t thread;
    struct cluster_log log;
    long registration;
    int version;
    atomic_int done; /* batches */
    bool late;       /* one that began after the block's commit was recorded */
    struct audit_commit_result last;
};

static atomic_bool blocked;

/* Records batches of requests that rest on the registration, until one is refused or comes too late. */
static void *record_on(void *context)
{
    struct writer *writer = context;
    struct store_record record = cluster_record();
    record.confirm = (struct store_confirm){.registration = writer->registration, .version = writer->version};
    struct audit_entry entry = {.leaf = base_bytes_text("leaf"), .beside = &record};
    const struct audit_entry *entries[BATCH];
    for (size_t i = 0; i < BATCH; i++)
        entries[i] = &entry;
    for (uint64_t size = 0; !writer->late; size += BATCH) {
        struct audit_head head = {.size = size + BATCH, .checkpoint_len = 1, .checkpoint = "c"};
        struct audit_batch batch = {.prev_size = size, .entries = entries, .count = BATCH, .head = &head};
        bool after = atomic_load(&blocked);
        writer->last = writer->log.store.batch_append(writer->log.store.context, &batch);
        if (writer->last.commit != AUDIT_COMMIT_DONE)
            return NULL;
        writer->late = after;
        atomic_fetch_add(&writer->done, 1);
    }
    return NULL;
}

/* 64 requests at a time on their way into four logs while the officer is blocked: none that comes after the block's
 * commit is recorded, and each writer is told why (clause 34). */
START_TEST(block_under_load)
{
    static struct writer writers[WRITERS];
    char text[3000], origin[40];
    long registration = cluster_officer(IIN);
    for (int i = 0; i < WRITERS; i++) {
        snprintf(origin, sizeof(origin), "load%d.example/log", i);
        writers[i].log = cluster_log_open(origin, 1 << 20); /* more than they can write in the test's time */
        writers[i].registration = registration;
        writers[i].version = (int) cluster_number(
            "select version from registration_now where iin = $1 and system_role = 'officer'", IIN, NULL);
    }
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, record_on, &writers[i]), 0);
    for (int i = 0; i < WRITERS; i++)
        while (atomic_load(&writers[i].done) == 0)
            poll(NULL, 0, 1); /* the test's own time limit ends this */
    PGconn *gateway = writer_connect();
    ck_assert_str_eq(cluster_say(gateway, "begin"), "");
    ck_assert_str_eq(cluster_say(gateway, apply(text, sizeof(text), "admin.block", ADMINISTRATOR, BLOCK, 9)), "");
    ck_assert_str_eq(cluster_say(gateway, enter(text, sizeof(text), "admin.block", ADMINISTRATOR, 9)), "");
    ck_assert_str_eq(cluster_say(gateway, "commit"), "");
    atomic_store(&blocked, true);
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        ck_assert(!writers[i].late);
        ck_assert_int_eq(writers[i].last.commit, AUDIT_COMMIT_REFUSED);
        ck_assert_int_eq(writers[i].last.refusal, AUDIT_REFUSAL_CHANGED);
        cluster_log_close(&writers[i].log);
    }
    PQfinish(gateway);
}
END_TEST

CHECK_MAIN_WITH("access on PostgreSQL under races", set_up, NULL, act_entered, act_entered_about_another, gate_held,
                decision_race, block_under_load)
