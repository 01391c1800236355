/* A UUID (RFC 4122 §3) as sixteen bytes and as text. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/bytes.h"
#include "base/result.h"

enum { BASE_UUID_BYTES = 16, BASE_UUID_TEXT_MAX = 37 /* with the NUL */ };

/* Which digits a text may have. */
enum base_uuid_case {
    BASE_UUID_LOWER_CASE = 0, /* one text for one value: records, names, commands */
    BASE_UUID_ANY_CASE,       /* what others wrote, as the RFC demands of a reader */
};

/* Lower-case text. Any thread. */
void base_uuid_encode(const uint8_t uuid[static BASE_UUID_BYTES], char ret_text[static BASE_UUID_TEXT_MAX]);

/* Exactly 36 characters: hex digits with hyphens in their places. -EBADMSG for all else. Any thread. */
int base_uuid_parse(struct base_bytes text, enum base_uuid_case digits,
                    uint8_t ret_uuid[static BASE_UUID_BYTES]) BASE_MUST_USE;

#endif
