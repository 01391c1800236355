/* An owned, growing byte buffer with a mandatory maximum. All integers are appended big-endian.
 *
 * A failed append leaves the content as it was and is remembered: base_buffer_error() then tells the first failure, so
 * that an encoder may append everything and test once. Not safe for use by two threads at once. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"
#include "base/result.h"

struct base_buffer {
    uint8_t *data;
    size_t len;
    size_t capacity;
    size_t max; /* bytes */
    int error;  /* first failed append: -ENOBUFS over max, -ENOMEM; 0 for none */
};

/* An empty buffer that never holds more than max_bytes. Allocates nothing. */
void base_buffer_init(struct base_buffer *buffer, size_t max_bytes);

/* Wipes and frees the content; the buffer can be used again with the same maximum. Accepts NULL and a zeroed struct. */
void base_buffer_clear(struct base_buffer *buffer);

/* Forgets the content and the error but keeps the memory. */
void base_buffer_reset(struct base_buffer *buffer);

/* Each append returns 0, -ENOBUFS (over the maximum) or -ENOMEM, and sets the sticky error. */
int base_buffer_append(struct base_buffer *buffer, struct base_bytes bytes);
int base_buffer_append_text(struct base_buffer *buffer, const char *text);
int base_buffer_append_u8(struct base_buffer *buffer, uint8_t value);
int base_buffer_append_u16(struct base_buffer *buffer, uint16_t value);
int base_buffer_append_u32(struct base_buffer *buffer, uint32_t value);
int base_buffer_append_u64(struct base_buffer *buffer, uint64_t value);
/* A u32 length, then the bytes: read back by base_reader_field(). */
int base_buffer_append_field(struct base_buffer *buffer, struct base_bytes bytes);
int base_buffer_printf(struct base_buffer *buffer, const char *format, ...) BASE_PRINTF(2, 3);

/* Makes room for len bytes at the end, counts them as content and returns where they begin; NULL on failure. */
uint8_t *base_buffer_extend(struct base_buffer *buffer, size_t len);

static inline int base_buffer_error(const struct base_buffer *buffer)
{
    return buffer->error;
}

/* Borrowed until the next append or clear. */
static inline struct base_bytes base_buffer_view(const struct base_buffer *buffer)
{
    return base_bytes_of(buffer->data, buffer->len);
}

/* The content as a NUL-terminated text that the caller frees; the buffer is empty afterwards. NULL on a sticky error,
 * out of memory, or when the content holds a NUL byte. */
char *base_buffer_take_text(struct base_buffer *buffer) BASE_MUST_USE;

#endif
