#include "policy/decision.h"

static const char *const reason_names[POLICY_REASON_MAX + 1] = {
    [POLICY_REASON_NONE] = "-",
    [POLICY_REASON_ROLE_BASIS] = "role-basis",
    [POLICY_REASON_BASIS_NOT_GRANTED] = "basis-not-granted",
    [POLICY_REASON_DUTY_MISSING] = "duty-missing",
    [POLICY_REASON_DUTY_NOT_OF_ROLE] = "duty-not-of-role",
    [POLICY_REASON_DUTY_NOT_GRANTED] = "duty-not-granted",
    [POLICY_REASON_SERVICE_CLOSED] = "service-closed",
    [POLICY_REASON_CASE_MISSING] = "case-missing",
    [POLICY_REASON_CASE_MALFORMED] = "case-malformed",
    [POLICY_REASON_ARTICLE_MISSING] = "article-missing",
    [POLICY_REASON_ARTICLE_NOT_LISTED] = "article-not-listed",
};

const char *policy_effect_name(enum policy_effect effect)
{
    switch (effect) {
    case POLICY_EFFECT_PERMIT:
        return "permit";
    case POLICY_EFFECT_ABBREVIATED:
        return "abbreviated";
    case POLICY_EFFECT_DENY:
        break;
    }
    return "deny";
}

const char *policy_reason_name(enum policy_reason reason)
{
    return reason_names[(unsigned) reason <= POLICY_REASON_MAX ? reason : POLICY_REASON_NONE];
}

enum policy_reason policy_decision_first(const struct policy_decision *decision)
{
    for (unsigned i = 1; i <= POLICY_REASON_MAX; i++)
        if (policy_decision_has(decision, (enum policy_reason) i))
            return (enum policy_reason) i;
    return POLICY_REASON_NONE;
}

static bool citation_equal(const struct policy_citation *a, const struct policy_citation *b)
{
    return a->readings == b->readings && a->clause == b->clause && a->appendix == b->appendix && a->row == b->row &&
           a->column == b->column && a->reason == b->reason;
}

bool policy_decision_equal(const struct policy_decision *a, const struct policy_decision *b)
{
    if (a->effect != b->effect || a->needs != b->needs || a->reasons != b->reasons || a->doubtful != b->doubtful ||
        a->citation_count != b->citation_count)
        return false;
    for (unsigned i = 0; i < a->citation_count; i++)
        if (!citation_equal(&a->citations[i], &b->citations[i]))
            return false;
    return true;
}
