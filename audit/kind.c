/* Kinds of leaves, and the ids by which signed messages are known. */
#include "audit/kind.h"

#include "audit/leaf.h"

static const struct {
    const char *name;
    bool opens, concludes;
} kinds[] = {
    [AUDIT_KIND_OTHER] = {NULL, false, false},
    [AUDIT_KIND_QUERY_REQUEST] = {"query.request", true, false},
    [AUDIT_KIND_QUERY_REFUSED] = {"query.refused", false, false},
    [AUDIT_KIND_QUERY_EXPLAINED] = {"query.explained", false, false},
    [AUDIT_KIND_QUERY_INQUIRY] = {"query.inquiry", false, false},
    [AUDIT_KIND_QUERY_RESULT] = {"query.result", false, true},
    [AUDIT_KIND_QUERY_WITHHELD] = {"query.withheld", false, true},
    [AUDIT_KIND_QUERY_UNKNOWN] = {"query.unknown", false, true},
    [AUDIT_KIND_QUERY_PENDING] = {"query.pending", false, false},
    [AUDIT_KIND_QUERY_SETTLED] = {"query.settled", false, false},
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
