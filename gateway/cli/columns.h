/* The columns that reports read, against the leaf they repeat: the leaf is what was signed. */
#ifndef GATEWAY_CLI_COLUMNS_H
#define GATEWAY_CLI_COLUMNS_H

#include "audit/leaf.h"
#include "audit/tree.h"
#include "schema/store/query.h"

/* Zero refuses. */
enum cli_columns {
    CLI_COLUMNS_DIFFER = 0,
    CLI_COLUMNS_EQUAL,
};

/* Compares one entry's columns, subjects and blobs with its leaf. ret_column names the first that differs. */
enum cli_columns cli_columns_check(const struct audit_leaf_view *leaf, const struct store_record *columns,
                                   const char **ret_column);

/* Whether the register keeps the entry's act, and the very message that the leaf names, where it must, and none elsewhere.
 * act may be NULL. */
enum cli_columns cli_act_kept_check(struct base_bytes leaf, const struct audit_leaf_view *view,
                                    const struct store_act_kept *act);

/* The requests that are not concluded yet, so that a conclusion's column can be held against the request its leaf
 * names. */
struct cli_open_request {
    uint64_t index;
    struct audit_hash leaf_hash;
    bool is_concluded;
};

struct cli_open_requests {
    struct cli_open_request *items; /* ascending by index */
    size_t count, capacity, concluded;
};

/* Call for each entry in order, after cli_columns_check(). *ret_verdict tells whether "opens" and "concludes" say what
 * the leaf says. -ENOMEM. */
int cli_open_requests_check(struct cli_open_requests *requests, uint64_t index, struct base_bytes leaf,
                            const struct audit_leaf_view *view, const struct store_record *columns,
                            enum cli_columns *ret_verdict) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void cli_open_requests_clear(struct cli_open_requests *requests);

#endif
