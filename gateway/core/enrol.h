/* The first administrator (clause 33): enrolled on the server itself by a message of their own, while nobody else may act. */
#ifndef GATEWAY_CORE_ENROL_H
#define GATEWAY_CORE_ENROL_H

#include "gateway/core/gateway.h"

enum { CORE_ENROL_REFUSED = 1 }; /* named condition: something stands against it; nothing was recorded */

/* Verifies the signed message, checks the act and records admin.enrolment, with the change of the register. The gateway is
 * open but serves nobody. 0: *ret_index is the entry's number. CORE_ENROL_REFUSED, or a negative errno; then *ret_error
 * (freed by the caller) says why. Main thread. */
int core_enrol(struct core_gateway *gateway, struct base_bytes message, uint64_t *ret_index, char **ret_error) BASE_MUST_USE;

#endif
