#include "audit/line.h"

#include "base/encoding.h"

bool audit_line_take(struct base_bytes *text, struct base_bytes *ret_line)
{
    const uint8_t *end = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
    if (!end)
        return false;
    *ret_line = base_bytes_of(text->data, (size_t) (end - text->data));
    text->len -= ret_line->len + 1;
    text->data = end + 1;
    return true;
}

bool audit_decimal_parse(struct base_bytes text, uint64_t *ret_value)
{
    if (text.len == 0 || text.len > 19 || (text.len > 1 && text.data[0] == '0'))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t) (text.data[i] - '0');
    }
    *ret_value = value;
    return true;
}

bool audit_hash_parse(struct base_bytes base64, struct audit_hash *ret_hash)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer bytes;
    base_buffer_init(&bytes, AUDIT_HASH_BYTES);
    if (base64.len != 44 || base_base64_decode(base64, &bytes) != 0 || bytes.len != AUDIT_HASH_BYTES)
        return false;
    memcpy(ret_hash->bytes, bytes.data, AUDIT_HASH_BYTES);
    return true;
}
