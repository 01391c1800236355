/* Any bytes as a file of an import: what is read as text is well-formed UTF-8 and ends; fields lie within their bounds, a row
 * without a fault has the header's number of fields, and what is written out and read again is the same. */
#include "base/text.h"
#include "gateway/cli/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void field_append(struct base_buffer *out, struct base_bytes field)
{
    must(base_buffer_append_u8(out, '"') == 0);
    for (size_t i = 0; i < field.len; i++)
        must(base_buffer_append(out, base_bytes_of(field.data[i] == '"' ? "\"\"" : (const void *) (field.data + i),
                                                   field.data[i] == '"' ? 2 : 1)) == 0);
    must(base_buffer_append_u8(out, '"') == 0);
}

/* Every field quoted gives the same row. */
static void again_check(const struct cli_csv *csv, const struct cli_csv_row *row)
{
    struct base_buffer out;
    struct cli_csv again;
    struct cli_csv_row same;
    char why[CLI_CSV_WHY_MAX];
    base_buffer_init(&out, 4 * CLI_CSV_ROW_BYTES_MAX);
    for (size_t i = 0; i < row->count; i++) {
        must(i == 0 || base_buffer_append_u8(&out, (uint8_t) csv->separator) == 0);
        field_append(&out, row->fields[i]);
    }
    if (row->count > 1 && out.len <= CLI_CSV_ROW_BYTES_MAX) {
        must(cli_csv_begin(base_buffer_view(&out), &again, why) == 0 && again.separator == csv->separator);
        must(cli_csv_next(&again, &same) == 0 && same.fault == CLI_CSV_FAULT_NONE && same.count == row->count);
        for (size_t i = 0; i < row->count; i++)
            must(base_bytes_equal(row->fields[i], same.fields[i]));
        must(cli_csv_next(&again, &same) == CLI_CSV_END);
        cli_csv_clear(&again);
    }
    base_buffer_clear(&out);
}

static void rows_check(struct base_bytes text)
{
    struct cli_csv csv;
    struct cli_csv_row row;
    char why[CLI_CSV_WHY_MAX];
    if (cli_csv_begin(text, &csv, why))
        return;
    size_t left = csv.rest.len;
    uint32_t line = 0;
    while (cli_csv_next(&csv, &row) == 0) {
        must(row.line > line && row.count <= CLI_CSV_COLUMNS_MAX);
        must((row.fault == CLI_CSV_FAULT_NONE) == (row.fault_column == 0));
        must(csv.is_lost || csv.rest.len < left);
        left = csv.rest.len;
        line = row.line;
        if (row.fault != CLI_CSV_FAULT_NONE)
            continue;
        must(row.count == csv.columns);
        for (size_t i = 0; i < row.count; i++)
            must(row.fields[i].len <= CLI_CSV_FIELD_BYTES_MAX && base_text_is_utf8(row.fields[i]));
        again_check(&csv, &row);
    }
    must(csv.is_lost || csv.rest.len == 0);
    cli_csv_clear(&csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_buffer text;
    char why[CLI_CSV_WHY_MAX];
    base_buffer_init(&text, CLI_CSV_TEXT_BYTES_MAX);
    for (int asked = CLI_CSV_UNKNOWN; asked <= CLI_CSV_KZ_1048; asked++) {
        enum cli_csv_encoding found;
        base_buffer_reset(&text);
        if (cli_csv_decode(base_bytes_of(data, size), (enum cli_csv_encoding) asked, &text, &found, why))
            continue;
        must(found != CLI_CSV_UNKNOWN && base_text_is_utf8(base_buffer_view(&text)));
        rows_check(base_buffer_view(&text));
    }
    base_buffer_clear(&text);
    return 0;
}
