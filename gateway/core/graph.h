/* What a search for links found (services 75 and 76): who and what there is, and which answer ties them. A plain value within
 * limits, in the order of finding. One thread at a time. */
#ifndef GATEWAY_CORE_GRAPH_H
#define GATEWAY_CORE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/result.h"

enum { CORE_GRAPH_VALUE_MAX = 257, CORE_GRAPH_LABEL_MAX = 257, CORE_GRAPH_RELATION_MAX = 64 };

struct core_graph_node {
    const char *kind; /* "iin", "plate" ...; static */
    char value[CORE_GRAPH_VALUE_MAX];
    char label[CORE_GRAPH_LABEL_MAX]; /* "" where no answer named it */
    unsigned step;                    /* persons and organisations between it and the subject */
};

struct core_graph_edge {
    size_t from, to; /* nodes */
    unsigned service;
    char relation[CORE_GRAPH_RELATION_MAX]; /* the answer's field, "founders_fl.iin" */
    uint64_t evidence;                      /* index of the result's record in the log */
};

struct core_graph;

/* -ENOMEM. */
int core_graph_new(size_t nodes_max, size_t edges_max, struct core_graph **ret_graph) BASE_MUST_USE;
/* Accepts NULL. */
void core_graph_free(struct core_graph *graph);

/* Named conditions. */
enum { CORE_GRAPH_KNOWN = 1, CORE_GRAPH_FULL = 2 };

/* The node of that kind and value, made when it is new; a label is kept where there was none. CORE_GRAPH_KNOWN with its place,
 * CORE_GRAPH_FULL. A value that is too long to be kept whole is -EMSGSIZE. */
int core_graph_node_add(struct core_graph *graph, const char *kind, const char *value, const char *label, unsigned step,
                        size_t *ret_node) BASE_MUST_USE;
/* CORE_GRAPH_KNOWN: these two are tied by this service in this way already; CORE_GRAPH_FULL; -ENOMEM. */
int core_graph_edge_add(struct core_graph *graph, const struct core_graph_edge *edge) BASE_MUST_USE;

size_t core_graph_node_count(const struct core_graph *graph);
size_t core_graph_edge_count(const struct core_graph *graph);
/* Valid until the next node is added. */
const struct core_graph_node *core_graph_node(const struct core_graph *graph, size_t node);

/* Writes the members "edges" and "nodes" of the object that is open: a node's id is "n" and its place. Between the two, in
 * canonical order, the caller writes "missing" by between(context). */
void core_graph_encode(const struct core_graph *graph, struct base_json *json, void (*between)(void *context), void *context);

#endif
