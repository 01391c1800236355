/* Texts of checkpoints from anybody. */
#include "audit/checkpoint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_bytes input = base_bytes_of(data, size);
    struct audit_checkpoint checkpoint;
    if (audit_checkpoint_parse(input, &checkpoint) == 0 &&
        (checkpoint.origin.len == 0 || checkpoint.origin.data != data || data[size - 1] != '\n'))
        abort();
    return 0;
}
