/* Proves: the writer gives RFC 8785's form and refuses every misuse instead of writing a second form of a value. */
#include <errno.h>

#include "base/json.h"
#include "tests/check_main.h"

static struct base_buffer out;
static struct base_json json;

static void begin(void)
{
    base_buffer_clear(&out);
    base_buffer_init(&out, 4096);
    base_json_begin(&json, &out);
}

START_TEST(an_object_in_canonical_form)
{
    begin();
    base_json_object_begin(&json);
    base_json_name(&json, "a");
    base_json_array_begin(&json);
    base_json_integer(&json, -9007199254740991);
    base_json_bool(&json, true);
    base_json_bool(&json, false);
    base_json_null(&json);
    base_json_object_begin(&json);
    base_json_object_end(&json);
    base_json_array_end(&json);
    base_json_member_hex(&json, "b", base_bytes_of("\x00\xff", 2));
    base_json_name(&json, "c");
    base_json_base64(&json, base_bytes_text("fo"));
    base_json_member_text(&json, "қ", "ә");
    base_json_object_end(&json);
    ck_assert_int_eq(base_json_end(&json), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out),
                                    "{\"a\":[-9007199254740991,true,false,null,{}],\"b\":\"00ff\",\"c\":\"Zm8=\",\"қ\":\"ә\"}"));
}
END_TEST

START_TEST(escapes_of_rfc_8785)
{
    begin();
    base_json_string(&json, base_bytes_of("\x00\x08\x09\x0a\x0c\x0d\x1f\"\\/\x7f€", 14));
    ck_assert_int_eq(base_json_end(&json), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out), "\"\\u0000\\b\\t\\n\\f\\r\\u001f\\\"\\\\/\x7f€\""));
}
END_TEST

START_TEST(members_out_of_order_or_twice_are_refused)
{
    static const char *const second[] = {"a", "b", "B", ""};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(second); i++) {
        begin();
        base_json_object_begin(&json);
        base_json_member_integer(&json, "b", 1);
        base_json_member_integer(&json, second[i], 1);
        base_json_object_end(&json);
        ck_assert_int_eq(base_json_end(&json), -EINVAL);
    }
}
END_TEST

START_TEST(names_that_need_escapes_are_refused)
{
    static const char *const names[] = {"a\"", "a\\", "a\n"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(names); i++) {
        begin();
        base_json_object_begin(&json);
        base_json_member_integer(&json, names[i], 1);
        base_json_object_end(&json);
        ck_assert_int_eq(base_json_end(&json), -EINVAL);
    }
}
END_TEST

START_TEST(wrong_nesting_is_refused)
{
    begin();
    base_json_object_begin(&json);
    base_json_integer(&json, 1); /* a value without a name */
    ck_assert_int_eq(base_json_end(&json), -EINVAL);

    begin();
    base_json_array_begin(&json);
    base_json_object_end(&json);
    ck_assert_int_eq(base_json_end(&json), -EINVAL);

    begin();
    base_json_object_begin(&json);
    base_json_name(&json, "a");
    base_json_object_end(&json); /* a name without a value */
    ck_assert_int_eq(base_json_end(&json), -EINVAL);

    begin();
    base_json_integer(&json, 1);
    base_json_integer(&json, 2); /* two values at the top */
    ck_assert_int_eq(base_json_end(&json), -EINVAL);

    begin();
    base_json_array_begin(&json);
    ck_assert_int_eq(base_json_end(&json), -EINVAL); /* left open */

    begin();
    ck_assert_int_eq(base_json_end(&json), -EINVAL); /* nothing at all */

    begin();
    for (int i = 0; i < BASE_JSON_DEPTH_MAX + 1; i++)
        base_json_array_begin(&json);
    ck_assert_int_eq(base_json_end(&json), -EINVAL);
}
END_TEST

START_TEST(values_without_a_canonical_form_are_refused)
{
    begin();
    base_json_integer(&json, INT64_C(9007199254740992));
    ck_assert_int_eq(base_json_end(&json), -EINVAL);
    begin();
    base_json_string(&json, base_bytes_text("\xff"));
    ck_assert_int_eq(base_json_end(&json), -EINVAL);
}
END_TEST

START_TEST(the_buffer_maximum_is_an_error)
{
    base_buffer_clear(&out);
    base_buffer_init(&out, 8);
    base_json_begin(&json, &out);
    base_json_text(&json, "longer than eight");
    ck_assert_int_eq(base_json_end(&json), -ENOBUFS);
}
END_TEST

CHECK_MAIN("base/json", an_object_in_canonical_form, escapes_of_rfc_8785, members_out_of_order_or_twice_are_refused,
           names_that_need_escapes_are_refused, wrong_nesting_is_refused, values_without_a_canonical_form_are_refused, the_buffer_maximum_is_an_error)
