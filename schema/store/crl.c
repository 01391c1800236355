#include "schema/store/crl.h"

#include "schema/store/pool.h"

#include <errno.h>

int store_crl_put(struct store_pool *pool, const struct store_crl *crl)
{
    if (crl->der.len == 0 || crl->der.len > STORE_CRL_MAX)
        return -EINVAL;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_bytes(&params, base_bytes_of(crl->digest, STORE_DIGEST_BYTES));
    store_params_bytes(&params, crl->issuer);
    store_params_time(&params, crl->this_update_us);
    store_params_time(&params, crl->next_update_us);
    store_params_bytes(&params, crl->der);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    return store_pool_call(pool, STORE_STATEMENT_CRL_PUT, &params, &result);
}

int store_crl_read(struct store_pool *pool, const uint8_t digest[static STORE_DIGEST_BYTES], struct base_buffer *out)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_bytes(&params, base_bytes_of(digest, STORE_DIGEST_BYTES));
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_CRL_READ, &params, &result, &row);
    if (r != 0)
        return r;
    struct base_bytes der = store_row_bytes(&row);
    r = store_row_end(&row);
    return r < 0 ? r : base_buffer_append(out, der);
}
