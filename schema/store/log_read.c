#include "schema/store/log_state.h"

#include <errno.h>

enum { ENTRIES_PAGE = 256 };

/* The size of the newest head and, when asked for, the head. 1 (AUDIT_STORE_NONE): none. */
int store_head_read(struct store_log *log, int64_t deadline_us, struct audit_head *ret_head)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log->log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_log_call(log, STORE_STATEMENT_HEAD_READ, &params, deadline_us, &result);
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

int store_log_head(void *context, struct audit_head *ret_head)
{
    struct store_log *log = context;
    return store_head_read(log, store_log_deadline(log), ret_head);
}

/* Hashes of the full tiles of one level that belong to the open tile of the level above. */
static int store_tile_hashes_read(struct store_log *log, unsigned level, uint64_t size, audit_tile_visit *visit,
                                  void *context, int64_t deadline_us)
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
    int r = store_log_call(log, STORE_STATEMENT_TILE_HASHES_READ, &params, deadline_us, &result);
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
    int r = store_head_read(log, deadline_us, &head);
    if (r != 0)
        return r;
    for (unsigned level = 0; level < 7; level++) {
        r = store_tile_hashes_read(log, level, head.size, tile_visit, context, deadline_us);
        if (r != 0)
            return r;
    }
    uint64_t first = head.size & ~(uint64_t) (AUDIT_TILE_WIDTH - 1);
    if (first < head.size) {
        struct store_params params;
        entries_params(&params, log->log_id, first, head.size);
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        r = store_log_call(log, STORE_STATEMENT_ENTRIES_READ, &params, deadline_us, &result);
        if (r == 0)
            r = visit_entries(result, first, head.size, entry_visit, context);
        if (r != 0)
            return r;
    }
    *ret_head = head;
    return 0;
}

int store_log_snapshot(void *context, struct audit_head *ret_head, audit_tile_visit *tile_visit,
                       audit_entry_visit *entry_visit, void *visit_context)
{
    struct store_log *log = context;
    int64_t deadline_us = store_log_deadline(log);
    if (!log->connection)
        return -ENOTCONN;
    int r = store_connection_command(log->connection, "begin isolation level repeatable read, read only", deadline_us);
    if (r < 0)
        return r;
    r = read_snapshot(log, ret_head, tile_visit, entry_visit, visit_context, deadline_us);
    int ended = store_connection_command(log->connection, "rollback", deadline_us);
    return r != 0 ? r : ended;
}

int store_tile_read(void *context, unsigned level, uint64_t index, struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
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

int store_entries_read(void *context, uint64_t first, uint64_t end, audit_entry_visit *visit, void *visit_context)
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
