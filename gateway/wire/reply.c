#include "gateway/wire/reply.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "gateway/wire/json.h"
#include "policy/encode.h"

void wire_receipt_encode(const struct wire_receipt *receipt, struct base_json *json)
{
    static const char *const names[WIRE_RECEIPT_RECORDS_MAX] = {"request", "result"};
    base_json_object_begin(json);
    base_json_member_text(json, "log", receipt->log);
    base_json_name(json, "proofs");
    base_json_array_begin(json);
    for (size_t i = 0; i < receipt->count; i++)
        base_json_string(json, receipt->records[i].proof);
    base_json_array_end(json);
    for (size_t i = 0; i < receipt->count; i++) {
        base_json_name(json, names[i]);
        base_json_object_begin(json);
        base_json_member_integer(json, "index", (int64_t)receipt->records[i].index);
        base_json_member_hex(json, "leaf", base_bytes_of(receipt->records[i].leaf_hash, 32));
        base_json_object_end(json);
    }
    base_json_object_end(json);
}

static void time_encode(struct base_json *json, const char *name, int64_t at_us)
{
    char text[BASE_TIME_TEXT_MAX];
    base_time_format(at_us, text);
    base_json_member_text(json, name, text);
}

int wire_answer_encode(const struct wire_answer *answer, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    time_encode(&json, "at", answer->at_us);
    base_json_name(&json, "decision");
    if (answer->decided.len > 0)
        base_json_raw(&json, answer->decided);
    else
        policy_decision_encode(answer->decision, answer->edition, &json);
    base_json_member_text(&json, "notice", answer->notice);
    base_json_member_text(&json, "query", answer->query);
    base_json_name(&json, "result");
    base_json_object_begin(&json);
    base_json_name(&json, "records");
    base_json_raw(&json, answer->records);
    base_json_object_end(&json);
    base_json_member_integer(&json, "service", answer->service);
    base_json_member_text(&json, "v", "qao.answer/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

int wire_acknowledgement_encode(const struct wire_acknowledgement *acknowledgement, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "act", acknowledgement->act);
    time_encode(&json, "at", acknowledgement->at_us);
    base_json_member_text(&json, "kind", acknowledgement->kind);
    base_json_member_text(&json, "type", acknowledgement->type);
    base_json_member_text(&json, "v", "qao.acknowledgement/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

int wire_reply_encode(struct base_bytes answer, struct base_bytes signed_der, const struct wire_receipt *receipt,
                      struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "answer");
    base_json_raw(&json, answer);
    if (receipt) {
        base_json_name(&json, "receipt");
        wire_receipt_encode(receipt, &json);
    }
    base_json_name(&json, "signed");
    base_json_base64(&json, signed_der);
    base_json_member_text(&json, "v", "qao.reply/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

int wire_reply_receipt_add(struct base_bytes reply, const struct wire_receipt *receipt, struct base_buffer *out)
{
    BASE_CLEANUP(wire_json_cleanup) json_t *value = NULL, *proven = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, out->max);
    struct base_json json;
    base_json_begin(&json, &text);
    wire_receipt_encode(receipt, &json);
    int r = base_json_end(&json);
    if (r == 0)
        r = wire_json_parse(reply, reply.len, &value, NULL);
    if (r == 0)
        r = wire_json_parse(base_buffer_view(&text), text.len, &proven, NULL);
    if (r != 0 || !json_is_object(value) || json_object_get(value, "receipt"))
        return r < 0 ? r : -EBADMSG;
    return json_object_set(value, "receipt", proven) == 0 ? wire_json_canonical(value, out) : -ENOMEM;
}

enum wire_code wire_code_of_reason(enum policy_reason reason)
{
    switch (reason) {
    case POLICY_REASON_NONE:
        return WIRE_CODE_NONE;
    case POLICY_REASON_ROLE_BASIS:
        return WIRE_CODE_ROLE_BASIS;
    case POLICY_REASON_BASIS_NOT_GRANTED:
        return WIRE_CODE_BASIS_NOT_GRANTED;
    case POLICY_REASON_DUTY_MISSING:
        return WIRE_CODE_DUTY_MISSING;
    case POLICY_REASON_DUTY_NOT_OF_ROLE:
        return WIRE_CODE_DUTY_NOT_OF_ROLE;
    case POLICY_REASON_DUTY_NOT_GRANTED:
        return WIRE_CODE_DUTY_NOT_GRANTED;
    case POLICY_REASON_SERVICE_CLOSED:
        return WIRE_CODE_SERVICE_CLOSED;
    case POLICY_REASON_CASE_MISSING:
        return WIRE_CODE_CASE_MISSING;
    case POLICY_REASON_CASE_MALFORMED:
        return WIRE_CODE_CASE_MALFORMED;
    case POLICY_REASON_ARTICLE_MISSING:
        return WIRE_CODE_ARTICLE_MISSING;
    case POLICY_REASON_ARTICLE_NOT_LISTED:
        return WIRE_CODE_ARTICLE_NOT_LISTED;
    }
    return WIRE_CODE_NONE;
}

/* The citations that support one code, as a decision of their own. */
static struct policy_decision decision_of_code(const struct policy_decision *decision, enum wire_code code)
{
    struct policy_decision part = {.effect = POLICY_EFFECT_DENY};
    for (unsigned i = 0; decision && i < decision->citation_count && i < POLICY_CITATION_MAX; i++)
        if (wire_code_of_reason((enum policy_reason)decision->citations[i].reason) == code)
            part.citations[part.citation_count++] = decision->citations[i];
    return part;
}

void wire_reasons_encode(const struct wire_messages *messages, struct wire_codes codes,
                         const struct policy_decision *decision, enum wire_language language, struct base_json *json)
{
    base_json_array_begin(json);
    for (enum wire_code code = wire_codes_first(codes); code != WIRE_CODE_NONE; code = wire_codes_after(codes, code)) {
        base_json_object_begin(json);
        struct policy_decision part = decision_of_code(decision, code);
        if (part.citation_count > 0) {
            base_json_name(json, "citations");
            policy_citations_encode(&part, json);
        }
        base_json_member_text(json, "code", wire_code_text(code));
        base_json_member_text(json, "title", wire_message_title(messages, code, language));
        base_json_object_end(json);
    }
    base_json_array_end(json);
}

int wire_problem_encode(const struct wire_messages *messages, const struct wire_problem *problem,
                        struct base_bytes signed_der, const struct wire_receipt *receipt, struct base_buffer *out)
{
    enum wire_code first = wire_codes_first(problem->codes);
    char type[64];
    snprintf(type, sizeof(type), "urn:qao:problem:%s", wire_code_text(first));
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "detail",
                          problem->detail ? problem->detail
                                          : wire_message_detail(messages, first, problem->language));
    if (problem->fault)
        base_json_member_text(&json, "fault", problem->fault);
    if (problem->faults.len > 0) {
        base_json_name(&json, "faults");
        base_json_raw(&json, problem->faults);
    }
    if (problem->query)
        base_json_member_text(&json, "query", problem->query);
    base_json_name(&json, "reasons");
    wire_reasons_encode(messages, problem->codes, problem->decision, problem->language, &json);
    if (receipt) {
        base_json_name(&json, "receipt");
        wire_receipt_encode(receipt, &json);
    }
    if (signed_der.len > 0) {
        base_json_name(&json, "signed");
        base_json_base64(&json, signed_der);
    }
    base_json_member_integer(&json, "status", problem->status);
    base_json_member_text(&json, "title", wire_message_title(messages, first, problem->language));
    base_json_member_text(&json, "type", type);
    base_json_object_end(&json);
    return base_json_end(&json);
}

void wire_needs_encode(unsigned needs, struct base_json *json)
{
    base_json_array_begin(json);
    if (needs & POLICY_NEED_CASE)
        base_json_text(json, "case");
    if (needs & POLICY_NEED_ARTICLE)
        base_json_text(json, "article");
    base_json_array_end(json);
}

int wire_pending_encode(const struct wire_pending *pending, const struct wire_receipt *receipt, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "query", pending->query);
    base_json_name(&json, "receipt");
    wire_receipt_encode(receipt, &json);
    base_json_member_integer(&json, "service", pending->service);
    time_encode(&json, "until", pending->until_us);
    base_json_member_text(&json, "v", "qao.pending/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

int wire_inquiry_accepted_encode(const struct wire_inquiry_accepted *accepted, const struct wire_receipt *receipt,
                                 struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "parts");
    base_json_array_begin(&json);
    for (size_t i = 0; i < accepted->service_count; i++) {
        base_json_object_begin(&json);
        base_json_member_integer(&json, "part", (int64_t)i + 1);
        base_json_member_integer(&json, "service", accepted->services[i]);
        base_json_object_end(&json);
    }
    base_json_array_end(&json);
    base_json_member_text(&json, "query", accepted->query);
    base_json_name(&json, "receipt");
    wire_receipt_encode(receipt, &json);
    base_json_member_text(&json, "v", "qao.inquiry-reply/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

static void explanation_encode(const struct wire_messages *messages, const struct wire_explanation *explanation,
                               struct base_json *json)
{
    base_json_object_begin(json);
    time_encode(json, "at", explanation->at_us);
    if (explanation->edition) {
        base_json_name(json, "decision");
        policy_decision_encode(explanation->decision, explanation->edition, json);
    }
    base_json_name(json, "needs");
    wire_needs_encode(explanation->decision->needs, json);
    base_json_member_text(json, "note", wire_message_note(messages, WIRE_NOTE_EXPLAINED, explanation->language));
    base_json_member_text(json, "query", explanation->query);
    base_json_name(json, "reasons");
    wire_reasons_encode(messages, explanation->codes, explanation->decision, explanation->language, json);
    base_json_member_integer(json, "service", explanation->service);
    base_json_member_text(json, "v", "qao.explanation/1");
    base_json_object_end(json);
}

int wire_explanation_encode(const struct wire_messages *messages, const struct wire_explanation *explanation,
                            const struct wire_receipt *receipt, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "explanation");
    explanation_encode(messages, explanation, &json);
    base_json_name(&json, "receipt");
    wire_receipt_encode(receipt, &json);
    base_json_member_text(&json, "v", "qao.explained/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}
