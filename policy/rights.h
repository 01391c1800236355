/* May these rights be given to this role? (clause 15, App. 12, R05-R08.) */
#ifndef POLICY_RIGHTS_H
#define POLICY_RIGHTS_H

#include "policy/decision.h"
#include "policy/edition.h"

/* Rights as an application asks for them or a decision grants them. */
struct policy_rights {
    unsigned role;   /* 1-15 */
    unsigned bases;  /* bits 1u << enum policy_basis */
    unsigned duties; /* bits 1u << enum policy_duty */
};

/* Every reason against, as bits 1u << enum policy_reason:
 *   role-basis        App. 12 does not give the role one of the bases, or the role is none
 *   duty-not-of-role  a duty of another appendix than the role's (R07)
 * The basis of other duties may be given to a role that has none (R06), as App. 12 gives it: it opens nothing. Duties
 * without that basis are the caller's to refuse. A NULL edition (none in force) gives role-basis: then nothing may be
 * given. Any thread. */
unsigned policy_rights_check(const struct policy_edition *edition, const struct policy_rights *rights);

#endif
