/* The links that services 75 and 76 answer with: nodes, relations between them and what is missing, as tables, as GraphML
 * and as JSON. */
#ifndef GATEWAY_CLI_GRAPH_H
#define GATEWAY_CLI_GRAPH_H

#include "gateway/cli/names.h"
#include "gateway/cli/records.h"

/* The records of a checked answer: links of services 75 and 76 as tables, all else by cli_records_show(), whose errors these
 * are. */
int cli_graph_answer_show(const json_t *answer, const struct cli_names *names, enum cli_language language,
                          enum cli_form form, size_t width, struct base_buffer *out) BASE_MUST_USE;

/* Whether links can be written to a new file of that name: it ends in .graphml or .json, and nothing is there. False: it was
 * told why not. */
bool cli_graph_path_check(const char *path);
/* Writes the links of a checked answer there, mode 0600. Returns an enum cli_exit; it was told. */
int cli_graph_write(const char *path, const json_t *answer, enum cli_language language);

/* Appends GraphML: http://graphml.graphdrawing.org/xmlns. -EBADMSG for links that are none (a relation of a node that is not
 * there), the buffer's errors, -ENOMEM. */
int cli_graph_graphml_encode(const json_t *answer, struct base_buffer *out) BASE_MUST_USE;
/* Appends canonical JSON: nodes, edges, missing and complete, with the query's id, service and time. The same errors. */
int cli_graph_json_encode(const json_t *answer, struct base_buffer *out) BASE_MUST_USE;

#endif
