#include "policy/rights.h"

#define BIT(n) (1u << (n))

unsigned policy_rights_check(const struct policy_edition *edition, const struct policy_rights *rights)
{
    unsigned reasons = 0;
    if (!edition || rights->role < 1 || rights->role > POLICY_ROLE_MAX)
        return BIT(POLICY_REASON_ROLE_BASIS);
    unsigned duties = policy_edition_role_duties(edition, rights->role);
    if (rights->bases & ~policy_edition_role_bases(edition, rights->role))
        reasons |= BIT(POLICY_REASON_ROLE_BASIS);
    if (rights->duties & ~duties)
        reasons |= BIT(POLICY_REASON_DUTY_NOT_OF_ROLE);
    return reasons;
}
