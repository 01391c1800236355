#include "gateway/core/serve.h"

#include "base/log.h"
#include "gateway/core/decide.h"
#include "gateway/core/refusals.h"
#include "gateway/core/send.h"

/* Whoever finds no place among those counted may ask: many people at work are no flood, and each refusal has a bound of its
 * own. */
enum core_rate_verdict core_query_count(const struct core_request *request, int64_t *ret_wait_us)
{
    struct core_gateway *gateway = request->gateway;
    int64_t max = gateway->settings->queries_per_minute;
    if (max == 0 || core_rate_count(gateway->queries, request->peer.iin, request->arrival_us) <= max)
        return CORE_RATE_WITHIN;
    return core_rate_check(gateway->queries, request->peer.iin, request->arrival_us, ret_wait_us);
}

/* Looks at the person's refusals, and counts the message at once: each becomes a record, whatever it says. */
static enum core_rate_verdict message_count(const struct core_request *request, int64_t *ret_wait_us)
{
    struct core_gateway *gateway = request->gateway;
    if (core_rate_check(gateway->rate, request->peer.iin, request->arrival_us, ret_wait_us) != CORE_RATE_WITHIN)
        return CORE_RATE_EXCEEDED;
    if (request->route.page == CORE_PAGE_QUERY)
        return core_query_count(request, ret_wait_us);
    struct core_rate *rate = request->route.page == CORE_PAGE_EXPLAIN ? gateway->explains : gateway->act_rate;
    return core_rate_take(rate, request->peer.iin, request->arrival_us, ret_wait_us);
}

static enum core_rate_verdict arrival_count(const struct core_request *request, int64_t *ret_wait_us)
{
    switch (request->route.page) {
    case CORE_PAGE_QUERY:
    case CORE_PAGE_EXPLAIN:
    case CORE_PAGE_ACT:
        return message_count(request, ret_wait_us);
    case CORE_PAGE_REGISTRY:
    case CORE_PAGE_SCAN:
        return core_rate_take(request->gateway->reads, request->peer.iin, request->arrival_us, ret_wait_us);
    case CORE_PAGE_UPLOAD: /* counted by its page, once that knows in which role it comes */
    case CORE_PAGE_OUTCOME:
    case CORE_PAGE_SERVICES:
    case CORE_PAGE_SERVICE:
    case CORE_PAGE_CHECKPOINT:
    case CORE_PAGE_TILE:
    case CORE_PAGE_NONE:
    case CORE_PAGE_HEALTH:
    case CORE_PAGE_READY:
    case CORE_PAGE_METRICS:
    case CORE_PAGE_COUNT:
        break;
    }
    return CORE_RATE_WITHIN;
}

void core_request_serve(struct core_request *take_request)
{
    struct core_request *request = take_request;
    struct core_gateway *gateway = request->gateway;
    request->route = core_route_find(&request->http);
    core_metric_add(&gateway->metrics.requests[request->route.page], 1);
    enum wire_code code = core_peer_verify(request);
    if (code != WIRE_CODE_NONE) {
        /* The front let in whom we do not: the trust was renewed after the handshake, or the front is not what it was. */
        base_log(BASE_LOG_WARNING, "event=peer-refused code=%s", wire_code_text(code));
        core_refusals_add_request(gateway->refusals, &request->http, code, request->arrival_us);
        core_problem_send(request, code, NULL, 0);
        return;
    }
    if (request->http.body.len > LINK_MESSAGE_BODY_MAX && request->route.page != CORE_PAGE_UPLOAD) {
        core_problem_send(request, WIRE_CODE_TOO_LARGE, NULL, 0);
        return;
    }
    int64_t wait_us = 0;
    switch (arrival_count(request, &wait_us)) {
    case CORE_RATE_EXCEEDED:
        core_too_many_send(request, wait_us);
        return;
    case CORE_RATE_WITHIN:
        break;
    }
    switch (request->route.page) {
    case CORE_PAGE_QUERY:
    case CORE_PAGE_EXPLAIN:
        core_query_serve(request);
        return;
    case CORE_PAGE_ACT:
        core_act_serve(request);
        return;
    case CORE_PAGE_OUTCOME:
        core_outcome_serve(request);
        return;
    case CORE_PAGE_REGISTRY:
        core_registry_serve(request);
        return;
    case CORE_PAGE_UPLOAD:
        core_upload_serve(request);
        return;
    case CORE_PAGE_SCAN:
        core_scan_serve(request);
        return;
    case CORE_PAGE_SERVICES:
        core_services_serve(request);
        return;
    case CORE_PAGE_SERVICE:
        core_service_serve(request);
        return;
    case CORE_PAGE_CHECKPOINT:
    case CORE_PAGE_TILE:
        core_log_serve(request);
        return;
    case CORE_PAGE_NONE:
    case CORE_PAGE_HEALTH: /* local listener only, answered by health.c */
    case CORE_PAGE_READY:
    case CORE_PAGE_METRICS:
    case CORE_PAGE_COUNT:
        break;
    }
    core_problem_send(request, request->route.refusal ? request->route.refusal : WIRE_CODE_NOT_FOUND, request->route.allow,
                      0);
}
