#include "gateway/core/pending.h"

#include "base/log.h"
#include "gateway/core/call.h"
#include "gateway/core/send.h"

/* ASK_PAUSE_US: between two rounds of asking what became of those whose connection was lost. */
enum { ASK_PAUSE_US = 1000000, RETRY_S = 2 };

/* ---- the record of the waiting ---- */

static void park(struct core_request *request)
{
    if (atomic_exchange(&request->pending, CORE_PENDING_PARKED) == CORE_PENDING_ANSWERED)
        request->answered(request);
}

static int body_encode(const struct core_request *request, const struct wire_receipt *receipt, struct base_buffer *out)
{
    const struct wire_pending pending = {
        .query = request->query.id_text,
        .service = request->query.service,
        .until_us = request->third.columns.at_us + request->gateway->settings->pending_seconds * 1000000,
    };
    return wire_pending_encode(&pending, receipt, out);
}

static void pending_recorded(struct core_request *request)
{
    if (!request->third.durable)
        base_log(BASE_LOG_WARNING, "event=pending-not-recorded query=%s part=%u", request->query.id_text, request->part);
    if (!request->replied && request->third.durable)
        core_accepted_tell(request, body_encode, RETRY_S);
    else if (!request->replied)
        core_later_tell(request, WIRE_NOTE_ANSWER_LATER);
    request->replied = true;
    park(request);
}

static void pending_record(struct core_request *request)
{
    int64_t due_us = core_now_us(request->gateway) + request->gateway->settings->pending_seconds * 1000000;
    if (core_entry_pending_append(request, due_us, pending_recorded) != 0)
        pending_recorded(request);
}

/* ---- the waiting ---- */

void core_pending_begin(struct core_request *take_request)
{
    struct core_request *request = take_request;
    struct core_gateway *gateway = request->gateway;
    if (core_waiting_count(gateway->later) >= (size_t)gateway->settings->pending_max) {
        base_log(BASE_LOG_ERROR, "event=too-many-pending query=%s", request->query.id_text);
        request->answer.outcome = core_call_acts(request) ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED;
        core_request_queue(request, request->answered);
        return;
    }
    request->wait.deadline_us = request->give_up_us
                                    ? request->give_up_us
                                    : base_clock_monotonic_us() + gateway->settings->pending_seconds * 1000000;
    atomic_store(&request->pending, CORE_PENDING_RECORDING);
    core_waiting_put(gateway->later, &request->wait);
    core_request_queue(request, pending_record);
}

void core_pending_end(struct core_request *take_request)
{
    if (atomic_exchange(&take_request->pending, CORE_PENDING_ANSWERED) == CORE_PENDING_PARKED)
        core_request_queue(take_request, take_request->answered);
}

void core_pending_lose(struct core_gateway *gateway)
{
    atomic_store(&gateway->is_later_lost, true);
}

void core_pending_again(struct core_request *take_request, enum link_outcome outcome)
{
    struct core_gateway *gateway = take_request->gateway;
    core_waiting_put(gateway->later, &take_request->wait);
    if (outcome != LINK_OUTCOME_PENDING)
        core_pending_lose(gateway);
}

/* Asks under the call's own id. The frame is made before the request is put back: from then on it is whoever's takes it. */
static int settle_ask(struct core_gateway *gateway, struct core_request *request)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer frame;
    base_buffer_init(&frame, LINK_CALL_FRAME_MAX);
    int r = core_call_encode(request, request->wait.key, LINK_CALL_SETTLE, &frame);
    core_waiting_put(gateway->later, &request->wait);
    return r < 0 ? r : link_client_send(gateway->adapter, LINK_ADAPTER_CALL, base_buffer_view(&frame));
}

static void settle_all(struct core_gateway *gateway)
{
    size_t count = core_waiting_count(gateway->later);
    for (size_t i = 0; i < count; i++) {
        struct core_wait *wait = core_waiting_take_any(gateway->later, NULL);
        if (!wait)
            return;
        if (settle_ask(gateway, wait->owner) != 0) {
            core_pending_lose(gateway);
            return;
        }
    }
}

void core_pending_step(struct core_gateway *gateway, int64_t monotonic_us)
{
    struct core_wait *wait;
    while ((wait = core_waiting_take_late(gateway->later, monotonic_us)) != NULL) {
        struct core_request *request = wait->owner;
        request->answer = (struct link_answer){.outcome = core_call_acts(request) ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_TIMEOUT};
        core_pending_end(request);
    }
    if (monotonic_us < gateway->later_asked_us + ASK_PAUSE_US || !atomic_exchange(&gateway->is_later_lost, false))
        return;
    gateway->later_asked_us = monotonic_us;
    settle_all(gateway);
}

void core_pending_stop(struct core_gateway *gateway)
{
    struct core_wait *wait;
    while (gateway->later && (wait = core_waiting_take_any(gateway->later, NULL)) != NULL) {
        struct core_request *request = wait->owner;
        request->answer = (struct link_answer){.outcome = LINK_OUTCOME_UNKNOWN};
        core_pending_end(request);
    }
}
