/* Acts that the gateway takes by itself (docs/PROTOCOL-ACCESS.md, 1.3): an entry without a signer, and the change of the register
 * in its transaction. */
#ifndef GATEWAY_CORE_OWN_ACT_H
#define GATEWAY_CORE_OWN_ACT_H

#include "gateway/core/gateway.h"

/* Borrowed. */
struct core_own_act {
    const char *kind;         /* "admin.absence" … */
    struct base_bytes act;    /* canonical object: told to the register, and the entry's data */
    struct base_bytes extra;  /* canonical object for the register alone; empty: none */
    const char *iin;          /* with id and part the key of the message it follows from; NULL: none */
    const uint8_t *id;
    int part;
};

/* Waits for the log. AUDIT_OUTCOME_CHANGED: the register has a reason against it; _CLAIMED: a second one of the same key; _POISON:
 * it cannot be recorded at all. Main thread, and that of the import. */
enum audit_outcome core_own_act_append(struct core_gateway *gateway, const struct core_own_act *act) BASE_MUST_USE;

#endif
