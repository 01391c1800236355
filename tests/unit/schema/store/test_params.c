/* The binary forms in which values go to PostgreSQL, against the bytes its own send functions define (array_send,
 * int8send, timestamptz_send). */
#include "schema/store/params.h"
#include "tests/check_main.h"

#include <errno.h>

START_TEST(integers_are_big_endian)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_i16(&params, -2);
    store_params_i32(&params, 0x01020304);
    store_params_i64(&params, INT64_MIN);
    store_params_time(&params, INT64_C(946684800000001)); /* one microsecond into the year 2000 */
    ck_assert_int_eq(params.count, 4);
    ck_assert_int_eq(params.lengths[0], 2);
    ck_assert_mem_eq(params.values[0], "\xff\xfe", 2);
    ck_assert_mem_eq(params.values[1], "\1\2\3\4", 4);
    ck_assert_mem_eq(params.values[2], "\x80\0\0\0\0\0\0\0", 8);
    ck_assert_mem_eq(params.values[3], "\0\0\0\0\0\0\0\1", 8);
    ck_assert_int_eq(params.formats[3], 1);
}
END_TEST

START_TEST(null_and_empty_differ)
{
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, NULL);
    store_params_text(&params, "");
    store_params_bytes(&params, base_bytes_of(NULL, 0));
    ck_assert_ptr_null(params.values[0]);
    ck_assert_ptr_nonnull(params.values[1]);
    ck_assert_ptr_nonnull(params.values[2]);
    ck_assert_int_eq(params.lengths[2], 0);
}
END_TEST

START_TEST(too_many_is_an_error)
{
    struct store_params params = STORE_PARAMS_INIT;
    for (int i = 0; i < STORE_PARAMS_MAX; i++)
        store_params_i32(&params, i);
    ck_assert_int_eq(params.error, 0);
    store_params_i32(&params, 0);
    ck_assert_int_eq(params.error, -EOVERFLOW);
}
END_TEST

START_TEST(array_of_texts)
{
    static const char expected[] = "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\3\0\0\0\1" /* 1 dimension, nulls, text, 3 from 1 */
                                   "\0\0\0\1a\xff\xff\xff\xff\0\0\0\0";
    struct store_array array;
    struct store_params params = STORE_PARAMS_INIT;
    store_array_init(&array, 1000);
    store_array_begin(&array, STORE_ARRAY_TEXT);
    store_array_text(&array, "a");
    store_array_text(&array, NULL);
    store_array_text(&array, "");
    store_params_array(&params, &array);
    ck_assert_int_eq(params.lengths[0], sizeof(expected) - 1);
    ck_assert_mem_eq(params.values[0], expected, sizeof(expected) - 1);
    store_array_clear(&array);
}
END_TEST

/* The array's memory is used again; an empty array has no dimension. */
START_TEST(array_again_and_empty)
{
    static const char one[] = "\0\0\0\1\0\0\0\0\0\0\0\x15\0\0\0\1\0\0\0\1\0\0\0\2\0\7";
    static const char empty[] = "\0\0\0\0\0\0\0\0\0\0\0\x10";
    struct store_array array;
    struct store_params params = STORE_PARAMS_INIT;
    store_array_init(&array, 1000);
    store_array_begin(&array, STORE_ARRAY_TEXT);
    store_array_null(&array);
    store_array_begin(&array, STORE_ARRAY_I16);
    store_array_i16(&array, 7);
    store_params_array(&params, &array);
    ck_assert_int_eq(params.lengths[0], sizeof(one) - 1);
    ck_assert_mem_eq(params.values[0], one, sizeof(one) - 1);
    store_array_begin(&array, STORE_ARRAY_BOOL);
    store_params_array(&params, &array);
    ck_assert_int_eq(params.lengths[1], sizeof(empty) - 1);
    ck_assert_mem_eq(params.values[1], empty, sizeof(empty) - 1);
    store_array_clear(&array);
}
END_TEST

START_TEST(array_over_its_maximum)
{
    struct store_array array;
    struct store_params params = STORE_PARAMS_INIT;
    store_array_init(&array, 30);
    store_array_begin(&array, STORE_ARRAY_BYTEA);
    store_array_bytes(&array, base_bytes_text("0123456789"));
    store_params_array(&params, &array);
    ck_assert_int_eq(params.error, -ENOBUFS);
    ck_assert_int_eq(params.count, 0);
    store_array_clear(&array);
}
END_TEST

CHECK_MAIN("params", integers_are_big_endian, null_and_empty_differ, too_many_is_an_error, array_of_texts,
           array_again_and_empty, array_over_its_maximum)
