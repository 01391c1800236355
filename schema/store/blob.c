#include "schema/store/blob.h"

#include "schema/store/pool.h"

#include <errno.h>

int store_blob_put(struct store_pool *pool, const uint8_t digest[static STORE_DIGEST_BYTES], struct base_bytes sealed,
                   int64_t *ret_large)
{
    if (sealed.len == 0 || sealed.len > STORE_BLOB_MAX)
        return -EINVAL;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_bytes(&params, base_bytes_of(digest, STORE_DIGEST_BYTES));
    store_params_bytes(&params, sealed);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, STORE_STATEMENT_BLOB_PUT, &params, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    int64_t large = store_row_i64(&row);
    r = store_row_end(&row);
    if (r == 0)
        *ret_large = large;
    return r;
}

int store_blob_read(struct store_pool *pool, int32_t log_id, uint64_t seq, const char *kind, struct base_buffer *out,
                    uint8_t ret_digest[static STORE_DIGEST_BYTES])
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log_id);
    store_params_i64(&params, (int64_t) seq);
    store_params_text(&params, kind);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_BLOB_READ, &params, &result, &row);
    if (r != 0)
        return r;
    const uint8_t *digest = store_row_fixed(&row, STORE_DIGEST_BYTES);
    struct base_bytes content = store_row_bytes(&row);
    r = store_row_end(&row);
    if (r == 0 && !digest)
        r = -EBADMSG;
    if (r == 0)
        r = base_buffer_append(out, content);
    if (r == 0)
        memcpy(ret_digest, digest, STORE_DIGEST_BYTES);
    return r;
}

int store_blob_large_read(struct store_pool *pool, int64_t large, struct base_buffer *out)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i64(&params, large);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_BLOB_LARGE_READ, &params, &result, &row);
    if (r != 0)
        return r;
    struct base_bytes content = store_row_bytes(&row);
    r = store_row_end(&row);
    return r < 0 ? r : base_buffer_append(out, content);
}
