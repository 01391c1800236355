/* Steps 3 to 6 of a signed query: who signed what, whether it is the person connected, what the register knows of them,
 * and what the order says. Each adds the codes that hold to request->codes and spoils nothing for the others. Worker
 * threads. */
#ifndef GATEWAY_CORE_DECIDE_H
#define GATEWAY_CORE_DECIDE_H

#include "gateway/core/request.h"

/* Who is connected, by our own trust: the front is not believed. WIRE_CODE_NONE, or the certificate's code; then
 * request->fault says more. */
enum wire_code core_peer_verify(struct core_request *request);

/* Step 3. request->has_message tells whether there is content to go on with. */
void core_message_verify(struct core_request *request);

/* Step 4: the query, and its parameters against the service's description. -ENOMEM. */
int core_query_read(struct core_request *request) BASE_MUST_USE;

/* The parameters of query.params against the description of query.service, as far as both are there. -ENOMEM. */
int core_params_check(struct core_request *request) BASE_MUST_USE;

/* Step 5: the signer's registration, and whether the id is used up. The store's errors. */
int core_officer_find(struct core_request *request) BASE_MUST_USE;

/* What the order says of a service to the officer of the request, on the request's ground: the decision, and a code for each
 * reason against. */
void core_service_decide(const struct core_request *request, unsigned service, struct policy_decision *ret_decision,
                         struct wire_codes *ret_codes);

/* Adds what the registration alone has against any query: unknown, blocked, network, agreement. */
void core_standing_check(struct core_request *request);

/* Adds query-stale for a message whose signed time is too far from its arrival. */
void core_time_check(const struct core_gateway *gateway, int64_t signed_at_us, int64_t arrival_us, struct wire_codes *codes);

/* Step 6: everything that depends on officer, time and order. May be called again after core_officer_find(). */
void core_query_decide(struct core_request *request);

/* Counts the refusal that is about to be recorded, once, in the step that allows it, and notes whether it is one of a run
 * (clause 44). */
enum core_rate_verdict core_refusal_count(struct core_request *request, int64_t *ret_wait_us) BASE_MUST_USE;

/* Whether the message may claim its id: a whole query of the person connected, not claimed before. */
enum core_claim core_query_claim(const struct core_request *request);

#endif
