/* Writes canonical JSON (RFC 8785, integers only) straight into a buffer, without a tree.
 *
 * The caller names members in ascending order; the writer checks that, so that a wrong order is an error and never a
 * second form of the same value. Members are compared bytewise, which equals RFC 8785's UTF-16 order for names within
 * the Basic Multilingual Plane. Integers are limited to ±(2^53-1), as RFC 8785 demands. The first failure is sticky and
 * told by base_json_end(): -EINVAL for a misuse (order, nesting, bad UTF-8, integer range), else the buffer's error. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buffer.h"

enum { BASE_JSON_DEPTH_MAX = 32 };

struct base_json {
    struct base_buffer *out;
    int error;
    unsigned depth;
    struct {
        bool is_object;
        bool has_member;
        bool expects_value;
        size_t last_name; /* offset of the last member's name in out, quotes excluded */
        size_t last_name_len;
    } level[BASE_JSON_DEPTH_MAX];
};

/* Appends to out, which may already hold something; it is borrowed until base_json_end(). */
void base_json_begin(struct base_json *json, struct base_buffer *out);
/* 0, or the first failure. After a failure the buffer's content is worthless. */
int base_json_end(struct base_json *json) BASE_MUST_USE;

void base_json_object_begin(struct base_json *json);
void base_json_object_end(struct base_json *json);
void base_json_array_begin(struct base_json *json);
void base_json_array_end(struct base_json *json);
/* The next member's name; UTF-8 without characters that JSON escapes, greater than the one before. */
void base_json_name(struct base_json *json, const char *name);
void base_json_name_bytes(struct base_json *json, struct base_bytes name);
void base_json_string(struct base_json *json, struct base_bytes utf8);
void base_json_text(struct base_json *json, const char *text); /* NULL writes null */
void base_json_integer(struct base_json *json, int64_t value);
void base_json_bool(struct base_json *json, bool value);
void base_json_null(struct base_json *json);
/* Lower-case hex and base64 as strings. */
void base_json_hex(struct base_json *json, struct base_bytes bytes);
void base_json_base64(struct base_json *json, struct base_bytes bytes);
/* A value that is already canonical JSON; the caller answers for it. */
void base_json_raw(struct base_json *json, struct base_bytes canonical);

/* Name and value in one call. */
void base_json_member_text(struct base_json *json, const char *name, const char *text);
void base_json_member_string(struct base_json *json, const char *name, struct base_bytes utf8);
void base_json_member_integer(struct base_json *json, const char *name, int64_t value);
void base_json_member_hex(struct base_json *json, const char *name, struct base_bytes bytes);

#endif
