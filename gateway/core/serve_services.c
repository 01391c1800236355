/* GET /v1/services: which services the person connected may use now, on which grounds, and why not the others; and what each
 * can be asked. */
#include "base/log.h"
#include "gateway/core/decide.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/registry/facts.h"
#include "gateway/wire/json.h"
#include "gateway/wire/reply.h"
#include "policy/decide.h"

struct page {
    const struct core_request *request;
    const struct policy_edition *edition;
    struct policy_facts facts; /* of the officer; the rest changes from slot to slot */
    struct wire_codes against; /* what closes everything */
    struct base_json json;
};

/* What the order says of one service and slot when the query carries all that is demanded. */
static void slot_decide(const struct page *page, unsigned service, struct policy_slot slot,
                        struct policy_decision *ret_decision)
{
    struct policy_facts facts = page->facts;
    facts.service = service;
    facts.basis = slot.basis;
    facts.duty = slot.duty;
    facts.case_state = POLICY_CASE_WELLFORMED;
    if (page->edition && policy_edition_service_marked(page->edition, service))
        facts.article = base_bytes_text(policy_edition_article(page->edition, 0));
    policy_decide(page->edition, &facts, ret_decision);
}

static void ground_encode(struct base_json *json, struct policy_slot slot)
{
    base_json_member_text(json, "basis", policy_basis_name(slot.basis));
    if (slot.duty != POLICY_DUTY_NONE)
        base_json_member_text(json, "duty", policy_duty_name(slot.duty));
}

/* What a query in this slot would get, with all that speaks against any query. */
static enum policy_effect effect_of(const struct page *page, const struct policy_decision *decision)
{
    return wire_codes_empty(page->against) ? decision->effect : POLICY_EFFECT_DENY;
}

static void closed_slot_encode(struct base_json *json, struct policy_slot slot, const struct policy_decision *decision)
{
    base_json_object_begin(json);
    ground_encode(json, slot);
    base_json_name(json, "reasons");
    base_json_array_begin(json);
    for (unsigned reason = POLICY_REASON_NONE + 1; reason <= POLICY_REASON_MAX; reason++)
        if (policy_decision_has(decision, (enum policy_reason)reason))
            base_json_text(json, policy_reason_name((enum policy_reason)reason));
    base_json_array_end(json);
    base_json_object_end(json);
}

static void open_slot_encode(struct base_json *json, struct policy_slot slot, const struct policy_decision *decision)
{
    base_json_object_begin(json);
    ground_encode(json, slot);
    base_json_member_text(json, "effect", policy_effect_name(decision->effect));
    base_json_name(json, "needs");
    wire_needs_encode(decision->needs, json);
    base_json_object_end(json);
}

enum part { PART_CLOSED, PART_OPEN };

/* The slots of one part. */
static void part_encode(struct page *page, unsigned service, enum part part)
{
    struct base_json *json = &page->json;
    base_json_array_begin(json);
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++) {
        struct policy_slot slot = policy_slot_at(i);
        struct policy_decision decision;
        slot_decide(page, service, slot, &decision);
        switch (effect_of(page, &decision)) {
        case POLICY_EFFECT_DENY:
            if (part == PART_CLOSED)
                closed_slot_encode(json, slot, &decision);
            break;
        case POLICY_EFFECT_PERMIT:
        case POLICY_EFFECT_ABBREVIATED:
            if (part == PART_OPEN)
                open_slot_encode(json, slot, &decision);
            break;
        }
    }
    base_json_array_end(json);
}

static void service_encode(struct page *page, unsigned service)
{
    static const enum policy_language languages[WIRE_LANGUAGE_COUNT] = {
        [WIRE_KK] = POLICY_LANGUAGE_KK, [WIRE_RU] = POLICY_LANGUAGE_RU, [WIRE_EN] = POLICY_LANGUAGE_EN};
    struct base_json *json = &page->json;
    base_json_object_begin(json);
    base_json_name(json, "closed");
    part_encode(page, service, PART_CLOSED);
    if (page->edition)
        base_json_member_text(json, "name",
                              policy_edition_service_name(page->edition, service, languages[page->request->language]));
    base_json_name(json, "open");
    part_encode(page, service, PART_OPEN);
    base_json_member_integer(json, "service", service);
    base_json_object_end(json);
}

static void names_encode(struct base_json *json, const char *name, const struct store_names *names)
{
    base_json_name(json, name);
    base_json_array_begin(json);
    for (size_t i = 0; i < names->count; i++)
        base_json_text(json, names->names[i]);
    base_json_array_end(json);
}

static int page_encode(struct page *page, struct base_buffer *out)
{
    const struct core_request *request = page->request;
    struct base_json *json = &page->json;
    char at[BASE_TIME_TEXT_MAX];
    base_time_format(request->arrival_us, at);
    base_json_begin(json, out);
    base_json_object_begin(json);
    base_json_member_text(json, "at", at);
    if (page->edition) {
        base_json_member_text(json, "edition", policy_edition_id(page->edition));
        base_json_member_text(json, "edition_sha256", policy_edition_sha256_text(page->edition));
    }
    if (request->registered) {
        base_json_name(json, "officer");
        base_json_object_begin(json);
        names_encode(json, "bases", &request->officer.bases);
        names_encode(json, "duties", &request->officer.duties);
        base_json_member_integer(json, "role", request->officer.role);
        base_json_object_end(json);
    }
    base_json_name(json, "reasons");
    wire_reasons_encode(request->gateway->messages, page->against, NULL, request->language, json);
    base_json_name(json, "services");
    base_json_array_begin(json);
    for (unsigned service = 1; service <= POLICY_SERVICE_MAX; service++)
        service_encode(page, service);
    base_json_array_end(json);
    base_json_member_text(json, "v", "qao.services/1");
    base_json_object_end(json);
    return base_json_end(json);
}

void core_services_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    /* There is no message: the person asked about is the one connected. */
    request->message.signer = request->peer;
    if (core_officer_find(request) < 0) {
        core_log_away_send(request);
        return;
    }
    struct page page = {
        .request = request,
        .edition = policy_edition_at(request->gateway->editions, request->arrival_us),
    };
    core_standing_check(request);
    page.against = request->codes;
    if (request->registered)
        page.facts = registry_facts_of(&request->officer);
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    int r = page_encode(&page, &request->reply);
    if (r == 0) {
        core_page_send(request, "application/json", base_buffer_view(&request->reply));
        return;
    }
    base_log(BASE_LOG_ERROR, "event=services-not-encoded error=%d", -r);
    core_problem_send(request, WIRE_CODE_OVERLOADED, NULL, 1);
}

/* ---- GET /v1/services/{number} ---- */

/* What a service can be asked and what it answers is no secret among those who may connect. */
void core_service_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    const struct wire_service *service =
        wire_service_find(request->gateway->services, core_route_number(request->route.rest, WIRE_SERVICE_COUNT));
    if (!service) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    if (wire_json_canonical(wire_service_description(service), &request->reply) < 0)
        core_problem_send(request, WIRE_CODE_OVERLOADED, NULL, 1);
    else
        core_page_send(request, "application/json", base_buffer_view(&request->reply));
}
