#include "schema/store/pool.h"

#include "base/clock.h"
#include "base/wait.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { CONNECTIONS_MAX = 64 };

struct store_pool {
    char *conninfo;
    int64_t deadline_us;
    pthread_mutex_t mutex;
    pthread_cond_t returned;
    char sqlstate[STORE_SQLSTATE_MAX];
    unsigned idle_count, borrowed_count, max;
    struct store_connection *idle[CONNECTIONS_MAX]; /* used as a stack: the newest is the warmest */
};

/* A free place in the pool, with the idle connection that was in it, or NULL for one that must be made. */
static int borrow_place(struct store_pool *pool, int64_t deadline_us, struct store_connection **ret_connection)
{
    pthread_mutex_lock(&pool->mutex);
    int r = 0;
    while (pool->borrowed_count == pool->max && r == 0)
        r = base_wait_until(&pool->returned, &pool->mutex, deadline_us);
    if (pool->borrowed_count < pool->max) {
        r = 0;
        pool->borrowed_count++;
        *ret_connection = pool->idle_count > 0 ? pool->idle[--pool->idle_count] : NULL;
    }
    pthread_mutex_unlock(&pool->mutex);
    return r == BASE_WAIT_OVER ? -ETIMEDOUT : 0;
}

/* Gives the place back with its connection, NULL when there is none to keep. */
static void return_place(struct store_pool *pool, struct store_connection *take_connection,
                         const char sqlstate[static STORE_SQLSTATE_MAX])
{
    pthread_mutex_lock(&pool->mutex);
    if (sqlstate[0] != '\0')
        memcpy(pool->sqlstate, sqlstate, STORE_SQLSTATE_MAX);
    pool->borrowed_count--;
    if (take_connection)
        pool->idle[pool->idle_count++] = take_connection;
    pthread_cond_signal(&pool->returned);
    pthread_mutex_unlock(&pool->mutex);
}

int store_pool_call(struct store_pool *pool, enum store_statement statement, const struct store_params *params,
                    PGresult **ret_result)
{
    int64_t deadline_us = base_clock_monotonic_us() + pool->deadline_us;
    struct store_connection *connection = NULL;
    int r = borrow_place(pool, deadline_us, &connection);
    if (r < 0)
        return r;
    char sqlstate[STORE_SQLSTATE_MAX] = "";
    if (connection && !store_connection_alive(connection)) {
        store_connection_free(connection);
        connection = NULL;
    }
    if (!connection)
        r = store_connection_open(pool->conninfo, deadline_us, pool->deadline_us, &connection, sqlstate);
    if (r == 0)
        r = store_connection_call(connection, statement, params, deadline_us, ret_result);
    if (r < 0 && connection)
        memcpy(sqlstate, connection->sqlstate, STORE_SQLSTATE_MAX);
    if (connection && connection->lost) {
        store_connection_free(connection);
        connection = NULL;
    }
    return_place(pool, connection, sqlstate);
    return r;
}

int store_pool_row(struct store_pool *pool, enum store_statement statement, const struct store_params *params,
                   PGresult **ret_result, struct store_row *ret_row)
{
    int r = store_pool_call(pool, statement, params, ret_result);
    if (r < 0)
        return r;
    if (PQntuples(*ret_result) == 0)
        return STORE_NONE;
    *ret_row = store_row_of(*ret_result, 0);
    return 0;
}

static void free_pool(struct store_pool **pool)
{
    store_pool_free(*pool);
}

int store_pool_new(const struct store_pool_config *config, struct store_pool **ret_pool)
{
    if (config->connections < 1 || config->connections > CONNECTIONS_MAX || config->deadline_us < 1000 ||
        config->deadline_us > INT64_C(600000000))
        return -EINVAL;
    BASE_CLEANUP(free_pool) struct store_pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return -ENOMEM;
    pool->max = config->connections;
    pool->deadline_us = config->deadline_us;
    pthread_mutex_init(&pool->mutex, NULL);
    base_wait_init(&pool->returned);
    pool->conninfo = strdup(config->conninfo);
    if (!pool->conninfo)
        return -ENOMEM;
    int r = store_pool_check(pool);
    if (r < 0)
        return r;
    *ret_pool = BASE_TAKE(pool);
    return 0;
}

void store_pool_free(struct store_pool *pool)
{
    if (!pool)
        return;
    for (unsigned i = 0; i < pool->idle_count; i++)
        store_connection_free(pool->idle[i]);
    pthread_cond_destroy(&pool->returned);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->conninfo);
    free(pool);
}

void store_pool_error(struct store_pool *pool, char ret_sqlstate[static STORE_SQLSTATE_MAX])
{
    pthread_mutex_lock(&pool->mutex);
    memcpy(ret_sqlstate, pool->sqlstate, STORE_SQLSTATE_MAX);
    pthread_mutex_unlock(&pool->mutex);
}

int store_pool_check(struct store_pool *pool)
{
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    return store_pool_call(pool, STORE_STATEMENT_POOL_CHECK, &STORE_PARAMS_INIT, &result);
}
