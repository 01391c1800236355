#include "schema/store/connection.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static void remember(struct store_connection *connection, const char *sqlstate)
{
    snprintf(connection->sqlstate, sizeof(connection->sqlstate), "%s", sqlstate ? sqlstate : "08006");
}

static int lose(struct store_connection *connection, int error)
{
    connection->lost = true;
    remember(connection, error == -ETIMEDOUT ? "57014" : "08006");
    return error;
}

/* Waits until the socket is ready. */
static int wait_socket(const struct store_connection *connection, short events, int64_t deadline_us)
{
    for (;;) {
        int64_t left_us = deadline_us - base_clock_monotonic_us();
        if (left_us <= 0)
            return -ETIMEDOUT;
        struct pollfd ready = {.fd = PQsocket(connection->pg), .events = events};
        int r = poll(&ready, 1, (int) ((left_us + 999) / 1000));
        if (r > 0)
            return 0;
        if (r < 0 && errno != EINTR)
            return -errno;
    }
}

/* libpq hands every notice to this: what counts is whether one is a warning. */
static void take_notice(void *context, const PGresult *result)
{
    struct store_connection *connection = context;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && strcmp(severity, "WARNING") == 0)
        connection->warned = true;
}

int store_connection_failure(struct store_connection *connection, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (!sqlstate || PQstatus(connection->pg) == CONNECTION_BAD)
        return lose(connection, -ENOTCONN);
    remember(connection, sqlstate);
    if (strcmp(sqlstate, "57014") == 0 || strcmp(sqlstate, "55P03") == 0)
        return -ETIMEDOUT; /* statement_timeout, lock_timeout: the connection stays usable */
    if (strcmp(sqlstate, "42501") == 0)
        return -EACCES;
    if (strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0)
        return -EINVAL;
    return -EIO;
}

int store_connection_result(struct store_connection *connection, int64_t deadline_us, PGresult **ret_result)
{
    PGconn *pg = connection->pg;
    while (PQisBusy(pg)) {
        int unsent = PQflush(pg);
        if (unsent < 0)
            return lose(connection, -ENOTCONN);
        int r = wait_socket(connection, (short) (unsent ? POLLIN | POLLOUT : POLLIN), deadline_us);
        if (r < 0)
            return lose(connection, r);
        if (!PQconsumeInput(pg))
            return lose(connection, -ENOTCONN);
    }
    *ret_result = PQgetResult(pg);
    return 0;
}

/* Takes all results of one command; keeps the one that matters. */
static int finish(struct store_connection *connection, int64_t deadline_us, PGresult **ret_result)
{
    BASE_CLEANUP(store_result_clear) PGresult *kept = NULL;
    int failure = 0;
    for (;;) {
        PGresult *result;
        int r = store_connection_result(connection, deadline_us, &result);
        if (r < 0)
            return r;
        if (!result)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (failure == 0 && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            failure = store_connection_failure(connection, result);
        PQclear(kept);
        kept = result;
    }
    if (failure < 0)
        return failure;
    if (!kept)
        return lose(connection, -ENOTCONN);
    *ret_result = BASE_TAKE(kept);
    return 0;
}

int store_connection_call(struct store_connection *connection, enum store_statement statement,
                          const struct store_params *params, int64_t deadline_us, PGresult **ret_result)
{
    if (params->error < 0)
        return params->error;
    if (connection->lost)
        return -ENOTCONN;
    if (!PQsendQueryPrepared(connection->pg, store_statements[statement].name, params->count, params->values,
                             params->lengths, params->formats, 1))
        return lose(connection, -ENOTCONN);
    return finish(connection, deadline_us, ret_result);
}

int store_connection_command(struct store_connection *connection, const char *sql, int64_t deadline_us)
{
    if (connection->lost)
        return -ENOTCONN;
    if (!PQsendQuery(connection->pg, sql))
        return lose(connection, -ENOTCONN);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    return finish(connection, deadline_us, &result);
}

bool store_connection_alive(struct store_connection *connection)
{
    if (connection->lost || PQstatus(connection->pg) != CONNECTION_OK)
        return false;
    struct pollfd ready = {.fd = PQsocket(connection->pg), .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0)
        return true;
    /* Something came unasked: a notice, or the end. */
    if (!PQconsumeInput(connection->pg) || PQstatus(connection->pg) != CONNECTION_OK)
        connection->lost = true;
    ready.revents = 0;
    if (!connection->lost && poll(&ready, 1, 0) > 0)
        connection->lost = true;
    return !connection->lost;
}

static int await_login(struct store_connection *connection, int64_t deadline_us)
{
    for (;;) {
        PostgresPollingStatusType state = PQconnectPoll(connection->pg);
        if (state == PGRES_POLLING_OK)
            return 0;
        if (state != PGRES_POLLING_READING && state != PGRES_POLLING_WRITING)
            return lose(connection, -ENOTCONN);
        int r = wait_socket(connection, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us);
        if (r < 0)
            return lose(connection, r);
    }
}

/* What each statement relies on, whatever the server's or the role's defaults are. */
static int configure(struct store_connection *connection, int64_t deadline_us, int64_t statement_timeout_us)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             /* Every query here goes by an index to few rows. Said outright, because a plan may be made while a table
              * is still small and is then kept. */
             "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; "
             "set search_path = pg_catalog; set default_transaction_isolation = 'read committed'; "
             "set default_transaction_read_only = off; set timezone = 'UTC'; "
             "set client_min_messages = warning; set statement_timeout = %lld; set lock_timeout = %lld",
             (long long) (statement_timeout_us / 1000), (long long) (statement_timeout_us / 2000 + 1));
    return store_connection_command(connection, sql, deadline_us);
}

/* All statements in one round trip. */
static int prepare(struct store_connection *connection, int64_t deadline_us)
{
    PGconn *pg = connection->pg;
    if (!PQenterPipelineMode(pg))
        return lose(connection, -ENOTCONN);
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++)
        if (!PQsendPrepare(pg, store_statements[i].name, store_statements[i].sql, 0, NULL))
            return lose(connection, -ENOTCONN);
    if (!PQpipelineSync(pg))
        return lose(connection, -ENOTCONN);
    int failure = 0;
    for (bool synced = false; !synced;) {
        PGresult *result;
        int r = store_connection_result(connection, deadline_us, &result);
        if (r < 0)
            return r;
        if (!result)
            continue;
        ExecStatusType status = PQresultStatus(result);
        synced = status == PGRES_PIPELINE_SYNC;
        if (status == PGRES_FATAL_ERROR && failure == 0)
            failure = store_connection_failure(connection, result);
        PQclear(result);
        if (connection->lost)
            return failure;
    }
    if (!PQexitPipelineMode(pg))
        return lose(connection, -ENOTCONN);
    /* A table, column or function that is not there, or a schema that may not be entered: not our database. */
    if (failure < 0)
        return strncmp(connection->sqlstate, "42", 2) == 0 || strncmp(connection->sqlstate, "3F", 2) == 0 ? -EPROTO
                                                                                                          : failure;
    return 0;
}

static int store_schema_version(struct store_connection *connection, int64_t deadline_us)
{
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_connection_call(connection, STORE_STATEMENT_SCHEMA_VERSION, &STORE_PARAMS_INIT, deadline_us, &result);
    if (r < 0)
        return r;
    struct store_row row = store_row_of(result, 0);
    int32_t version = store_row_i32_or(&row, 0);
    if (store_row_end(&row) < 0 || version != STORE_SCHEMA_VERSION)
        return -EPROTO;
    return 0;
}

static int open_session(struct store_connection *connection, const char *conninfo, int64_t deadline_us,
                        int64_t statement_timeout_us)
{
    const char *keywords[] = {"dbname", "client_encoding", "fallback_application_name", NULL};
    const char *values[] = {conninfo, "UTF8", "qao", NULL};
    connection->pg = PQconnectStartParams(keywords, values, 1);
    if (!connection->pg)
        return -ENOMEM;
    if (PQstatus(connection->pg) == CONNECTION_BAD)
        return lose(connection, -ENOTCONN);
    PQsetNoticeReceiver(connection->pg, take_notice, connection);
    int r = await_login(connection, deadline_us);
    if (r == 0 && PQsetnonblocking(connection->pg, 1) != 0)
        r = -ENOTCONN;
    if (r == 0)
        r = configure(connection, deadline_us, statement_timeout_us);
    if (r == 0)
        r = prepare(connection, deadline_us);
    if (r == 0)
        r = store_schema_version(connection, deadline_us);
    return r;
}

static void free_connection(struct store_connection **connection)
{
    store_connection_free(*connection);
}

int store_connection_open(const char *conninfo, int64_t deadline_us, int64_t statement_timeout_us,
                          struct store_connection **ret_connection, char ret_sqlstate[static STORE_SQLSTATE_MAX])
{
    BASE_CLEANUP(free_connection) struct store_connection *connection = calloc(1, sizeof(*connection));
    if (!connection)
        return -ENOMEM;
    int r = open_session(connection, conninfo, deadline_us, statement_timeout_us);
    if (r < 0) {
        memcpy(ret_sqlstate, connection->sqlstate, STORE_SQLSTATE_MAX);
        return r;
    }
    *ret_connection = BASE_TAKE(connection);
    return 0;
}

void store_connection_free(struct store_connection *connection)
{
    if (!connection)
        return;
    PQfinish(connection->pg);
    free(connection);
}
