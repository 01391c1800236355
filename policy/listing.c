#include "policy/listing.h"

void policy_facts_grant_all(const struct policy_edition *edition, struct policy_facts *facts)
{
    facts->granted_bases = policy_edition_role_bases(edition, facts->role);
    facts->granted_duties = policy_edition_role_duties(edition, facts->role);
}

struct policy_line policy_line_at(const struct policy_edition *edition, unsigned index)
{
    struct policy_line line = {
        .role = index / (POLICY_SLOT_COUNT * POLICY_SERVICE_MAX) + 1,
        .slot = index / POLICY_SERVICE_MAX % POLICY_SLOT_COUNT,
        .service = index % POLICY_SERVICE_MAX + 1,
    };
    struct policy_slot slot = policy_slot_at(line.slot);
    struct policy_facts facts = {
        .role = line.role,
        .basis = slot.basis,
        .duty = slot.duty,
        .service = line.service,
        .case_state = POLICY_CASE_WELLFORMED,
        .article = base_bytes_text(policy_edition_article(edition, 0)),
    };
    struct policy_decision decision;
    policy_facts_grant_all(edition, &facts);
    policy_decide(edition, &facts, &decision);
    line.effect = decision.effect;
    line.needs = decision.effect == POLICY_EFFECT_DENY ? 0 : decision.needs;
    return line;
}

const char *policy_needs_name(unsigned needs)
{
    static const char *const names[] = {"-", "case", "article", "case,article"};
    return names[needs & (POLICY_NEED_CASE | POLICY_NEED_ARTICLE)];
}
