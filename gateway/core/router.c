#include "gateway/core/router.h"

#include <strings.h>

#include "base/result.h"
#include "gateway/wire/upload.h"

struct row {
    enum core_page page;
    enum link_listener listener;
    const char *method;
    const char *path; /* one that ends in '/' takes a rest, which may not be empty */
};

static const struct row rows[] = {
    {CORE_PAGE_QUERY, LINK_LISTENER_OFFICERS, "POST", "/v1/queries"},
    {CORE_PAGE_EXPLAIN, LINK_LISTENER_OFFICERS, "POST", "/v1/explain"},
    {CORE_PAGE_ACT, LINK_LISTENER_OFFICERS, "POST", "/v1/acts"},
    {CORE_PAGE_REGISTRY, LINK_LISTENER_OFFICERS, "GET", "/v1/registry/"},
    {CORE_PAGE_UPLOAD, LINK_LISTENER_OFFICERS, "POST", "/v1/uploads"},
    {CORE_PAGE_SCAN, LINK_LISTENER_OFFICERS, "GET", "/v1/scans/"},
    {CORE_PAGE_OUTCOME, LINK_LISTENER_OFFICERS, "GET", "/v1/queries/"},
    {CORE_PAGE_SERVICES, LINK_LISTENER_OFFICERS, "GET", "/v1/services"},
    {CORE_PAGE_SERVICE, LINK_LISTENER_OFFICERS, "GET", "/v1/services/"},
    {CORE_PAGE_CHECKPOINT, LINK_LISTENER_OFFICERS, "GET", "/v1/log/checkpoint"},
    {CORE_PAGE_TILE, LINK_LISTENER_OFFICERS, "GET", "/v1/log/tile/"},
    {CORE_PAGE_HEALTH, LINK_LISTENER_LOCAL, "GET", "/healthz"},
    {CORE_PAGE_READY, LINK_LISTENER_LOCAL, "GET", "/readyz"},
    {CORE_PAGE_METRICS, LINK_LISTENER_LOCAL, "GET", "/metrics"},
};

static bool path_match(const struct row *row, struct base_bytes path, struct base_bytes *ret_rest)
{
    size_t len = strlen(row->path);
    if (row->path[len - 1] != '/') {
        *ret_rest = base_bytes_of(NULL, 0);
        return base_bytes_equal_text(path, row->path);
    }
    if (path.len <= len || memcmp(path.data, row->path, len) != 0)
        return false;
    *ret_rest = base_bytes_of(path.data + len, path.len - len);
    return true;
}

/* The media type without its parameters is compared; case does not matter (RFC 9110 §8.3.1). */
static bool is_cms(struct base_bytes content_type)
{
    static const char *const types[] = {"application/pkcs7-mime", "application/cms"};
    size_t len = 0;
    while (len < content_type.len && content_type.data[len] != ';')
        len++;
    while (len > 0 && (content_type.data[len - 1] == ' ' || content_type.data[len - 1] == '\t'))
        len--;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(types); i++)
        if (len == strlen(types[i]) && strncasecmp((const char *)content_type.data, types[i], len) == 0)
            return true;
    return false;
}

/* Whether the page takes a body of this type. */
static bool type_fits(enum core_page page, struct base_bytes content_type)
{
    if (page == CORE_PAGE_UPLOAD)
        return wire_upload_type_find(content_type) != WIRE_UPLOAD_NONE;
    return is_cms(content_type);
}

struct core_route core_route_find(const struct link_request *request)
{
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(rows); i++) {
        struct core_route route = {.page = rows[i].page};
        if (rows[i].listener != request->listener || !path_match(&rows[i], request->path, &route.rest))
            continue;
        if (!base_bytes_equal_text(request->method, rows[i].method))
            return (struct core_route){.refusal = WIRE_CODE_METHOD_NOT_ALLOWED, .allow = rows[i].method};
        if (strcmp(rows[i].method, "POST") == 0 && !type_fits(rows[i].page, request->content_type))
            return (struct core_route){.refusal = WIRE_CODE_UNSUPPORTED_TYPE};
        return route;
    }
    return (struct core_route){.refusal = WIRE_CODE_NOT_FOUND};
}

unsigned core_route_number(struct base_bytes text, unsigned max)
{
    unsigned number = 0;
    if (text.len < 1 || text.len > 4 || text.data[0] == '0')
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        number = number * 10 + (unsigned)(text.data[i] - '0');
    }
    return number <= max ? number : 0;
}

const char *core_page_text(enum core_page page)
{
    static const char *const texts[CORE_PAGE_COUNT] = {
        [CORE_PAGE_NONE] = "none",         [CORE_PAGE_QUERY] = "query",           [CORE_PAGE_EXPLAIN] = "explain",
        [CORE_PAGE_OUTCOME] = "outcome",   [CORE_PAGE_SERVICES] = "services",     [CORE_PAGE_CHECKPOINT] = "checkpoint",
        [CORE_PAGE_TILE] = "tile",         [CORE_PAGE_HEALTH] = "health",         [CORE_PAGE_READY] = "ready",         [CORE_PAGE_ACT] = "act",
        [CORE_PAGE_REGISTRY] = "registry", [CORE_PAGE_UPLOAD] = "upload",         [CORE_PAGE_SCAN] = "scan",
        [CORE_PAGE_METRICS] = "metrics", [CORE_PAGE_SERVICE] = "service",
    };
    return (unsigned)page < CORE_PAGE_COUNT ? texts[page] : texts[CORE_PAGE_NONE];
}
