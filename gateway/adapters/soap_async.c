/* The asynchronous channel: a message is sent once under the query's id; then its status and its answer are asked for
 * until there is one, and its arrival is told. Nothing is kept here between two of these: after a restart the query's
 * id is enough. */
#include "base/clock.h"
#include "gateway/adapters/soap_line.h"

#include <string.h>

enum { DELIVERY_MAX_US = 1000 * 1000 };

/* What the channel took: the message under our id. */
static bool is_taken(const struct adapter_envelope_answer *said, const char *query)
{
    return strcmp(said->message_id, query) == 0 || strcmp(said->correlation_id, query) == 0;
}

void adapter_soap_async_call(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *reply)
{
    const struct adapter_soap_service *service = call->service->own;
    const struct adapter_soap_message message = {.call = call,
                                                 .purpose = ADAPTER_SOAP_ASKS,
                                                 .operation = ADAPTER_OPERATION_SEND,
                                                 .template = service->request,
                                                 .message_id = call->query,
                                                 .deadline_us = call->deadline_us};
    struct adapter_soap_answer answer;
    if (!adapter_soap_exchange(line, &message, &answer, reply))
        return;
    if (is_taken(&answer.said, call->query))
        adapter_reply_conclude(reply, LINK_OUTCOME_PENDING, ADAPTER_WELL, "taken, to be answered later");
    else
        adapter_soap_conclude_open(&message, ADAPTER_ILL, "answer to another message", reply);
    adapter_soap_answer_clear(&answer);
}

/* Tells the channel that an answer has arrived, so that it is kept no longer. When that fails the answer stays there,
 * which harms nobody: it is found by the query's id alone. */
static void tell_delivery(struct adapter_line *line, const struct adapter_call *call, const char *answer_id)
{
    int64_t until_us = base_clock_monotonic_us() + DELIVERY_MAX_US;
    const struct adapter_soap_message message = {.call = call,
                                                 .purpose = ADAPTER_SOAP_SETTLES,
                                                 .operation = ADAPTER_OPERATION_DELIVERY,
                                                 .message_id = answer_id,
                                                 .deadline_us =
                                                     until_us < call->deadline_us ? until_us : call->deadline_us};
    struct adapter_soap_answer answer;
    struct adapter_reply ignored = {0};
    if (adapter_soap_exchange(line, &message, &answer, &ignored))
        adapter_soap_answer_clear(&answer);
}

static void take_messages(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *reply)
{
    const struct adapter_soap_message message = {.call = call,
                                                 .purpose = ADAPTER_SOAP_SETTLES,
                                                 .operation = ADAPTER_OPERATION_MESSAGES,
                                                 .message_id = call->query,
                                                 .deadline_us = call->deadline_us};
    struct adapter_soap_answer answer;
    if (!adapter_soap_exchange(line, &message, &answer, reply))
        return;
    if (!answer.said.data) {
        adapter_reply_conclude(reply, LINK_OUTCOME_PENDING, ADAPTER_WELL, "delivered, no answer yet");
    } else {
        adapter_soap_take_data(line, &message, &answer, reply);
        tell_delivery(line, call, answer.said.message_id);
    }
    adapter_soap_answer_clear(&answer);
}

void adapter_soap_async_settle(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *reply)
{
    const struct adapter_soap_message message = {.call = call,
                                                 .purpose = ADAPTER_SOAP_SETTLES,
                                                 .operation = ADAPTER_OPERATION_STATUS,
                                                 .message_id = call->query,
                                                 .deadline_us = call->deadline_us};
    struct adapter_soap_answer answer;
    if (!adapter_soap_exchange(line, &message, &answer, reply))
        return;
    switch (answer.said.state) {
    case ADAPTER_MESSAGE_ON_DELIVERY:
        adapter_reply_conclude(reply, LINK_OUTCOME_PENDING, ADAPTER_WELL, "on its way to the registry");
        break;
    case ADAPTER_MESSAGE_DELIVERED:
        take_messages(line, call, reply);
        break;
    case ADAPTER_MESSAGE_NOT_DELIVERED:
        adapter_reply_conclude(reply, LINK_OUTCOME_FAILED, ADAPTER_WELL, "not delivered to the registry");
        break;
    case ADAPTER_MESSAGE_UNTOLD:
        adapter_soap_conclude_open(&message, ADAPTER_WELL, "no state of the message", reply);
        break;
    }
    adapter_soap_answer_clear(&answer);
}
