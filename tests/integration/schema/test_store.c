/* Each function of the store against a real PostgreSQL, as the role the gateway has. */
#include "base/clock.h"
#include "schema/store/blob.h"
#include "schema/store/crl.h"
#include "schema/store/officer.h"
#include "schema/store/query.h"
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IIN "500101100000"
#define BIN "300140000015"

static const uint8_t id[BASE_UUID_BYTES] = {0xa0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff};

/* 2026-11-22T12:00:00Z, after the agreement of cluster_officer() came into force. */
#define NOON_US INT64_C(1795348800000000)

static struct store_pool *pool;

static void set_up(void)
{
    cluster_officer(IIN);
    pool = cluster_pool(CLUSTER_GATEWAY);
}

static void tear_down(void)
{
    store_pool_free(pool);
}

/* The pool tells a wrong database at start, and the version of another schema. */
START_TEST(schema_version)
{
    struct store_pool_config config = {.connections = 1, .deadline_us = CLUSTER_DEADLINE_US};
    struct store_pool *other;
    config.conninfo = "user=qao_gateway host=/nonexistent";
    ck_assert_int_eq(store_pool_new(&config, &other), -ENOTCONN);
    config.conninfo = "user=postgres dbname=postgres";
    ck_assert_int_eq(store_pool_new(&config, &other), -EPROTO);
    config.conninfo = CLUSTER_GATEWAY;
    free(cluster_sql("insert into migration (number, name, sha256) values (9999, 'later', repeat('0', 64))", NULL));
    ck_assert_int_eq(store_pool_new(&config, &other), -EPROTO);
    free(cluster_sql("alter table migration disable trigger refuse_change", NULL));
    free(cluster_sql("delete from migration where number = 9999", NULL));
    free(cluster_sql("alter table migration enable always trigger refuse_change", NULL));
    config.connections = 0;
    ck_assert_int_eq(store_pool_new(&config, &other), -EINVAL);
}
END_TEST

/* A pool whose connections were cut works again with the next call. */
START_TEST(pool_check)
{
    ck_assert_int_eq(store_pool_check(pool), 0);
    ck_assert_int_ge(cluster_number("select count(*) from pg_stat_activity, pg_terminate_backend(pid, 5000)"
                                    " where usename = 'qao_gateway'",
                                    NULL),
                     1);
    ck_assert_int_eq(store_pool_check(pool), 0);
}
END_TEST

static void *call_many(void *result)
{
    int *failed = result;
    struct store_officer officer;
    struct store_officer_key key = {.iin = IIN, .bin = BIN, .at_us = NOON_US};
    for (int i = 0; i < 50; i++)
        if (store_officer_find(pool, &key, &officer) != 0 || strcmp(officer.iin, IIN) != 0)
            (*failed)++;
    return NULL;
}

/* More threads than connections: all are served, and the pool never has more connections than it may. */
START_TEST(pool_threads)
{
    pthread_t threads[16];
    int failed[16] = {0};
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_many, &failed[i]), 0);
    for (int i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(failed[i], 0);
    }
    ck_assert_int_le(cluster_number("select count(*) from pg_stat_activity where usename = 'qao_gateway'", NULL), 4);
}
END_TEST

/* A statement that waits for a lock ends by the deadline, and so does waiting for a connection. */
START_TEST(pool_deadline)
{
    struct store_pool_config config = {.conninfo = CLUSTER_GATEWAY, .connections = 1, .deadline_us = 1000000};
    struct store_pool *hasty;
    ck_assert_int_eq(store_pool_new(&config, &hasty), 0);
    PGconn *blocker = cluster_connect("user=postgres");
    PQclear(PQexec(blocker, "begin; lock table qao.body in access exclusive mode"));
    struct store_officer officer;
    struct store_officer_key key = {.iin = IIN, .bin = BIN, .at_us = NOON_US};
    int64_t before_us = base_clock_monotonic_us();
    ck_assert_int_eq(store_officer_find(hasty, &key, &officer), -ETIMEDOUT);
    ck_assert_int_lt(base_clock_monotonic_us() - before_us, CLUSTER_DEADLINE_US);
    PQclear(PQexec(blocker, "rollback"));
    PQfinish(blocker);
    ck_assert_int_eq(store_officer_find(hasty, &key, &officer), 0);
    store_pool_free(hasty);
}
END_TEST

START_TEST(officer_find)
{
    struct store_officer officer;
    struct store_officer_key key = {.iin = IIN, .bin = BIN, .peer = "127.9.9.9", .at_us = NOON_US, .id = id};
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.registration, cluster_officer(IIN));
    ck_assert_int_eq(officer.version, 1);
    ck_assert_str_eq(officer.iin, IIN);
    ck_assert_str_eq(officer.bin, BIN);
    ck_assert_int_eq(officer.unit, 0);
    ck_assert_str_eq(officer.unit_code, "");
    ck_assert_int_eq(officer.role, 2);
    ck_assert_int_eq(officer.state, STORE_OFFICER_ACTIVE);
    ck_assert_int_eq(officer.granted_until_us, 0);
    ck_assert_uint_eq(officer.bases.count, 4);
    ck_assert(store_names_has(&officer.bases, "covert_investigation"));
    ck_assert_uint_eq(officer.duties.count, 1);
    ck_assert(store_names_has(&officer.duties, "app4.1"));
    ck_assert(!store_names_has(&officer.duties, "app4.2"));
    ck_assert_int_eq(officer.agreement_version, 1);
    ck_assert(officer.network_allowed);
    ck_assert(!officer.claimed);

    key.bin = "300141000010";
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), STORE_NONE);
    key.bin = BIN;
    key.iin = "500615200011";
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), STORE_NONE);
}
END_TEST

/* Addresses as PostgreSQL compares them; what is no address lies in no network. */
START_TEST(officer_network)
{
    static const struct {
        const char *peer;
        bool allowed;
    } cases[] = {{"127.0.0.1", true},
                 {"128.0.0.1", false},
                 {"::ffff:127.0.0.1", true},
                 {"::ffff:10.0.0.1", false},
                 {"2001:db8::7", true},
                 {"2001:db9::7", false},
                 {"::1", false},
                 {"", false},
                 {NULL, false},
                 {"127.0.0.1/8", false},
                 {"127.0.0.1'; --", false},
                 {"0.0.0.0/0", false}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct store_officer officer;
        struct store_officer_key key = {.iin = IIN, .bin = BIN, .peer = cases[i].peer, .at_us = NOON_US};
        ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
        ck_assert_msg(officer.network_allowed == cases[i].allowed, "%s", cases[i].peer ? cases[i].peer : "none");
    }
}
END_TEST

/* The newest version counts; a grant ends at its time; a newer agreement in force undoes the older signature. */
START_TEST(officer_versions)
{
    struct store_officer officer;
    struct store_officer_key key = {.iin = "500615100015", .bin = BIN, .at_us = NOON_US};
    long registration = cluster_officer(key.iin);
    char number[32];
    snprintf(number, sizeof(number), "%ld", registration);
    free(cluster_sql(
        "insert into registration_version (registration_id, version, system_role, state, role, granted_until, source)"
        " values ($1, 2, 'officer', 'active', 7, '2026-11-22T12:00:01Z', 'test')",
        number, NULL));
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.version, 2);
    ck_assert_int_eq(officer.role, 7);
    ck_assert_uint_eq(officer.bases.count, 0);
    ck_assert_int_eq(officer.state, STORE_OFFICER_ACTIVE);
    ck_assert_int_eq(officer.granted_until_us, NOON_US + 1000000);
    key.at_us = NOON_US + 1000000;
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.state, STORE_OFFICER_ENDED);

    free(cluster_sql("insert into registration_version (registration_id, version, system_role, state, role, source)"
                     " values ($1, 3, 'officer', 'suspended', 7, 'test')",
                     number, NULL));
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.state, STORE_OFFICER_SUSPENDED);
    free(cluster_sql("insert into registration_version (registration_id, version, system_role, state, role, source)"
                     " values ($1, 4, 'officer', 'blocked', 7, 'test')",
                     number, NULL));
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.state, STORE_OFFICER_BLOCKED);
    ck_assert_int_eq(officer.version, 4);

    free(cluster_sql("insert into agreement_text (version, kk, ru, in_force_from, source) values (2, 'к', 'р', '2027-01-01', 'test')",
                     NULL));
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.agreement_version, 1);
    key.at_us = INT64_C(1798761600000000) + 1; /* 2027-01-01 */
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert_int_eq(officer.agreement_version, 0);
}
END_TEST

START_TEST(person_find)
{
    struct store_person person;
    ck_assert_int_eq(store_person_find(pool, "500615200011", BIN, "127.0.0.1", NOON_US, &person), STORE_NONE);
    cluster_officer("500615200011");
    free(cluster_sql(
        "with r as (insert into registration (person_id, system_role) select person_id, 'responsible' from person"
        " where iin = '500615200011' returning registration_id)"
        " insert into registration_version (registration_id, version, system_role, state, act_number, act_date, source)"
        " select registration_id, 1, 'responsible', 'active', '17-қ', '2026-11-01', 'test' from r",
        NULL));
    ck_assert_int_eq(store_person_find(pool, "500615200011", BIN, "127.0.0.1", NOON_US, &person), 0);
    ck_assert_uint_eq(person.role_count, 2);
    ck_assert_str_eq(person.roles[0].system_role, "officer");
    ck_assert_str_eq(person.roles[1].system_role, "responsible");
    ck_assert_str_eq(person.roles[1].act_number, "17-қ");
    ck_assert_str_eq(person.roles[1].act_date, "2026-11-01");
    ck_assert(person.network_allowed);
    ck_assert(store_person_is(&person, "responsible"));
    ck_assert(!store_person_is(&person, "administrator"));
    free(cluster_sql(
        "insert into registration_version (registration_id, version, system_role, state, act_number, act_date, source)"
        " select registration_id, 2, 'responsible', 'ended', '18-қ', '2026-11-02', 'test' from registration"
        " where system_role = 'responsible'",
        NULL));
    ck_assert_int_eq(store_person_find(pool, "500615200011", BIN, "127.0.0.1", NOON_US, &person), 0);
    ck_assert(!store_person_is(&person, "responsible"));
    ck_assert(store_person_is(&person, "officer"));
}
END_TEST

/* SHA-256 of "abc", FIPS 180-4. */
static const uint8_t abc_digest[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                       0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                       0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

START_TEST(crl_put)
{
    struct store_crl crl = {.this_update_us = NOON_US,
                            .next_update_us = NOON_US + 1,
                            .issuer = base_bytes_text("ca"),
                            .der = base_bytes_text("abc")};
    memcpy(crl.digest, abc_digest, sizeof(crl.digest));
    ck_assert_int_eq(store_crl_put(pool, &crl), 0);
    ck_assert_int_eq(store_crl_put(pool, &crl), 0);
    ck_assert_int_eq(cluster_number("select count(*) from crl", NULL), 1);
    crl.digest[0] ^= 1; /* a digest that is not the content's */
    ck_assert_int_eq(store_crl_put(pool, &crl), -EINVAL);
    char sqlstate[STORE_SQLSTATE_MAX];
    store_pool_error(pool, sqlstate);
    ck_assert_str_eq(sqlstate, "23514");
}
END_TEST

START_TEST(crl_read)
{
    struct store_crl crl = {.this_update_us = NOON_US,
                            .next_update_us = NOON_US + 1,
                            .issuer = base_bytes_text("ca"),
                            .der = base_bytes_text("abc")};
    memcpy(crl.digest, abc_digest, sizeof(crl.digest));
    ck_assert_int_eq(store_crl_put(pool, &crl), 0);
    struct base_buffer out;
    base_buffer_init(&out, 100);
    ck_assert_int_eq(store_crl_read(pool, abc_digest, &out), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out), "abc"));
    crl.digest[5] ^= 1;
    ck_assert_int_eq(store_crl_read(pool, crl.digest, &out), STORE_NONE);
    base_buffer_clear(&out);
}
END_TEST

static struct store_record request(const char *iin, const uint8_t *query_id, int part)
{
    struct store_record record = STORE_RECORD_INIT;
    record.kind = "query.request";
    record.at_us = NOON_US;
    record.iin = iin;
    record.id = query_id;
    record.part = part;
    record.claims = true;
    record.opens = true;
    return record;
}

/* A large blob is put before its record and read back through it; a small one lies beside the record. */
START_TEST(blob_put)
{
    struct cluster_log log = cluster_log_open("blob.example/log", 65536);
    size_t large_len = 1 << 20;
    uint8_t *large = malloc(large_len);
    memset(large, 'x', large_len);
    int64_t number = 0;
    ck_assert_int_eq(store_blob_put(pool, abc_digest, base_bytes_of(large, large_len), &number), 0);
    ck_assert_int_gt(number, 0);
    struct store_record record = STORE_RECORD_INIT;
    record.kind = "query.result";
    record.at_us = NOON_US;
    struct store_blob blobs[2] = {{.kind = "answer", .large = number},
                                  {.kind = "query", .content = base_bytes_text("abc")}};
    memcpy(blobs[0].digest, abc_digest, 32);
    memcpy(blobs[1].digest, abc_digest, 32);
    record.blobs = blobs;
    record.blob_count = 2;
    ck_assert_int_eq(cluster_append(&log.store, 0, &record, 1).commit, AUDIT_COMMIT_DONE);

    /* A number whose content has another digest is not taken. */
    struct store_blob wrong = blobs[0];
    wrong.digest[0] ^= 1;
    record.blobs = &wrong;
    record.blob_count = 1;
    struct audit_commit_result result = cluster_append(&log.store, 1, &record, 1);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_POISON);
    free(large);
    cluster_log_close(&log);
}
END_TEST

START_TEST(blob_read)
{
    int32_t log_id;
    ck_assert_int_eq(store_log_find(pool, "blob.example/log", &log_id), 0);
    struct base_buffer out;
    base_buffer_init(&out, 2 << 20);
    uint8_t digest[32];
    ck_assert_int_eq(store_blob_read(pool, log_id, 0, "answer", &out, digest), 0);
    ck_assert_uint_eq(out.len, 1 << 20);
    ck_assert_mem_eq(digest, abc_digest, 32);
    base_buffer_reset(&out);
    ck_assert_int_eq(store_blob_read(pool, log_id, 0, "query", &out, digest), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out), "abc"));
    ck_assert_int_eq(store_blob_read(pool, log_id, 0, "scan", &out, digest), STORE_NONE);
    ck_assert_int_eq(store_blob_read(pool, log_id, 9, "answer", &out, digest), STORE_NONE);
    struct base_buffer small;
    base_buffer_init(&small, 10);
    ck_assert_int_eq(store_blob_read(pool, log_id, 0, "answer", &small, digest), -ENOBUFS);
    base_buffer_clear(&out);
    /* The reader's role sees that it is there, not what it holds. */
    ck_assert_str_eq(cluster_sqlstate(CLUSTER_READER, "select digest from qao.blob"), "");
    ck_assert_str_eq(cluster_sqlstate(CLUSTER_READER, "select content from qao.blob"), "42501");
}
END_TEST

START_TEST(query_find)
{
    struct cluster_log log = cluster_log_open("query.example/log", 65536);
    struct store_record records[2] = {request(IIN, id, 0), request(IIN, id, 1)};
    records[0].service = 11;
    records[0].effect = "abbreviated";
    records[1].effect = "deny";
    records[1].opens = false;
    records[1].reasons = "case-missing article-missing";
    struct store_query query;
    ck_assert_int_eq(store_query_find(pool, IIN, id, 0, &query), STORE_NONE);
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 2).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(store_query_find(pool, IIN, id, 0, &query), 0);
    ck_assert_uint_eq(query.request_seq, 0);
    ck_assert_str_eq(query.request_kind, "query.request");
    ck_assert_int_eq(query.service, 11);
    ck_assert_int_eq(query.at_us, NOON_US);
    ck_assert_str_eq(query.effect, "abbreviated");
    ck_assert(query.opens);
    ck_assert(query.conclusion_seq == STORE_SEQ_NONE);
    ck_assert_int_eq(store_query_find(pool, IIN, id, 1, &query), 0);
    ck_assert_uint_eq(query.request_seq, 1);
    ck_assert_str_eq(query.reasons, "case-missing article-missing");
    ck_assert(!query.opens);
    ck_assert_int_eq(store_query_find(pool, IIN, id, 2, &query), STORE_NONE);
    ck_assert_int_eq(store_query_find(pool, "500615100015", id, 0, &query), STORE_NONE);

    struct store_record result = STORE_RECORD_INIT;
    result.kind = "query.result";
    result.outcome = "answered";
    result.at_us = NOON_US + 5;
    result.concludes = 0;
    ck_assert_int_eq(cluster_append(&log.store, 2, &result, 1).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(store_query_find(pool, IIN, id, 0, &query), 0);
    ck_assert_uint_eq(query.conclusion_seq, 2);
    ck_assert_int_eq(query.conclusion_at_us, NOON_US + 5);
    ck_assert_str_eq(query.conclusion_kind, "query.result");
    ck_assert_str_eq(query.conclusion_outcome, "answered");

    struct store_officer officer;
    struct store_officer_key key = {.iin = IIN, .bin = BIN, .at_us = NOON_US, .id = id};
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert(officer.claimed);
    key.part = 7;
    ck_assert_int_eq(store_officer_find(pool, &key, &officer), 0);
    ck_assert(!officer.claimed);
    cluster_log_close(&log);
}
END_TEST

struct seen {
    uint64_t seqs[1000];
    size_t count, stop_at;
};

static int see_unfinished(void *context, const struct store_unfinished *unfinished)
{
    struct seen *seen = context;
    char leaf[32];
    snprintf(leaf, sizeof(leaf), "leaf %llu", (unsigned long long) unfinished->seq);
    ck_assert(base_bytes_equal_text(unfinished->leaf, leaf));
    ck_assert_str_eq(unfinished->kind, "query.request");
    ck_assert_str_eq(unfinished->record.iin, IIN);
    ck_assert_str_eq(unfinished->record.article, "216/2");
    seen->seqs[seen->count++] = unfinished->seq;
    return seen->count == seen->stop_at ? STORE_STOP : 0;
}

/* More than one page of open requests, some concluded: the others are found, in order. */
struct parts_seen {
    int count, parts[4], services[4];
};

static int see_part(void *context, int part, const struct store_query *query)
{
    struct parts_seen *seen = context;
    seen->parts[seen->count] = part;
    seen->services[seen->count++] = query->service;
    return 0;
}

/* In order, without the message itself, no more than asked for, and only the person's own. */
START_TEST(parts_find)
{
    static const uint8_t parts_id[BASE_UUID_BYTES] = {0x77};
    struct cluster_log log = cluster_log_open("parts.example/log", 65536);
    struct store_record records[] = {request(IIN, parts_id, 0), request(IIN, parts_id, 2), request(IIN, parts_id, 1)};
    for (int i = 0; i < 3; i++)
        records[i].service = 10 + records[i].part;
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 3).commit, AUDIT_COMMIT_DONE);
    struct parts_seen seen = {0};
    ck_assert_int_eq(store_parts_find(pool, IIN, parts_id, 4, see_part, &seen), 0);
    ck_assert_int_eq(seen.count, 2);
    ck_assert_int_eq(seen.parts[0], 1);
    ck_assert_int_eq(seen.services[0], 11);
    ck_assert_int_eq(seen.parts[1], 2);
    seen = (struct parts_seen){0};
    ck_assert_int_eq(store_parts_find(pool, IIN, parts_id, 1, see_part, &seen), 0);
    ck_assert_int_eq(seen.count, 1);
    seen = (struct parts_seen){0};
    ck_assert_int_eq(store_parts_find(pool, "500615100015", parts_id, 4, see_part, &seen), 0);
    ck_assert_int_eq(seen.count, 0);
    cluster_log_close(&log);
}
END_TEST

START_TEST(unfinished_read)
{
    struct cluster_log log = cluster_log_open("unfinished.example/log", 65536);
    int32_t log_id;
    ck_assert_int_eq(store_log_find(pool, "unfinished.example/log", &log_id), 0);
    struct seen seen = {.count = 0};
    ck_assert_int_eq(store_unfinished_read(pool, log_id, see_unfinished, &seen), 0);
    ck_assert_uint_eq(seen.count, 0);
    enum { COUNT = 600 };
    static struct store_record records[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        records[i] = request(IIN, NULL, 0);
        records[i].claims = false;
        records[i].article = "216/2";
        records[i].opens = i % 2 == 0;
    }
    ck_assert_int_eq(cluster_append(&log.store, 0, records, COUNT).commit, AUDIT_COMMIT_DONE);
    struct store_record conclusions[2] = {STORE_RECORD_INIT, STORE_RECORD_INIT};
    conclusions[0].kind = conclusions[1].kind = "query.unknown";
    conclusions[0].concludes = 0;
    conclusions[1].concludes = 4;
    ck_assert_int_eq(cluster_append(&log.store, COUNT, conclusions, 2).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(store_unfinished_read(pool, log_id, see_unfinished, &seen), 0);
    ck_assert_uint_eq(seen.count, COUNT / 2 - 2);
    ck_assert_uint_eq(seen.seqs[0], 2);
    ck_assert_uint_eq(seen.seqs[1], 6);
    ck_assert_uint_eq(seen.seqs[seen.count - 1], COUNT - 2);
    seen = (struct seen){.stop_at = 3};
    ck_assert_int_eq(store_unfinished_read(pool, log_id, see_unfinished, &seen), STORE_STOP);
    ck_assert_uint_eq(seen.count, 3);
    cluster_log_close(&log);
}
END_TEST

/* What PostgreSQL, C and people take for something else than text. */
#define NASTY "'; drop table qao.entry; -- \" \\ \x24\x24 %s {a,\"b\"} NULL \xe2\x80\xae \xd2\x9a\xd0\x90\xd0\x9e\n\t"

static void text_equal(const char *a, const char *b)
{
    ck_assert_msg((!a && !b) || (a && b && strcmp(a, b) == 0), "%s / %s", a ? a : "null", b ? b : "null");
}

static int see_columns(void *context, uint64_t seq, struct base_bytes leaf, const struct store_record *columns,
                       const struct store_act_kept *act)
{
    ck_assert_ptr_null(act);
    const struct store_record *expected = (const struct store_record *) context + seq;
    char text[32];
    snprintf(text, sizeof(text), "leaf %llu", (unsigned long long) seq);
    ck_assert(base_bytes_equal_text(leaf, text));
    text_equal(columns->kind, expected->kind);
    ck_assert_int_eq(columns->at_us, expected->at_us);
    text_equal(columns->iin, expected->iin);
    ck_assert((columns->id == NULL) == (expected->id == NULL));
    if (columns->id)
        ck_assert_mem_eq(columns->id, expected->id, BASE_UUID_BYTES);
    ck_assert_int_eq(columns->part, expected->part);
    text_equal(columns->body, expected->body);
    text_equal(columns->unit, expected->unit);
    ck_assert_int_eq(columns->role, expected->role);
    ck_assert_int_eq(columns->service, expected->service);
    text_equal(columns->basis, expected->basis);
    text_equal(columns->duty, expected->duty);
    text_equal(columns->article, expected->article);
    text_equal(columns->case_number, expected->case_number);
    text_equal(columns->effect, expected->effect);
    text_equal(columns->outcome, expected->outcome);
    text_equal(columns->reasons, expected->reasons);
    ck_assert_int_eq(columns->claims, expected->claims);
    ck_assert_int_eq(columns->opens, expected->opens);
    ck_assert_int_eq(columns->confirm.registration, expected->confirm.registration);
    ck_assert_int_eq(columns->confirm.version, expected->confirm.version);
    ck_assert_uint_eq(columns->concludes, expected->concludes);
    ck_assert_uint_eq(columns->subject_count, expected->subject_count);
    for (size_t i = 0; i < columns->subject_count; i++) {
        ck_assert_uint_eq(columns->subjects[i].kid, expected->subjects[i].kid);
        ck_assert_mem_eq(columns->subjects[i].mac, expected->subjects[i].mac, 32);
    }
    ck_assert_uint_eq(columns->blob_count, expected->blob_count);
    for (size_t i = 0; i < columns->blob_count; i++) {
        text_equal(columns->blobs[i].kind, expected->blobs[i].kind);
        ck_assert_mem_eq(columns->blobs[i].digest, expected->blobs[i].digest, STORE_DIGEST_BYTES);
    }
    return 0;
}

/* Every column comes back as it was given, SQL and all; what is not there comes back as not there. */
START_TEST(columns_read)
{
    struct cluster_log log = cluster_log_open("columns.example/log", 65536);
    static const uint8_t other_id[BASE_UUID_BYTES] = {9};
    struct store_subject subjects[2] = {{.kid = 1, .mac = {1, 2, 3}}, {.kid = 2, .mac = {0xff}}};
    struct store_blob blobs[2] = {{.kind = "answer", .content = base_bytes_text("a"), .digest = {1}},
                                  {.kind = "query", .content = base_bytes_text("q"), .digest = {2}}};
    struct store_record records[3] = {
        {.kind = NASTY,
         .at_us = NOON_US,
         .iin = NASTY,
         .id = other_id,
         .part = 32767,
         .body = NASTY,
         .unit = NASTY,
         .role = 15,
         .service = 76,
         .basis = NASTY,
         .duty = NASTY,
         .article = NASTY,
         .case_number = NASTY,
         .effect = NASTY,
         .outcome = "",
         .reasons = NASTY,
         .claims = true,
         .confirm = {.registration = cluster_officer(IIN), .version = 1},
         .opens = true,
         .concludes = STORE_SEQ_NONE,
         .subjects = subjects,
         .subject_count = 2,
         .blobs = blobs,
         .blob_count = 2},
        {.kind = "log.heartbeat", .at_us = 0, .concludes = STORE_SEQ_NONE},
        {.kind = "query.result", .at_us = -1, .concludes = 0},
    };
    char kind[STORE_NAME_MAX];
    snprintf(kind, sizeof(kind), "%.45s", NASTY);
    records[0].kind = records[0].effect = kind;
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 3).commit, AUDIT_COMMIT_DONE);
    int32_t log_id;
    ck_assert_int_eq(store_log_find(pool, "columns.example/log", &log_id), 0);
    struct store_pool *reader = cluster_pool(CLUSTER_READER);
    ck_assert_int_eq(store_columns_read(reader, log_id, 0, 3, see_columns, records), 0);
    ck_assert_int_eq(store_columns_read(reader, log_id, 0, 4, see_columns, records), -ENODATA);
    ck_assert_int_ge(cluster_number("select count(*) from entry", NULL), 3);

    /* A missing row of the conclusion is told. */
    free(cluster_sql("alter table conclusion disable trigger refuse_change", NULL));
    char number[16];
    snprintf(number, sizeof(number), "%d", log_id);
    free(cluster_sql("delete from conclusion where log_id = $1", number, NULL));
    free(cluster_sql("alter table conclusion enable always trigger refuse_change", NULL));
    ck_assert_int_eq(store_columns_read(reader, log_id, 0, 3, see_columns, records), -ENODATA);
    store_pool_free(reader);
    cluster_log_close(&log);
}
END_TEST

START_TEST(log_find)
{
    struct cluster_log log = cluster_log_open("find.example/log", 65536);
    int32_t log_id = 0;
    ck_assert_int_eq(store_log_find(pool, "find.example/log", &log_id), 0);
    ck_assert_int_gt(log_id, 0);
    ck_assert_int_eq(store_log_find(pool, "none.example/log", &log_id), STORE_NONE);
    cluster_log_close(&log);
}
END_TEST

/* A reader's pool reads; what it may not is -EACCES. */
START_TEST(role_reader)
{
    struct store_pool *reader = cluster_pool(CLUSTER_READER);
    int64_t large;
    ck_assert_int_eq(store_blob_put(reader, abc_digest, base_bytes_text("abc"), &large), -EACCES);
    struct store_query query;
    ck_assert_int_ge(store_query_find(reader, IIN, id, 0, &query), 0);
    store_pool_free(reader);
}
END_TEST

CHECK_MAIN_WITH("store on PostgreSQL", set_up, tear_down, schema_version, pool_check, pool_threads, pool_deadline,
                officer_find, officer_network, officer_versions, person_find, crl_put, crl_read, blob_put, blob_read,
                query_find, parts_find, unfinished_read, columns_read, log_find, role_reader)
