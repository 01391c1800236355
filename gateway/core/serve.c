#include "gateway/core/serve.h"

#include "base/log.h"
#include "gateway/core/decide.h"
#include "gateway/core/refusals.h"
#include "gateway/core/send.h"

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
