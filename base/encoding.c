#include "base/encoding.h"

#include <errno.h>

static const char hex_digits[16] = "0123456789abcdef";
static const char base64_digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base_hex_encode(struct base_bytes bytes, struct base_buffer *out)
{
    if (bytes.len > SIZE_MAX / 2)
        return -ENOBUFS;
    uint8_t *at = base_buffer_extend(out, bytes.len * 2);
    if (!at)
        return base_buffer_error(out);
    for (size_t i = 0; i < bytes.len; i++) {
        at[2 * i] = (uint8_t) hex_digits[bytes.data[i] >> 4];
        at[2 * i + 1] = (uint8_t) hex_digits[bytes.data[i] & 15];
    }
    return 0;
}

void base_hex_digest(const uint8_t digest[static 32], char ret_text[static 65])
{
    for (size_t i = 0; i < 32; i++) {
        ret_text[2 * i] = hex_digits[digest[i] >> 4];
        ret_text[2 * i + 1] = hex_digits[digest[i] & 15];
    }
    ret_text[64] = '\0';
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

int base_hex_decode(struct base_bytes text, struct base_buffer *out)
{
    if (text.len % 2 != 0)
        return -EBADMSG;
    for (size_t i = 0; i < text.len; i++)
        if (hex_value(text.data[i]) < 0)
            return -EBADMSG;
    uint8_t *at = base_buffer_extend(out, text.len / 2);
    if (!at)
        return base_buffer_error(out);
    for (size_t i = 0; i < text.len / 2; i++)
        at[i] = (uint8_t) (hex_value(text.data[2 * i]) << 4 | hex_value(text.data[2 * i + 1]));
    return 0;
}

int base_base64_encode(struct base_bytes bytes, struct base_buffer *out)
{
    if (bytes.len > SIZE_MAX / 2)
        return -ENOBUFS;
    uint8_t *at = base_buffer_extend(out, (bytes.len + 2) / 3 * 4);
    if (!at)
        return base_buffer_error(out);
    for (size_t i = 0; i < bytes.len; i += 3, at += 4) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t) bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t) bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t) bytes.data[i + 2] : 0;
        at[0] = (uint8_t) base64_digits[group >> 18 & 63];
        at[1] = (uint8_t) base64_digits[group >> 12 & 63];
        at[2] = left > 1 ? (uint8_t) base64_digits[group >> 6 & 63] : '=';
        at[3] = left > 2 ? (uint8_t) base64_digits[group & 63] : '=';
    }
    return 0;
}

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* The number of '=' at the end, or -EBADMSG when the text is not canonical. */
static int base64_check(struct base_bytes text)
{
    if (text.len % 4 != 0)
        return -EBADMSG;
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < text.len - padding; i++)
        if (base64_value(text.data[i]) < 0)
            return -EBADMSG;
    /* The bits that padding cuts off must be zero, else two texts would mean one value. */
    if (padding > 0) {
        int unused_mask = padding == 1 ? 3 : 15;
        if (base64_value(text.data[text.len - 1 - padding]) & unused_mask)
            return -EBADMSG;
    }
    return (int) padding;
}

int base_base64_decode(struct base_bytes text, struct base_buffer *out)
{
    int padding = base64_check(text);
    if (padding < 0)
        return padding;
    size_t len = text.len / 4 * 3 - (size_t) padding;
    uint8_t *at = base_buffer_extend(out, len);
    if (!at)
        return base_buffer_error(out);
    uint32_t group = 0;
    size_t written = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = base64_value(text.data[i]);
        group = group << 6 | (value < 0 ? 0 : (uint32_t) value);
        if (i % 4 != 3)
            continue;
        for (int shift = 16; shift >= 0 && written < len; shift -= 8)
            at[written++] = (uint8_t) (group >> shift);
        group = 0;
    }
    return 0;
}
