/* The newest checkpoint of a log that this user has seen, so that a log that goes back, or shows itself in two forms of
 * one size, is noticed. One file for each instance and log key below $XDG_STATE_HOME/qao. */
#ifndef GATEWAY_CLI_SEEN_H
#define GATEWAY_CLI_SEEN_H

#include "audit/checkpoint.h"
#include "gateway/cli/fault.h"
#include "gateway/cli/instance.h"

struct cli_seen {
    char *path;
    const struct audit_vkey *log; /* borrowed */
    bool is_known;
    uint64_t size; /* what was known when it was read: before the query is sent */
    struct audit_hash root;
};

/* Reads what is known. The caller clears ret_seen and keeps log. -EBADMSG when the file holds something the log's key
 * did not sign, -ENOENT when there is no home folder; or another errno. Nothing known is no error. */
int cli_seen_read(const struct cli_instance *instance, const struct audit_vkey *log,
                  struct cli_seen *ret_seen) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void cli_seen_clear(struct cli_seen *seen);

/* Judges a checkpoint (verified already) that came after cli_seen_read(), and keeps it when it is the newest. Several
 * commands may run at once: only what was known before a query was sent must not be larger than its reply's checkpoint.
 * NONE, LOG_WENT_BACK or LOG_SPLIT; *ret_error is 0, or the errno of keeping it. */
enum cli_fault cli_seen_check(const struct cli_seen *seen, const struct audit_checkpoint *checkpoint,
                              struct base_bytes note, int *ret_error);

#endif
