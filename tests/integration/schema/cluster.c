#include "tests/integration/schema/cluster.h"

#include "base/clock.h"
#include "base/encoding.h"

#include <errno.h>
#include <openssl/sha.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

PGconn *cluster_connect(const char *conninfo)
{
    PGconn *connection = PQconnectdb(conninfo);
    ck_assert_msg(PQstatus(connection) == CONNECTION_OK, "%s", PQerrorMessage(connection));
    return connection;
}

static PGresult *run(PGconn *connection, const char *sql, va_list arguments)
{
    const char *values[16];
    int count = 0;
    for (const char *value; (value = va_arg(arguments, const char *)) != NULL;)
        values[count++] = value;
    return PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
}

static char *run_text(const char *sql, va_list arguments)
{
    PGconn *connection = cluster_connect("user=postgres options='-c search_path=qao'");
    PGresult *result = run(connection, sql, arguments);
    ExecStatusType status = PQresultStatus(result);
    ck_assert_msg(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK, "%s", PQresultErrorMessage(result));
    char *text = NULL;
    if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        text = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(connection);
    return text;
}

char *cluster_sql(const char *sql, ...)
{
    va_list arguments;
    va_start(arguments, sql);
    char *text = run_text(sql, arguments);
    va_end(arguments);
    return text;
}

long cluster_number(const char *sql, ...)
{
    va_list arguments;
    va_start(arguments, sql);
    char *text = run_text(sql, arguments);
    va_end(arguments);
    ck_assert_msg(text != NULL, "no row: %s", sql);
    long number = strtol(text, NULL, 10);
    free(text);
    return number;
}

const char *cluster_say(PGconn *connection, const char *sql)
{
    static char state[8];
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    const char *field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    snprintf(state, sizeof(state), "%s",
             status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? "" : field ? field : "lost");
    PQclear(result);
    return state;
}

const char *cluster_sqlstate(const char *conninfo, const char *sql)
{
    PGconn *connection = cluster_connect(conninfo);
    const char *state = cluster_say(connection, sql);
    PQfinish(connection);
    return state;
}

void cluster_do(const char *command)
{
    char line[400];
    snprintf(line, sizeof(line), "\"%s\" %s \"%s\"", getenv("QAO_PG_SH"), command, getenv("QAO_PG_DIR"));
    ck_assert_int_eq(system(line), 0);
}

struct store_pool *cluster_pool(const char *conninfo)
{
    struct store_pool_config config = {.conninfo = conninfo, .connections = 4, .deadline_us = CLUSTER_DEADLINE_US};
    struct store_pool *pool;
    ck_assert_int_eq(store_pool_new(&config, &pool), 0);
    return pool;
}

void cluster_log_make(const char *origin, uint64_t partition_entries)
{
    char entries[24];
    snprintf(entries, sizeof(entries), "%llu", (unsigned long long) partition_entries);
    free(cluster_sql("select log_make($1, $2::bigint)", origin, entries, NULL));
}

struct cluster_log cluster_log_open(const char *origin, uint64_t partition_entries)
{
    cluster_log_make(origin, partition_entries);
    struct cluster_log log = {.pool = cluster_pool(CLUSTER_GATEWAY)};
    struct store_log_config config = {
        .conninfo = CLUSTER_GATEWAY, .origin = origin, .deadline_us = CLUSTER_DEADLINE_US};
    ck_assert_int_eq(store_log_new(&config, log.pool, &log.log), 0);
    log.store = store_log_audit(log.log);
    ck_assert_int_eq(log.store.connect(log.store.context), 0);
    return log;
}

void cluster_log_close(struct cluster_log *log)
{
    store_log_free(log->log);
    store_pool_free(log->pool);
}

enum { LEAF_TEXT_MAX = 200 };

/* Of an act, and of what another sent, as much as the register looks at. */
static void leaf_make(const struct store_record *record, uint64_t seq, char ret_text[static LEAF_TEXT_MAX])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char hex[65];
    if (record->violation && strcmp(record->violation, "signer-not-connection") == 0) {
        snprintf(ret_text, LEAF_TEXT_MAX,
                 "{\"connection\":{\"bin\":\"300140000015\",\"iin\":\"" CLUSTER_SENDER "\"},\"n\":%llu}", (unsigned long long) seq);
        return;
    }
    if (!record->act) {
        snprintf(ret_text, LEAF_TEXT_MAX, "leaf %llu", (unsigned long long) seq);
        return;
    }
    SHA256(record->act->signed_message.data, record->act->signed_message.len, digest);
    base_hex_digest(digest, hex);
    snprintf(ret_text, LEAF_TEXT_MAX, "{\"act\":{\"sha256\":\"%s\"},\"kind\":\"%s\",\"n\":%llu}", hex, record->kind,
             (unsigned long long) seq);
}

struct audit_commit_result cluster_append(const struct audit_store *store, uint64_t prev_size,
                                          const struct store_record *records, size_t count)
{
    static struct audit_entry entries[AUDIT_BATCH_RECORDS_MAX];
    static const struct audit_entry *pointers[AUDIT_BATCH_RECORDS_MAX];
    static char leaves[AUDIT_BATCH_RECORDS_MAX][LEAF_TEXT_MAX];
    static struct audit_tile tiles[8];
    static struct audit_head head;
    size_t tile_count = 0;
    for (size_t i = 0; i < count; i++) {
        leaf_make(&records[i], prev_size + i, leaves[i]);
        entries[i] = (struct audit_entry){.leaf = base_bytes_text(leaves[i]),
                                          .beside = &records[i],
                                          .beside_bytes = store_record_weight(&records[i])};
        uint8_t hashed[sizeof(leaves[i]) + 1] = {0}; /* RFC 6962: a zero before the leaf */
        memcpy(hashed + 1, leaves[i], strlen(leaves[i]));
        SHA256(hashed, 1 + strlen(leaves[i]), entries[i].leaf_hash.bytes);
        pointers[i] = &entries[i];
        if ((prev_size + i + 1) % AUDIT_TILE_WIDTH == 0) {
            struct audit_tile *tile = &tiles[tile_count++];
            tile->level = 0;
            tile->index = (prev_size + i) / AUDIT_TILE_WIDTH;
            memset(&tile->hash, (int) (tile->index & 0xff), sizeof(tile->hash));
            memset(tile->hashes, (int) (tile->index & 0x7f), sizeof(tile->hashes));
        }
    }
    head = (struct audit_head){.size = prev_size + count};
    memset(&head.root, 7, sizeof(head.root));
    head.checkpoint_len =
        (size_t) snprintf(head.checkpoint, sizeof(head.checkpoint), "checkpoint %llu", (unsigned long long) head.size);
    struct audit_batch batch = {.prev_size = prev_size,
                                .entries = pointers,
                                .count = count,
                                .tiles = tiles,
                                .tile_count = tile_count,
                                .head = &head};
    return store->batch_append(store->context, &batch);
}

long cluster_officer(const char *iin)
{
    free(cluster_sql(
        "with b as (insert into body (bin) values ('300140000015') on conflict do nothing returning body_id)"
        ", v as (insert into body_version (body_id, version, code, appendix, name_kk, name_ru, name_en, source)"
        " select body_id, 1, 'police', 4, 'а', 'б', 'c', 'test' from b)"
        " insert into body_network (body_id, version, networks, source)"
        " select body_id, 1, '{127.0.0.0/8,2001:db8::/32}', 'test' from b",
        NULL));
    free(cluster_sql("insert into agreement_text (version, kk, ru, in_force_from, source) values (1, 'к', 'р', '2026-01-01', 'test')"
                     " on conflict do nothing",
                     NULL));
    free(cluster_sql(
        "with p as (insert into person (iin, body_id) select $1, body_id from body where bin = '300140000015'"
        " on conflict do nothing returning person_id)"
        ", a as (insert into agreement (person_id, text_version, signed_at, source)"
        " select person_id, 1, now(), 'test' from p)"
        ", r as (insert into registration (person_id, system_role) select person_id, 'officer' from p"
        " returning registration_id)"
        " insert into registration_version (registration_id, version, system_role, state, role, bases, duties, source)"
        " select registration_id, 1, 'officer', 'active', 2,"
        " '{operative_search,covert_investigation,search_measures,other_duties}', '{app4.1}', 'test' from r",
        iin, NULL));
    return cluster_number("select registration_id from registration join person using (person_id)"
                          " where iin = $1 and system_role = 'officer'",
                          iin, NULL);
}

void cluster_appoint(const char *iin, const char *bin, const char *system_role, const char *unit)
{
    free(cluster_sql("insert into person (iin, body_id) select $1, body_id from body where bin = $2"
                     " on conflict do nothing",
                     iin, bin, NULL));
    free(cluster_sql("with r as (insert into registration (person_id, system_role)"
                     " select person_id, $3 from person join body using (body_id) where iin = $1 and bin = $2"
                     " on conflict do nothing returning registration_id)"
                     " insert into registration_version"
                     " (registration_id, version, system_role, state, unit_id, act_number, act_date, source)"
                     " select registration_id, 1, $3, 'active', (select unit_id from unit where code = $4), '1',"
                     " '2026-11-01', 'test' from r",
                     iin, bin, system_role, unit, NULL));
}

struct store_record cluster_record(void)
{
    struct store_record record = STORE_RECORD_INIT;
    record.kind = "log.heartbeat";
    return record;
}

struct store_record cluster_claim(const char *iin, const uint8_t *id)
{
    struct store_record record = cluster_record();
    record.kind = "query.request";
    record.iin = iin;
    record.id = id;
    record.claims = true;
    return record;
}

struct audit_commit_result cluster_append_one(struct cluster_log *log, uint64_t prev_size, struct store_record record)
{
    return cluster_append(&log->store, prev_size, &record, 1);
}

void cluster_wait(const char *sql)
{
    int64_t deadline_us = base_clock_monotonic_us() + 10000000;
    while (cluster_number(sql, NULL) == 0) {
        ck_assert_msg(base_clock_monotonic_us() < deadline_us, "never became true: %s", sql);
        poll(NULL, 0, 5);
    }
}

void cluster_connect_at_last(const struct audit_store *store)
{
    int r = -EBUSY;
    for (int i = 0; i < 20 && r < 0; i++)
        r = store->connect(store->context);
    ck_assert_int_eq(r, 0);
}
