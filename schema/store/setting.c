#include "schema/store/setting.h"

#include "schema/store/pool.h"

int store_settings_read(struct store_pool *pool, struct store_settings *ret_settings)
{
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, STORE_STATEMENT_SETTINGS_READ, &STORE_PARAMS_INIT, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    struct store_settings settings = {.absence_suspension_days = store_row_i64(&row)};
    settings.refusals_per_hour = store_row_i64(&row);
    r = store_row_end(&row);
    if (r == 0)
        *ret_settings = settings;
    return r;
}
