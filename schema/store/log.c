#include "schema/store/log.h"

#include "schema/store/log_state.h"

#include <errno.h>
#include <stdlib.h>

static void free_log(struct store_log **log)
{
    store_log_free(*log);
}

int store_log_new(const struct store_log_config *config, struct store_pool *pool, struct store_log **ret_log)
{
    if (config->deadline_us < 1000 || config->origin[0] == '\0')
        return -EINVAL;
    BASE_CLEANUP(free_log) struct store_log *log = calloc(1, sizeof(*log));
    if (!log)
        return -ENOMEM;
    store_batch_init(&log->scratch);
    log->read_only = config->read_only;
    log->deadline_us = config->deadline_us;
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

int store_log_call(struct store_log *log, enum store_statement statement, const struct store_params *params,
                   int64_t deadline_us, PGresult **ret_result)
{
    return log->connection ? store_connection_call(log->connection, statement, params, deadline_us, ret_result)
                           : -ENOTCONN;
}

/* Makes partitions so that at least half of one is ahead of size. */
int store_log_partition_make(struct store_log *log, uint64_t size, int64_t deadline_us)
{
    if (size + log->partition_entries / 2 < log->partition_end)
        return 0;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    store_params_i64(&params, (int64_t) (size + log->partition_entries / 2));
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_log_call(log, STORE_STATEMENT_LOG_PARTITION_MAKE, &params, deadline_us, &result);
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
int store_open_read(struct store_log *log, int64_t deadline_us)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_log_call(log, STORE_STATEMENT_OPEN_READ, &params, deadline_us, &result);
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

int store_log_newest(struct store_pool *pool, int32_t log_id, int64_t *ret_at_us)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_LOG_NEWEST, &params, &result, &row);
    if (r != 0)
        return r;
    int64_t at_us = store_row_time(&row);
    r = store_row_end(&row);
    if (r == 0)
        *ret_at_us = at_us;
    return r;
}

/* Refuses a server or a session that would acknowledge what a power cut takes back. */
static int store_log_durable(struct store_log *log, int64_t deadline_us)
{
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_log_call(log, STORE_STATEMENT_LOG_DURABLE, &STORE_PARAMS_INIT, deadline_us, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    bool durable = store_row_bool(&row);
    r = store_row_end(&row);
    return r < 0 ? r : durable ? 0 : -EPERM;
}

/* Ends the session before, which may still be at work on a batch whose answer was not heard. */
static int store_log_terminate(struct store_log *log, int64_t deadline_us)
{
    if (log->backend == 0)
        return 0;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->backend);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    return store_log_call(log, STORE_STATEMENT_LOG_TERMINATE, &params, deadline_us, &result);
}

/* The lock ends with its session: when it is ours, whatever an earlier session of ours did is over. */
static int store_log_lock(struct store_log *log, int64_t deadline_us)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_log_call(log, STORE_STATEMENT_LOG_LOCK, &params, deadline_us, &result);
    if (r == -ETIMEDOUT && !log->connection->lost)
        return -EBUSY;
    return r;
}

static int prepare_writing(struct store_log *log, int64_t deadline_us)
{
    int r = store_log_durable(log, deadline_us);
    if (r == 0)
        r = store_log_terminate(log, deadline_us);
    if (r == 0)
        r = store_log_lock(log, deadline_us);
    if (r < 0)
        return r;
    log->backend = 0;
    struct audit_head head;
    r = store_head_read(log, deadline_us, &head);
    if (r < 0)
        return r;
    r = store_log_partition_make(log, r == AUDIT_STORE_NONE ? 0 : head.size, deadline_us);
    return r < 0 ? r : store_open_read(log, deadline_us);
}

static int open_log(struct store_log *log, int64_t deadline_us)
{
    int32_t log_id;
    int r = find_log(NULL, log->connection, log->origin, deadline_us, &log_id, &log->partition_entries);
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
    int64_t deadline_us = store_log_deadline(log);
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

static int store_log_barrier(void *context)
{
    struct store_log *log = context;
    if (!log->connection)
        return -ENOTCONN;
    log->connection->warned = false;
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_log_call(log, STORE_STATEMENT_LOG_BARRIER, &STORE_PARAMS_INIT, store_log_deadline(log), &result);
    return r < 0 ? r : log->connection->warned ? -EIO : 0;
}

struct audit_store store_log_audit(struct store_log *log)
{
    return (struct audit_store){
        .context = log,
        .batch_append = store_log_append,
        .connect = log_connect,
        .head_read = store_log_head,
        .barrier = store_log_barrier,
        .snapshot_read = store_log_snapshot,
        .tile_read = store_tile_read,
        .entries_read = store_entries_read,
    };
}
