/* Whatever a parser of front messages accepts has one encoding: written again it is the same bytes. The first byte
 * chooses the message. */
#include "gateway/link/front_message.h"

#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int encode_again(uint8_t kind, struct base_bytes body, struct base_buffer *out)
{
    struct link_request request;
    struct link_reply reply;
    struct link_delivery delivery;
    struct link_refusal refusal;
    int r;
    switch (kind % 4) {
    case 0:
        r = link_request_parse(body, &request);
        return r == 0 ? link_request_encode(&request, out) : r;
    case 1:
        r = link_reply_parse(body, &reply);
        return r == 0 ? link_reply_encode(&reply, out) : r;
    case 2:
        r = link_delivery_parse(body, &delivery);
        return r == 0 ? link_delivery_encode(&delivery, out) : r;
    default:
        r = link_refusal_parse(body, &refusal);
        return r == 0 ? link_refusal_encode(&refusal, out) : r;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct base_bytes body = base_bytes_of(data + 1, size - 1);
    struct base_buffer again BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&again, LINK_REPLY_FRAME_MAX);
    int r = encode_again(data[0], body, &again);
    if (r != -EBADMSG && (r != 0 || !base_bytes_equal(body, base_buffer_view(&again))))
        abort();
    return 0;
}
