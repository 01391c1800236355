/* Where what happened becomes a code, and a code an HTTP status: nowhere else. */
#ifndef GATEWAY_CORE_OUTCOME_H
#define GATEWAY_CORE_OUTCOME_H

#include "certs/verdict.h"
#include "gateway/link/adapter_message.h"
#include "gateway/wire/code.h"

/* 4xx or 5xx; 500 for what is no code. */
unsigned core_outcome_status(enum wire_code code);

/* The same where the code refuses an act (docs/PROTOCOL-ACCESS.md, 1.2). */
unsigned core_outcome_act_status(enum wire_code code);

/* WIRE_CODE_NONE only for CERTS_VERDICT_VALID; what could not be decided is untrusted. */
enum wire_code core_outcome_of_verdict(enum certs_verdict verdict);

/* WIRE_CODE_NONE only for LINK_OUTCOME_ANSWERED. */
enum wire_code core_outcome_of_registry(enum link_outcome outcome);

/* One word for it in records, states and metrics: "answered", "unknown", "unavailable", "failed", "timeout", "unconnected";
 * static. */
const char *core_outcome_text(enum link_outcome outcome);

#endif
