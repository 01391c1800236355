/* Rows become canonical records, or are refused; no server is needed for that. */
#include <errno.h>
#include <stdlib.h>

#include "gateway/adapters/sql_row.h"
#include "tests/check_main.h"

struct column {
    const char *name;
    Oid type;
    const char *value; /* NULL for null */
};

enum { BOOL = 16, INT8 = 20, TEXT = 25, JSON = 114, FLOAT8 = 701, DATE = 1082, TIMESTAMPTZ = 1184, NUMERIC = 1700, JSONB = 3802 };

static int append(const struct column *columns, int count, struct base_buffer *records)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_SINGLE_TUPLE);
    PGresAttDesc attributes[16] = {0};
    for (int i = 0; i < count; i++) {
        attributes[i].name = (char *) columns[i].name;
        attributes[i].typid = columns[i].type;
    }
    ck_assert(PQsetResultAttrs(result, count, attributes));
    for (int i = 0; i < count; i++)
        ck_assert(PQsetvalue(result, 0, i, (char *) columns[i].value,
                             columns[i].value ? (int) strlen(columns[i].value) : -1));
    int r = adapter_row_append(result, records);
    PQclear(result);
    return r;
}

static void check_row(const struct column *columns, int count, const char *expected)
{
    struct base_buffer records BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&records, 4096);
    base_buffer_append_u8(&records, '[');
    int r = append(columns, count, &records);
    ck_assert_int_eq(r, expected ? 0 : ADAPTER_ROW_MISFIT);
    if (expected)
        ck_assert_msg(base_bytes_equal_text(base_buffer_view(&records), expected), "%.*s", (int) records.len,
                      records.data);
}

#define ROW(expected, ...)                                                                                             \
    check_row((const struct column[]){__VA_ARGS__},                                                                    \
              (int) (sizeof((const struct column[]){__VA_ARGS__}) / sizeof(struct column)), expected)

START_TEST(test_columns)
{
    ROW("[{\"a\":-5,\"b\":true,\"c\":null,\"d\":\"1850-01-01\",\"e\":\"x\\\"y\",\"f\":7}", {"e", TEXT, "x\"y"},
        {"a", INT8, "-5"}, {"b", BOOL, "t"}, {"c", TEXT, NULL}, {"d", DATE, "1850-01-01"}, {"f", NUMERIC, "7"});
    ROW("[{\"t\":\"2026-11-22T12:00:00.5+05:00\"}", {"t", TIMESTAMPTZ, "2026-11-22 12:00:00.5+05"});
    ROW("[{\"t\":\"1850-11-22T12:00:00+05:07:48\"}", {"t", TIMESTAMPTZ, "1850-11-22 12:00:00+05:07:48"});
    ROW("[{\"j\":{\"a\":1,\"b\":2},\"k\":1}", {"k", INT8, "1"}, {"j", JSONB, "{\"b\": 2, \"a\": 1}"});
}
END_TEST

START_TEST(test_one_json_column_is_the_record)
{
    ROW("[{\"a\":1,\"b\":[]}", {"anything", JSONB, "{\"b\": [], \"a\": 1}"});
    ROW("[{\"a\":1}", {"anything", JSON, " {\"a\" : 1} "});
}
END_TEST

START_TEST(test_refused)
{
    ROW(NULL, {"j", JSONB, "[1]"});
    ROW(NULL, {"j", JSONB, NULL});
    ROW(NULL, {"j", JSONB, "{\"a\": 1.5}"});
    ROW(NULL, {"j", JSON, "{\"a\":1,\"a\":2}"});
    ROW(NULL, {"j", JSON, "{"});
    ROW(NULL, {"n", NUMERIC, "1.50"});
    ROW(NULL, {"n", NUMERIC, "NaN"});
    ROW(NULL, {"n", INT8, "9007199254740992"});
    ROW(NULL, {"n", FLOAT8, "1"});
    ROW(NULL, {"a", TEXT, "1"}, {"a", TEXT, "2"});
    ROW(NULL, {"a", TEXT, "\xc3\x28"});
    ROW(NULL, {"t", TIMESTAMPTZ, "infinity"});
    ROW(NULL, {"a\"b", TEXT, "1"});
}
END_TEST

START_TEST(test_rows_are_separated_and_bounded)
{
    struct base_buffer records BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&records, 17);
    base_buffer_append_u8(&records, '[');
    const struct column column = {"a", INT8, "1"};
    ck_assert_int_eq(append(&column, 1, &records), 0);
    ck_assert_int_eq(append(&column, 1, &records), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&records), "[{\"a\":1},{\"a\":1}"));
    ck_assert_int_eq(append(&column, 1, &records), ADAPTER_ROW_TOO_LARGE);
}
END_TEST

CHECK_MAIN("adapters/sql_row", test_columns, test_one_json_column_is_the_record, test_refused,
           test_rows_are_separated_and_bounded)
