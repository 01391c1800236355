/* Reading results: every misfit between what a statement gives and what the C side expects is an error, never a value.
 */
#include "schema/store/row.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>

/* A result of one row; a NULL value is SQL's null. */
static PGresult *result_of(int count, const char *const *values, const int *lengths)
{
    static char name[] = "c";
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc columns[8];
    for (int i = 0; i < count; i++)
        columns[i] = (PGresAttDesc){.name = name, .format = 1};
    ck_assert(PQsetResultAttrs(result, count, columns));
    for (int i = 0; i < count; i++)
        ck_assert(PQsetvalue(result, 0, i, (char *) (uintptr_t) values[i], values[i] ? lengths[i] : -1));
    return result;
}

START_TEST(values_in_order)
{
    const char *values[] = {"\1", "\xff\xfe", "\0\0\0\5", "\0\0\0\0\0\0\0\1", NULL, "text", "abc"};
    const int lengths[] = {1, 2, 4, 8, 0, 4, 3};
    PGresult *result = result_of(7, values, lengths);
    struct store_row row = store_row_of(result, 0);
    ck_assert(store_row_bool(&row));
    ck_assert_int_eq(store_row_i16(&row), -2);
    ck_assert_int_eq(store_row_i32(&row), 5);
    ck_assert_int_eq(store_row_time(&row), INT64_C(946684800000001));
    ck_assert_int_eq(store_row_i64_or(&row, -9), -9);
    ck_assert_str_eq(store_row_text(&row), "text");
    ck_assert_int_eq(store_row_end(&row), -EBADMSG); /* one column is left */
    ck_assert_mem_eq(store_row_fixed(&row, 3), "abc", 3);
    ck_assert_int_eq(store_row_end(&row), 0);
    store_row_text(&row); /* one too many */
    ck_assert_int_eq(store_row_end(&row), -EBADMSG);
    PQclear(result);
}
END_TEST

START_TEST(misfits)
{
    const char *values[] = {"\0\0", NULL, "12345", "abc"};
    const int lengths[] = {2, 0, 5, 3};
    PGresult *result = result_of(4, values, lengths);
    char small[5];
    struct store_row row = store_row_of(result, 0);
    store_row_i64(&row); /* of two bytes */
    ck_assert_int_eq(row.error, -EBADMSG);
    row = store_row_of(result, 0);
    row.column = 1;
    store_row_i64(&row); /* null */
    ck_assert_int_eq(row.error, -EBADMSG);
    row = store_row_of(result, 0);
    row.column = 2;
    store_row_copy(&row, small, sizeof(small)); /* no room for the NUL */
    ck_assert_int_eq(row.error, -EBADMSG);
    ck_assert_str_eq(small, "");
    row = store_row_of(result, 0);
    row.column = 3;
    ck_assert_ptr_null(store_row_fixed(&row, 4));
    ck_assert_int_eq(row.error, -EBADMSG);
    PQclear(result);
}
END_TEST

#define ARRAY_HEADER(count) "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0" count "\0\0\0\1"

START_TEST(names)
{
    static const char two[] = ARRAY_HEADER("\2") "\0\0\0\3one\0\0\0\3two";
    static const char cut[] = ARRAY_HEADER("\2") "\0\0\0\3one";
    static const char null_inside[] = ARRAY_HEADER("\1") "\xff\xff\xff\xff";
    static const char two_dimensions[] = "\0\0\0\2\0\0\0\0\0\0\0\x19\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1a";
    static const char empty[] = "\0\0\0\0\0\0\0\0\0\0\0\x19";
    static const char left_over[] = ARRAY_HEADER("\1") "\0\0\0\1ab";
    static const char long_name[] = ARRAY_HEADER("\1") "\0\0\0\x30"
                                                       "012345678901234567890123456789012345678901234567";
    static const struct {
        const char *bytes;
        int len, error;
        size_t count;
    } cases[] = {{two, sizeof(two) - 1, 0, 2},
                 {empty, sizeof(empty) - 1, 0, 0},
                 {NULL, 0, 0, 0},
                 {cut, sizeof(cut) - 1, -EBADMSG, 0},
                 {null_inside, sizeof(null_inside) - 1, -EBADMSG, 0},
                 {two_dimensions, sizeof(two_dimensions) - 1, -EBADMSG, 0},
                 {left_over, sizeof(left_over) - 1, -EBADMSG, 0},
                 {long_name, sizeof(long_name) - 1, -EBADMSG, 0}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        PGresult *result = result_of(1, &cases[i].bytes, &cases[i].len);
        struct store_row row = store_row_of(result, 0);
        struct store_names list = {.count = 99};
        store_row_names(&row, &list);
        ck_assert_msg(store_row_end(&row) == cases[i].error, "case %zu", i);
        if (cases[i].error == 0)
            ck_assert_uint_eq(list.count, cases[i].count);
        PQclear(result);
    }
}
END_TEST

CHECK_MAIN("row", values_in_order, misfits, names)
