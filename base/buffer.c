#include "base/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void base_buffer_init(struct base_buffer *buffer, size_t max_bytes)
{
    *buffer = (struct base_buffer){.max = max_bytes};
}

void base_buffer_clear(struct base_buffer *buffer)
{
    if (!buffer)
        return;
    if (buffer->data) {
        explicit_bzero(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    base_buffer_init(buffer, buffer->max);
}

void base_buffer_reset(struct base_buffer *buffer)
{
    buffer->len = 0;
    buffer->error = 0;
}

static int fail(struct base_buffer *buffer, int error)
{
    if (buffer->error == 0)
        buffer->error = error;
    return error;
}

/* Grown by copy, not realloc: realloc may leave a secret behind in freed memory. */
static int grow(struct base_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    if (capacity > buffer->max)
        capacity = buffer->max;
    uint8_t *data = malloc(capacity);
    if (!data)
        return -ENOMEM;
    if (buffer->data) {
        memcpy(data, buffer->data, buffer->len);
        explicit_bzero(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

uint8_t *base_buffer_extend(struct base_buffer *buffer, size_t len)
{
    if (len > buffer->max || buffer->len > buffer->max - len) {
        fail(buffer, -ENOBUFS);
        return NULL;
    }
    if (!buffer->data || buffer->len + len > buffer->capacity) {
        int r = grow(buffer, buffer->len + len);
        if (r < 0) {
            fail(buffer, r);
            return NULL;
        }
    }
    uint8_t *at = buffer->data + buffer->len;
    buffer->len += len;
    return at;
}

int base_buffer_append(struct base_buffer *buffer, struct base_bytes bytes)
{
    if (buffer->error)
        return buffer->error;
    if (bytes.len == 0)
        return 0;
    uint8_t *at = base_buffer_extend(buffer, bytes.len);
    if (!at)
        return buffer->error;
    memcpy(at, bytes.data, bytes.len);
    return 0;
}

int base_buffer_append_text(struct base_buffer *buffer, const char *text)
{
    return base_buffer_append(buffer, base_bytes_text(text));
}

static int append_integer(struct base_buffer *buffer, uint64_t value, size_t width)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t) (value >> (8 * (width - 1 - i)));
    return base_buffer_append(buffer, base_bytes_of(bytes, width));
}

int base_buffer_append_u8(struct base_buffer *buffer, uint8_t value)
{
    return append_integer(buffer, value, 1);
}

int base_buffer_append_u16(struct base_buffer *buffer, uint16_t value)
{
    return append_integer(buffer, value, 2);
}

int base_buffer_append_u32(struct base_buffer *buffer, uint32_t value)
{
    return append_integer(buffer, value, 4);
}

int base_buffer_append_u64(struct base_buffer *buffer, uint64_t value)
{
    return append_integer(buffer, value, 8);
}

int base_buffer_append_field(struct base_buffer *buffer, struct base_bytes bytes)
{
    if (bytes.len > UINT32_MAX)
        return fail(buffer, -ENOBUFS);
    size_t before = buffer->len;
    int r = base_buffer_append_u32(buffer, (uint32_t) bytes.len);
    if (r == 0)
        r = base_buffer_append(buffer, bytes);
    if (r < 0)
        buffer->len = before;
    return r;
}

int base_buffer_printf(struct base_buffer *buffer, const char *format, ...)
{
    if (buffer->error)
        return buffer->error;
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int len = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (len < 0)
        return fail(buffer, -ENOMEM);
    int r = base_buffer_append(buffer, base_bytes_of(text, (size_t) len));
    explicit_bzero(text, (size_t) len);
    free(text);
    return r;
}

char *base_buffer_take_text(struct base_buffer *buffer)
{
    if (buffer->error || (buffer->len > 0 && memchr(buffer->data, 0, buffer->len)))
        return NULL;
    char *text = malloc(buffer->len + 1);
    if (!text)
        return NULL;
    if (buffer->len > 0)
        memcpy(text, buffer->data, buffer->len);
    text[buffer->len] = '\0';
    base_buffer_clear(buffer);
    return text;
}
