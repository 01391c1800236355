/* All that a decision rests on. A plain value; the bytes it points to are borrowed. */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include "policy/basis.h"

enum { POLICY_ROLE_MAX = 15, POLICY_SERVICE_MAX = 76 };

enum policy_case {
    POLICY_CASE_ABSENT = 0,
    POLICY_CASE_MALFORMED,
    POLICY_CASE_WELLFORMED,
};

struct policy_facts {
    /* From the registration: never from the query. */
    unsigned role;           /* 1-15: rows of App. 12, and 15 by R05 */
    unsigned granted_bases;  /* bits 1u << enum policy_basis */
    unsigned granted_duties; /* bits 1u << enum policy_duty. Column 1 of the role's own appendix comes with the
                                registration for other duties (R08) and need not be among them */
    /* From the signed query. */
    enum policy_basis basis;
    enum policy_duty duty;       /* NONE: the query names none */
    unsigned service;            /* 1-76 */
    enum policy_case case_state; /* of policy_case_check() */
    struct base_bytes article;   /* as in the query; data == NULL: the query names none */
};

#endif
