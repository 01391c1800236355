/* The database as the gateway sees it: a pool of connections on which every statement of schema/queries/ is prepared.
 * One name runs through all layers: queries/officer_find.sql = prepared statement officer_find = store_officer_find().
 *
 * Times are microseconds since 1970-01-01T00:00:00Z. Any thread may call with a pool; each call borrows a connection,
 * ends by its deadline, and leaves nothing open behind it. Common errors of every call:
 *   -ETIMEDOUT  no free connection, or no answer, before the deadline (the statement may still have run)
 *   -ENOTCONN   no connection to the database could be made, or it was lost
 *   -EACCES     the role may not do this (SQLSTATE 42501)
 *   -EBADMSG    the database holds something the C side cannot take: a longer text, an unknown state
 *   -EINVAL     a value the database does not take (SQLSTATE class 22 or 23), or a wrong argument
 *   -EIO        every other error of the database; store_pool_error() tells its SQLSTATE
 *   -ENOMEM */
#ifndef SCHEMA_STORE_STORE_H
#define SCHEMA_STORE_STORE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/idnum.h"
#include "base/result.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Named conditions of this room. */
enum {
    STORE_NONE = 1, /* no such row */
    STORE_STOP = 2, /* never returned by the room itself: what a visitor may return to stop a reading */
};

enum {
    STORE_NAME_MAX = 48,  /* bytes of a role, basis, duty or kind name with its NUL */
    STORE_NAMES_MAX = 24, /* names in one list */
    STORE_TEXT_MAX = 400, /* bytes of a stored display text with its NUL */
    STORE_DIGEST_BYTES = 32,
    STORE_SQLSTATE_MAX = 6,
};

#define STORE_SEQ_NONE UINT64_MAX /* no entry of the log */

struct store_names {
    size_t count;
    char names[STORE_NAMES_MAX][STORE_NAME_MAX];
};

/* True when the list holds the name. */
bool store_names_has(const struct store_names *names, const char *name);

struct store_pool_config {
    const char *conninfo; /* libpq keywords; borrowed during the call only */
    unsigned connections; /* 1 to 64 */
    int64_t deadline_us;  /* of each call, waiting for a connection and making one included; 1 ms to 10 minutes */
};

struct store_pool;

/* Makes the pool and one connection, so that a wrong conninfo or a database that was not migrated shows at start:
 * -ENOTCONN, -EPROTO when the schema's version is not the one this program was built for. The caller frees. */
int store_pool_new(const struct store_pool_config *config, struct store_pool **ret_pool) BASE_MUST_USE;

/* Closes all connections. No thread may use the pool any more. Accepts NULL. */
void store_pool_free(struct store_pool *pool);

/* The SQLSTATE of the newest failed statement of any thread ("" for none, "08006" when the connection was lost), for a
 * log line: no text of the database's, which might hold personal data. */
void store_pool_error(struct store_pool *pool, char ret_sqlstate[static STORE_SQLSTATE_MAX]);

/* One round trip to the database; 0 when it answers. For /readyz. */
int store_pool_check(struct store_pool *pool) BASE_MUST_USE;

#endif
