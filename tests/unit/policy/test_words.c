/* Proves: names of bases, duties, slots, effects and reasons go there and back; unknown text is NONE; what is out of
 * range has a harmless name; zeroed memory denies. */
#include "policy/basis.h"
#include "policy/decision.h"
#include "policy/listing.h"
#include "tests/check_main.h"

#include <stdlib.h>

START_TEST(bases_go_there_and_back)
{
    static const char *const names[] = {"operative_search", "covert_investigation", "search_measures", "other_duties"};
    for (unsigned i = 1; i <= POLICY_BASIS_MAX; i++) {
        ck_assert_str_eq(policy_basis_name((enum policy_basis) i), names[i - 1]);
        ck_assert_uint_eq(policy_basis_parse(base_bytes_text(names[i - 1])), i);
    }
}
END_TEST

START_TEST(unknown_words_are_none)
{
    static const char *const bases[] = {"", "-", "Operative_search", "operative_search ", "operative", "other_duties2"};
    static const char *const duties[] = {"", "-", "app4", "app4.0", "app4.6", "app5.3", "app8.1", "APP4.1", "app4.1 "};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bases); i++)
        ck_assert_uint_eq(policy_basis_parse(base_bytes_text(bases[i])), POLICY_BASIS_NONE);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(duties); i++)
        ck_assert_uint_eq(policy_duty_parse(base_bytes_text(duties[i])), POLICY_DUTY_NONE);
    ck_assert_uint_eq(policy_duty_parse(base_bytes_of("app4.1\0", 7)), POLICY_DUTY_NONE);
    ck_assert_uint_eq(policy_basis_parse(base_bytes_of(NULL, 0)), POLICY_BASIS_NONE);
}
END_TEST

START_TEST(duties_are_columns)
{
    static const struct {
        const char *name;
        unsigned appendix, column;
    } known[] = {{"app4.1", 4, 1}, {"app4.2", 4, 2}, {"app4.3", 4, 3}, {"app4.4", 4, 4}, {"app4.5", 4, 5},
                 {"app5.1", 5, 1}, {"app5.2", 5, 2}, {"app6.1", 6, 1}, {"app7.1", 7, 1}};
    for (unsigned i = 0; i < BASE_ARRAY_LENGTH(known); i++) {
        enum policy_duty duty = policy_duty_parse(base_bytes_text(known[i].name));
        ck_assert_uint_eq(duty, i + 1);
        ck_assert_str_eq(policy_duty_name(duty), known[i].name);
        ck_assert_uint_eq(policy_duty_appendix(duty), known[i].appendix);
        ck_assert_uint_eq(policy_duty_column(duty), known[i].column);
    }
}
END_TEST

START_TEST(slots_are_three_bases_and_nine_duties)
{
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++) {
        struct policy_slot slot = policy_slot_at(i);
        ck_assert_uint_eq(policy_slot_find(slot.basis, slot.duty), i);
        ck_assert_uint_eq(slot.basis, i < 3 ? i + 1 : POLICY_BASIS_OTHER_DUTIES);
        ck_assert_uint_eq(slot.duty, i < 3 ? 0 : i - 2);
    }
    ck_assert_uint_eq(policy_slot_at(POLICY_SLOT_COUNT).basis, POLICY_BASIS_NONE);
    ck_assert_uint_eq(policy_slot_find(POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_NONE), POLICY_SLOT_COUNT);
    ck_assert_uint_eq(policy_slot_find(POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_APP4_1), POLICY_SLOT_COUNT);
}
END_TEST

START_TEST(reasons_have_the_problem_codes_in_order)
{
    static const char *const codes[] = {"role-basis",       "basis-not-granted", "duty-missing", "duty-not-of-role",
                                        "duty-not-granted", "service-closed",    "case-missing", "case-malformed",
                                        "article-missing",  "article-not-listed"};
    ck_assert_uint_eq(BASE_ARRAY_LENGTH(codes), POLICY_REASON_MAX);
    for (unsigned i = 1; i <= POLICY_REASON_MAX; i++)
        ck_assert_str_eq(policy_reason_name((enum policy_reason) i), codes[i - 1]);
}
END_TEST

START_TEST(zeroed_memory_denies)
{
    struct policy_decision decision;
    memset(&decision, 0, sizeof(decision));
    ck_assert_str_eq(policy_effect_name(decision.effect), "deny");
    ck_assert_uint_eq(policy_decision_first(&decision), POLICY_REASON_NONE);
}
END_TEST

START_TEST(out_of_range_names_are_harmless)
{
    unsigned far = 1000;
    ck_assert_str_eq(policy_basis_name((enum policy_basis) far), "-");
    ck_assert_str_eq(policy_duty_name((enum policy_duty) far), "-");
    ck_assert_str_eq(policy_reason_name((enum policy_reason) far), "-");
    ck_assert_str_eq(policy_effect_name((enum policy_effect) far), "deny");
    ck_assert_uint_eq(policy_duty_appendix((enum policy_duty) far), 0);
    ck_assert_str_eq(policy_needs_name(0), "-");
    ck_assert_str_eq(policy_needs_name(POLICY_NEED_CASE), "case");
    ck_assert_str_eq(policy_needs_name(POLICY_NEED_ARTICLE), "article");
    ck_assert_str_eq(policy_needs_name(POLICY_NEED_ARTICLE | POLICY_NEED_CASE), "case,article");
}
END_TEST

START_TEST(the_first_reason_is_the_first_in_order)
{
    struct policy_decision decision = {.reasons =
                                           1u << POLICY_REASON_ARTICLE_MISSING | 1u << POLICY_REASON_SERVICE_CLOSED};
    ck_assert_uint_eq(policy_decision_first(&decision), POLICY_REASON_SERVICE_CLOSED);
}
END_TEST

START_TEST(decisions_differ_in_every_member)
{
    struct policy_decision a = {.effect = POLICY_EFFECT_PERMIT, .citation_count = 1}, b = a;
    ck_assert(policy_decision_equal(&a, &b));
    b.effect = POLICY_EFFECT_ABBREVIATED;
    ck_assert(!policy_decision_equal(&a, &b));
    b = a;
    b.needs = 1;
    ck_assert(!policy_decision_equal(&a, &b));
    b = a;
    b.reasons = 2;
    ck_assert(!policy_decision_equal(&a, &b));
    b = a;
    b.doubtful = true;
    ck_assert(!policy_decision_equal(&a, &b));
    b = a;
    b.citation_count = 0;
    ck_assert(!policy_decision_equal(&a, &b));
    for (unsigned member = 0; member < 6; member++) {
        b = a;
        b.citations[0].readings = member == 0;
        b.citations[0].clause = member == 1;
        b.citations[0].appendix = member == 2;
        b.citations[0].row = member == 3;
        b.citations[0].column = member == 4;
        b.citations[0].reason = member == 5;
        ck_assert(!policy_decision_equal(&a, &b));
    }
}
END_TEST

CHECK_MAIN("policy words", bases_go_there_and_back, unknown_words_are_none, duties_are_columns,
           slots_are_three_bases_and_nine_duties, reasons_have_the_problem_codes_in_order, zeroed_memory_denies,
           out_of_range_names_are_harmless, the_first_reason_is_the_first_in_order, decisions_differ_in_every_member)
