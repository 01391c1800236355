/* What counts as JSON from outside, and that canonical writing is RFC 8785 restricted to integers. */
#include <errno.h>

#include "base/buffer.h"
#include "gateway/wire/json.h"
#include "tests/check_main.h"

static int parse(const char *text, char fault[WIRE_JSON_FAULT_MAX])
{
    json_t *value = NULL;
    int r = wire_json_parse(base_bytes_text(text), 64 * 1024, &value, fault);
    json_decref(value);
    return r;
}

START_TEST(test_accepts)
{
    static const char *const texts[] = {
        "{}",
        " \t\r\n[1, -2, true, false, null, \"\"]\n",
        "9007199254740991",
        "-9007199254740991",
        "\"\\ud83d\\ude00 \\u0001\"",
        "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
        "[\"[[[[[[[[[[[[[[[[[[[[[[[[[\", \"\\\"[[[[[[[[[[[[[[[[[[[[[\"]",
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++)
        ck_assert_msg(parse(texts[i], NULL) == 0, "refused: %s", texts[i]);
}
END_TEST

START_TEST(test_refuses)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"", "the text ends too early"},
        {"{", "the text ends too early"},
        {"{} {}", "something stands after the value"},
        {"{}x", "something stands after the value"},
        {"{\"a\":1,\"a\":2}", "a member stands twice in one object"},
        {"{\"a\":1,\"\\u0061\":2}", "a member stands twice in one object"},
        {"{\"b\":{\"a\":1,\"a\":1}}", "a member stands twice in one object"},
        {"1.0", "a number is not an integer"},
        {"[1e2]", "a number is not an integer"},
        {"{\"a\":{\"b\":[-0.5]}}", "a number is not an integer"},
        {"9007199254740992", "an integer is out of range"},
        {"-9007199254740992", "an integer is out of range"},
        {"123456789012345678901234567890", "an integer is out of range"},
        {"\"\\u0000\"", "a NUL character"},
        {"{\"\\u0000\":1}", "a NUL character"},
        {"\"\xc3\x28\"", "not UTF-8"},
        {"\"\xed\xa0\x80\"", "not UTF-8"},
        {"\"\\ud800\"", "not well-formed JSON"},
        {"\xef\xbb\xbf{}", "not well-formed JSON"},
        {"{'a':1}", "not well-formed JSON"},
        {"[1,]", "not well-formed JSON"},
        {"[01]", "not well-formed JSON"},
        {"NaN", "not well-formed JSON"},
        {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested too deep"},
        {"{\"a\":\"\x01\"}", "not well-formed JSON"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        char fault[WIRE_JSON_FAULT_MAX] = "";
        ck_assert_msg(parse(cases[i].text, fault) == WIRE_JSON_MALFORMED, "accepted: %s", cases[i].text);
        ck_assert_str_eq(fault, cases[i].fault);
    }
}
END_TEST

START_TEST(test_refuses_raw_nul_and_excess)
{
    char fault[WIRE_JSON_FAULT_MAX];
    json_t *value = NULL;
    ck_assert_int_eq(wire_json_parse(base_bytes_of("{}\0", 3), 3, &value, fault), WIRE_JSON_MALFORMED);
    ck_assert_str_eq(fault, "a NUL character");
    ck_assert_int_eq(wire_json_parse(base_bytes_of("[ 1 ]", 5), 4, &value, fault), WIRE_JSON_MALFORMED);
    ck_assert_str_eq(fault, "too long");
    ck_assert_ptr_null(value);
}
END_TEST

static void check_canonical(const char *text, const char *expected)
{
    json_t *value BASE_CLEANUP(wire_json_cleanup) = NULL;
    ck_assert_int_eq(wire_json_parse(base_bytes_text(text), 4096, &value, NULL), 0);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 4096);
    ck_assert_int_eq(wire_json_canonical(value, &out), 0);
    ck_assert_msg(base_bytes_equal_text(base_buffer_view(&out), expected), "%.*s", (int) out.len, out.data);
}

/* Expected forms after RFC 8785 section 3.2. */
START_TEST(test_canonical)
{
    check_canonical("{ \"b\" : [ 1 , true , null ], \"a\" : { \"z\":0, \"A\":-1 } }",
                    "{\"a\":{\"A\":-1,\"z\":0},\"b\":[1,true,null]}");
    check_canonical("\"\\u20ac$\\u000f\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
                    "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    check_canonical("{\"\\u20ac\":1,\"1\":3,\"\\u0080\":4,\"\\u00f6\":5}",
                    "{\"1\":3,\"\xc2\x80\":4,\"\xc3\xb6\":5,\"\xe2\x82\xac\":1}");
    check_canonical("-0", "0");
}
END_TEST

START_TEST(test_canonical_refuses)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 64);
    json_t *real BASE_CLEANUP(wire_json_cleanup) = json_real(1.0);
    ck_assert_int_eq(wire_json_canonical(real, &out), -EINVAL);
    base_buffer_reset(&out);
    json_t *large BASE_CLEANUP(wire_json_cleanup) = json_integer(9007199254740992);
    ck_assert_int_eq(wire_json_canonical(large, &out), -EINVAL);
    base_buffer_reset(&out);
    /* Beyond the Basic Multilingual Plane bytewise order is not RFC 8785's. */
    json_t *beyond BASE_CLEANUP(wire_json_cleanup) = json_pack("{s:i}", "\xf0\x9f\x98\x80", 1);
    ck_assert_int_eq(wire_json_canonical(beyond, &out), -EINVAL);
    base_buffer_reset(&out);
    json_t *escaped BASE_CLEANUP(wire_json_cleanup) = json_pack("{s:i}", "a\"b", 1);
    ck_assert_int_eq(wire_json_canonical(escaped, &out), -EINVAL);
    base_buffer_reset(&out);
    json_t *deep BASE_CLEANUP(wire_json_cleanup) = json_array();
    for (int i = 0; i < WIRE_JSON_DEPTH_MAX; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, deep);
        deep = outer;
    }
    ck_assert_int_eq(wire_json_canonical(deep, &out), -EINVAL);
    base_buffer_reset(&out);
    json_t *text BASE_CLEANUP(wire_json_cleanup) = json_pack("s", "0123456789012345678901234567890123456789012345678901234567890123");
    ck_assert_int_eq(wire_json_canonical(text, &out), -ENOBUFS);
}
END_TEST

CHECK_MAIN("wire/json", test_accepts, test_refuses, test_refuses_raw_nul_and_excess, test_canonical,
           test_canonical_refuses)
