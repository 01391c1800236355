/* Messages of the state gateway's two channels (SOAP 1.1, document/literal): what is sent, and what comes back. Only
 * the outer envelope; what a service asks and answers stands in its data element. Any thread. */
#ifndef GATEWAY_ADAPTERS_SOAP_ENVELOPE_H
#define GATEWAY_ADAPTERS_SOAP_ENVELOPE_H

#include "base/buffer.h"
#include "base/result.h"

#include <libxml/tree.h>

#define ADAPTER_NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define ADAPTER_NS_SYNC "http://bip.bee.kz/SyncChannel/v10/Types"
#define ADAPTER_NS_ASYNC "http://bip.bee.kz/AsyncChannel/v10/Types"

enum adapter_operation {
    ADAPTER_OPERATION_SYNC_SEND = 0,
    ADAPTER_OPERATION_SEND,     /* the asynchronous channel takes a request */
    ADAPTER_OPERATION_STATUS,   /* how far it got */
    ADAPTER_OPERATION_MESSAGES, /* what was answered */
    ADAPTER_OPERATION_DELIVERY, /* an answer has arrived */
};

/* What a message says; all borrowed. */
struct adapter_envelope_content {
    enum adapter_operation operation;
    const char *message_id;        /* the query's id; of a delivery: the answer's */
    const char *service_id;        /* in the state gateway's register of interactions */
    const char *sender, *password; /* NULL or empty password: none is sent */
    int64_t now_us;                /* wall clock */
    const xmlNode *data;           /* of what is sent: the data element, copied … */
    const char *data_text;         /* … or a text that becomes its content; one of the two */
};

/* A whole envelope, freed by adapter_envelope_free(). Needs base_clock_zone_init(). -ENOMEM. */
int adapter_envelope_new(const struct adapter_envelope_content *content, xmlDoc **ret_envelope) BASE_MUST_USE;
/* Wipes the password. Accepts NULL. */
void adapter_envelope_free(xmlDoc *envelope);

/* Appends the document's bytes, UTF-8. The buffer's errors, -ENOMEM. */
int adapter_envelope_write(xmlDoc *document, struct base_buffer *out) BASE_MUST_USE;

/* The Body of an envelope that is one: Envelope, at most one Header before exactly one Body, nothing else. NULL for all
 * else. */
xmlNode *adapter_envelope_body(const xmlDoc *envelope);

enum { ADAPTER_ENVELOPE_ID_MAX = 64, ADAPTER_ENVELOPE_CODE_MAX = 32 };

/* How far a message got (MessageState). */
enum adapter_message_state {
    ADAPTER_MESSAGE_UNTOLD = 0,
    ADAPTER_MESSAGE_ON_DELIVERY,
    ADAPTER_MESSAGE_DELIVERED,
    ADAPTER_MESSAGE_NOT_DELIVERED, /* also DELIVERY_STOPPED */
};

enum adapter_envelope_kind {
    ADAPTER_ENVELOPE_MALFORMED = 0,
    ADAPTER_ENVELOPE_FAULT,
    ADAPTER_ENVELOPE_RESPONSE,
};

/* What a Body says. */
struct adapter_envelope_answer {
    enum adapter_envelope_kind kind;
    char code[ADAPTER_ENVELOPE_CODE_MAX +
              1]; /* of a status or fault, for a log line: letters, digits, "._-"; else empty */
    char message_id[ADAPTER_ENVELOPE_ID_MAX + 1];     /* the answer's own */
    char correlation_id[ADAPTER_ENVELOPE_ID_MAX + 1]; /* the message it belongs to; empty for none */
    bool is_success;                                  /* of a synchronous answer: its status */
    enum adapter_message_state state;                 /* of a status */
    const xmlNode
        *data; /* borrowed from the Body; NULL where the operation has none, and for messages none of which is ours */
};

/* Reads the Body of an answer to an operation. Of several messages the first whose correlationId is message_id counts.
 */
void adapter_envelope_read(const xmlNode *body, enum adapter_operation operation, const char *message_id,
                           struct adapter_envelope_answer *ret_answer);

#endif
