/* Kinds of leaves, and the ids by which signed messages are known. */
#include "audit/kind.h"

#include "audit/leaf.h"

#include <errno.h>

static const struct {
    const char *name;
    bool opens, concludes;
} kinds[] = {
    [AUDIT_KIND_OTHER] = {NULL, false, false},
    [AUDIT_KIND_QUERY_REQUEST] = {"query.request", true, false},
    [AUDIT_KIND_QUERY_REFUSED] = {"query.refused", false, false},
    [AUDIT_KIND_QUERY_EXPLAINED] = {"query.explained", false, false},
    [AUDIT_KIND_QUERY_RESULT] = {"query.result", false, true},
    [AUDIT_KIND_QUERY_WITHHELD] = {"query.withheld", false, true},
    [AUDIT_KIND_QUERY_UNKNOWN] = {"query.unknown", false, true},
    [AUDIT_KIND_QUERY_PENDING] = {"query.pending", false, false},
    [AUDIT_KIND_QUERY_UNDELIVERED] = {"query.undelivered", false, false},
    [AUDIT_KIND_QUERY_DELIVERED] = {"query.delivered", false, false},
    [AUDIT_KIND_CONNECTION_REFUSED] = {"connection.refused", false, false},
    [AUDIT_KIND_LOG_START] = {"log.start", false, false},
    [AUDIT_KIND_LOG_HEARTBEAT] = {"log.heartbeat", false, false},
    [AUDIT_KIND_LOG_ARCHIVED] = {"log.archived", false, false},
    [AUDIT_KIND_LOG_KEY] = {"log.key", false, false},
};

const char *audit_kind_name(enum audit_kind kind)
{
    return kinds[kind].name;
}

bool audit_kind_opens(enum audit_kind kind)
{
    return kinds[kind].opens;
}

bool audit_kind_concludes(enum audit_kind kind)
{
    return kinds[kind].concludes;
}

enum audit_kind audit_kind_find(struct base_bytes name)
{
    for (size_t i = 1; i < BASE_ARRAY_LENGTH(kinds); i++)
        if (base_bytes_equal_text(name, kinds[i].name))
            return (enum audit_kind) i;
    return AUDIT_KIND_OTHER;
}

void audit_uuid_encode(const uint8_t id[static AUDIT_UUID_BYTES], char ret_text[static AUDIT_UUID_TEXT_MAX])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < AUDIT_UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            ret_text[at++] = '-';
        ret_text[at++] = digits[id[i] >> 4];
        ret_text[at++] = digits[id[i] & 15];
    }
    ret_text[at] = '\0';
}

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int audit_uuid_parse(struct base_bytes text, uint8_t ret_id[static AUDIT_UUID_BYTES])
{
    uint8_t id[AUDIT_UUID_BYTES];
    if (text.len != AUDIT_UUID_TEXT_MAX - 1)
        return -EBADMSG;
    size_t at = 0;
    for (size_t i = 0; i < AUDIT_UUID_BYTES; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text.data[at++] != '-')
            return -EBADMSG;
        int high = digit_value(text.data[at]), low = digit_value(text.data[at + 1]);
        if (high < 0 || low < 0)
            return -EBADMSG;
        id[i] = (uint8_t) (high << 4 | low);
        at += 2;
    }
    memcpy(ret_id, id, sizeof(id));
    return 0;
}
