/* Any bytes as the content of a signed act: what is called well-formed has a type, a head and a value, what is not has a
 * fault that can be told in a line, and what goes into the leaf is canonical JSON that holds no more than the act. */
#include <errno.h>
#include <stdlib.h>

#include "base/data.h"
#include "base/text.h"
#include "gateway/wire/act.h"
#include "gateway/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct wire_acts *table(void)
{
    static struct wire_acts *acts;
    char *folder = NULL, *error = NULL;
    if (acts)
        return acts;
    must(base_data_path("schema/acts", &folder) == 0);
    must(wire_acts_new(folder, &acts, &error) == 0);
    free(folder);
    return acts;
}

static void logged_check(const struct wire_act *act)
{
    struct base_buffer out, again;
    json_t *value = NULL;
    base_buffer_init(&out, 2 * WIRE_CONTENT_BYTES_MAX);
    base_buffer_init(&again, 2 * WIRE_CONTENT_BYTES_MAX);
    must(wire_act_logged_encode(act, &out) == 0);
    if (out.len > 0) {
        must(wire_json_parse(base_buffer_view(&out), out.len, &value, NULL) == 0);
        must(wire_json_canonical(value, &again) == 0);
        must(base_bytes_equal(base_buffer_view(&out), base_buffer_view(&again)));
        json_decref(value);
    }
    base_buffer_clear(&again);
    base_buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *document = NULL;
    struct wire_act act;
    char text[1000];
    if (wire_act_parse(table(), base_bytes_of(data, size), "qao.example/log", &document, &act) < 0)
        return 0;
    must(act.wellformed == (act.fault[0] == '\0' && act.faults.count == 0));
    wire_act_faults_text(&act, sizeof(text), text);
    must(act.wellformed == (text[0] == '\0') && base_text_is_printable(base_bytes_text(text)));
    if (act.wellformed) {
        must(act.type && json_is_object(act.act));
        must(act.head.parts == (WIRE_HEAD_ID | WIRE_HEAD_AT));
        logged_check(&act);
    }
    json_decref(document);
    return 0;
}
