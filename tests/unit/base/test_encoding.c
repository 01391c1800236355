/* Proves: the encodings equal RFC 4648's vectors and accept one text per value only. */
#include <errno.h>

#include "base/encoding.h"
#include "tests/check_main.h"

static const struct {
    const char *plain, *base64, *hex;
} vectors[] = {
    /* RFC 4648 §10; the hex column in lower case */
    {"", "", ""},
    {"f", "Zg==", "66"},
    {"fo", "Zm8=", "666f"},
    {"foo", "Zm9v", "666f6f"},
    {"foob", "Zm9vYg==", "666f6f62"},
    {"fooba", "Zm9vYmE=", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "666f6f626172"},
    {"\xfb\xff\xfe", "+//+", "fbfffe"},
};

START_TEST(vectors_of_rfc_4648)
{
    struct base_buffer out;
    base_buffer_init(&out, 64);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(vectors); i++) {
        base_buffer_reset(&out);
        ck_assert_int_eq(base_base64_encode(base_bytes_text(vectors[i].plain), &out), 0);
        ck_assert(base_bytes_equal_text(base_buffer_view(&out), vectors[i].base64));
        base_buffer_reset(&out);
        ck_assert_int_eq(base_base64_decode(base_bytes_text(vectors[i].base64), &out), 0);
        ck_assert(base_bytes_equal_text(base_buffer_view(&out), vectors[i].plain));
        base_buffer_reset(&out);
        ck_assert_int_eq(base_hex_encode(base_bytes_text(vectors[i].plain), &out), 0);
        ck_assert(base_bytes_equal_text(base_buffer_view(&out), vectors[i].hex));
        base_buffer_reset(&out);
        ck_assert_int_eq(base_hex_decode(base_bytes_text(vectors[i].hex), &out), 0);
        ck_assert(base_bytes_equal_text(base_buffer_view(&out), vectors[i].plain));
    }
    base_buffer_clear(&out);
}
END_TEST

START_TEST(a_second_text_for_a_value_is_refused)
{
    static const char *const bad_base64[] = {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", " Zg==", "Zg==Zg==", "Z===", "====", "Zm-v"};
    static const char *const bad_hex[] = {"6", "6G", "6F", "0x66", "66 "};
    struct base_buffer out;
    base_buffer_init(&out, 64);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad_base64); i++)
        ck_assert_int_eq(base_base64_decode(base_bytes_text(bad_base64[i]), &out), -EBADMSG);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad_hex); i++)
        ck_assert_int_eq(base_hex_decode(base_bytes_text(bad_hex[i]), &out), -EBADMSG);
    ck_assert_uint_eq(out.len, 0);
    base_buffer_clear(&out);
}
END_TEST

START_TEST(decoding_respects_the_buffer_maximum)
{
    struct base_buffer out;
    base_buffer_init(&out, 2);
    ck_assert_int_eq(base_base64_decode(base_bytes_text("Zm9v"), &out), -ENOBUFS);
    ck_assert_uint_eq(out.len, 0);
    base_buffer_clear(&out);
}
END_TEST

CHECK_MAIN("base/encoding", vectors_of_rfc_4648, a_second_text_for_a_value_is_refused,
           decoding_respects_the_buffer_maximum)
