#include "gateway/core/decide.h"

#include <stdio.h>

#include "base/log.h"
#include "certs/peer.h"
#include "gateway/core/case.h"
#include "gateway/core/outcome.h"
#include "gateway/registry/facts.h"
#include "gateway/wire/reply.h"
#include "policy/decide.h"
#include "schema/store/query.h"

/* Codes that core_query_decide() finds; a second decision forgets them first. */
static const enum wire_code decided[] = {
    WIRE_CODE_QUERY_STALE,      WIRE_CODE_QUERY_REPLAYED,     WIRE_CODE_OFFICER_UNKNOWN, WIRE_CODE_OFFICER_BLOCKED,
    WIRE_CODE_NETWORK_NOT_ALLOWED, WIRE_CODE_AGREEMENT_UNSIGNED, WIRE_CODE_ROLE_BASIS,   WIRE_CODE_BASIS_NOT_GRANTED,
    WIRE_CODE_DUTY_MISSING,     WIRE_CODE_DUTY_NOT_OF_ROLE,   WIRE_CODE_DUTY_NOT_GRANTED, WIRE_CODE_SERVICE_CLOSED,
    WIRE_CODE_CASE_MISSING,     WIRE_CODE_CASE_MALFORMED,     WIRE_CODE_ARTICLE_MISSING, WIRE_CODE_ARTICLE_NOT_LISTED,
    WIRE_CODE_CASE_UNKNOWN,     WIRE_CODE_CASE_CLOSED,        WIRE_CODE_CASE_NOT_OF_BODY, WIRE_CODE_ARTICLE_NOT_OF_CASE,
    WIRE_CODE_CASE_UNCHECKED,
};

static void finding_note(struct core_request *request, const struct certs_finding *finding)
{
    snprintf(request->fault, sizeof(request->fault), "%s", finding->detail);
}

enum wire_code core_peer_verify(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    BASE_CLEANUP(certs_trust_unrefp) struct certs_trust *trust = core_trust_ref(gateway->trust);
    struct certs_finding finding =
        certs_peer_verify(trust, gateway->cache, request->http.certificate, request->arrival_us, &request->peer);
    enum wire_code code = core_outcome_of_verdict(finding.verdict);
    if (code != WIRE_CODE_NONE)
        finding_note(request, &finding);
    return code;
}

void core_message_verify(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    BASE_CLEANUP(certs_trust_unrefp) struct certs_trust *trust = core_trust_ref(gateway->trust);
    struct certs_finding finding =
        certs_cms_verify(trust, gateway->cache, request->http.body, request->arrival_us, &request->message);
    enum wire_code code = core_outcome_of_verdict(finding.verdict);
    if (code != WIRE_CODE_NONE) {
        finding_note(request, &finding);
        wire_codes_add(&request->codes, code);
        return;
    }
    request->has_message = true;
    if (strcmp(request->message.signer.iin, request->peer.iin) != 0)
        wire_codes_add(&request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION);
}

/* Adds a parameter's fault to those already told; what has no room is left out whole. */
static void fault_note(struct core_request *request, const char *member, enum wire_fault_kind kind)
{
    char text[CORE_FAULT_MAX];
    size_t used = strlen(request->fault);
    int len = snprintf(text, sizeof(text), "%sparams%s: %s", used > 0 ? "; " : "", member,
                       wire_fault_text(kind));
    if (len > 0 && used + (size_t)len < sizeof(request->fault))
        memcpy(request->fault + used, text, (size_t)len + 1);
}

int core_params_check(struct core_request *request)
{
    const unsigned needed = WIRE_QUERY_PARAMS | WIRE_QUERY_SERVICE;
    if ((request->query.parts & needed) != needed)
        return 0;
    struct wire_faults faults;
    request->service = wire_service_find(request->gateway->services, request->query.service);
    int r = wire_service_params_check(request->service, request->query.params, &request->params, &faults);
    if (r != WIRE_SERVICE_MISFIT)
        return r;
    wire_codes_add(&request->codes, WIRE_CODE_PARAMS_INVALID);
    for (size_t i = 0; i < faults.count; i++)
        fault_note(request, faults.items[i].member, faults.items[i].kind);
    return 0;
}

int core_query_read(struct core_request *request)
{
    int r = wire_query_parse(base_buffer_view(&request->message.content), request->gateway->settings->origin,
                             &request->document, &request->query);
    if (r < 0)
        return r;
    if (!request->query.wellformed) {
        wire_codes_add(&request->codes, WIRE_CODE_QUERY_MALFORMED);
        snprintf(request->fault, sizeof(request->fault), "%s", request->query.fault);
    } else if (request->query.is_inquiry && request->route.page == CORE_PAGE_EXPLAIN) {
        request->query.wellformed = false;
        wire_codes_add(&request->codes, WIRE_CODE_QUERY_MALFORMED);
        snprintf(request->fault, sizeof(request->fault), "v: an explanation is of one query");
    }
    return core_params_check(request);
}

int core_officer_find(struct core_request *request)
{
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    const uint8_t *id = request->query.parts & WIRE_QUERY_ID ? request->query.id : NULL;
    const struct store_officer_key key = {
        .iin = request->message.signer.iin,
        .bin = request->message.signer.bin,
        .peer = address,
        .at_us = request->arrival_us,
        .id = id,
        .part = (int)request->part,
    };
    int r = store_officer_find(request->gateway->pool, &key, &request->officer);
    request->registered = r == 0;
    if (r != STORE_NONE)
        return r;
    memset(&request->officer, 0, sizeof(request->officer));
    struct store_query claimed;
    r = id ? store_query_find(request->gateway->pool, key.iin, id, key.part, &claimed) : STORE_NONE;
    request->officer.claimed = r == 0;
    return r < 0 ? r : 0;
}

void core_standing_check(struct core_request *request)
{
    struct registry_standing standing = registry_standing_of(request->registered ? &request->officer : NULL);
    if (!standing.registered) {
        wire_codes_add(&request->codes, WIRE_CODE_OFFICER_UNKNOWN);
        return;
    }
    if (!standing.active)
        wire_codes_add(&request->codes, WIRE_CODE_OFFICER_BLOCKED);
    if (!standing.network_allowed)
        wire_codes_add(&request->codes, WIRE_CODE_NETWORK_NOT_ALLOWED);
    if (!standing.agreement_signed)
        wire_codes_add(&request->codes, WIRE_CODE_AGREEMENT_UNSIGNED);
}

void core_time_check(const struct core_gateway *gateway, int64_t signed_at_us, int64_t arrival_us, struct wire_codes *codes)
{
    int64_t window_us = gateway->settings->window_seconds * 1000000;
    if (signed_at_us < arrival_us - window_us || signed_at_us > arrival_us + window_us)
        wire_codes_add(codes, WIRE_CODE_QUERY_STALE);
}

void core_service_decide(const struct core_request *request, unsigned service, struct policy_decision *ret_decision,
                         struct wire_codes *ret_codes)
{
    const struct wire_query *query = &request->query;
    struct policy_facts facts = registry_facts_of(&request->officer);
    facts.basis = query->basis;
    facts.duty = query->duty;
    facts.service = service;
    facts.case_state = policy_case_check(&request->gateway->case_pattern, query->case_number);
    facts.article = query->article;
    *ret_codes = (struct wire_codes){0};
    policy_decide(request->edition, &facts, ret_decision);
    for (unsigned reason = POLICY_REASON_NONE + 1; reason <= POLICY_REASON_MAX; reason++)
        if (policy_decision_has(ret_decision, (enum policy_reason)reason))
            wire_codes_add(ret_codes, wire_code_of_reason((enum policy_reason)reason));
    /* No edition in force, or facts that no edition can decide on: nothing is open. */
    if (ret_decision->effect == POLICY_EFFECT_DENY && ret_decision->reasons == 0)
        wire_codes_add(ret_codes, WIRE_CODE_SERVICE_CLOSED);
}

/* The order itself, where all that it rests on could be read. */
static void order_check(struct core_request *request)
{
    const unsigned needed = WIRE_QUERY_SERVICE | WIRE_QUERY_GROUND | WIRE_QUERY_CASE | WIRE_QUERY_ARTICLE;
    struct wire_codes codes;
    if (!request->registered || (request->query.parts & needed) != needed)
        return;
    request->edition = policy_edition_at(request->gateway->editions, request->arrival_us);
    if (!request->edition)
        base_log(BASE_LOG_ERROR, "event=no-edition-in-force");
    core_service_decide(request, request->query.service, &request->decision, &codes);
    request->codes.set |= codes.set;
}

void core_query_decide(struct core_request *request)
{
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(decided); i++)
        request->codes.set &= ~(UINT64_C(1) << decided[i]);
    memset(&request->decision, 0, sizeof(request->decision));
    request->edition = NULL;
    if (request->query.parts & WIRE_QUERY_AT)
        core_time_check(request->gateway, request->query.at_us, request->arrival_us, &request->codes);
    if (request->officer.claimed)
        wire_codes_add(&request->codes, WIRE_CODE_QUERY_REPLAYED);
    core_standing_check(request);
    order_check(request);
    core_case_decide(request);
    /* A well-formed query of a registered officer is always decided; anything else may only be refused. */
    bool is_for_parts = request->query.is_inquiry && request->part == 0; /* each is decided by itself */
    if (!request->edition && !is_for_parts && wire_codes_empty(request->codes))
        wire_codes_add(&request->codes, WIRE_CODE_SERVICE_CLOSED);
}

/* Refusals count for who is connected; an entry of somebody else's signature does not show them. */
static void run_note(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    long long most = atomic_load(&gateway->refusals_per_hour);
    if (!core_violation_counts(request->codes))
        return;
    unsigned count = core_rate_count(gateway->runs, request->peer.iin, request->arrival_us);
    request->is_run = most > 0 && (long long)count > most &&
                      !wire_codes_have(request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION);
}

enum core_rate_verdict core_refusal_count(struct core_request *request, int64_t *ret_wait_us)
{
    if (request->is_counted)
        return CORE_RATE_WITHIN;
    enum core_rate_verdict verdict =
        core_rate_take(request->gateway->rate, request->peer.iin, request->arrival_us, ret_wait_us);
    request->is_counted = verdict == CORE_RATE_WITHIN;
    if (request->is_counted)
        run_note(request);
    return verdict;
}

enum core_claim core_query_claim(const struct core_request *request)
{
    if (request->has_message && request->query.wellformed &&
        !wire_codes_have(request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION) &&
        !wire_codes_have(request->codes, WIRE_CODE_QUERY_REPLAYED))
        return CORE_CLAIM_ID;
    return CORE_CLAIM_NOTHING;
}
