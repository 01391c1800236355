/* Calls by way of the pool. Inner part of the store: not for other rooms. */
#ifndef SCHEMA_STORE_POOL_H
#define SCHEMA_STORE_POOL_H

#include "schema/store/connection.h"

/* Borrows a connection, runs the statement, gives the connection back. The result is the caller's. */
int store_pool_call(struct store_pool *pool, enum store_statement statement, const struct store_params *params,
                    PGresult **ret_result) BASE_MUST_USE;

/* The same for a statement that gives one row or none: the row is ready to be read, while the result is kept. STORE_NONE:
 * no row. */
int store_pool_row(struct store_pool *pool, enum store_statement statement, const struct store_params *params,
                   PGresult **ret_result, struct store_row *ret_row) BASE_MUST_USE;

#endif
