#include "gateway/core/request.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "gateway/core/case.h"
#include "gateway/core/part.h"
#include "gateway/wire/accept.h"

int core_request_new(struct core_gateway *gateway, struct link_channel *channel, struct base_bytes frame,
                     struct core_request **ret_request)
{
    struct core_request *request = calloc(1, sizeof(*request));
    if (!request)
        return -ENOMEM;
    request->gateway = gateway;
    atomic_init(&request->references, 1);
    request->channel = link_channel_ref(channel);
    request->arrival_us = core_now_us(gateway);
    request->arrival_monotonic_us = base_clock_monotonic_us();
    base_buffer_init(&request->frame, LINK_REQUEST_FRAME_MAX);
    atomic_fetch_add(&gateway->in_flight, 1);
    int r = base_buffer_append(&request->frame, frame);
    if (r == 0)
        r = link_request_parse(base_buffer_view(&request->frame), &request->http);
    if (r < 0) {
        core_request_free(request);
        return r;
    }
    request->language = wire_language_find(request->http.accept_language);
    *ret_request = request;
    return 0;
}

void core_request_free(struct core_request *request)
{
    if (!request)
        return;
    if (request->concluded) {
        request->concluded(request);
        request->concluded = NULL;
    }
    if (atomic_fetch_sub(&request->references, 1) > 1)
        return;
    struct core_gateway *gateway = request->gateway;
    link_channel_unref(request->channel);
    if (!request->origin)
        certs_message_clear(&request->message);
    json_decref(request->document);
    core_case_clear(&request->case_found);
    wire_params_clear(&request->params);
    base_buffer_clear(&request->frame);
    base_buffer_clear(&request->envelope);
    base_buffer_clear(&request->decided);
    base_buffer_clear(&request->records);
    base_buffer_clear(&request->answer_json);
    base_buffer_clear(&request->signed_der);
    base_buffer_clear(&request->reply);
    base_buffer_clear(&request->faults);
    core_entry_clear(&request->first);
    core_entry_clear(&request->second);
    core_entry_clear(&request->third);
    if (request->owes)
        atomic_fetch_sub(&gateway->owing, 1);
    if (request->room > 0)
        core_part_room_drop(gateway, request->room);
    core_request_free(request->origin);
    free(request);
    atomic_fetch_sub(&gateway->in_flight, 1);
}

void core_request_queue(struct core_request *take_request, void (*resume)(struct core_request *request))
{
    take_request->resume = resume;
    if (base_queue_put(take_request->gateway->work, take_request) == 0)
        return;
    /* Only after the stop's deadline: the request's records say how far it came. */
    base_log(BASE_LOG_WARNING, "event=request-dropped reason=stopping");
    core_request_free(take_request);
}

const char *core_request_id(const struct core_request *request)
{
    if (request->act.head.parts & WIRE_HEAD_ID)
        return request->act.head.id_text;
    return request->query.parts & WIRE_QUERY_ID ? request->query.id_text : NULL;
}

void core_request_address(const struct core_request *request, char ret_address[static CORE_ADDRESS_MAX])
{
    struct base_bytes address = request->http.peer_address;
    size_t len = address.len < CORE_ADDRESS_MAX ? address.len : 0;
    if (len > 0)
        memcpy(ret_address, address.data, len);
    ret_address[len] = '\0';
}

int core_reader_encode(const struct core_request *request, struct base_buffer *out)
{
    char at[BASE_TIME_TEXT_MAX], address[CORE_ADDRESS_MAX], peer[STORE_PEER_TEXT_MAX];
    struct base_json json;
    core_request_address(request, address);
    base_time_format_us(request->arrival_us, at);
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "at", at);
    base_json_member_text(&json, "bin", request->peer.bin);
    base_json_member_text(&json, "iin", request->peer.iin);
    base_json_member_text(&json, "peer", store_peer_text(address, peer));
    base_json_object_end(&json);
    int r = base_json_end(&json);
    return r < 0 ? r : base_buffer_append(out, base_bytes_of("", 1));
}

int core_person_find(const struct core_request *request, const struct certs_identity *who, struct store_person *ret_person)
{
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    return store_person_find(request->gateway->pool, who->iin, who->bin, address, request->arrival_us, ret_person);
}
