/* Any records and any description of them: shown as text and as HTML they hold nothing that steers a terminal and no mark-up
 * but our own. Input: {"records": ..., "description": ...}. */
#include <stdlib.h>
#include <string.h>

#include "gateway/cli/records.h"
#include "gateway/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Every tag that cli_grid_html() writes. */
static bool is_own_tag(const uint8_t *at, size_t left)
{
    static const char *const tags[] = {"table", "thead", "tbody", "tr", "th", "td", "h3", "p"};
    if (left > 0 && *at == '/') {
        at++;
        left--;
    }
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(tags); i++) {
        size_t len = strlen(tags[i]);
        if (left > len && memcmp(at, tags[i], len) == 0 && at[len] == '>')
            return true;
    }
    return false;
}

static void check_shown(const struct base_buffer *out, enum cli_form form)
{
    for (size_t i = 0; i < out->len; i++) {
        uint8_t byte = out->data[i];
        must(byte >= 0x20 || byte == '\n');
        must(byte != 0x7f);
        must(!(byte == 0xc2 && i + 1 < out->len && out->data[i + 1] < 0xa0)); /* C1 */
        if (form == CLI_FORM_HTML && byte == '<')
            must(is_own_tag(out->data + i + 1, out->len - i - 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *document = NULL;
    if (wire_json_parse(base_bytes_of(data, size), 1 << 16, &document, NULL))
        return 0;
    const json_t *records = json_object_get(document, "records");
    const json_t *description = json_object_get(document, "description");
    for (int form = CLI_FORM_TEXT; form <= CLI_FORM_HTML && json_is_array(records); form++) {
        struct base_buffer out;
        base_buffer_init(&out, 1 << 22);
        enum cli_language language = (enum cli_language) (size % CLI_LANGUAGE_COUNT);
        if (cli_records_show(records, description, language, (enum cli_form) form, size % 200, &out) == 0)
            check_shown(&out, (enum cli_form) form);
        base_buffer_clear(&out);
    }
    json_decref(document);
    return 0;
}
