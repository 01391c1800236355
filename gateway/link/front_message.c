/* Byte layout, all integers big-endian, a field is a u32 length and that many bytes:
 *
 *   request   u64 id, u64 connection, u64 arrival_us, u8 listener, fields: peer address, method, path, content type,
 *             accept, accept language, certificate, body
 *   reply     u64 id, u16 status, u8 wants_delivery (0 or 1), u8 header count, that many pairs of fields name and
 * value, field body delivery  u64 id, u8 delivered (0 or 1) refusal   u64 at_us, u32 count, u8 verdict, fields: peer
 * address, certificate, detail
 *
 * Every message has exactly one encoding: what a parser accepts, its encoder gives back byte for byte. */
#include "gateway/link/front_message.h"

#include <errno.h>

enum {
    ADDRESS_MAX = 64, /* bytes of a numeric address with scope */
    METHOD_MAX = 32,
    DETAIL_MAX = 256,
    STATUS_MIN = 200,
    STATUS_MAX = 599,
};

/* Field by field in the order of the wire; both directions and the limits come from this one table. */
struct request_field {
    struct base_bytes *view;
    size_t max;
};

enum { REQUEST_FIELDS = 8 };

static void list_request_fields(struct link_request *request, struct request_field ret_fields[static REQUEST_FIELDS])
{
    ret_fields[0] = (struct request_field){&request->peer_address, ADDRESS_MAX};
    ret_fields[1] = (struct request_field){&request->method, METHOD_MAX};
    ret_fields[2] = (struct request_field){&request->path, LINK_HEADER_MAX};
    ret_fields[3] = (struct request_field){&request->content_type, LINK_HEADER_MAX};
    ret_fields[4] = (struct request_field){&request->accept, LINK_HEADER_MAX};
    ret_fields[5] = (struct request_field){&request->accept_language, LINK_HEADER_MAX};
    ret_fields[6] = (struct request_field){&request->certificate, LINK_CERTIFICATE_MAX};
    ret_fields[7] = (struct request_field){&request->body, LINK_BODY_MAX};
}

static bool listener_is_known(enum link_listener listener)
{
    switch (listener) {
    case LINK_LISTENER_OFFICERS:
    case LINK_LISTENER_LOCAL:
        return true;
    case LINK_LISTENER_UNKNOWN:
        return false;
    }
    return false;
}

int link_request_encode(const struct link_request *request, struct base_buffer *out)
{
    struct link_request copy = *request;
    struct request_field fields[REQUEST_FIELDS];
    list_request_fields(&copy, fields);
    if (request->arrival_us < 0 || !listener_is_known(request->listener))
        return -EINVAL;
    for (size_t i = 0; i < REQUEST_FIELDS; i++)
        if (fields[i].view->len > fields[i].max)
            return -EINVAL;
    base_buffer_append_u64(out, request->id);
    base_buffer_append_u64(out, request->connection);
    base_buffer_append_u64(out, (uint64_t) request->arrival_us);
    base_buffer_append_u8(out, (uint8_t) request->listener);
    for (size_t i = 0; i < REQUEST_FIELDS; i++)
        base_buffer_append_field(out, *fields[i].view);
    return base_buffer_error(out);
}

int link_request_parse(struct base_bytes body, struct link_request *ret_request)
{
    struct base_reader reader = base_reader_of(body);
    struct link_request request = {0};
    request.id = base_reader_u64(&reader);
    request.connection = base_reader_u64(&reader);
    uint64_t arrival_us = base_reader_u64(&reader);
    request.listener = (enum link_listener) base_reader_u8(&reader);
    struct request_field fields[REQUEST_FIELDS];
    list_request_fields(&request, fields);
    for (size_t i = 0; i < REQUEST_FIELDS; i++)
        *fields[i].view = base_reader_field(&reader, fields[i].max);
    if (base_reader_end(&reader) != 0 || arrival_us > INT64_MAX || !listener_is_known(request.listener))
        return -EBADMSG;
    request.arrival_us = (int64_t) arrival_us;
    *ret_request = request;
    return 0;
}

static bool status_is_final(unsigned status)
{
    return status >= STATUS_MIN && status <= STATUS_MAX;
}

int link_reply_encode(const struct link_reply *reply, struct base_buffer *out)
{
    if (!status_is_final(reply->status) || reply->header_count > LINK_REPLY_HEADERS_MAX ||
        reply->body.len > LINK_REPLY_BODY_MAX)
        return -EINVAL;
    for (size_t i = 0; i < reply->header_count; i++)
        if (reply->headers[i].name.len > LINK_HEADER_MAX || reply->headers[i].value.len > LINK_HEADER_MAX)
            return -EINVAL;
    base_buffer_append_u64(out, reply->id);
    base_buffer_append_u16(out, (uint16_t) reply->status);
    base_buffer_append_u8(out, reply->wants_delivery);
    base_buffer_append_u8(out, (uint8_t) reply->header_count);
    for (size_t i = 0; i < reply->header_count; i++) {
        base_buffer_append_field(out, reply->headers[i].name);
        base_buffer_append_field(out, reply->headers[i].value);
    }
    base_buffer_append_field(out, reply->body);
    return base_buffer_error(out);
}

int link_reply_parse(struct base_bytes body, struct link_reply *ret_reply)
{
    struct base_reader reader = base_reader_of(body);
    struct link_reply reply = {0};
    reply.id = base_reader_u64(&reader);
    reply.status = base_reader_u16(&reader);
    uint8_t wants_delivery = base_reader_u8(&reader);
    reply.header_count = base_reader_u8(&reader);
    if (wants_delivery > 1 || !status_is_final(reply.status) || reply.header_count > LINK_REPLY_HEADERS_MAX)
        return -EBADMSG;
    reply.wants_delivery = wants_delivery == 1;
    for (size_t i = 0; i < reply.header_count; i++) {
        reply.headers[i].name = base_reader_field(&reader, LINK_HEADER_MAX);
        reply.headers[i].value = base_reader_field(&reader, LINK_HEADER_MAX);
    }
    reply.body = base_reader_field(&reader, LINK_REPLY_BODY_MAX);
    if (base_reader_end(&reader) != 0)
        return -EBADMSG;
    *ret_reply = reply;
    return 0;
}

int link_delivery_encode(const struct link_delivery *delivery, struct base_buffer *out)
{
    base_buffer_append_u64(out, delivery->id);
    base_buffer_append_u8(out, delivery->delivered);
    return base_buffer_error(out);
}

int link_delivery_parse(struct base_bytes body, struct link_delivery *ret_delivery)
{
    struct base_reader reader = base_reader_of(body);
    struct link_delivery delivery = {.id = base_reader_u64(&reader)};
    uint8_t delivered = base_reader_u8(&reader);
    if (base_reader_end(&reader) != 0 || delivered > 1)
        return -EBADMSG;
    delivery.delivered = delivered == 1;
    *ret_delivery = delivery;
    return 0;
}

int link_refusal_encode(const struct link_refusal *refusal, struct base_buffer *out)
{
    if (refusal->at_us < 0 || refusal->count == 0 || refusal->peer_address.len > ADDRESS_MAX ||
        refusal->certificate.len > LINK_CERTIFICATE_MAX || refusal->detail.len > DETAIL_MAX)
        return -EINVAL;
    base_buffer_append_u64(out, (uint64_t) refusal->at_us);
    base_buffer_append_u32(out, refusal->count);
    base_buffer_append_u8(out, refusal->verdict);
    base_buffer_append_field(out, refusal->peer_address);
    base_buffer_append_field(out, refusal->certificate);
    base_buffer_append_field(out, refusal->detail);
    return base_buffer_error(out);
}

int link_refusal_parse(struct base_bytes body, struct link_refusal *ret_refusal)
{
    struct base_reader reader = base_reader_of(body);
    struct link_refusal refusal = {0};
    uint64_t at_us = base_reader_u64(&reader);
    refusal.count = base_reader_u32(&reader);
    refusal.verdict = base_reader_u8(&reader);
    refusal.peer_address = base_reader_field(&reader, ADDRESS_MAX);
    refusal.certificate = base_reader_field(&reader, LINK_CERTIFICATE_MAX);
    refusal.detail = base_reader_field(&reader, DETAIL_MAX);
    if (base_reader_end(&reader) != 0 || at_us > INT64_MAX || refusal.count == 0)
        return -EBADMSG;
    refusal.at_us = (int64_t) at_us;
    *ret_refusal = refusal;
    return 0;
}
