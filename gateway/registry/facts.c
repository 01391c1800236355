#include "gateway/registry/facts.h"

struct registry_standing registry_standing_of(const struct store_officer *officer)
{
    if (!officer)
        return (struct registry_standing){.registered = false};
    return (struct registry_standing){
        .registered = true,
        .active = officer->state == STORE_OFFICER_ACTIVE,
        .network_allowed = officer->network_allowed,
        .agreement_signed = officer->agreement_version > 0,
    };
}

struct policy_facts registry_facts_of(const struct store_officer *officer)
{
    struct policy_facts facts = {.role = officer->role > 0 ? (unsigned)officer->role : 0};
    for (size_t i = 0; i < officer->bases.count; i++) {
        enum policy_basis basis = policy_basis_parse(base_bytes_text(officer->bases.names[i]));
        if (basis != POLICY_BASIS_NONE)
            facts.granted_bases |= 1u << basis;
    }
    for (size_t i = 0; i < officer->duties.count; i++) {
        enum policy_duty duty = policy_duty_parse(base_bytes_text(officer->duties.names[i]));
        if (duty != POLICY_DUTY_NONE)
            facts.granted_duties |= 1u << duty;
    }
    return facts;
}

const char *registry_state_text(enum store_officer_state state)
{
    switch (state) {
    case STORE_OFFICER_ACTIVE:
        return "active";
    case STORE_OFFICER_BLOCKED:
        return "blocked";
    case STORE_OFFICER_SUSPENDED:
        return "suspended";
    case STORE_OFFICER_ENDED:
        return "ended";
    case STORE_OFFICER_UNKNOWN:
        break;
    }
    return NULL;
}
