#include "schema/store/query.h"

#include "schema/store/columns.h"
#include "schema/store/pool.h"

#include <errno.h>

/* Columns of queries/query_find.sql. */
static int read_query(struct store_row *row, struct store_query *ret_query)
{
    struct store_query query = {.log_id = store_row_i32(row)};
    query.request_seq = (uint64_t) store_row_i64(row);
    query.at_us = store_row_time(row);
    store_row_copy(row, query.request_kind, sizeof(query.request_kind));
    query.service = store_row_i16_or(row, 0);
    store_row_copy(row, query.effect, sizeof(query.effect));
    store_row_copy(row, query.reasons, sizeof(query.reasons));
    query.opens = store_row_bool(row);
    query.conclusion_seq = (uint64_t) store_row_i64_or(row, (int64_t) STORE_SEQ_NONE);
    query.conclusion_at_us = store_row_time_or(row, 0);
    store_row_copy(row, query.conclusion_kind, sizeof(query.conclusion_kind));
    store_row_copy(row, query.conclusion_outcome, sizeof(query.conclusion_outcome));
    query.settled_seq = (uint64_t) store_row_i64_or(row, (int64_t) STORE_SEQ_NONE);
    query.settled_at_us = store_row_time_or(row, 0);
    store_row_copy(row, query.settled_outcome, sizeof(query.settled_outcome));
    int r = store_row_end(row);
    if (r == 0)
        *ret_query = query;
    return r;
}

int store_query_find(struct store_pool *pool, const char *iin, const uint8_t id[static BASE_UUID_BYTES], int part,
                     struct store_query *ret_query)
{
    if (part < 0 || part > INT16_MAX)
        return -EINVAL;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, iin);
    store_params_bytes(&params, base_bytes_of(id, BASE_UUID_BYTES));
    store_params_i16(&params, (int16_t) part);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_QUERY_FIND, &params, &result, &row);
    return r != 0 ? r : read_query(&row, ret_query);
}

int store_parts_find(struct store_pool *pool, const char *iin, const uint8_t id[static BASE_UUID_BYTES], int max,
                     store_part_visit *visit, void *context)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, iin);
    store_params_bytes(&params, base_bytes_of(id, BASE_UUID_BYTES));
    store_params_i32(&params, max);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, STORE_STATEMENT_PARTS_FIND, &params, &result);
    for (int i = 0; r == 0 && i < PQntuples(result); i++) {
        struct store_row row = store_row_of(result, i);
        struct store_query query;
        int part = store_row_i16(&row);
        r = read_query(&row, &query);
        if (r == 0)
            r = visit(context, part, &query);
    }
    return r;
}

static int visit_unfinished(const PGresult *result, int index, store_unfinished_visit *visit, void *context,
                            uint64_t *ret_seq)
{
    struct store_row row = store_row_of(result, index);
    struct store_unfinished unfinished = {.record = STORE_RECORD_INIT};
    store_columns_take(&row, &unfinished.seq, &unfinished.record, &unfinished.leaf);
    int r = store_row_end(&row);
    if (r < 0)
        return r;
    unfinished.at_us = unfinished.record.at_us;
    unfinished.kind = unfinished.record.kind;
    *ret_seq = unfinished.seq;
    return visit(context, &unfinished);
}

int store_unfinished_read(struct store_pool *pool, int32_t log_id, store_unfinished_visit *visit, void *context)
{
    enum { PAGE = 256 };
    int64_t after = -1;
    for (int rows = PAGE; rows == PAGE;) {
        struct store_params params = STORE_PARAMS_INIT;
        store_params_i32(&params, log_id);
        store_params_i64(&params, after);
        store_params_i64(&params, PAGE);
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        int r = store_pool_call(pool, STORE_STATEMENT_UNFINISHED_READ, &params, &result);
        if (r < 0)
            return r;
        rows = PQntuples(result);
        for (int i = 0; i < rows; i++) {
            uint64_t seq = 0;
            r = visit_unfinished(result, i, visit, context, &seq);
            if (r != 0)
                return r;
            after = (int64_t) seq;
        }
    }
    return 0;
}
