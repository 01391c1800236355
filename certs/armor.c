#include "certs/armor.h"

#include "base/encoding.h"

#include <errno.h>

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct base_bytes trim(struct base_bytes text)
{
    while (text.len > 0 && is_space(text.data[0]))
        text = base_bytes_of(text.data + 1, text.len - 1);
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* The text between the block's first and last line; false when it is no whole PEM block of that label. */
static bool strip_label(struct base_bytes text, const char *first, const char *last, struct base_bytes *ret_body)
{
    struct base_bytes begin = base_bytes_text(first), end = base_bytes_text(last);
    if (text.len < begin.len + end.len + 1 || memcmp(text.data, begin.data, begin.len) != 0 ||
        memcmp(text.data + text.len - end.len, end.data, end.len) != 0)
        return false;
    struct base_bytes body = base_bytes_of(text.data + begin.len, text.len - begin.len - end.len);
    if (!is_space(body.data[0]))
        return false;
    *ret_body = body;
    return true;
}

int certs_armor_decode(struct base_bytes received, struct base_buffer *scratch, struct base_bytes *ret_binary)
{
    if (received.len > 0 && received.data[0] == 0x30) {
        *ret_binary = received;
        return 0;
    }
    struct base_bytes text = trim(received), body = text;
    if (text.len > 0 && text.data[0] == '-' && !strip_label(text, "-----BEGIN CMS-----", "-----END CMS-----", &body) &&
        !strip_label(text, "-----BEGIN PKCS7-----", "-----END PKCS7-----", &body))
        return -EBADMSG;

    struct base_buffer base64 BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&base64, received.len + 1);
    uint8_t *at = base_buffer_extend(&base64, body.len);
    if (!at)
        return body.len ? -ENOMEM : -EBADMSG;
    size_t len = 0;
    for (size_t i = 0; i < body.len; i++) {
        if (!is_space(body.data[i]))
            at[len++] = body.data[i];
    }
    if (len == 0)
        return -EBADMSG;
    int r = base_base64_decode(base_bytes_of(at, len), scratch);
    if (r < 0)
        return r;
    *ret_binary = base_buffer_view(scratch);
    return 0;
}
