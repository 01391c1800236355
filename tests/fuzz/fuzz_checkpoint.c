/* Texts of checkpoints, and tile names, from anybody. */
#include "audit/checkpoint.h"
#include "audit/tile_path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_bytes input = base_bytes_of(data, size);
    struct audit_checkpoint checkpoint;
    if (audit_checkpoint_parse(input, &checkpoint) == 0 &&
        (checkpoint.origin.len == 0 || checkpoint.origin.data != data || data[size - 1] != '\n'))
        abort();
    struct audit_tile_path path;
    char text[AUDIT_TILE_PATH_MAX];
    if (audit_tile_path_parse(input, &path) != 0)
        return 0;
    audit_tile_path_encode(&path, text);
    if (!base_bytes_equal_text(input, text))
        abort();
    return 0;
}
