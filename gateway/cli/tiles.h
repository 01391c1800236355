/* Consistency of two checkpoints, shown by the log's own hash tiles: the tiles that make the new root must also make
 * the old one. */
#ifndef GATEWAY_CLI_TILES_H
#define GATEWAY_CLI_TILES_H

#include "gateway/cli/session.h"

enum cli_tiles {
    CLI_TILES_UNKNOWN = 0, /* tiles could not be read: nothing is known */
    CLI_TILES_WRONG,       /* they do not make one of the two roots: the log was changed */
    CLI_TILES_CONSISTENT,
};

/* Fetches the few tiles at the edges of the two trees (GET /v1/log/tile/...). ret_detail says what was wrong. */
enum cli_tiles cli_tiles_check(struct cli_session *session, uint64_t old_size, const struct audit_hash *old_root,
                               const struct audit_checkpoint *checkpoint, char ret_detail[static CLI_HTTP_ERROR_MAX]);

#endif
