/* The rows of an import, one after the other, as they were uploaded; one part is in memory at a time. */
#ifndef GATEWAY_CORE_IMPORT_ROWS_H
#define GATEWAY_CORE_IMPORT_ROWS_H

#include <jansson.h>

#include "gateway/core/gateway.h"

enum {
    CORE_IMPORT_PART_ROWS_MAX = 10000,
    CORE_IMPORT_STOP = 1,       /* what a visitor may return to end the walk */
    CORE_IMPORT_UNREADABLE = 2, /* named condition: a part that is not there, or no such array */
};

/* row is borrowed, index counts from 0 over all parts. */
typedef int core_import_visit(void *context, uint32_t index, const json_t *row);

/* Walks the parts (the act's member) of that person's uploads. 0 at the end, CORE_IMPORT_UNREADABLE, what the visitor
 * returned, a negative errno. *ret_rows: how many were walked, in any case. */
int core_import_walk(struct core_gateway *gateway, const char *iin, const json_t *parts, core_import_visit *visit, void *context,
                     uint32_t *ret_rows) BASE_MUST_USE;

#endif
