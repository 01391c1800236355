#include "schema/store/log_state.h"

#include <errno.h>

static const struct audit_commit_result not_sent = {.commit = AUDIT_COMMIT_NOT_SENT, .culprit = AUDIT_CULPRIT_UNKNOWN};
static const struct audit_commit_result unknown = {.commit = AUDIT_COMMIT_UNKNOWN, .culprit = AUDIT_CULPRIT_UNKNOWN};
static const struct audit_commit_result done = {.commit = AUDIT_COMMIT_DONE, .culprit = AUDIT_CULPRIT_UNKNOWN};

/* All results up to the sync. Committed when none failed and no warning came. */
static struct audit_commit_result take_results(struct store_log *log, const struct audit_batch *batch,
                                               int64_t deadline_us)
{
    struct audit_commit_result outcome = done;
    bool failed = false;
    for (int statement = 0;;) {
        BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
        if (store_connection_result(log->connection, deadline_us, &result) < 0)
            return failed ? outcome : unknown;
        if (!result) {
            if (PQstatus(log->connection->pg) == CONNECTION_BAD)
                return failed ? outcome : unknown;
            statement++;
            continue;
        }
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC)
            break;
        if (status == PGRES_FATAL_ERROR && !failed) {
            failed = true;
            store_connection_failure(log->connection, result);
            outcome = store_batch_classify(&log->scratch, batch, statement, result);
        }
    }
    if (!failed && log->connection->warned)
        return unknown;
    return outcome;
}

/* Counts the batch in, as if it were committed: opens_known is false until it is. */
static int track_opens(struct store_log *log, const struct audit_batch *batch)
{
    log->opens_known = false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = batch->entries[i]->beside;
        if (record->opens) {
            int r = store_opens_add(&log->opens, batch->prev_size + i);
            if (r < 0)
                return r;
        }
        if (record->concludes != STORE_SEQ_NONE)
            store_opens_conclude(&log->opens, record->concludes);
    }
    return 0;
}

/* What must stand before anything of the batch is sent. */
static int prepare_batch(struct store_log *log, const struct audit_batch *batch, int64_t deadline_us)
{
    if (log->read_only || !log->connection || log->connection->lost)
        return -ENOTCONN;
    int r = store_log_partition_make(log, batch->head->size, deadline_us);
    if (r < 0 && (log->connection->lost || batch->head->size > log->partition_end))
        return r;
    if (!log->opens_known)
        r = store_open_read(log, deadline_us);
    else
        r = 0;
    return r < 0 ? r : track_opens(log, batch);
}

struct audit_commit_result store_log_append(void *context, const struct audit_batch *batch)
{
    struct store_log *log = context;
    int64_t deadline_us = store_log_deadline(log);
    long misfit = store_batch_misfit(batch);
    if (misfit >= 0)
        return (struct audit_commit_result){
            .commit = AUDIT_COMMIT_REFUSED, .culprit = misfit, .refusal = AUDIT_REFUSAL_POISON};
    if (prepare_batch(log, batch, deadline_us) < 0)
        return not_sent;
    struct store_connection *connection = log->connection;
    connection->warned = false;
    uint64_t open_from = store_opens_least(&log->opens, batch->head->size);
    if (!PQenterPipelineMode(connection->pg) ||
        store_batch_send(&log->scratch, connection, log->log_id, batch, open_from) < 0) {
        connection->lost = true; /* without a sync the server commits nothing */
        return not_sent;
    }
    if (!PQpipelineSync(connection->pg)) {
        connection->lost = true;
        return unknown;
    }
    struct audit_commit_result outcome = take_results(log, batch, deadline_us);
    if (connection->lost || !PQexitPipelineMode(connection->pg))
        connection->lost = true;
    log->opens_known = outcome.commit == AUDIT_COMMIT_DONE;
    if (outcome.commit == AUDIT_COMMIT_NOT_SENT)
        log->partition_end = 0; /* asked again: a missing partition is among the reasons */
    return outcome;
}
