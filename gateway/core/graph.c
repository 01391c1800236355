#include "gateway/core/graph.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Places are found by hash, chained through next_*: SIZE_MAX ends a chain. */
struct core_graph {
    size_t nodes_max, edges_max, node_count, edge_count, bucket_count;
    struct core_graph_node *nodes;
    struct core_graph_edge *edges;
    size_t *node_next, *edge_next;
    size_t *node_first, *edge_first; /* by bucket */
};

void core_graph_free(struct core_graph *graph)
{
    if (!graph)
        return;
    if (graph->nodes)
        explicit_bzero(graph->nodes, graph->node_count * sizeof(graph->nodes[0]));
    free(graph->nodes);
    free(graph->edges);
    free(graph->node_next);
    free(graph->edge_next);
    free(graph->node_first);
    free(graph->edge_first);
    free(graph);
}

int core_graph_new(size_t nodes_max, size_t edges_max, struct core_graph **ret_graph)
{
    struct core_graph *graph = calloc(1, sizeof(*graph));
    if (!graph)
        return -ENOMEM;
    graph->nodes_max = nodes_max;
    graph->edges_max = edges_max;
    graph->bucket_count = 2 * (nodes_max > edges_max ? nodes_max : edges_max) + 1;
    graph->nodes = calloc(nodes_max, sizeof(graph->nodes[0]));
    graph->edges = calloc(edges_max, sizeof(graph->edges[0]));
    graph->node_next = calloc(nodes_max, sizeof(size_t));
    graph->edge_next = calloc(edges_max, sizeof(size_t));
    graph->node_first = malloc(graph->bucket_count * sizeof(size_t));
    graph->edge_first = malloc(graph->bucket_count * sizeof(size_t));
    if (!graph->nodes || !graph->edges || !graph->node_next || !graph->edge_next || !graph->node_first || !graph->edge_first) {
        core_graph_free(graph);
        return -ENOMEM;
    }
    for (size_t i = 0; i < graph->bucket_count; i++)
        graph->node_first[i] = graph->edge_first[i] = SIZE_MAX;
    *ret_graph = graph;
    return 0;
}

/* FNV-1a: what is hashed comes from registries, at most a few thousand times. */
static uint64_t hash_more(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
    return hash;
}

static size_t node_bucket(const struct core_graph *graph, const char *kind, const char *value)
{
    uint64_t hash = hash_more(UINT64_C(14695981039346656037), kind, strlen(kind) + 1);
    return (size_t)(hash_more(hash, value, strlen(value)) % graph->bucket_count);
}

static size_t edge_bucket(const struct core_graph *graph, const struct core_graph_edge *edge)
{
    uint64_t hash = hash_more(UINT64_C(14695981039346656037), &edge->from, sizeof(edge->from));
    hash = hash_more(hash, &edge->to, sizeof(edge->to));
    hash = hash_more(hash, &edge->service, sizeof(edge->service));
    return (size_t)(hash_more(hash, edge->relation, strlen(edge->relation)) % graph->bucket_count);
}

static void label_take(struct core_graph_node *node, const char *label)
{
    size_t len = strlen(label);
    if (!node->label[0] && len < sizeof(node->label)) /* a longer one is not cut: it would say something else */
        memcpy(node->label, label, len + 1);
}

int core_graph_node_add(struct core_graph *graph, const char *kind, const char *value, const char *label, unsigned step,
                        size_t *ret_node)
{
    if (strlen(value) >= CORE_GRAPH_VALUE_MAX)
        return -EMSGSIZE;
    size_t bucket = node_bucket(graph, kind, value), place = graph->node_first[bucket];
    while (place != SIZE_MAX &&
           (strcmp(graph->nodes[place].kind, kind) != 0 || strcmp(graph->nodes[place].value, value) != 0))
        place = graph->node_next[place];
    if (place != SIZE_MAX) {
        label_take(&graph->nodes[place], label);
        *ret_node = place;
        return CORE_GRAPH_KNOWN;
    }
    if (graph->node_count == graph->nodes_max)
        return CORE_GRAPH_FULL;
    place = graph->node_count++;
    struct core_graph_node *node = &graph->nodes[place];
    node->kind = kind;
    strcpy(node->value, value);
    label_take(node, label);
    node->step = step;
    graph->node_next[place] = graph->node_first[bucket];
    graph->node_first[bucket] = place;
    *ret_node = place;
    return 0;
}

static bool edge_is(const struct core_graph_edge *one, const struct core_graph_edge *other)
{
    return one->from == other->from && one->to == other->to && one->service == other->service &&
           strcmp(one->relation, other->relation) == 0;
}

int core_graph_edge_add(struct core_graph *graph, const struct core_graph_edge *edge)
{
    size_t bucket = edge_bucket(graph, edge), place = graph->edge_first[bucket];
    while (place != SIZE_MAX && !edge_is(&graph->edges[place], edge))
        place = graph->edge_next[place];
    if (place != SIZE_MAX)
        return CORE_GRAPH_KNOWN;
    if (graph->edge_count == graph->edges_max)
        return CORE_GRAPH_FULL;
    place = graph->edge_count++;
    graph->edges[place] = *edge;
    graph->edge_next[place] = graph->edge_first[bucket];
    graph->edge_first[bucket] = place;
    return 0;
}

size_t core_graph_node_count(const struct core_graph *graph)
{
    return graph->node_count;
}

size_t core_graph_edge_count(const struct core_graph *graph)
{
    return graph->edge_count;
}

const struct core_graph_node *core_graph_node(const struct core_graph *graph, size_t node)
{
    return &graph->nodes[node];
}

static void id_encode(struct base_json *json, const char *member, size_t node)
{
    char id[32];
    snprintf(id, sizeof(id), "n%zu", node);
    base_json_member_text(json, member, id);
}

static void edges_encode(const struct core_graph *graph, struct base_json *json)
{
    base_json_name(json, "edges");
    base_json_array_begin(json);
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct core_graph_edge *edge = &graph->edges[i];
        base_json_object_begin(json);
        base_json_member_integer(json, "evidence", (int64_t)edge->evidence);
        id_encode(json, "from", edge->from);
        base_json_member_text(json, "relation", edge->relation);
        base_json_member_integer(json, "service", edge->service);
        id_encode(json, "to", edge->to);
        base_json_object_end(json);
    }
    base_json_array_end(json);
}

void core_graph_encode(const struct core_graph *graph, struct base_json *json, void (*between)(void *context), void *context)
{
    edges_encode(graph, json);
    between(context);
    base_json_name(json, "nodes");
    base_json_array_begin(json);
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct core_graph_node *node = &graph->nodes[i];
        base_json_object_begin(json);
        id_encode(json, "id", i);
        base_json_member_text(json, "kind", node->kind);
        base_json_member_text(json, "label", node->label);
        base_json_member_integer(json, "step", node->step);
        base_json_member_text(json, "value", node->value);
        base_json_object_end(json);
    }
    base_json_array_end(json);
}
