#include "schema/store/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes one array may need: every leaf and blob of a batch, and the lengths between them. */
#define ARRAY_MAX ((size_t) AUDIT_BATCH_BYTES_MAX + ((size_t) AUDIT_LEAF_MAX + 64) * 64 + (4U << 20))

void store_batch_init(struct store_batch *scratch)
{
    for (size_t i = 0; i < STORE_BATCH_ARRAYS; i++)
        store_array_init(&scratch->arrays[i], ARRAY_MAX);
    scratch->sent_count = 0;
}

void store_batch_clear(struct store_batch *scratch)
{
    for (size_t i = 0; i < STORE_BATCH_ARRAYS; i++)
        store_array_clear(&scratch->arrays[i]);
}

static const struct store_record *record_of(const struct audit_batch *batch, size_t index)
{
    return batch->entries[index]->beside;
}

long store_batch_misfit(const struct audit_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = record_of(batch, i);
        size_t leaf_len = batch->entries[i]->leaf.len;
        if (!record || leaf_len == 0 || leaf_len > AUDIT_LEAF_MAX || store_record_check(record) < 0)
            return (long) i;
        if (record->concludes != STORE_SEQ_NONE && record->concludes >= batch->prev_size + i)
            return (long) i;
    }
    return -1;
}

static int64_t seq_of(const struct audit_batch *batch, size_t index)
{
    return (int64_t) (batch->prev_size + index);
}

static int send(struct store_batch *scratch, struct store_connection *connection, enum store_statement statement,
                const struct store_params *params)
{
    if (params->error < 0)
        return params->error;
    if (!PQsendQueryPrepared(connection->pg, store_statements[statement].name, params->count, params->values,
                             params->lengths, params->formats, 1))
        return -ENOTCONN;
    scratch->sent[scratch->sent_count++] = statement;
    return 0;
}

static struct store_array *begin(struct store_batch *scratch, size_t index, enum store_array_type type)
{
    store_array_begin(&scratch->arrays[index], type);
    return &scratch->arrays[index];
}

static void end_arrays(struct store_batch *scratch, size_t count, struct store_params *params)
{
    for (size_t i = 0; i < count; i++)
        store_params_array(params, &scratch->arrays[i]);
}

/* The log's id and that many arrays; nothing when they are empty. */
static int send_arrays(struct store_batch *scratch, struct store_connection *connection, enum store_statement statement,
                       int32_t log_id, size_t count)
{
    struct store_params params = STORE_PARAMS_INIT;
    if (scratch->arrays[0].count == 0)
        return 0;
    store_params_i32(&params, log_id);
    end_arrays(scratch, count, &params);
    return send(scratch, connection, statement, &params);
}

/* First in the pipeline: it takes the gate alone, before any lock that another log's writer could be waiting for, and what is
 * confirmed after it is what it leaves. */
static int store_act_apply(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                           const struct audit_batch *batch)
{
    struct store_array *seqs = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *leaves = begin(scratch, 1, STORE_ARRAY_BYTEA);
    struct store_array *envelopes = begin(scratch, 2, STORE_ARRAY_TEXT);
    struct store_array *signeds = begin(scratch, 3, STORE_ARRAY_BYTEA);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_act *act = record_of(batch, i)->act;
        if (!act)
            continue;
        scratch->act_index[seqs->count] = (long) i;
        store_array_i64(seqs, seq_of(batch, i));
        store_array_bytes(leaves, base_bytes_of(batch->entries[i]->leaf_hash.bytes, AUDIT_HASH_BYTES));
        store_array_text(envelopes, act->envelope);
        if (act->signed_message.len > 0)
            store_array_bytes(signeds, act->signed_message);
        else
            store_array_null(signeds);
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_ACT_APPLY, log_id, 4);
}

/* Before all that writes: it takes the gate before any lock that another log's writer could be waiting for. */
static int store_registration_confirm(struct store_batch *scratch, struct store_connection *connection,
                                      const struct audit_batch *batch)
{
    struct store_array *registrations = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *versions = begin(scratch, 1, STORE_ARRAY_I32);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_confirm *confirm = &record_of(batch, i)->confirm;
        if (confirm->registration == 0)
            continue;
        scratch->confirm_index[registrations->count] = (long) i;
        store_array_i64(registrations, confirm->registration);
        store_array_i32(versions, confirm->version);
    }
    if (registrations->count == 0)
        return 0;
    struct store_params params = STORE_PARAMS_INIT;
    end_arrays(scratch, 2, &params);
    return send(scratch, connection, STORE_STATEMENT_REGISTRATION_CONFIRM, &params);
}

static void add_small(struct store_array *array, int value)
{
    if (value == 0)
        store_array_null(array);
    else
        store_array_i16(array, (int16_t) value);
}

/* Numbers and times of one entry, in the order of queries/entry_append.sql. */
static struct store_array *add_numbers(struct store_array *array, const struct store_record *record)
{
    store_array_bool(array++, record->opens);
    add_small(array++, record->role);
    add_small(array++, record->service);
    if (record->id)
        store_array_i16(array++, (int16_t) record->part);
    else
        store_array_null(array++);
    if (record->confirm.registration != 0)
        store_array_i32(array++, record->confirm.version);
    else
        store_array_null(array++);
    store_array_time(array++, record->at_us);
    if (record->confirm.registration != 0)
        store_array_i64(array++, record->confirm.registration);
    else
        store_array_null(array++);
    if (record->concludes != STORE_SEQ_NONE)
        store_array_i64(array++, (int64_t) record->concludes);
    else
        store_array_null(array++);
    if (record->id)
        store_array_bytes(array++, base_bytes_of(record->id, BASE_UUID_BYTES));
    else
        store_array_null(array++);
    return array;
}

static void add_texts(struct store_array *array, const struct store_record *record)
{
    store_array_text(array++, record->kind);
    store_array_text(array++, record->iin);
    store_array_text(array++, record->body);
    store_array_text(array++, record->unit);
    store_array_text(array++, record->basis);
    store_array_text(array++, record->duty);
    store_array_text(array++, record->article);
    store_array_text(array++, record->case_number);
    store_array_text(array++, record->effect);
    store_array_text(array++, record->outcome);
    store_array_text(array, record->reasons);
}

static int store_entry_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                              const struct audit_batch *batch)
{
    static const enum store_array_type types[STORE_BATCH_ARRAYS] = {
        STORE_ARRAY_BOOL, STORE_ARRAY_I16,  STORE_ARRAY_I16,  STORE_ARRAY_I16,  STORE_ARRAY_I32,  STORE_ARRAY_TIME,
        STORE_ARRAY_I64,  STORE_ARRAY_I64,  STORE_ARRAY_UUID, STORE_ARRAY_TEXT, STORE_ARRAY_TEXT, STORE_ARRAY_TEXT,
        STORE_ARRAY_TEXT, STORE_ARRAY_TEXT, STORE_ARRAY_TEXT, STORE_ARRAY_TEXT, STORE_ARRAY_TEXT, STORE_ARRAY_TEXT,
        STORE_ARRAY_TEXT, STORE_ARRAY_TEXT, STORE_ARRAY_BYTEA};
    for (size_t i = 0; i < STORE_BATCH_ARRAYS; i++)
        begin(scratch, i, types[i]);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = record_of(batch, i);
        add_texts(add_numbers(scratch->arrays, record), record);
        store_array_bytes(&scratch->arrays[STORE_BATCH_ARRAYS - 1], batch->entries[i]->leaf);
    }
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log_id);
    store_params_i64(&params, (int64_t) batch->prev_size);
    end_arrays(scratch, STORE_BATCH_ARRAYS, &params);
    return send(scratch, connection, STORE_STATEMENT_ENTRY_APPEND, &params);
}

static int store_claim_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                              const struct audit_batch *batch)
{
    struct store_array *seqs = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *iins = begin(scratch, 1, STORE_ARRAY_TEXT);
    struct store_array *ids = begin(scratch, 2, STORE_ARRAY_UUID);
    struct store_array *parts = begin(scratch, 3, STORE_ARRAY_I16);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = record_of(batch, i);
        if (!record->claims)
            continue;
        store_array_i64(seqs, seq_of(batch, i));
        store_array_text(iins, record->iin);
        store_array_bytes(ids, base_bytes_of(record->id, BASE_UUID_BYTES));
        store_array_i16(parts, (int16_t) record->part);
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_CLAIM_APPEND, log_id, 4);
}

static int store_conclusion_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                                   const struct audit_batch *batch)
{
    struct store_array *seqs = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *requests = begin(scratch, 1, STORE_ARRAY_I64);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = record_of(batch, i);
        if (record->concludes == STORE_SEQ_NONE)
            continue;
        store_array_i64(seqs, seq_of(batch, i));
        store_array_i64(requests, (int64_t) record->concludes);
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_CONCLUSION_APPEND, log_id, 2);
}

static int store_subject_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                                const struct audit_batch *batch)
{
    struct store_array *seqs = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *ordinals = begin(scratch, 1, STORE_ARRAY_I16);
    struct store_array *kids = begin(scratch, 2, STORE_ARRAY_I32);
    struct store_array *macs = begin(scratch, 3, STORE_ARRAY_BYTEA);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = record_of(batch, i);
        for (size_t s = 0; s < record->subject_count; s++) {
            store_array_i64(seqs, seq_of(batch, i));
            store_array_i16(ordinals, (int16_t) s);
            store_array_i32(kids, (int32_t) record->subjects[s].kid);
            store_array_bytes(macs, base_bytes_of(record->subjects[s].mac, sizeof(record->subjects[s].mac)));
        }
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_SUBJECT_APPEND, log_id, 4);
}

static int store_blob_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                             const struct audit_batch *batch)
{
    struct store_array *seqs = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *kinds = begin(scratch, 1, STORE_ARRAY_TEXT);
    struct store_array *digests = begin(scratch, 2, STORE_ARRAY_BYTEA);
    struct store_array *contents = begin(scratch, 3, STORE_ARRAY_BYTEA);
    struct store_array *larges = begin(scratch, 4, STORE_ARRAY_I64);
    for (size_t i = 0; i < batch->count; i++) {
        const struct store_record *record = record_of(batch, i);
        for (size_t b = 0; b < record->blob_count; b++) {
            const struct store_blob *blob = &record->blobs[b];
            store_array_i64(seqs, seq_of(batch, i));
            store_array_text(kinds, blob->kind);
            store_array_bytes(digests, base_bytes_of(blob->digest, STORE_DIGEST_BYTES));
            if (blob->large != 0) {
                store_array_null(contents);
                store_array_i64(larges, blob->large);
            } else {
                store_array_bytes(contents, blob->content);
                store_array_null(larges);
            }
        }
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_BLOB_APPEND, log_id, 5);
}

/* After the claims: whoever waits here for another log's writer holds no key that it still wants. */
static int store_violation_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                                  const struct audit_batch *batch)
{
    struct store_array *seqs = begin(scratch, 0, STORE_ARRAY_I64);
    struct store_array *causes = begin(scratch, 1, STORE_ARRAY_TEXT);
    for (size_t i = 0; i < batch->count; i++) {
        size_t at = 0;
        struct base_bytes cause;
        while (store_record_violation(record_of(batch, i), &at, &cause)) {
            store_array_i64(seqs, seq_of(batch, i));
            store_array_bytes(causes, cause);
        }
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_VIOLATION_APPEND, log_id, 2);
}

static int store_tile_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                             const struct audit_batch *batch)
{
    struct store_array *levels = begin(scratch, 0, STORE_ARRAY_I16);
    struct store_array *indexes = begin(scratch, 1, STORE_ARRAY_I64);
    struct store_array *hashes = begin(scratch, 2, STORE_ARRAY_BYTEA);
    struct store_array *contents = begin(scratch, 3, STORE_ARRAY_BYTEA);
    for (size_t i = 0; i < batch->tile_count; i++) {
        const struct audit_tile *tile = &batch->tiles[i];
        store_array_i16(levels, (int16_t) tile->level);
        store_array_i64(indexes, (int64_t) tile->index);
        store_array_bytes(hashes, base_bytes_of(tile->hash.bytes, AUDIT_HASH_BYTES));
        store_array_bytes(contents, base_bytes_of(tile->hashes, AUDIT_TILE_BYTES));
    }
    return send_arrays(scratch, connection, STORE_STATEMENT_TILE_APPEND, log_id, 4);
}

static int store_head_append(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                             const struct audit_batch *batch, uint64_t open_from)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i32(&params, log_id);
    store_params_i64(&params, (int64_t) batch->head->size);
    store_params_i64(&params, (int64_t) batch->prev_size);
    store_params_bytes(&params, base_bytes_of(batch->head->root.bytes, AUDIT_HASH_BYTES));
    store_params_bytes(&params, base_bytes_of(batch->head->checkpoint, batch->head->checkpoint_len));
    store_params_i64(&params, (int64_t) open_from);
    return send(scratch, connection, STORE_STATEMENT_HEAD_APPEND, &params);
}

int store_batch_send(struct store_batch *scratch, struct store_connection *connection, int32_t log_id,
                     const struct audit_batch *batch, uint64_t open_from)
{
    scratch->sent_count = 0;
    int r = store_act_apply(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_registration_confirm(scratch, connection, batch);
    if (r == 0)
        r = store_entry_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_claim_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_conclusion_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_subject_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_blob_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_violation_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_tile_append(scratch, connection, log_id, batch);
    if (r == 0)
        r = store_head_append(scratch, connection, log_id, batch, open_from);
    return r;
}

/* The key of a unique violation is told in its detail: "Key (iin, id, part)=(…, …, …) already exists." The last entry
 * of the batch with that key is surely a repetition, whether of the log or of an earlier entry of the same batch. */
static long claim_culprit(const struct audit_batch *batch, const char *detail)
{
    for (size_t i = batch->count; i-- > 0;) {
        const struct store_record *record = record_of(batch, i);
        if (!record->claims)
            continue;
        const uint8_t *id = record->id;
        char key[1200];
        snprintf(key, sizeof(key), "=(%s, %02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x, %d) ",
                 record->iin, id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], id[10], id[11],
                 id[12], id[13], id[14], id[15], record->part);
        if (strstr(detail, key))
            return (long) i;
    }
    return AUDIT_CULPRIT_UNKNOWN;
}

static long conclusion_culprit(const struct audit_batch *batch, const char *detail)
{
    for (size_t i = batch->count; i-- > 0;) {
        const struct store_record *record = record_of(batch, i);
        char key[64];
        snprintf(key, sizeof(key), ", %llu) ", (unsigned long long) record->concludes);
        if (record->concludes != STORE_SEQ_NONE && strstr(detail, key))
            return (long) i;
    }
    return AUDIT_CULPRIT_UNKNOWN;
}

static struct audit_commit_result refused(enum audit_refusal refusal, long culprit)
{
    return (struct audit_commit_result){.commit = AUDIT_COMMIT_REFUSED, .culprit = culprit, .refusal = refusal};
}

static struct audit_commit_result without_culprit(enum audit_commit commit)
{
    return (struct audit_commit_result){.commit = commit, .culprit = AUDIT_CULPRIT_UNKNOWN};
}

static struct audit_commit_result unique_violation(const struct audit_batch *batch, enum store_statement statement,
                                                   const char *detail)
{
    /* Only these can be violated by what a record says; an index of an entry, a tile or a head is given out once by one
     * writer, so that a second one there is another writer's. */
    if (statement == STORE_STATEMENT_CLAIM_APPEND)
        return refused(AUDIT_REFUSAL_CLAIMED, claim_culprit(batch, detail));
    if (statement == STORE_STATEMENT_CONCLUSION_APPEND)
        return refused(AUDIT_REFUSAL_CLAIMED, conclusion_culprit(batch, detail));
    if (statement == STORE_STATEMENT_ENTRY_APPEND || statement == STORE_STATEMENT_TILE_APPEND ||
        statement == STORE_STATEMENT_HEAD_APPEND)
        return without_culprit(AUDIT_COMMIT_CONFLICT);
    return refused(AUDIT_REFUSAL_POISON, AUDIT_CULPRIT_UNKNOWN);
}

struct audit_commit_result store_batch_classify(const struct store_batch *scratch, const struct audit_batch *batch,
                                                int statement, const PGresult *failed)
{
    const char *sqlstate = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(failed, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *detail = PQresultErrorField(failed, PG_DIAG_MESSAGE_DETAIL);
    if (!sqlstate || !severity || strcmp(severity, "ERROR") != 0 || statement >= scratch->sent_count)
        return without_culprit(AUDIT_COMMIT_UNKNOWN);
    if (strcmp(sqlstate, "QAO02") == 0) {
        long index = detail ? strtol(detail, NULL, 10) : -1;
        bool known = index >= 0 && index < AUDIT_BATCH_RECORDS_MAX;
        const long *indexes =
            scratch->sent[statement] == STORE_STATEMENT_ACT_APPLY ? scratch->act_index : scratch->confirm_index;
        return refused(AUDIT_REFUSAL_CHANGED, known ? indexes[index] : AUDIT_CULPRIT_UNKNOWN);
    }
    if (strcmp(sqlstate, "QAO03") == 0)
        return without_culprit(AUDIT_COMMIT_CONFLICT);
    if (strcmp(sqlstate, "23505") == 0)
        return unique_violation(batch, scratch->sent[statement], detail ? detail : "");
    /* No partition for the row: not a constraint of the entry's. */
    if (strcmp(sqlstate, "23514") == 0 && !PQresultErrorField(failed, PG_DIAG_CONSTRAINT_NAME))
        return without_culprit(AUDIT_COMMIT_NOT_SENT);
    if (strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "54", 2) == 0)
        return refused(AUDIT_REFUSAL_POISON, AUDIT_CULPRIT_UNKNOWN);
    return without_culprit(AUDIT_COMMIT_NOT_SENT);
}
