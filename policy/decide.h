/* May this officer ask this service on this ground? (clauses 2-9, 15, 19, 20.) */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "policy/decision.h"
#include "policy/edition.h"
#include "policy/facts.h"

/* Decides by the edition's compiled table. Every reason is tested on its own, whatever the others say:
 *   role-basis         App. 12 does not give the role this basis (15)
 *   basis-not-granted  App. 12 does, the registration does not (15)
 *   duty-missing       other duties without a duty (20)
 *   duty-not-of-role   a duty of another body's appendix (20)
 *   duty-not-granted   a duty that the registration does not name, nor brings with it (R08)
 *   service-closed     the cell of the basis's or duty's column is empty; not tested where the column is unknown
 *   case-missing       covert investigation or search measures without a case number (19)
 *   case-malformed     a case number given, demanded or not, but not of the pattern (R12)
 *   article-missing    a marked service without an article (9)
 *   article-not-listed a marked service with an article that is not in App. 8 exactly (R09); an unmarked one with a
 *                      text that is no article at all
 * Facts that no query can state (role, service, basis or duty out of range, a duty outside other duties) give the zero
 * decision: deny without reason or citation. A NULL edition (none in force) does so too. Any thread. */
void policy_decide(const struct policy_edition *edition, const struct policy_facts *facts,
                   struct policy_decision *ret_decision);

#endif
