/* A collection's name on the first line, a query string from anybody on the rest: refused, or read into a canonical object
 * that holds only names of the collection; what is read once is read the same a second time from its plain pairs. */
#include <stdlib.h>
#include <string.h>

#include "gateway/wire/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(const struct wire_filter *filter, struct base_buffer *out)
{
    base_buffer_init(out, 64 << 10);
    if (wire_filter_encode(filter, out) < 0)
        abort();
}

/* Every byte as an escape: another text for the same values. */
static void escape(const struct wire_filter *filter, struct base_buffer *out)
{
    base_buffer_init(out, 64 << 10);
    for (size_t i = 0; i < filter->count; i++) {
        base_buffer_printf(out, "%s%s=", i ? "&" : "", filter->items[i].name->name);
        for (const char *at = filter->items[i].value; *at; at++)
            base_buffer_printf(out, "%%%02x", (unsigned)(unsigned char)*at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end ? (size_t)(end - data) : size, used = end ? len + 1 : len;
    const struct wire_collection *collection = wire_collection_find(base_bytes_of(data, len));
    struct wire_filter filter, again;
    if (!collection || wire_filter_parse(collection, base_bytes_of(data + used, size - used), &filter) < 0)
        return 0;
    struct base_buffer text BASE_CLEANUP(base_buffer_clear), first BASE_CLEANUP(base_buffer_clear),
        second BASE_CLEANUP(base_buffer_clear);
    escape(&filter, &text);
    encode(&filter, &first);
    if (wire_filter_parse(collection, base_buffer_view(&text), &again) < 0)
        abort();
    encode(&again, &second);
    if (!base_bytes_equal(base_buffer_view(&first), base_buffer_view(&second)))
        abort();
    return 0;
}
