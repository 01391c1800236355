/* Every row of an import before anything is changed: by itself, by policy, by the register, and against the other rows. */
#ifndef GATEWAY_CORE_IMPORT_CHECK_H
#define GATEWAY_CORE_IMPORT_CHECK_H

#include <jansson.h>

#include "gateway/core/gateway.h"

enum {
    CORE_IMPORT_FAULTS_MAX = 100,
    CORE_IMPORT_FAULTS_BYTES_MAX = 32 << 10,
    CORE_IMPORT_WRONG = 1, /* named condition */
};

/* Checks the rows that the act's content names, as of at_us. CORE_IMPORT_WRONG: appends the faults, a canonical array of
 * {"code", "column", "row"} in the order of the rows, the first CORE_IMPORT_FAULTS_MAX; row 0 is the act itself. A negative
 * errno: not known. Takes a second for each few ten thousand rows: worker threads, one at a time. */
int core_import_check(struct core_gateway *gateway, const struct certs_identity *importer, int64_t at_us, const json_t *act,
                      struct base_buffer *faults) BASE_MUST_USE;

#endif
