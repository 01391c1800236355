#include "gateway/core/send.h"

#include <errno.h>
#include <stdio.h>

#include "audit/proof.h"
#include "base/log.h"
#include "gateway/core/outcome.h"
#include "gateway/wire/accept.h"

/* The front has deadlines of its own and always gives word; this one is for a front that hangs. */
enum { DELIVERY_DEADLINE_S = 600, PROBLEM_BYTES_MAX = 128 << 10, RETRY_S = 1 };

static void header_add(struct link_reply *reply, const char *name, const char *value)
{
    reply->headers[reply->header_count++] =
        (struct link_header){.name = base_bytes_text(name), .value = base_bytes_text(value)};
}

/* As link_channel_send(); an encoding that fails counts as closed. */
static int reply_send(struct link_channel *channel, struct link_reply *reply, const char *content_type)
{
    header_add(reply, "Content-Type", content_type);
    header_add(reply, "Cache-Control", "no-store");
    BASE_CLEANUP(base_buffer_clear) struct base_buffer frame;
    base_buffer_init(&frame, LINK_REPLY_FRAME_MAX);
    if (link_reply_encode(reply, &frame) < 0) {
        base_log(BASE_LOG_ERROR, "event=reply-not-encoded bytes=%zu", reply->body.len);
        return LINK_CHANNEL_CLOSED;
    }
    return link_channel_send(channel, LINK_FRONT_REPLY, base_buffer_view(&frame));
}

static void accepted_send(const struct core_request *request, struct base_bytes body, unsigned retry_s)
{
    struct link_reply reply = {.id = request->http.id, .status = 202, .body = body};
    char retry[16], location[64];
    snprintf(retry, sizeof(retry), "%u", retry_s);
    snprintf(location, sizeof(location), "/v1/queries/%s", request->query.id_text);
    header_add(&reply, "Location", location);
    header_add(&reply, "Retry-After", retry);
    core_metric_add(&request->gateway->metrics.answered[request->route.page], 1);
    if (reply_send(request->channel, &reply, "application/json") != 0)
        base_log(BASE_LOG_INFO, "event=page-not-sent");
}

void core_accepted_tell(struct core_request *request, core_receipted_encode *encode, unsigned retry_s)
{
    const struct core_entry *entries[] = {&request->first};
    BASE_CLEANUP(core_receipt_clear) struct core_receipt receipt = {0};
    BASE_CLEANUP(base_buffer_clear) struct base_buffer body;
    base_buffer_init(&body, LINK_REPLY_BODY_MAX);
    int r = core_receipt_read(request->gateway, entries, BASE_ARRAY_LENGTH(entries), &receipt);
    if (r == 0)
        r = encode(request, &receipt.wire, &body);
    if (r == 0)
        accepted_send(request, base_buffer_view(&body), retry_s);
    else
        core_later_tell(request, WIRE_NOTE_ANSWER_LATER);
    request->replied = true;
}

void core_page_send(struct core_request *take_request, const char *content_type, struct base_bytes body)
{
    struct link_reply reply = {.id = take_request->http.id, .status = take_request->is_accepted ? 202 : 200, .body = body};
    core_metric_add(&take_request->gateway->metrics.answered[take_request->route.page], 1);
    if (reply_send(take_request->channel, &reply, content_type) != 0)
        base_log(BASE_LOG_INFO, "event=page-not-sent");
    core_request_free(take_request);
}

/* status, Retry-After and Allow of a problem, and its body. */
static void problem_send(struct core_gateway *gateway, struct link_channel *channel, uint64_t id, enum wire_code code,
                         unsigned status, struct base_bytes body, const char *allow, unsigned retry_s)
{
    struct link_reply reply = {.id = id, .status = status, .body = body};
    char retry[16];
    snprintf(retry, sizeof(retry), "%u", retry_s);
    if (retry_s > 0)
        header_add(&reply, "Retry-After", retry);
    if (allow)
        header_add(&reply, "Allow", allow);
    core_metric_add(&gateway->metrics.refusals[code], 1);
    if (reply_send(channel, &reply, "application/problem+json") != 0)
        base_log(BASE_LOG_INFO, "event=problem-not-sent code=%s", wire_code_text(code));
}

static void plain_problem_send(struct core_request *request, enum wire_code code, const char *detail, const char *allow,
                               unsigned retry_s)
{
    struct core_gateway *gateway = request->gateway;
    if (request->replied)
        return;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer body;
    base_buffer_init(&body, PROBLEM_BYTES_MAX);
    struct wire_problem problem = {
        .status = core_outcome_status(code),
        .language = request->language,
        .query = core_request_id(request),
        .fault = request->fault[0] ? request->fault : NULL,
        .detail = detail,
    };
    wire_codes_add(&problem.codes, code);
    if (wire_problem_encode(gateway->messages, &problem, base_bytes_of(NULL, 0), NULL, &body) < 0)
        base_buffer_reset(&body); /* the status alone still tells the truth */
    problem_send(gateway, request->channel, request->http.id, code, problem.status, base_buffer_view(&body), allow,
                 retry_s);
}

void core_problem_send(struct core_request *take_request, enum wire_code code, const char *allow, unsigned retry_s)
{
    plain_problem_send(take_request, code, NULL, allow, retry_s);
    core_request_free(take_request);
}

void core_log_away_send(struct core_request *take_request)
{
    take_request->fault[0] = '\0';
    core_problem_send(take_request, WIRE_CODE_LOG_UNAVAILABLE, NULL, RETRY_S);
}

void core_too_many_send(struct core_request *take_request, int64_t wait_us)
{
    take_request->fault[0] = '\0';
    core_problem_send(take_request, WIRE_CODE_TOO_MANY, NULL, (unsigned)(wait_us / 1000000) + 1);
}

void core_later_tell(struct core_request *request, enum wire_note note)
{
    plain_problem_send(request, WIRE_CODE_LOG_UNAVAILABLE,
                       wire_message_note(request->gateway->messages, note, request->language), NULL, 0);
}

void core_overload_send(struct core_gateway *gateway, struct link_channel *channel, const struct link_request *http)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer body;
    base_buffer_init(&body, PROBLEM_BYTES_MAX);
    struct wire_problem problem = {.status = core_outcome_status(WIRE_CODE_OVERLOADED),
                                   .language = wire_language_find(http->accept_language)};
    wire_codes_add(&problem.codes, WIRE_CODE_OVERLOADED);
    if (wire_problem_encode(gateway->messages, &problem, base_bytes_of(NULL, 0), NULL, &body) < 0)
        base_buffer_reset(&body);
    problem_send(gateway, channel, http->id, WIRE_CODE_OVERLOADED, problem.status, base_buffer_view(&body), NULL, RETRY_S);
}

void core_receipt_clear(struct core_receipt *receipt)
{
    for (size_t i = 0; i < WIRE_RECEIPT_RECORDS_MAX; i++)
        base_buffer_clear(&receipt->proofs[i]);
}

int core_receipt_read(struct core_gateway *gateway, const struct core_entry *const *entries, size_t count,
                      struct core_receipt *receipt)
{
    uint64_t indexes[WIRE_RECEIPT_RECORDS_MAX] = {0};
    struct base_bytes leaves[WIRE_RECEIPT_RECORDS_MAX] = {{0}};
    for (size_t i = 0; i < count; i++) {
        base_buffer_init(&receipt->proofs[i], AUDIT_PROOF_TEXT_MAX);
        indexes[i] = entries[i]->record.index;
        leaves[i] = base_buffer_view(&entries[i]->leaf);
    }
    int r = audit_writer_proofs(gateway->writer, indexes, leaves, count, receipt->proofs);
    if (r != 0)
        return r < 0 ? r : -EIO;
    receipt->wire = (struct wire_receipt){.log = gateway->settings->origin, .count = count};
    for (size_t i = 0; i < count; i++) {
        receipt->wire.records[i].index = indexes[i];
        receipt->wire.records[i].leaf_hash = entries[i]->record.entry.leaf_hash.bytes;
        receipt->wire.records[i].proof = base_buffer_view(&receipt->proofs[i]);
    }
    return 0;
}

/* Of what is durable of the request, in order. */
static int receipt_make(const struct core_request *request, struct core_receipt *receipt)
{
    const struct core_entry *entries[WIRE_RECEIPT_RECORDS_MAX];
    size_t count = 0;
    if (request->first.durable)
        entries[count++] = &request->first;
    if (request->second.durable)
        entries[count++] = &request->second;
    return core_receipt_read(request->gateway, entries, count, receipt);
}

/* Of the first of the request's codes. */
static unsigned status_of(const struct core_request *request)
{
    enum wire_code code = wire_codes_first(request->codes);
    return request->route.page == CORE_PAGE_ACT ? core_outcome_act_status(code) : core_outcome_status(code);
}

/* The problem as canonical bytes, its signature, and both with the receipt. */
static int refusal_encode(struct core_request *request, const char *detail, struct base_buffer *out)
{
    struct core_gateway *gateway = request->gateway;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer plain, der;
    base_buffer_init(&plain, PROBLEM_BYTES_MAX);
    base_buffer_init(&der, PROBLEM_BYTES_MAX);
    struct wire_problem problem = {
        .codes = request->codes,
        .status = status_of(request),
        .language = request->language,
        .query = core_request_id(request),
        .fault = request->fault[0] ? request->fault : NULL,
        .faults = base_buffer_view(&request->faults),
        .detail = detail,
        .decision = request->edition ? &request->decision : NULL,
    };
    int r = wire_problem_encode(gateway->messages, &problem, base_bytes_of(NULL, 0), NULL, &plain);
    if (r == 0)
        r = certs_cms_sign(gateway->answer_signer, base_buffer_view(&plain), core_now_us(gateway), &der);
    if (r < 0)
        return r;
    BASE_CLEANUP(core_receipt_clear) struct core_receipt receipt = {0};
    r = receipt_make(request, &receipt);
    if (r < 0)
        base_log(BASE_LOG_ERROR, "event=no-proof error=%d", -r);
    /* The refusal stands in the log whether or not its proof can be told now. */
    return wire_problem_encode(gateway->messages, &problem, base_buffer_view(&der), r == 0 ? &receipt.wire : NULL, out);
}

/* When to try again; 0: it would not help. Planned work has its announced end. */
static unsigned refusal_retry_s(const struct core_request *request, enum wire_code code)
{
    int64_t left_us = request->officer.maintenance_until_us - core_now_us(request->gateway);
    if (code == WIRE_CODE_MAINTENANCE)
        return left_us > 0 ? (unsigned)((left_us + 999999) / 1000000) : RETRY_S;
    return core_outcome_status(code) == 503 && request->answer.outcome != LINK_OUTCOME_UNCONNECTED ? RETRY_S : 0;
}

static void hold(const struct core_request *request, const struct core_hold_right *right, struct base_bytes reply)
{
    const struct core_hold_key key = {
        .iin = request->message.signer.iin, .id = request->query.id, .part = request->part};
    if (core_hold_put(request->gateway->hold, &key, right, reply, core_now_us(request->gateway)) < 0)
        base_log(BASE_LOG_WARNING, "event=reply-not-held query=%s part=%u", request->query.id_text, request->part);
}

void core_answer_hold(const struct core_request *request)
{
    struct core_hold_right right = {
        .registration = request->officer.registration,
        .version = request->officer.version,
        .request = request->first.record.entry.leaf_hash,
        .is_unproved = request->is_unproved,
    };
    memcpy(right.bin, request->officer.bin, sizeof(right.bin));
    hold(request, &right, base_buffer_view(&request->reply));
}

/* For whoever signed it, connected with a certificate of the same body. */
static void problem_hold(const struct core_request *request, struct base_bytes problem)
{
    struct core_hold_right right = {.request = request->first.record.entry.leaf_hash, .is_problem = true};
    memcpy(right.bin, request->message.signer.bin, sizeof(right.bin));
    hold(request, &right, problem);
}

void core_refusal_send(struct core_request *take_request, const char *detail)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer body;
    base_buffer_init(&body, PROBLEM_BYTES_MAX);
    enum wire_code code = wire_codes_first(take_request->codes);
    int r = refusal_encode(take_request, detail, &body);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=refusal-not-encoded error=%d", -r);
        base_buffer_reset(&body);
    }
    if (take_request->replied) {
        if (body.len > 0 && !take_request->concluded)
            problem_hold(take_request, base_buffer_view(&body));
        core_metric_add(&take_request->gateway->metrics.refusals[code], 1);
        core_request_free(take_request);
        return;
    }
    unsigned retry_s = refusal_retry_s(take_request, code);
    problem_send(take_request->gateway, take_request->channel, take_request->http.id, code, status_of(take_request),
                 base_buffer_view(&body), NULL, retry_s);
    core_request_free(take_request);
}

int core_answer_sign(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    struct wire_answer answer = {
        .query = request->query.id_text,
        .at_us = core_now_us(gateway),
        .service = request->query.service,
        .decision = &request->decision,
        .edition = request->edition,
        .decided = base_buffer_view(&request->decided),
        .records = base_buffer_view(&request->records),
        .notice = wire_message_note(gateway->messages, WIRE_NOTE_NOTICE, request->language),
    };
    base_buffer_init(&request->answer_json, CERTS_ANSWER_CONTENT_MAX);
    base_buffer_init(&request->signed_der, CERTS_ANSWER_BYTES_MAX);
    int r = wire_answer_encode(&answer, &request->answer_json);
    return r < 0 ? r
                 : certs_cms_sign(gateway->answer_signer, base_buffer_view(&request->answer_json), answer.at_us,
                                  &request->signed_der);
}

int core_answer_encode(struct core_request *request)
{
    BASE_CLEANUP(core_receipt_clear) struct core_receipt receipt = {0};
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    int r = receipt_make(request, &receipt);
    return r < 0 ? r
                 : wire_reply_encode(base_buffer_view(&request->answer_json), base_buffer_view(&request->signed_der),
                                     &receipt.wire, &request->reply);
}

void core_answer_send(struct core_request *take_request, void (*undelivered)(struct core_request *request))
{
    struct core_request *request = take_request;
    struct core_gateway *gateway = request->gateway;
    bool der_alone = wire_accept_signed(request->http.accept);
    struct link_reply reply = {
        .id = request->http.id,
        .status = 200,
        .wants_delivery = true,
        .body = base_buffer_view(der_alone ? &request->signed_der : &request->reply),
    };
    request->replied = true;
    core_metric_add(&gateway->metrics.answered[request->route.page], 1);
    core_metrics_duration_add(&gateway->metrics, base_clock_monotonic_us() - request->arrival_monotonic_us);
    request->resume = undelivered;
    request->wait = (struct core_wait){
        .owner = request,
        .channel = request->channel,
        .key = request->http.id,
        .deadline_us = base_clock_monotonic_us() + INT64_C(1000000) * DELIVERY_DEADLINE_S,
    };
    /* Word may come before the send returns: from here on the request is whoever's takes it out. */
    struct link_channel *channel = link_channel_ref(request->channel);
    uint64_t id = request->http.id;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer frame;
    base_buffer_init(&frame, LINK_REPLY_FRAME_MAX);
    header_add(&reply, "Content-Type", der_alone ? "application/pkcs7-mime" : "application/json");
    header_add(&reply, "Cache-Control", "no-store");
    int r = link_reply_encode(&reply, &frame);
    core_waiting_put(gateway->deliveries, &request->wait);
    if (r == 0)
        r = link_channel_send(channel, LINK_FRONT_REPLY, base_buffer_view(&frame));
    if (r != 0)
        core_delivery_take(gateway, channel, id, false);
    link_channel_unref(channel);
}

static void delivery_end(struct core_wait *wait, bool delivered)
{
    struct core_request *request = wait->owner;
    if (delivered)
        core_request_free(request);
    else
        core_request_queue(request, request->resume);
}

void core_delivery_take(struct core_gateway *gateway, const struct link_channel *channel, uint64_t id, bool delivered)
{
    struct core_wait *wait = core_waiting_take(gateway->deliveries, channel, id);
    if (wait)
        delivery_end(wait, delivered);
}

void core_delivery_lose(struct core_gateway *gateway, const struct link_channel *channel)
{
    struct core_wait *wait;
    while ((wait = core_waiting_take_any(gateway->deliveries, channel)) != NULL)
        delivery_end(wait, false);
}

void core_delivery_expire(struct core_gateway *gateway, int64_t monotonic_us)
{
    struct core_wait *wait;
    while ((wait = core_waiting_take_late(gateway->deliveries, monotonic_us)) != NULL)
        delivery_end(wait, false);
}
