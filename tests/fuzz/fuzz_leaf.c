/* Leaves from a log that somebody else wrote: whatever is accepted is canonical, as an independent writer sees it. */
#include "audit/leaf.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_leaf_view view;
    if (audit_leaf_parse(base_bytes_of(data, size), &view) != 0)
        return 0;
    json_t *json = json_loadb((const char *) data, size, JSON_REJECT_DUPLICATES, NULL);
    char *again = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    /* jansson writes control characters as \u00XX in capitals: compare only where there is none. */
    if (!memmem(data, size, "\\u00", 4) && (!again || !base_bytes_equal_text(base_bytes_of(data, size), again)))
        abort();
    free(again);
    json_decref(json);
    return 0;
}
