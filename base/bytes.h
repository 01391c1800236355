/* A borrowed view of bytes with its length. Nothing from a network is a C string before a parser made it one. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct base_bytes {
    const uint8_t *data; /* may be NULL when len is 0 */
    size_t len;
};

/* A view of len bytes at data, borrowed. */
static inline struct base_bytes base_bytes_of(const void *data, size_t len)
{
    return (struct base_bytes){.data = data, .len = len};
}

/* View of a NUL-terminated text without its NUL. NULL gives the empty view. */
static inline struct base_bytes base_bytes_text(const char *text)
{
    return base_bytes_of(text, text ? strlen(text) : 0);
}

/* Equality in time that depends on the content: not for secrets. */
static inline bool base_bytes_equal(struct base_bytes a, struct base_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool base_bytes_equal_text(struct base_bytes a, const char *text)
{
    return base_bytes_equal(a, base_bytes_text(text));
}

/* FNV-1a, for the places of a table; no secret is in it: whoever chooses the bytes can choose many of one hash. */
static inline uint64_t base_bytes_hash(struct base_bytes bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
