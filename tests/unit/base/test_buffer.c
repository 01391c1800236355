/* Proves: a buffer never exceeds its maximum, a failed append changes nothing and is remembered, and what the reader
 * reads is what the buffer wrote, at every truncation. */
#include <errno.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "tests/check_main.h"

START_TEST(append_over_max_is_refused_whole)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 5);
    ck_assert_int_eq(base_buffer_append_text(&buffer, "abc"), 0);
    ck_assert_int_eq(base_buffer_append_text(&buffer, "def"), -ENOBUFS);
    ck_assert(base_bytes_equal_text(base_buffer_view(&buffer), "abc"));
    ck_assert_int_eq(base_buffer_error(&buffer), -ENOBUFS);
    /* Sticky: an append that would fit is refused too, else an encoder would write half a message. */
    ck_assert_int_eq(base_buffer_append_text(&buffer, "d"), -ENOBUFS);
    base_buffer_reset(&buffer);
    ck_assert_int_eq(base_buffer_append_text(&buffer, "defgh"), 0);
    base_buffer_clear(&buffer);
}
END_TEST

START_TEST(field_over_max_leaves_no_length_behind)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 6);
    ck_assert_int_eq(base_buffer_append_field(&buffer, base_bytes_text("abc")), -ENOBUFS);
    ck_assert_uint_eq(buffer.len, 0);
    base_buffer_clear(&buffer);
}
END_TEST

START_TEST(growth_keeps_content)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 100000);
    for (unsigned i = 0; i < 20000; i++)
        ck_assert_int_eq(base_buffer_append_u32(&buffer, i), 0);
    struct base_reader reader = base_reader_of(base_buffer_view(&buffer));
    for (unsigned i = 0; i < 20000; i++)
        ck_assert_uint_eq(base_reader_u32(&reader), i);
    ck_assert_int_eq(base_reader_end(&reader), 0);
    base_buffer_clear(&buffer);
}
END_TEST

static int read_message(struct base_bytes bytes, uint64_t *ret_sum)
{
    struct base_reader reader = base_reader_of(bytes);
    uint64_t sum = base_reader_u8(&reader);
    sum += base_reader_u16(&reader);
    sum += base_reader_u64(&reader);
    sum += base_reader_field(&reader, 10).len;
    *ret_sum = sum;
    return base_reader_end(&reader);
}

START_TEST(every_truncation_is_noticed)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 64);
    base_buffer_append_u8(&buffer, 1);
    base_buffer_append_u16(&buffer, 2);
    base_buffer_append_u64(&buffer, 3);
    base_buffer_append_field(&buffer, base_bytes_text("four"));
    ck_assert_int_eq(base_buffer_error(&buffer), 0);
    uint64_t sum;
    ck_assert_int_eq(read_message(base_buffer_view(&buffer), &sum), 0);
    ck_assert_uint_eq(sum, 1 + 2 + 3 + 4);
    for (size_t len = 0; len < buffer.len; len++)
        ck_assert_int_eq(read_message(base_bytes_of(buffer.data, len), &sum), -EBADMSG);
    base_buffer_append_u8(&buffer, 0);
    ck_assert_int_eq(read_message(base_buffer_view(&buffer), &sum), -EBADMSG);
    base_buffer_clear(&buffer);
}
END_TEST

START_TEST(field_over_its_own_maximum_fails)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 64);
    base_buffer_append_field(&buffer, base_bytes_text("12345678901"));
    struct base_reader reader = base_reader_of(base_buffer_view(&buffer));
    ck_assert_uint_eq(base_reader_field(&reader, 10).len, 0);
    ck_assert_int_eq(base_reader_end(&reader), -EBADMSG);
    base_buffer_clear(&buffer);
}
END_TEST

START_TEST(take_text_refuses_a_nul_inside)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 64);
    base_buffer_append(&buffer, base_bytes_of("a\0b", 3));
    ck_assert_ptr_null(base_buffer_take_text(&buffer));
    base_buffer_clear(&buffer);
    base_buffer_printf(&buffer, "%d-%s", 7, "x");
    char *text = base_buffer_take_text(&buffer);
    ck_assert_str_eq(text, "7-x");
    free(text);
    base_buffer_clear(&buffer);
}
END_TEST

START_TEST(room_for_nothing_is_no_failure)
{
    struct base_buffer buffer;
    base_buffer_init(&buffer, 4);
    ck_assert_ptr_nonnull(base_buffer_extend(&buffer, 0));
    ck_assert_uint_eq(buffer.len, 0);
    ck_assert_int_eq(base_buffer_error(&buffer), 0);
    base_buffer_clear(&buffer);
}
END_TEST

CHECK_MAIN("base/buffer, base/reader", room_for_nothing_is_no_failure, append_over_max_is_refused_whole, field_over_max_leaves_no_length_behind,
           growth_keeps_content, every_truncation_is_noticed, field_over_its_own_maximum_fails,
           take_text_refuses_a_nul_inside)
