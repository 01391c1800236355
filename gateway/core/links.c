#include "gateway/core/links.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "gateway/core/decide.h"
#include "gateway/core/graph.h"
#include "gateway/core/outcome.h"
#include "gateway/core/part.h"
#include "gateway/wire/json.h"

enum { FIRST_STEP_SERVICE = 75, SECOND_STEP_SERVICE = 76, MISSING_MAX = 200, AT_ONCE_MAX = 64, RECORDS_MAX = 6 << 20 };

struct search;

/* One registry to be asked about one node. */
struct ask {
    struct search *search;
    size_t node;
    unsigned service;
};

/* What was not looked at, and why. */
struct missing {
    unsigned service;        /* 0: none in particular */
    size_t node;             /* SIZE_MAX: none in particular */
    const char *why;         /* static */
    struct wire_codes codes; /* why it was not permitted */
};

/* What the order says of a service to this officer on this ground. */
enum openness {
    OPENNESS_UNKNOWN = 0,
    OPENNESS_CLOSED,
    OPENNESS_OPEN,
};

/* Shared by the parts under way; mutex guards all that changes. */
struct search {
    struct core_request *request;
    pthread_mutex_t mutex;
    struct core_graph *graph;
    uint8_t *hops; /* of each node: from the person or organisation it was found at; 0: it is one */
    unsigned steps, next_part;
    size_t asks_max, ask_count, ask_next, active;
    struct ask *asks;
    enum openness openness[WIRE_SERVICE_COUNT + 1]; /* of each service, once it was looked up */
    bool is_complete;
    size_t missing_count;
    struct missing missing[MISSING_MAX];
    int64_t until_us; /* monotonic */
};

bool core_links_serves(unsigned service)
{
    return service == FIRST_STEP_SERVICE || service == SECOND_STEP_SERVICE;
}

static void search_free(struct search *search)
{
    core_graph_free(search->graph);
    free(search->hops);
    free(search->asks);
    pthread_mutex_destroy(&search->mutex);
    free(search);
}

static void missing_note(struct search *search, const struct missing *missing)
{
    search->is_complete = false;
    if (search->missing_count < MISSING_MAX)
        search->missing[search->missing_count++] = *missing;
}

/* ---- what is to be asked ---- */

static bool is_party(enum wire_identifier kind)
{
    return kind == WIRE_IDENTIFIER_IIN || kind == WIRE_IDENTIFIER_BIN;
}

/* Things through which people meet. Others (documents, names) are shown and not followed. */
static bool is_followed(enum wire_identifier kind)
{
    return is_party(kind) || kind == WIRE_IDENTIFIER_PLATE || kind == WIRE_IDENTIFIER_CADASTRE ||
           kind == WIRE_IDENTIFIER_PHONE || kind == WIRE_IDENTIFIER_ADDRESS || kind == WIRE_IDENTIFIER_JOURNEY;
}

/* Whether the order opens the service to this officer on this ground: decided once, and if not, told once. */
static bool is_open(struct search *search, unsigned service)
{
    if (search->openness[service] != OPENNESS_UNKNOWN)
        return search->openness[service] == OPENNESS_OPEN;
    struct policy_decision decision;
    struct missing missing = {.service = service, .node = SIZE_MAX, .why = "closed"};
    core_service_decide(search->request, service, &decision, &missing.codes);
    bool opens = wire_codes_empty(missing.codes);
    search->openness[service] = opens ? OPENNESS_OPEN : OPENNESS_CLOSED;
    if (!opens)
        missing_note(search, &missing);
    return opens;
}

static void ask_add(struct search *search, size_t node, unsigned service)
{
    if (search->ask_count == search->asks_max) {
        missing_note(search, &(struct missing){.service = service, .node = node, .why = "limit"});
        return;
    }
    search->asks[search->ask_count++] = (struct ask){search, node, service};
}

/* Plans to ask every registry about a new node, as far as the search goes. */
static void node_follow(struct search *search, size_t node)
{
    const struct core_graph_node *found = core_graph_node(search->graph, node);
    enum wire_identifier kind = wire_identifier_parse(found->kind);
    if (!is_followed(kind) || found->step >= search->steps || search->hops[node] > 1)
        return;
    for (unsigned number = 1; number < FIRST_STEP_SERVICE; number++) {
        const struct wire_service *service = wire_service_find(search->request->gateway->services, number);
        if (service && wire_service_has_links(service) && wire_service_kind(service) == WIRE_SERVICE_QUESTION &&
            wire_service_key(service, kind) && is_open(search, number))
            ask_add(search, node, number);
    }
}

/* ---- what was answered ---- */

struct taking {
    struct search *search;
    const struct ask *ask;
    uint64_t evidence;
};

static int field_take(void *context, enum wire_identifier kind, const char *path, const char *value, const char *label)
{
    const struct taking *taking = context;
    struct search *search = taking->search;
    size_t from = taking->ask->node, node = 0;
    if (!is_followed(kind) && kind != WIRE_IDENTIFIER_VIN && kind != WIRE_IDENTIFIER_DOCUMENT)
        return 0;
    unsigned step = core_graph_node(search->graph, from)->step + (is_party(kind) ? 1 : 0);
    int r = core_graph_node_add(search->graph, wire_identifier_text(kind), value, label, step, &node);
    if (r < 0 || r == CORE_GRAPH_FULL) {
        missing_note(search, &(struct missing){.service = taking->ask->service, .node = from, .why = "limit"});
        return r < 0 && r != -EMSGSIZE ? r : 0;
    }
    if (r == 0) {
        search->hops[node] = is_party(kind) ? 0 : (uint8_t)(search->hops[from] + 1);
        node_follow(search, node);
    }
    if (node == from)
        return 0;
    struct core_graph_edge edge = {.from = from, .to = node, .service = taking->ask->service, .evidence = taking->evidence};
    size_t len = strlen(path);
    memcpy(edge.relation, path, len < sizeof(edge.relation) ? len : 0);
    if (core_graph_edge_add(search->graph, &edge) == CORE_GRAPH_FULL)
        missing_note(search, &(struct missing){.service = edge.service, .node = from, .why = "limit"});
    return 0;
}

/* False when the records could not be read. */
static bool records_take(struct search *search, const struct ask *ask, struct core_request *part)
{
    struct taking taking = {.search = search, .ask = ask, .evidence = part->second.record.index};
    BASE_CLEANUP(wire_json_cleanup) json_t *records = NULL;
    if (wire_json_parse(base_buffer_view(&part->records), LINK_RECORDS_MAX, &records, NULL) != 0)
        return false;
    size_t index;
    json_t *record;
    json_array_foreach (records, index, record)
        if (wire_service_identified(part->service, record, field_take, &taking) != 0)
            return false;
    return true;
}

static const char *why_of(const struct core_request *part)
{
    if (!part->first.durable || part->first.columns.kind == NULL)
        return "unavailable"; /* not recorded, so not asked */
    if (!part->first.columns.opens)
        return "refused";
    if (part->answer.outcome == LINK_OUTCOME_ANSWERED || part->answer.outcome == LINK_OUTCOME_COUNT)
        return "failed"; /* an answer that was not recorded, or not given */
    return core_outcome_text(part->answer.outcome);
}

static void part_take(struct search *search, const struct ask *ask, struct core_request *part)
{
    bool is_answered = part->second.durable && part->conclusion == AUDIT_KIND_QUERY_RESULT && part->conclusion_confirms;
    if (is_answered && records_take(search, ask, part))
        return;
    const struct missing missing = {.service = ask->service, .node = ask->node, .why = why_of(part), .codes = part->codes};
    missing_note(search, &missing);
}

/* ---- the result ---- */

static void missing_encode(const struct missing *missing, struct base_json *json)
{
    char id[32];
    base_json_object_begin(json);
    base_json_name(json, "node");
    if (missing->node == SIZE_MAX) {
        base_json_null(json);
    } else {
        snprintf(id, sizeof(id), "n%zu", missing->node);
        base_json_text(json, id);
    }
    base_json_name(json, "reasons");
    base_json_array_begin(json);
    for (enum wire_code code = wire_codes_first(missing->codes); code != WIRE_CODE_NONE;
         code = wire_codes_after(missing->codes, code))
        base_json_text(json, wire_code_text(code));
    base_json_array_end(json);
    base_json_member_integer(json, "service", missing->service);
    base_json_member_text(json, "why", missing->why);
    base_json_object_end(json);
}

struct writing {
    const struct search *search;
    struct base_json *json;
};

static void all_missing_encode(void *context)
{
    const struct writing *writing = context;
    base_json_name(writing->json, "missing");
    base_json_array_begin(writing->json);
    for (size_t i = 0; i < writing->search->missing_count; i++)
        missing_encode(&writing->search->missing[i], writing->json);
    base_json_array_end(writing->json);
}

static int result_encode(const struct search *search, struct base_buffer *out)
{
    struct base_json json;
    struct writing writing = {search, &json};
    base_json_begin(&json, out);
    base_json_array_begin(&json);
    base_json_object_begin(&json);
    base_json_name(&json, "complete");
    base_json_bool(&json, search->is_complete);
    core_graph_encode(search->graph, &json, all_missing_encode, &writing);
    base_json_object_end(&json);
    base_json_array_end(&json);
    return base_json_end(&json);
}

/* Nobody else knows the search any more. */
static void search_end(struct search *search)
{
    struct core_request *request = search->request;
    base_buffer_init(&request->records, RECORDS_MAX);
    int r = result_encode(search, &request->records);
    if (r < 0)
        base_log(BASE_LOG_ERROR, "event=links-not-encoded query=%s error=%d", request->query.id_text, -r);
    request->answer = (struct link_answer){
        .outcome = r < 0 ? LINK_OUTCOME_FAILED : LINK_OUTCOME_ANSWERED,
        .duration_us = base_clock_monotonic_us() - request->arrival_monotonic_us,
    };
    search_free(search);
    core_request_queue(request, request->answered);
}

/* ---- one after the other, several at once ---- */

static void concluded(struct core_request *part);

/* A part for the next ask; NULL when there is no room or no memory for it. */
static struct core_request *part_make(struct search *search, struct ask *ask)
{
    struct core_request *request = search->request, *part = NULL;
    const struct core_graph_node *node = core_graph_node(search->graph, ask->node);
    const struct wire_service *service = wire_service_find(request->gateway->services, ask->service);
    const char *key = wire_service_key(service, wire_identifier_parse(node->kind));
    if (!core_part_room_take(request->gateway, 1))
        return NULL;
    json_t *params = json_pack("{s:s}", key, node->value);
    if (!params || core_part_new(request, search->next_part + 1, &part) < 0) {
        json_decref(params);
        core_part_room_drop(request->gateway, 1);
        return NULL;
    }
    search->next_part++;
    core_part_ask(part, ask->service, params);
    part->concluded = concluded;
    part->waiter = ask;
    part->give_up_us = search->until_us;
    return part;
}

/* What is still planned and cannot be asked any more. */
static void asks_drop(struct search *search, const char *why)
{
    for (; search->ask_next < search->ask_count; search->ask_next++) {
        const struct ask *ask = &search->asks[search->ask_next];
        missing_note(search, &(struct missing){.service = ask->service, .node = ask->node, .why = why});
    }
}

/* Makes as many parts as may be under way; the mutex is held. */
static size_t parts_make(struct search *search, struct core_request *ret_parts[static AT_ONCE_MAX])
{
    size_t count = 0, most = (size_t)search->request->gateway->settings->links_at_once;
    if (base_clock_monotonic_us() >= search->until_us)
        asks_drop(search, "time");
    while (search->active < most && search->ask_next < search->ask_count) {
        struct core_request *part = part_make(search, &search->asks[search->ask_next]);
        if (!part)
            break;
        search->ask_next++;
        search->active++;
        ret_parts[count++] = part;
    }
    if (search->active == 0)
        asks_drop(search, "overloaded");
    return count;
}

/* The mutex is held, and let go here. From then on the search is whoever's part concludes last. */
static void go_on(struct search *search)
{
    struct core_request *parts[AT_ONCE_MAX];
    size_t count = parts_make(search, parts);
    bool is_over = search->active == 0;
    pthread_mutex_unlock(&search->mutex);
    for (size_t i = 0; i < count; i++)
        core_part_start(parts[i]);
    if (is_over)
        search_end(search);
}

static void concluded(struct core_request *part)
{
    const struct ask *ask = part->waiter;
    struct search *search = ask->search;
    pthread_mutex_lock(&search->mutex);
    search->active--;
    part_take(search, ask, part);
    go_on(search);
}

/* The subject: the one parameter that names a person or an organisation. */
static int subject_add(struct search *search)
{
    const struct wire_params *params = &search->request->params;
    size_t node;
    for (size_t i = 0; i < params->count; i++)
        if (is_party(params->items[i].identifier))
            return core_graph_node_add(search->graph, wire_identifier_text(params->items[i].identifier),
                                       params->items[i].value, "", 0, &node);
    return -EINVAL;
}

static int search_new(struct core_request *request, struct search **ret_search)
{
    const struct core_settings *settings = request->gateway->settings;
    struct search *search = calloc(1, sizeof(*search));
    if (!search)
        return -ENOMEM;
    search->request = request;
    search->steps = request->query.service == SECOND_STEP_SERVICE ? 2 : 1;
    search->is_complete = true;
    search->asks_max = (size_t)settings->links_parts_max;
    search->until_us = base_clock_monotonic_us() + settings->links_seconds * 1000000;
    pthread_mutex_init(&search->mutex, NULL);
    search->asks = calloc(search->asks_max, sizeof(search->asks[0]));
    search->hops = calloc((size_t)settings->links_nodes_max, 1);
    int r = search->asks && search->hops ? core_graph_new((size_t)settings->links_nodes_max,
                                                          (size_t)settings->links_edges_max, &search->graph)
                                         : -ENOMEM;
    if (r == 0)
        r = subject_add(search);
    if (r < 0) {
        search_free(search);
        return r;
    }
    *ret_search = search;
    return 0;
}

void core_links_begin(struct core_request *take_request, void (*answered)(struct core_request *request))
{
    struct core_request *request = take_request;
    struct search *search = NULL;
    request->answered = answered;
    int r = request->service ? search_new(request, &search) : -EINVAL;
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=links-not-begun query=%s error=%d", request->query.id_text, -r);
        request->answer.outcome = LINK_OUTCOME_UNAVAILABLE;
        core_request_queue(request, answered);
        return;
    }
    pthread_mutex_lock(&search->mutex);
    node_follow(search, 0);
    go_on(search);
}
