/* Names of tiles and entry bundles from anybody: each has one form, which is written again. */
#include "audit/tile_path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first ten bytes, taken as numbers, make a path in its ranges: it must be read back as it was. */
static void round_trip(const uint8_t *data, size_t size)
{
    uint64_t index = 0;
    if (size < 10)
        return;
    for (size_t i = 0; i < 8; i++)
        index = index << 8 | data[i];
    struct audit_tile_path again, path = {
        .is_entries = (data[8] & 64) != 0,
        .level = (data[8] & 64) != 0 ? 0 : data[8] & 63u,
        .index = index >> (data[8] & 128 ? 0 : 40),
        .width = data[9] + 1u,
    };
    char text[AUDIT_TILE_PATH_MAX];
    audit_tile_path_encode(&path, text);
    if (audit_tile_path_parse(base_bytes_text(text), &again) != 0 || again.is_entries != path.is_entries ||
        again.level != path.level || again.index != path.index || again.width != path.width)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_bytes input = base_bytes_of(data, size);
    struct audit_tile_path path;
    char text[AUDIT_TILE_PATH_MAX];
    round_trip(data, size);
    if (audit_tile_path_parse(input, &path) != 0)
        return 0;
    audit_tile_path_encode(&path, text);
    if (!base_bytes_equal_text(input, text) || path.width < 1 || path.width > AUDIT_TILE_WIDTH || path.level > 63 ||
        (path.is_entries && path.level != 0))
        abort();
    return 0;
}
