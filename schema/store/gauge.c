#include "schema/store/gauge.h"

#include "schema/store/pool.h"

int store_gauges_read(struct store_pool *pool, int64_t at_us, struct store_gauges *ret_gauges)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_time(&params, at_us);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, STORE_STATEMENT_GAUGES_READ, &params, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    struct store_gauges gauges = {.applications = store_row_i64(&row)};
    gauges.overdue = store_row_i64(&row);
    gauges.violations = store_row_i64(&row);
    gauges.incidents = store_row_i64(&row);
    r = store_row_end(&row);
    if (r == 0)
        *ret_gauges = gauges;
    return r;
}
