#include "gateway/core/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "gateway/core/call.h"
#include "gateway/core/decide.h"
#include "gateway/core/send.h"
#include "gateway/wire/json.h"

/* GRACE_US: beyond the adapter's own deadline of a call, and what the gateway waits beyond it (call.c). */
enum { RUNNING_MAX = 64, RATE_PEOPLE = 4096, DECIDED_BYTES_MAX = AUDIT_LEAF_MAX };
#define GRACE_US INT64_C(2000000)
#define MINUTE_US INT64_C(60000000)

struct core_settle {
    struct core_rate *rate;
    pthread_mutex_t mutex;
    size_t count;
    uint64_t running[RUNNING_MAX]; /* indexes of the requests that are asked about */
};

int core_settle_new(unsigned per_minute, struct core_settle **ret_settle)
{
    struct core_settle *settle = calloc(1, sizeof(*settle));
    if (!settle)
        return -ENOMEM;
    int r = core_rate_new(per_minute, MINUTE_US, RATE_PEOPLE, &settle->rate);
    if (r < 0) {
        free(settle);
        return r;
    }
    pthread_mutex_init(&settle->mutex, NULL);
    *ret_settle = settle;
    return 0;
}

void core_settle_free(struct core_settle *settle)
{
    if (!settle)
        return;
    pthread_mutex_destroy(&settle->mutex);
    core_rate_free(settle->rate);
    free(settle);
}

/* Nobody else asks about this request until it is given back. */
static bool running_take(struct core_settle *settle, uint64_t index)
{
    pthread_mutex_lock(&settle->mutex);
    bool is_free = settle->count < RUNNING_MAX;
    for (size_t i = 0; is_free && i < settle->count; i++)
        is_free = settle->running[i] != index;
    if (is_free)
        settle->running[settle->count++] = index;
    pthread_mutex_unlock(&settle->mutex);
    return is_free;
}

static void running_drop(struct core_settle *settle, uint64_t index)
{
    pthread_mutex_lock(&settle->mutex);
    for (size_t i = 0; i < settle->count; i++)
        if (settle->running[i] == index) {
            settle->running[i] = settle->running[--settle->count];
            break;
        }
    pthread_mutex_unlock(&settle->mutex);
}

/* ---- whether to ask ---- */

bool core_settle_is_final(const struct store_query *query)
{
    return query->settled_seq != STORE_SEQ_NONE && strcmp(query->settled_outcome, "unknown") != 0;
}

/* The moment of the conclusion is later than that of the sending, whatever the log or the registry made wait. */
static bool is_open(const struct core_request *request, const struct store_query *query)
{
    const struct core_gateway *gateway = request->gateway;
    const struct wire_service *service = wire_service_find(gateway->services, (unsigned)query->service);
    int64_t over_us = query->conclusion_at_us + gateway->settings->adapter_timeout_ms * 1000 + GRACE_US;
    return !request->is_settled && request->part == 0 && query->opens && query->log_id == gateway->log_id &&
           query->conclusion_seq != STORE_SEQ_NONE &&
           strcmp(query->conclusion_kind, audit_kind_name(AUDIT_KIND_QUERY_UNKNOWN)) == 0 &&
           !core_settle_is_final(query) && service && wire_service_kind(service) == WIRE_SERVICE_ACT &&
           core_now_us(gateway) > over_us && !atomic_load(&gateway->stopping);
}

/* As the held reply's right: the registration is the one that the act was permitted with, and stands. */
static bool stands(struct core_request *request, const struct audit_leaf_view *view)
{
    if (core_officer_find(request) < 0)
        return false;
    struct wire_codes codes = request->codes;
    core_standing_check(request);
    bool is_good = wire_codes_empty(request->codes) && request->registered &&
                   request->officer.registration == view->actor.registration &&
                   request->officer.version == view->actor.registration_version &&
                   base_bytes_equal_text(view->actor.body, request->peer.bin);
    request->codes = codes;
    return is_good;
}

/* The decision that the act was permitted by, as its record has it. */
static int decided_encode(const struct audit_leaf_view *view, struct base_buffer *out)
{
    struct base_json json;
    base_buffer_clear(out);
    base_buffer_init(out, DECIDED_BYTES_MAX);
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "citations");
    base_json_raw(&json, view->citations);
    base_json_member_string(&json, "edition", view->edition);
    base_json_member_string(&json, "edition_sha256", view->edition_sha256);
    base_json_member_string(&json, "effect", view->effect);
    base_json_object_end(&json);
    return base_json_end(&json);
}

/* Makes the request one about the act, from the act's own record. */
static bool act_read(struct core_request *request, const struct store_query *query)
{
    struct core_gateway *gateway = request->gateway;
    struct audit_leaf_view view;
    core_entry_clear(&request->first);
    if (core_entry_read(gateway, query->request_seq, &request->first) != 0 ||
        audit_leaf_parse(base_buffer_view(&request->first.leaf), &view) != 0)
        return false;
    if (view.kind != AUDIT_KIND_QUERY_REQUEST || view.service != query->service || view.key_part != 0 ||
        !base_bytes_equal_text(view.key_iin, request->peer.iin) ||
        memcmp(view.key_id, request->query.id, sizeof(view.key_id)) != 0)
        return false;
    request->has_message = true;
    request->message.signer = request->peer;
    request->query.parts = WIRE_QUERY_ID | WIRE_QUERY_SERVICE;
    base_uuid_encode(request->query.id, request->query.id_text);
    request->query.service = (unsigned)query->service;
    request->service = wire_service_find(gateway->services, (unsigned)query->service);
    request->decision.effect =
        base_bytes_equal_text(view.effect, "permit") ? POLICY_EFFECT_PERMIT : POLICY_EFFECT_ABBREVIATED;
    return stands(request, &view) && decided_encode(&view, &request->decided) == 0;
}

/* ---- what was said ---- */

static void finish(struct core_request *request)
{
    running_drop(request->gateway->settle, request->first.record.index);
    base_buffer_clear(&request->records);
    base_buffer_clear(&request->answer_json);
    base_buffer_clear(&request->signed_der);
    base_buffer_clear(&request->reply);
    request->fault[0] = '\0';
    request->settled(request);
}

/* As the answer of an act: kept for its officer, who is shown it next, where the right to it is looked at again. */
static void answer_keep(struct core_request *request)
{
    int r = core_answer_encode(request);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=answer-without-proof query=%s", request->query.id_text);
        request->is_unproved = true;
        base_buffer_clear(&request->reply);
        base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
        r = wire_reply_encode(base_buffer_view(&request->answer_json), base_buffer_view(&request->signed_der), NULL,
                              &request->reply);
    }
    if (r == 0)
        core_answer_hold(request);
}

static void settled_recorded(struct core_request *request)
{
    if (!request->second.durable)
        base_log(BASE_LOG_WARNING, "event=settled-not-recorded query=%s outcome=%d", request->query.id_text,
                 (int)request->second.outcome);
    else if (request->signed_der.len > 0)
        answer_keep(request);
    finish(request);
}

/* What the record has of whom the act is about, to be found again in the answer. */
struct subjects {
    const struct core_subjects *keys;
    const struct audit_leaf_view *view;
};

static int subject_check(void *context, enum wire_identifier identifier, struct base_bytes value)
{
    const struct subjects *subjects = context;
    for (size_t i = 0; i < subjects->view->subject_count; i++) {
        const struct audit_leaf_mac *known = &subjects->view->subjects[i];
        uint8_t mac[CORE_SUBJECT_MAC_BYTES];
        if (core_subject_mac(subjects->keys, known->kid, wire_identifier_text(identifier), value, mac) == 0 &&
            memcmp(mac, known->mac, sizeof(mac)) == 0)
            return 0;
    }
    return -EBADMSG;
}

/* The parameters are sealed: that the answer is about the act's own subject is held by the digests in its record. */
static bool is_about_subject(const struct core_request *request)
{
    struct audit_leaf_view view;
    BASE_CLEANUP(wire_json_cleanup) json_t *records = NULL;
    if (audit_leaf_parse(base_buffer_view(&request->first.leaf), &view) != 0 ||
        wire_json_parse(base_buffer_view(&request->records), LINK_RECORDS_MAX, &records, NULL) != 0)
        return false;
    struct subjects subjects = {.keys = request->gateway->subjects, .view = &view};
    return wire_service_answer_subjects(request->service, records, subject_check, &subjects) == 0;
}

/* Done is only what an answer says that fits: anything else leaves it unknown. */
static bool is_done(struct core_request *request)
{
    switch (core_records_check(request)) {
    case CORE_RECORDS_FIT:
        break;
    case CORE_RECORDS_UNFIT:
        return false;
    }
    if (request->record_count == 0 || !is_about_subject(request))
        return false;
    if (core_answer_sign(request) == 0)
        return true;
    base_log(BASE_LOG_ERROR, "event=answer-not-signed");
    base_buffer_clear(&request->signed_der);
    return false;
}

static const char *word_of(struct core_request *request)
{
    switch (request->answer.outcome) {
    case LINK_OUTCOME_ANSWERED:
        return is_done(request) ? "done" : "unknown";
    case LINK_OUTCOME_FAILED:
        return "not-done";
    case LINK_OUTCOME_UNKNOWN:
    case LINK_OUTCOME_UNAVAILABLE:
    case LINK_OUTCOME_TIMEOUT:
    case LINK_OUTCOME_UNCONNECTED:
    case LINK_OUTCOME_PENDING:
    case LINK_OUTCOME_COUNT:
        break;
    }
    return "unknown";
}

static void registry_told(struct core_request *request)
{
    if (core_entry_settled_append(request, word_of(request), settled_recorded) != 0) {
        base_log(BASE_LOG_WARNING, "event=settled-not-recorded query=%s", request->query.id_text);
        finish(request);
    }
}

bool core_settle_begin(struct core_request *request, const struct store_query *query,
                       void (*resume)(struct core_request *request))
{
    struct core_gateway *gateway = request->gateway;
    struct store_query now;
    int64_t wait_us;
    if (!is_open(request, query) || !running_take(gateway->settle, query->request_seq))
        return false;
    request->is_settled = true;
    /* Another look may have settled it before the place was taken. */
    bool is_asked = store_query_find(gateway->pool, request->peer.iin, request->query.id, 0, &now) == 0 &&
                    now.request_seq == query->request_seq && !core_settle_is_final(&now) && act_read(request, &now) &&
                    core_rate_take(gateway->settle->rate, request->peer.iin, request->arrival_us, &wait_us) ==
                        CORE_RATE_WITHIN;
    if (!is_asked) {
        running_drop(gateway->settle, query->request_seq);
        return false;
    }
    request->settled = resume;
    request->call_mode = LINK_CALL_SETTLE;
    core_call_send(request, registry_told);
    return true;
}
