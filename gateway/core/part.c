#include "gateway/core/part.h"

#include <errno.h>
#include <stdlib.h>

#include "gateway/core/serve.h"

bool core_part_room_take(struct core_gateway *gateway, size_t count)
{
    size_t max = (size_t)gateway->settings->in_flight_max, taken = atomic_load(&gateway->in_flight);
    do {
        if (count > max || taken > max - count)
            return false;
    } while (!atomic_compare_exchange_weak(&gateway->in_flight, &taken, taken + count));
    return true;
}

void core_part_room_drop(struct core_gateway *gateway, size_t count)
{
    atomic_fetch_sub(&gateway->in_flight, count);
}

int core_part_new(struct core_request *origin, unsigned number, struct core_request **ret_part)
{
    struct core_request *part = calloc(1, sizeof(*part));
    if (!part)
        return -ENOMEM;
    atomic_fetch_add(&origin->references, 1);
    atomic_init(&part->references, 1);
    part->gateway = origin->gateway;
    part->origin = origin;
    part->part = number;
    part->http = origin->http;
    part->arrival_us = origin->arrival_us;
    part->arrival_monotonic_us = base_clock_monotonic_us();
    part->route = origin->route;
    part->language = origin->language;
    part->peer = origin->peer;
    part->has_message = true;
    part->message = origin->message;
    part->query = origin->query;
    part->query.service = 0;
    part->query.params = NULL;
    part->is_counted = true; /* the message was: however much of it is refused, it is one */
    part->replied = true;
    *ret_part = part;
    return 0;
}

void core_part_ask(struct core_request *part, unsigned service, json_t *take_params)
{
    json_decref(part->document);
    part->document = take_params;
    part->query.params = take_params;
    part->query.service = service;
    part->query.parts |= WIRE_QUERY_SERVICE | WIRE_QUERY_PARAMS;
}

void core_part_start(struct core_request *take_part)
{
    core_request_queue(take_part, core_part_serve);
}
