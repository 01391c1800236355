/* One signed query from its arrival to its reply: the twelve steps of docs/ARCHITECTURE.md in their order, each a call.
 * What may follow what is decided here and nowhere else. */
#include "base/log.h"
#include "gateway/core/call.h"
#include "gateway/core/case.h"
#include "gateway/core/decide.h"
#include "gateway/core/inquiry.h"
#include "gateway/core/links.h"
#include "gateway/core/outcome.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "schema/store/query.h"

enum { REDECISIONS_MAX = 3, OWED_PAUSE_US = 1000000, OWED_ATTEMPTS_MAX = 600, RETRY_S = 1 };

static void request_record(struct core_request *request);
static void request_recorded(struct core_request *request);
static void registry_answered(struct core_request *request);
static void result_record(struct core_request *request);
static void result_recorded(struct core_request *request);
static void conclude(struct core_request *request, enum audit_kind kind, const char *outcome, bool confirm);
static void refusal_concluded(struct core_request *request);
static void owed_recorded(struct core_request *request);
static void answer_keep(struct core_request *take_request);
static void answer_unproved(struct core_request *request);
static void answer_undelivered(struct core_request *request);
static void undelivered_recorded(struct core_request *request);

/* ---- steps 3 to 6 ---- */

/* Announced work stops queries, not those that are under way nor the explanation of one (clause 35). */
static void planned_work_check(struct core_request *request)
{
    if (request->route.page == CORE_PAGE_QUERY && request->registered &&
        request->officer.maintenance_until_us > request->arrival_us)
        wire_codes_add(&request->codes, WIRE_CODE_MAINTENANCE);
}

static void query_decide(struct core_request *request)
{
    core_query_decide(request); /* 6 */
    planned_work_check(request);
    request_record(request);
}

void core_query_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    core_message_verify(request); /* 3 */
    if (request->has_message) {
        if (core_query_read(request) < 0) { /* 4 */
            core_problem_send(request, WIRE_CODE_OVERLOADED, NULL, RETRY_S);
            return;
        }
        if (core_officer_find(request) < 0) { /* 5 */
            core_log_away_send(request);
            return;
        }
        if (core_case_wanted(request)) {
            core_case_ask(request, query_decide);
            return;
        }
        query_decide(request);
        return;
    }
    request_record(request);
}

void core_part_serve(struct core_request *take_part)
{
    struct core_request *part = take_part;
    if (core_params_check(part) < 0) {
        core_problem_send(part, WIRE_CODE_OVERLOADED, NULL, RETRY_S);
        return;
    }
    if (core_officer_find(part) < 0) {
        core_log_away_send(part);
        return;
    }
    core_query_decide(part);
    planned_work_check(part);
    request_record(part);
}

/* ---- step 7 ---- */

/* What the request's record is to be, as far as the codes go now. */
enum verdict {
    VERDICT_REFUSED = 0,
    VERDICT_EXPLAINED, /* whatever the codes say: nothing is asked */
    VERDICT_PERMITTED,
};

/* An explanation tells what may be told to the person connected about a query of theirs; anything less is a refusal. */
static enum verdict verdict_of(const struct core_request *request)
{
    bool is_theirs = request->has_message && request->query.wellformed &&
                     !wire_codes_have(request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION);
    if (!is_theirs || request->first.is_minimal)
        return VERDICT_REFUSED;
    if (request->route.page == CORE_PAGE_EXPLAIN)
        return VERDICT_EXPLAINED;
    return request->route.page == CORE_PAGE_QUERY && wire_codes_empty(request->codes) ? VERDICT_PERMITTED
                                                                                      : VERDICT_REFUSED;
}

/* A record that cannot be made becomes a refusal that names connection, digest and reasons alone. */
static void minimal_record(struct core_request *request)
{
    int64_t wait_us;
    if (wire_codes_empty(request->codes))
        wire_codes_add(&request->codes, WIRE_CODE_LOG_UNAVAILABLE);
    switch (core_refusal_count(request, &wait_us)) {
    case CORE_RATE_EXCEEDED:
        core_too_many_send(request, wait_us);
        return;
    case CORE_RATE_WITHIN:
        break;
    }
    if (core_entry_minimal_append(request, request_recorded) != 0)
        core_log_away_send(request);
}

/* A refusal uses the id up like a permit; what was asked of an explanation uses up none. */
static enum core_claim claim_of(const struct core_request *request)
{
    return request->route.page == CORE_PAGE_QUERY ? core_query_claim(request) : CORE_CLAIM_NOTHING;
}

static void kind_record(struct core_request *request, enum audit_kind kind, enum core_claim claim)
{
    int r = core_entry_request_append(request, kind, claim, request_recorded);
    if (r == CORE_ENTRY_UNFIT)
        minimal_record(request);
    else if (r != 0)
        core_log_away_send(request);
}

static void refusal_record(struct core_request *request)
{
    int64_t wait_us;
    switch (core_refusal_count(request, &wait_us)) {
    case CORE_RATE_WITHIN:
        kind_record(request, AUDIT_KIND_QUERY_REFUSED, claim_of(request));
        return;
    case CORE_RATE_EXCEEDED:
        break;
    }
    core_too_many_send(request, wait_us);
}

static void request_record(struct core_request *request)
{
    switch (verdict_of(request)) {
    case VERDICT_EXPLAINED:
        kind_record(request, AUDIT_KIND_QUERY_EXPLAINED, CORE_CLAIM_NOTHING);
        return;
    case VERDICT_PERMITTED:
        if (!request->query.is_inquiry || request->part > 0)
            kind_record(request, AUDIT_KIND_QUERY_REQUEST, claim_of(request));
        else if (core_inquiry_admit(request))
            kind_record(request, AUDIT_KIND_QUERY_INQUIRY, claim_of(request));
        return;
    case VERDICT_REFUSED:
        break;
    }
    if (wire_codes_empty(request->codes)) /* refused, and nothing says why */
        minimal_record(request);
    else
        refusal_record(request);
}

static void explanation_send(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    const struct core_entry *entries[] = {&request->first};
    BASE_CLEANUP(core_receipt_clear) struct core_receipt receipt = {0};
    struct policy_decision decision = request->decision;
    if (!wire_codes_empty(request->codes))
        decision.effect = POLICY_EFFECT_DENY;
    struct wire_explanation explanation = {
        .query = request->query.id_text,
        .at_us = request->arrival_us,
        .service = request->query.service,
        .decision = &decision,
        .edition = request->edition,
        .codes = request->codes,
        .language = request->language,
    };
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    int r = core_receipt_read(gateway, entries, BASE_ARRAY_LENGTH(entries), &receipt);
    if (r == 0)
        r = wire_explanation_encode(gateway->messages, &explanation, &receipt.wire, &request->reply);
    if (r == 0) {
        core_page_send(request, "application/json", base_buffer_view(&request->reply));
        return;
    }
    base_log(BASE_LOG_ERROR, "event=explanation-without-proof query=%s error=%d", request->query.id_text, -r);
    core_later_tell(request, WIRE_NOTE_EXPLAIN_LATER);
    core_request_free(request);
}

/* The registration changed, or the id was claimed, between the decision and its record: neither may slip through. */
static void request_decide_again(struct core_request *request, enum audit_outcome outcome)
{
    if (request->attempts++ >= REDECISIONS_MAX || core_officer_find(request) < 0) {
        core_log_away_send(request);
        return;
    }
    if (outcome == AUDIT_OUTCOME_CLAIMED)
        request->officer.claimed = true;
    core_query_decide(request);
    planned_work_check(request);
    request_record(request);
}

static void request_recorded(struct core_request *request)
{
    switch (request->first.outcome) {
    case AUDIT_OUTCOME_DURABLE:
        break;
    case AUDIT_OUTCOME_CLAIMED:
    case AUDIT_OUTCOME_CHANGED:
        request_decide_again(request, request->first.outcome);
        return;
    case AUDIT_OUTCOME_POISON:
        base_log(BASE_LOG_ERROR, "event=record-refused-by-store kind=%s", request->first.columns.kind);
        core_log_away_send(request);
        return;
    case AUDIT_OUTCOME_UNKNOWN: /* should it be there after all, it gets a query.unknown */
    case AUDIT_OUTCOME_UNAVAILABLE:
        core_log_away_send(request);
        return;
    }
    switch (verdict_of(request)) {
    case VERDICT_EXPLAINED:
        explanation_send(request);
        return;
    case VERDICT_PERMITTED:
        if (request->query.is_inquiry && request->part == 0)
            core_inquiry_begin(request);
        else if (core_links_serves(request->query.service))
            core_links_begin(request, registry_answered);
        else
            core_call_send(request, registry_answered); /* 8 */
        return;
    case VERDICT_REFUSED:
        break;
    }
    core_refusal_send(request, NULL);
}

/* ---- steps 8 and 9 ---- */

static void registry_failed(struct core_request *request)
{
    enum link_outcome outcome = request->answer.outcome;
    enum wire_code code = core_outcome_of_registry(outcome);
    wire_codes_add(&request->codes, code);
    request->edition = NULL; /* the order permitted it: nothing of it is to be cited against */
    if (outcome == LINK_OUTCOME_UNKNOWN)
        conclude(request, AUDIT_KIND_QUERY_UNKNOWN, NULL, false);
    else
        conclude(request, AUDIT_KIND_QUERY_RESULT, wire_code_text(code), false);
}

/* What clause 41 wants to know of the registry. One that nobody connected cannot stop. */
static void registry_note(struct core_request *request)
{
    switch (request->answer.outcome) {
    case LINK_OUTCOME_ANSWERED:
        core_outages_note(request->gateway->outages, request->query.service, CORE_OUTAGE_ANSWERED,
                          core_now_us(request->gateway));
        return;
    case LINK_OUTCOME_UNAVAILABLE:
    case LINK_OUTCOME_TIMEOUT:
    case LINK_OUTCOME_FAILED:
    case LINK_OUTCOME_UNKNOWN:
        core_outages_note(request->gateway->outages, request->query.service, CORE_OUTAGE_FAILED,
                          core_now_us(request->gateway));
        return;
    case LINK_OUTCOME_UNCONNECTED:
    case LINK_OUTCOME_PENDING:
    case LINK_OUTCOME_COUNT:
        return;
    }
}

static void registry_answered(struct core_request *request)
{
    registry_note(request);
    core_metric_add(&request->gateway->metrics.registry[request->answer.outcome], 1);
    if (request->answer.outcome != LINK_OUTCOME_ANSWERED) {
        registry_failed(request);
        return;
    }
    switch (core_records_check(request)) { /* 9 */
    case CORE_RECORDS_FIT:
        break;
    case CORE_RECORDS_UNFIT: /* an act was done, whatever its answer looks like: nobody knows more */
        request->answer.outcome = wire_service_kind(request->service) == WIRE_SERVICE_ACT ? LINK_OUTCOME_UNKNOWN
                                                                                          : LINK_OUTCOME_FAILED;
        registry_failed(request);
        return;
    }
    if (core_answer_sign(request) < 0) { /* 10 */
        base_log(BASE_LOG_ERROR, "event=answer-not-signed");
        base_buffer_clear(&request->signed_der);
        request->answer.outcome = LINK_OUTCOME_UNKNOWN;
        registry_failed(request);
        return;
    }
    if (!request->concluded) /* whoever waits for the part reads them */
        base_buffer_clear(&request->records);
    result_record(request);
}

/* ---- step 10 ---- */

/* Waits for the log to take the conclusion, so that a request that was made never stays open while the program runs. The
 * officer was already told that the log is away. */
static void owe(struct core_request *request)
{
    if (!request->owes)
        atomic_fetch_add(&request->gateway->owing, 1);
    request->owes = true;
    request->wait = (struct core_wait){.owner = request, .deadline_us = base_clock_monotonic_us() + OWED_PAUSE_US};
    core_waiting_put(request->gateway->owed, &request->wait);
}

/* 503, once: the query is in the log and its id used up, what becomes of it is to be looked for. */
static void later_tell(struct core_request *request)
{
    if (request->replied)
        return;
    core_later_tell(request, WIRE_NOTE_ANSWER_LATER);
    request->replied = true;
}

/* 503 at once, the conclusion later. */
static void result_away(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    later_tell(request);
    if (atomic_load(&gateway->stopping))
        core_request_free(request); /* the next start records it as unknown */
    else
        owe(request);
}

static void conclude(struct core_request *request, enum audit_kind kind, const char *outcome, bool confirm)
{
    request->conclusion = kind;
    request->conclusion_outcome = outcome;
    request->conclusion_confirms = confirm;
    void (*resume)(struct core_request *) = kind == AUDIT_KIND_QUERY_RESULT && confirm ? result_recorded : refusal_concluded;
    int r = core_entry_conclusion_append(request, kind, outcome, confirm, resume);
    if (r < 0)
        base_log(BASE_LOG_ERROR, "event=conclusion-not-built query=%s error=%d", request->query.id_text, -r);
    if (r != 0)
        result_away(request);
}

static void result_record(struct core_request *request)
{
    conclude(request, AUDIT_KIND_QUERY_RESULT, core_outcome_text(LINK_OUTCOME_ANSWERED), true);
}

/* The registration is another than the one decided upon: the officer's standing and the order are asked again. What is
 * not open any more, in the same way, is withheld: a block came between. */
static void result_review(struct core_request *request)
{
    const struct policy_edition *edition = request->edition;
    const struct policy_decision decision = request->decision;
    request->officer.claimed = false; /* by this very query */
    core_query_decide(request);
    if (wire_codes_empty(request->codes) && request->decision.effect != decision.effect)
        wire_codes_add(&request->codes, WIRE_CODE_SERVICE_CLOSED);
    if (wire_codes_empty(request->codes)) {
        request->edition = edition;
        request->decision = decision;
        return;
    }
    request->conclusion = AUDIT_KIND_QUERY_WITHHELD;
    request->conclusion_outcome = NULL;
    request->conclusion_confirms = false;
}

static void result_decide_again(struct core_request *request)
{
    if (request->attempts++ >= REDECISIONS_MAX || core_officer_find(request) < 0) {
        result_away(request);
        return;
    }
    result_review(request);
    conclude(request, request->conclusion, request->conclusion_outcome, request->conclusion_confirms);
}

/* The request stays without an answer: the officer looks for its conclusion, of which the sweep takes care. */
static void result_given_up(struct core_request *request)
{
    base_log(BASE_LOG_ERROR, "event=conclusion-refused query=%s outcome=%d", request->query.id_text,
             (int)request->second.outcome);
    later_tell(request);
    core_request_free(request);
}

/* It is concluded already: by an earlier attempt of this answer, of which no word came, or as unknown by a sweep. The
 * answer is kept only in the first case. */
static void result_claimed(struct core_request *request)
{
    struct store_query query;
    int r = store_query_find(request->gateway->pool, request->message.signer.iin, request->query.id,
                             (int)request->part, &query);
    if (r == 0 && request->conclusion_confirms && query.conclusion_seq != STORE_SEQ_NONE &&
        strcmp(query.conclusion_kind, audit_kind_name(AUDIT_KIND_QUERY_RESULT)) == 0)
        answer_unproved(request);
    else
        result_given_up(request);
}

static void result_recorded(struct core_request *request)
{
    switch (request->second.outcome) {
    case AUDIT_OUTCOME_DURABLE:
        break;
    case AUDIT_OUTCOME_CHANGED:
        result_decide_again(request);
        return;
    case AUDIT_OUTCOME_CLAIMED:
        result_claimed(request);
        return;
    case AUDIT_OUTCOME_POISON:
        result_given_up(request);
        return;
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        result_away(request);
        return;
    }
    if (request->concluded)
        core_request_free(request);
    else if (core_answer_encode(request) < 0) /* 11 */
        answer_unproved(request);
    else if (request->replied)
        answer_keep(request);
    else
        core_answer_send(request, answer_undelivered); /* 12 */
}

/* A failure, a withheld answer or an unknown outcome, once it is recorded. */
static void refusal_concluded(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    if (request->second.outcome == AUDIT_OUTCOME_UNKNOWN || request->second.outcome == AUDIT_OUTCOME_UNAVAILABLE) {
        result_away(request);
        return;
    }
    if (!request->second.durable) {
        result_given_up(request);
        return;
    }
    const char *detail = NULL;
    if (request->conclusion == AUDIT_KIND_QUERY_UNKNOWN)
        detail = wire_message_note(gateway->messages, WIRE_NOTE_OUTCOME_UNKNOWN, request->language);
    else if (request->answer.outcome == LINK_OUTCOME_UNCONNECTED)
        detail = wire_message_note(gateway->messages, WIRE_NOTE_NO_REGISTRY, request->language);
    core_refusal_send(request, detail);
}

/* Nobody is connected who could take it. */
static void answer_keep(struct core_request *take_request)
{
    if (take_request->reply.len > 0)
        core_answer_hold(take_request);
    core_request_free(take_request);
}

/* The result stands in the log and cannot be proved now: the answer is kept without its receipt, and the officer told
 * to look for it. */
static void answer_unproved(struct core_request *request)
{
    base_log(BASE_LOG_ERROR, "event=answer-without-proof query=%s", request->query.id_text);
    later_tell(request);
    request->is_unproved = true;
    base_buffer_clear(&request->reply);
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    if (wire_reply_encode(base_buffer_view(&request->answer_json), base_buffer_view(&request->signed_der), NULL,
                          &request->reply) < 0)
        base_log(BASE_LOG_ERROR, "event=answer-not-encoded query=%s", request->query.id_text);
    if (request->part > 0)
        answer_keep(request);
    else
        answer_undelivered(request);
}

/* ---- conclusions that the log could not take at once ---- */

static void owed_again(struct core_request *request)
{
    if (request->owed++ >= OWED_ATTEMPTS_MAX) {
        base_log(BASE_LOG_ERROR, "event=conclusion-given-up query=%s", request->query.id_text);
        core_request_free(request); /* the sweep of unfinished requests concludes it as unknown */
        return;
    }
    if (core_entry_conclusion_append(request, request->conclusion, request->conclusion_outcome,
                                     request->conclusion_confirms, owed_recorded) != 0)
        owe(request);
}

void core_owed_retry(struct core_gateway *gateway, int64_t monotonic_us)
{
    struct core_wait *wait;
    while ((wait = core_waiting_take_late(gateway->owed, monotonic_us)) != NULL)
        core_request_queue(wait->owner, owed_again);
}

static void owed_recorded(struct core_request *request)
{
    switch (request->second.outcome) {
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        owe(request);
        return;
    case AUDIT_OUTCOME_CHANGED:
        if (core_officer_find(request) == 0)
            result_review(request);
        owe(request);
        return;
    case AUDIT_OUTCOME_CLAIMED:
        result_claimed(request);
        return;
    case AUDIT_OUTCOME_POISON:
        result_given_up(request);
        return;
    case AUDIT_OUTCOME_DURABLE:
        if (request->concluded)
            break;
        if (request->conclusion_confirms && core_answer_encode(request) < 0) {
            answer_unproved(request);
            return;
        }
        if (request->conclusion_confirms)
            core_answer_hold(request);
        break;
    }
    core_request_free(request);
}

/* ---- step 12, when it failed ---- */

static void answer_undelivered(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    core_metric_add(&gateway->metrics.undelivered, 1);
    base_log(BASE_LOG_INFO, "event=undelivered query=%s", request->query.id_text);
    if (request->reply.len > 0)
        core_answer_hold(request);
    if (core_entry_undelivered_append(request, undelivered_recorded) != 0) {
        base_log(BASE_LOG_WARNING, "event=undelivered-not-recorded query=%s", request->query.id_text);
        core_request_free(request);
    }
}

static void undelivered_recorded(struct core_request *request)
{
    if (!request->third.durable)
        base_log(BASE_LOG_WARNING, "event=undelivered-not-recorded query=%s", request->query.id_text);
    core_request_free(request);
}
