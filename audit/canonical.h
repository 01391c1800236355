/* Reads canonical JSON (RFC 8785, integers only) and nothing else: one form for one value, so that what was read need
 * not be written again to know its bytes. Member names are printable ASCII without escapes, in strictly ascending
 * order. The first failure is sticky; after it every call gives zero, false or the empty view. */
#ifndef AUDIT_CANONICAL_H
#define AUDIT_CANONICAL_H

#include "base/buffer.h"
#include "base/bytes.h"

enum { AUDIT_CANONICAL_DEPTH_MAX = 24 };

struct audit_canonical {
    const uint8_t *at, *end;
    bool failed;
};

/* A reader at the beginning of bytes, which it borrows; of no bytes it has failed. */
static inline struct audit_canonical audit_canonical_of(struct base_bytes bytes)
{
    return (struct audit_canonical){.at = bytes.data, .end = bytes.data + bytes.len, .failed = bytes.len == 0};
}

/* An object or array being read; zeroed before its first item. */
struct audit_canonical_items {
    bool has_begun;
    struct base_bytes last_name;
};

/* The next member's name; false at the end of the object, which is then read. */
bool audit_canonical_member(struct audit_canonical *json, struct audit_canonical_items *items,
                            struct base_bytes *ret_name);
/* True when another element follows; false at the end of the array, which is then read. */
bool audit_canonical_element(struct audit_canonical *json, struct audit_canonical_items *items);
/* What stands between the quotes, escapes and all; checked. */
struct base_bytes audit_canonical_string(struct audit_canonical *json);
/* An integer, a boolean. */
int64_t audit_canonical_integer(struct audit_canonical *json);
bool audit_canonical_bool(struct audit_canonical *json);
/* Any value, checked; its bytes. */
struct base_bytes audit_canonical_value(struct audit_canonical *json);
/* True when all was read and nothing failed. */
bool audit_canonical_end(const struct audit_canonical *json);

/* One whole value beginning with that character ('{' or '['). */
bool audit_canonical_check(struct base_bytes bytes, char first);

/* Appends the text that a checked string means. */
int audit_canonical_decode(struct base_bytes string, struct base_buffer *out) BASE_MUST_USE;

#endif
