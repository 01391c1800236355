#include "gateway/cli/roster.h"

#include "base/encoding.h"
#include "base/file.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/suggest.h"
#include "gateway/wire/code.h"
#include "gateway/wire/service.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

void cli_roster_fault_put(struct cli_roster_faults *faults, const struct cli_roster_fault *fault)
{
    if (faults->count < CLI_ROSTER_FAULTS_MAX)
        faults->items[faults->count] = *fault;
    faults->count++;
}

static void fault_put(struct cli_roster *roster, uint32_t row, uint32_t line, const char *column, const char *code,
                      uint32_t other)
{
    struct cli_roster_fault fault = {.row = row, .line = line, .other = other};
    snprintf(fault.column, sizeof fault.column, "%s", column);
    snprintf(fault.code, sizeof fault.code, "%s", code);
    cli_roster_fault_put(&roster->faults, &fault);
}

static int unusable(char ret_why[static CLI_ROSTER_WHY_MAX], const char *format, ...) BASE_PRINTF(2, 3);

static int unusable(char ret_why[static CLI_ROSTER_WHY_MAX], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ret_why, CLI_ROSTER_WHY_MAX, format, arguments);
    va_end(arguments);
    return CLI_ROSTER_UNUSABLE;
}

/* ---- who stands in the file already ---- */

struct seen {
    struct seen_slot {
        uint64_t iin; /* plus one: 0 is an empty slot */
        uint32_t row;
    } *slots;
    size_t room, count; /* room is a power of two */
};

static struct seen_slot *slot_find(const struct seen *seen, uint64_t key)
{
    size_t at = (size_t) (key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (seen->room - 1);
    while (seen->slots[at].iin != 0 && seen->slots[at].iin != key)
        at = (at + 1) & (seen->room - 1);
    return &seen->slots[at];
}

static int seen_grow(struct seen *seen)
{
    enum { ROOM_FIRST = 4096 };
    struct seen bigger = {.room = seen->room ? 2 * seen->room : ROOM_FIRST, .count = seen->count};
    bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < seen->room; i++)
        if (seen->slots[i].iin != 0)
            *slot_find(&bigger, seen->slots[i].iin) = seen->slots[i];
    free(seen->slots);
    *seen = bigger;
    return 0;
}

/* The row that has this IIN already, or 0: then it is this one's. -ENOMEM. */
static int seen_put(struct seen *seen, struct base_bytes iin, uint32_t row, uint32_t *ret_other)
{
    uint64_t key = 1;
    for (size_t i = 0; i < iin.len; i++)
        key = key * 10 + (iin.data[i] - '0');
    if (2 * seen->count >= seen->room && seen_grow(seen))
        return -ENOMEM;
    struct seen_slot *slot = slot_find(seen, key);
    *ret_other = slot->iin ? slot->row : 0;
    if (!slot->iin) {
        *slot = (struct seen_slot){.iin = key, .row = row};
        seen->count++;
    }
    return 0;
}

/* ---- the header ---- */

static void shown_word(struct base_bytes word, char ret_text[static CLI_ROSTER_WORD_MAX])
{
    struct base_buffer shown BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&shown, 4 * CLI_CSV_FIELD_BYTES_MAX);
    (void) cli_screen_text(word, &shown);
    size_t len = shown.len < CLI_ROSTER_WORD_MAX ? shown.len : CLI_ROSTER_WORD_MAX - 1;
    while (len > 0 && len < shown.len && (shown.data[len] & 0xc0) == 0x80)
        len--;
    snprintf(ret_text, CLI_ROSTER_WORD_MAX, "%.*s", (int) len, shown.data ? (const char *) shown.data : "");
}

static int header_unknown(struct base_bytes word, size_t field, char ret_why[static CLI_ROSTER_WHY_MAX])
{
    char shown[CLI_ROSTER_WORD_MAX];
    struct cli_suggestion suggestion = {0};
    shown_word(word, shown);
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        cli_suggestion_check(&suggestion, (const char *) word.data, word.len, cli_column_name((enum cli_column) i));
    return unusable(ret_why, "the header's column %zu, \"%s\", is none of an import's%s%s%s", field + 1, shown,
                    suggestion.name ? "; is it \"" : "", suggestion.name ? suggestion.name : "",
                    suggestion.name ? "\"?" : "");
}

static int header_take(struct cli_roster *roster, const struct cli_csv_row *header, char ret_why[static CLI_ROSTER_WHY_MAX])
{
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        roster->place[i] = CLI_CSV_COLUMNS_MAX;
    if (header->fault != CLI_CSV_FAULT_NONE)
        return unusable(ret_why, "the header's column %zu cannot be read: a quote, a line end or its length is wrong",
                        header->fault_column);
    for (size_t i = 0; i < header->count; i++) {
        enum cli_column column = cli_column_find(header->fields[i]);
        if (column == CLI_COLUMN_COUNT)
            return header_unknown(header->fields[i], i, ret_why);
        if (roster->place[column] != CLI_CSV_COLUMNS_MAX)
            return unusable(ret_why, "the header names %s twice", cli_column_name(column));
        roster->place[column] = i;
    }
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        if (roster->place[i] == CLI_CSV_COLUMNS_MAX && !cli_column_is_optional((enum cli_column) i))
            return unusable(ret_why, "the header names no column %s", cli_column_name((enum cli_column) i));
    return 0;
}

/* ---- rows ---- */

static const char *csv_code(enum cli_csv_fault fault)
{
    switch (fault) {
    case CLI_CSV_FAULT_NONE:
        break;
    case CLI_CSV_FAULT_NUL:
        return "csv-nul";
    case CLI_CSV_FAULT_QUOTE:
        return "csv-quote";
    case CLI_CSV_FAULT_RETURN:
        return "csv-return";
    case CLI_CSV_FAULT_FIELD_LONG:
        return "csv-field-long";
    case CLI_CSV_FAULT_FIELD_COUNT:
        return "csv-field-count";
    case CLI_CSV_FAULT_UNCLOSED:
        return "csv-unclosed";
    case CLI_CSV_FAULT_ROW_LONG:
        return "csv-row-long";
    case CLI_CSV_FAULT_COLUMNS_MANY:
        return "csv-columns-many";
    }
    return "";
}

static void csv_fault_put(struct cli_roster *roster, const struct cli_csv_row *row)
{
    char column[CLI_ROSTER_WORD_MAX];
    snprintf(column, sizeof column, "%zu", row->fault == CLI_CSV_FAULT_FIELD_COUNT ? row->count : row->fault_column);
    for (size_t i = 0; row->fault != CLI_CSV_FAULT_FIELD_COUNT && i < CLI_COLUMN_COUNT; i++)
        if (roster->place[i] + 1 == row->fault_column)
            snprintf(column, sizeof column, "%s", cli_column_name((enum cli_column) i));
    fault_put(roster, (uint32_t) roster->rows, row->line, column, csv_code(row->fault), 0);
}

static void cells_take(const struct cli_roster *roster, const struct cli_csv_row *row,
                       struct base_bytes ret_cells[static CLI_COLUMN_COUNT])
{
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        ret_cells[i] = roster->place[i] < row->count ? row->fields[roster->place[i]] : base_bytes_of(NULL, 0);
}

/* In the order of the columns; last what is of none. */
static void faults_put(struct cli_roster *roster, uint32_t line, const struct cli_row_faults *faults)
{
    for (unsigned column = 0; column <= CLI_COLUMN_COUNT; column++)
        for (size_t i = 0; i < faults->count; i++)
            if (faults->items[i].column == column)
                fault_put(roster, (uint32_t) roster->rows, line, cli_column_name((enum cli_column) column),
                          faults->items[i].code, 0);
}

static int row_check(struct cli_roster *roster, const struct cli_csv_row *read, const struct cli_roster_rule *rule,
                     struct seen *seen)
{
    struct base_bytes cells[CLI_COLUMN_COUNT];
    struct cli_row row;
    struct cli_row_faults faults;
    uint32_t number = (uint32_t) roster->rows, other = 0;
    if (read->fault != CLI_CSV_FAULT_NONE) {
        csv_fault_put(roster, read);
        return 0;
    }
    cells_take(roster, read, cells);
    int r = cli_row_read(cells, &row, &faults);
    if (r == 0)
        cli_row_check(&rule->row, &row, &faults);
    cli_row_clear(&row);
    faults_put(roster, read->line, &faults);
    if (r || cli_row_is_faulty(&faults, CLI_COLUMN_IIN))
        return r;
    if (seen_put(seen, row.iin, number, &other))
        return -ENOMEM;
    if (other)
        fault_put(roster, number, read->line, "iin", wire_code_text(WIRE_CODE_ALREADY_SO), other);
    if (rule->importer && base_bytes_equal_text(row.iin, rule->importer))
        fault_put(roster, number, read->line, "iin", wire_code_text(WIRE_CODE_OWN_ACT), 0);
    return 0;
}

static int line_keep(struct cli_roster *roster, uint32_t line)
{
    if (roster->rows == roster->lines_room) {
        size_t room = roster->lines_room ? 2 * roster->lines_room : 4096;
        uint32_t *lines = reallocarray(roster->lines, room, sizeof *lines);
        if (!lines)
            return -ENOMEM;
        roster->lines = lines;
        roster->lines_room = room;
    }
    roster->lines[roster->rows++] = line;
    return 0;
}

static int rows_check(struct cli_roster *roster, const struct cli_roster_rule *rule, char ret_why[static CLI_ROSTER_WHY_MAX])
{
    struct cli_csv_row row;
    struct seen seen = {0};
    int r = cli_csv_next(&roster->csv, &row);
    if (r == 0)
        r = header_take(roster, &row, ret_why);
    while (r == 0 && (r = cli_csv_next(&roster->csv, &row)) == 0) {
        if (roster->rows == CLI_ROSTER_ROWS_MAX)
            r = unusable(ret_why, "the file holds more than %d rows", CLI_ROSTER_ROWS_MAX);
        else
            r = line_keep(roster, row.line);
        if (r == 0)
            r = row_check(roster, &row, rule, &seen);
        if (r)
            break;
    }
    free(seen.slots);
    /* CLI_CSV_END is how it ends well; CLI_ROSTER_UNUSABLE has the same number but its own words. */
    if (r < 0 || ret_why[0])
        return r < 0 ? r : CLI_ROSTER_UNUSABLE;
    return roster->rows > 0 ? 0 : unusable(ret_why, "the file holds a header and no row");
}

/* Before the first row again. */
static int rewind_rows(struct cli_roster *roster, char ret_why[static CLI_ROSTER_WHY_MAX])
{
    struct cli_csv_row header;
    char why[CLI_CSV_WHY_MAX];
    cli_csv_clear(&roster->csv);
    int r = cli_csv_begin(base_buffer_view(&roster->text), &roster->csv, why);
    if (r == 0)
        r = cli_csv_next(&roster->csv, &header);
    return r > 0 ? unusable(ret_why, "the file cannot be read twice") : r;
}

static int text_read(const char *path, enum cli_csv_encoding encoding, struct cli_roster *roster,
                     char ret_why[static CLI_ROSTER_WHY_MAX])
{
    struct base_buffer file BASE_CLEANUP(base_buffer_clear);
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char why[CLI_CSV_WHY_MAX];
    base_buffer_init(&file, CLI_CSV_FILE_BYTES_MAX);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &file);
    if (r == -ENOMEM)
        return r;
    if (r)
        return unusable(ret_why, "cannot be read: %s", cli_reason_text(r));
    SHA256(file.data, file.len, digest);
    base_hex_digest(digest, roster->sha256);
    r = cli_csv_decode(base_buffer_view(&file), encoding, &roster->text, &roster->encoding, why);
    if (r == 0)
        r = cli_csv_begin(base_buffer_view(&roster->text), &roster->csv, why);
    return r > 0 ? unusable(ret_why, "%s", why) : r;
}

int cli_roster_read(const char *path, const struct cli_roster_rule *rule, struct cli_roster *ret_roster,
                    char ret_why[static CLI_ROSTER_WHY_MAX])
{
    *ret_roster = (struct cli_roster){0};
    ret_why[0] = '\0';
    base_buffer_init(&ret_roster->text, CLI_CSV_TEXT_BYTES_MAX);
    int r = text_read(path, rule->encoding, ret_roster, ret_why);
    if (r == 0)
        r = rows_check(ret_roster, rule, ret_why);
    return r == 0 ? rewind_rows(ret_roster, ret_why) : r;
}

void cli_roster_clear(struct cli_roster *roster)
{
    base_buffer_clear(&roster->text);
    cli_csv_clear(&roster->csv);
    free(roster->lines);
    roster->lines = NULL;
    roster->rows = roster->lines_room = 0;
}

int cli_roster_part(struct cli_roster *roster, struct base_buffer *out, size_t *ret_rows)
{
    struct base_bytes cells[CLI_COLUMN_COUNT];
    struct cli_csv_row read;
    struct cli_row row;
    struct cli_row_faults faults;
    size_t rows = 0, begin = out->len;
    int r = base_buffer_append_text(out, "[");
    while (r == 0 && rows < CLI_ROSTER_PART_ROWS_MAX && out->len - begin + CLI_ROW_BYTES_MAX < CLI_ROSTER_PART_BYTES_MAX) {
        r = cli_csv_next(&roster->csv, &read);
        if (r == CLI_CSV_END)
            break;
        if (r == 0 && rows > 0)
            r = base_buffer_append_text(out, ",");
        if (r == 0) {
            cells_take(roster, &read, cells);
            r = cli_row_read(cells, &row, &faults);
            if (r == 0)
                r = cli_row_encode(&row, out);
            cli_row_clear(&row);
        }
        rows++;
    }
    if (r < 0)
        return r;
    if (rows == 0)
        return CLI_ROSTER_END;
    *ret_rows = rows;
    return base_buffer_append_text(out, "]");
}
