#include "schema/store/act.h"

#include "schema/store/pool.h"

#include <errno.h>

/* Appends the one text of a statement. STORE_NONE: null. */
static int text_read(struct store_pool *pool, enum store_statement statement, const struct store_params *params,
                     struct base_buffer *out)
{
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, statement, params, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    const char *text = store_row_text(&row);
    r = store_row_end(&row);
    if (r < 0)
        return r;
    return text ? base_buffer_append_text(out, text) : STORE_NONE;
}

/* Reasons by name, of a statement with one parameter. */
static int reasons_read(struct store_pool *pool, enum store_statement statement, const char *text,
                        struct store_names *ret_reasons)
{
    struct store_params params = STORE_PARAMS_INIT;
    struct store_names reasons = {.count = 0};
    store_params_text(&params, text);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, statement, &params, &result);
    if (r < 0)
        return r;
    if (PQntuples(result) != 1 || PQgetisnull(result, 0, 0))
        return -EBADMSG; /* silence is no permission */
    struct store_row row = store_row_of(result, 0);
    store_row_names(&row, &reasons);
    r = store_row_end(&row);
    if (r == 0)
        *ret_reasons = reasons;
    return r;
}

int store_act_check(struct store_pool *pool, const char *envelope, struct store_names *ret_reasons)
{
    return reasons_read(pool, STORE_STATEMENT_ACT_CHECK, envelope, ret_reasons);
}

int store_person_check(struct store_pool *pool, const char *reader, struct store_names *ret_reasons)
{
    return reasons_read(pool, STORE_STATEMENT_PERSON_CHECK, reader, ret_reasons);
}

int store_registry_read(struct store_pool *pool, const char *collection, const char *reader, const char *filter,
                        struct base_buffer *out)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, collection);
    store_params_text(&params, reader);
    store_params_text(&params, filter);
    int r = text_read(pool, STORE_STATEMENT_REGISTRY_READ, &params, out);
    if (r == -EIO) {
        char sqlstate[STORE_SQLSTATE_MAX];
        store_pool_error(pool, sqlstate);
        return strcmp(sqlstate, "QAO08") == 0 ? -EINVAL : r;
    }
    return r;
}

int store_upload_put(struct store_pool *pool, const char *iin, const char *bin, const struct store_upload *upload)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, iin);
    store_params_text(&params, bin);
    store_params_bytes(&params, base_bytes_of(upload->digest, STORE_DIGEST_BYTES));
    store_params_text(&params, upload->type);
    store_params_i32(&params, upload->bytes);
    store_params_i64(&params, upload->large);
    store_params_time(&params, upload->at_us);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    return store_pool_call(pool, STORE_STATEMENT_UPLOAD_PUT, &params, &result);
}

int store_upload_find(struct store_pool *pool, const char *iin, const uint8_t digest[static STORE_DIGEST_BYTES],
                      const char *type, struct store_upload *ret_upload)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, iin);
    store_params_bytes(&params, base_bytes_of(digest, STORE_DIGEST_BYTES));
    store_params_text(&params, type);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_UPLOAD_FIND, &params, &result, &row);
    if (r != 0)
        return r;
    struct store_upload upload = {.digest = digest, .type = type, .bytes = store_row_i32(&row)};
    upload.large = store_row_i64(&row);
    upload.at_us = store_row_time(&row);
    r = store_row_end(&row);
    if (r == 0)
        *ret_upload = upload;
    return r;
}

int store_scan_find(struct store_pool *pool, const char *reader, const uint8_t application[static BASE_UUID_BYTES],
                    struct store_scan *ret_scan)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, reader);
    store_params_bytes(&params, base_bytes_of(application, BASE_UUID_BYTES));
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_SCAN_FIND, &params, &result, &row);
    if (r != 0)
        return r;
    struct store_scan scan;
    const uint8_t *digest = store_row_fixed(&row, STORE_DIGEST_BYTES);
    store_row_copy(&row, scan.type, sizeof(scan.type));
    scan.bytes = store_row_i32(&row);
    scan.large = store_row_i64(&row);
    r = store_row_end(&row);
    if (r < 0 || !digest)
        return r < 0 ? r : -EBADMSG;
    memcpy(scan.digest, digest, sizeof(scan.digest));
    *ret_scan = scan;
    return 0;
}

int store_absence_find(struct store_pool *pool, int64_t at_us, int32_t acts_max, struct base_buffer *out)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_time(&params, at_us);
    store_params_i32(&params, acts_max);
    return text_read(pool, STORE_STATEMENT_ABSENCE_FIND, &params, out);
}

int store_import_check(struct store_pool *pool, const char *importer, const char *rows, struct base_buffer *out)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, importer);
    store_params_text(&params, rows);
    return text_read(pool, STORE_STATEMENT_IMPORT_CHECK, &params, out);
}

int store_import_mark(struct store_pool *pool, struct base_buffer *out)
{
    int r = text_read(pool, STORE_STATEMENT_IMPORT_MARK, &STORE_PARAMS_INIT, out);
    return r == STORE_NONE ? -EBADMSG : r;
}

int store_import_find(struct store_pool *pool, struct base_buffer *out)
{
    return text_read(pool, STORE_STATEMENT_IMPORT_FIND, &STORE_PARAMS_INIT, out);
}
