/* The SQL adapter: one parameterised, prepared statement for each service over libpq, never waiting longer than the
 * call's deadline. Values travel as parameters and are never part of a statement. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "gateway/adapters/adapter.h"
#include "gateway/adapters/sql_row.h"

enum {
    CONNINFO_KEYS_MAX = 64,
    IDLE_READS_MAX = 16,
    RECEIVED_MAX = 2 * LINK_RECORDS_MAX, /* bytes on the wire of one answer, white space included */
};

struct sql_registry {
    char *conninfo;
};

struct sql_service {
    char *statement;
    char *settle; /* its one parameter is the query's id; empty where the registry cannot be asked */
};

/* A service has two statements. */
enum statement { STATEMENT_ASK = 0, STATEMENT_SETTLE, STATEMENT_COUNT };

struct adapter_line {
    const struct adapter_registry_settings *settings;
    PGconn *pg; /* NULL when not connected */
    bool prepared[ADAPTER_SERVICE_COUNT + 1][STATEMENT_COUNT];
};

/* How an exchange ended. */
enum end {
    END_LOST = 0, /* the connection broke */
    END_DEADLINE,
    END_ERROR,  /* the registry said so: sqlstate */
    END_EXCESS, /* more records or bytes than allowed */
    END_MISFIT, /* rows that are no records */
    END_DONE,   /* complete, and the transaction committed */
};

struct exchange {
    PGconn *pg;
    int64_t deadline_us;
    int64_t records_max, record_count;
    size_t received_bytes;
    struct base_buffer *records; /* NULL when no rows are expected */
    char sqlstate[6];
};

static int fail(const char *what, char **ret_error)
{
    *ret_error = strdup(what);
    return -EINVAL;
}

static const char *option_value(const PQconninfoOption *options, const char *keyword)
{
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val;
    return NULL;
}

static const char *conninfo_of(const struct adapter_registry_settings *settings)
{
    const struct sql_registry *own = settings->own;
    return own->conninfo;
}

static int sql_registry_new(struct adapter_registry_settings *settings, struct adapter_keys *keys)
{
    struct sql_registry *own = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    settings->own = own;
    adapter_keys_add(keys, (struct base_config_key){"sql", "conninfo", BASE_CONFIG_TEXT, &own->conninfo, NULL, 1, 0,
                                                    "libpq connection string"});
    return 0;
}

static void sql_registry_free(struct adapter_registry_settings *settings)
{
    struct sql_registry *own = settings->own;
    if (own && own->conninfo)
        explicit_bzero(own->conninfo, strlen(own->conninfo));
    if (own)
        free(own->conninfo);
    free(own);
}

static int sql_service_new(struct adapter_service *service, struct adapter_keys *keys)
{
    struct sql_service *own = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    service->own = own;
    adapter_keys_add(keys, (struct base_config_key){"sql", "statement", BASE_CONFIG_TEXT, &own->statement, NULL, 1, 0,
                                                    "SQL with $1, $2, ... in the parameters' order"});
    adapter_keys_add(keys, (struct base_config_key){"sql", "settle", BASE_CONFIG_TEXT, &own->settle, "", 0, 0,
                                                    "SQL that finds by $1, the query's id, what was done"});
    return 0;
}

static int sql_service_check(struct adapter_service *service, const struct wire_service *described, const char *folder,
                             char **ret_error)
{
    (void) service; /* only the registry can tell whether a statement is one */
    (void) described;
    (void) folder;
    (void) ret_error;
    return 0;
}

static void sql_service_free(struct adapter_service *service)
{
    struct sql_service *own = service->own;
    if (own) {
        free(own->statement);
        free(own->settle);
    }
    free(own);
}

static int sql_registry_check(struct adapter_registry_settings *settings, const char *folder, char **ret_error)
{
    (void) folder;
    PQconninfoOption *options = PQconninfoParse(conninfo_of(settings), NULL);
    if (!options)
        return fail("[sql] conninfo: not a libpq connection string", ret_error);
    int r = 0;
    if (!option_value(options, "host") || !option_value(options, "user") || !option_value(options, "dbname"))
        r = fail("[sql] conninfo: host, user and dbname are needed", ret_error);
    else if (option_value(options, "service") || option_value(options, "replication"))
        r = fail("[sql] conninfo: service and replication are not allowed", ret_error);
    PQconninfoFree(options);
    return r;
}

static int sql_reach(const struct adapter_registry_settings *settings, struct adapter_reach *ret_reach)
{
    PQconninfoOption *options = PQconninfoParse(conninfo_of(settings), NULL);
    const char *host = option_value(options, "host");
    bool is_folder = host && host[0] == '/' && !strchr(host, ',') && !option_value(options, "hostaddr");
    char *folder = is_folder ? strdup(host) : NULL;
    *ret_reach = (struct adapter_reach){.socket_folder = folder,
                                        .resolves_names = !is_folder && !option_value(options, "hostaddr")};
    PQconninfoFree(options);
    return is_folder && !folder ? -ENOMEM : 0;
}

static int sql_line_new(const struct adapter_registry_settings *settings, struct adapter_line **ret_line)
{
    struct adapter_line *line = calloc(1, sizeof(*line));
    if (!line)
        return -ENOMEM;
    line->settings = settings;
    *ret_line = line;
    return 0;
}

static void disconnect(struct adapter_line *line)
{
    PQfinish(line->pg);
    line->pg = NULL;
    memset(line->prepared, 0, sizeof(line->prepared));
}

static void sql_line_free(struct adapter_line *line)
{
    if (line)
        disconnect(line);
    free(line);
}

/* Waits for the socket. False at the deadline. */
static bool wait_socket(PGconn *pg, short events, int64_t deadline_us)
{
    for (;;) {
        int64_t left_us = deadline_us - base_clock_monotonic_us();
        if (left_us <= 0)
            return false;
        struct pollfd ready = {.fd = PQsocket(pg), .events = events};
        int r = poll(&ready, 1, (int) ((left_us + 999) / 1000));
        if (r > 0 || (r < 0 && errno != EINTR))
            return true; /* an error is found by whoever reads or writes next */
    }
}

/* Notices may hold what was asked about: they go nowhere. */
static void drop_notice(void *context, const PGresult *result)
{
    (void) context;
    (void) result;
}

/* The server ends by itself what takes too long, even when we cannot reach it any more; a registry that is only asked
 * is never written to; times are those of the capital (clause 22). */
static PGconn *connect_start(const struct adapter_registry_settings *settings)
{
    PQconninfoOption *parsed = PQconninfoParse(conninfo_of(settings), NULL);
    const char *keywords[CONNINFO_KEYS_MAX + 5], *values[CONNINFO_KEYS_MAX + 5];
    size_t count = 0;
    for (PQconninfoOption *option = parsed; option && option->keyword && count < CONNINFO_KEYS_MAX; option++) {
        if (!option->val || strcmp(option->keyword, "options") == 0)
            continue;
        keywords[count] = option->keyword;
        values[count++] = option->val;
    }
    const char *given = option_value(parsed, "options");
    char options[1024];
    snprintf(options, sizeof(options), "%s -c statement_timeout=%lld -c datestyle=ISO -c timezone=Asia/Almaty %s", given ? given : "",
             (long long) settings->deadline_ms, settings->has_acts ? "" : "-c default_transaction_read_only=on");
    keywords[count] = "options";
    values[count++] = options;
    keywords[count] = "client_encoding";
    values[count++] = "UTF8";
    keywords[count] = "fallback_application_name";
    values[count++] = "qao-adapter";
    keywords[count] = values[count] = NULL;
    PGconn *pg = PQconnectStartParams(keywords, values, 0);
    PQconninfoFree(parsed);
    return pg;
}

/* True when the line is connected. */
static bool connect_line(struct adapter_line *line, int64_t deadline_us)
{
    disconnect(line);
    line->pg = connect_start(line->settings);
    if (!line->pg)
        return false;
    PQsetNoticeReceiver(line->pg, drop_notice, NULL);
    PostgresPollingStatusType status = PQstatus(line->pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED
                                                                            : PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
        if (!wait_socket(line->pg, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us))
            status = PGRES_POLLING_FAILED;
        else
            status = PQconnectPoll(line->pg);
    }
    if (status == PGRES_POLLING_OK && PQsetnonblocking(line->pg, 1) == 0)
        return true;
    disconnect(line);
    return false;
}

/* Whether an idle connection still stands, as far as can be seen without asking. */
static bool is_standing(const struct adapter_line *line)
{
    if (!line->pg || PQstatus(line->pg) != CONNECTION_OK)
        return false;
    /* A server that went away left a message first, then the end of the stream: read up to there. */
    struct pollfd ready = {.fd = PQsocket(line->pg), .events = POLLIN};
    for (int i = 0; poll(&ready, 1, 0) > 0; i++)
        if (i == IDLE_READS_MAX || PQconsumeInput(line->pg) != 1)
            return false;
    return PQstatus(line->pg) == CONNECTION_OK && PQtransactionStatus(line->pg) == PQTRANS_IDLE;
}

static bool take_input(struct exchange *exchange)
{
    int pending = 0;
    if (ioctl(PQsocket(exchange->pg), FIONREAD, &pending) == 0 && pending > 0)
        exchange->received_bytes += (size_t) pending;
    return PQconsumeInput(exchange->pg) == 1;
}

/* Sends all that libpq holds. END_DONE, or how it failed. */
static enum end flush(struct exchange *exchange)
{
    int r;
    while ((r = PQflush(exchange->pg)) == 1) {
        if (!wait_socket(exchange->pg, POLLIN | POLLOUT, exchange->deadline_us))
            return END_DEADLINE;
        if (!take_input(exchange))
            return END_LOST;
    }
    return r == 0 ? END_DONE : END_LOST;
}

static enum end take_row(struct exchange *exchange, const PGresult *result)
{
    if (!exchange->records)
        return END_MISFIT;
    if (++exchange->record_count > exchange->records_max)
        return END_EXCESS;
    int r = adapter_row_append(result, exchange->records);
    if (r == 0)
        return END_DONE;
    return r == ADAPTER_ROW_TOO_LARGE ? END_EXCESS : END_MISFIT;
}

static enum end take_result(struct exchange *exchange, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        return take_row(exchange, result);
    case PGRES_TUPLES_OK:
        return END_DONE;
    case PGRES_COMMAND_OK:
        return exchange->records ? END_MISFIT : END_DONE; /* a statement without a result is no question */
    case PGRES_FATAL_ERROR:
        if (!sqlstate || PQstatus(exchange->pg) == CONNECTION_BAD)
            return END_LOST;
        snprintf(exchange->sqlstate, sizeof(exchange->sqlstate), "%s", sqlstate);
        return END_ERROR;
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_OUT:
    case PGRES_COPY_IN:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_COPY_BOTH:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:
        break;
    }
    return END_MISFIT;
}

/* Reads until the server is ready again, which is also when the transaction has committed: the command's own end comes
 * before that, and proves nothing. */
static enum end receive(struct exchange *exchange)
{
    enum end end = END_DONE;
    for (;;) {
        while (PQisBusy(exchange->pg)) {
            if (exchange->received_bytes > RECEIVED_MAX)
                return END_EXCESS;
            if (!wait_socket(exchange->pg, POLLIN, exchange->deadline_us))
                return END_DEADLINE;
            if (!take_input(exchange))
                return END_LOST;
        }
        PGresult *result = PQgetResult(exchange->pg);
        if (!result)
            break;
        enum end step = take_result(exchange, result);
        PQclear(result);
        if (step == END_EXCESS || step == END_MISFIT || step == END_LOST)
            return step;
        if (step != END_DONE)
            end = step;
    }
    bool is_settled = PQstatus(exchange->pg) == CONNECTION_OK && PQtransactionStatus(exchange->pg) == PQTRANS_IDLE;
    return is_settled ? end : END_LOST;
}

static void name_statement(const struct adapter_service *service, enum statement which, char ret_name[static 16])
{
    snprintf(ret_name, 16, "%s_%u", which == STATEMENT_ASK ? "service" : "settle", service->number);
}

/* Makes the line ready for one of the service's statements. Nothing is asked: a broken connection is replaced once. */
static enum end prepare(struct adapter_line *line, const struct adapter_service *service, enum statement which,
                        struct exchange *exchange)
{
    const struct sql_service *own = service->own;
    const char *text = which == STATEMENT_ASK ? own->statement : own->settle;
    int count = which == STATEMENT_ASK ? (int) service->parameter_count : 1;
    bool *prepared = &line->prepared[service->number][which];
    char name[16];
    name_statement(service, which, name);
    enum end end = END_LOST;
    for (int attempt = 0; attempt < 2 && end == END_LOST; attempt++) {
        if (!is_standing(line) && !connect_line(line, exchange->deadline_us))
            return base_clock_monotonic_us() >= exchange->deadline_us ? END_DEADLINE : END_LOST;
        exchange->pg = line->pg;
        if (*prepared)
            return END_DONE;
        end = PQsendPrepare(line->pg, name, text, count, NULL) == 1 ? flush(exchange) : END_LOST;
        if (end == END_DONE)
            end = receive(exchange);
        *prepared = end == END_DONE;
        if (end == END_LOST)
            disconnect(line);
    }
    return end;
}

static enum end execute(struct adapter_line *line, const struct adapter_call *call, enum statement which,
                        struct exchange *exchange)
{
    char name[16];
    name_statement(call->service, which, name);
    const char *values[LINK_PARAMS_MAX] = {call->query};
    size_t count = which == STATEMENT_ASK ? call->service->parameter_count : 1;
    for (size_t i = 0; which == STATEMENT_ASK && i < count; i++)
        values[i] = call->values[i];
    if (PQsendQueryPrepared(line->pg, name, (int) count, values, NULL, NULL, 0) != 1)
        return END_LOST;
    PQsetSingleRowMode(line->pg);
    base_buffer_append_u8(exchange->records, '[');
    enum end end = flush(exchange);
    if (end == END_DONE)
        end = receive(exchange);
    if (end == END_DONE && base_buffer_append_u8(exchange->records, ']') < 0)
        end = END_EXCESS;
    return end;
}

/* Resources, shutdown, system and internal errors speak of the registry's state; others of this one question. */
static enum adapter_health health_of(const char *sqlstate)
{
    static const char *const ill[] = {"08", "53", "57", "58", "XX", "F0", "28", "3D"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(ill); i++)
        if (strncmp(sqlstate, ill[i], 2) == 0)
            return ADAPTER_ILL;
    return ADAPTER_WELL;
}

static void conclude_error(struct adapter_reply *reply, const struct exchange *exchange, bool is_act)
{
    char detail[64];
    if (strcmp(exchange->sqlstate, "57014") == 0) { /* rolled back: an act was not done */
        adapter_reply_conclude(reply, is_act ? LINK_OUTCOME_FAILED : LINK_OUTCOME_TIMEOUT, ADAPTER_ILL, "ended by statement_timeout");
        return;
    }
    snprintf(detail, sizeof(detail), "registry error, SQLSTATE %s", exchange->sqlstate);
    adapter_reply_conclude(reply, LINK_OUTCOME_FAILED, health_of(exchange->sqlstate), detail);
}

/* The statement was not sent. */
static void conclude_unsent(struct adapter_reply *reply, const struct exchange *exchange, enum end end, bool is_act)
{
    if (end == END_ERROR)
        conclude_error(reply, exchange, is_act);
    else if (end == END_DEADLINE)
        adapter_reply_conclude(reply, is_act ? LINK_OUTCOME_FAILED : LINK_OUTCOME_TIMEOUT, ADAPTER_ILL, "no connection in time");
    else
        adapter_reply_conclude(reply, LINK_OUTCOME_FAILED, ADAPTER_ILL, "registry not reached");
}

/* The statement was sent: what is not known to have failed may have been done. */
static void conclude_sent(struct adapter_reply *reply, const struct exchange *exchange, enum end end, bool is_act)
{
    enum link_outcome failed = is_act ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED;
    switch (end) {
    case END_DONE:
        adapter_reply_conclude(reply, LINK_OUTCOME_ANSWERED, ADAPTER_WELL, "");
        return;
    case END_ERROR:
        conclude_error(reply, exchange, is_act);
        return;
    case END_DEADLINE:
        adapter_reply_conclude(reply, is_act ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_TIMEOUT, ADAPTER_ILL, "no answer in time");
        return;
    case END_LOST:
        adapter_reply_conclude(reply, failed, ADAPTER_ILL, "connection lost before the answer");
        return;
    case END_EXCESS:
        adapter_reply_conclude(reply, failed, ADAPTER_WELL, "answer too large");
        return;
    case END_MISFIT:
        adapter_reply_conclude(reply, failed, ADAPTER_WELL, "answer is no list of records");
        return;
    }
}

/* After these the connection is between two answers: somebody else ends it, so that the next call need not wait. */
static bool is_unsettled(enum end end)
{
    return end == END_DEADLINE || end == END_EXCESS || end == END_MISFIT;
}

/* What is left of an exchange that is over: only a line whose connection is ready for the next one keeps it. */
static void wind_up(struct adapter_line *line, const struct exchange *exchange, enum end end,
                    struct adapter_reply *reply)
{
    if (reply->outcome != LINK_OUTCOME_ANSWERED)
        base_buffer_reset(&reply->records);
    if (is_unsettled(end) && line->pg) {
        reply->leftover = line->pg;
        line->pg = NULL;
    }
    /* After an error of the statement itself it is prepared anew: the registry may have been changed beneath us. */
    if (end != END_DONE && strncmp(exchange->sqlstate, "22", 2) != 0)
        disconnect(line);
}

static void sql_call(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    struct exchange exchange = {.deadline_us = call->deadline_us, .records_max = line->settings->records};
    bool is_act = call->service->is_act;
    enum end end = prepare(line, call->service, STATEMENT_ASK, &exchange);
    if (end != END_DONE) {
        conclude_unsent(ret_reply, &exchange, end, is_act);
    } else {
        exchange.records = &ret_reply->records;
        end = execute(line, call, STATEMENT_ASK, &exchange);
        conclude_sent(ret_reply, &exchange, end, is_act);
    }
    wind_up(line, &exchange, end, ret_reply);
}

/* Finding nothing is the registry's word that nothing was done. Any failure to find is nobody's word. */
static void conclude_settling(struct adapter_reply *reply, const struct exchange *exchange, enum end end)
{
    switch (end) {
    case END_DONE:
        if (exchange->record_count > 0)
            adapter_reply_conclude(reply, LINK_OUTCOME_ANSWERED, ADAPTER_WELL, "");
        else
            adapter_reply_conclude(reply, LINK_OUTCOME_FAILED, ADAPTER_WELL, "the registry has not done it");
        return;
    case END_ERROR:
        adapter_reply_conclude(reply, LINK_OUTCOME_UNKNOWN, health_of(exchange->sqlstate), "registry error");
        return;
    case END_LOST:
    case END_DEADLINE:
        adapter_reply_conclude(reply, LINK_OUTCOME_UNAVAILABLE, ADAPTER_ILL, "the registry did not say");
        return;
    case END_EXCESS:
    case END_MISFIT:
        adapter_reply_conclude(reply, LINK_OUTCOME_UNKNOWN, ADAPTER_WELL, "answer is no list of records");
        return;
    }
}

static void sql_settle(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    const struct sql_service *own = call->service->own;
    if (!own->settle[0]) {
        adapter_reply_conclude(ret_reply, LINK_OUTCOME_UNKNOWN, ADAPTER_UNTOLD, "this registry cannot be asked that");
        return;
    }
    struct exchange exchange = {.deadline_us = call->deadline_us, .records_max = line->settings->records};
    enum end end = prepare(line, call->service, STATEMENT_SETTLE, &exchange);
    if (end == END_DONE) {
        exchange.records = &ret_reply->records;
        end = execute(line, call, STATEMENT_SETTLE, &exchange);
    }
    conclude_settling(ret_reply, &exchange, end);
    wind_up(line, &exchange, end, ret_reply);
}

static bool sql_probe(struct adapter_line *line, int64_t deadline_us)
{
    struct exchange exchange = {.deadline_us = deadline_us};
    if (!connect_line(line, deadline_us))
        return false;
    exchange.pg = line->pg;
    bool reached = PQsendQuery(line->pg, "set application_name = 'qao-adapter'") == 1 && flush(&exchange) == END_DONE &&
                   receive(&exchange) == END_DONE;
    if (!reached)
        disconnect(line);
    return reached;
}

static void sql_discard(void *take_leftover)
{
    PGconn *pg = take_leftover;
    char error[256];
    PGcancel *cancel = PQgetCancel(pg);
    if (cancel)
        (void) PQcancel(cancel, error, sizeof(error)); /* waits for a server that hangs */
    PQfreeCancel(cancel);
    PQfinish(pg);
}

const struct adapter_kind adapter_kind_sql = {
    .name = "sql",
    .registry_new = sql_registry_new,
    .registry_check = sql_registry_check,
    .registry_free = sql_registry_free,
    .reach = sql_reach,
    .service_new = sql_service_new,
    .service_check = sql_service_check,
    .service_free = sql_service_free,
    .line_new = sql_line_new,
    .line_free = sql_line_free,
    .call = sql_call,
    .settle = sql_settle,
    .probe = sql_probe,
    .discard = sql_discard,
};
