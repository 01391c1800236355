#include "gateway/cli/fetch.h"

#include "gateway/cli/exit.h"
#include "gateway/wire/json.h"

#include <string.h>

int cli_fetch_problem(struct cli_session *session, const struct cli_http_reply *http)
{
    struct cli_reply_rule rule = cli_session_rule(session);
    struct cli_reply reply;
    char detail[CLI_REPLY_DETAIL_MAX];
    enum cli_fault fault = cli_reply_check(base_buffer_view(&http->body), true, &rule, &reply, detail);
    int result = fault == CLI_FAULT_NONE ? cli_session_problem(session, &reply, http->status, http->retry_after_s)
                                         : cli_session_fault(session, fault, detail, NULL);
    cli_reply_clear(&reply);
    return result;
}

static int document_take(struct cli_session *session, const struct cli_http_reply *http, const char *v,
                         json_t **ret_document)
{
    char fault[WIRE_JSON_FAULT_MAX] = "";
    json_t *document = NULL;
    if (wire_json_parse(base_buffer_view(&http->body), CLI_HTTP_REPLY_MAX, &document, fault))
        return cli_session_fault(session, CLI_FAULT_REPLY_MALFORMED, fault, NULL);
    const char *version = json_string_value(json_object_get(document, "v"));
    if (!version || strcmp(version, v) != 0) {
        json_decref(document);
        return cli_session_fault(session, CLI_FAULT_REPLY_MALFORMED, "unknown version", NULL);
    }
    *ret_document = document;
    return CLI_EXIT_OK;
}

bool cli_fetch_request(struct cli_session *session, const struct cli_http_request *request, const char *v,
                       json_t **ret_document, int *ret_exit)
{
    struct cli_http_reply http;
    cli_http_reply_init(&http, CLI_HTTP_REPLY_MAX);
    bool taken = false;
    if (cli_session_send(session, request, NULL, &http, ret_exit)) {
        *ret_exit = http.status == 200 ? document_take(session, &http, v, ret_document) : cli_fetch_problem(session, &http);
        taken = http.status == 200 && *ret_exit == CLI_EXIT_OK;
    }
    cli_http_reply_clear(&http);
    return taken;
}

bool cli_fetch(struct cli_session *session, const char *path, const char *v, json_t **ret_document, int *ret_exit)
{
    const struct cli_http_request request = {.path = path, .accept_language = cli_language_name(session->language)};
    return cli_fetch_request(session, &request, v, ret_document, ret_exit);
}

bool cli_fetch_bytes(struct cli_session *session, const char *path, struct cli_http_reply *ret_reply, int *ret_exit)
{
    const struct cli_http_request request = {.path = path, .accept_language = cli_language_name(session->language)};
    cli_http_reply_init(ret_reply, CLI_HTTP_REPLY_MAX);
    if (!cli_session_send(session, &request, NULL, ret_reply, ret_exit))
        return false;
    if (ret_reply->status != 200)
        *ret_exit = cli_fetch_problem(session, ret_reply);
    return ret_reply->status == 200;
}
