/* Writes a log of fictional queries through the real writer into the cluster of pg.sh.
 *
 *   make_log KEY ORIGIN HIGH-WATER REQUESTS OPEN
 *
 * KEY is the log's private key; REQUESTS requests, each with its result, then OPEN requests without a conclusion. Each
 * record has the columns, subjects and blobs that the gateway would store beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/writer.h"
#include "base/clock.h"
#include "schema/store/log.h"
#include "tests/unit/audit/leaves.h"

#define CONNINFO "user=qao_gateway"

struct entry {
    struct base_buffer leaf;
    struct store_record columns;
    struct store_subject subjects[2];
    struct store_blob blob;
    struct audit_record record;
};

static void entry_init(struct entry *entry, const char *blob_kind)
{
    *entry = (struct entry){.columns = STORE_RECORD_INIT};
    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    entry->blob = (struct store_blob){.kind = blob_kind, .digest = {0xbb}, .content = base_bytes_text("sealed")};
    entry->columns.blobs = &entry->blob;
    entry->columns.blob_count = 1;
}

static uint64_t entry_append(struct audit_writer *writer, struct entry *entry)
{
    audit_record_init(&entry->record, base_buffer_view(&entry->leaf), &entry->columns,
                      store_record_weight(&entry->columns), NULL, NULL);
    enum audit_outcome outcome = audit_writer_append_wait(writer, &entry->record);
    if (outcome != AUDIT_OUTCOME_DURABLE) {
        fprintf(stderr, "make_log: outcome %d\n", (int) outcome);
        exit(1);
    }
    base_buffer_clear(&entry->leaf);
    return entry->record.index;
}

static void request_append(struct audit_writer *writer, unsigned number, bool is_concluded)
{
    struct entry request;
    uint8_t id[BASE_UUID_BYTES];
    struct audit_leaf_query query = leaves_query(number, id);
    entry_init(&request, "query");
    leaves_request(number, &request.leaf);
    for (size_t i = 0; i < query.subject_count; i++) {
        request.subjects[i].kid = query.subjects[i].kid;
        memcpy(request.subjects[i].mac, query.subjects[i].mac, sizeof request.subjects[i].mac);
    }
    struct store_record *columns = &request.columns;
    columns->kind = "query.request";
    columns->at_us = query.arrival_us;
    columns->iin = query.actor.iin;
    columns->id = id;
    columns->body = query.actor.body;
    columns->unit = query.actor.unit;
    columns->role = query.actor.role;
    columns->service = query.service;
    columns->basis = query.basis;
    columns->article = query.article;
    columns->case_number = query.case_number;
    columns->effect = query.effect;
    columns->claims = true;
    columns->opens = true;
    columns->subjects = request.subjects;
    columns->subject_count = query.subject_count;
    uint64_t index = entry_append(writer, &request);
    if (!is_concluded)
        return;
    struct entry result;
    entry_init(&result, "answer");
    leaves_conclusion(AUDIT_KIND_QUERY_RESULT, number, &request.record.entry.leaf_hash, &result.leaf);
    result.columns.kind = "query.result";
    result.columns.at_us = LEAVES_AT_US + 5000;
    result.columns.iin = query.key.iin;
    result.columns.id = id;
    result.columns.outcome = "answered";
    result.columns.concludes = index;
    entry_append(writer, &result);
}

static struct store_record own;

static void own_beside(void *context, const char *kind, int64_t at_us, const void **ret_beside, size_t *ret_bytes)
{
    (void) context;
    own = STORE_RECORD_INIT;
    own.kind = kind;
    own.at_us = at_us;
    *ret_beside = &own;
    *ret_bytes = store_record_weight(&own);
}

static void check(int r, const char *what)
{
    if (r) {
        fprintf(stderr, "make_log: %s: %s\n", what, strerror(-r));
        exit(1);
    }
}

int main(int argc, char **argv)
{
    struct store_pool *pool = NULL;
    struct store_log *log = NULL;
    struct audit_signer *signer = NULL;
    struct audit_writer *writer = NULL;
    if (argc != 6)
        return 2;
    check(base_clock_zone_init(), "zone");
    check(audit_signer_read(argv[1], argv[2], &signer), "key");
    const struct store_pool_config pool_config = {.conninfo = CONNINFO, .connections = 2, .deadline_us = 20000000};
    check(store_pool_new(&pool_config, &pool), "pool");
    const struct store_log_config log_config = {.conninfo = CONNINFO, .origin = argv[2], .deadline_us = 20000000};
    check(store_log_new(&log_config, pool, &log), "log");
    struct audit_store store = store_log_audit(log);
    const struct audit_writer_config config = {.store = &store,
                                               .signer = signer,
                                               .high_water_path = argv[3],
                                               .clock = base_clock_system(),
                                               .program = "make_log",
                                               .beside = own_beside};
    check(audit_writer_new(&config, &writer), "writer");
    enum audit_start start = audit_writer_start(writer);
    if (start != AUDIT_START_READY) {
        char sqlstate[STORE_SQLSTATE_MAX];
        store_log_error(log, sqlstate);
        fprintf(stderr, "make_log: %s, SQLSTATE %s\n", audit_start_text(start), sqlstate);
        return 1;
    }
    unsigned requests = (unsigned) strtoul(argv[4], NULL, 10);
    unsigned open = (unsigned) strtoul(argv[5], NULL, 10);
    for (unsigned i = 0; i < requests + open; i++)
        request_append(writer, i, i < requests);
    audit_writer_free(writer);
    store_log_free(log);
    store_pool_free(pool);
    audit_signer_free(signer);
    return 0;
}
