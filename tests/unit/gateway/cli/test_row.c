/* Proves that a row of an import says what its cells say, in the JSON of docs/PROTOCOL-ACCESS.md, and that each fault of a
 * form, of rights and of a term is told by column and code; that headers are found in three languages; and that a file gives
 * all its faults, and its rows in parts. */
#include "base/clock.h"
#include "base/data.h"
#include "gateway/cli/installed.h"
#include "gateway/cli/names.h"
#include "gateway/cli/roster.h"
#include "policy/edition.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW_US INT64_C(1795330800000000) /* 2026-11-22T12:00:00+05:00 */

static struct cli_names names;
static struct wire_acts *acts;

static struct cli_row_rule rule(void)
{
    if (!names.editions) {
        ck_assert_int_eq(base_clock_zone_init(), 0);
        cli_names_read(&names);
        ck_assert_ptr_nonnull(names.editions);
        ck_assert(cli_installed_acts(&acts));
    }
    return (struct cli_row_rule){.acts = acts, .edition = policy_edition_at(names.editions, NOW_US), .now_us = NOW_US};
}

static const char *const good[CLI_COLUMN_COUNT] = {"500101100000", "300140000015", "dep.1", "ҮЛГІ", "БАЯН", "БІРІНШІҚЫЗЫ",
                                                   "Инспектор", "2", "operative_search other_duties", "app4.1", ""};

static void read_changed(enum cli_column column, const char *text, struct cli_row *ret_row, struct cli_row_faults *ret_faults)
{
    struct base_bytes cells[CLI_COLUMN_COUNT];
    const struct cli_row_rule now = rule();
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        cells[i] = base_bytes_text(good[i]);
    if (column < CLI_COLUMN_COUNT)
        cells[column] = base_bytes_text(text);
    ck_assert_int_eq(cli_row_read(cells, ret_row, ret_faults), 0);
    cli_row_check(&now, ret_row, ret_faults);
}

START_TEST(test_good)
{
    struct cli_row row;
    struct cli_row_faults faults;
    struct base_buffer out;
    base_buffer_init(&out, CLI_ROW_BYTES_MAX);
    read_changed(CLI_COLUMN_COUNT, NULL, &row, &faults);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_int_eq(cli_row_encode(&row, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_str_eq(text, "{\"bases\":[\"operative_search\",\"other_duties\"],\"bin\":\"300140000015\",\"duties\":[\"app4.1\"],"
                           "\"given\":\"БАЯН\",\"iin\":\"500101100000\",\"patronymic\":\"БІРІНШІҚЫЗЫ\","
                           "\"position\":\"Инспектор\",\"role\":2,\"surname\":\"ҮЛГІ\",\"unit\":\"dep.1\",\"until\":null}");
    free(text);
    cli_row_clear(&row);
}
END_TEST

START_TEST(test_cells)
{
    static const struct {
        enum cli_column column;
        const char *text, *part; /* of the JSON */
    } cases[] = {
        {CLI_COLUMN_SURNAME, "  \xc2\xa0ҮЛ \"ГІ\" ", "\"surname\":\"ҮЛ \\\"ГІ\\\"\""},
        {CLI_COLUMN_PATRONYMIC, " ", "\"patronymic\":null"},
        {CLI_COLUMN_UNIT, "", "\"unit\":null"},
        {CLI_COLUMN_BASES, "other_duties|search_measures | operative_search",
         "\"bases\":[\"operative_search\",\"search_measures\",\"other_duties\"]"},
        {CLI_COLUMN_DUTIES, "", "\"duties\":[]"},
        {CLI_COLUMN_ROLE, " 2 ", "\"role\":2"},
        /* A day lasts to its end in the capital: +05:00 since 1 March 2024. */
        {CLI_COLUMN_UNTIL, "2027-01-31", "\"until\":\"2027-02-01T00:00:00+05:00\""},
        {CLI_COLUMN_UNTIL, "31.12.2027", "\"until\":\"2028-01-01T00:00:00+05:00\""},
        {CLI_COLUMN_UNTIL, "2027-01-31 18:30", "\"until\":\"2027-01-31T18:30:00+05:00\""},
        {CLI_COLUMN_UNTIL, "2027-01-31T13:30:00Z", "\"until\":\"2027-01-31T18:30:00+05:00\""},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_row row;
        struct cli_row_faults faults;
        struct base_buffer out;
        base_buffer_init(&out, CLI_ROW_BYTES_MAX);
        read_changed(cases[i].column, cases[i].text, &row, &faults);
        ck_assert_msg(faults.count == 0, "\"%s\": %s", cases[i].text, faults.count ? faults.items[0].code : "");
        ck_assert_int_eq(cli_row_encode(&row, &out), 0);
        char *text = base_buffer_take_text(&out);
        ck_assert_msg(strstr(text, cases[i].part) != NULL, "%s", text);
        free(text);
        cli_row_clear(&row);
    }
}
END_TEST

START_TEST(test_faults)
{
    static char long_name[2 * 201 + 1]; /* of 201 two-byte letters */
    static const struct {
        enum cli_column column;
        const char *text, *code;
        enum cli_column told;
    } cases[] = {
        {CLI_COLUMN_IIN, "", "missing", CLI_COLUMN_IIN},
        {CLI_COLUMN_IIN, "500101100001", "check-digit-wrong", CLI_COLUMN_IIN},
        {CLI_COLUMN_IIN, "50010110000", "form-wrong", CLI_COLUMN_IIN},
        {CLI_COLUMN_IIN, "5.001E+11", "form-wrong", CLI_COLUMN_IIN},
        {CLI_COLUMN_BIN, "300140000016", "check-digit-wrong", CLI_COLUMN_BIN},
        {CLI_COLUMN_UNIT, "бөлім", "form-wrong", CLI_COLUMN_UNIT},
        {CLI_COLUMN_UNIT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "length-wrong", CLI_COLUMN_UNIT},
        {CLI_COLUMN_SURNAME, " ", "missing", CLI_COLUMN_SURNAME},
        {CLI_COLUMN_SURNAME, long_name, "length-wrong", CLI_COLUMN_SURNAME},
        {CLI_COLUMN_GIVEN, "БА\tЯН", "character-wrong", CLI_COLUMN_GIVEN},
        {CLI_COLUMN_PATRONYMIC, "a\xe2\x80\xae" "b", "character-wrong", CLI_COLUMN_PATRONYMIC},
        {CLI_COLUMN_POSITION, "x\ny", "character-wrong", CLI_COLUMN_POSITION},
        {CLI_COLUMN_ROLE, "", "missing", CLI_COLUMN_ROLE},
        {CLI_COLUMN_ROLE, "02", "form-wrong", CLI_COLUMN_ROLE},
        {CLI_COLUMN_ROLE, "16", "out-of-range", CLI_COLUMN_ROLE},
        {CLI_COLUMN_BASES, " | ", "missing", CLI_COLUMN_BASES},
        {CLI_COLUMN_BASES, "operative_search,other_duties", "value-not-allowed", CLI_COLUMN_BASES},
        {CLI_COLUMN_BASES, "other_duties other_duties", "twice", CLI_COLUMN_BASES},
        {CLI_COLUMN_BASES, "operative_search", "form-incomplete", CLI_COLUMN_DUTIES}, /* duties without their basis */
        {CLI_COLUMN_DUTIES, "app4.9", "value-not-allowed", CLI_COLUMN_DUTIES},
        {CLI_COLUMN_DUTIES, "app5.1", "duty-not-of-role", CLI_COLUMN_DUTIES},
        {CLI_COLUMN_UNTIL, "2026-11-21", "period-wrong", CLI_COLUMN_UNTIL},
        {CLI_COLUMN_UNTIL, "2026-11-22 12:00", "period-wrong", CLI_COLUMN_UNTIL},
        {CLI_COLUMN_UNTIL, "31.02.2027", "date-wrong", CLI_COLUMN_UNTIL},
        {CLI_COLUMN_UNTIL, "02/28/2027", "date-wrong", CLI_COLUMN_UNTIL},
        {CLI_COLUMN_UNTIL, "never", "date-wrong", CLI_COLUMN_UNTIL},
    };
    for (size_t i = 0; i + 1 < sizeof long_name; i += 2)
        memcpy(long_name + i, "Ә", 2);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_row row;
        struct cli_row_faults faults;
        read_changed(cases[i].column, cases[i].text, &row, &faults);
        ck_assert_msg(faults.count == 1, "\"%s\": %zu faults", cases[i].text, faults.count);
        ck_assert_str_eq(faults.items[0].code, cases[i].code);
        ck_assert_int_eq(faults.items[0].column, cases[i].told);
        cli_row_clear(&row);
    }
}
END_TEST

START_TEST(test_header_words)
{
    static const struct {
        const char *word;
        enum cli_column column;
    } cases[] = {
        {"iin", CLI_COLUMN_IIN},           {" IIN ", CLI_COLUMN_IIN},
        {"ИИН", CLI_COLUMN_IIN},           {"ЖСН", CLI_COLUMN_IIN},
        {"Органның БСН-і", CLI_COLUMN_BIN}, {"ФАМИЛИЯ", CLI_COLUMN_SURNAME},
        {"Әкесінің аты", CLI_COLUMN_PATRONYMIC}, {"Рөлі", CLI_COLUMN_ROLE},
        {"ҚҰҚЫҚТЫҚ НЕГІЗДЕР", CLI_COLUMN_BASES}, {"Иные обязанности", CLI_COLUMN_DUTIES},
        {"until", CLI_COLUMN_UNTIL},       {"name", CLI_COLUMN_COUNT},
        {"", CLI_COLUMN_COUNT},            {"\xd0", CLI_COLUMN_COUNT},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++)
        ck_assert_msg(cli_column_find(base_bytes_text(cases[i].word)) == cases[i].column, "\"%s\"", cases[i].word);
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        ck_assert_uint_eq(cli_column_find(base_bytes_text(cli_column_name((enum cli_column) i))), i);
}
END_TEST

/* ---- files ---- */

#define HEADER "role;bases;position;given;surname;bin;iin\n"
#define ROW(iin) "2;operative_search;Инспектор;БАЯН;ҮЛГІ;300140000015;" iin "\n"

static int read_text(const char *text, struct cli_roster *ret_roster, char ret_why[static CLI_ROSTER_WHY_MAX])
{
    char path[] = "/tmp/roster-XXXXXX";
    const struct cli_roster_rule how = {.row = rule(), .importer = "500615200011"};
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    close(fd);
    int r = cli_roster_read(path, &how, ret_roster, ret_why);
    unlink(path);
    return r;
}

START_TEST(test_all_faults)
{
    static const struct {
        uint32_t row, line, other;
        const char *column, *code;
    } expected[] = {
        {2, 3, 1, "iin", "already-so"},     {3, 4, 0, "iin", "own-act"},       {4, 5, 0, "surname", "csv-quote"},
        {5, 6, 0, "role", "out-of-range"},  {5, 6, 0, "bin", "form-wrong"},    {6, 7, 0, "1", "csv-field-count"},
    };
    struct cli_roster roster;
    char why[CLI_ROSTER_WHY_MAX];
    ck_assert_int_eq(read_text(HEADER ROW("500101100000") ROW("500101100000") ROW("500615200011")
                                   "2;operative_search;x;y;\"a\"b;300140000015;500101200007\n"
                                   "99;operative_search;x;y;z;30014;500101200007\n"
                                   "1\n",
                               &roster, why),
                     0);
    ck_assert_uint_eq(roster.rows, 6);
    ck_assert_uint_eq(roster.faults.count, BASE_ARRAY_LENGTH(expected));
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(expected); i++) {
        bool found = false;
        for (size_t k = 0; k < roster.faults.count; k++) {
            const struct cli_roster_fault *fault = &roster.faults.items[k];
            found |= fault->row == expected[i].row && fault->line == expected[i].line && fault->other == expected[i].other &&
                     strcmp(fault->column, expected[i].column) == 0 && strcmp(fault->code, expected[i].code) == 0;
        }
        ck_assert_msg(found, "row %u: %s %s", expected[i].row, expected[i].column, expected[i].code);
    }
    cli_roster_clear(&roster);
}
END_TEST

START_TEST(test_faults_are_counted)
{
    enum { ROWS = CLI_ROSTER_FAULTS_MAX + 50 };
    struct cli_roster roster;
    char why[CLI_ROSTER_WHY_MAX];
    char *text = calloc(1, 200 * (ROWS + 1));
    strcat(text, HEADER);
    for (size_t i = 0; i < ROWS; i++)
        strcat(text, ROW("500101100001"));
    ck_assert_int_eq(read_text(text, &roster, why), 0);
    ck_assert_uint_eq(roster.faults.count, ROWS);
    ck_assert_uint_eq(roster.faults.items[CLI_ROSTER_FAULTS_MAX - 1].row, CLI_ROSTER_FAULTS_MAX);
    cli_roster_clear(&roster);
    free(text);
}
END_TEST

START_TEST(test_unusable)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "empty"},
        {HEADER, "a header and no row"},
        {"iin;bin\n", "names no column surname"},
        {"iin;bin;surnam\n", "column 3, \"surnam\", is none of an import's; is it \"surname\"?"},
        {"iin;bin;\x1b[2J\n", "is none of an import's"},
        {"iin;ИИН\n", "names iin twice"},
        {"iin;\"bin\n", "column 2 cannot be read"},
        {"\xa3;\n", "--encoding"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct cli_roster roster;
        char why[CLI_ROSTER_WHY_MAX];
        ck_assert_int_eq(read_text(cases[i].text, &roster, why), CLI_ROSTER_UNUSABLE);
        ck_assert_msg(strstr(why, cases[i].why) != NULL, "%s", why);
        ck_assert_ptr_null(strchr(why, '\x1b'));
        cli_roster_clear(&roster);
    }
}
END_TEST

START_TEST(test_parts)
{
    struct cli_roster roster;
    char why[CLI_ROSTER_WHY_MAX];
    struct base_buffer part;
    size_t rows = 0;
    base_buffer_init(&part, CLI_ROSTER_PART_BYTES_MAX);
    ck_assert_int_eq(read_text(HEADER ROW("500101100000") ROW("500101200007"), &roster, why), 0);
    ck_assert_uint_eq(roster.faults.count, 0);
    ck_assert_int_eq(cli_roster_part(&roster, &part, &rows), 0);
    ck_assert_uint_eq(rows, 2);
#define OFFICER(iin)                                                                                                          \
    "{\"bases\":[\"operative_search\"],\"bin\":\"300140000015\",\"duties\":[],\"given\":\"БАЯН\",\"iin\":\"" iin                \
    "\",\"patronymic\":null,\"position\":\"Инспектор\",\"role\":2,\"surname\":\"ҮЛГІ\",\"unit\":null,\"until\":null}"
    ck_assert(base_bytes_equal_text(base_buffer_view(&part), "[" OFFICER("500101100000") "," OFFICER("500101200007") "]"));
    base_buffer_reset(&part);
    ck_assert_int_eq(cli_roster_part(&roster, &part, &rows), CLI_ROSTER_END);
    base_buffer_clear(&part);
    cli_roster_clear(&roster);
}
END_TEST

CHECK_MAIN("cli rows of an import", test_good, test_cells, test_faults, test_header_words, test_all_faults,
           test_faults_are_counted, test_unusable, test_parts)
