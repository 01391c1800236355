#include "schema/store/columns.h"

#include "schema/store/pool.h"
#include "schema/store/query.h"

#include <errno.h>

void store_columns_take(struct store_row *row, uint64_t *ret_seq, struct store_record *ret_record,
                        struct base_bytes *ret_leaf)
{
    *ret_seq = (uint64_t) store_row_i64(row);
    struct store_record record = {.at_us = store_row_time(row)};
    record.kind = store_row_text(row);
    record.iin = store_row_text(row);
    record.id = store_row_fixed(row, BASE_UUID_BYTES);
    record.part = store_row_i16_or(row, 0);
    record.body = store_row_text(row);
    record.unit = store_row_text(row);
    record.role = store_row_i16_or(row, 0);
    record.service = store_row_i16_or(row, 0);
    record.basis = store_row_text(row);
    record.duty = store_row_text(row);
    record.article = store_row_text(row);
    record.case_number = store_row_text(row);
    record.effect = store_row_text(row);
    record.outcome = store_row_text(row);
    record.reasons = store_row_text(row);
    record.confirm.registration = store_row_i64_or(row, 0);
    record.confirm.version = store_row_i32_or(row, 0);
    record.opens = store_row_bool(row);
    record.concludes = (uint64_t) store_row_i64_or(row, (int64_t) STORE_SEQ_NONE);
    *ret_leaf = store_row_bytes(row);
    *ret_record = record;
}

/* What lies beside one entry, copied out of the row's arrays. */
struct beside {
    struct store_subject subjects[STORE_RECORD_SUBJECTS_MAX];
    size_t kids, macs;
    struct store_blob blobs[STORE_RECORD_BLOBS_MAX];
    char kinds[STORE_RECORD_BLOBS_MAX][STORE_NAME_MAX];
    size_t kind_count, digests, larges;
};

static uint64_t big_endian(struct base_bytes bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

static int take_kid(void *context, size_t index, struct base_bytes element)
{
    struct beside *beside = context;
    if (index >= STORE_RECORD_SUBJECTS_MAX || element.len != 4)
        return -EBADMSG;
    beside->subjects[index].kid = (uint32_t) big_endian(element);
    beside->kids = index + 1;
    return 0;
}

static int take_mac(void *context, size_t index, struct base_bytes element)
{
    struct beside *beside = context;
    if (index >= STORE_RECORD_SUBJECTS_MAX || element.len != sizeof(beside->subjects[0].mac))
        return -EBADMSG;
    memcpy(beside->subjects[index].mac, element.data, element.len);
    beside->macs = index + 1;
    return 0;
}

static int take_kind(void *context, size_t index, struct base_bytes element)
{
    struct beside *beside = context;
    if (index >= STORE_RECORD_BLOBS_MAX || element.len >= STORE_NAME_MAX)
        return -EBADMSG;
    memcpy(beside->kinds[index], element.data, element.len);
    beside->kinds[index][element.len] = '\0';
    beside->blobs[index] = (struct store_blob){.kind = beside->kinds[index]};
    beside->kind_count = index + 1;
    return 0;
}

static int take_digest(void *context, size_t index, struct base_bytes element)
{
    struct beside *beside = context;
    if (index >= beside->kind_count || element.len != STORE_DIGEST_BYTES)
        return -EBADMSG;
    memcpy(beside->blobs[index].digest, element.data, element.len);
    beside->digests = index + 1;
    return 0;
}

static int take_large(void *context, size_t index, struct base_bytes element)
{
    struct beside *beside = context;
    if (index >= beside->kind_count || element.len != 8)
        return -EBADMSG;
    beside->blobs[index].large = (int64_t) big_endian(element);
    beside->larges = index + 1;
    return 0;
}

/* Columns of queries/columns_read.sql. */
static int visit_columns(const PGresult *result, int index, uint64_t expected, store_columns_visit *visit,
                         void *context)
{
    struct store_row row = store_row_of(result, index);
    struct beside beside = {.kids = 0};
    struct store_record record;
    struct base_bytes leaf;
    uint64_t seq;
    store_columns_take(&row, &seq, &record, &leaf);
    record.claims = store_row_bool(&row);
    bool conclusion_there = store_row_bool(&row);
    store_row_array(&row, take_kid, &beside);
    store_row_array(&row, take_mac, &beside);
    store_row_array(&row, take_kind, &beside);
    store_row_array(&row, take_digest, &beside);
    store_row_array(&row, take_large, &beside);
    const struct store_act_kept act = {.leaf = store_row_fixed(&row, STORE_DIGEST_BYTES),
                                       .digest = store_row_fixed(&row, STORE_DIGEST_BYTES)};
    int r = store_row_end(&row);
    if (r < 0)
        return r;
    if (beside.kids != beside.macs || beside.kind_count != beside.digests || beside.kind_count != beside.larges)
        return -EBADMSG;
    if (seq != expected || !conclusion_there)
        return -ENODATA;
    record.subjects = beside.subjects;
    record.subject_count = beside.kids;
    record.blobs = beside.blobs;
    record.blob_count = beside.kind_count;
    return visit(context, seq, leaf, &record, act.leaf ? &act : NULL);
}

int store_columns_read(struct store_pool *pool, int32_t log_id, uint64_t first, uint64_t end,
                       store_columns_visit *visit, void *context)
{
    enum { PAGE = 512 };
    while (first < end) {
        uint64_t page_end = end - first > PAGE ? first + PAGE : end;
        struct store_params params = STORE_PARAMS_INIT;
        store_params_i32(&params, log_id);
        store_params_i64(&params, (int64_t) first);
        store_params_i64(&params, (int64_t) page_end);
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        int r = store_pool_call(pool, STORE_STATEMENT_COLUMNS_READ, &params, &result);
        if (r < 0)
            return r;
        for (int i = 0; i < PQntuples(result); i++) {
            r = visit_columns(result, i, first + (uint64_t) i, visit, context);
            if (r != 0)
                return r;
        }
        if ((uint64_t) PQntuples(result) != page_end - first)
            return -ENODATA;
        first = page_end;
    }
    return 0;
}

int store_act_strays_count(struct store_pool *pool, int32_t log_id, int64_t *ret_count)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log_id);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, STORE_STATEMENT_ACT_STRAYS_COUNT, &params, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    int64_t count = store_row_i64(&row);
    r = store_row_end(&row);
    if (r == 0)
        *ret_count = count;
    return r;
}
