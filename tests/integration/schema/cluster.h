/* What the tests of the store share: the cluster that tests/integration/pg.sh started for them, seen as its superuser,
 * and one of each thing to work with. Helpers fail the running test when something goes wrong. */
#ifndef TESTS_INTEGRATION_SCHEMA_CLUSTER_H
#define TESTS_INTEGRATION_SCHEMA_CLUSTER_H

#include "audit/store.h"
#include "schema/store/log.h"
#include "schema/store/record.h"

#include <check.h>
#include <libpq-fe.h>

#define CLUSTER_GATEWAY "user=qao_gateway"
#define CLUSTER_READER "user=qao_reader"

enum { CLUSTER_DEADLINE_US = 5000000 };

/* Runs a statement as the superuser, values as text parameters ($1 …, ended by NULL); the first column of the first row
 * as a text the caller frees, NULL when there is none. */
char *cluster_sql(const char *sql, ...);
/* As above, for a number. */
long cluster_number(const char *sql, ...);
/* A connection of its own. */
PGconn *cluster_connect(const char *conninfo);
/* The SQLSTATE a statement fails with on that connection; "" when it succeeds, "lost" when there is no answer. Valid until
 * the next call. */
const char *cluster_say(PGconn *connection, const char *sql);
/* The same as that role, on a connection of its own. */
const char *cluster_sqlstate(const char *conninfo, const char *sql);
/* pg.sh start|stop|crash on this cluster. */
void cluster_do(const char *command);

struct store_pool *cluster_pool(const char *conninfo);

/* A log of its own with its writer connected. */
struct cluster_log {
    struct store_pool *pool;
    struct store_log *log;
    struct audit_store store;
};

/* The log of that origin, made when it is not there, as qao-migrate --log does it. */
void cluster_log_make(const char *origin, uint64_t partition_entries);

/* Makes and opens it. */
struct cluster_log cluster_log_open(const char *origin, uint64_t partition_entries);
void cluster_log_close(struct cluster_log *log);

/* Over whose connection a record with the violation signer-not-connection came, by its leaf; of body 300140000015. */
#define CLUSTER_SENDER "500615200011"

/* Appends records whose leaves are texts, at prev_size, with a head that has no meaning. Leaves may be NULL: "leaf
 * <i>". */
struct audit_commit_result cluster_append(const struct audit_store *store, uint64_t prev_size,
                                          const struct store_record *records, size_t count);

/* A record without a key; one that claims the id for the person, both borrowed. */
struct store_record cluster_record(void);
struct store_record cluster_claim(const char *iin, const uint8_t *id);
/* cluster_append() of one record. */
struct audit_commit_result cluster_append_one(struct cluster_log *log, uint64_t prev_size, struct store_record record);

/* Waits until a query of the superuser's gives true; fails after ten seconds. */
void cluster_wait(const char *sql);
/* Connects a writer whose deadline is short, however busy the machine is. */
void cluster_connect_at_last(const struct audit_store *store);

/* Registers a police officer of body 300140000015, all bases, app4.1, networks 127.0.0.0/8 and 2001:db8::/32, agreement
 * 1 signed; the IIN is of the rules' list. Gives the registration. Safe to repeat. */
long cluster_officer(const char *iin);
/* Appoints in a body that is there; unit by its code, "" for the body itself. Safe to repeat. */
void cluster_appoint(const char *iin, const char *bin, const char *system_role, const char *unit);

#endif
