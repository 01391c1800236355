/* One connection on which every statement is prepared, never waiting past a deadline. Inner part of the store: not for
 * other rooms. One thread at a time. Deadlines are points of base_clock_monotonic_us(). */
#ifndef SCHEMA_STORE_CONNECTION_H
#define SCHEMA_STORE_CONNECTION_H

#include "schema/store/params.h"
#include "schema/store/row.h"
#include "schema/store/statements.h"

#include <libpq-fe.h>

struct store_connection {
    PGconn *pg;
    bool lost;                         /* of no more use: close it */
    bool warned;                       /* a WARNING came since this was last set to false */
    char sqlstate[STORE_SQLSTATE_MAX]; /* of the newest failure */
};

/* statement_timeout_us also ends a statement on the server's side, so that a caller that gave up leaves nothing
 * running; a lock is waited for half as long. -ENOTCONN, -ETIMEDOUT, -EPROTO (another schema version), -ENOMEM; then
 * ret_sqlstate, when given, says why. */
int store_connection_open(const char *conninfo, int64_t deadline_us, int64_t statement_timeout_us,
                          struct store_connection **ret_connection,
                          char ret_sqlstate[static STORE_SQLSTATE_MAX]) BASE_MUST_USE;
void store_connection_free(struct store_connection *connection);

/* Runs one statement. The result (freed by the caller with PQclear) is of a statement that succeeded. Errors as in
 * store.h; after -ENOTCONN and -ETIMEDOUT the connection is lost. */
int store_connection_call(struct store_connection *connection, enum store_statement statement,
                          const struct store_params *params, int64_t deadline_us, PGresult **ret_result) BASE_MUST_USE;

/* Runs a command without parameters or result: "begin …", "commit". */
int store_connection_command(struct store_connection *connection, const char *sql, int64_t deadline_us) BASE_MUST_USE;

/* The next result of what was sent; *ret_result is NULL where one statement's results end. */
int store_connection_result(struct store_connection *connection, int64_t deadline_us,
                            PGresult **ret_result) BASE_MUST_USE;

/* The errno of a failed result, its SQLSTATE remembered. */
int store_connection_failure(struct store_connection *connection, const PGresult *result);

/* False when the server has hung up while nothing was asked of it. */
bool store_connection_alive(struct store_connection *connection);

static inline void store_result_clear(PGresult **result)
{
    PQclear(*result);
}

#endif
