#include "policy/explain.h"

#include "policy/listing.h"

/* True when the service is open in this slot to this registration, given that the query names what is demanded. */
static bool is_open(const struct policy_edition *edition, struct policy_facts facts, struct policy_slot slot)
{
    struct policy_decision decision;
    facts.basis = slot.basis;
    facts.duty = slot.duty;
    facts.case_state = POLICY_CASE_WELLFORMED;
    facts.article = base_bytes_text(policy_edition_article(edition, 0));
    policy_decide(edition, &facts, &decision);
    return decision.effect != POLICY_EFFECT_DENY;
}

void policy_explain(const struct policy_edition *edition, const struct policy_facts *facts,
                    struct policy_explanation *ret_explanation)
{
    *ret_explanation = (struct policy_explanation){.slots = 0};
    policy_decide(edition, facts, &ret_explanation->decision);
    if (!edition)
        return;
    struct policy_facts all = *facts;
    policy_facts_grant_all(edition, &all);
    ret_explanation->bases = all.granted_bases;
    ret_explanation->duties = all.granted_duties;
    for (unsigned slot = 0; slot < POLICY_SLOT_COUNT; slot++) {
        ret_explanation->slots |= is_open(edition, all, policy_slot_at(slot)) ? 1u << slot : 0;
        ret_explanation->granted_slots |= is_open(edition, *facts, policy_slot_at(slot)) ? 1u << slot : 0;
    }
}
