/* The log's batches against a real PostgreSQL: what is committed, what is refused and who is to blame, and what is
 * called unknown when the answer of a commit was not heard. */
#include "base/clock.h"
#include "schema/store/query.h"
#include "tests/integration/schema/cluster.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IIN "500101100000"
#define OTHER_IIN "500101200007"

static struct store_record plain(void)
{
    struct store_record record = STORE_RECORD_INIT;
    record.kind = "log.heartbeat";
    return record;
}

static struct store_record claim(const char *iin, const uint8_t *id)
{
    struct store_record record = plain();
    record.kind = "query.request";
    record.iin = iin;
    record.id = id;
    record.claims = true;
    return record;
}

static struct audit_commit_result append_one(struct cluster_log *log, uint64_t prev_size, struct store_record record)
{
    return cluster_append(&log->store, prev_size, &record, 1);
}

/* Waits until a query of the superuser's gives true; fails after ten seconds. */
static void wait_until(const char *sql)
{
    int64_t deadline_us = base_clock_monotonic_us() + 10000000;
    while (cluster_number(sql, NULL) == 0) {
        ck_assert_msg(base_clock_monotonic_us() < deadline_us, "never became true: %s", sql);
        poll(NULL, 0, 5);
    }
}

/* Connects a writer whose deadline is short, however busy the machine is. */
static void connect_at_last(const struct audit_store *store)
{
    int r = -EBUSY;
    for (int i = 0; i < 20 && r < 0; i++)
        r = store->connect(store->context);
    ck_assert_int_eq(r, 0);
}

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
        records[i] = plain();
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
    ck_assert_int_eq(append_one(&log, 701, plain()).commit, AUDIT_COMMIT_DONE);
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

/* One origin, one number, one first partition, however often it is opened. */
START_TEST(log_open)
{
    const char *partitions = "select count(*) from pg_inherits join log on inhrelid::regclass::text ="
                             " 'entry_' || log_id || '_0' where origin = 'open2.example/log'";
    struct cluster_log log = cluster_log_open("open2.example/log", 65536);
    ck_assert_int_eq(cluster_number(partitions, NULL), 1);
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
    struct store_record records[2] = {plain(), plain()};
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
    struct store_record record = plain();
    record.blobs = blobs;
    record.blob_count = 2;
    ck_assert_int_eq(append_one(&log, 0, record).commit, AUDIT_COMMIT_DONE);
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
        records[i] = plain();
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
    static const uint8_t ids[3][STORE_UUID_BYTES] = {{0x11}, {0x22}, {0x33}};
    struct cluster_log log = cluster_log_open("claim.example/log", 65536);
    ck_assert_int_eq(append_one(&log, 0, claim(IIN, ids[0])).commit, AUDIT_COMMIT_DONE);

    struct store_record records[4] = {plain(), claim(IIN, ids[1]), claim(IIN, ids[0]), claim(IIN, ids[2])};
    struct audit_commit_result result = cluster_append(&log.store, 1, records, 4);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_CLAIMED);
    ck_assert_int_eq(result.culprit, 2);
    struct audit_head head;
    ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
    ck_assert_uint_eq(head.size, 1);

    /* Twice in one batch: the later one. Another person or part may use the same id. */
    records[2] = claim(OTHER_IIN, ids[0]);
    records[3] = claim(IIN, ids[1]);
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
    struct store_record open = plain();
    open.opens = true;
    struct store_record concluding = plain();
    ck_assert_int_eq(append_one(&log, 0, open).commit, AUDIT_COMMIT_DONE);
    concluding.concludes = 0;
    ck_assert_int_eq(append_one(&log, 1, concluding).commit, AUDIT_COMMIT_DONE);
    struct store_record records[2] = {plain(), concluding};
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
    struct store_record open = plain(), records[3];
    open.opens = true;
    records[0] = plain();
    records[1] = open;
    records[2] = open;
    const char *newest = "select open_from from head join log using (log_id) where origin = 'open.example/log'"
                         " order by size desc limit 1";
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 3).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 1);
    struct store_record concluding = plain();
    concluding.concludes = 1;
    ck_assert_int_eq(append_one(&log, 3, concluding).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 2);
    ck_assert_int_eq(log.store.connect(log.store.context), 0);
    ck_assert_int_eq(append_one(&log, 4, plain()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 2);
    /* What was refused is not counted. */
    concluding.concludes = 2;
    struct store_record refused[2] = {concluding, concluding};
    ck_assert_int_eq(cluster_append(&log.store, 5, refused, 2).commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(append_one(&log, 5, plain()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 2);
    ck_assert_int_eq(append_one(&log, 6, concluding).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(cluster_number(newest, NULL), 7);
    cluster_log_close(&log);
}
END_TEST

/* What the store cannot hold is named before anything is sent. */
START_TEST(poison)
{
    struct cluster_log log = cluster_log_open("poison.example/log", 65536);
    static const uint8_t id[STORE_UUID_BYTES] = {1};
    static char long_text[1100];
    memset(long_text, 'x', sizeof(long_text) - 1);
    static struct store_subject subjects[STORE_RECORD_SUBJECTS_MAX + 1];
    struct store_blob twice[2] = {{.kind = "q", .content = base_bytes_text("a")},
                                  {.kind = "q", .content = base_bytes_text("a")}};
    struct store_record cases[] = {claim(NULL, id), claim(IIN, NULL), plain(), plain(),
                                   plain(),         plain(),          plain(), plain()};
    cases[2].kind = NULL;
    cases[3].unit = "\xff not UTF-8";
    cases[4].unit = long_text;
    cases[5].service = 40000;
    cases[6].subjects = subjects;
    cases[6].subject_count = STORE_RECORD_SUBJECTS_MAX + 1;
    cases[7].blobs = twice;
    cases[7].blob_count = 2;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct store_record records[2] = {plain(), cases[i]};
        struct audit_commit_result result = cluster_append(&log.store, 0, records, 2);
        ck_assert_msg(result.commit == AUDIT_COMMIT_REFUSED && result.refusal == AUDIT_REFUSAL_POISON &&
                          result.culprit == 1,
                      "case %zu", i);
    }
    ck_assert_int_eq(append_one(&log, 0, plain()).commit, AUDIT_COMMIT_DONE);
    cluster_log_close(&log);
}
END_TEST

/* A head that is not the next one is another writer's work, whether behind, ahead or beside. */
START_TEST(head_append)
{
    struct cluster_log log = cluster_log_open("head.example/log", 65536);
    ck_assert_int_eq(append_one(&log, 0, plain()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(append_one(&log, 1, plain()).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(append_one(&log, 1, plain()).commit, AUDIT_COMMIT_CONFLICT);
    ck_assert_int_eq(append_one(&log, 0, plain()).commit, AUDIT_COMMIT_CONFLICT);
    ck_assert_int_eq(append_one(&log, 3, plain()).commit, AUDIT_COMMIT_CONFLICT);
    ck_assert_int_eq(append_one(&log, 2, plain()).commit, AUDIT_COMMIT_DONE);
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

    config.origin = "never.example/log";
    config.read_only = true;
    ck_assert_int_eq(store_log_new(&config, log.pool, &second), 0);
    store = store_log_audit(second);
    ck_assert_int_eq(store.connect(store.context), -ENOENT);
    store_log_free(second);
    config.partition_entries = 1000;
    ck_assert_int_eq(store_log_new(&config, log.pool, &second), -EINVAL);
    cluster_log_close(&log);
}
END_TEST

/* With the reader's role and read_only, a log is read beside its writer and never written. */
START_TEST(log_read_only)
{
    struct cluster_log log = cluster_log_open("readonly.example/log", 65536);
    ck_assert_int_eq(append_one(&log, 0, plain()).commit, AUDIT_COMMIT_DONE);
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
    struct store_record record = plain();
    ck_assert_int_eq(cluster_append(&store, 1, &record, 1).commit, AUDIT_COMMIT_NOT_SENT);
    store_log_free(reader);
    store_pool_free(pool);
    cluster_log_close(&log);
}
END_TEST

/* A server that acknowledges what it may lose is refused. */
START_TEST(log_durable)
{
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
        .conninfo = CLUSTER_GATEWAY, .origin = origin, .deadline_us = CLUSTER_DEADLINE_US, .partition_entries = 65536};
    struct store_pool *pool = NULL;
    struct store_log *log = NULL;
    if (store_pool_new(&pool_config, &pool) < 0 || store_log_new(&config, pool, &log) < 0)
        return NULL;
    struct audit_store store = store_log_audit(log);
    uint64_t size = 0;
    for (int i = 0; i < RACES && (size > 0 || i > 0 || store.connect(store.context) == 0); i++) {
        uint8_t id[STORE_UUID_BYTES] = {0xcc, (uint8_t) i};
        struct store_record record = claim(IIN, id);
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
    struct store_record record = plain();
    record.confirm = (struct store_confirm){.registration = registration, .version = version};
    return record;
}

/* What is out of date when the record commits is refused, and the first such entry is named. */
START_TEST(registration_confirm)
{
    struct cluster_log log = cluster_log_open("confirm.example/log", 65536);
    long registration = cluster_officer(IIN), other = cluster_officer(OTHER_IIN);
    struct store_record records[4] = {plain(), confirming(registration, 1), plain(), confirming(other, 2)};
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
             "begin; insert into qao.registration_version (registration_id, version, system_role, state, role)"
             " values (%ld, %d, 'officer', 'blocked', 2)",
             registration, version);
    PGresult *result = PQexec(connection, sql);
    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQresultErrorMessage(result));
    PQclear(result);
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
    ck_assert_int_eq(append_one(&log, 0, confirming(registration, version)).commit, AUDIT_COMMIT_DONE);

    /* As the commit does: the gate is taken, the commit not yet done. */
    PQclear(PQexec(administrator, "set constraints qao.registration_gate immediate"));
    struct appender appender = {.log = &log, .prev_size = 1, .record = confirming(registration, version)};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, append_aside, &appender), 0);
    wait_until("select count(*) from pg_stat_activity where usename = 'qao_gateway' and wait_event_type = 'Lock'");
    PGresult *result = PQexec(administrator, "commit");
    ck_assert_int_eq(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    pthread_join(thread, NULL);
    ck_assert_int_eq(appender.result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(appender.result.refusal, AUDIT_REFUSAL_CHANGED);
    ck_assert_int_eq(append_one(&log, 1, confirming(registration, version + 1)).commit, AUDIT_COMMIT_DONE);

    /* The other way round: the block's commit waits for a record that is under way. */
    PGconn *recorder = cluster_connect(CLUSTER_GATEWAY);
    char sql[200];
    snprintf(sql, sizeof(sql), "begin; select qao.registration_confirm(array[%ld], array[%d])", registration,
             version + 1);
    result = PQexec(recorder, sql);
    ck_assert_int_eq(PQresultStatus(result), PGRES_TUPLES_OK);
    PQclear(result);
    block(administrator, registration, version + 2);
    ck_assert_int_eq(PQsendQuery(administrator, "commit"), 1);
    wait_until("select count(*) from pg_stat_activity where query = 'commit' and wait_event_type = 'Lock'");
    PQclear(PQexec(recorder, "commit"));
    result = PQgetResult(administrator);
    ck_assert_int_eq(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
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
             "insert into qao.registration_version (registration_id, version, system_role, state, role)"
             " values (%ld, 2, 'officer', 'active', 2)",
             registration);
    ck_assert_str_eq(cluster_sqlstate("user=postgres", sql), "QAO04");
    snprintf(sql, sizeof(sql),
             "insert into qao.registration_version (registration_id, version, system_role, state, role)"
             " values (%ld, 4, 'officer', 'active', 2)",
             registration);
    ck_assert_str_eq(cluster_sqlstate("user=postgres", sql), "QAO04");
}
END_TEST

/* A lock the batch needs is held by another: refused in time, nothing is written, and the next attempt succeeds. */
START_TEST(append_deadline)
{
    struct cluster_log log = cluster_log_open("deadline.example/log", 65536);
    struct store_log_config config = {
        .conninfo = CLUSTER_GATEWAY, .origin = "hasty.example/log", .deadline_us = 1000000};
    struct store_log *hasty;
    ck_assert_int_eq(store_log_new(&config, log.pool, &hasty), 0);
    struct audit_store store = store_log_audit(hasty);
    connect_at_last(&store);
    PGconn *blocker = cluster_connect("user=postgres");
    PQclear(PQexec(blocker, "begin; lock table qao.head in exclusive mode"));
    struct store_record record = plain();
    int64_t before_us = base_clock_monotonic_us();
    ck_assert_int_eq(cluster_append(&store, 0, &record, 1).commit, AUDIT_COMMIT_NOT_SENT);
    ck_assert_int_lt(base_clock_monotonic_us() - before_us, CLUSTER_DEADLINE_US);
    PQclear(PQexec(blocker, "rollback"));
    PQfinish(blocker);
    ck_assert_int_eq(cluster_append(&store, 0, &record, 1).commit, AUDIT_COMMIT_DONE);
    store_log_free(hasty);
    cluster_log_close(&log);
}
END_TEST

/* A server that stands still: unknown by the deadline, and after the reconnection it is clear what happened. */
START_TEST(log_terminate)
{
    struct cluster_log log = cluster_log_open("stalled.example/log", 65536);
    struct store_log_config config = {
        .conninfo = CLUSTER_GATEWAY, .origin = "still.example/log", .deadline_us = 1000000};
    struct store_log *still;
    ck_assert_int_eq(store_log_new(&config, log.pool, &still), 0);
    struct audit_store store = store_log_audit(still);
    connect_at_last(&store);
    long backend =
        cluster_number("select pid from pg_locks where locktype = 'advisory' and classid = 711909 and objid ="
                       " (select log_id from log where origin = 'still.example/log')::oid",
                       NULL);
    ck_assert_int_eq(kill((pid_t) backend, SIGSTOP), 0);
    struct store_record record = plain();
    ck_assert_int_eq(cluster_append(&store, 0, &record, 1).commit, AUDIT_COMMIT_UNKNOWN);
    /* As long as the old session may still commit, there is no new one. */
    ck_assert_int_eq(store.connect(store.context), -EBUSY);
    ck_assert_int_eq(kill((pid_t) backend, SIGCONT), 0);
    connect_at_last(&store);
    struct audit_head head;
    int r = store.head_read(store.context, &head);
    ck_assert_int_ge(r, 0);
    uint64_t size = r == AUDIT_STORE_NONE ? 0 : head.size;
    ck_assert_int_eq(cluster_append(&store, size, &record, 1).commit, AUDIT_COMMIT_DONE);
    store_log_free(still);
    cluster_log_close(&log);
}
END_TEST

/* Synchronous replication given up by the server: committed here, but not as durable as promised. That is not done. */
START_TEST(commit_warning)
{
    struct cluster_log log = cluster_log_open("warning.example/log", 65536);
    free(cluster_sql("alter system set synchronous_standby_names = 'nobody'", NULL));
    free(cluster_sql("select pg_reload_conf()", NULL));
    wait_until("select (current_setting('synchronous_standby_names') = 'nobody')::integer");
    struct appender appender = {.log = &log, .prev_size = 0, .record = plain()};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, append_aside, &appender), 0);
    const char *waiting =
        "select count(*) from pg_stat_activity where usename = 'qao_gateway' and wait_event = 'SyncRep'";
    wait_until(waiting);
    free(cluster_sql("select pg_cancel_backend(pid) from pg_stat_activity"
                     " where usename = 'qao_gateway' and wait_event = 'SyncRep'",
                     NULL));
    pthread_join(thread, NULL);
    ck_assert_int_eq(appender.result.commit, AUDIT_COMMIT_UNKNOWN);
    struct audit_head head;
    ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
    ck_assert_uint_eq(head.size, 1);

    /* The barrier does not lie either. */
    struct store_log_config config = {
        .conninfo = CLUSTER_GATEWAY, .origin = "warning.example/log", .deadline_us = 1000000};
    struct store_log *hasty;
    store_log_free(log.log);
    ck_assert_int_eq(store_log_new(&config, log.pool, &hasty), 0);
    struct audit_store store = store_log_audit(hasty);
    connect_at_last(&store);
    ck_assert_int_lt(store.barrier(store.context), 0);
    free(cluster_sql("alter system reset synchronous_standby_names", NULL));
    free(cluster_sql("select pg_reload_conf()", NULL));
    wait_until("select (current_setting('synchronous_standby_names') = '')::integer");
    connect_at_last(&store);
    ck_assert_int_eq(store.barrier(store.context), 0);
    store_log_free(hasty);
    store_pool_free(log.pool);
}
END_TEST

struct hammer {
    struct cluster_log *log;
    _Atomic bool crashed;
    uint64_t acknowledged;
    struct audit_commit_result last;
};

static void *hammer_on(void *context)
{
    struct hammer *hammer = context;
    struct store_record record = plain();
    for (;;) {
        hammer->last = cluster_append(&hammer->log->store, hammer->acknowledged, &record, 1);
        if (hammer->last.commit != AUDIT_COMMIT_DONE)
            return NULL;
        hammer->acknowledged++;
    }
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
        poll(NULL, 0, 100); /* lets it run: how long does not matter */
        cluster_do("crash");
        pthread_join(thread, NULL);
        ck_assert_int_eq(hammer.last.commit, AUDIT_COMMIT_UNKNOWN);
        ck_assert_uint_gt(hammer.acknowledged, before);
        struct store_record record = plain();
        ck_assert_int_eq(cluster_append(&log.store, hammer.acknowledged, &record, 1).commit, AUDIT_COMMIT_NOT_SENT);
        ck_assert_int_eq(log.store.connect(log.store.context), -ENOTCONN);
        cluster_do("start");
        ck_assert_int_eq(log.store.connect(log.store.context), 0);
        ck_assert_int_eq(log.store.head_read(log.store.context, &head), 0);
        ck_assert_msg(head.size == hammer.acknowledged || head.size == hammer.acknowledged + 1,
                      "acknowledged %llu, found %llu", (unsigned long long) hammer.acknowledged,
                      (unsigned long long) head.size);
        struct seen seen = {.first = 0};
        ck_assert_int_eq(log.store.entries_read(log.store.context, 0, head.size, see_entry, &seen), 0);
        ck_assert_int_eq(cluster_number("select count(*) from entry join log using (log_id)"
                                        " where origin = 'crash.example/log'",
                                        NULL),
                         (long) head.size);
    }
    cluster_log_close(&log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, head_read);
    tcase_add_test(tests, entry_append);
    tcase_add_test(tests, entries_read);
    tcase_add_test(tests, tile_append);
    tcase_add_test(tests, tile_read);
    tcase_add_test(tests, tile_hashes_read);
    tcase_add_test(tests, log_barrier);
    tcase_add_test(tests, log_open);
    tcase_add_test(tests, subject_append);
    tcase_add_test(tests, blob_append);
    tcase_add_test(tests, log_partition_make);
    tcase_add_test(tests, claim_append);
    tcase_add_test(tests, conclusion_append);
    tcase_add_test(tests, open_read);
    tcase_add_test(tests, poison);
    tcase_add_test(tests, head_append);
    tcase_add_test(tests, log_lock);
    tcase_add_test(tests, log_read_only);
    tcase_add_test(tests, log_durable);
    tcase_add_test(tests, claim_race);
    tcase_add_test(tests, registration_confirm);
    tcase_add_test(tests, block_race);
    tcase_add_test(tests, version_race);
    tcase_add_test(tests, append_deadline);
    tcase_add_test(tests, log_terminate);
    tcase_add_test(tests, commit_warning);
    tcase_add_test(tests, crash);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK); /* the tests share one cluster */
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
