/* What each page does with a request. A worker calls the first function; each ends by sending a reply or by handing the
 * request on to the log, a registry or the timer, with the function that goes on from there. */
#ifndef GATEWAY_CORE_SERVE_H
#define GATEWAY_CORE_SERVE_H

#include "gateway/core/request.h"

/* Every request of the officers' listener begins here: who is connected, whether they ask too often, then the page. */
void core_request_serve(struct core_request *take_request);

void core_query_serve(struct core_request *take_request);    /* POST /v1/queries, /v1/explain */
void core_act_serve(struct core_request *take_request);      /* POST /v1/acts */
void core_outcome_serve(struct core_request *take_request);  /* GET /v1/queries/{id}, .../{part} */
void core_registry_serve(struct core_request *take_request); /* GET /v1/registry/... */
void core_upload_serve(struct core_request *take_request);   /* POST /v1/uploads */
void core_scan_serve(struct core_request *take_request);     /* GET /v1/scans/{application} */
void core_services_serve(struct core_request *take_request); /* GET /v1/services */
void core_service_serve(struct core_request *take_request);  /* GET /v1/services/{number} */
void core_log_serve(struct core_request *take_request);      /* GET /v1/log/... */

/* A part (part.h), from its decision on. */
void core_part_serve(struct core_request *take_part);

/* Whether one more query is within what the person may ask in a minute; counts it. */
enum core_rate_verdict core_query_count(const struct core_request *request, int64_t *ret_wait_us);

/* An adapter's answer, its loss, or the deadline of a call (link thread, timer). */
void core_answer_take(struct core_gateway *gateway, struct base_bytes frame);
void core_calls_lose(struct core_gateway *gateway);
void core_calls_expire(struct core_gateway *gateway, int64_t monotonic_us);

/* Results that the log could not take: tried again when their moment has come (timer). */
void core_owed_retry(struct core_gateway *gateway, int64_t monotonic_us);

#endif
