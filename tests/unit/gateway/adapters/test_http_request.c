/* Paths and bodies: each parameter stays where the service's file puts it, whatever it holds; what cannot be sent
 * safely is not sent. */
#include <errno.h>
#include <stdlib.h>

#include "gateway/adapters/http_request.h"
#include "gateway/wire/json.h"
#include "tests/check_main.h"

static char a_name[] = "a", b_name[] = "b", n_name[] = "n", query_name[] = "query";
static const struct adapter_service service = {
    .number = 5, .parameter_count = 4, .parameters = {a_name, b_name, n_name, query_name}};

/* A call with these values; NULL for one that was not given. */
static struct adapter_call call_of(const char *a, const char *b, const char *n)
{
    struct adapter_call call = {.service = &service, .query = "0b8a1a30-0000-4000-8000-000000000001"};
    call.values[0] = (char *) (uintptr_t) a;
    call.values[1] = (char *) (uintptr_t) b;
    call.values[2] = (char *) (uintptr_t) n;
    return call;
}

static struct adapter_path *path_of(const char *text)
{
    struct adapter_path *path = NULL;
    char *error = NULL;
    int r = adapter_path_new(text, "[http] path", &service, &path, &error);
    ck_assert_msg(r == 0, "%s: %s", text, error ? error : "?");
    return path;
}

static void check_path(const char *text, const char *a, const char *b, const char *expected)
{
    struct adapter_path *path = path_of(text);
    struct adapter_call call = call_of(a, b, NULL);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, ADAPTER_PATH_MAX);
    int r = adapter_path_make(path, &call, &out);
    if (expected) {
        ck_assert_int_eq(r, 0);
        ck_assert_msg(base_bytes_equal_text(base_buffer_view(&out), expected), "%.*s", (int) out.len, out.data);
    } else {
        ck_assert_int_eq(r, ADAPTER_REQUEST_UNFIT);
    }
    adapter_path_free(path);
}

START_TEST(test_paths)
{
    check_path("/x", "1", NULL, "/x");
    check_path("/x/{a}/y", "1", NULL, "/x/1/y");
    check_path("/x/{a}-{b}", "1", "2", "/x/1-2");
    check_path("/{query}", NULL, NULL, "/0b8a1a30-0000-4000-8000-000000000001");
    check_path("/x?a={a}&b={b}&c=1", "1", NULL, "/x?a=1&c=1");
    check_path("/x?a={a}&b={b}", NULL, NULL, "/x");
    check_path("/x?r={a}-{b}", "1", NULL, "/x");
    check_path("/x?a={a}", "a&b=c?d#e/f %+;\"\\\xd2\x9b\n", NULL, "/x?a=a%26b%3Dc%3Fd%23e%2Ff%20%25%2B%3B%22%5C%D2%9B%0A");
    check_path("/x?a={a}", "", NULL, "/x?a=");
    check_path("/x/{a}", "AZaz09-._~:\xd2\x9b ", NULL, "/x/AZaz09-._~%3A%D2%9B%20");
}
END_TEST

START_TEST(test_values_that_may_not_stand_in_a_path)
{
    static const char *const bad[] = {"", ".", "..", "...", "a/b", "a\\b", "%2F", "a?b", "a#b", "a;b", "a\tb", "\x7f", "\x01"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++)
        check_path("/x/{a}", bad[i], NULL, NULL);
    check_path("/x/{a}", NULL, NULL, NULL); /* not given */
}
END_TEST

START_TEST(test_templates_that_are_wrong)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"x", "[http] path: must begin with a slash"},
        {"/{}", "[http] path: a brace without the name of a parameter"},
        {"/{a", "[http] path: a brace without the name of a parameter"},
        {"/{a b}", "[http] path: a brace without the name of a parameter"},
        {"/a}", "[http] path: holds a character that no address has"},
        {"/{c}", "[http] path: names a parameter that the service does not have"},
        {"/a b", "[http] path: holds a character that no address has"},
        {"/a#b", "[http] path: holds a character that no address has"},
        {"/\xd2\x9b", "[http] path: holds a character that no address has"},
        {"/a?b?c", "[http] path: two query parts"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct adapter_path *path = NULL;
        char *error = NULL;
        ck_assert_int_eq(adapter_path_new(cases[i].text, "[http] path", &service, &path, &error), -EINVAL);
        ck_assert_str_eq(error, cases[i].expected);
        free(error);
    }
}
END_TEST

START_TEST(test_what_a_path_takes)
{
    struct adapter_path *path = path_of("/x/{a}?y={query}&{a}=1");
    ck_assert(adapter_path_takes(path, "a"));
    ck_assert(adapter_path_takes(path, "query"));
    ck_assert(!adapter_path_takes(path, "b"));
    ck_assert(!adapter_path_takes(path, "x"));
    adapter_path_free(path);
}
END_TEST

static int body_new(struct base_config_pair *items, size_t count, struct adapter_body **ret_body, char **ret_error)
{
    json_t *description = json_pack("{s:{s:{s:{s:s},s:{s:s},s:{s:[ss]}}}}", "request", "properties", "a", "type", "string",
                                    "b", "type", "boolean", "n", "type", "integer", "null");
    const struct base_config_pairs lines = {.count = count, .items = items};
    int r = adapter_body_new(description, &lines, &service, ret_body, ret_error);
    json_decref(description);
    return r;
}

static void check_body(struct base_config_pair *items, size_t count, const struct adapter_call *call, const char *expected)
{
    struct adapter_body *body = NULL;
    char *error = NULL;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, ADAPTER_BODY_MAX);
    int r = body_new(items, count, &body, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "?");
    r = adapter_body_make(body, call, &out);
    if (expected) {
        ck_assert_int_eq(r, 0);
        ck_assert_msg(base_bytes_equal_text(base_buffer_view(&out), expected), "%.*s", (int) out.len, out.data);
    } else {
        ck_assert_int_eq(r, ADAPTER_REQUEST_UNFIT);
    }
    adapter_body_free(body);
}

#define LINE(name_, value_) {.name = (char *) (uintptr_t) (name_), .value = (char *) (uintptr_t) (value_)}

/* Without lines each parameter is a member of its own name and of the type that the description gives it. */
START_TEST(test_bodies_without_lines)
{
    struct adapter_call call = call_of("x\"},{\"y\":\"\\\n", "true", "-7");
    check_body(NULL, 0, &call,
               "{\"a\":\"x\\\"},{\\\"y\\\":\\\"\\\\\\n\",\"b\":true,\"n\":-7,"
               "\"query\":\"0b8a1a30-0000-4000-8000-000000000001\"}");
    call = call_of(NULL, NULL, NULL);
    check_body(NULL, 0, &call, "{\"query\":\"0b8a1a30-0000-4000-8000-000000000001\"}");
    call = call_of(NULL, NULL, "7.0");
    check_body(NULL, 0, &call, NULL);
    call = call_of(NULL, "perhaps", NULL);
    check_body(NULL, 0, &call, NULL);
}
END_TEST

START_TEST(test_bodies_by_lines)
{
    struct base_config_pair lines[] = {LINE("p.q.x", "{a} : dmy"), LINE("p.q.y", "{b} : true=ja,false=nein"),
                                       LINE("p.z", "as it is")};
    struct adapter_call call = call_of("1899-01-02", "false", "3");
    check_body(lines, 3, &call, "{\"p\":{\"q\":{\"x\":\"02.01.1899\",\"y\":\"nein\"},\"z\":\"as it is\"}}");
    call = call_of("02.01.1899", NULL, NULL);
    check_body(lines, 3, &call, NULL);
    call = call_of(NULL, "maybe", NULL);
    check_body(lines, 3, &call, NULL);
    call = call_of(NULL, NULL, NULL);
    check_body(lines, 3, &call, "{\"p\":{\"z\":\"as it is\"}}");
}
END_TEST

START_TEST(test_lines_that_are_wrong)
{
    static const struct {
        const char *name, *value, *expected;
    } cases[] = {
        {"x", "{c}", "[request] x: names a parameter that the service does not have"},
        {"x", "{a", "[request] x: names a parameter that the service does not have"},
        {"x", "{a}y", "[request] x: something stands behind the parameter"},
        {"x", "{a} : tenge", "[request] x: the conversion is none of dmy, a=b,c=d"},
        {"x..y", "{a}", "[request] x..y: not a path"},
        {".", "{a}", "[request] .: not a path"},
        {"k", "{a}", "[request] k: another line is in its way"},
        {"k.l", "{a}", "[request] k.l: another line is in its way"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct base_config_pair lines[] = {LINE("k", "fixed"), LINE(cases[i].name, cases[i].value)};
        struct adapter_body *body = NULL;
        char *error = NULL;
        ck_assert_int_eq(body_new(lines, 2, &body, &error), -EINVAL);
        ck_assert_str_eq(error, cases[i].expected);
        free(error);
    }
}
END_TEST

CHECK_MAIN("adapters/http_request", test_paths, test_values_that_may_not_stand_in_a_path, test_templates_that_are_wrong,
           test_what_a_path_takes, test_bodies_without_lines, test_bodies_by_lines, test_lines_that_are_wrong)
