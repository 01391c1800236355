#include "gateway/core/call.h"

#include <openssl/sha.h>
#include <stdio.h>

#include "base/log.h"
#include "gateway/core/pending.h"
#include "gateway/core/serve.h"
#include "gateway/wire/json.h"

/* The adapter keeps the deadline; ours is for an adapter that hangs. RECORDS_MAX leaves room for the signed copy. */
enum { ADAPTER_GRACE_US = 2000000, CASE_GRACE_US = 500000, RECORDS_MAX = 6 << 20 };

bool core_call_acts(const struct core_request *request)
{
    if (request->is_case_call)
        return false;
    return !request->service || wire_service_kind(request->service) == WIRE_SERVICE_ACT;
}

static void outcome_queue(struct core_request *request, enum link_outcome outcome)
{
    request->answer.outcome = outcome;
    core_request_queue(request, request->resume);
}

/* What a registry knows the question by: never twice the same, whoever asks. */
static void query_id(const struct core_request *request, char ret_text[static BASE_UUID_TEXT_MAX])
{
    if (request->part == 0 && !request->is_case_call) {
        memcpy(ret_text, request->query.id_text, BASE_UUID_TEXT_MAX);
        return;
    }
    uint8_t hash[SHA256_DIGEST_LENGTH];
    char text[128];
    int len = snprintf(text, sizeof(text), "%s %s %s %u", request->is_case_call ? "qao.case" : "qao.part", request->message.signer.iin, request->query.id_text,
                       request->part);
    SHA256((const uint8_t *)text, (size_t)len, hash);
    hash[6] = (uint8_t)(0x80 | (hash[6] & 0x0f)); /* RFC 9562, version 8 */
    hash[8] = (uint8_t)(0x80 | (hash[8] & 0x3f));
    base_uuid_encode(hash, ret_text);
}

/* The register of cases is asked for the number alone. */
static int case_encode(const struct core_request *request, uint64_t id, const char *query, struct base_buffer *out)
{
    const struct link_call call = {
        .id = id,
        .query = base_bytes_text(query),
        .timeout_us = request->gateway->settings->case_timeout_ms * 1000,
        .param_count = 1,
        .params = {{.name = base_bytes_text("case"), .value = request->query.case_number}},
    };
    return link_call_encode(&call, out);
}

int core_call_encode(const struct core_request *request, uint64_t id, enum link_call_mode mode, struct base_buffer *out)
{
    char query[BASE_UUID_TEXT_MAX];
    query_id(request, query);
    if (request->is_case_call)
        return case_encode(request, id, query, out);
    struct link_call call = {
        .id = id,
        .service = request->query.service,
        .mode = mode,
        .query = base_bytes_text(query),
        .timeout_us = request->gateway->settings->adapter_timeout_ms * 1000,
        .param_count = request->params.count,
    };
    _Static_assert((int)WIRE_PARAMS_MAX <= (int)LINK_PARAMS_MAX, "every parameter can be told to the adapter");
    for (size_t i = 0; i < request->params.count; i++)
        call.params[i] = (struct link_param){.name = base_bytes_text(request->params.items[i].name),
                                             .value = base_bytes_text(request->params.items[i].value)};
    return link_call_encode(&call, out);
}

/* A lost frame may have arrived whole: whether an act was done is not known, nor that nothing was asked. */
static enum link_outcome unsent_outcome(int sent, bool acts)
{
    if (sent == LINK_CHANNEL_CLOSED)
        return LINK_OUTCOME_UNAVAILABLE;
    return acts ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED;
}

/* How long is waited for the adapter, which keeps the deadline itself. */
static int64_t patience_us(const struct core_request *request)
{
    const struct core_settings *settings = request->gateway->settings;
    return request->is_case_call ? settings->case_timeout_ms * 1000 + CASE_GRACE_US
                                 : settings->adapter_timeout_ms * 1000 + ADAPTER_GRACE_US;
}

void core_call_send(struct core_request *take_request, void (*resume)(struct core_request *request))
{
    struct core_request *request = take_request;
    struct core_gateway *gateway = request->gateway;
    uint64_t id = atomic_fetch_add(&gateway->next_call, 1) + 1;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer frame;
    base_buffer_init(&frame, LINK_CALL_FRAME_MAX);
    request->resume = request->answered = resume;
    bool is_described = request->is_case_call || request->service;
    if (!is_described || core_call_encode(request, id, request->call_mode, &frame) < 0) {
        outcome_queue(request, is_described ? LINK_OUTCOME_UNAVAILABLE : LINK_OUTCOME_UNCONNECTED);
        return;
    }
    request->wait = (struct core_wait){
        .owner = request,
        .key = id,
        .deadline_us = base_clock_monotonic_us() + patience_us(request),
    };
    bool acts = core_call_acts(request);
    /* The answer may come before the send returns: from here on the request is whoever's takes it out. */
    core_waiting_put(gateway->calls, &request->wait);
    int r = link_client_send(gateway->adapter, LINK_ADAPTER_CALL, base_buffer_view(&frame));
    struct core_wait *wait = r != 0 ? core_waiting_take(gateway->calls, NULL, id) : NULL;
    if (wait)
        outcome_queue(wait->owner, unsent_outcome(r, acts));
}

void core_answer_take(struct core_gateway *gateway, struct base_bytes frame)
{
    struct link_answer answer;
    if (link_answer_parse(frame, &answer) < 0) {
        base_log(BASE_LOG_ERROR, "event=adapter-frame-malformed bytes=%zu", frame.len);
        return;
    }
    struct core_wait *wait = core_waiting_take(gateway->calls, NULL, answer.id);
    bool is_late = !wait; /* told before that it comes later */
    if (is_late)
        wait = core_waiting_take(gateway->later, NULL, answer.id);
    if (!wait) {
        base_log(BASE_LOG_WARNING, "event=adapter-answer-late call=%llu", (unsigned long long)answer.id);
        return;
    }
    struct core_request *request = wait->owner;
    if (is_late && (answer.outcome == LINK_OUTCOME_PENDING || answer.outcome == LINK_OUTCOME_UNAVAILABLE)) {
        core_pending_again(request, answer.outcome);
        return;
    }
    request->answer = answer;
    if (answer.outcome == LINK_OUTCOME_PENDING) /* what follows is not waited for */
        request->answer.outcome = core_call_acts(request) ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED;
    base_buffer_init(&request->records, LINK_RECORDS_MAX);
    if (answer.outcome == LINK_OUTCOME_ANSWERED && base_buffer_append(&request->records, answer.records) < 0)
        request->answer.outcome = core_call_acts(request) ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED;
    if (!request->is_case_call) /* what is wrong with the query may stand there */
        snprintf(request->fault, sizeof(request->fault), "%.*s", (int)answer.detail.len, (const char *)answer.detail.data);
    request->answer.records = request->answer.detail = base_bytes_of(NULL, 0);
    if (is_late)
        core_pending_end(request);
    else if (answer.outcome == LINK_OUTCOME_PENDING && request->call_mode == LINK_CALL_ASK && !request->is_case_call)
        core_pending_begin(request);
    else
        core_request_queue(request, request->answered);
}

void core_calls_lose(struct core_gateway *gateway)
{
    struct core_wait *wait;
    while ((wait = core_waiting_take_any(gateway->calls, NULL)) != NULL) {
        struct core_request *request = wait->owner;
        outcome_queue(request, core_call_acts(request) ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED);
    }
    core_pending_lose(gateway);
}

void core_calls_expire(struct core_gateway *gateway, int64_t monotonic_us)
{
    struct core_wait *wait;
    while ((wait = core_waiting_take_late(gateway->calls, monotonic_us)) != NULL) {
        struct core_request *request = wait->owner;
        outcome_queue(request, core_call_acts(request) ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_TIMEOUT);
    }
}

static enum core_records misfit(struct core_request *request, const struct wire_faults *faults)
{
    if (faults->count > 0)
        snprintf(request->fault, sizeof(request->fault), "records%s: %s", faults->items[0].member,
                 wire_fault_text(faults->items[0].kind));
    else
        snprintf(request->fault, sizeof(request->fault), "records: not what the service describes");
    return CORE_RECORDS_UNFIT;
}

enum core_records core_records_check(struct core_request *request)
{
    struct wire_faults faults = {0};
    BASE_CLEANUP(wire_json_cleanup) json_t *records = NULL;
    request->fault[0] = '\0';
    if (wire_json_parse(base_buffer_view(&request->records), LINK_RECORDS_MAX, &records, NULL) != 0 ||
        wire_service_answer_check(request->service, &request->params, records, &faults) != 0)
        return misfit(request, &faults);
    if (request->decision.effect == POLICY_EFFECT_ABBREVIATED &&
        wire_service_answer_abbreviate(request->service, records, &request->amounts_removed) != 0)
        return misfit(request, &faults);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer canonical;
    base_buffer_init(&canonical, RECORDS_MAX);
    if (wire_json_canonical(records, &canonical) < 0)
        return misfit(request, &faults);
    request->record_count = json_array_size(records);
    base_buffer_clear(&request->records);
    request->records = canonical;
    canonical = (struct base_buffer){0};
    return CORE_RECORDS_FIT;
}
