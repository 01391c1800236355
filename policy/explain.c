#include "policy/explain.h"

#include "policy/listing.h"

/* What a query in this slot would get by this registration, given that it names what is demanded. */
static enum policy_effect slot_decide(const struct policy_edition *edition, struct policy_facts facts, struct policy_slot slot)
{
    struct policy_decision decision;
    facts.basis = slot.basis;
    facts.duty = slot.duty;
    facts.case_state = POLICY_CASE_WELLFORMED;
    facts.article = base_bytes_text(policy_edition_article(edition, 0));
    policy_decide(edition, &facts, &decision);
    return decision.effect;
}

/* The slot's bit where a query is answered. */
static unsigned slot_bit(const struct policy_edition *edition, const struct policy_facts *facts, unsigned slot)
{
    switch (slot_decide(edition, *facts, policy_slot_at(slot))) {
    case POLICY_EFFECT_PERMIT:
    case POLICY_EFFECT_ABBREVIATED:
        return 1u << slot;
    case POLICY_EFFECT_DENY:
        break;
    }
    return 0;
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
        ret_explanation->slots |= slot_bit(edition, &all, slot);
        ret_explanation->granted_slots |= slot_bit(edition, facts, slot);
    }
}
