#include "base/uuid.h"

#include <errno.h>

/* A hyphen stands before these bytes. */
static bool has_hyphen(size_t i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}

void base_uuid_encode(const uint8_t uuid[static BASE_UUID_BYTES], char ret_text[static BASE_UUID_TEXT_MAX])
{
    static const char digits[] = "0123456789abcdef";
    char *at = ret_text;
    for (size_t i = 0; i < BASE_UUID_BYTES; i++) {
        if (has_hyphen(i))
            *at++ = '-';
        *at++ = digits[uuid[i] >> 4];
        *at++ = digits[uuid[i] & 15];
    }
    *at = '\0';
}

static int digit_value(uint8_t c, enum base_uuid_case digits)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return digits == BASE_UUID_ANY_CASE && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int base_uuid_parse(struct base_bytes text, enum base_uuid_case digits, uint8_t ret_uuid[static BASE_UUID_BYTES])
{
    uint8_t uuid[BASE_UUID_BYTES];
    if (text.len != BASE_UUID_TEXT_MAX - 1)
        return -EBADMSG;
    const uint8_t *at = text.data;
    for (size_t i = 0; i < BASE_UUID_BYTES; i++) {
        if (has_hyphen(i) && *at++ != '-')
            return -EBADMSG;
        int high = digit_value(*at++, digits), low = digit_value(*at++, digits);
        if (high < 0 || low < 0)
            return -EBADMSG;
        uuid[i] = (uint8_t) (high << 4 | low);
    }
    memcpy(ret_uuid, uuid, sizeof(uuid));
    return 0;
}
