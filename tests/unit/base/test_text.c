/* Proves: exactly the well-formed sequences of RFC 3629 pass, identification numbers are checked by their digit, and the hash
 * of bytes is FNV-1a. */
#include "base/idnum.h"
#include "base/text.h"
#include "tests/check_main.h"

START_TEST(well_formed_utf8)
{
    static const char *const good[] = {"", "plain", "Қазақстан", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                       "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",         "\xc0\xaf",     "\xc1\xbf",         "\xc3",
                                      "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",         "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",     "a\xc3(b"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(base_text_is_utf8(base_bytes_text(good[i])), "refused sequence %zu", i);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!base_text_is_utf8(base_bytes_text(bad[i])), "accepted sequence %zu", i);
    ck_assert_uint_eq(base_text_length(base_bytes_text("Қаз1")), 4);
}
END_TEST

START_TEST(plain_texts)
{
    static const char *const good[] = {"", "Қазақстан – 1", "\xc2\xa0", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa", "😀"};
    /* TAB, ESC, DEL, U+0080, U+009F, U+202A, U+202E, U+2066, U+2069, malformed */
    static const char *const bad[] = {"a\tb", "\x1b[1m", "\x7f", "\xc2\x80", "\xc2\x9f", "a\xe2\x80\xaa", "\xe2\x80\xae""b",
                                      "\xe2\x81\xa6", "\xe2\x81\xa9", "\xc3"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(base_text_is_plain(base_bytes_text(good[i]), BASE_TEXT_ONE_LINE), "refused text %zu", i);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!base_text_is_plain(base_bytes_text(bad[i]), BASE_TEXT_LINES), "accepted text %zu", i);
    ck_assert(!base_text_is_plain(base_bytes_of("", 1), BASE_TEXT_LINES)); /* NUL */
    ck_assert(!base_text_is_plain(base_bytes_text("a\nb"), BASE_TEXT_ONE_LINE));
    ck_assert(base_text_is_plain(base_bytes_text("a\nb"), BASE_TEXT_LINES));
    ck_assert(!base_text_is_plain(base_bytes_text("a\r\nb"), BASE_TEXT_LINES));
}
END_TEST

START_TEST(numbers_with_a_right_check_digit)
{
    /* reference/kz-ecosystem.md §2: first and second pass of the rule */
    static const char *const valid[] = {"500101100000", "500101200007", "851231107773", "851231207778",
                                        "500101100106", "300140000015", "300150000018"};
    for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
        ck_assert_int_eq(base_idnum_check(base_bytes_text(valid[i])), BASE_IDNUM_VALID);
}
END_TEST

START_TEST(any_other_last_digit_is_wrong)
{
    char text[] = "500101100000";
    for (char digit = '1'; digit <= '9'; digit++) {
        text[11] = digit;
        ck_assert_int_eq(base_idnum_check(base_bytes_text(text)), BASE_IDNUM_CHECK_WRONG);
    }
    /* Both passes give ten: the serial is never issued, whatever its digit. */
    char never[] = "500101100120";
    for (char digit = '0'; digit <= '9'; digit++) {
        never[11] = digit;
        ck_assert_int_eq(base_idnum_check(base_bytes_text(never)), BASE_IDNUM_CHECK_WRONG);
    }
    ck_assert_int_eq(base_idnum_check(base_bytes_text("123456789011")), BASE_IDNUM_CHECK_WRONG);
}
END_TEST

START_TEST(no_number_at_all)
{
    static const char *const bad[] = {"", "50010110000", "5001011000000", "50010110000a", " 00101100000", "५00101100000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(base_idnum_check(base_bytes_text(bad[i])), BASE_IDNUM_MALFORMED);
}
END_TEST

/* Vectors of draft-eastlake-fnv, appendix C. */
START_TEST(hashes_of_bytes)
{
    ck_assert_uint_eq(base_bytes_hash(base_bytes_of(NULL, 0)), UINT64_C(0xcbf29ce484222325));
    ck_assert_uint_eq(base_bytes_hash(base_bytes_text("a")), UINT64_C(0xaf63dc4c8601ec8c));
    ck_assert_uint_eq(base_bytes_hash(base_bytes_text("foobar")), UINT64_C(0x85944171f73967e8));
}
END_TEST

CHECK_MAIN("base/text, base/idnum, base/bytes", hashes_of_bytes, well_formed_utf8, plain_texts, numbers_with_a_right_check_digit, any_other_last_digit_is_wrong,
           no_number_at_all)
