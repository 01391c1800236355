#include "gateway/cli/csv.h"

#include <errno.h>
#include <stdio.h>

static int unreadable(char ret_why[static CLI_CSV_WHY_MAX], const char *why)
{
    snprintf(ret_why, CLI_CSV_WHY_MAX, "%s", why);
    return CLI_CSV_UNREADABLE;
}

/* Without the line ends at the end. */
static struct base_bytes trimmed(struct base_bytes text)
{
    while (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len -= text.len > 1 && text.data[text.len - 2] == '\r' ? 2 : 1;
    return text;
}

int cli_csv_begin(struct base_bytes text, struct cli_csv *ret_csv, char ret_why[static CLI_CSV_WHY_MAX])
{
    static const char separators[] = {',', ';', '\t'};
    size_t kinds = 0;
    bool seen[BASE_ARRAY_LENGTH(separators)] = {false};
    bool is_quoted = false;
    char separator = '\0';
    text = trimmed(text);
    for (size_t i = 0; i < text.len && (is_quoted || text.data[i] != '\n'); i++) {
        if (text.data[i] == '"')
            is_quoted = !is_quoted;
        for (size_t k = 0; !is_quoted && k < sizeof separators; k++) {
            if (text.data[i] != (uint8_t) separators[k] || seen[k])
                continue;
            seen[k] = true;
            separator = separators[k];
            kinds++;
        }
    }
    if (text.len == 0)
        return unreadable(ret_why, "the file is empty");
    if (kinds == 0)
        return unreadable(ret_why, "the header line holds neither comma nor semicolon nor tab between its names");
    if (kinds > 1)
        return unreadable(ret_why, "the header line holds more than one of comma, semicolon and tab: which one separates "
                                   "the columns cannot be told");
    *ret_csv = (struct cli_csv){.rest = text, .separator = separator, .line = 1};
    base_buffer_init(&ret_csv->unquoted, CLI_CSV_ROW_BYTES_MAX);
    return 0;
}

void cli_csv_clear(struct cli_csv *csv)
{
    base_buffer_clear(&csv->unquoted);
}

/* One row on its way. */
struct reading {
    struct cli_csv *csv;
    struct cli_csv_row *row;
    const uint8_t *at, *end; /* end: of the text, or where the row would be too long */
    bool is_cut;             /* end is not that of the text */
};

static void fault_put(struct reading *reading, enum cli_csv_fault fault)
{
    if (reading->row->fault != CLI_CSV_FAULT_NONE)
        return;
    reading->row->fault = fault;
    reading->row->fault_column = reading->row->count + 1;
}

static bool is_field_end(const struct reading *reading)
{
    return reading->at == reading->end || *reading->at == (uint8_t) reading->csv->separator || *reading->at == '\n' ||
           (*reading->at == '\r' && reading->at + 1 < reading->end && reading->at[1] == '\n');
}

static void field_put(struct reading *reading, struct base_bytes field)
{
    if (field.len > CLI_CSV_FIELD_BYTES_MAX)
        fault_put(reading, CLI_CSV_FAULT_FIELD_LONG);
    if (field.len > 0 && memchr(field.data, '\0', field.len))
        fault_put(reading, CLI_CSV_FAULT_NUL);
    reading->row->fields[reading->row->count] = field;
}

/* Up to the next separator or line end, whatever stands there. */
static struct base_bytes plain_take(struct reading *reading)
{
    const uint8_t *begin = reading->at;
    for (; !is_field_end(reading); reading->at++) {
        if (*reading->at == '"')
            fault_put(reading, CLI_CSV_FAULT_QUOTE);
        else if (*reading->at == '\r')
            fault_put(reading, CLI_CSV_FAULT_RETURN);
    }
    return base_bytes_of(begin, (size_t) (reading->at - begin));
}

/* Behind the opening quote. The row's buffer has room for the whole row, so that its content does not move. */
static struct base_bytes quoted_take(struct reading *reading)
{
    struct base_buffer *unquoted = &reading->csv->unquoted;
    size_t begin = unquoted->len;
    bool is_closed = false;
    while (reading->at < reading->end) {
        uint8_t byte = *reading->at++;
        if (byte == '"' && (reading->at == reading->end || *reading->at != '"')) {
            is_closed = true;
            break;
        }
        if (byte == '"')
            reading->at++;
        reading->csv->line += byte == '\n';
        (void) base_buffer_append_u8(unquoted, byte);
    }
    if (!is_closed) {
        fault_put(reading, reading->is_cut ? CLI_CSV_FAULT_ROW_LONG : CLI_CSV_FAULT_UNCLOSED);
        reading->csv->is_lost = true;
    } else if (!is_field_end(reading)) {
        fault_put(reading, CLI_CSV_FAULT_QUOTE);
        (void) plain_take(reading);
    }
    return base_bytes_of(unquoted->data + begin, unquoted->len - begin);
}

/* The field and what ends it. False at the row's end. */
static bool field_take(struct reading *reading)
{
    if (reading->at < reading->end && *reading->at == '"') {
        reading->at++;
        field_put(reading, quoted_take(reading));
    } else {
        field_put(reading, plain_take(reading));
    }
    reading->row->count++;
    if (reading->at == reading->end)
        return false;
    bool is_separator = *reading->at == (uint8_t) reading->csv->separator;
    reading->at += *reading->at == '\r' ? 2 : 1;
    reading->csv->line += !is_separator;
    return is_separator;
}

/* Room for the whole row at once: fields borrow from it. */
static int room_make(struct base_buffer *unquoted)
{
    base_buffer_reset(unquoted);
    if (unquoted->capacity >= CLI_CSV_ROW_BYTES_MAX)
        return 0;
    if (!base_buffer_extend(unquoted, CLI_CSV_ROW_BYTES_MAX))
        return -ENOMEM;
    base_buffer_reset(unquoted);
    return 0;
}

int cli_csv_next(struct cli_csv *csv, struct cli_csv_row *ret_row)
{
    if (csv->is_lost || csv->rest.len == 0)
        return CLI_CSV_END;
    int r = room_make(&csv->unquoted);
    if (r)
        return r;
    bool is_cut = csv->rest.len > CLI_CSV_ROW_BYTES_MAX;
    struct reading reading = {.csv = csv,
                              .row = ret_row,
                              .at = csv->rest.data,
                              .end = csv->rest.data + (is_cut ? CLI_CSV_ROW_BYTES_MAX : csv->rest.len),
                              .is_cut = is_cut};
    ret_row->line = csv->line;
    ret_row->count = 0;
    ret_row->fault = CLI_CSV_FAULT_NONE;
    ret_row->fault_column = 0;
    bool more = true;
    while (more && !csv->is_lost) {
        if (ret_row->count == CLI_CSV_COLUMNS_MAX) {
            fault_put(&reading, CLI_CSV_FAULT_COLUMNS_MANY);
            csv->is_lost = true;
            break;
        }
        more = field_take(&reading);
    }
    /* A row that ends with what is looked at has no end that is seen. */
    if (!csv->is_lost && is_cut && reading.at == reading.end && reading.at[-1] != '\n') {
        csv->is_lost = true;
        ret_row->count--;
        ret_row->fault = CLI_CSV_FAULT_ROW_LONG;
        ret_row->fault_column = ret_row->count + 1;
    }
    if (csv->columns == 0)
        csv->columns = ret_row->count;
    else if (ret_row->count != csv->columns && ret_row->fault == CLI_CSV_FAULT_NONE)
        fault_put(&reading, CLI_CSV_FAULT_FIELD_COUNT);
    csv->rest = base_bytes_of(reading.at, csv->rest.len - (size_t) (reading.at - csv->rest.data));
    return 0;
}
