/* Accept and Accept-Language headers from anybody: always one of the languages, and what nobody knows changes nothing. */
#include <stdlib.h>

#include "base/buffer.h"
#include "gateway/wire/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const unknown[] = {",zz/zz", ", zz;q=0.5", ",kk;q=7", ",application/json;q=x", ","};
    struct base_bytes header = base_bytes_of(data, size);
    enum wire_language language = wire_language_find(header);
    bool is_signed = wire_accept_signed(header);
    if ((unsigned)language >= WIRE_LANGUAGE_COUNT || !wire_language_text(language))
        abort();
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(unknown); i++) {
        struct base_buffer longer BASE_CLEANUP(base_buffer_clear);
        base_buffer_init(&longer, size + 64);
        base_buffer_append(&longer, header);
        if (base_buffer_append_text(&longer, unknown[i]) < 0)
            return 0;
        if (wire_language_find(base_buffer_view(&longer)) != language ||
            wire_accept_signed(base_buffer_view(&longer)) != is_signed)
            abort();
    }
    return 0;
}
