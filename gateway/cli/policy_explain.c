#include "gateway/cli/policy_explain.h"

#include "policy/encode.h"

#include <stdio.h>

static void slots_print(const char *lead, unsigned slots)
{
    bool first = true;
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++) {
        if (!(slots >> i & 1))
            continue;
        struct policy_slot slot = policy_slot_at(i);
        printf("%s%s%s%s", first ? lead : ", ", policy_basis_name(slot.basis), slot.duty ? " " : "",
               slot.duty ? policy_duty_name(slot.duty) : "");
        first = false;
    }
    if (!first)
        puts("");
}

static void names_print(unsigned bits, unsigned max, const char *name(unsigned))
{
    bool first = true;
    for (unsigned i = 1; i <= max; i++)
        if (bits >> i & 1) {
            printf("%s%s", first ? " " : ", ", name(i));
            first = false;
        }
    puts(first ? " none" : "");
}

static const char *basis_name(unsigned basis)
{
    return policy_basis_name((enum policy_basis) basis);
}

static const char *duty_name(unsigned duty)
{
    return policy_duty_name((enum policy_duty) duty);
}

/* What is wrong, and the change that would mend it. */
static void reason_print(const struct policy_explanation *explanation, const struct policy_edition *edition,
                         const struct policy_facts *facts, enum policy_reason reason)
{
    printf("\n%s\n  ", policy_reason_name(reason));
    switch (reason) {
    case POLICY_REASON_NONE:
        break;
    case POLICY_REASON_ROLE_BASIS:
        printf("Role %u (%s) does not have the basis %s. Choose one that it has:", facts->role,
               policy_edition_role_name(edition, facts->role, POLICY_LANGUAGE_EN), policy_basis_name(facts->basis));
        names_print(explanation->bases, POLICY_BASIS_MAX, basis_name);
        break;
    case POLICY_REASON_BASIS_NOT_GRANTED:
        printf("The registration lacks the basis %s, which the role may have. An application must ask for it.\n",
               policy_basis_name(facts->basis));
        break;
    case POLICY_REASON_DUTY_MISSING:
        printf("Other duties need a duty. Name one of the role's own:");
        names_print(explanation->duties, POLICY_DUTY_MAX, duty_name);
        break;
    case POLICY_REASON_DUTY_NOT_OF_ROLE:
        printf("%s is no duty of this role. Name one of its own:", policy_duty_name(facts->duty));
        names_print(explanation->duties, POLICY_DUTY_MAX, duty_name);
        break;
    case POLICY_REASON_DUTY_NOT_GRANTED:
        printf("The registration lacks %s. ", policy_duty_name(facts->duty));
        puts(explanation->duties >> facts->duty & 1 ? "An application must ask for it."
                                                    : "The role cannot have it at all.");
        break;
    case POLICY_REASON_SERVICE_CLOSED:
        printf("Service %u (%s) is closed on this ground. ", facts->service,
               policy_edition_service_name(edition, facts->service, POLICY_LANGUAGE_EN));
        puts(explanation->slots == 0 ? "No other ground opens it to this role."
                                     : "Use a ground that opens it (below).");
        break;
    case POLICY_REASON_CASE_MISSING:
        puts("This basis needs the number of the criminal case. Name it.");
        break;
    case POLICY_REASON_CASE_MALFORMED:
        puts("The case number has the wrong form. Correct it, or leave it out where it is not needed.");
        break;
    case POLICY_REASON_ARTICLE_MISSING:
        printf("Service %u is open only for the articles of App. 8. Name the article of the case.\n", facts->service);
        break;
    case POLICY_REASON_ARTICLE_NOT_LISTED:
        puts(policy_edition_service_marked(edition, facts->service)
                 ? "This article and part is not in App. 8. Name one exactly as listed there, if the case has one."
                 : "This is no article. Write 216/2 or 220, or leave it out: this service needs none.");
        break;
    }
}

static void citation_print(const struct policy_citation *citation, const struct policy_edition *edition)
{
    printf("  clause %u", citation->clause);
    if (citation->appendix)
        printf(", App. %u", citation->appendix);
    if (citation->row)
        printf(", row %u", citation->row);
    if (citation->column)
        printf(", column %u", citation->column);
    puts("");
    for (unsigned i = 1; i < 64; i++)
        if (citation->readings >> i & 1)
            printf("    R%02u: %s\n", i, policy_edition_reading(edition, i));
}

static void slots_encode(unsigned slots, struct base_json *json)
{
    base_json_array_begin(json);
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++)
        if (slots >> i & 1) {
            struct policy_slot slot = policy_slot_at(i);
            base_json_object_begin(json);
            base_json_member_text(json, "basis", policy_basis_name(slot.basis));
            base_json_member_text(json, "duty", slot.duty ? policy_duty_name(slot.duty) : NULL);
            base_json_object_end(json);
        }
    base_json_array_end(json);
}

void cli_policy_explanation_encode(const struct policy_explanation *explanation, const struct policy_edition *edition,
                                   struct base_json *json)
{
    base_json_object_begin(json);
    base_json_name(json, "decision");
    policy_decision_encode_whole(&explanation->decision, edition, json);
    base_json_name(json, "open_to_registration");
    slots_encode(explanation->granted_slots, json);
    base_json_name(json, "open_to_role");
    slots_encode(explanation->slots, json);
    base_json_object_end(json);
}

void cli_policy_explanation_print(const struct policy_explanation *explanation, const struct policy_edition *edition,
                                  const struct policy_facts *facts)
{
    const struct policy_decision *decision = &explanation->decision;
    printf("%s%s\n", policy_effect_name(decision->effect),
           decision->effect == POLICY_EFFECT_ABBREVIATED ? ": the amounts are left out" : "");
    for (unsigned reason = 1; reason <= POLICY_REASON_MAX; reason++)
        if (policy_decision_has(decision, (enum policy_reason) reason))
            reason_print(explanation, edition, facts, (enum policy_reason) reason);
    printf("\nby edition %s:\n", policy_edition_id(edition));
    for (unsigned i = 0; i < decision->citation_count; i++)
        citation_print(&decision->citations[i], edition);
    if (decision->doubtful)
        puts("  The place is badly printed or uncertain.");
    if (decision->effect != POLICY_EFFECT_DENY)
        return;
    puts("");
    slots_print("This registration may ask the service on: ", explanation->granted_slots);
    slots_print("The role could be granted it on: ", explanation->slots & ~explanation->granted_slots);
    if (explanation->slots == 0)
        puts("No ground opens this service to this role.");
}
