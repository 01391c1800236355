#include "gateway/adapters/soap_line.h"

#include "base/clock.h"
#include "gateway/adapters/soap_sign.h"
#include "gateway/adapters/soap_verify.h"
#include "gateway/adapters/xml_json.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 1024 * 1024, STATUS_FAULT = 500 };

static struct adapter_soap_registry *registry_of(const struct adapter_line *line)
{
    return line->settings->own;
}

static const struct adapter_soap_service *service_of(const struct adapter_soap_message *message)
{
    return message->call->service->own;
}

void adapter_soap_conclude_open(const struct adapter_soap_message *message, enum adapter_health health,
                                const char *detail, struct adapter_reply *reply)
{
    bool is_open = message->purpose == ADAPTER_SOAP_SETTLES || message->call->service->is_act;
    adapter_reply_conclude(reply, is_open ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED, health, detail);
}

/* Nothing was sent. */
static void conclude_unsent(const struct adapter_soap_message *message, const char *detail, struct adapter_reply *reply)
{
    adapter_reply_conclude(reply, message->purpose == ADAPTER_SOAP_SETTLES ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED,
                           ADAPTER_UNTOLD, detail);
}

/* ---- What is sent ---- */

/* The document that is asked with; NULL with the reply concluded. */
static xmlDoc *data_new(struct adapter_line *line, const struct adapter_soap_message *message,
                        struct adapter_reply *reply)
{
    const struct adapter_service *service = message->call->service;
    char now[BASE_TIME_TEXT_MAX];
    struct base_clock clock = base_clock_system();
    base_time_format(base_clock_now_us(&clock), now);
    struct adapter_template_value values[LINK_PARAMS_MAX + 3] = {
        {"query", message->call->query}, {"now", now}, {"sender", registry_of(line)->sender}};
    size_t count = 3;
    for (size_t i = 0; i < service->parameter_count; i++)
        values[count++] = (struct adapter_template_value){service->parameters[i], message->call->values[i]};
    xmlDoc *document = NULL;
    int r = adapter_template_fill(message->template, values, count, &document);
    if (r == 0)
        return document;
    conclude_unsent(message, r == ADAPTER_TEMPLATE_UNFIT ? "a parameter cannot stand in XML" : "no memory", reply);
    return NULL;
}

/* The document as the text that the data element holds. */
static int text_new(struct adapter_line *line, const struct adapter_soap_message *message, xmlDoc *data,
                    char **ret_text)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, REQUEST_MAX);
    int r = service_of(message)->is_signed ? adapter_sign_enveloped(registry_of(line)->key, data) : 0;
    if (r == 0)
        r = adapter_envelope_write(data, &text);
    *ret_text = r == 0 ? base_buffer_take_text(&text) : NULL;
    return *ret_text ? 0 : -ENOMEM;
}

static int envelope_write(struct adapter_line *line, const struct adapter_envelope_content *content,
                          struct base_buffer *out)
{
    xmlDoc *envelope = NULL;
    char id[80];
    snprintf(id, sizeof(id), "id-%.64s", content->message_id);
    int r = adapter_envelope_new(content, &envelope);
    if (r == 0)
        r = adapter_sign_body(registry_of(line)->key, envelope, id);
    if (r == 0)
        r = adapter_envelope_write(envelope, out);
    adapter_envelope_free(envelope);
    return r;
}

/* False with the reply concluded. */
static bool message_write(struct adapter_line *line, const struct adapter_soap_message *message,
                          struct base_buffer *out, struct adapter_reply *reply)
{
    xmlDoc *data BASE_CLEANUP(adapter_xml_cleanup) = message->template ? data_new(line, message, reply) : NULL;
    if (message->template && !data)
        return false;
    struct base_clock clock = base_clock_system();
    struct adapter_envelope_content content = {.operation = message->operation,
                                               .message_id = message->message_id,
                                               .service_id = service_of(message)->service_id,
                                               .sender = registry_of(line)->sender,
                                               .password = registry_of(line)->password,
                                               .now_us = base_clock_now_us(&clock)};
    char *text = NULL;
    int r = 0;
    if (data && service_of(message)->form == ADAPTER_SOAP_STRING)
        r = text_new(line, message, data, &text);
    else
        content.data = data ? xmlDocGetRootElement(data) : NULL;
    content.data_text = text;
    if (r == 0)
        r = envelope_write(line, &content, out);
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    if (r < 0)
        conclude_unsent(message, r == -EIO ? "the request could not be signed" : "the request could not be made",
                        reply);
    return r == 0;
}

/* ---- What comes back ---- */

/* An HTTP answer that can be a SOAP message: SOAP 1.1 §6.2 sends faults with 500. False with the reply concluded. */
static bool is_soap(const struct adapter_soap_message *message, const struct adapter_https_response *response,
                    struct adapter_reply *reply)
{
    if ((response->status == 200 || response->status == STATUS_FAULT) &&
        strcmp(response->content_type, "text/xml") == 0)
        return true;
    char detail[64];
    bool is_ill = response->status >= 500 || response->status == 401 || response->status == 403 ||
                  response->status == 408 || response->status == 429;
    snprintf(detail, sizeof(detail), "HTTP status %ld%s", response->status,
             response->status == 200 || response->status == STATUS_FAULT ? ", not text/xml" : "");
    adapter_soap_conclude_open(message, is_ill ? ADAPTER_ILL : ADAPTER_WELL, detail, reply);
    return false;
}

static bool is_fault(const xmlDoc *envelope)
{
    return adapter_xml_is(adapter_xml_first(adapter_envelope_body(envelope)), ADAPTER_NS_SOAP, "Fault");
}

/* The Body that the registry signed, read from the bytes it signed; NULL with the reply concluded. */
static xmlDoc *body_read(struct adapter_line *line, const struct adapter_soap_message *message,
                         const struct adapter_https_response *response, struct adapter_reply *reply)
{
    xmlDoc *envelope BASE_CLEANUP(adapter_xml_cleanup) = NULL, *body = NULL;
    struct base_buffer signed_bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&signed_bytes, ADAPTER_XML_BYTES_MAX);
    int r = adapter_xml_read(base_buffer_view(&response->body), &envelope);
    if (r != 0) {
        adapter_soap_conclude_open(message, ADAPTER_WELL,
                                   r == ADAPTER_XML_FORBIDDEN ? "answer with a document type or processing instruction"
                                   : r == ADAPTER_XML_EXCESS  ? "answer over a limit of XML"
                                                              : "answer is no XML",
                                   reply);
        return NULL;
    }
    struct base_clock clock = base_clock_system();
    enum adapter_finding finding =
        adapter_verify_body(registry_of(line)->pins, envelope, base_clock_now_us(&clock), &signed_bytes);
    if (finding == ADAPTER_FINDING_SIGNED && adapter_xml_read(base_buffer_view(&signed_bytes), &body) == 0)
        return body;
    /* Somebody on the way may say that the registry is away, but not what became of an act. */
    if (finding == ADAPTER_FINDING_UNSIGNED && is_fault(envelope))
        adapter_soap_conclude_open(message, ADAPTER_UNTOLD, "SOAP fault without a signature", reply);
    else
        adapter_soap_conclude_open(message, ADAPTER_ILL, adapter_finding_words(finding), reply);
    return NULL;
}

/* The registry itself says no. */
static void conclude_refused(const struct adapter_soap_message *message, const char *what, const char *code,
                             struct adapter_reply *reply)
{
    char detail[LINK_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "%s%s%s", what, code[0] ? " " : "", code);
    adapter_reply_conclude(reply, message->purpose == ADAPTER_SOAP_SETTLES ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED,
                           ADAPTER_WELL, detail);
}

bool adapter_soap_exchange(struct adapter_line *line, const struct adapter_soap_message *message,
                           struct adapter_soap_answer *ret_answer, struct adapter_reply *reply)
{
    *ret_answer = (struct adapter_soap_answer){0};
    struct base_buffer request_body BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&request_body, REQUEST_MAX);
    if (!message_write(line, message, &request_body, reply))
        return false;
    static const char *const headers[] = {"SOAPAction: \"\"", NULL};
    bool is_sync = message->operation == ADAPTER_OPERATION_SYNC_SEND;
    const struct adapter_https_request request = {
        .path = is_sync ? registry_of(line)->sync_path : registry_of(line)->async_path,
        .accept = "text/xml",
        .content_type = "text/xml; charset=utf-8",
        .headers = headers,
        .body = base_buffer_view(&request_body),
        .is_act = message->purpose == ADAPTER_SOAP_ASKS && message->call->service->is_act,
        .deadline_us = message->deadline_us};
    struct adapter_https_response response = {0};
    base_buffer_init(&response.body, ADAPTER_XML_BYTES_MAX);
    adapter_https_exchange(line->https, &request, &response);
    if (response.end != ADAPTER_HTTPS_ANSWERED) {
        adapter_https_conclude(response.end, message->call, reply);
        if (message->purpose == ADAPTER_SOAP_SETTLES) /* also for a call that was asked and pends */
            reply->outcome = LINK_OUTCOME_UNKNOWN;
    } else if (is_soap(message, &response, reply)) {
        ret_answer->body = body_read(line, message, &response, reply);
    }
    base_buffer_clear(&response.body);
    if (!ret_answer->body)
        return false;
    adapter_envelope_read(xmlDocGetRootElement(ret_answer->body), message->operation, message->call->query,
                          &ret_answer->said);
    switch (ret_answer->said.kind) {
    case ADAPTER_ENVELOPE_RESPONSE:
        return true;
    case ADAPTER_ENVELOPE_FAULT:
        conclude_refused(message, "SOAP fault", ret_answer->said.code, reply);
        break;
    case ADAPTER_ENVELOPE_MALFORMED:
        adapter_soap_conclude_open(message, ADAPTER_WELL, "answer is none of this operation", reply);
        break;
    }
    adapter_soap_answer_clear(ret_answer);
    return false;
}

void adapter_soap_answer_clear(struct adapter_soap_answer *answer)
{
    xmlFreeDoc(answer->body);
    *answer = (struct adapter_soap_answer){0};
}

/* ---- Data ---- */

/* The document that stands in the data element as a text; NULL with a reason. */
static xmlDoc *inner_read(struct adapter_line *line, const struct adapter_soap_message *message, const xmlNode *data,
                          const char **ret_reason)
{
    const struct adapter_soap_registry *registry = registry_of(line);
    xmlDoc *outer BASE_CLEANUP(adapter_xml_cleanup) = NULL, *inner = NULL;
    struct base_buffer signed_bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&signed_bytes, ADAPTER_XML_BYTES_MAX);
    char *text = adapter_xml_text(data);
    int r = text ? adapter_xml_read(base_bytes_text(text), &outer) : ADAPTER_XML_MALFORMED;
    free(text);
    *ret_reason = "data of the answer is no XML";
    if (r != 0)
        return NULL;
    if (!service_of(message)->is_signed)
        return BASE_TAKE(outer);
    struct base_clock clock = base_clock_system();
    enum adapter_finding finding = adapter_verify_enveloped(registry->data_pins ? registry->data_pins : registry->pins,
                                                            outer, base_clock_now_us(&clock), &signed_bytes);
    if (finding != ADAPTER_FINDING_SIGNED) {
        *ret_reason = finding == ADAPTER_FINDING_UNSIGNED   ? "data of the answer without a signature"
                      : finding == ADAPTER_FINDING_STRANGER ? "data of the answer signed with another certificate"
                                                            : "signature of the answer's data is wrong";
        return NULL;
    }
    return adapter_xml_read(base_buffer_view(&signed_bytes), &inner) == 0 ? inner : NULL;
}

/* Records of the description, as canonical JSON. NULL, or why there are none. */
static const char *records_write(const struct adapter_line *line, const struct adapter_soap_message *message,
                                 const xmlNode *root, char ret_detail[static ADAPTER_MAP_DETAIL_MAX],
                                 struct base_buffer *records)
{
    const struct adapter_soap_service *service = service_of(message);
    size_t max = (size_t) line->settings->records;
    json_t *found BASE_CLEANUP(wire_json_cleanup) = NULL, *mapped BASE_CLEANUP(wire_json_cleanup) = NULL;
    int r = adapter_xml_json_records(root, service->records, max, &found);
    if (r != 0)
        return r == ADAPTER_XML_JSON_EXCESS ? "answer too large" : "answer is no list of records";
    r = adapter_map_apply(service->map, found, true, max, &mapped, ret_detail);
    if (r != 0)
        return r == ADAPTER_MAP_MISFIT ? ret_detail : "no memory";
    return wire_json_canonical(mapped, records) == 0 ? NULL : "answer too large";
}

void adapter_soap_take_data(struct adapter_line *line, const struct adapter_soap_message *message,
                            const struct adapter_soap_answer *answer, struct adapter_reply *reply)
{
    xmlDoc *inner BASE_CLEANUP(adapter_xml_cleanup) = NULL;
    const char *reason = NULL;
    const xmlNode *root = answer->said.data;
    if (service_of(message)->form == ADAPTER_SOAP_STRING) {
        inner = inner_read(line, message, answer->said.data, &reason);
        root = xmlDocGetRootElement(inner);
    }
    char detail[ADAPTER_MAP_DETAIL_MAX] = "";
    if (root)
        reason = records_write(line, message, root, detail, &reply->records);
    if (!reason) {
        adapter_reply_conclude(reply, LINK_OUTCOME_ANSWERED, ADAPTER_WELL, "");
        return;
    }
    base_buffer_reset(&reply->records);
    /* The answer has come, and a question's will not become another one by asking for it again. */
    adapter_reply_conclude(reply, message->call->service->is_act ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED,
                           ADAPTER_WELL, reason);
}
