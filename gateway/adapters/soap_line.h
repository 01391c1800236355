/* One message to a registry over its line and the answer to it, believed or not; shared by the two channels. */
#ifndef GATEWAY_ADAPTERS_SOAP_LINE_H
#define GATEWAY_ADAPTERS_SOAP_LINE_H

#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_settings.h"

struct adapter_line {
    const struct adapter_registry_settings *settings;
    struct adapter_https_line *https;
};

/* What is said of a call whose exchange came to nothing that can be believed. */
enum adapter_soap_purpose {
    ADAPTER_SOAP_ASKS = 0, /* a question has failed; an act may have been done */
    ADAPTER_SOAP_SETTLES,  /* nobody could say */
};

struct adapter_soap_message {
    const struct adapter_call *call;
    enum adapter_soap_purpose purpose;
    enum adapter_operation operation;
    const struct adapter_template *template; /* of what is sent; NULL where the operation sends no data */
    const char *message_id;
    int64_t deadline_us;
};

/* A believed answer: the Body as it was signed. */
struct adapter_soap_answer {
    xmlDoc *body;
    struct adapter_envelope_answer said; /* borrowed from body */
};

/* True when the registry's answer can be believed: it is neither a fault nor malformed. Otherwise the reply is
 * concluded. */
bool adapter_soap_exchange(struct adapter_line *line, const struct adapter_soap_message *message,
                           struct adapter_soap_answer *ret_answer, struct adapter_reply *reply) BASE_MUST_USE;
void adapter_soap_answer_clear(struct adapter_soap_answer *answer);

/* Concludes with what an answer's data holds: records, or why there are none. */
void adapter_soap_take_data(struct adapter_line *line, const struct adapter_soap_message *message,
                            const struct adapter_soap_answer *answer, struct adapter_reply *reply);

/* Concludes a call of which a sent message tells nothing that can be relied on. */
void adapter_soap_conclude_open(const struct adapter_soap_message *message, enum adapter_health health,
                                const char *detail, struct adapter_reply *reply);

/* The asynchronous channel's call() and settle() of struct adapter_kind. */
void adapter_soap_async_call(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *reply);
void adapter_soap_async_settle(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *reply);

#endif
