#include "gateway/cli/row.h"

#include "base/clock.h"
#include "gateway/cli/moment.h"
#include "gateway/wire/code.h"
#include "gateway/wire/json.h"
#include "gateway/wire/reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { UNTIL_BYTES_MAX = 40 };

static void put(struct cli_row_faults *faults, enum cli_column column, const char *code)
{
    if (faults->count == CLI_ROW_FAULTS_MAX)
        return;
    faults->items[faults->count].column = column;
    faults->items[faults->count++].code = code;
}

static void form_put(struct cli_row_faults *faults, enum cli_column column, enum wire_fault_kind kind)
{
    put(faults, column, wire_fault_code(kind));
}

/* Spaces and spaces that do not break, as spreadsheets leave them. */
static struct base_bytes trimmed(struct base_bytes cell)
{
    for (bool more = true; more;) {
        more = true;
        if (cell.len > 0 && cell.data[0] == ' ')
            cell = base_bytes_of(cell.data + 1, cell.len - 1);
        else if (cell.len > 0 && cell.data[cell.len - 1] == ' ')
            cell.len--;
        else if (cell.len > 1 && memcmp(cell.data, "\xc2\xa0", 2) == 0)
            cell = base_bytes_of(cell.data + 2, cell.len - 2);
        else if (cell.len > 1 && memcmp(cell.data + cell.len - 2, "\xc2\xa0", 2) == 0)
            cell.len -= 2;
        else
            more = false;
    }
    return cell;
}

/* What is no text is told by the description, as missing. */
static int text_set(json_t *json, enum cli_column column, struct base_bytes text)
{
    if (text.len == 0 && !cli_column_is_optional(column))
        return 0;
    return json_object_set_new(json, cli_column_name(column),
                               text.len > 0 ? json_stringn((const char *) text.data, text.len) : json_null());
}

static int role_read(struct base_bytes text, struct cli_row *row, struct cli_row_faults *faults)
{
    row->rights.role = 0;
    if (text.len == 0)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || text.len > 2 || text.data[0] == '0') {
            form_put(faults, CLI_COLUMN_ROLE, WIRE_FAULT_PATTERN);
            return 0;
        }
        row->rights.role = row->rights.role * 10 + (unsigned) (text.data[i] - '0');
    }
    return json_object_set_new(row->json, "role", json_integer(row->rights.role));
}

static unsigned word_bit(enum cli_column column, struct base_bytes word)
{
    return 1u << (column == CLI_COLUMN_BASES ? (unsigned) policy_basis_parse(word) : (unsigned) policy_duty_parse(word));
}

static const char *word_name(enum cli_column column, unsigned number)
{
    return column == CLI_COLUMN_BASES ? policy_basis_name((enum policy_basis) number)
                                      : policy_duty_name((enum policy_duty) number);
}

/* Words as bits; an unknown word is bit 0, which is left out. */
static unsigned words_read(struct base_bytes text, enum cli_column column, struct cli_row_faults *faults)
{
    unsigned bits = 0;
    bool is_unknown = false, is_twice = false;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.data[end] != ' ' && text.data[end] != '|')
            end++;
        if (end > at) {
            unsigned bit = word_bit(column, base_bytes_of(text.data + at, end - at));
            is_unknown |= bit == 1;
            is_twice |= (bits & bit) != 0 && bit != 1;
            bits |= bit;
        }
        at = end + 1;
    }
    if (is_unknown)
        form_put(faults, column, WIRE_FAULT_VALUE);
    if (is_twice)
        form_put(faults, column, WIRE_FAULT_TWICE);
    return bits & ~1u;
}

/* In the order of the enumeration. Bases that nothing was said of are left out: the description tells that they are missing. */
static int words_set(json_t *json, enum cli_column column, unsigned bits)
{
    if (bits == 0 && !cli_column_is_optional(column))
        return 0;
    json_t *list = json_array();
    for (unsigned i = 1; list && bits >> i; i++) {
        if (bits >> i & 1 && json_array_append_new(list, json_string(word_name(column, i)))) {
            json_decref(list);
            return -1;
        }
    }
    return json_object_set_new(json, cli_column_name(column), list);
}

/* The day behind it at 00:00 in the capital; 0 when the text is no day. */
static bool day_read(struct base_bytes text, int64_t *ret_end_us)
{
    char day[sizeof "2027-01-31T23:59:59"];
    const char *d = (const char *) text.data;
    enum { DAY_LEN = 10, SECOND_US = 1000000 };
    if (text.len != DAY_LEN)
        return false;
    if (d[2] == '.' && d[5] == '.')
        snprintf(day, sizeof day, "%.4s-%.2s-%.2sT23:59:59", d + 6, d + 3, d);
    else
        snprintf(day, sizeof day, "%.10sT23:59:59", d);
    if (cli_moment_parse(day, ret_end_us))
        return false;
    *ret_end_us += SECOND_US;
    return true;
}

static int until_read(struct base_bytes text, struct cli_row *row, struct cli_row_faults *faults)
{
    char entry[UNTIL_BYTES_MAX + 1], until[BASE_TIME_TEXT_MAX];
    row->until_us = INT64_MAX;
    if (text.len == 0)
        return json_object_set_new(row->json, "until", json_null());
    bool is_entry = text.len <= UNTIL_BYTES_MAX && !memchr(text.data, '\0', text.len);
    snprintf(entry, sizeof entry, "%.*s", is_entry ? (int) text.len : 0, (const char *) text.data);
    if (!is_entry || (!day_read(base_bytes_text(entry), &row->until_us) && cli_moment_parse(entry, &row->until_us))) {
        form_put(faults, CLI_COLUMN_UNTIL, WIRE_FAULT_DATE);
        return 0;
    }
    base_time_format(row->until_us, until);
    return json_object_set_new(row->json, "until", json_string(until));
}

int cli_row_read(const struct base_bytes cells[static CLI_COLUMN_COUNT], struct cli_row *ret_row,
                 struct cli_row_faults *ret_faults)
{
    static const enum cli_column texts[] = {CLI_COLUMN_IIN,   CLI_COLUMN_BIN,        CLI_COLUMN_UNIT,    CLI_COLUMN_SURNAME,
                                            CLI_COLUMN_GIVEN, CLI_COLUMN_PATRONYMIC, CLI_COLUMN_POSITION};
    struct base_bytes text[CLI_COLUMN_COUNT];
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        text[i] = trimmed(cells[i]);
    ret_faults->count = 0;
    *ret_row = (struct cli_row){.iin = text[CLI_COLUMN_IIN], .json = json_object()};
    struct policy_rights *rights = &ret_row->rights;
    rights->bases = words_read(text[CLI_COLUMN_BASES], CLI_COLUMN_BASES, ret_faults);
    rights->duties = words_read(text[CLI_COLUMN_DUTIES], CLI_COLUMN_DUTIES, ret_faults);
    int r = 0;
    for (size_t i = 0; r == 0 && i < BASE_ARRAY_LENGTH(texts); i++)
        r = text_set(ret_row->json, texts[i], text[texts[i]]);
    if (r == 0)
        r = role_read(text[CLI_COLUMN_ROLE], ret_row, ret_faults);
    if (r == 0)
        r = words_set(ret_row->json, CLI_COLUMN_BASES, rights->bases);
    if (r == 0)
        r = words_set(ret_row->json, CLI_COLUMN_DUTIES, rights->duties);
    if (r == 0)
        r = until_read(text[CLI_COLUMN_UNTIL], ret_row, ret_faults);
    return r ? -ENOMEM : 0;
}

void cli_row_clear(struct cli_row *row)
{
    json_decref(row->json);
    row->json = NULL;
}

int cli_row_encode(const struct cli_row *row, struct base_buffer *out)
{
    return wire_json_canonical(row->json, out);
}

/* ---- checking ---- */

bool cli_row_is_faulty(const struct cli_row_faults *faults, enum cli_column column)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->items[i].column == column)
            return true;
    return false;
}

/* The first part of a pointer is the column: "/bases/0" is of "bases". */
static enum cli_column column_of(const char *pointer)
{
    unsigned column = 0;
    struct base_bytes name = base_bytes_of(pointer + 1, pointer[0] ? strcspn(pointer + 1, "/") : 0);
    while (column < CLI_COLUMN_COUNT && !base_bytes_equal_text(name, cli_column_name((enum cli_column) column)))
        column++;
    return (enum cli_column) column;
}

static void rights_check(const struct cli_row_rule *rule, const struct policy_rights *rights, struct cli_row_faults *faults)
{
    unsigned reasons = policy_rights_check(rule->edition, rights);
    for (unsigned reason = POLICY_REASON_NONE + 1; reason <= POLICY_REASON_MAX; reason++)
        if (reasons >> reason & 1)
            put(faults, reason == POLICY_REASON_DUTY_NOT_OF_ROLE ? CLI_COLUMN_DUTIES : CLI_COLUMN_BASES,
                wire_code_text(wire_code_of_reason((enum policy_reason) reason)));
    if (rights->duties != 0 && !(rights->bases >> POLICY_BASIS_OTHER_DUTIES & 1))
        put(faults, CLI_COLUMN_DUTIES, wire_code_text(WIRE_CODE_FORM_INCOMPLETE));
}

void cli_row_check(const struct cli_row_rule *rule, const struct cli_row *row, struct cli_row_faults *faults)
{
    struct wire_faults found;
    wire_acts_row_check(rule->acts, row->json, &found);
    for (size_t i = 0; i < found.count; i++) {
        enum cli_column column = column_of(found.items[i].member);
        /* What could not be read was told, and is missing for that. */
        if (!cli_row_is_faulty(faults, column))
            form_put(faults, column, found.items[i].kind);
    }
    /* Of rights that cannot be read nothing more is said. */
    if (!cli_row_is_faulty(faults, CLI_COLUMN_ROLE) && !cli_row_is_faulty(faults, CLI_COLUMN_BASES) &&
        !cli_row_is_faulty(faults, CLI_COLUMN_DUTIES))
        rights_check(rule, &row->rights, faults);
    if (row->until_us <= rule->now_us)
        put(faults, CLI_COLUMN_UNTIL, wire_code_text(WIRE_CODE_PERIOD_WRONG));
}
