/* The log's batches against a real PostgreSQL: what is committed, what is refused and who is to blame. Races and
 * accidents are in test_log_race.c. */
#include "schema/store/query.h"
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define IIN "500101100000"
#define OTHER_IIN "500101200007"

struct seen {
    uint64_t first;
    size_t entries, tiles;
    uint64_t tile_index[8];
};

static int see_entry(void *context, uint64_t index, struct base_bytes leaf)
{
    struct seen *seen = context;
    char text[32];
    snprintf(text, sizeof(text), "leaf %llu", (unsigned long long) index);
    ck_assert(base_bytes_equal_text(leaf, text));
    ck_assert_uint_eq(index, seen->first + seen->entries);
    seen->entries++;
    return 0;
}

static int see_tile(void *context, const struct audit_tile *tile)
{
    struct seen *seen = context;
    ck_assert_uint_eq(tile->level, 0);
    ck_assert_int_eq(tile->hash.bytes[31], (int) tile->index);
    seen->tile_index[seen->tiles++] = tile->index;
    return 0;
}

/* A log of 701 entries: two full tiles and an open one. */
static struct cluster_log log_of_701(const char *origin)
{
    static struct store_record records[700];
    struct cluster_log log = cluster_log_open(origin, 65536);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(records); i++)
        records[i] = cluster_record();
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 1).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_append(&log.store, 1, records, 700).commit, AUDIT_COMMIT_DONE);
    return log;
}

START_TEST(head_read)
{
    struct cluster_log log = cluster_log_open("headread.example/log", 65536);
    struct audit_head head;
    ck_assert_int_eq(log.store.head_read(log.store.context, &head), AUDIT_STORE_NONE);
    cluster_log_close(&log);
    log = log_of_701("headread.example/log");
    ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
    ck_assert_uint_eq(head.size, 701);
    ck_assert_int_eq(head.root.bytes[31], 7);
    ck_assert(base_bytes_equal_text(base_bytes_of(head.checkpoint, head.checkpoint_len), "checkpoint 701"));
    cluster_log_close(&log);
}
END_TEST

START_TEST(entry_append)
{
    struct cluster_log log = log_of_701("entry.example/log");
    ck_assert_int_eq(
        cluster_number("select count(*) from entry join log using (log_id) where origin = 'entry.example/log'"
                       " and leaf = ('leaf ' || seq)::bytea and kind = 'log.heartbeat' and not opens",
                       NULL),
        701);
    cluster_log_close(&log);
}
END_TEST

START_TEST(entries_read)
{
    struct cluster_log log = log_of_701("entries.example/log");
    struct seen seen = {.first = 3};
    ck_assert_int_eq(log.store.entries_read(log.store.context, 3, 701, see_entry, &seen), 0);
    ck_assert_uint_eq(seen.entries, 698);
    seen = (struct seen){.first = 700};
    ck_assert_int_eq(log.store.entries_read(log.store.context, 700, 702, see_entry, &seen), -ENODATA);
    cluster_log_close(&log);
}
END_TEST

START_TEST(tile_append)
{
    struct cluster_log log = log_of_701("tile.example/log");
    ck_assert_int_eq(
        cluster_number("select count(*) from tile join log using (log_id) where origin = 'tile.example/log'"
                       " and level = 0 and index in (0, 1)",
                       NULL),
        2);
    cluster_log_close(&log);
}
END_TEST

START_TEST(tile_read)
{
    struct cluster_log log = log_of_701("tileread.example/log");
    static struct audit_hash hashes[AUDIT_TILE_WIDTH];
    ck_assert_int_eq(log.store.tile_read(log.store.context, 0, 1, hashes), 0);
    ck_assert_int_eq(hashes[255].bytes[31], 1);
    ck_assert_int_eq(log.store.tile_read(log.store.context, 0, 2, hashes), AUDIT_STORE_NONE);
    ck_assert_int_eq(log.store.tile_read(log.store.context, 1, 0, hashes), AUDIT_STORE_NONE);
    cluster_log_close(&log);
}
END_TEST

/* The snapshot from which a start rebuilds the tree: head, hashes of the full tiles, leaves of the open one. */
START_TEST(tile_hashes_read)
{
    struct cluster_log log = cluster_log_open("snapshot.example/log", 65536);
    struct audit_head head;
    struct seen seen = {.first = 512};
    ck_assert_int_eq(log.store.snapshot_read(log.store.context, &head, see_tile, see_entry, &seen), AUDIT_STORE_NONE);
    cluster_log_close(&log);
    log = log_of_701("snapshot.example/log");
    ck_assert_int_eq(log.store.snapshot_read(log.store.context, &head, see_tile, see_entry, &seen), 0);
    ck_assert_uint_eq(head.size, 701);
    ck_assert_uint_eq(seen.entries, 701 - 512);
    ck_assert_uint_eq(seen.tiles, 2);
    ck_assert_uint_eq(seen.tile_index[1], 1);
    /* The connection is free for the next batch. */
    ck_assert_int_eq(cluster_append_one(&log, 701, cluster_record()).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

/* A barrier writes, so that its commit is one to wait for. */
START_TEST(log_barrier)
{
    struct cluster_log log = cluster_log_open("barrier.example/log", 65536);
    char *before = cluster_sql("select pg_current_wal_flush_lsn()", NULL);
    ck_assert_int_eq(log.store.barrier(log.store.context), 0);
    ck_assert_int_gt(cluster_number("select pg_current_wal_flush_lsn() - $1::pg_lsn", before, NULL), 0);
    free(before);
    cluster_log_close(&log);
}
END_TEST

/* One origin, one number, one first partition, however often it is made and opened. */
START_TEST(log_make)
{
    const char *partitions = "select count(*) from pg_inherits join log on inhrelid::regclass::text ="
                             " 'entry_' || log_id || '_0' where origin = 'open2.example/log'";
    struct cluster_log log = cluster_log_open("open2.example/log", 65536);
    ck_assert_int_eq(cluster_number(partitions, NULL), 1);
    cluster_log_make("open2.example/log", 131072);
    ck_assert_int_eq(log.store.connect(log.store.context), 0);
    ck_assert_int_eq(cluster_number(partitions, NULL), 1);
    ck_assert_int_eq(cluster_number("select count(*) from log where origin = 'open2.example/log'", NULL), 1);
    cluster_log_close(&log);
}
END_TEST

START_TEST(subject_append)
{
    struct cluster_log log = cluster_log_open("subject.example/log", 65536);
    struct store_subject subjects[2] = {{.kid = 1, .mac = {0xab}}, {.kid = 2, .mac = {0xcd}}};
    struct store_record records[2] = {cluster_record(), cluster_record()};
    records[1].subjects = subjects;
    records[1].subject_count = 2;
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 2).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(
        cluster_number("select count(*) from subject join log using (log_id) where seq = 1"
                       " and origin = 'subject.example/log' and ((kid = 1 and substr(mac, 1, 2) = '\\xab00')"
                       " or (kid = 2 and substr(mac, 1, 1) = '\\xcd'))",
                       NULL),
        2);
    cluster_log_close(&log);
}
END_TEST

START_TEST(blob_append)
{
    struct cluster_log log = cluster_log_open("blobs.example/log", 65536);
    struct store_blob blobs[2] = {{.kind = "query", .content = base_bytes_text("one")},
                                  {.kind = "answer", .content = base_bytes_text("two")}};
    struct store_record record = cluster_record();
    record.blobs = blobs;
    record.blob_count = 2;
    ck_assert_int_eq(cluster_append_one(&log, 0, record).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(
        cluster_number("select count(*) from blob join log using (log_id) where origin = 'blobs.example/log'"
                       " and (kind, content) in (('query', 'one'), ('answer', 'two'))",
                       NULL),
        2);
    cluster_log_close(&log);
}
END_TEST

/* A batch goes over the end of a partition, and the next ones are there before they are needed. */
START_TEST(log_partition_make)
{
    struct cluster_log log = cluster_log_open("partition.example/log", 65536);
    static struct store_record records[AUDIT_BATCH_RECORDS_MAX];
    for (size_t i = 0; i < AUDIT_BATCH_RECORDS_MAX; i++)
        records[i] = cluster_record();
    uint64_t size = 0;
    for (; size + 1000 <= 66000; size += 1000)
        ck_assert_int_eq(cluster_append(&log.store, size, records, 1000).commit, AUDIT_COMMIT_DONE);
    char *log_id = cluster_sql("select log_id from log where origin = 'partition.example/log'", NULL);
    ck_assert_int_eq(cluster_number("select count(distinct tableoid) from entry where log_id = $1", log_id, NULL), 2);
    ck_assert_int_eq(cluster_number("select count(*) from pg_inherits where inhparent = 'qao.entry'::regclass"
                                    " and inhrelid::regclass::text like 'entry_' || $1 || '_%'",
                                    log_id, NULL),
                     2);
    free(log_id);
    struct seen seen = {.first = 65500};
    ck_assert_int_eq(log.store.entries_read(log.store.context, 65500, 66000, see_entry, &seen), 0);
    cluster_log_close(&log);
}
END_TEST

/* A replay is blamed on the entry that repeats, wherever in the batch it stands, and leaves nothing of the batch. */
START_TEST(claim_append)
{
    static const uint8_t ids[3][BASE_UUID_BYTES] = {{0x11}, {0x22}, {0x33}};
    struct cluster_log log = cluster_log_open("claim.example/log", 65536);
    ck_assert_int_eq(cluster_append_one(&log, 0, cluster_claim(IIN, ids[0])).commit, AUDIT_COMMIT_DONE);

    struct store_record records[4] = {cluster_record(), cluster_claim(IIN, ids[1]), cluster_claim(IIN, ids[0]), cluster_claim(IIN, ids[2])};
    struct audit_commit_result result = cluster_append(&log.store, 1, records, 4);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_CLAIMED);
    ck_assert_int_eq(result.culprit, 2);
    struct audit_head head;
    ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
    ck_assert_uint_eq(head.size, 1);

    /* Twice in one batch: the later one. Another person or part may use the same id. */
    records[2] = cluster_claim(OTHER_IIN, ids[0]);
    records[3] = cluster_claim(IIN, ids[1]);
    result = cluster_append(&log.store, 1, records, 4);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.culprit, 3);
    records[3].part = 1;
    ck_assert_int_eq(cluster_append(&log.store, 1, records, 4).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

START_TEST(conclusion_append)
{
    struct cluster_log log = cluster_log_open("conclusion.example/log", 65536);
    struct store_record open = cluster_record();
    open.opens = true;
    struct store_record concluding = cluster_record();
    ck_assert_int_eq(cluster_append_one(&log, 0, open).commit, AUDIT_COMMIT_DONE);
    concluding.concludes = 0;
    ck_assert_int_eq(cluster_append_one(&log, 1, concluding).commit, AUDIT_COMMIT_DONE);
    struct store_record records[2] = {cluster_record(), concluding};
    struct audit_commit_result result = cluster_append(&log.store, 2, records, 2);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_CLAIMED);
    ck_assert_int_eq(result.culprit, 1);
    /* Of what comes later nothing can be the conclusion. */
    records[1].concludes = 3;
    result = cluster_append(&log.store, 2, records, 2);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_POISON);
    ck_assert_int_eq(result.culprit, 1);
    cluster_log_close(&log);
}
END_TEST

/* Heads carry the least open index, also over a restart of the writer. */
START_TEST(open_read)
{
    struct cluster_log log = cluster_log_open("open.example/log", 65536);
    struct store_record open = cluster_record(), records[3];
    open.opens = true;
    records[0] = cluster_record();
    records[1] = open;
    records[2] = open;
    const char *newest = "select open_from from head join log using (log_id) where origin = 'open.example/log'"
                         " order by size desc limit 1";
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 3).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 1);
    struct store_record concluding = cluster_record();
    concluding.concludes = 1;
    ck_assert_int_eq(cluster_append_one(&log, 3, concluding).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 2);
    ck_assert_int_eq(log.store.connect(log.store.context), 0);
    ck_assert_int_eq(cluster_append_one(&log, 4, cluster_record()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 2);
    /* What was refused is not counted. */
    concluding.concludes = 2;
    struct store_record refused[2] = {concluding, concluding};
    ck_assert_int_eq(cluster_append(&log.store, 5, refused, 2).commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(cluster_append_one(&log, 5, cluster_record()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 2);
    ck_assert_int_eq(cluster_append_one(&log, 6, concluding).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 7);
    cluster_log_close(&log);
}
END_TEST

/* What the store cannot hold is named before anything is sent. */
START_TEST(poison)
{
    struct cluster_log log = cluster_log_open("poison.example/log", 65536);
    static const uint8_t id[BASE_UUID_BYTES] = {1};
    static char long_text[1100];
    memset(long_text, 'x', sizeof(long_text) - 1);
    static struct store_subject subjects[STORE_RECORD_SUBJECTS_MAX + 1];
    struct store_blob twice[2] = {{.kind = "q", .content = base_bytes_text("a")},
                                  {.kind = "q", .content = base_bytes_text("a")}};
    struct store_record cases[] = {cluster_claim(NULL, id), cluster_claim(IIN, NULL), cluster_record(), cluster_record(),
                                   cluster_record(),         cluster_record(),          cluster_record(), cluster_record()};
    cases[2].kind = NULL;
    cases[3].unit = "\xff not UTF-8";
    cases[4].unit = long_text;
    cases[5].service = 40000;
    cases[6].subjects = subjects;
    cases[6].subject_count = STORE_RECORD_SUBJECTS_MAX + 1;
    cases[7].blobs = twice;
    cases[7].blob_count = 2;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct store_record records[2] = {cluster_record(), cases[i]};
        struct audit_commit_result result = cluster_append(&log.store, 0, records, 2);
        ck_assert_msg(result.commit == AUDIT_COMMIT_REFUSED && result.refusal == AUDIT_REFUSAL_POISON &&
                          result.culprit == 1,
                      "case %zu", i);
    }
    ck_assert_int_eq(cluster_append_one(&log, 0, cluster_record()).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

/* A head that is not the next one is another writer's work, whether behind, ahead or beside. */
START_TEST(head_append)
{
    struct cluster_log log = cluster_log_open("head.example/log", 65536);
    ck_assert_int_eq(cluster_append_one(&log, 0, cluster_record()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_append_one(&log, 1, cluster_record()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_append_one(&log, 1, cluster_record()).commit, AUDIT_COMMIT_CONFLICT);
    ck_assert_int_eq(cluster_append_one(&log, 0, cluster_record()).commit, AUDIT_COMMIT_CONFLICT);
    ck_assert_int_eq(cluster_append_one(&log, 3, cluster_record()).commit, AUDIT_COMMIT_CONFLICT);
    ck_assert_int_eq(cluster_append_one(&log, 2, cluster_record()).commit, AUDIT_COMMIT_DONE);
    /* The database itself, without the store's help: entries without a head, a head without entries. */
    ck_assert_str_eq(
        cluster_sqlstate(CLUSTER_GATEWAY,
                         "insert into qao.head (log_id, size, prev_size, open_from, root, checkpoint)"
                         " select log_id, 9, 3, 0, sha256(''), '' from qao.log where origin = 'head.example/log'"),
        "QAO05");
    ck_assert_str_eq(
        cluster_sqlstate(CLUSTER_GATEWAY,
                         "insert into qao.head (log_id, size, prev_size, open_from, root, checkpoint)"
                         " select log_id, 9, 2, 0, sha256(''), '' from qao.log where origin = 'head.example/log'"),
        "QAO03");
    cluster_log_close(&log);
}
END_TEST

/* One writer: a second one is refused while the first lives, and the first may connect again. */
START_TEST(log_lock)
{
    struct cluster_log log = cluster_log_open("lock.example/log", 65536);
    struct store_log_config config = {.conninfo = CLUSTER_GATEWAY, .origin = "lock.example/log", .deadline_us = 2000000};
    struct store_log *second;
    ck_assert_int_eq(store_log_new(&config, log.pool, &second), 0);
    struct audit_store store = store_log_audit(second);
    ck_assert_int_eq(store.connect(store.context), -EBUSY);
    ck_assert_int_eq(log.store.connect(log.store.context), 0);
    ck_assert_int_eq(store.connect(store.context), -EBUSY);
    store_log_free(log.log);
    log.log = NULL;
    ck_assert_int_eq(store.connect(store.context), 0);
    store_log_free(second);

    config.origin = "";
    ck_assert_int_eq(store_log_new(&config, log.pool, &second), -EINVAL);
    cluster_log_close(&log);
}
END_TEST

/* A log that the operator did not make is not there, for its writer and for a reader, and connecting makes none. */
START_TEST(log_find)
{
    struct store_pool *pool = cluster_pool(CLUSTER_GATEWAY);
    struct store_log_config config = {
        .conninfo = CLUSTER_GATEWAY, .origin = "never.example/log", .deadline_us = CLUSTER_DEADLINE_US};
    for (int read_only = 0; read_only < 2; read_only++) {
        config.read_only = read_only;
        struct store_log *log;
        ck_assert_int_eq(store_log_new(&config, pool, &log), 0);
        struct audit_store store = store_log_audit(log);
        ck_assert_int_eq(store.connect(store.context), -ENOENT);
        store_log_free(log);
    }
    int32_t log_id;
    ck_assert_int_eq(store_log_find(pool, "never.example/log", &log_id), STORE_NONE);
    cluster_log_make("never.example/log", 65536);
    ck_assert_int_eq(store_log_find(pool, "never.example/log", &log_id), 0);
    store_pool_free(pool);
}
END_TEST

/* With the reader's role and read_only, a log is read beside its writer and never written. */
START_TEST(log_read_only)
{
    struct cluster_log log = cluster_log_open("readonly.example/log", 65536);
    ck_assert_int_eq(cluster_append_one(&log, 0, cluster_record()).commit, AUDIT_COMMIT_DONE);
    struct store_pool *pool = cluster_pool(CLUSTER_READER);
    struct store_log_config config = {.conninfo = CLUSTER_READER,
                                      .origin = "readonly.example/log",
                                      .deadline_us = CLUSTER_DEADLINE_US,
                                      .read_only = true};
    struct store_log *reader;
    ck_assert_int_eq(store_log_new(&config, pool, &reader), 0);
    struct audit_store store = store_log_audit(reader);
    ck_assert_int_eq(store.connect(store.context), 0);
    struct audit_head head;
    struct seen seen = {.first = 0};
    ck_assert_int_eq(store.snapshot_read(store.context, &head, see_tile, see_entry, &seen), 0);
    ck_assert_uint_eq(seen.entries, 1);
    struct store_record record = cluster_record();
    ck_assert_int_eq(cluster_append(&store, 1, &record, 1).commit, AUDIT_COMMIT_NOT_SENT);
    store_log_free(reader);
    store_pool_free(pool);
    cluster_log_close(&log);
}
END_TEST

/* A server that acknowledges what it may lose is refused. */
START_TEST(log_durable)
{
    cluster_log_make("lossy.example/log", 65536);
    struct store_pool *pool = cluster_pool(CLUSTER_GATEWAY);
    struct store_log_config config = {.conninfo = CLUSTER_GATEWAY " options='-c synchronous_commit=off'",
                                      .origin = "lossy.example/log",
                                      .deadline_us = CLUSTER_DEADLINE_US};
    struct store_log *log;
    ck_assert_int_eq(store_log_new(&config, pool, &log), 0);
    struct audit_store store = store_log_audit(log);
    ck_assert_int_eq(store.connect(store.context), -EPERM);
    store_log_free(log);
    store_pool_free(pool);
}
END_TEST

CHECK_MAIN("log on PostgreSQL", head_read, entry_append, entries_read, tile_append, tile_read, tile_hashes_read,
           log_barrier, log_make, subject_append, blob_append, log_partition_make, claim_append, conclusion_append,
           open_read, poison, head_append, log_lock, log_find, log_read_only, log_durable)
