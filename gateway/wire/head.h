/* What every signed message says of itself: "v", "id", "at" and "to". */
#ifndef GATEWAY_WIRE_HEAD_H
#define GATEWAY_WIRE_HEAD_H

#include <jansson.h>

#include "base/bytes.h"
#include "base/result.h"
#include "base/uuid.h"

enum {
    WIRE_CONTENT_BYTES_MAX = 64 << 10, /* of any signed message */
    WIRE_HEAD_FAULT_MAX = 128,
};

/* Bits of wire_head.parts: was there, and right by itself. */
enum wire_head_part {
    WIRE_HEAD_ID = 1 << 0,
    WIRE_HEAD_AT = 1 << 1,
};

struct wire_head {
    unsigned parts;
    uint8_t id[BASE_UUID_BYTES];
    char id_text[BASE_UUID_TEXT_MAX]; /* lower case */
    int64_t at_us;
};

/* A fault's text: member and what is wrong with it. The first that is noted stays. Printable ASCII. */
void wire_head_fault(char fault[static WIRE_HEAD_FAULT_MAX], const char *member, const char *what);

/* Named condition: the content is no JSON object; the fault is noted. */
enum { WIRE_HEAD_NO_OBJECT = 1 };

/* Reads the content of a signed message. The caller releases *ret_root, which is NULL where the content is no JSON at all,
 * with json_decref(). WIRE_HEAD_NO_OBJECT, -ENOMEM. */
int wire_head_content_parse(struct base_bytes content, json_t **ret_root,
                            char fault[static WIRE_HEAD_FAULT_MAX]) BASE_MUST_USE;

/* Notes a member whose name is not among these, which NULL ends. */
void wire_head_members_check(const json_t *root, const char *const members[], char fault[static WIRE_HEAD_FAULT_MAX]);

/* A mandatory text, borrowed; the empty view after a fault. */
struct base_bytes wire_head_text(const json_t *root, const char *member, char fault[static WIRE_HEAD_FAULT_MAX]);

/* Reads id, at and to, which must be origin. "v" is the reader's, who knows which types there are. */
struct wire_head wire_head_take(const json_t *root, const char *origin, char fault[static WIRE_HEAD_FAULT_MAX]);

#endif
