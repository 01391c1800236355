#include "gateway/core/import_rows.h"

#include <errno.h>

#include "base/encoding.h"
#include "gateway/core/upload.h"
#include "gateway/wire/json.h"
#include "gateway/wire/upload.h"
#include "schema/store/act.h"

/* Its bytes as they were uploaded. */
static int part_open(struct core_gateway *gateway, const char *iin, const json_t *part, struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer digest;
    struct store_upload upload;
    const char *hex = json_string_value(json_object_get(part, "sha256"));
    base_buffer_init(&digest, STORE_DIGEST_BYTES);
    if (!hex || base_hex_decode(base_bytes_text(hex), &digest) < 0 || digest.len != STORE_DIGEST_BYTES)
        return CORE_IMPORT_UNREADABLE;
    int r = store_upload_find(gateway->pool, iin, digest.data, wire_upload_type_text(WIRE_UPLOAD_JSON), &upload);
    if (r == STORE_NONE)
        return CORE_IMPORT_UNREADABLE;
    if (r == 0)
        r = core_upload_open(gateway, upload.large, digest.data, out);
    return r == STORE_NONE ? -EBADMSG : r;
}

static int part_read(struct core_gateway *gateway, const char *iin, const json_t *part, json_t **ret_rows)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, WIRE_UPLOAD_BYTES_MAX);
    int r = part_open(gateway, iin, part, &text);
    if (r != 0)
        return r;
    r = wire_json_parse(base_buffer_view(&text), WIRE_UPLOAD_BYTES_MAX, ret_rows, NULL);
    if (r < 0)
        return r;
    return r == 0 && json_is_array(*ret_rows) && json_array_size(*ret_rows) <= CORE_IMPORT_PART_ROWS_MAX
               ? 0
               : CORE_IMPORT_UNREADABLE;
}

int core_import_walk(struct core_gateway *gateway, const char *iin, const json_t *parts, core_import_visit *visit, void *context,
                     uint32_t *ret_rows)
{
    int r = 0;
    *ret_rows = 0;
    for (size_t i = 0; r == 0 && i < json_array_size(parts); i++) {
        BASE_CLEANUP(wire_json_cleanup) json_t *rows = NULL;
        r = part_read(gateway, iin, json_array_get(parts, i), &rows);
        for (size_t j = 0; r == 0 && j < json_array_size(rows); j++) {
            r = visit(context, *ret_rows, json_array_get(rows, j));
            (*ret_rows)++;
        }
    }
    return r;
}
