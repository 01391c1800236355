/* Proves: a NUL byte in a file is refused where it stands, columns count characters and not bytes, and a whole small
 * file is read field by field. */
#include "policy/tsv.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>

static const char *const header[] = {"number", "name", NULL};

START_TEST(fields_are_read_line_by_line)
{
    char text[] = "number\tname\n7\tҚазақ\n12\tb c\n";
    struct policy_tsv tsv;
    char *error = NULL;
    unsigned number = 0;
    ck_assert_int_eq(policy_tsv_begin(&tsv, "f", text, sizeof(text) - 1, header, &error), 0);
    ck_assert_int_eq(policy_tsv_next(&tsv), 0);
    ck_assert_int_eq(policy_tsv_number(&tsv, 0, 1, 9, &number), 0);
    ck_assert_uint_eq(number, 7);
    ck_assert_str_eq(tsv.field[1].text, "Қазақ");
    ck_assert_int_eq(policy_tsv_next(&tsv), 0);
    ck_assert_str_eq(tsv.field[1].text, "b c");
    ck_assert_int_eq(policy_tsv_number(&tsv, 0, 1, 9, &number), -EINVAL);
    ck_assert_str_eq(error, "f:3:1: number 12 is not in 1-9");
    ck_assert_int_eq(policy_tsv_next(&tsv), POLICY_TSV_END);
    free(error);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    char text[] = "number\tname\n1\tҚа\0b\n";
    struct policy_tsv tsv;
    char *error = NULL;
    ck_assert_int_eq(policy_tsv_begin(&tsv, "f", text, sizeof(text) - 1, header, &error), -EINVAL);
    ck_assert_str_eq(error, "f:2:5: control character 0x00");
    free(error);
}
END_TEST

START_TEST(columns_count_characters)
{
    char text[] = "number\tname\nҚаз\tb\tc\n";
    struct policy_tsv tsv;
    char *error = NULL;
    ck_assert_int_eq(policy_tsv_begin(&tsv, "f", text, sizeof(text) - 1, header, &error), 0);
    ck_assert_int_eq(policy_tsv_next(&tsv), -EINVAL);
    ck_assert_str_eq(error, "f:2:7: the line has more fields than the header (2)");
    free(error);
}
END_TEST

START_TEST(readings_are_bits)
{
    char text[] = "number\tname\n-\tR01,R11,R63\n";
    struct policy_tsv tsv;
    char *error = NULL;
    uint64_t readings = 1;
    unsigned number = 1;
    ck_assert_int_eq(policy_tsv_begin(&tsv, "f", text, sizeof(text) - 1, header, &error), 0);
    ck_assert_int_eq(policy_tsv_next(&tsv), 0);
    ck_assert_int_eq(policy_tsv_readings(&tsv, 1, &readings), 0);
    ck_assert(readings == (UINT64_C(1) << 1 | UINT64_C(1) << 11 | UINT64_C(1) << 63));
    ck_assert_int_eq(policy_tsv_readings(&tsv, 0, &readings), 0);
    ck_assert(readings == 0);
    ck_assert_int_eq(policy_tsv_number_or_none(&tsv, 0, 1, 9, &number), 0);
    ck_assert_uint_eq(number, 0);
}
END_TEST

CHECK_MAIN("policy tsv", fields_are_read_line_by_line, a_nul_byte_is_refused, columns_count_characters,
           readings_are_bits)
