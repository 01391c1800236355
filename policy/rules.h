/* The same decision from plain clauses: to be read beside the order, and compared with policy_decide() over the whole
 * space (policy/enumerate.h). Uses the matrices as printed, never the compiled table. */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/decision.h"
#include "policy/edition.h"
#include "policy/facts.h"

/* As policy_decide(). */
void policy_rules_decide(const struct policy_edition *edition, const struct policy_facts *facts,
                         struct policy_decision *ret_decision);

#endif
