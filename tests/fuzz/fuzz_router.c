/* Method, path and content type from anybody, one on each line, to each listener: one page or one refusal, never both; the
 * rest lies inside the path; and a page found keeps its one method and, where it takes a message, a type. */
#include <stdlib.h>
#include <string.h>

#include "gateway/core/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static struct base_bytes line_take(struct base_bytes *rest)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->data) : rest->len, used = end ? len + 1 : len;
    struct base_bytes line = base_bytes_of(rest->data, len);
    *rest = base_bytes_of(rest->data + used, rest->len - used);
    return line;
}

static bool takes_message(enum core_page page)
{
    return page == CORE_PAGE_UPLOAD || page == CORE_PAGE_QUERY || page == CORE_PAGE_EXPLAIN || page == CORE_PAGE_ACT;
}

static bool takes_rest(enum core_page page)
{
    return page == CORE_PAGE_OUTCOME || page == CORE_PAGE_REGISTRY || page == CORE_PAGE_SCAN || page == CORE_PAGE_TILE;
}

static bool is_local(enum core_page page)
{
    return page == CORE_PAGE_HEALTH || page == CORE_PAGE_READY || page == CORE_PAGE_METRICS;
}

static void check_refusal(const struct core_route *route)
{
    check(route->rest.len == 0);
    if (route->refusal == WIRE_CODE_METHOD_NOT_ALLOWED)
        check(route->allow && (strcmp(route->allow, "GET") == 0 || strcmp(route->allow, "POST") == 0));
    else
        check(!route->allow && (route->refusal == WIRE_CODE_NOT_FOUND || route->refusal == WIRE_CODE_UNSUPPORTED_TYPE));
}

static void check_page(const struct link_request *request, const struct core_route *route)
{
    struct base_bytes path = request->path, rest = route->rest;
    check(route->refusal == WIRE_CODE_NONE && !route->allow);
    check(is_local(route->page) == (request->listener == LINK_LISTENER_LOCAL));
    check(base_bytes_equal_text(request->method, takes_message(route->page) ? "POST" : "GET"));
    check(takes_rest(route->page) == (rest.len > 0));
    check(rest.len < path.len && (rest.len == 0 || rest.data + rest.len == path.data + path.len));
    /* what no page takes makes it another request */
    uint8_t longer[64];
    if (rest.len == 0 && path.len < sizeof(longer)) {
        memcpy(longer, path.data, path.len);
        longer[path.len] = '?';
        struct link_request other = *request;
        other.path = base_bytes_of(longer, path.len + 1);
        check(core_route_find(&other).page == CORE_PAGE_NONE);
    }
    struct link_request bare = *request;
    bare.content_type = base_bytes_of(NULL, 0);
    check((core_route_find(&bare).page == CORE_PAGE_NONE) == takes_message(route->page));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum link_listener listeners[] = {LINK_LISTENER_UNKNOWN, LINK_LISTENER_OFFICERS, LINK_LISTENER_LOCAL};
    struct base_bytes rest = base_bytes_of(data, size);
    struct link_request request = {.method = line_take(&rest), .path = line_take(&rest), .content_type = line_take(&rest)};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(listeners); i++) {
        request.listener = listeners[i];
        struct core_route route = core_route_find(&request);
        check((unsigned)route.page < CORE_PAGE_COUNT && core_page_text(route.page));
        if (route.page == CORE_PAGE_NONE)
            check_refusal(&route);
        else
            check_page(&request, &route);
    }
    return 0;
}
