/* The register of cases, where one is connected: each query with a well-formed case number is held against it before it is
 * decided (docs/PROTOCOL-QUERY.md, "The register of cases"). Whatever goes wrong with it refuses the query. Worker threads. */
#ifndef GATEWAY_CORE_CASE_H
#define GATEWAY_CORE_CASE_H

#include "gateway/core/request.h"

/* Whether the register is to be asked about this message: after core_officer_find(). Whoever has no standing, or sends what
 * is used up or another's, is to learn nothing of a case. */
bool core_case_wanted(struct core_request *request);

/* Asks the register; resume is called by a worker once request->case_found tells what it said, whatever it is. */
void core_case_ask(struct core_request *take_request, void (*resume)(struct core_request *request));

/* Adds what the register has against the query; of a part, by what it said of the part's message. What was to be asked and was
 * not is unchecked. Part of core_query_decide(). */
void core_case_decide(struct core_request *request);

/* For the record: "open", or the first reason's text, static; NULL where the register was not asked. *ret_digest: SHA-256 of
 * its canonical answer, borrowed; NULL: none that fits. */
const char *core_case_verdict(const struct core_request *request, const uint8_t **ret_digest);

/* Accepts a zeroed one. */
void core_case_clear(struct core_case *found);

#endif
