/* A GET of a JSON document from the gateway, with its refusals shown. */
#ifndef GATEWAY_CLI_FETCH_H
#define GATEWAY_CLI_FETCH_H

#include "gateway/cli/session.h"

/* True when a 200 with well-formed JSON of version v came; the caller releases *ret_document. Else it was shown, and
 * *ret_exit is what to return. */
bool cli_fetch(struct cli_session *session, const char *path, const char *v, json_t **ret_document, int *ret_exit);

#endif
