/* The statements of one batch, sent into a pipeline. Inner part of the store: not for other rooms. */
#ifndef SCHEMA_STORE_BATCH_H
#define SCHEMA_STORE_BATCH_H

#include "audit/store.h"
#include "schema/store/connection.h"
#include "schema/store/record.h"

enum { STORE_BATCH_ARRAYS = 21, STORE_BATCH_STATEMENTS_MAX = 10 };

/* Memory that is kept from batch to batch. */
struct store_batch {
    struct store_array arrays[STORE_BATCH_ARRAYS];
    long act_index[AUDIT_BATCH_RECORDS_MAX];     /* of each act, its entry's index in the batch */
    long confirm_index[AUDIT_BATCH_RECORDS_MAX]; /* of each element confirmed, its index in the batch */
    enum store_statement sent[STORE_BATCH_STATEMENTS_MAX];
    int sent_count;
};

void store_batch_init(struct store_batch *scratch);
void store_batch_clear(struct store_batch *scratch);

/* The first entry that no transaction can hold (see store_record_check()), or -1. */
long store_batch_misfit(const struct audit_batch *batch);

/* Sends all statements of the batch, without the sync that would commit them. A negative errno: nothing can have been
 * committed, and the connection is of no more use. open_from goes into the head. */
int store_batch_send(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                     const struct audit_batch *batch, uint64_t open_from) BASE_MUST_USE;

/* What a failed statement of the batch means. */
struct audit_commit_result store_batch_classify(const struct store_batch *scratch, const struct audit_batch *batch,
                                                int statement, const PGresult *failed);

#endif
