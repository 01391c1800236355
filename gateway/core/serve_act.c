/* POST /v1/acts: a signed act from its arrival to its acknowledgement. It is checked, recorded and made in one transaction of
 * the log's writer, or refused and recorded as that (docs/PROTOCOL-ACCESS.md). */
#include "base/log.h"
#include "gateway/core/act.h"
#include "gateway/core/decide.h"
#include "gateway/core/import.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/wire/accept.h"

enum { REDECISIONS_MAX = 3, RETRY_S = 1, ACKNOWLEDGEMENT_BYTES_MAX = 16 << 10 };

static void act_recorded(struct core_request *request);

/* Counts a refusal once, before it is recorded. */
static enum core_rate_verdict refusal_count(struct core_request *request, int64_t *ret_wait_us)
{
    return wire_codes_empty(request->codes) ? CORE_RATE_WITHIN : core_refusal_count(request, ret_wait_us);
}

static void act_record(struct core_request *request)
{
    int64_t wait_us;
    switch (refusal_count(request, &wait_us)) {
    case CORE_RATE_EXCEEDED:
        core_too_many_send(request, wait_us);
        return;
    case CORE_RATE_WITHIN:
        break;
    }
    if (core_entry_act_append(request, core_act_claim(request), act_recorded) != 0)
        core_log_away_send(request);
}

/* The register changed, or the id was claimed, between the check and the record: whoever was later is told why. */
static void act_decide_again(struct core_request *request)
{
    if (request->first.outcome == AUDIT_OUTCOME_CLAIMED)
        request->is_claimed = true;
    if (request->attempts++ >= REDECISIONS_MAX || core_act_find(request) < 0 || core_act_decide(request) < 0)
        core_log_away_send(request);
    else
        act_record(request);
}

static int acknowledgement_make(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    const struct wire_acknowledgement acknowledgement = {
        .act = request->act.head.id_text,
        .at_us = request->arrival_us,
        .kind = wire_act_type_kind(request->act.type),
        .type = wire_act_type_text(request->act.type),
    };
    base_buffer_init(&request->answer_json, ACKNOWLEDGEMENT_BYTES_MAX);
    base_buffer_init(&request->signed_der, ACKNOWLEDGEMENT_BYTES_MAX * 2);
    int r = wire_acknowledgement_encode(&acknowledgement, &request->answer_json);
    if (r == 0)
        r = certs_cms_sign(gateway->answer_signer, base_buffer_view(&request->answer_json), core_now_us(gateway),
                           &request->signed_der);
    return r < 0 ? r : core_answer_encode(request);
}

/* What was done stays done: one that cannot be proved now is to be looked for. */
static void acknowledgement_send(struct core_request *request)
{
    if (acknowledgement_make(request) < 0) {
        base_log(BASE_LOG_ERROR, "event=act-not-acknowledged act=%s", request->act.head.id_text);
        core_later_tell(request, WIRE_NOTE_ACT_LATER);
        core_request_free(request);
        return;
    }
    if (wire_accept_signed(request->http.accept))
        core_page_send(request, "application/pkcs7-mime", base_buffer_view(&request->signed_der));
    else
        core_page_send(request, "application/json", base_buffer_view(&request->reply));
}

static void act_recorded(struct core_request *request)
{
    switch (request->first.outcome) {
    case AUDIT_OUTCOME_DURABLE:
        break;
    case AUDIT_OUTCOME_CLAIMED:
    case AUDIT_OUTCOME_CHANGED:
        act_decide_again(request);
        return;
    case AUDIT_OUTCOME_POISON:
        base_log(BASE_LOG_ERROR, "event=record-refused-by-store kind=%s", request->first.columns.kind);
        core_log_away_send(request);
        return;
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        core_log_away_send(request);
        return;
    }
    if (wire_codes_empty(request->codes)) {
        enum wire_act_name name = wire_act_type_name(request->act.type);
        request->is_accepted = name == WIRE_ACT_IMPORT;
        if (name == WIRE_ACT_IMPORT || name == WIRE_ACT_IMPORT_END)
            core_import_wake(request->gateway->import);
        acknowledgement_send(request);
    } else
        core_refusal_send(request, NULL);
}

void core_act_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    core_message_verify(request);
    if (request->has_message) {
        if (core_act_read(request) < 0) {
            core_problem_send(request, WIRE_CODE_OVERLOADED, NULL, RETRY_S);
            return;
        }
        if (core_act_find(request) < 0 || core_act_decide(request) < 0) {
            core_log_away_send(request);
            return;
        }
    }
    act_record(request);
}
