/* What the policy says of one query: the effect, what it demands, every reason against it, and the places of the order
 * it rests on. A plain value without pointers; zeroed memory means deny. */
#ifndef POLICY_DECISION_H
#define POLICY_DECISION_H

#include <stdbool.h>
#include <stdint.h>

enum policy_effect {
    POLICY_EFFECT_DENY = 0,
    POLICY_EFFECT_PERMIT,
    POLICY_EFFECT_ABBREVIATED, /* permitted without the amounts (R04): the caller must remove them */
};

/* In the order in which a reply lists them; the first is the problem type. */
enum policy_reason {
    POLICY_REASON_NONE = 0,
    POLICY_REASON_ROLE_BASIS,
    POLICY_REASON_BASIS_NOT_GRANTED,
    POLICY_REASON_DUTY_MISSING,
    POLICY_REASON_DUTY_NOT_OF_ROLE,
    POLICY_REASON_DUTY_NOT_GRANTED,
    POLICY_REASON_SERVICE_CLOSED,
    POLICY_REASON_CASE_MISSING,
    POLICY_REASON_CASE_MALFORMED,
    POLICY_REASON_ARTICLE_MISSING,
    POLICY_REASON_ARTICLE_NOT_LISTED,
};
enum { POLICY_REASON_MAX = POLICY_REASON_ARTICLE_NOT_LISTED };

/* Bits of policy_decision.needs. */
enum policy_need {
    POLICY_NEED_CASE = 1,    /* clause 19 */
    POLICY_NEED_ARTICLE = 2, /* clause 9 */
};

/* A place in the order. A number is 0 where the place has none: clause 19 alone has no appendix. */
struct policy_citation {
    uint64_t readings; /* bit n: reading n of READINGS, R01 is bit 1 */
    uint8_t clause;
    uint8_t appendix;
    uint8_t row;    /* service in App. 1-7, entry in App. 8, role in App. 12 */
    uint8_t column; /* from 1 */
    uint8_t reason; /* enum policy_reason it supports; NONE: supports the permit */
};

enum { POLICY_CITATION_MAX = 8 };

struct policy_decision {
    enum policy_effect effect;
    unsigned needs;   /* bits of enum policy_need: what basis and service demand, given or not */
    unsigned reasons; /* bits 1u << enum policy_reason: all that hold. 0 with deny: the facts were unusable */
    bool doubtful;    /* rests on a place that is badly printed or uncertain (READINGS "Doubtful cells", R19) */
    unsigned citation_count;
    struct policy_citation citations[POLICY_CITATION_MAX]; /* the first citation_count, in order of their reasons */
};

/* "permit", "abbreviated", "deny". Static text. */
const char *policy_effect_name(enum policy_effect effect);

/* "role-basis" ... "article-not-listed": the problem codes; "-" for NONE. Static text. */
const char *policy_reason_name(enum policy_reason reason);

/* The first reason that holds in the order above, NONE without any. */
enum policy_reason policy_decision_first(const struct policy_decision *decision);

/* Deny, without reason or citation. What lies beyond citation_count is not written: that would cost more than deciding.
 */
static inline void policy_decision_init(struct policy_decision *decision)
{
    decision->effect = POLICY_EFFECT_DENY;
    decision->needs = 0;
    decision->reasons = 0;
    decision->doubtful = false;
    decision->citation_count = 0;
}

static inline bool policy_decision_has(const struct policy_decision *decision, enum policy_reason reason)
{
    return (decision->reasons >> reason) & 1;
}

/* True when both say the same in every member. */
bool policy_decision_equal(const struct policy_decision *a, const struct policy_decision *b);

#endif
