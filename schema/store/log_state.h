/* What the files of the log share. Inner part of the store: not for other rooms. */
#ifndef SCHEMA_STORE_LOG_STATE_H
#define SCHEMA_STORE_LOG_STATE_H

#include "base/clock.h"
#include "schema/store/batch.h"
#include "schema/store/log.h"
#include "schema/store/opens.h"
#include "schema/store/pool.h"

#include <stdatomic.h>

struct store_log {
    char *conninfo, *origin;
    bool read_only;
    int64_t deadline_us;
    uint64_t partition_entries;
    struct store_pool *pool;
    _Atomic int32_t log_id; /* 0 until the first connect */
    /* The rest is the writer's. */
    struct store_connection *connection;
    int backend;            /* of the connection before, which may still be at work; 0 for none */
    uint64_t partition_end; /* first index without a partition */
    struct store_opens opens;
    bool opens_known; /* false: to be read again */
    struct store_batch scratch;
    char sqlstate[STORE_SQLSTATE_MAX];
};

static inline int64_t store_log_deadline(const struct store_log *log)
{
    return base_clock_monotonic_us() + log->deadline_us;
}

/* One statement on the writer's connection. */
int store_log_call(struct store_log *log, enum store_statement statement, const struct store_params *params,
                   int64_t deadline_us, PGresult **ret_result) BASE_MUST_USE;

/* Makes partitions so that at least half of one is ahead of size. */
int store_log_partition_make(struct store_log *log, uint64_t size, int64_t deadline_us) BASE_MUST_USE;
/* Learns again which records wait for a conclusion. */
int store_open_read(struct store_log *log, int64_t deadline_us) BASE_MUST_USE;
/* AUDIT_STORE_NONE: no head. */
int store_head_read(struct store_log *log, int64_t deadline_us, struct audit_head *ret_head) BASE_MUST_USE;

/* Members of struct audit_store. */
struct audit_commit_result store_log_append(void *context, const struct audit_batch *batch);
int store_log_snapshot(void *context, struct audit_head *ret_head, audit_tile_visit *tile_visit,
                       audit_entry_visit *entry_visit, void *visit_context);
int store_log_head(void *context, struct audit_head *ret_head);
int store_tile_read(void *context, unsigned level, uint64_t index, struct audit_hash ret_hashes[AUDIT_TILE_WIDTH]);
int store_entries_read(void *context, uint64_t first, uint64_t end, audit_entry_visit *visit, void *visit_context);

#endif
