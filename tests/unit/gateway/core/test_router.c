/* Each page has one path, one method and one listener; everything else is refused by name. */
#include <string.h>

#include "gateway/core/router.h"
#include "tests/check_main.h"

static struct core_route find(enum link_listener listener, const char *method, const char *path, const char *type)
{
    const struct link_request request = {
        .listener = listener,
        .method = base_bytes_text(method),
        .path = base_bytes_text(path),
        .content_type = base_bytes_text(type),
    };
    return core_route_find(&request);
}

static void expect(enum link_listener listener, const char *method, const char *path, enum core_page page)
{
    struct core_route route = find(listener, method, path, "application/cms");
    ck_assert_msg(route.page == page, "%s %s: %s", method, path, core_page_text(route.page));
}

static void expect_refusal(const char *method, const char *path, const char *type, enum wire_code refusal)
{
    struct core_route route = find(LINK_LISTENER_OFFICERS, method, path, type);
    ck_assert_int_eq(route.page, CORE_PAGE_NONE);
    ck_assert_msg(route.refusal == refusal, "%s %s: %s", method, path, wire_code_text(route.refusal));
}

START_TEST(pages)
{
    expect(LINK_LISTENER_OFFICERS, "POST", "/v1/queries", CORE_PAGE_QUERY);
    expect(LINK_LISTENER_OFFICERS, "POST", "/v1/explain", CORE_PAGE_EXPLAIN);
    expect(LINK_LISTENER_OFFICERS, "POST", "/v1/acts", CORE_PAGE_ACT);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/queries/abc", CORE_PAGE_OUTCOME);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/registry/me", CORE_PAGE_REGISTRY);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/registry/bodies?limit=1", CORE_PAGE_REGISTRY);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/scans/abc", CORE_PAGE_SCAN);
    ck_assert_int_eq(find(LINK_LISTENER_OFFICERS, "POST", "/v1/uploads", "image/png").page, CORE_PAGE_UPLOAD);
    expect_refusal("POST", "/v1/uploads", "application/cms", WIRE_CODE_UNSUPPORTED_TYPE);
    expect_refusal("POST", "/v1/queries", "application/pdf", WIRE_CODE_UNSUPPORTED_TYPE);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/services", CORE_PAGE_SERVICES);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/log/checkpoint", CORE_PAGE_CHECKPOINT);
    expect(LINK_LISTENER_OFFICERS, "GET", "/v1/log/tile/0/000", CORE_PAGE_TILE);
    expect(LINK_LISTENER_LOCAL, "GET", "/healthz", CORE_PAGE_HEALTH);
    expect(LINK_LISTENER_LOCAL, "GET", "/readyz", CORE_PAGE_READY);
    expect(LINK_LISTENER_LOCAL, "GET", "/metrics", CORE_PAGE_METRICS);
    struct core_route route = find(LINK_LISTENER_OFFICERS, "GET", "/v1/queries/a/b", "");
    ck_assert(base_bytes_equal_text(route.rest, "a/b"));
}
END_TEST

START_TEST(each_listener_has_its_own)
{
    expect(LINK_LISTENER_LOCAL, "POST", "/v1/queries", CORE_PAGE_NONE);
    expect(LINK_LISTENER_LOCAL, "GET", "/v1/log/checkpoint", CORE_PAGE_NONE);
    expect(LINK_LISTENER_OFFICERS, "GET", "/metrics", CORE_PAGE_NONE);
    expect(LINK_LISTENER_UNKNOWN, "POST", "/v1/queries", CORE_PAGE_NONE);
    expect(LINK_LISTENER_UNKNOWN, "GET", "/healthz", CORE_PAGE_NONE);
}
END_TEST

START_TEST(what_is_refused)
{
    static const char cms[] = "application/cms";
    expect_refusal("POST", "/v1/queries/", cms, WIRE_CODE_NOT_FOUND);
    expect_refusal("POST", "/v1//queries", cms, WIRE_CODE_NOT_FOUND);
    expect_refusal("POST", "/v1/queries?x", cms, WIRE_CODE_NOT_FOUND);
    expect_refusal("POST", "/V1/queries", cms, WIRE_CODE_NOT_FOUND);
    expect_refusal("GET", "", "", WIRE_CODE_NOT_FOUND);
    expect_refusal("PUT", "/v1/queries", cms, WIRE_CODE_METHOD_NOT_ALLOWED);
    expect_refusal("post", "/v1/queries", cms, WIRE_CODE_METHOD_NOT_ALLOWED);
    expect_refusal("HEAD", "/v1/services", "", WIRE_CODE_METHOD_NOT_ALLOWED);
    ck_assert_str_eq(find(LINK_LISTENER_OFFICERS, "GET", "/v1/explain", "").allow, "POST");
    ck_assert_str_eq(find(LINK_LISTENER_OFFICERS, "POST", "/v1/queries/x", cms).allow, "GET");
    expect_refusal("POST", "/v1/queries", "", WIRE_CODE_UNSUPPORTED_TYPE);
    expect_refusal("POST", "/v1/queries", "application/json", WIRE_CODE_UNSUPPORTED_TYPE);
    expect_refusal("POST", "/v1/queries", "application/cmsx", WIRE_CODE_UNSUPPORTED_TYPE);
    expect_refusal("POST", "/v1/queries", "application/cm", WIRE_CODE_UNSUPPORTED_TYPE);
    expect_refusal("POST", "/v1/queries", ";application/cms", WIRE_CODE_UNSUPPORTED_TYPE);
    ck_assert_int_eq(find(LINK_LISTENER_OFFICERS, "POST", "/v1/queries", "APPLICATION/PKCS7-MIME ;a=b").page,
                     CORE_PAGE_QUERY);
}
END_TEST

CHECK_MAIN("router", pages, each_listener_has_its_own, what_is_refused)
