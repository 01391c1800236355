/* GET /v1/queries/{id}: what became of an own query or of a part of one, and its reply while it is held. */
#include <errno.h>

#include "audit/tree.h"
#include "base/log.h"
#include "gateway/core/outcome.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/core/settle.h"
#include "gateway/registry/facts.h"
#include "schema/store/query.h"

enum { PARTS_BYTES_MAX = 8192, PART_MAX = 9999 };

static bool is_inquiry(const struct store_query *query)
{
    return strcmp(query->request_kind, audit_kind_name(AUDIT_KIND_QUERY_INQUIRY)) == 0;
}

static const char *state_of(const struct store_query *query)
{
    bool is_act = strncmp(query->request_kind, "admin.", strlen("admin.")) == 0;
    if (is_act && strcmp(query->request_kind, "admin.refused") != 0)
        return "done";
    if (is_inquiry(query))
        return "accepted";
    if (!query->opens)
        return "refused";
    if (query->conclusion_seq == STORE_SEQ_NONE)
        return "pending";
    if (strcmp(query->conclusion_kind, audit_kind_name(AUDIT_KIND_QUERY_WITHHELD)) == 0)
        return "withheld";
    if (strcmp(query->conclusion_kind, audit_kind_name(AUDIT_KIND_QUERY_UNKNOWN)) == 0)
        return core_settle_is_final(query) ? query->settled_outcome : "unknown";
    const char *answered = core_outcome_text(LINK_OUTCOME_ANSWERED);
    if (strcmp(query->conclusion_outcome, answered) == 0)
        return answered;
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

static void settled_encode(const struct store_query *query, struct base_json *json)
{
    base_json_object_begin(json);
    time_encode(json, "at", query->settled_at_us);
    base_json_member_integer(json, "index", (int64_t)query->settled_seq);
    base_json_member_text(json, "outcome", query->settled_outcome);
    base_json_object_end(json);
}

/* A part in the page of its inquiry. */
static int part_encode(void *context, int part, const struct store_query *query)
{
    struct base_json *json = context;
    base_json_object_begin(json);
    base_json_member_integer(json, "index", (int64_t)query->request_seq);
    base_json_member_integer(json, "part", part);
    base_json_member_integer(json, "service", query->service);
    base_json_member_text(json, "state", state_of(query));
    base_json_object_end(json);
    return 0;
}

/* What of the message's parts is recorded; nothing where it has none. */
static int parts_encode(const struct core_request *request, const struct store_query *query, struct base_buffer *out)
{
    struct base_json json;
    if (!is_inquiry(query))
        return 0;
    base_json_begin(&json, out);
    base_json_array_begin(&json);
    int r = store_parts_find(request->gateway->pool, request->peer.iin, request->query.id, WIRE_INQUIRY_SERVICES_MAX,
                             part_encode, &json);
    base_json_array_end(&json);
    return r < 0 ? r : base_json_end(&json);
}

/* What is held of a reply, as a member of the page. */
struct held {
    const char *name; /* "reply", "problem" */
    struct base_bytes text;
};

static int outcome_encode(const struct store_query *query, const char *id, struct base_bytes parts, struct held held,
                          struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    if (query->conclusion_seq != STORE_SEQ_NONE) {
        base_json_name(&json, "conclusion");
        conclusion_encode(query, &json);
    }
    if (parts.len > 0) {
        base_json_name(&json, "parts");
        base_json_raw(&json, parts);
    }
    if (held.text.len > 0 && strcmp(held.name, "problem") == 0) {
        base_json_name(&json, held.name);
        base_json_raw(&json, held.text);
    }
    base_json_member_text(&json, "query", id);
    if (held.text.len > 0 && strcmp(held.name, "reply") == 0) {
        base_json_name(&json, held.name);
        base_json_raw(&json, held.text);
    }
    base_json_name(&json, "request");
    request_encode(query, &json);
    if (query->service > 0)
        base_json_member_integer(&json, "service", query->service);
    if (query->settled_seq != STORE_SEQ_NONE) {
        base_json_name(&json, "settled");
        settled_encode(query, &json);
    }
    base_json_member_text(&json, "state", state_of(query));
    base_json_member_text(&json, "v", "qao.outcome/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

/* Whether the reply that is held may be shown. */
enum right {
    RIGHT_NONE = 0, /* nothing is held, or not to be shown to this connection */
    RIGHT_ENDED,    /* the registration is no more what the answer was given to */
    RIGHT_BLOCKED,  /* the same, and the officer is blocked */
    RIGHT_PROBLEM,  /* a refusal: it tells of nobody */
    RIGHT_STANDS,
};

static struct core_hold_key key_of(const struct core_request *request)
{
    return (struct core_hold_key){.iin = request->peer.iin, .id = request->query.id, .part = request->part};
}

/* The register's word, as it is now; the record of the showing confirms it in its own transaction. */
static int right_check(struct core_request *request, struct core_hold_right *ret_right, enum right *ret_word)
{
    struct core_gateway *gateway = request->gateway;
    *ret_word = RIGHT_NONE;
    const struct core_hold_key held = key_of(request);
    if (core_hold_right_find(gateway->hold, &held, request->arrival_us, ret_right) != 0 ||
        strcmp(ret_right->bin, request->peer.bin) != 0)
        return 0;
    if (ret_right->is_problem) {
        *ret_word = RIGHT_PROBLEM;
        return 0;
    }
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    const struct store_officer_key key = {
        .iin = request->peer.iin, .bin = request->peer.bin, .peer = address, .at_us = request->arrival_us};
    int r = store_officer_find(gateway->pool, &key, &request->officer);
    if (r < 0)
        return r;
    struct registry_standing standing = registry_standing_of(r == 0 ? &request->officer : NULL);
    if (standing.registered && !standing.active)
        *ret_word = RIGHT_BLOCKED;
    else if (!standing.registered || request->officer.registration != ret_right->registration ||
             request->officer.version != ret_right->version)
        *ret_word = RIGHT_ENDED;
    else if (standing.network_allowed && standing.agreement_signed)
        *ret_word = RIGHT_STANDS;
    return 0;
}

static void outcome_send(struct core_request *take_request)
{
    core_page_send(take_request, "application/json", base_buffer_view(&take_request->reply));
}

/* Builds the page in request->reply. */
static int page_make(struct core_request *request, const struct store_query *query, struct held held)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer parts;
    base_buffer_init(&parts, PARTS_BYTES_MAX);
    int r = request->part == 0 ? parts_encode(request, query, &parts) : 0;
    if (r < 0)
        return r;
    char id[BASE_UUID_TEXT_MAX];
    base_uuid_encode(request->query.id, id);
    base_buffer_clear(&request->reply);
    base_buffer_init(&request->reply, LINK_REPLY_BODY_MAX);
    return outcome_encode(query, id, base_buffer_view(&parts), held, &request->reply);
}

/* ---- the receipt of a reply that was kept without it ---- */

/* Of the request that the reply was kept for, and of its conclusion. */
static int receipt_add(struct core_request *request, const struct store_query *query,
                       const struct core_hold_right *right, struct base_bytes held, struct base_buffer *out)
{
    struct core_gateway *gateway = request->gateway;
    BASE_CLEANUP(core_entry_clear) struct core_entry first = {0}, second = {0};
    const struct core_entry *entries[] = {&first, &second};
    BASE_CLEANUP(core_receipt_clear) struct core_receipt receipt = {0};
    if (query->conclusion_seq == STORE_SEQ_NONE)
        return -ENODATA;
    uint64_t answered = core_settle_is_final(query) ? query->settled_seq : query->conclusion_seq;
    int r = core_entry_read(gateway, query->request_seq, &first);
    if (r == 0)
        r = core_entry_read(gateway, answered, &second);
    if (r == 0 && !audit_hash_equal(&first.record.entry.leaf_hash, &right->request))
        r = -EBADMSG;
    if (r == 0)
        r = core_receipt_read(gateway, entries, BASE_ARRAY_LENGTH(entries), &receipt);
    return r != 0 ? r : wire_reply_receipt_add(held, &receipt.wire, out);
}

/* The page with the reply, proved where that can be done by now. */
static int reply_page_make(struct core_request *request, const struct store_query *query,
                           const struct core_hold_right *right, struct base_bytes held)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer proved;
    base_buffer_init(&proved, LINK_REPLY_BODY_MAX);
    int r = right->is_unproved ? receipt_add(request, query, right, held, &proved) : 0;
    if (r != 0)
        base_log(BASE_LOG_WARNING, "event=no-proof query=%.*s error=%d", (int)request->route.rest.len,
                 (const char *)request->route.rest.data, r);
    return page_make(request, query, (struct held){"reply", r == 0 && proved.len > 0 ? base_buffer_view(&proved) : held});
}

static void showing_recorded(struct core_request *request);

/* The page without the reply; that one is dropped where the right to it is gone. */
static void page_serve(struct core_request *take_request, const struct store_query *query, enum right word)
{
    struct core_request *request = take_request;
    const struct core_hold_key key = key_of(request);
    if (word == RIGHT_ENDED || word == RIGHT_BLOCKED)
        core_hold_drop(request->gateway->hold, &key);
    if (word == RIGHT_BLOCKED)
        core_problem_send(request, WIRE_CODE_OFFICER_BLOCKED, NULL, 0);
    else if (page_make(request, query, (struct held){"reply", base_bytes_of(NULL, 0)}) < 0)
        core_log_away_send(request);
    else
        outcome_send(request);
}

/* The page with the reply is made first, then its showing recorded, then sent. */
static void reply_show(struct core_request *take_request, const struct store_query *query,
                       const struct core_hold_right *right)
{
    struct core_request *request = take_request;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer held;
    base_buffer_init(&held, LINK_REPLY_BODY_MAX);
    const struct core_hold_key key = key_of(request);
    int r = core_hold_read(request->gateway->hold, &key, request->arrival_us, &held);
    if (r == CORE_HOLD_NONE) {
        page_serve(request, query, RIGHT_NONE);
        return;
    }
    if (r == 0)
        r = reply_page_make(request, query, right, base_buffer_view(&held));
    if (r == 0)
        r = core_entry_delivered_append(request, right, showing_recorded);
    if (r != 0)
        core_log_away_send(request);
}

/* A refusal is shown without a record of the showing: it says nothing that the log does not. */
static void problem_show(struct core_request *take_request, const struct store_query *query)
{
    struct core_request *request = take_request;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer held;
    base_buffer_init(&held, LINK_REPLY_BODY_MAX);
    const struct core_hold_key key = key_of(request);
    int r = core_hold_read(request->gateway->hold, &key, request->arrival_us, &held);
    if (r < 0 || page_make(request, query, (struct held){"problem", base_buffer_view(&held)}) < 0)
        core_log_away_send(request);
    else
        outcome_send(request);
}

static void outcome_look(struct core_request *take_request)
{
    struct core_request *request = take_request;
    struct store_query query;
    struct core_hold_right right;
    enum right word = RIGHT_NONE;
    int r = store_query_find(request->gateway->pool, request->peer.iin, request->query.id, (int)request->part, &query);
    if (r == STORE_NONE) {
        core_problem_send(request, WIRE_CODE_NOT_FOUND, NULL, 0);
        return;
    }
    if (r == 0 && core_settle_begin(request, &query, outcome_look))
        return;
    if (r == 0)
        r = right_check(request, &right, &word);
    if (r < 0)
        core_log_away_send(request);
    else if (word == RIGHT_STANDS)
        reply_show(request, &query, &right);
    else if (word == RIGHT_PROBLEM)
        problem_show(request, &query);
    else
        page_serve(request, &query, word);
}

static void showing_recorded(struct core_request *request)
{
    switch (request->third.outcome) {
    case AUDIT_OUTCOME_DURABLE:
        outcome_send(request);
        return;
    case AUDIT_OUTCOME_CHANGED: /* a newer version came between: its word counts */
        if (request->attempts++ == 0) {
            outcome_look(request);
            return;
        }
        break;
    case AUDIT_OUTCOME_CLAIMED:
    case AUDIT_OUTCOME_POISON:
        base_log(BASE_LOG_ERROR, "event=showing-refused outcome=%d", (int)request->third.outcome);
        break;
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        break;
    }
    core_log_away_send(request);
}

/* id, or id/part. */
static bool rest_take(struct core_request *request)
{
    struct base_bytes id = request->route.rest;
    const uint8_t *slash = id.len > 0 ? memchr(id.data, '/', id.len) : NULL;
    if (slash) {
        size_t len = (size_t)(slash - id.data);
        request->part = core_route_number(base_bytes_of(slash + 1, id.len - len - 1), PART_MAX);
        if (request->part == 0)
            return false;
        id.len = len;
    }
    return base_uuid_parse(id, BASE_UUID_ANY_CASE, request->query.id) == 0;
}

void core_outcome_serve(struct core_request *take_request)
{
    if (!rest_take(take_request))
        core_problem_send(take_request, WIRE_CODE_NOT_FOUND, NULL, 0);
    else
        outcome_look(take_request);
}
