/* What the register knows of a person, as the policy wants to hear it. */
#ifndef GATEWAY_REGISTRY_FACTS_H
#define GATEWAY_REGISTRY_FACTS_H

#include "policy/facts.h"
#include "schema/store/officer.h"

/* Each is a reason against any query of this officer; zero refuses. */
struct registry_standing {
    bool registered;       /* clause 15 */
    bool active;           /* neither blocked, suspended nor ended: clauses 34, 46 */
    bool network_allowed;  /* R15 */
    bool agreement_signed; /* clause 17 */
};

/* officer may be NULL: not registered. Nothing else is known of such a person. */
struct registry_standing registry_standing_of(const struct store_officer *officer);

/* The part of the facts that comes from the registration; the rest is zero. */
struct policy_facts registry_facts_of(const struct store_officer *officer);

/* "active", "blocked", "suspended", "ended"; NULL for unknown. Static. */
const char *registry_state_text(enum store_officer_state state);

#endif
