/* A log to be read by the audit commands: a folder in C2SP form, or the instance's database. */
#ifndef GATEWAY_CLI_ARCHIVE_H
#define GATEWAY_CLI_ARCHIVE_H

#include "audit/export.h"
#include "gateway/cli/instance.h"
#include "schema/store/log.h"

struct cli_archive {
    struct audit_vkey log;
    struct audit_source source;
    struct audit_folder *folder; /* NULL with the database */
    struct store_pool *pool;     /* NULL with a folder */
    struct store_log *store_log;
    struct audit_store store;
};

/* Opens dir, or the database of the instance (database.conninfo) when dir is NULL. The key comes from vkey_path, else
 * from the instance. False: it was told on standard error, and *ret_exit is what to return. Must not move afterwards,
 * and is closed in either case. */
bool cli_archive_open(struct cli_archive *archive, const char *instance, const char *dir, const char *vkey_path,
                      int *ret_exit);
/* Accepts a zeroed struct. */
void cli_archive_close(struct cli_archive *archive);

/* The log's key from a file, or from the instance when path is NULL. Told on standard error otherwise. */
bool cli_archive_vkey(const char *instance, const char *path, struct audit_vkey *ret_vkey, int *ret_exit);

/* Appends the leaf of one entry of a log of that size. AUDIT_STORE_NONE beyond it; else the source's errors. */
int cli_archive_leaf(const struct cli_archive *archive, uint64_t size, uint64_t index,
                     struct base_buffer *out) BASE_MUST_USE;

/* The size that the newest checkpoint names, verified. AUDIT_STORE_NONE for an empty log, -EBADMSG for a wrong one. */
int cli_archive_size(const struct cli_archive *archive, uint64_t *ret_size) BASE_MUST_USE;

#endif
