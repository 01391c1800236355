#include "schema/store/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "schema/store/batch.h"
#include "schema/store/opens.h"
#include "schema/store/pool.h"

enum { PARTITION_ENTRIES = 1 << 20, PARTITION_STEP = 65536, ENTRIES_PAGE = 256 };

struct store_log {
    char *conninfo, *origin;
    bool read_only;
    int64_t deadline_us;
    uint64_t partition_entries;
    struct store_pool *pool;
    _Atomic int32_t log_id; /* 0 until the first connect */
    /* The rest is the writer's. */
    struct store_connection *connection;
    int backend;            /* of the connection before, which may still be at work; 0 for none */
    uint64_t partition_end; /* first index without a partition */
    struct store_opens opens;
    bool opens_known; /* false: to be read again */
    struct store_batch scratch;
    char sqlstate[STORE_SQLSTATE_MAX];
};

static void free_log(struct store_log **log)
{
    store_log_free(*log);
}

int store_log_new(const struct store_log_config *config, struct store_pool *pool, struct store_log **ret_log)
{
    if (config->partition_entries % PARTITION_STEP != 0 || config->deadline_us < 1000 || config->origin[0] == '\0')
        return -EINVAL;
    BASE_CLEANUP(free_log) struct store_log *log = calloc(1, sizeof(*log));
    if (!log)
        return -ENOMEM;
    store_batch_init(&log->scratch);
    log->read_only = config->read_only;
    log->deadline_us = config->deadline_us;
    log->partition_entries = config->partition_entries ? config->partition_entries : PARTITION_ENTRIES;
    log->pool = pool;
    log->conninfo = strdup(config->conninfo);
    log->origin = strdup(config->origin);
    if (!log->conninfo || !log->origin)
        return -ENOMEM;
    *ret_log = BASE_TAKE(log);
    return 0;
}

void store_log_free(struct store_log *log)
{
    if (!log)
        return;
    store_connection_free(log->connection);
    store_batch_clear(&log->scratch);
    store_opens_clear(&log->opens);
    free(log->conninfo);
    free(log->origin);
    free(log);
}

void store_log_error(const struct store_log *log, char ret_sqlstate[static STORE_SQLSTATE_MAX])
{
    memcpy(ret_sqlstate, log->connection ? log->connection->sqlstate : log->sqlstate, STORE_SQLSTATE_MAX);
}

static int64_t deadline_of(const struct store_log *log)
{
    return base_clock_monotonic_us() + log->deadline_us;
}

static int call(struct store_log *log, enum store_statement statement, const struct store_params *params,
                int64_t deadline_us, PGresult **ret_result)
{
    return log->connection ? store_connection_call(log->connection, statement, params, deadline_us, ret_result)
                           : -ENOTCONN;
}

/* Makes partitions so that at least half of one is ahead of size. */
static int make_partitions(struct store_log *log, uint64_t size, int64_t deadline_us)
{
    if (size + log->partition_entries / 2 < log->partition_end)
        return 0;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    store_params_i64(&params, (int64_t) (size + log->partition_entries / 2));
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_LOG_PARTITION_MAKE, &params, deadline_us, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    uint64_t end = (uint64_t) store_row_i64(&row);
    r = store_row_end(&row);
    if (r == 0)
        log->partition_end = end;
    return r;
}

/* Learns again which records wait for a conclusion. */
static int read_opens(struct store_log *log, int64_t deadline_us)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_OPEN_READ, &params, deadline_us, &result);
    store_opens_clear(&log->opens);
    for (int i = 0; r == 0 && i < PQntuples(result); i++) {
        struct store_row row = store_row_of(result, i);
        uint64_t seq = (uint64_t) store_row_i64(&row);
        r = store_row_end(&row);
        if (r == 0)
            r = store_opens_add(&log->opens, seq);
    }
    log->opens_known = r == 0;
    return r;
}

static int find_log(struct store_pool *pool, struct store_connection *connection, const char *origin,
                    int64_t deadline_us, int32_t *ret_log_id, uint64_t *ret_partition_entries)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, origin);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = pool ? store_pool_call(pool, STORE_STATEMENT_LOG_FIND, &params, &result)
                 : store_connection_call(connection, STORE_STATEMENT_LOG_FIND, &params, deadline_us, &result);
    if (r < 0)
        return r;
    if (PQntuples(result) == 0)
        return STORE_NONE;
    struct store_row row = store_row_of(result, 0);
    int32_t log_id = store_row_i32(&row);
    uint64_t partition_entries = (uint64_t) store_row_i64(&row);
    r = store_row_end(&row);
    if (r < 0)
        return r;
    *ret_log_id = log_id;
    *ret_partition_entries = partition_entries;
    return 0;
}

int store_log_find(struct store_pool *pool, const char *origin, int32_t *ret_log_id)
{
    uint64_t partition_entries;
    return find_log(pool, NULL, origin, 0, ret_log_id, &partition_entries);
}

/* Refuses a server or a session that would acknowledge what a power cut takes back. */
static int check_durable(struct store_log *log, int64_t deadline_us)
{
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_LOG_DURABLE, &STORE_PARAMS_INIT, deadline_us, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    bool durable = store_row_bool(&row);
    r = store_row_end(&row);
    return r < 0 ? r : durable ? 0 : -EPERM;
}

/* The log's row and first partition, made when it is new. */
static int open_row(struct store_log *log, int64_t deadline_us)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, log->origin);
    store_params_i64(&params, (int64_t) log->partition_entries);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    return call(log, STORE_STATEMENT_LOG_OPEN, &params, deadline_us, &result);
}

/* The lock ends with its session: when it is ours, whatever an earlier session of ours did is over. */
static int lock_log(struct store_log *log, int64_t deadline_us)
{
    struct store_params params = STORE_PARAMS_INIT;
    if (log->backend != 0) {
        store_params_i32(&params, log->backend);
        BASE_CLEANUP(store_result_clear) PGresult *terminated = NULL;
        int r = call(log, STORE_STATEMENT_LOG_TERMINATE, &params, deadline_us, &terminated);
        if (r < 0)
            return r;
    }
    params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_LOG_LOCK, &params, deadline_us, &result);
    if (r == -ETIMEDOUT && !log->connection->lost)
        return -EBUSY;
    return r;
}

/* The size of the newest head and, when asked for, the head. 1 (AUDIT_STORE_NONE): none. */
static int read_head(struct store_log *log, int64_t deadline_us, struct audit_head *ret_head)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_HEAD_READ, &params, deadline_us, &result);
    if (r < 0)
        return r;
    if (PQntuples(result) == 0)
        return AUDIT_STORE_NONE;
    struct store_row row = store_row_of(result, 0);
    uint64_t size = (uint64_t) store_row_i64(&row);
    const uint8_t *root = store_row_fixed(&row, AUDIT_HASH_BYTES);
    struct base_bytes checkpoint = store_row_bytes(&row);
    store_row_i64(&row); /* open_from */
    r = store_row_end(&row);
    if (r < 0)
        return r;
    if (!root || checkpoint.len > AUDIT_CHECKPOINT_MAX)
        return -EBADMSG;
    ret_head->size = size;
    memcpy(ret_head->root.bytes, root, AUDIT_HASH_BYTES);
    ret_head->checkpoint_len = checkpoint.len;
    memcpy(ret_head->checkpoint, checkpoint.data, checkpoint.len);
    return 0;
}

static int prepare_writing(struct store_log *log, int64_t deadline_us)
{
    int r = check_durable(log, deadline_us);
    if (r == 0)
        r = lock_log(log, deadline_us);
    if (r < 0)
        return r;
    log->backend = 0;
    struct audit_head head;
    r = read_head(log, deadline_us, &head);
    if (r < 0)
        return r;
    r = make_partitions(log, r == AUDIT_STORE_NONE ? 0 : head.size, deadline_us);
    return r < 0 ? r : read_opens(log, deadline_us);
}

static int open_log(struct store_log *log, int64_t deadline_us)
{
    int r = log->read_only ? 0 : open_row(log, deadline_us);
    if (r < 0)
        return r;
    int32_t log_id;
    r = find_log(NULL, log->connection, log->origin, deadline_us, &log_id, &log->partition_entries);
    if (r != 0)
        return r == STORE_NONE ? -ENOENT : r;
    log->log_id = log_id;
    return log->read_only ? 0 : prepare_writing(log, deadline_us);
}

static void drop_connection(struct store_log *log)
{
    if (!log->connection)
        return;
    memcpy(log->sqlstate, log->connection->sqlstate, STORE_SQLSTATE_MAX);
    int backend = PQbackendPID(log->connection->pg);
    if (backend != 0)
        log->backend = backend;
    store_connection_free(log->connection);
    log->connection = NULL;
}

static int log_connect(void *context)
{
    struct store_log *log = context;
    drop_connection(log);
    log->opens_known = false;
    log->partition_end = 0;
    int64_t deadline_us = deadline_of(log);
    int r = store_connection_open(log->conninfo, deadline_us, log->deadline_us, &log->connection, log->sqlstate);
    if (r < 0)
        return r;
    r = open_log(log, deadline_us);
    if (r < 0) {
        int backend = log->backend;
        drop_connection(log);
        log->backend = backend; /* this session held no lock */
    }
    return r;
}

static int log_head_read(void *context, struct audit_head *ret_head)
{
    struct store_log *log = context;
    return read_head(log, deadline_of(log), ret_head);
}

static int log_barrier(void *context)
{
    struct store_log *log = context;
    if (!log->connection)
        return -ENOTCONN;
    log->connection->warned = false;
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_LOG_BARRIER, &STORE_PARAMS_INIT, deadline_of(log), &result);
    return r < 0 ? r : log->connection->warned ? -EIO : 0;
}

static const struct audit_commit_result not_sent = {.commit = AUDIT_COMMIT_NOT_SENT, .culprit = AUDIT_CULPRIT_UNKNOWN};
static const struct audit_commit_result unknown = {.commit = AUDIT_COMMIT_UNKNOWN, .culprit = AUDIT_CULPRIT_UNKNOWN};
static const struct audit_commit_result done = {.commit = AUDIT_COMMIT_DONE, .culprit = AUDIT_CULPRIT_UNKNOWN};

/* All results up to the sync. Committed when none failed and no warning came. */
static struct audit_commit_result take_results(struct store_log *log, const struct audit_batch *batch,
                                               int64_t deadline_us)
{
    struct audit_commit_result outcome = done;
    bool failed = false;
    for (int statement = 0;;) {
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        if (store_connection_result(log->connection, deadline_us, &result) < 0)
            return failed ? outcome : unknown;
        if (!result) {
            if (PQstatus(log->connection->pg) == CONNECTION_BAD)
                return failed ? outcome : unknown;
            statement++;
            continue;
        }
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC)
            break;
        if (status == PGRES_FATAL_ERROR && !failed) {
            failed = true;
            store_connection_failure(log->connection, result);
            outcome = store_batch_classify(&log->scratch, batch, statement, result);
        }
    }
    if (!failed && log->connection->warned)
        return unknown;
    return outcome;
}

/* Counts the batch in, as if it were committed: opens_known is false until it is. */
static int track_opens(struct store_log *log, const struct audit_batch *batch)
{
    log->opens_known = false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = batch->entries[i]->beside;
        if (record->opens) {
            int r = store_opens_add(&log->opens, batch->prev_size + i);
            if (r < 0)
                return r;
        }
        if (record->concludes != STORE_SEQ_NONE)
            store_opens_conclude(&log->opens, record->concludes);
    }
    return 0;
}

/* What must stand before anything of the batch is sent. */
static int prepare_batch(struct store_log *log, const struct audit_batch *batch, int64_t deadline_us)
{
    if (log->read_only || !log->connection || log->connection->lost)
        return -ENOTCONN;
    int r = make_partitions(log, batch->head->size, deadline_us);
    if (r < 0 && (log->connection->lost || batch->head->size > log->partition_end))
        return r;
    if (!log->opens_known)
        r = read_opens(log, deadline_us);
    else
        r = 0;
    return r < 0 ? r : track_opens(log, batch);
}

static struct audit_commit_result log_batch_append(void *context, const struct audit_batch *batch)
{
    struct store_log *log = context;
    int64_t deadline_us = deadline_of(log);
    long misfit = store_batch_misfit(batch);
    if (misfit >= 0)
        return (struct audit_commit_result){.commit = AUDIT_COMMIT_REFUSED, .culprit = misfit,
                                            .refusal = AUDIT_REFUSAL_POISON};
    if (prepare_batch(log, batch, deadline_us) < 0)
        return not_sent;
    struct store_connection *connection = log->connection;
    connection->warned = false;
    uint64_t open_from = store_opens_least(&log->opens, batch->head->size);
    if (!PQenterPipelineMode(connection->pg) ||
        store_batch_send(&log->scratch, connection, log->log_id, batch, open_from) < 0) {
        connection->lost = true; /* without a sync the server commits nothing */
        return not_sent;
    }
    if (!PQpipelineSync(connection->pg)) {
        connection->lost = true;
        return unknown;
    }
    struct audit_commit_result outcome = take_results(log, batch, deadline_us);
    if (connection->lost || !PQexitPipelineMode(connection->pg))
        connection->lost = true;
    log->opens_known = outcome.commit == AUDIT_COMMIT_DONE;
    if (outcome.commit == AUDIT_COMMIT_NOT_SENT)
        log->partition_end = 0; /* asked again: a missing partition is among the reasons */
    return outcome;
}

/* Hashes of the full tiles of one level that belong to the open tile of the level above. */
static int read_open_tile(struct store_log *log, unsigned level, uint64_t size, audit_tile_visit *visit, void *context,
                          int64_t deadline_us)
{
    uint64_t end = size >> (8 * (level + 1)); /* full tiles of this level */
    uint64_t first = end & ~(uint64_t) (AUDIT_TILE_WIDTH - 1);
    if (first == end)
        return 0;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    store_params_i16(&params, (int16_t) level);
    store_params_i64(&params, (int64_t) first);
    store_params_i64(&params, (int64_t) end);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = call(log, STORE_STATEMENT_TILE_HASHES_READ, &params, deadline_us, &result);
    if (r < 0)
        return r;
    if ((uint64_t) PQntuples(result) != end - first)
        return -ENODATA;
    for (int i = 0; i < PQntuples(result); i++) {
        struct store_row row = store_row_of(result, i);
        struct audit_tile tile = {.level = level, .index = (uint64_t) store_row_i64(&row)};
        const uint8_t *hash = store_row_fixed(&row, AUDIT_HASH_BYTES);
        r = store_row_end(&row);
        if (r < 0)
            return r;
        if (!hash || tile.index != first + (uint64_t) i)
            return -ENODATA;
        memcpy(tile.hash.bytes, hash, AUDIT_HASH_BYTES);
        r = visit(context, &tile);
        if (r != 0)
            return r;
    }
    return 0;
}

/* One page of leaves. */
static int visit_entries(const PGresult *result, uint64_t first, uint64_t end, audit_entry_visit *visit, void *context)
{
    if ((uint64_t) PQntuples(result) != end - first)
        return -ENODATA;
    for (int i = 0; i < PQntuples(result); i++) {
        struct store_row row = store_row_of(result, i);
        uint64_t seq = (uint64_t) store_row_i64(&row);
        struct base_bytes leaf = store_row_bytes(&row);
        int r = store_row_end(&row);
        if (r < 0)
            return r;
        if (seq != first + (uint64_t) i)
            return -ENODATA;
        r = visit(context, seq, leaf);
        if (r != 0)
            return r;
    }
    return 0;
}

static void entries_params(struct store_params *params, int32_t log_id, uint64_t first, uint64_t end)
{
    *params = STORE_PARAMS_INIT;
    store_params_i32(params, log_id);
    store_params_i64(params, (int64_t) first);
    store_params_i64(params, (int64_t) end);
}

static int read_snapshot(struct store_log *log, struct audit_head *ret_head, audit_tile_visit *tile_visit,
                         audit_entry_visit *entry_visit, void *context, int64_t deadline_us)
{
    struct audit_head head;
    int r = read_head(log, deadline_us, &head);
    if (r != 0)
        return r;
    for (unsigned level = 0; level < 7; level++) {
        r = read_open_tile(log, level, head.size, tile_visit, context, deadline_us);
        if (r != 0)
            return r;
    }
    uint64_t first = head.size & ~(uint64_t) (AUDIT_TILE_WIDTH - 1);
    if (first < head.size) {
        struct store_params params;
        entries_params(&params, log->log_id, first, head.size);
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        r = call(log, STORE_STATEMENT_ENTRIES_READ, &params, deadline_us, &result);
        if (r == 0)
            r = visit_entries(result, first, head.size, entry_visit, context);
        if (r != 0)
            return r;
    }
    *ret_head = head;
    return 0;
}

static int log_snapshot_read(void *context, struct audit_head *ret_head, audit_tile_visit *tile_visit,
                             audit_entry_visit *entry_visit, void *visit_context)
{
    struct store_log *log = context;
    int64_t deadline_us = deadline_of(log);
    if (!log->connection)
        return -ENOTCONN;
    int r = store_connection_command(log->connection, "begin isolation level repeatable read, read only", deadline_us);
    if (r < 0)
        return r;
    r = read_snapshot(log, ret_head, tile_visit, entry_visit, visit_context, deadline_us);
    int ended = store_connection_command(log->connection, "rollback", deadline_us);
    return r != 0 ? r : ended;
}

static int log_tile_read(void *context, unsigned level, uint64_t index, struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
{
    struct store_log *log = context;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    store_params_i16(&params, (int16_t) level);
    store_params_i64(&params, (int64_t) index);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = log->log_id == 0 ? -ENOTCONN : store_pool_call(log->pool, STORE_STATEMENT_TILE_READ, &params, &result);
    if (r < 0)
        return r;
    if (PQntuples(result) == 0)
        return AUDIT_STORE_NONE;
    struct store_row row = store_row_of(result, 0);
    const uint8_t *hashes = store_row_fixed(&row, AUDIT_TILE_BYTES);
    r = store_row_end(&row);
    if (r < 0 || !hashes)
        return r < 0 ? r : -EBADMSG;
    memcpy(ret_hashes, hashes, AUDIT_TILE_BYTES);
    return 0;
}

static int log_entries_read(void *context, uint64_t first, uint64_t end, audit_entry_visit *visit, void *visit_context)
{
    struct store_log *log = context;
    if (log->log_id == 0)
        return -ENOTCONN;
    while (first < end) {
        uint64_t page_end = end - first > ENTRIES_PAGE ? first + ENTRIES_PAGE : end;
        struct store_params params;
        entries_params(&params, log->log_id, first, page_end);
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        int r = store_pool_call(log->pool, STORE_STATEMENT_ENTRIES_READ, &params, &result);
        if (r == 0)
            r = visit_entries(result, first, page_end, visit, visit_context);
        if (r != 0)
            return r;
        first = page_end;
    }
    return 0;
}

struct audit_store store_log_audit(struct store_log *log)
{
    return (struct audit_store){
        .context = log,
        .batch_append = log_batch_append,
        .connect = log_connect,
        .head_read = log_head_read,
        .barrier = log_barrier,
        .snapshot_read = log_snapshot_read,
        .tile_read = log_tile_read,
        .entries_read = log_entries_read,
    };
}
