/* Strict reading of JSON that comes from outside, and canonical writing of what we hold.
 *
 * Accepted: UTF-8 without a NUL (raw or as \u0000), one value and nothing but white space around it, no member twice in
 * one object, at most WIRE_JSON_DEPTH_MAX levels, integers within ±(2^53-1). No fraction and no exponent: amounts are
 * integers in tiyn (docs/decisions). All functions may be called by any thread. */
#ifndef GATEWAY_WIRE_JSON_H
#define GATEWAY_WIRE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"

enum { WIRE_JSON_DEPTH_MAX = 16, WIRE_JSON_FAULT_MAX = 96 };

/* Named condition: the bytes are not such JSON; ret_fault says why in English, without quoting them. */
enum { WIRE_JSON_MALFORMED = 1 };

/* Parses at most max_bytes. The caller releases *ret_value with json_decref(). ret_fault may be NULL. -ENOMEM. */
int wire_json_parse(struct base_bytes bytes, size_t max_bytes, json_t **ret_value,
                    char ret_fault[WIRE_JSON_FAULT_MAX]) BASE_MUST_USE;

/* Appends the value in canonical form (RFC 8785, restricted to integers). -EINVAL for a real number, an integer out of
 * range, more than WIRE_JSON_DEPTH_MAX levels, or a member's name that holds a quotation mark, a backslash, a control
 * character or one beyond U+FFFF (its place in the order is not ours to reckon); else the buffer's error. The buffer may hold something already. */
int wire_json_canonical(const json_t *value, struct base_buffer *out) BASE_MUST_USE;

/* Whether every member's name in the value, at any depth, is one that wire_json_canonical() writes. */
bool wire_json_names_check(const json_t *value);

/* json_decref() for BASE_CLEANUP on a json_t *. */
void wire_json_cleanup(json_t **value);

#endif
