/* Proves that the reader of CSV takes what RFC 4180 allows and nothing else, that each fault is named by row and column and
 * hides no row behind it, that every bound holds, and that bytes become text only where it is clear which text. */
#include "gateway/cli/csv.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <stdlib.h>

static struct cli_csv begun(const char *text)
{
    struct cli_csv csv;
    char why[CLI_CSV_WHY_MAX];
    ck_assert_int_eq(cli_csv_begin(base_bytes_text(text), &csv, why), 0);
    return csv;
}

static void ck_row(struct cli_csv *csv, uint32_t line, size_t count, const char *const *fields)
{
    struct cli_csv_row row;
    ck_assert_int_eq(cli_csv_next(csv, &row), 0);
    ck_assert_int_eq(row.fault, CLI_CSV_FAULT_NONE);
    ck_assert_uint_eq(row.line, line);
    ck_assert_uint_eq(row.count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(base_bytes_equal_text(row.fields[i], fields[i]), "row of line %u, field %zu is not \"%s\"", line, i,
                      fields[i]);
}

static void ck_fault(struct cli_csv *csv, enum cli_csv_fault fault, size_t column)
{
    struct cli_csv_row row;
    ck_assert_int_eq(cli_csv_next(csv, &row), 0);
    ck_assert_int_eq(row.fault, fault);
    ck_assert_uint_eq(row.fault_column, column);
}

static void ck_end(struct cli_csv *csv)
{
    struct cli_csv_row row;
    ck_assert_int_eq(cli_csv_next(csv, &row), CLI_CSV_END);
    cli_csv_clear(csv);
}

START_TEST(test_rows)
{
    static const struct {
        const char *text;
    } same[] = {
        {"a,b,c\n1,,3\n,,\n"}, {"a,b,c\r\n1,,3\r\n,,\r\n"}, {"a;b;c\n1;;3\n;;"}, {"a\tb\tc\r\n1\t\t3\n\t\t\n\n\r\n\n"},
        {"\"a\",b,\"c\"\n\"1\",\"\",3\n,\"\",\r\n"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(same); i++) {
        struct cli_csv csv = begun(same[i].text);
        ck_row(&csv, 1, 3, (const char *[]){"a", "b", "c"});
        ck_row(&csv, 2, 3, (const char *[]){"1", "", "3"});
        ck_row(&csv, 3, 3, (const char *[]){"", "", ""});
        ck_end(&csv);
    }
}
END_TEST

START_TEST(test_quotes)
{
    struct cli_csv csv = begun("\"a;\tx\",b\n\"one \"\"two\"\"\",\"x\r\ny\nz,\"\n\"\"\"\",last");
    ck_row(&csv, 1, 2, (const char *[]){"a;\tx", "b"});
    ck_row(&csv, 2, 2, (const char *[]){"one \"two\"", "x\r\ny\nz,"});
    ck_row(&csv, 5, 2, (const char *[]){"\"", "last"});
    ck_end(&csv);
}
END_TEST

START_TEST(test_faults_are_named_and_passed)
{
    static const struct {
        const char *row;
        enum cli_csv_fault fault;
        size_t column;
    } cases[] = {
        {"1,x\"y", CLI_CSV_FAULT_QUOTE, 2},        {"\"1\"x,2", CLI_CSV_FAULT_QUOTE, 1},
        {"1,\"2\" ", CLI_CSV_FAULT_QUOTE, 2},      {"1,\"2\"\"\"3", CLI_CSV_FAULT_QUOTE, 2},
        {"1\r2,3", CLI_CSV_FAULT_RETURN, 1},       {"1", CLI_CSV_FAULT_FIELD_COUNT, 2},
        {"1,2,3", CLI_CSV_FAULT_FIELD_COUNT, 4},   {"", CLI_CSV_FAULT_FIELD_COUNT, 2},
        {"\"1\"x,y\"z", CLI_CSV_FAULT_QUOTE, 1},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        char text[100];
        snprintf(text, sizeof text, "a,b\n%s\n8,9\n", cases[i].row);
        struct cli_csv csv = begun(text);
        ck_row(&csv, 1, 2, (const char *[]){"a", "b"});
        ck_fault(&csv, cases[i].fault, cases[i].column);
        ck_row(&csv, 3, 2, (const char *[]){"8", "9"});
        ck_end(&csv);
    }
}
END_TEST

START_TEST(test_nul)
{
    static const char text[] = "a,b\n1,x\0y\n\"\0\",2\n3,4";
    struct cli_csv csv;
    char why[CLI_CSV_WHY_MAX];
    ck_assert_int_eq(cli_csv_begin(base_bytes_of(text, sizeof text - 1), &csv, why), 0);
    ck_row(&csv, 1, 2, (const char *[]){"a", "b"});
    ck_fault(&csv, CLI_CSV_FAULT_NUL, 2);
    ck_fault(&csv, CLI_CSV_FAULT_NUL, 1);
    ck_row(&csv, 4, 2, (const char *[]){"3", "4"});
    ck_end(&csv);
}
END_TEST

START_TEST(test_unclosed)
{
    struct cli_csv csv = begun("a,b\n1,\"2\n3,4\n");
    ck_row(&csv, 1, 2, (const char *[]){"a", "b"});
    ck_fault(&csv, CLI_CSV_FAULT_UNCLOSED, 2);
    ck_end(&csv); /* what follows cannot be told from the open field */
}
END_TEST

/* "a,b\n" and a row with a field of so many bytes, in quotes or without, then "8,9". */
static struct base_bytes with_field(size_t len, bool is_quoted, char *text, size_t size)
{
    size_t at = (size_t) snprintf(text, size, "a,b\n1,%s", is_quoted ? "\"" : "");
    memset(text + at, 'x', len);
    at += len;
    at += (size_t) snprintf(text + at, size - at, "%s\n8,9\n", is_quoted ? "\"" : "");
    return base_bytes_of(text, at);
}

START_TEST(test_bounds)
{
    enum { SIZE = CLI_CSV_ROW_BYTES_MAX + 100 };
    static const struct {
        size_t len;
        enum cli_csv_fault fault;
        bool is_lost;
    } cases[] = {
        {CLI_CSV_FIELD_BYTES_MAX, CLI_CSV_FAULT_NONE, false},
        {CLI_CSV_FIELD_BYTES_MAX + 1, CLI_CSV_FAULT_FIELD_LONG, false},
        {CLI_CSV_ROW_BYTES_MAX - 8, CLI_CSV_FAULT_FIELD_LONG, false},
        {CLI_CSV_ROW_BYTES_MAX, CLI_CSV_FAULT_ROW_LONG, true},
    };
    char *text = malloc(SIZE);
    char why[CLI_CSV_WHY_MAX];
    for (size_t i = 0; i < 2 * BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_csv csv;
        struct cli_csv_row row;
        bool is_lost = cases[i / 2].is_lost;
        ck_assert_int_eq(cli_csv_begin(with_field(cases[i / 2].len, i % 2, text, SIZE), &csv, why), 0);
        ck_row(&csv, 1, 2, (const char *[]){"a", "b"});
        ck_assert_int_eq(cli_csv_next(&csv, &row), 0);
        ck_assert_msg(row.fault == cases[i / 2].fault, "case %zu: fault %d", i, row.fault);
        if (row.fault != CLI_CSV_FAULT_NONE)
            ck_assert_uint_eq(row.fault_column, 2);
        if (!is_lost)
            ck_row(&csv, 3, 2, (const char *[]){"8", "9"});
        ck_end(&csv);
    }
    free(text);
}
END_TEST

START_TEST(test_many_columns)
{
    char text[4 * CLI_CSV_COLUMNS_MAX];
    size_t at = 0;
    for (size_t i = 0; i <= CLI_CSV_COLUMNS_MAX; i++)
        at += (size_t) snprintf(text + at, sizeof text - at, "%sx", i ? "," : "");
    struct cli_csv csv = begun(text);
    ck_fault(&csv, CLI_CSV_FAULT_COLUMNS_MANY, CLI_CSV_COLUMNS_MAX + 1);
    ck_end(&csv);
}
END_TEST

START_TEST(test_separator)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the file is empty"},
        {"iin\n1,2\n", "neither comma nor semicolon nor tab"},
        {"\n\n", "the file is empty"},
        {"a,b;c\n", "more than one of"},
        {"a\tb,c\n", "more than one of"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_csv csv;
        char why[CLI_CSV_WHY_MAX];
        ck_assert_int_eq(cli_csv_begin(base_bytes_text(cases[i].text), &csv, why), CLI_CSV_UNREADABLE);
        ck_assert_msg(strstr(why, cases[i].why) != NULL, "\"%s\": %s", cases[i].text, why);
    }
}
END_TEST

/* ---- bytes to text ---- */

#define IVANOV_UTF8 "Иванов;Ёлка №5 «і»\n"
#define IVANOV_1251 "\xc8\xe2\xe0\xed\xee\xe2;\xa8\xeb\xea\xe0 \xb9" "5 \xab\xb3\xbb\n"

static void ck_decoded(const char *bytes, enum cli_csv_encoding asked, enum cli_csv_encoding found, const char *text)
{
    struct base_buffer out;
    enum cli_csv_encoding encoding;
    char why[CLI_CSV_WHY_MAX] = "";
    base_buffer_init(&out, 1000);
    int r = cli_csv_decode(base_bytes_text(bytes), asked, &out, &encoding, why);
    ck_assert_msg(r == 0, "%s", why);
    ck_assert_int_eq(encoding, found);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out), text));
    base_buffer_clear(&out);
}

static void ck_undecoded(const char *bytes, enum cli_csv_encoding asked, const char *words)
{
    struct base_buffer out;
    enum cli_csv_encoding encoding;
    char why[CLI_CSV_WHY_MAX] = "";
    base_buffer_init(&out, 1000);
    ck_assert_int_eq(cli_csv_decode(base_bytes_text(bytes), asked, &out, &encoding, why), CLI_CSV_UNREADABLE);
    ck_assert_msg(strstr(why, words) != NULL, "%s", why);
    base_buffer_clear(&out);
}

START_TEST(test_encodings)
{
    ck_decoded("a,b", CLI_CSV_UNKNOWN, CLI_CSV_UTF8, "a,b");
    ck_decoded("\xef\xbb\xbf" IVANOV_UTF8, CLI_CSV_UNKNOWN, CLI_CSV_UTF8, IVANOV_UTF8);
    ck_decoded(IVANOV_UTF8, CLI_CSV_UTF8, CLI_CSV_UTF8, IVANOV_UTF8);
    ck_decoded(IVANOV_1251, CLI_CSV_UNKNOWN, CLI_CSV_WINDOWS_1251, IVANOV_UTF8);
    ck_decoded(IVANOV_1251, CLI_CSV_WINDOWS_1251, CLI_CSV_WINDOWS_1251, IVANOV_UTF8);
    /* STRK 1048-2002: 0xa3 is U+04D8, 0x8d U+049A, 0x9d U+049B, 0xbc U+04D9. */
    ck_decoded("\xa3\x8d\x9d\xbc", CLI_CSV_KZ_1048, CLI_CSV_KZ_1048, "ӘҚқә");
}
END_TEST

START_TEST(test_encodings_in_doubt)
{
    ck_undecoded("\xff\xfe" "a", CLI_CSV_UNKNOWN, "UTF-16");
    ck_undecoded(IVANOV_1251, CLI_CSV_UTF8, "no well-formed UTF-8");
    ck_undecoded("\xef\xbb\xbf" IVANOV_1251, CLI_CSV_UNKNOWN, "no well-formed UTF-8");
    ck_undecoded("\xef\xbb\xbf" "a", CLI_CSV_WINDOWS_1251, "byte order mark");
    ck_undecoded("\xa3\xeb\xb3;\xc8", CLI_CSV_UNKNOWN, "KZ-1048"); /* Әлі, or Јлі */
    ck_undecoded("\xe9\xd7\xc1\xce\xcf\xd7", CLI_CSV_UNKNOWN, "KOI8-R"); /* Иванов in KOI8-R */
    ck_undecoded("\xe9\xf7\xe1\xee\xef\xf7", CLI_CSV_UNKNOWN, "no capital letter"); /* ИВАНОВ in KOI8-R */
    ck_undecoded("\x88\xa2\xa0\xad\xae\xa2", CLI_CSV_UNKNOWN, "KZ-1048"); /* Иванов in CP866 */
    ck_undecoded("a\x98", CLI_CSV_WINDOWS_1251, "byte 2");
}
END_TEST

CHECK_MAIN("cli csv", test_rows, test_quotes, test_faults_are_named_and_passed, test_nul, test_unclosed, test_bounds,
           test_many_columns, test_separator, test_encodings, test_encodings_in_doubt)
