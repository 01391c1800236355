/* A scan or the rows of an import, uploaded before an act names them (docs/PROTOCOL-ACCESS.md, section 3). */
#ifndef GATEWAY_CLI_UPLOAD_H
#define GATEWAY_CLI_UPLOAD_H

#include "gateway/cli/session.h"

enum { CLI_UPLOAD_BYTES_MAX = 10 << 20 };

struct cli_upload {
    struct base_buffer content;
    const char *type; /* "application/pdf"; static */
    char sha256[65];
};

/* Reads a scan: PDF, PNG or JPEG, as its first bytes say. False: it cannot be read, is too large or none of these; that was
 * told, and *ret_exit is what to return. The caller clears ret_upload in any case. */
bool cli_upload_read(const char *path, struct cli_upload *ret_upload, int *ret_exit);
/* Sets type and hash of the content, which must not change afterwards. */
void cli_upload_seal(struct cli_upload *upload, const char *type);
/* Accepts a zeroed struct. */
void cli_upload_clear(struct cli_upload *upload);

/* {"bytes":N,"sha256":"…","type":"…"} as an act names it; NULL when memory is short. */
json_t *cli_upload_named(const struct cli_upload *upload);

/* Sends it, and checks that the gateway holds these very bytes. False: told, and *ret_exit is what to return. */
bool cli_upload_send(struct cli_session *session, const struct cli_upload *upload, int *ret_exit);

#endif
