/* A registration becomes facts: only what it says, and nothing for whom is not registered. */
#include <stdio.h>
#include <string.h>

#include "gateway/registry/facts.h"
#include "tests/check_main.h"

static void name(struct store_names *names, const char *text)
{
    snprintf(names->names[names->count++], STORE_NAME_MAX, "%s", text);
}

START_TEST(nobody_has_nothing)
{
    struct registry_standing standing = registry_standing_of(NULL);
    ck_assert(!standing.registered && !standing.active && !standing.network_allowed && !standing.agreement_signed);
    static const struct store_officer empty;
    standing = registry_standing_of(&empty);
    ck_assert(standing.registered && !standing.active && !standing.network_allowed && !standing.agreement_signed);
    struct policy_facts facts = registry_facts_of(&empty);
    ck_assert_uint_eq(facts.role, 0);
    ck_assert_uint_eq(facts.granted_bases | facts.granted_duties, 0);
}
END_TEST

START_TEST(only_an_active_officer_is_active)
{
    for (unsigned state = STORE_OFFICER_UNKNOWN; state <= STORE_OFFICER_ENDED; state++) {
        struct store_officer officer = {.state = (enum store_officer_state)state};
        ck_assert(registry_standing_of(&officer).active == (state == STORE_OFFICER_ACTIVE));
        ck_assert((registry_state_text(officer.state) == NULL) == (state == STORE_OFFICER_UNKNOWN));
    }
}
END_TEST

START_TEST(grants_become_bits)
{
    struct store_officer officer = {.role = 15, .state = STORE_OFFICER_ACTIVE};
    name(&officer.bases, "other_duties");
    name(&officer.bases, "search_measures");
    name(&officer.bases, "curiosity"); /* a word the order does not know grants nothing */
    name(&officer.duties, "app5.2");
    name(&officer.duties, "app9.1");
    struct policy_facts facts = registry_facts_of(&officer);
    ck_assert_uint_eq(facts.role, 15);
    ck_assert_uint_eq(facts.granted_bases, 1u << POLICY_BASIS_OTHER_DUTIES | 1u << POLICY_BASIS_SEARCH_MEASURES);
    ck_assert_uint_eq(facts.granted_duties, 1u << POLICY_DUTY_APP5_2);
    ck_assert_uint_eq(facts.service, 0); /* the query's part stays empty */
    officer.role = -1;
    ck_assert_uint_eq(registry_facts_of(&officer).role, 0);
}
END_TEST

CHECK_MAIN("facts", nobody_has_nothing, only_an_active_officer_is_active, grants_become_bits)
