/* A GET of a JSON document from the gateway, with its refusals shown. */
#ifndef GATEWAY_CLI_FETCH_H
#define GATEWAY_CLI_FETCH_H

#include "gateway/cli/session.h"

/* True when a 200 with well-formed JSON of version v came; the caller releases *ret_document. Else it was shown, and
 * *ret_exit is what to return. */
bool cli_fetch(struct cli_session *session, const char *path, const char *v, json_t **ret_document, int *ret_exit);

/* The same of any request. */
bool cli_fetch_request(struct cli_session *session, const struct cli_http_request *request, const char *v,
                       json_t **ret_document, int *ret_exit);

/* Shows a reply that is no 200; returns the exit status it means. */
int cli_fetch_problem(struct cli_session *session, const struct cli_http_reply *http);

/* The body of a 200 as it is; the caller clears ret_reply in any case. */
bool cli_fetch_bytes(struct cli_session *session, const char *path, struct cli_http_reply *ret_reply, int *ret_exit);

#endif
