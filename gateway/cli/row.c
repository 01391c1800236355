#include "gateway/cli/row.h"

#include "base/idnum.h"
#include "base/text.h"
#include "gateway/cli/moment.h"
#include "gateway/wire/code.h"
#include "gateway/wire/service.h"

#include <stdio.h>

enum { NAME_CHARACTERS_MAX = 200, POSITION_CHARACTERS_MAX = 300, UNIT_BYTES_MAX = 40, UNTIL_BYTES_MAX = 40 };

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

static void idnum_check(struct base_bytes text, enum cli_column column, struct cli_row_faults *faults)
{
    if (text.len == 0) {
        form_put(faults, column, WIRE_FAULT_MISSING);
        return;
    }
    switch (base_idnum_check(text)) {
    case BASE_IDNUM_VALID:
        return;
    case BASE_IDNUM_CHECK_WRONG:
        form_put(faults, column, WIRE_FAULT_CHECK_DIGIT);
        return;
    case BASE_IDNUM_MALFORMED:
        break;
    }
    form_put(faults, column, WIRE_FAULT_PATTERN);
}

static void text_check(struct base_bytes text, enum cli_column column, size_t characters_max, struct cli_row_faults *faults)
{
    if (text.len == 0) {
        if (!cli_column_is_optional(column))
            form_put(faults, column, WIRE_FAULT_MISSING);
        return;
    }
    if (!base_text_is_plain(text, BASE_TEXT_ONE_LINE))
        form_put(faults, column, WIRE_FAULT_CHARACTER);
    else if (base_text_length(text) > characters_max)
        form_put(faults, column, WIRE_FAULT_LENGTH);
}

static void unit_check(struct base_bytes text, struct cli_row_faults *faults)
{
    static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._/-";
    if (text.len > UNIT_BYTES_MAX)
        form_put(faults, CLI_COLUMN_UNIT, WIRE_FAULT_LENGTH);
    for (size_t i = 0; i < text.len; i++) {
        if (!memchr(allowed, text.data[i], sizeof allowed - 1)) {
            form_put(faults, CLI_COLUMN_UNIT, WIRE_FAULT_PATTERN);
            return;
        }
    }
}

static unsigned role_read(struct base_bytes text, struct cli_row_faults *faults)
{
    unsigned role = 0;
    if (text.len == 0) {
        form_put(faults, CLI_COLUMN_ROLE, WIRE_FAULT_MISSING);
        return 0;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || text.len > 2 || text.data[0] == '0') {
            form_put(faults, CLI_COLUMN_ROLE, WIRE_FAULT_PATTERN);
            return 0;
        }
        role = role * 10 + (unsigned) (text.data[i] - '0');
    }
    if (role < 1 || role > POLICY_ROLE_MAX) {
        form_put(faults, CLI_COLUMN_ROLE, WIRE_FAULT_RANGE);
        return 0;
    }
    return role;
}

static unsigned basis_bit(struct base_bytes word)
{
    return 1u << policy_basis_parse(word);
}

static unsigned duty_bit(struct base_bytes word)
{
    return 1u << policy_duty_parse(word);
}

/* Words as bits; an unknown word is bit 0, which is left out. */
static unsigned words_read(struct base_bytes text, enum cli_column column, unsigned (*bit_of)(struct base_bytes word),
                           struct cli_row_faults *faults)
{
    unsigned bits = 0;
    bool is_unknown = false, is_twice = false;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.data[end] != ' ' && text.data[end] != '|')
            end++;
        if (end > at) {
            unsigned bit = bit_of(base_bytes_of(text.data + at, end - at));
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

static void until_read(const struct cli_row_rule *rule, struct cli_row *row, struct cli_row_faults *faults)
{
    struct base_bytes text = row->text[CLI_COLUMN_UNTIL];
    char entry[UNTIL_BYTES_MAX + 1];
    int64_t until_us = 0;
    row->until[0] = '\0';
    if (text.len == 0)
        return;
    if (text.len > UNTIL_BYTES_MAX || memchr(text.data, '\0', text.len)) {
        form_put(faults, CLI_COLUMN_UNTIL, WIRE_FAULT_DATE);
        return;
    }
    snprintf(entry, sizeof entry, "%.*s", (int) text.len, (const char *) text.data);
    if (!day_read(base_bytes_text(entry), &until_us) && cli_moment_parse(entry, &until_us)) {
        form_put(faults, CLI_COLUMN_UNTIL, WIRE_FAULT_DATE);
        return;
    }
    if (until_us <= rule->now_us)
        put(faults, CLI_COLUMN_UNTIL, wire_code_text(WIRE_CODE_PERIOD_WRONG));
    base_time_format(until_us, row->until);
}

static void rights_check(const struct cli_row_rule *rule, const struct policy_rights *rights, struct cli_row_faults *faults)
{
    unsigned reasons = policy_rights_check(rule->edition, rights);
    if (reasons >> POLICY_REASON_ROLE_BASIS & 1)
        put(faults, CLI_COLUMN_BASES, wire_code_text(WIRE_CODE_ROLE_BASIS));
    if (reasons >> POLICY_REASON_DUTY_MISSING & 1)
        put(faults, CLI_COLUMN_BASES, wire_code_text(WIRE_CODE_DUTY_MISSING));
    if (reasons >> POLICY_REASON_DUTY_NOT_OF_ROLE & 1)
        put(faults, CLI_COLUMN_DUTIES, wire_code_text(WIRE_CODE_DUTY_NOT_OF_ROLE));
    if (rights->duties != 0 && !(rights->bases >> POLICY_BASIS_OTHER_DUTIES & 1))
        put(faults, CLI_COLUMN_DUTIES, wire_code_text(WIRE_CODE_FORM_INCOMPLETE));
}

void cli_row_read(const struct base_bytes cells[static CLI_COLUMN_COUNT], const struct cli_row_rule *rule,
                  struct cli_row *ret_row, struct cli_row_faults *ret_faults)
{
    ret_faults->count = 0;
    for (size_t i = 0; i < CLI_COLUMN_COUNT; i++)
        ret_row->text[i] = trimmed(cells[i]);
    const struct base_bytes *text = ret_row->text;
    idnum_check(text[CLI_COLUMN_IIN], CLI_COLUMN_IIN, ret_faults);
    idnum_check(text[CLI_COLUMN_BIN], CLI_COLUMN_BIN, ret_faults);
    unit_check(text[CLI_COLUMN_UNIT], ret_faults);
    text_check(text[CLI_COLUMN_SURNAME], CLI_COLUMN_SURNAME, NAME_CHARACTERS_MAX, ret_faults);
    text_check(text[CLI_COLUMN_GIVEN], CLI_COLUMN_GIVEN, NAME_CHARACTERS_MAX, ret_faults);
    text_check(text[CLI_COLUMN_PATRONYMIC], CLI_COLUMN_PATRONYMIC, NAME_CHARACTERS_MAX, ret_faults);
    text_check(text[CLI_COLUMN_POSITION], CLI_COLUMN_POSITION, POSITION_CHARACTERS_MAX, ret_faults);
    size_t before = ret_faults->count;
    ret_row->rights.role = role_read(text[CLI_COLUMN_ROLE], ret_faults);
    size_t with_role = ret_faults->count;
    ret_row->rights.bases = words_read(text[CLI_COLUMN_BASES], CLI_COLUMN_BASES, basis_bit, ret_faults);
    if (ret_row->rights.bases == 0 && ret_faults->count == with_role)
        form_put(ret_faults, CLI_COLUMN_BASES, WIRE_FAULT_MISSING);
    ret_row->rights.duties = words_read(text[CLI_COLUMN_DUTIES], CLI_COLUMN_DUTIES, duty_bit, ret_faults);
    /* Of rights that cannot be read nothing more is said. */
    if (ret_faults->count == before)
        rights_check(rule, &ret_row->rights, ret_faults);
    until_read(rule, ret_row, ret_faults);
}

/* ---- as JSON ---- */

static void nullable(struct base_json *json, const char *name, struct base_bytes text)
{
    base_json_name(json, name);
    if (text.len > 0)
        base_json_string(json, text);
    else
        base_json_null(json);
}

int cli_row_encode(const struct cli_row *row, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "bases");
    base_json_array_begin(&json);
    for (unsigned basis = POLICY_BASIS_NONE + 1; basis <= POLICY_BASIS_MAX; basis++)
        if (row->rights.bases >> basis & 1)
            base_json_text(&json, policy_basis_name((enum policy_basis) basis));
    base_json_array_end(&json);
    base_json_member_string(&json, "bin", row->text[CLI_COLUMN_BIN]);
    base_json_name(&json, "duties");
    base_json_array_begin(&json);
    for (unsigned duty = POLICY_DUTY_NONE + 1; duty <= POLICY_DUTY_MAX; duty++)
        if (row->rights.duties >> duty & 1)
            base_json_text(&json, policy_duty_name((enum policy_duty) duty));
    base_json_array_end(&json);
    base_json_member_string(&json, "given", row->text[CLI_COLUMN_GIVEN]);
    base_json_member_string(&json, "iin", row->text[CLI_COLUMN_IIN]);
    nullable(&json, "patronymic", row->text[CLI_COLUMN_PATRONYMIC]);
    base_json_member_string(&json, "position", row->text[CLI_COLUMN_POSITION]);
    base_json_member_integer(&json, "role", row->rights.role);
    base_json_member_string(&json, "surname", row->text[CLI_COLUMN_SURNAME]);
    nullable(&json, "unit", row->text[CLI_COLUMN_UNIT]);
    base_json_member_text(&json, "until", row->until[0] ? row->until : NULL);
    base_json_object_end(&json);
    return base_json_end(&json);
}
