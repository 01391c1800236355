/* Proves: a UUID's text is read exactly in its one form, in capitals only where they are asked for, and written so that
 * it reads back. */
#include "base/uuid.h"
#include "tests/check_main.h"

#include <errno.h>

/* The example of RFC 4122 §3, with its bytes written out by hand. */
static const char text_given[] = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
static const uint8_t bytes_given[BASE_UUID_BYTES] = {0xf8, 0x1d, 0x4f, 0xae, 0x7d, 0xec, 0x11, 0xd0,
                                                     0xa7, 0x65, 0x00, 0xa0, 0xc9, 0x1e, 0x6b, 0xf6};

START_TEST(text_and_bytes)
{
    uint8_t uuid[BASE_UUID_BYTES] = {0};
    char text[BASE_UUID_TEXT_MAX];
    ck_assert_int_eq(base_uuid_parse(base_bytes_text(text_given), BASE_UUID_LOWER_CASE, uuid), 0);
    ck_assert_mem_eq(uuid, bytes_given, sizeof(uuid));
    base_uuid_encode(bytes_given, text);
    ck_assert_str_eq(text, text_given);
}
END_TEST

START_TEST(capitals_only_where_allowed)
{
    static const char *const capitals[] = {"F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
                                           "f81d4fae-7dec-11d0-a765-00a0c91e6bF6"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(capitals); i++) {
        uint8_t uuid[BASE_UUID_BYTES] = {0};
        ck_assert_int_eq(base_uuid_parse(base_bytes_text(capitals[i]), BASE_UUID_LOWER_CASE, uuid), -EBADMSG);
        ck_assert_uint_eq(uuid[0], 0); /* written only on success */
        ck_assert_int_eq(base_uuid_parse(base_bytes_text(capitals[i]), BASE_UUID_ANY_CASE, uuid), 0);
        ck_assert_mem_eq(uuid, bytes_given, sizeof(uuid));
    }
}
END_TEST

START_TEST(every_other_character_is_refused)
{
    for (size_t place = 0; place < BASE_UUID_TEXT_MAX - 1; place++) {
        bool is_hyphen = place == 8 || place == 13 || place == 18 || place == 23;
        for (unsigned c = 0; c < 256; c++) {
            char text[BASE_UUID_TEXT_MAX];
            memcpy(text, text_given, sizeof(text));
            text[place] = (char) c;
            bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            bool fits = is_hyphen ? c == '-' : is_digit;
            uint8_t uuid[BASE_UUID_BYTES];
            ck_assert_msg(base_uuid_parse(base_bytes_of(text, sizeof(text) - 1), BASE_UUID_ANY_CASE, uuid) ==
                              (fits ? 0 : -EBADMSG),
                          "character %u at %zu", c, place);
        }
    }
}
END_TEST

START_TEST(other_lengths_are_refused)
{
    static const char *const wrong[] = {"", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
                                        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6a",
                                        "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}"};
    uint8_t uuid[BASE_UUID_BYTES];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_int_eq(base_uuid_parse(base_bytes_text(wrong[i]), BASE_UUID_ANY_CASE, uuid), -EBADMSG);
    ck_assert_int_eq(base_uuid_parse(base_bytes_of(NULL, 0), BASE_UUID_ANY_CASE, uuid), -EBADMSG);
}
END_TEST

CHECK_MAIN("base/uuid", text_and_bytes, capitals_only_where_allowed, every_other_character_is_refused,
           other_lengths_are_refused)
