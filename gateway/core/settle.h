/* What became of an act whose outcome is unknown (docs/PROTOCOL-QUERY.md, "An own query's outcome"): its registry is asked
 * again when its officer looks, and never to do it again. The word is recorded as query.settled; the first that is not
 * "unknown" is the last. Any thread. */
#ifndef GATEWAY_CORE_SETTLE_H
#define GATEWAY_CORE_SETTLE_H

#include "gateway/core/request.h"
#include "schema/store/query.h"

struct core_settle;

/* A person's acts are asked about at most that often in a minute. -ENOMEM. */
int core_settle_new(unsigned per_minute, struct core_settle **ret_settle) BASE_MUST_USE;
/* Accepts NULL. */
void core_settle_free(struct core_settle *settle);

/* Whether the registry has said what became of it. */
bool core_settle_is_final(const struct store_query *query);

/* Asks what became of the act that the person connected looks for: true when the request was taken; then a worker calls
 * resume, once, whatever was said, and what was said is in the log. False: it is not to be asked now (no act of unknown
 * outcome, settled already, of another log or another standing than it was permitted with, too soon for the adapter's own
 * deadline, asked by another look at this moment, or too often), and the page is what it was. */
bool core_settle_begin(struct core_request *request, const struct store_query *query,
                       void (*resume)(struct core_request *request)) BASE_MUST_USE;

#endif
