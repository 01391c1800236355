/* Proves: each reason holds exactly when DESIGN says, by itself and beside others, with the places of the order it
 * rests on; each reading of READINGS decides as written there; unusable facts are denied. Every decision is made by the
 * compiled table and by the rules, and both must be the expected one. */
#include "policy/listing.h"
#include "policy/rules.h"
#include "support.h"

#include <check.h>
#include <stdlib.h>

#define R(n) (UINT64_C(1) << (n))
#define ALL_BASES 0x1eu /* the four bits of enum policy_basis */

static struct policy_edition *edition;

static void setup(void)
{
    edition = support_edition(NULL);
}

static void teardown(void)
{
    policy_edition_free(edition);
}

static struct policy_decision decide(struct policy_facts facts)
{
    struct policy_decision by_table, by_rules;
    policy_decide(edition, &facts, &by_table);
    policy_rules_decide(edition, &facts, &by_rules);
    ck_assert(policy_decision_equal(&by_table, &by_rules));
    return by_table;
}

/* The facts of an officer who was granted all that App. 12 allows. */
static struct policy_facts facts_of(unsigned role, enum policy_basis basis, enum policy_duty duty, unsigned service)
{
    struct policy_facts facts = {.role = role, .basis = basis, .duty = duty, .service = service};
    policy_facts_grant_all(edition, &facts);
    return facts;
}

static void expect_reasons(const struct policy_decision *decision, unsigned reasons)
{
    ck_assert_uint_eq(decision->reasons, reasons);
    ck_assert_int_eq(decision->effect == POLICY_EFFECT_DENY, reasons != 0);
}

static void expect_citation(const struct policy_decision *decision, unsigned index, struct policy_citation expected)
{
    ck_assert_uint_lt(index, decision->citation_count);
    const struct policy_citation *found = &decision->citations[index];
    ck_assert_uint_eq(found->clause, expected.clause);
    ck_assert_uint_eq(found->appendix, expected.appendix);
    ck_assert_uint_eq(found->row, expected.row);
    ck_assert_uint_eq(found->column, expected.column);
    ck_assert_uint_eq(found->reason, expected.reason);
    ck_assert_uint_eq(found->readings, expected.readings);
}

#define CITATION(...) ((struct policy_citation){__VA_ARGS__})
#define BIT(reason) (1u << POLICY_REASON_##reason)

START_TEST(an_open_service_is_permitted_and_cites_its_cell)
{
    struct policy_decision decision = decide(facts_of(2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1));
    ck_assert_int_eq(decision.effect, POLICY_EFFECT_PERMIT);
    ck_assert_uint_eq(decision.needs, 0);
    ck_assert_uint_eq(decision.citation_count, 1);
    expect_citation(&decision, 0, CITATION(.clause = 2, .appendix = 1, .row = 1, .column = 1));
    ck_assert(!decision.doubtful);
}
END_TEST

START_TEST(each_ground_cites_its_clause)
{
    static const struct {
        unsigned role;
        enum policy_basis basis;
        enum policy_duty duty;
        uint8_t clause, appendix, column;
    } grounds[] = {
        {2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 2, 1, 1},
        {2, POLICY_BASIS_COVERT_INVESTIGATION, POLICY_DUTY_NONE, 3, 2, 1},
        {2, POLICY_BASIS_SEARCH_MEASURES, POLICY_DUTY_NONE, 4, 3, 1},
        {2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_1, 5, 4, 1},
        {2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_2, 5, 4, 2},
        {2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_5, 5, 4, 5},
        {15, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP5_1, 6, 5, 1},
        {15, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP5_2, 6, 5, 2},
        {3, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP6_1, 7, 6, 1},
        {1, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP7_1, 8, 7, 1},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(grounds); i++) {
        struct policy_facts facts = facts_of(grounds[i].role, grounds[i].basis, grounds[i].duty, 1);
        facts.case_state = POLICY_CASE_WELLFORMED;
        struct policy_decision decision = decide(facts);
        ck_assert_int_eq(decision.effect, POLICY_EFFECT_PERMIT);
        ck_assert_uint_eq(decision.citations[0].clause, grounds[i].clause);
        ck_assert_uint_eq(decision.citations[0].appendix, grounds[i].appendix);
        ck_assert_uint_eq(decision.citations[0].column, grounds[i].column);
    }
}
END_TEST

START_TEST(role_basis_is_app_12)
{
    struct policy_decision decision = decide(facts_of(6, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1));
    expect_reasons(&decision, BIT(ROLE_BASIS));
    expect_citation(&decision, 0,
                    CITATION(.clause = 15, .appendix = 12, .row = 6, .column = 1, .reason = POLICY_REASON_ROLE_BASIS));
}
END_TEST

START_TEST(a_basis_that_app_12_gives_must_be_granted)
{
    struct policy_facts facts = facts_of(2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1);
    facts.granted_bases = ALL_BASES & ~(1u << POLICY_BASIS_OPERATIVE_SEARCH);
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, BIT(BASIS_NOT_GRANTED));
    expect_citation(
        &decision, 0,
        CITATION(.clause = 15, .appendix = 12, .row = 2, .column = 1, .reason = POLICY_REASON_BASIS_NOT_GRANTED));
    /* What App. 12 refuses is role-basis alone, granted or not. */
    facts = facts_of(7, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1);
    facts.granted_bases = 0;
    decision = decide(facts);
    expect_reasons(&decision, BIT(ROLE_BASIS));
    facts.granted_bases = ALL_BASES;
    decision = decide(facts);
    expect_reasons(&decision, BIT(ROLE_BASIS));
}
END_TEST

START_TEST(other_duties_need_a_duty)
{
    struct policy_decision decision = decide(facts_of(2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_NONE, 57));
    /* The column is unknown: whether the service is closed is not tested. */
    expect_reasons(&decision, BIT(DUTY_MISSING));
    ck_assert_uint_eq(decision.citation_count, 1);
    expect_citation(&decision, 0, CITATION(.clause = 20, .reason = POLICY_REASON_DUTY_MISSING));
}
END_TEST

START_TEST(a_duty_is_of_the_own_body)
{
    struct policy_facts facts = facts_of(3, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_1, 57);
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, BIT(DUTY_NOT_OF_ROLE) | BIT(DUTY_NOT_GRANTED) | BIT(SERVICE_CLOSED));
    expect_citation(&decision, 0,
                    CITATION(.clause = 20, .appendix = 6, .readings = R(7), .reason = POLICY_REASON_DUTY_NOT_OF_ROLE));
    expect_citation(
        &decision, 1,
        CITATION(.clause = 20, .appendix = 4, .column = 1, .readings = R(8), .reason = POLICY_REASON_DUTY_NOT_GRANTED));
    expect_citation(&decision, 2,
                    CITATION(.clause = 5, .appendix = 4, .row = 57, .column = 1, .readings = R(8),
                             .reason = POLICY_REASON_SERVICE_CLOSED));
    /* A registration that names a foreign duty does not make it the role's own. */
    facts.granted_duties = 1u << POLICY_DUTY_APP4_1;
    facts.service = 1;
    decision = decide(facts);
    expect_reasons(&decision, BIT(DUTY_NOT_OF_ROLE));
}
END_TEST

START_TEST(column_1_comes_with_the_registration_and_no_other) /* R08 */
{
    struct policy_facts facts = facts_of(2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_1, 1);
    facts.granted_duties = 0;
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, 0);
    facts.duty = POLICY_DUTY_APP4_5;
    decision = decide(facts);
    expect_reasons(&decision, BIT(DUTY_NOT_GRANTED));
    expect_citation(
        &decision, 0,
        CITATION(.clause = 20, .appendix = 4, .column = 5, .readings = R(8), .reason = POLICY_REASON_DUTY_NOT_GRANTED));
    facts.granted_duties = 1u << POLICY_DUTY_APP4_5;
    decision = decide(facts);
    expect_reasons(&decision, 0);
    /* Without the registration for other duties nothing comes along. */
    facts.duty = POLICY_DUTY_APP4_1;
    facts.granted_bases = 1u << POLICY_BASIS_OPERATIVE_SEARCH;
    decision = decide(facts);
    expect_reasons(&decision, BIT(BASIS_NOT_GRANTED) | BIT(DUTY_NOT_GRANTED));
}
END_TEST

START_TEST(an_empty_cell_is_closed_whatever_else_holds)
{
    struct policy_decision decision = decide(facts_of(6, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 57));
    expect_reasons(&decision, BIT(ROLE_BASIS) | BIT(SERVICE_CLOSED));
    expect_citation(
        &decision, 1,
        CITATION(.clause = 2, .appendix = 1, .row = 57, .column = 1, .reason = POLICY_REASON_SERVICE_CLOSED));
}
END_TEST

START_TEST(covert_investigation_and_search_measures_name_a_case)
{
    static const enum policy_basis bases[] = {POLICY_BASIS_COVERT_INVESTIGATION, POLICY_BASIS_SEARCH_MEASURES};
    for (size_t i = 0; i < 2; i++) {
        struct policy_facts facts = facts_of(2, bases[i], POLICY_DUTY_NONE, 1);
        struct policy_decision decision = decide(facts);
        expect_reasons(&decision, BIT(CASE_MISSING));
        ck_assert_uint_eq(decision.needs, POLICY_NEED_CASE);
        expect_citation(&decision, 0, CITATION(.clause = 19, .reason = POLICY_REASON_CASE_MISSING));
        facts.case_state = POLICY_CASE_MALFORMED;
        decision = decide(facts);
        expect_reasons(&decision, BIT(CASE_MALFORMED));
        expect_citation(&decision, 0,
                        CITATION(.clause = 19, .readings = R(12), .reason = POLICY_REASON_CASE_MALFORMED));
        facts.case_state = POLICY_CASE_WELLFORMED;
        decision = decide(facts);
        expect_reasons(&decision, 0);
        expect_citation(&decision, 1, CITATION(.clause = 19, .readings = R(12)));
    }
}
END_TEST

START_TEST(a_case_number_that_is_not_asked_is_checked_for_form)
{
    struct policy_facts facts = facts_of(2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1);
    facts.case_state = POLICY_CASE_MALFORMED;
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, BIT(CASE_MALFORMED));
    facts.case_state = POLICY_CASE_WELLFORMED;
    decision = decide(facts);
    expect_reasons(&decision, 0);
    ck_assert_uint_eq(decision.needs, 0);
}
END_TEST

START_TEST(a_marked_service_needs_a_listed_article)
{
    static const unsigned marked[] = {37, 38, 39, 40, 68, 69, 70, 71, 72};
    for (unsigned service = 1; service <= POLICY_SERVICE_MAX; service++) {
        bool is_marked = false;
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(marked); i++)
            is_marked |= marked[i] == service;
        ck_assert_int_eq(policy_edition_service_marked(edition, service), is_marked);
        struct policy_facts facts = facts_of(1, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, service);
        struct policy_decision decision = decide(facts);
        ck_assert_int_eq(policy_decision_has(&decision, POLICY_REASON_ARTICLE_MISSING), is_marked);
        facts.article = base_bytes_text("190/1");
        decision = decide(facts);
        ck_assert_int_eq(policy_decision_has(&decision, POLICY_REASON_ARTICLE_NOT_LISTED), is_marked);
        facts.article = base_bytes_text("216/2");
        decision = decide(facts);
        ck_assert(!policy_decision_has(&decision, POLICY_REASON_ARTICLE_NOT_LISTED));
    }
}
END_TEST

START_TEST(an_article_refusal_cites_app_8_and_the_cell)
{
    struct policy_facts facts = facts_of(2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 37);
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, BIT(ARTICLE_MISSING));
    ck_assert_uint_eq(decision.citation_count, 2);
    expect_citation(&decision, 0,
                    CITATION(.clause = 9, .appendix = 8, .readings = R(10), .reason = POLICY_REASON_ARTICLE_MISSING));
    expect_citation(
        &decision, 1,
        CITATION(.clause = 2, .appendix = 1, .row = 37, .column = 1, .reason = POLICY_REASON_ARTICLE_MISSING));
    facts.article = base_bytes_text("217/9");
    decision = decide(facts);
    expect_reasons(&decision, BIT(ARTICLE_NOT_LISTED));
    expect_citation(
        &decision, 0,
        CITATION(.clause = 9, .appendix = 8, .readings = R(9) | R(10), .reason = POLICY_REASON_ARTICLE_NOT_LISTED));
}
END_TEST

START_TEST(an_article_permit_cites_its_entry)
{
    struct policy_facts facts = facts_of(3, POLICY_BASIS_SEARCH_MEASURES, POLICY_DUTY_NONE, 68);
    facts.article = base_bytes_text("220"); /* entry 14 of App. 8 */
    facts.case_state = POLICY_CASE_WELLFORMED;
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, 0);
    ck_assert_uint_eq(decision.needs, POLICY_NEED_ARTICLE | POLICY_NEED_CASE);
    ck_assert_uint_eq(decision.citation_count, 3);
    expect_citation(&decision, 1, CITATION(.clause = 9, .appendix = 8, .row = 14, .readings = R(9)));
}
END_TEST

START_TEST(an_article_is_named_exactly_as_listed) /* R09 */
{
    static const char *const not_listed[] = {
        "",     "216", "216/4", "216/02",  "0216/2", "216/2 ", " 216/2", "220/1", "216.2", "21/62",
        "216/", "/2",  "216-2", "216/2/1", "216/2x", "240",    "2202",   "213",   "250/1", "1234567890123456"};
    struct policy_facts facts = facts_of(3, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 37);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(not_listed); i++) {
        facts.article = base_bytes_text(not_listed[i]);
        struct policy_decision decision = decide(facts);
        ck_assert_msg(decision.reasons == BIT(ARTICLE_NOT_LISTED), "%s", not_listed[i]);
    }
    facts.article = base_bytes_of("216/2\0", 6);
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, BIT(ARTICLE_NOT_LISTED));
    facts.article = base_bytes_of("216/2xyz", 5); /* a view, not a C string */
    decision = decide(facts);
    expect_reasons(&decision, 0);
}
END_TEST

START_TEST(an_article_that_is_not_asked_is_checked_for_form)
{
    struct policy_facts facts = facts_of(2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1);
    facts.article = base_bytes_text("190/1");
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, 0);
    ck_assert_uint_eq(decision.citation_count, 1);
    facts.article = base_bytes_text("theft");
    decision = decide(facts);
    expect_reasons(&decision, BIT(ARTICLE_NOT_LISTED));
    ck_assert_uint_eq(decision.citation_count, 1);
    expect_citation(&decision, 0,
                    CITATION(.clause = 9, .appendix = 8, .readings = R(9), .reason = POLICY_REASON_ARTICLE_NOT_LISTED));
}
END_TEST

START_TEST(r01_a_plain_plus_does_not_lift_clause_9)
{
    for (unsigned service = 38; service <= 40; service++) {
        struct policy_facts facts = facts_of(15, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP5_2, service);
        struct policy_decision decision = decide(facts);
        expect_reasons(&decision, BIT(ARTICLE_MISSING));
        expect_citation(&decision, 1,
                        CITATION(.clause = 6, .appendix = 5, .row = (uint8_t) service, .column = 2,
                                 .readings = R(1) | R(5) | R(7) | R(8), .reason = POLICY_REASON_ARTICLE_MISSING));
        facts.article = base_bytes_text("245/1");
        decision = decide(facts);
        ck_assert_int_eq(decision.effect, POLICY_EFFECT_PERMIT);
    }
    struct policy_decision decision = decide(facts_of(15, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP5_2, 37));
    expect_reasons(&decision, BIT(SERVICE_CLOSED) | BIT(ARTICLE_MISSING));
}
END_TEST

START_TEST(r02_to_r04_the_pension_service)
{
    static const struct {
        unsigned role;
        enum policy_basis basis;
        enum policy_duty duty;
        enum policy_effect effect;
        uint64_t readings;
    } columns[] = {
        {2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, POLICY_EFFECT_ABBREVIATED, R(4)},
        {2, POLICY_BASIS_COVERT_INVESTIGATION, POLICY_DUTY_NONE, POLICY_EFFECT_PERMIT, R(2)},
        {2, POLICY_BASIS_SEARCH_MEASURES, POLICY_DUTY_NONE, POLICY_EFFECT_ABBREVIATED, R(4)},
        {2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_1, POLICY_EFFECT_PERMIT, R(3) | R(7) | R(8)},
        {2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_2, POLICY_EFFECT_ABBREVIATED, R(3) | R(4) | R(7) | R(8)},
        {2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_3, POLICY_EFFECT_PERMIT, R(7) | R(8)},
        {15, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP5_1, POLICY_EFFECT_ABBREVIATED, R(4) | R(5) | R(7) | R(8)},
        {3, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP6_1, POLICY_EFFECT_ABBREVIATED, R(4) | R(7) | R(8)},
        {1, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP7_1, POLICY_EFFECT_PERMIT, R(2) | R(7) | R(8)},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(columns); i++) {
        struct policy_facts facts = facts_of(columns[i].role, columns[i].basis, columns[i].duty, 11);
        facts.case_state = POLICY_CASE_WELLFORMED;
        struct policy_decision decision = decide(facts);
        ck_assert_int_eq(decision.effect, columns[i].effect);
        ck_assert_uint_eq(decision.citations[0].readings, columns[i].readings);
        ck_assert_int_eq(decision.doubtful, (columns[i].readings & R(3)) != 0);
    }
}
END_TEST

START_TEST(r05_the_anti_corruption_service_has_other_duties_alone)
{
    for (unsigned basis = 1; basis < POLICY_BASIS_OTHER_DUTIES; basis++) {
        struct policy_facts facts = facts_of(15, (enum policy_basis) basis, POLICY_DUTY_NONE, 1);
        facts.case_state = POLICY_CASE_WELLFORMED;
        struct policy_decision decision = decide(facts);
        expect_reasons(&decision, BIT(ROLE_BASIS));
        /* App. 12 has no row for it. */
        expect_citation(&decision, 0,
                        CITATION(.clause = 15, .appendix = 12, .column = (uint8_t) basis, .readings = R(5) | R(7),
                                 .reason = POLICY_REASON_ROLE_BASIS));
    }
    struct policy_decision decision = decide(facts_of(15, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP5_2, 57));
    ck_assert_int_eq(decision.effect, POLICY_EFFECT_PERMIT);
    expect_citation(
        &decision, 0,
        CITATION(.clause = 6, .appendix = 5, .row = 57, .column = 2, .readings = R(5) | R(7) | R(8) | R(13)));
}
END_TEST

START_TEST(r06_role_4_has_no_matrix)
{
    for (unsigned duty = 1; duty <= POLICY_DUTY_MAX; duty++) {
        struct policy_facts facts = facts_of(4, POLICY_BASIS_OTHER_DUTIES, (enum policy_duty) duty, 1);
        facts.granted_duties = 0x3fe;
        struct policy_decision decision = decide(facts);
        ck_assert(policy_decision_has(&decision, POLICY_REASON_DUTY_NOT_OF_ROLE));
        expect_citation(&decision, 0,
                        CITATION(.clause = 20, .readings = R(6) | R(7), .reason = POLICY_REASON_DUTY_NOT_OF_ROLE));
    }
}
END_TEST

START_TEST(r07_each_role_has_the_duties_of_one_appendix)
{
    static const unsigned appendix[POLICY_ROLE_MAX + 1] = {0, 7, 4, 6, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5};
    for (unsigned role = 1; role <= POLICY_ROLE_MAX; role++)
        for (unsigned duty = 1; duty <= POLICY_DUTY_MAX; duty++) {
            bool own = policy_duty_appendix((enum policy_duty) duty) == appendix[role];
            if (role == 5) /* R19 */
                own = duty == POLICY_DUTY_APP4_1;
            struct policy_facts facts = facts_of(role, POLICY_BASIS_OTHER_DUTIES, (enum policy_duty) duty, 1);
            facts.granted_duties = 0x3fe;
            struct policy_decision decision = decide(facts);
            ck_assert_int_eq(policy_decision_has(&decision, POLICY_REASON_DUTY_NOT_OF_ROLE), !own);
        }
}
END_TEST

START_TEST(r10_a_marked_service_needs_no_case_where_the_basis_needs_none)
{
    struct policy_facts facts = facts_of(1, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP7_1, 40);
    facts.article = base_bytes_text("214/1");
    struct policy_decision decision = decide(facts);
    ck_assert_int_eq(decision.effect, POLICY_EFFECT_PERMIT);
    ck_assert_uint_eq(decision.needs, POLICY_NEED_ARTICLE);
    expect_citation(&decision, 1, CITATION(.clause = 9, .appendix = 8, .row = 1, .readings = R(9) | R(10)));
}
END_TEST

START_TEST(r11_damaged_cells_are_read_as_written_down_and_doubtful)
{
    static const struct {
        unsigned service;
        enum policy_duty duty;
        bool open;
    } cells[] = {{29, POLICY_DUTY_APP4_1, true},  {30, POLICY_DUTY_APP4_1, false}, {36, POLICY_DUTY_APP4_1, false},
                 {60, POLICY_DUTY_APP4_1, true},  {30, POLICY_DUTY_APP4_3, true},  {32, POLICY_DUTY_APP4_3, true},
                 {29, POLICY_DUTY_APP4_5, false}, {61, POLICY_DUTY_APP4_5, false}, {63, POLICY_DUTY_APP4_1, true},
                 {63, POLICY_DUTY_APP4_5, true},  {67, POLICY_DUTY_APP4_5, true},  {64, POLICY_DUTY_APP4_3, false}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cells); i++) {
        struct policy_decision decision =
            decide(facts_of(2, POLICY_BASIS_OTHER_DUTIES, cells[i].duty, cells[i].service));
        expect_reasons(&decision, cells[i].open ? 0 : BIT(SERVICE_CLOSED));
        ck_assert(decision.doubtful);
        ck_assert((decision.citations[0].readings & R(11)) != 0);
    }
    struct policy_decision decision = decide(facts_of(2, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_5, 28));
    ck_assert(!decision.doubtful);
}
END_TEST

START_TEST(r19_civil_protection_has_column_1_doubtfully)
{
    struct policy_decision decision = decide(facts_of(5, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_1, 1));
    ck_assert_int_eq(decision.effect, POLICY_EFFECT_PERMIT);
    ck_assert(decision.doubtful);
    expect_citation(&decision, 0,
                    CITATION(.clause = 5, .appendix = 4, .row = 1, .column = 1, .readings = R(7) | R(8) | R(19)));
    struct policy_facts facts = facts_of(5, POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_5, 1);
    facts.granted_duties = 0x3fe;
    decision = decide(facts);
    expect_reasons(&decision, BIT(DUTY_NOT_OF_ROLE));
    expect_citation(
        &decision, 0,
        CITATION(.clause = 20, .appendix = 4, .readings = R(7) | R(19), .reason = POLICY_REASON_DUTY_NOT_OF_ROLE));
}
END_TEST

START_TEST(all_reasons_are_told_at_once)
{
    struct policy_facts facts = {
        .role = 3,
        .basis = POLICY_BASIS_OTHER_DUTIES,
        .duty = POLICY_DUTY_APP4_1,
        .service = 37,
        .case_state = POLICY_CASE_MALFORMED,
        .article = base_bytes_text("217/9"),
    };
    struct policy_decision decision = decide(facts);
    expect_reasons(&decision, BIT(BASIS_NOT_GRANTED) | BIT(DUTY_NOT_OF_ROLE) | BIT(DUTY_NOT_GRANTED) |
                                  BIT(SERVICE_CLOSED) | BIT(CASE_MALFORMED) | BIT(ARTICLE_NOT_LISTED));
    ck_assert_uint_eq(decision.citation_count, 6);
    for (unsigned i = 1; i < decision.citation_count; i++)
        ck_assert_uint_gt(decision.citations[i].reason, decision.citations[i - 1].reason);
    ck_assert_int_eq(policy_decision_first(&decision), POLICY_REASON_BASIS_NOT_GRANTED);
}
END_TEST

START_TEST(unusable_facts_are_denied_without_a_reason)
{
    unsigned far = 77;
    const struct policy_facts good = facts_of(2, POLICY_BASIS_OPERATIVE_SEARCH, POLICY_DUTY_NONE, 1);
    struct policy_facts bad[10];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++)
        bad[i] = good;
    bad[0].role = 0;
    bad[1].role = POLICY_ROLE_MAX + 1;
    bad[2].service = 0;
    bad[3].service = POLICY_SERVICE_MAX + 1;
    bad[4].basis = POLICY_BASIS_NONE;
    bad[5].basis = (enum policy_basis) far;
    bad[6].duty = POLICY_DUTY_APP4_1; /* outside other duties */
    bad[7].basis = POLICY_BASIS_OTHER_DUTIES;
    bad[7].duty = (enum policy_duty) far;
    bad[8].role = 0x80000001u;
    memset(&bad[9], 0, sizeof(bad[9]));
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++) {
        struct policy_decision decision = decide(bad[i]);
        ck_assert_int_eq(decision.effect, POLICY_EFFECT_DENY);
        ck_assert_uint_eq(decision.reasons, 0);
        ck_assert_uint_eq(decision.citation_count, 0);
    }
    struct policy_decision decision = {.effect = POLICY_EFFECT_PERMIT};
    policy_decide(NULL, &good, &decision);
    ck_assert_int_eq(decision.effect, POLICY_EFFECT_DENY);
    decision.effect = POLICY_EFFECT_PERMIT;
    policy_rules_decide(NULL, &good, &decision);
    ck_assert_int_eq(decision.effect, POLICY_EFFECT_DENY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy decide");
    TCase *decisions = tcase_create("decide");
    tcase_add_checked_fixture(decisions, setup, teardown);
    tcase_add_test(decisions, an_open_service_is_permitted_and_cites_its_cell);
    tcase_add_test(decisions, each_ground_cites_its_clause);
    tcase_add_test(decisions, role_basis_is_app_12);
    tcase_add_test(decisions, a_basis_that_app_12_gives_must_be_granted);
    tcase_add_test(decisions, other_duties_need_a_duty);
    tcase_add_test(decisions, a_duty_is_of_the_own_body);
    tcase_add_test(decisions, column_1_comes_with_the_registration_and_no_other);
    tcase_add_test(decisions, an_empty_cell_is_closed_whatever_else_holds);
    tcase_add_test(decisions, covert_investigation_and_search_measures_name_a_case);
    tcase_add_test(decisions, a_case_number_that_is_not_asked_is_checked_for_form);
    tcase_add_test(decisions, a_marked_service_needs_a_listed_article);
    tcase_add_test(decisions, an_article_refusal_cites_app_8_and_the_cell);
    tcase_add_test(decisions, an_article_permit_cites_its_entry);
    tcase_add_test(decisions, an_article_is_named_exactly_as_listed);
    tcase_add_test(decisions, an_article_that_is_not_asked_is_checked_for_form);
    tcase_add_test(decisions, r01_a_plain_plus_does_not_lift_clause_9);
    tcase_add_test(decisions, r02_to_r04_the_pension_service);
    tcase_add_test(decisions, r05_the_anti_corruption_service_has_other_duties_alone);
    tcase_add_test(decisions, r06_role_4_has_no_matrix);
    tcase_add_test(decisions, r07_each_role_has_the_duties_of_one_appendix);
    tcase_add_test(decisions, r10_a_marked_service_needs_no_case_where_the_basis_needs_none);
    tcase_add_test(decisions, r11_damaged_cells_are_read_as_written_down_and_doubtful);
    tcase_add_test(decisions, r19_civil_protection_has_column_1_doubtfully);
    tcase_add_test(decisions, all_reasons_are_told_at_once);
    tcase_add_test(decisions, unusable_facts_are_denied_without_a_reason);
    suite_add_tcase(suite, decisions);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
