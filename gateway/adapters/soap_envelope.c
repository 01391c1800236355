#include "gateway/adapters/soap_envelope.h"

#include "base/clock.h"
#include "gateway/adapters/xml_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS "Success" /* the one status code of an answer that is known to mean it */

/* ---- What is sent ---- */

/* An element in no namespace, as all below the operation's own are. NULL parent or out of memory: NULL. */
static xmlNode *plain_add(xmlNode *parent, const char *name)
{
    xmlNode *node = parent ? xmlNewDocNode(parent->doc, NULL, BAD_CAST name, NULL) : NULL;
    return node ? xmlAddChild(parent, node) : NULL;
}

static bool text_add(xmlNode *parent, const char *name, const char *text)
{
    xmlNode *node = plain_add(parent, name);
    xmlNode *content = node ? xmlNewDocText(node->doc, BAD_CAST text) : NULL;
    return content && xmlAddChild(node, content);
}

static bool sender_add(xmlNode *parent, const struct adapter_envelope_content *content)
{
    xmlNode *sender = plain_add(parent, "sender");
    return sender && text_add(sender, "senderId", content->sender) &&
           (!content->password || !content->password[0] || text_add(sender, "password", content->password));
}

/* xsi:type says what an element of anyType holds. */
static bool string_add(xmlNode *parent, const char *text)
{
    xmlNode *data = plain_add(parent, "data");
    xmlNode *holder = data ? xmlNewDocText(data->doc, BAD_CAST text) : NULL;
    xmlNs *instance =
        data ? xmlNewNs(data, BAD_CAST "http://www.w3.org/2001/XMLSchema-instance", BAD_CAST "xsi") : NULL;
    return holder && xmlAddChild(data, holder) && instance &&
           xmlNewNs(data, BAD_CAST "http://www.w3.org/2001/XMLSchema", BAD_CAST "xs") &&
           xmlNewNsProp(data, instance, BAD_CAST "type", BAD_CAST "xs:string");
}

static bool data_add(xmlNode *parent, const struct adapter_envelope_content *content)
{
    if (content->data_text)
        return string_add(parent, content->data_text);
    xmlNode *copy = parent ? xmlDocCopyNode((xmlNode *) content->data, parent->doc, 1) : NULL;
    return copy && xmlAddChild(parent, copy);
}

static bool send_fill(xmlNode *request, const struct adapter_envelope_content *content, const char *now)
{
    bool is_sync = content->operation == ADAPTER_OPERATION_SYNC_SEND;
    xmlNode *info = plain_add(request, is_sync ? "requestInfo" : "messageInfo");
    return text_add(info, "messageId", content->message_id) && text_add(info, "serviceId", content->service_id) &&
           (is_sync || text_add(info, "messageType", "REQUEST")) && text_add(info, "messageDate", now) &&
           sender_add(info, content) && data_add(plain_add(request, is_sync ? "requestData" : "messageData"), content);
}

static bool delivery_fill(xmlNode *request, const struct adapter_envelope_content *content, const char *now)
{
    xmlNode *notification = plain_add(request, "notification");
    bool done = text_add(notification, "messageId", content->message_id) &&
                text_add(notification, "serviceId", content->service_id) &&
                text_add(notification, "notificationDate", now);
    xmlNode *status = done ? plain_add(notification, "deliveryStatus") : NULL;
    return text_add(status, "receiveStatus", "MESSAGE_ACCEPTED") && text_add(status, "statusDate", now) &&
           text_add(status, "resendMessage", "NOT_RESEND") && text_add(request, "requestDate", now) &&
           sender_add(request, content);
}

static bool request_fill(xmlNode *request, const struct adapter_envelope_content *content, const char *now)
{
    switch (content->operation) {
    case ADAPTER_OPERATION_SYNC_SEND:
    case ADAPTER_OPERATION_SEND:
        return send_fill(request, content, now);
    case ADAPTER_OPERATION_STATUS:
        return text_add(request, "messageId", content->message_id) && text_add(request, "requestDate", now) &&
               sender_add(request, content);
    case ADAPTER_OPERATION_MESSAGES:
        return text_add(request, "correlationId", content->message_id) && text_add(request, "requestDate", now) &&
               text_add(request, "serviceId", content->service_id) && sender_add(request, content);
    case ADAPTER_OPERATION_DELIVERY:
        return delivery_fill(request, content, now);
    }
    return false;
}

static const char *operation_name(enum adapter_operation operation)
{
    switch (operation) {
    case ADAPTER_OPERATION_SYNC_SEND:
        return "SendMessage";
    case ADAPTER_OPERATION_SEND:
        return "sendMessage";
    case ADAPTER_OPERATION_STATUS:
        return "getMessageStatus";
    case ADAPTER_OPERATION_MESSAGES:
        return "getMessages";
    case ADAPTER_OPERATION_DELIVERY:
        return "sendDeliveryNotification";
    }
    return "";
}

static const char *operation_space(enum adapter_operation operation)
{
    return operation == ADAPTER_OPERATION_SYNC_SEND ? ADAPTER_NS_SYNC : ADAPTER_NS_ASYNC;
}

/* Envelope, Header and Body; the operation's request element, still empty. NULL out of memory. */
static xmlNode *frame_new(xmlDoc *document, enum adapter_operation operation)
{
    xmlNode *envelope = xmlNewDocNode(document, NULL, BAD_CAST "Envelope", NULL);
    if (!envelope)
        return NULL;
    xmlDocSetRootElement(document, envelope);
    xmlNs *soap = xmlNewNs(envelope, BAD_CAST ADAPTER_NS_SOAP, BAD_CAST "soapenv");
    if (!soap)
        return NULL;
    xmlSetNs(envelope, soap);
    xmlNode *header = plain_add(envelope, "Header"), *body = plain_add(envelope, "Body");
    xmlNode *call = header ? plain_add(body, operation_name(operation)) : NULL;
    xmlNs *types = call ? xmlNewNs(call, BAD_CAST operation_space(operation), BAD_CAST "typ") : NULL;
    if (!types)
        return NULL;
    xmlSetNs(header, soap);
    xmlSetNs(body, soap);
    xmlSetNs(call, types);
    return plain_add(call, "request");
}

int adapter_envelope_new(const struct adapter_envelope_content *content, xmlDoc **ret_envelope)
{
    char now[BASE_TIME_TEXT_MAX];
    base_time_format(content->now_us, now);
    xmlDoc *document = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *request = document ? frame_new(document, content->operation) : NULL;
    if (!request || !request_fill(request, content, now)) {
        adapter_envelope_free(document);
        return -ENOMEM;
    }
    *ret_envelope = document;
    return 0;
}

static void wipe(xmlNode *node)
{
    for (xmlNode *child = node ? node->children : NULL; child; child = child->next)
        if (child->type == XML_TEXT_NODE && child->content)
            explicit_bzero(child->content, strlen((const char *) child->content));
        else
            wipe(child);
}

void adapter_envelope_free(xmlDoc *envelope)
{
    if (envelope)
        wipe(xmlDocGetRootElement(envelope));
    xmlFreeDoc(envelope);
}

int adapter_envelope_write(xmlDoc *document, struct base_buffer *out)
{
    xmlChar *text = NULL;
    int len = 0;
    xmlDocDumpMemoryEnc(document, &text, &len, "UTF-8");
    if (!text)
        return -ENOMEM;
    int r = base_buffer_append(out, base_bytes_of(text, (size_t) len));
    explicit_bzero(text, (size_t) len);
    xmlFree(text);
    return r;
}

/* ---- What comes back ---- */

xmlNode *adapter_envelope_body(const xmlDoc *envelope)
{
    const xmlNode *root = xmlDocGetRootElement(envelope);
    if (!adapter_xml_is(root, ADAPTER_NS_SOAP, "Envelope"))
        return NULL;
    xmlNode *child = adapter_xml_first(root);
    if (child && adapter_xml_is(child, ADAPTER_NS_SOAP, "Header"))
        child = adapter_xml_next(child);
    return child && adapter_xml_is(child, ADAPTER_NS_SOAP, "Body") && !adapter_xml_next(child) ? child : NULL;
}

/* Copies a short text; false when there is none, or one too long. */
static bool text_take(const xmlNode *node, char *ret_text, size_t max)
{
    char *text = adapter_xml_text(node);
    size_t len = text ? strlen(text) : 0;
    bool fits = text && len > 0 && len <= max;
    if (fits)
        memcpy(ret_text, text, len + 1);
    free(text);
    return fits;
}

/* A code goes to log lines: anything that might be more than a code does not pass, such as a number as long as a
 * person's. */
static void code_take(const xmlNode *node, char ret_code[static ADAPTER_ENVELOPE_CODE_MAX + 1])
{
    static const char digits[] = "0123456789";
    char code[ADAPTER_ENVELOPE_CODE_MAX + 1] = "";
    ret_code[0] = 0;
    if (!text_take(node, code, ADAPTER_ENVELOPE_CODE_MAX))
        return;
    size_t plain = strspn(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    for (const char *at = strpbrk(code, digits); at; at = strpbrk(at + strspn(at, digits), digits))
        if (strspn(at, digits) > 6)
            return;
    if (code[plain] == 0)
        memcpy(ret_code, code, sizeof(code));
}

/* The channel's own fault holds an error code; a SOAP fault alone has only the kind of it. */
static void fault_read(const xmlNode *fault, struct adapter_envelope_answer *answer)
{
    const xmlNode *detail = adapter_xml_child(fault, NULL, "detail");
    const xmlNode *error = adapter_xml_first(detail);
    answer->kind = ADAPTER_ENVELOPE_FAULT;
    code_take(adapter_xml_child(error, NULL, "errorCode"), answer->code);
}

static void sync_read(const xmlNode *response, struct adapter_envelope_answer *answer)
{
    const xmlNode *info = adapter_xml_child(response, NULL, "responseInfo");
    const xmlNode *status = adapter_xml_child(info, NULL, "status");
    const xmlNode *code = adapter_xml_child(status, NULL, "code");
    char *word = adapter_xml_text(code);
    if (!word || !text_take(adapter_xml_child(info, NULL, "messageId"), answer->message_id, ADAPTER_ENVELOPE_ID_MAX)) {
        free(word);
        return;
    }
    text_take(adapter_xml_child(info, NULL, "correlationId"), answer->correlation_id, ADAPTER_ENVELOPE_ID_MAX);
    code_take(code, answer->code);
    answer->is_success = strcmp(word, SUCCESS) == 0;
    answer->data = adapter_xml_child(adapter_xml_child(response, NULL, "responseData"), NULL, "data");
    if (!answer->is_success || answer->data)
        answer->kind = ADAPTER_ENVELOPE_RESPONSE;
    free(word);
}

static void send_read(const xmlNode *response, struct adapter_envelope_answer *answer)
{
    if (text_take(adapter_xml_child(response, NULL, "messageId"), answer->message_id, ADAPTER_ENVELOPE_ID_MAX))
        answer->kind = ADAPTER_ENVELOPE_RESPONSE;
    text_take(adapter_xml_child(response, NULL, "correlationId"), answer->correlation_id, ADAPTER_ENVELOPE_ID_MAX);
}

static void status_read(const xmlNode *response, struct adapter_envelope_answer *answer)
{
    static const struct {
        const char *word;
        enum adapter_message_state state;
    } states[] = {{"ON_DELIVERY", ADAPTER_MESSAGE_ON_DELIVERY},
                  {"DELIVERED", ADAPTER_MESSAGE_DELIVERED},
                  {"NOT_DELIVERED", ADAPTER_MESSAGE_NOT_DELIVERED},
                  {"DELIVERY_STOPPED", ADAPTER_MESSAGE_NOT_DELIVERED}};
    char word[ADAPTER_ENVELOPE_CODE_MAX + 1] = "";
    if (!text_take(adapter_xml_child(response, NULL, "messageState"), word, ADAPTER_ENVELOPE_CODE_MAX))
        return;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(states); i++)
        if (strcmp(states[i].word, word) == 0)
            answer->state = states[i].state;
    if (answer->state != ADAPTER_MESSAGE_UNTOLD)
        answer->kind = ADAPTER_ENVELOPE_RESPONSE;
    code_take(adapter_xml_child(adapter_xml_child(response, NULL, "status"), NULL, "statusCode"), answer->code);
}

/* True when the message is the answer to ours. */
static bool message_take(const xmlNode *message, const char *message_id, struct adapter_envelope_answer *answer)
{
    const xmlNode *info = adapter_xml_child(message, NULL, "messageInfo");
    char type[ADAPTER_ENVELOPE_CODE_MAX + 1] = "";
    struct adapter_envelope_answer found = {.kind = ADAPTER_ENVELOPE_RESPONSE};
    bool is_ours =
        text_take(adapter_xml_child(info, NULL, "messageId"), found.message_id, ADAPTER_ENVELOPE_ID_MAX) &&
        text_take(adapter_xml_child(info, NULL, "correlationId"), found.correlation_id, ADAPTER_ENVELOPE_ID_MAX) &&
        strcmp(found.correlation_id, message_id) == 0 &&
        text_take(adapter_xml_child(info, NULL, "messageType"), type, ADAPTER_ENVELOPE_CODE_MAX) &&
        strcmp(type, "RESPONSE") == 0;
    found.data = adapter_xml_child(adapter_xml_child(message, NULL, "messageData"), NULL, "data");
    if (!is_ours || !found.data)
        return false;
    *answer = found;
    return true;
}

static void messages_read(const xmlNode *response, const char *message_id, struct adapter_envelope_answer *answer)
{
    answer->kind = ADAPTER_ENVELOPE_RESPONSE;
    for (const xmlNode *child = adapter_xml_first(response); child; child = adapter_xml_next(child))
        if (adapter_xml_is(child, NULL, "messages") && message_take(child, message_id, answer))
            return;
}

void adapter_envelope_read(const xmlNode *body, enum adapter_operation operation, const char *message_id,
                           struct adapter_envelope_answer *ret_answer)
{
    *ret_answer = (struct adapter_envelope_answer){0};
    const xmlNode *answer = adapter_xml_first(body);
    char name[64] = "";
    strncat(name, operation_name(operation), sizeof(name) - 1);
    strncat(name, "Response", sizeof(name) - strlen(name) - 1);
    if (!answer || adapter_xml_next(answer))
        return;
    if (adapter_xml_is(answer, ADAPTER_NS_SOAP, "Fault")) {
        fault_read(answer, ret_answer);
        return;
    }
    if (!adapter_xml_is(answer, operation_space(operation), name))
        return;
    const xmlNode *response = adapter_xml_child(answer, NULL, "response");
    if (!response)
        return;
    switch (operation) {
    case ADAPTER_OPERATION_SYNC_SEND:
        sync_read(response, ret_answer);
        return;
    case ADAPTER_OPERATION_SEND:
        send_read(response, ret_answer);
        return;
    case ADAPTER_OPERATION_STATUS:
        status_read(response, ret_answer);
        return;
    case ADAPTER_OPERATION_MESSAGES:
        messages_read(response, message_id, ret_answer);
        return;
    case ADAPTER_OPERATION_DELIVERY:
        ret_answer->kind = ADAPTER_ENVELOPE_RESPONSE;
        return;
    }
}
