/* What would have to change for a permit. */
#ifndef POLICY_EXPLAIN_H
#define POLICY_EXPLAIN_H

#include "policy/decide.h"

struct policy_explanation {
    struct policy_decision decision;
    unsigned bases;         /* that App. 12 gives the role: bits 1u << enum policy_basis */
    unsigned duties;        /* of the role's own appendix: bits 1u << enum policy_duty */
    unsigned slots;         /* in which the service is open to the role, were every right granted: bits 1u << slot */
    unsigned granted_slots; /* those of them that this registration has */
};

/* Facts as for policy_decide(). No edition or unusable facts give a decision without reasons, and no slots. */
void policy_explain(const struct policy_edition *edition, const struct policy_facts *facts,
                    struct policy_explanation *ret_explanation);

#endif
