/* Refused handshakes on their way into the log: those with a certificate one by one up to a cap, all others counted and
 * recorded together once in a window. Minting certificates costs a stranger nothing; filling the log must not be
 * possible. Any thread. */
#ifndef GATEWAY_CORE_REFUSALS_H
#define GATEWAY_CORE_REFUSALS_H

#include "audit/writer.h"
#include "gateway/link/front_message.h"
#include "gateway/wire/code.h"

struct core_refusals;

/* -ENOMEM. */
int core_refusals_new(struct core_refusals **ret_refusals) BASE_MUST_USE;
/* Accepts NULL. What was not yet recorded is lost. */
void core_refusals_free(struct core_refusals *refusals);

/* Notes what the front reports, and a request whose certificate we refuse ourselves. Never waits. */
void core_refusals_add(struct core_refusals *refusals, const struct link_refusal *refusal);
void core_refusals_add_request(struct core_refusals *refusals, const struct link_request *request, enum wire_code code,
                               int64_t at_us);

/* Appends to the log what is due: single ones at once, the counts when the window is over, or with force. May wait for
 * the log: main thread. */
void core_refusals_record(struct core_refusals *refusals, struct audit_writer *writer, int64_t now_us, bool force);

#endif
