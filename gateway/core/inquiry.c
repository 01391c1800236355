#include "gateway/core/inquiry.h"

#include "base/log.h"
#include "gateway/core/part.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"

enum { RETRY_S = 1 };

bool core_inquiry_admit(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    size_t count = request->query.service_count;
    int64_t wait_us = 0;
    if (request->room > 0)
        return true;
    if (!core_part_room_take(gateway, count)) {
        core_problem_send(request, WIRE_CODE_OVERLOADED, NULL, RETRY_S);
        return false;
    }
    request->room = count;
    for (size_t i = 1; i < count; i++) /* the message was counted when it came */
        switch (core_query_count(request, &wait_us)) {
        case CORE_RATE_EXCEEDED:
            core_too_many_send(request, wait_us);
            return false;
        case CORE_RATE_WITHIN:
            break;
        }
    return true;
}

/* Of the inquiry's parameters those that the service knows; all of them where nobody described it. */
static json_t *params_of(const struct core_request *request, unsigned number)
{
    const struct wire_service *service = wire_service_find(request->gateway->services, number);
    json_t *params = json_object();
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)request->query.params, name, value)
        if ((!service || wire_service_param_known(service, name)) && json_object_set(params, name, value) < 0) {
            json_decref(params);
            return NULL;
        }
    return params;
}

/* A part that cannot be made has no record, and is told so to whoever asks for it. */
static void part_start(struct core_request *request, size_t index)
{
    struct core_request *part = NULL;
    json_t *params = params_of(request, request->query.services[index]);
    if (!params || core_part_new(request, (unsigned)index + 1, &part) < 0) {
        json_decref(params);
        base_log(BASE_LOG_ERROR, "event=part-not-made query=%s part=%zu", request->query.id_text, index + 1);
        return;
    }
    request->room--;
    core_part_ask(part, request->query.services[index], params);
    core_part_start(part);
}

static int body_encode(const struct core_request *request, const struct wire_receipt *receipt, struct base_buffer *out)
{
    const struct wire_inquiry_accepted accepted = {
        .query = request->query.id_text,
        .services = request->query.services,
        .service_count = request->query.service_count,
    };
    return wire_inquiry_accepted_encode(&accepted, receipt, out);
}

void core_inquiry_begin(struct core_request *take_request)
{
    core_accepted_tell(take_request, body_encode, RETRY_S);
    /* From the first part on nothing of the request changes but how much of its room is left, which is this thread's. */
    for (size_t i = 0; i < take_request->query.service_count; i++)
        part_start(take_request, i);
    core_request_free(take_request);
}
