/* Registers the rows of an import that was recorded, in parts of at most 500, each an entry in its own transaction
 * (docs/PROTOCOL-ACCESS.md, section 5). A thread of its own; it goes on with what an earlier run left. */
#ifndef GATEWAY_CORE_IMPORT_H
#define GATEWAY_CORE_IMPORT_H

#include "gateway/core/gateway.h"

struct core_import;

/* Starts the thread, which looks at once. The store and the log's writer must be open, and outlive it. */
int core_import_new(struct core_gateway *gateway, struct core_import **ret_import) BASE_MUST_USE;
/* Ends after the part under way. Accepts NULL. */
void core_import_free(struct core_import *import);

/* There is an import to be looked for. Any thread. */
void core_import_wake(struct core_import *import);

#endif
