/* Contents from anybody, the first byte their type: never read past their end, and no image that is whole can be torn or
 * lengthened and still be whole. */
#include <stdlib.h>

#include "gateway/wire/upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum wire_upload_type type = (enum wire_upload_type)(data[0] % WIRE_UPLOAD_COUNT);
    struct base_bytes content = base_bytes_of(data + 1, size - 1);
    if (wire_upload_check(type, content) != WIRE_UPLOAD_FITS)
        return 0;
    if (type == WIRE_UPLOAD_NONE)
        abort();
    bool is_image = type == WIRE_UPLOAD_PNG || type == WIRE_UPLOAD_JPEG;
    if (is_image && wire_upload_check(type, base_bytes_of(content.data, content.len - 1)) == WIRE_UPLOAD_FITS)
        abort();
    return 0;
}
