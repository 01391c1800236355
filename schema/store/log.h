/* The log's place in PostgreSQL: struct audit_store over libpq. A batch is one pipelined implicit transaction; a head
 * that is not the next one, a second claim and a changed registration are refused by the database itself. */
#ifndef SCHEMA_STORE_LOG_H
#define SCHEMA_STORE_LOG_H

#include "audit/store.h"
#include "schema/store/record.h"

struct store_log_config {
    const char *conninfo; /* of the writer's own connection; copied */
    const char *origin;   /* the log's name; the operator made it (qao-migrate --log) */
    bool read_only;       /* for verification: no writer lock, batch_append never sends */
    int64_t deadline_us;  /* of one call of the writer's: commit, snapshot, barrier */
};

struct store_log;

/* pool serves tile_read() and entries_read() by any thread, and must outlive the log. Makes no connection: the writer
 * calls audit_store.connect(). The caller frees. */
int store_log_new(const struct store_log_config *config, struct store_pool *pool,
                  struct store_log **ret_log) BASE_MUST_USE;

/* Accepts NULL. The writer must have stopped. */
void store_log_free(struct store_log *log);

/* The interface for audit_writer; borrows the log. connect() answers -EBUSY when another writer holds this log,
 * -ENOENT when the database has none of that origin. */
struct audit_store store_log_audit(struct store_log *log);

/* The log's number, by which the readers of query.h name it. STORE_NONE: no log of that origin yet. Any thread. */
int store_log_find(struct store_pool *pool, const char *origin, int32_t *ret_log_id) BASE_MUST_USE;

/* When the newest entry of the log was made: what a start compares with its clock (clause 41). STORE_NONE: no entry
 * yet. Any thread. */
int store_log_newest(struct store_pool *pool, int32_t log_id, int64_t *ret_at_us) BASE_MUST_USE;

/* SQLSTATE of the writer connection's newest failure, for a log line. Writer thread. */
void store_log_error(const struct store_log *log, char ret_sqlstate[static STORE_SQLSTATE_MAX]);

#endif
