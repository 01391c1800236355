#include "certs/der.h"

bool certs_der_read(struct base_bytes *rest, struct certs_der *ret_element)
{
    if (rest->len < 2 || (rest->data[0] & 0x1f) == 0x1f)
        return false;
    size_t header = 2;
    size_t len = rest->data[1];
    if (len >= 0x80) {
        size_t octets = len & 0x7f;
        if (octets == 0 || octets > 4 || rest->len < 2 + octets)
            return false;
        len = 0;
        for (size_t i = 0; i < octets; i++)
            len = len << 8 | rest->data[2 + i];
        if (len < 0x80 || rest->data[2] == 0)
            return false;
        header += octets;
    }
    if (len > rest->len - header)
        return false;
    *ret_element = (struct certs_der){
        .tag = rest->data[0],
        .content = base_bytes_of(rest->data + header, len),
        .whole = base_bytes_of(rest->data, header + len),
    };
    *rest = base_bytes_of(rest->data + header + len, rest->len - header - len);
    return true;
}

bool certs_der_take(struct base_bytes *rest, uint8_t tag, struct certs_der *ret_element)
{
    return rest->len > 0 && rest->data[0] == tag && certs_der_read(rest, ret_element);
}

size_t certs_der_header(uint8_t tag, size_t content_bytes, uint8_t ret_header[static 6])
{
    ret_header[0] = tag;
    if (content_bytes < 0x80) {
        ret_header[1] = (uint8_t) content_bytes;
        return 2;
    }
    size_t octets = 1;
    while (octets < 4 && content_bytes >> (8 * octets))
        octets++;
    ret_header[1] = (uint8_t) (0x80 | octets);
    for (size_t i = 0; i < octets; i++)
        ret_header[2 + i] = (uint8_t) (content_bytes >> (8 * (octets - 1 - i)));
    return 2 + octets;
}

size_t certs_der_size(size_t content_bytes)
{
    uint8_t header[6];
    return certs_der_header(0, content_bytes, header) + content_bytes;
}

void certs_der_header_append(struct base_buffer *out, uint8_t tag, size_t content_bytes)
{
    uint8_t header[6];
    base_buffer_append(out, base_bytes_of(header, certs_der_header(tag, content_bytes, header)));
}

void certs_der_append(struct base_buffer *out, uint8_t tag, struct base_bytes content)
{
    certs_der_header_append(out, tag, content.len);
    base_buffer_append(out, content);
}
