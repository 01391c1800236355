/* The SOAP adapter: messages of the state gateway, signed both ways, over one HTTPS line. What a registry says counts
 * only when its signature over it does. */
#include "gateway/adapters/soap_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int soap_reach(const struct adapter_registry_settings *settings, struct adapter_reach *ret_reach)
{
    const struct adapter_soap_registry *own = settings->own;
    *ret_reach = (struct adapter_reach){.resolves_names = own->https.resolves_names};
    return 0;
}

static int soap_line_new(const struct adapter_registry_settings *settings, struct adapter_line **ret_line)
{
    const struct adapter_soap_registry *own = settings->own;
    struct adapter_line *line = calloc(1, sizeof(*line));
    if (!line)
        return -ENOMEM;
    line->settings = settings;
    int r = adapter_https_line_new(&own->https, &line->https);
    if (r == 0)
        *ret_line = line;
    else
        free(line);
    return r;
}

static void soap_line_free(struct adapter_line *line)
{
    if (line)
        adapter_https_line_free(line->https);
    free(line);
}

/* The registry must say which message it answers: what it signed for another would be as good as signed otherwise. */
static bool answers(const struct adapter_soap_answer *answer, const char *query)
{
    const char *said = answer->said.correlation_id[0] ? answer->said.correlation_id : answer->said.message_id;
    return strcmp(said, query) == 0;
}

/* One synchronous exchange. True with an answer to this very message and the status of success. */
static bool ask(struct adapter_line *line, const struct adapter_soap_message *message,
                struct adapter_soap_answer *ret_answer, struct adapter_reply *reply)
{
    if (!adapter_soap_exchange(line, message, ret_answer, reply))
        return false;
    if (!answers(ret_answer, message->call->query)) {
        adapter_soap_conclude_open(message, ADAPTER_ILL, "answer to another message", reply);
    } else if (!ret_answer->said.is_success) {
        char detail[ADAPTER_ENVELOPE_CODE_MAX + 32] = "status";
        strcat(detail, ret_answer->said.code[0] ? " " : " that is no success");
        strcat(detail, ret_answer->said.code);
        adapter_reply_conclude(reply,
                               message->purpose == ADAPTER_SOAP_SETTLES ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED,
                               ADAPTER_WELL, detail);
    } else {
        return true;
    }
    adapter_soap_answer_clear(ret_answer);
    return false;
}

/* The synchronous channel: what a template asks, and what came of it. */
static void ask_and_take(struct adapter_line *line, const struct adapter_call *call, enum adapter_soap_purpose purpose,
                         const struct adapter_template *template, struct adapter_reply *reply)
{
    const struct adapter_soap_message message = {.call = call,
                                                 .purpose = purpose,
                                                 .operation = ADAPTER_OPERATION_SYNC_SEND,
                                                 .template = template,
                                                 .message_id = call->query,
                                                 .deadline_us = call->deadline_us};
    struct adapter_soap_answer answer;
    if (!ask(line, &message, &answer, reply))
        return;
    adapter_soap_take_data(line, &message, &answer, reply);
    adapter_soap_answer_clear(&answer);
}

static void soap_call(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    const struct adapter_soap_service *service = call->service->own;
    if (call->service->pends)
        adapter_soap_async_call(line, call, ret_reply);
    else
        ask_and_take(line, call, ADAPTER_SOAP_ASKS, service->request, ret_reply);
}

static void soap_settle(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    const struct adapter_soap_service *service = call->service->own;
    if (call->service->pends) {
        adapter_soap_async_settle(line, call, ret_reply);
        return;
    }
    if (!service->settle) {
        adapter_reply_conclude(ret_reply, LINK_OUTCOME_UNKNOWN, ADAPTER_UNTOLD, "this registry cannot be asked that");
        return;
    }
    ask_and_take(line, call, ADAPTER_SOAP_SETTLES, service->settle, ret_reply);
    if (ret_reply->outcome == LINK_OUTCOME_FAILED)
        ret_reply->outcome = LINK_OUTCOME_UNKNOWN; /* what was found cannot be read; that is no word on what was done */
    else if (ret_reply->outcome == LINK_OUTCOME_ANSWERED && ret_reply->records.len == strlen("[]"))
        adapter_reply_conclude(ret_reply, LINK_OUTCOME_FAILED, ADAPTER_WELL, "the registry knows of no such act");
}

static bool soap_probe(struct adapter_line *line, int64_t deadline_us)
{
    return adapter_https_probe(line->https, deadline_us);
}

const struct adapter_kind adapter_kind_soap = {.name = "soap",
                                               .registry_new = adapter_soap_registry_new,
                                               .registry_check = adapter_soap_registry_check,
                                               .registry_free = adapter_soap_registry_free,
                                               .reach = soap_reach,
                                               .service_new = adapter_soap_service_new,
                                               .service_check = adapter_soap_service_check,
                                               .service_free = adapter_soap_service_free,
                                               .line_new = soap_line_new,
                                               .line_free = soap_line_free,
                                               .call = soap_call,
                                               .settle = soap_settle,
                                               .probe = soap_probe};
