/* GET /v1/queries/{id}: what became of an own query, and its reply while it is held. */
#include "base/log.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/registry/facts.h"
#include "schema/store/query.h"

static const char *state_of(const struct store_query *query)
{
    if (!query->opens)
        return "refused";
    if (query->conclusion_seq == STORE_SEQ_NONE)
        return "pending";
    if (strcmp(query->conclusion_kind, audit_kind_name(AUDIT_KIND_QUERY_WITHHELD)) == 0)
        return "withheld";
    if (strcmp(query->conclusion_kind, audit_kind_name(AUDIT_KIND_QUERY_UNKNOWN)) == 0)
        return "unknown";
    if (strcmp(query->conclusion_outcome, "answered") == 0)
        return "executed";
    if (strcmp(query->conclusion_outcome, wire_code_text(WIRE_CODE_REGISTRY_TIMEOUT)) == 0)
        return "timeout";
    if (strcmp(query->conclusion_outcome, wire_code_text(WIRE_CODE_SERVICE_UNAVAILABLE)) == 0)
        return "unavailable";
    return "failed";
}

static void time_encode(struct base_json *json, const char *name, int64_t at_us)
{
    char text[BASE_TIME_TEXT_MAX];
    base_time_format(at_us, text);
    base_json_member_text(json, name, text);
}

static void request_encode(const struct store_query *query, struct base_json *json)
{
    base_json_object_begin(json);
    time_encode(json, "at", query->at_us);
    if (query->effect[0])
        base_json_member_text(json, "effect", query->effect);
    base_json_member_integer(json, "index", (int64_t)query->request_seq);
    base_json_member_text(json, "kind", query->request_kind);
    base_json_name(json, "reasons");
    base_json_array_begin(json);
    for (const char *reason = query->reasons; *reason;) {
        size_t len = strcspn(reason, " ");
        base_json_string(json, base_bytes_of(reason, len));
        reason += len + (reason[len] == ' ');
    }
    base_json_array_end(json);
    base_json_object_end(json);
}

static void conclusion_encode(const struct store_query *query, struct base_json *json)
{
    base_json_object_begin(json);
    time_encode(json, "at", query->conclusion_at_us);
    base_json_member_integer(json, "index", (int64_t)query->conclusion_seq);
    base_json_member_text(json, "kind", query->conclusion_kind);
    if (query->conclusion_outcome[0])
        base_json_member_text(json, "outcome", query->conclusion_outcome);
    base_json_object_end(json);
}

static int outcome_encode(const struct store_query *query, const char *id, struct base_bytes held,
                          struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    if (query->conclusion_seq != STORE_SEQ_NONE) {
        base_json_name(&json, "conclusion");
        conclusion_encode(query, &json);
    }
    base_json_member_text(&json, "query", id);
    if (held.len > 0) {
        base_json_name(&json, "reply");
        base_json_raw(&json, held);
    }
    base_json_name(&json, "request");
    request_encode(query, &json);
    if (query->service > 0)
        base_json_member_integer(&json, "service", query->service);
    base_json_member_text(&json, "state", state_of(query));
    base_json_member_text(&json, "v", "qao.outcome/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

/* A held reply is shown only to who may still be shown it. */
static int held_read(struct core_request *request, const uint8_t id[static WIRE_UUID_BYTES], struct base_buffer *ret_held)
{
    struct core_gateway *gateway = request->gateway;
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    const struct store_officer_key key = {
        .iin = request->peer.iin, .bin = request->peer.bin, .peer = address, .at_us = request->arrival_us};
    int r = store_officer_find(gateway->pool, &key, &request->officer);
    if (r != 0)
        return r < 0 ? r : 0;
    struct registry_standing standing = registry_standing_of(&request->officer);
    if (!standing.active || !standing.network_allowed || !standing.agreement_signed)
        return 0;
    r = core_hold_read(gateway->hold, request->peer.iin, id, request->arrival_us, ret_held);
    return r < 0 ? r : 0;
}

void core_outcome_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    uint8_t id[WIRE_UUID_BYTES];
    char id_text[WIRE_UUID_TEXT_MAX];
    struct store_query query;
    if (wire_uuid_parse(request->route.rest, id) < 0) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    wire_uuid_format(id, id_text);
    int r = store_query_find(request->gateway->pool, request->peer.iin, id, 0, &query);
    if (r == STORE_NONE) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    BASE_CLEANUP(base_buffer_clear) struct base_buffer held;
    base_buffer_init(&held, LINK_REPLY_BODY_MAX);
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    if (r == 0)
        r = held_read(request, id, &held);
    if (r == 0)
        r = outcome_encode(&query, id_text, base_buffer_view(&held), &request->reply);
    if (r == 0)
        core_page_send(request, "application/json", base_buffer_view(&request->reply));
    else
        core_problem_send(request, WIRE_CODE_LOG_UNAVAILABLE, NULL, 1);
}
