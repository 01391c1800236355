/* Proves: a decision is the JSON that DESIGN shows, in canonical order; explain tells on which ground a service is
 * open; enumerate sees a difference when there is one; lines of the listing are numbered as the table is ordered. */
#include "policy/encode.h"
#include "policy/enumerate.h"
#include "policy/explain.h"
#include "policy/listing.h"
#include "policy/table.h"
#include "support.h"

#include <check.h>
#include <stdlib.h>

static struct policy_edition *edition;

static void setup(void)
{
    edition = support_edition(NULL);
}

static void teardown(void)
{
    policy_edition_free(edition);
}

typedef void encoder(const struct policy_decision *, const struct policy_edition *, struct base_json *);

static char *encoded(const struct policy_facts *facts, encoder *encode)
{
    struct policy_decision decision;
    struct base_buffer out;
    struct base_json json;
    policy_decide(edition, facts, &decision);
    base_buffer_init(&out, 4096);
    base_json_begin(&json, &out);
    encode(&decision, edition, &json);
    ck_assert_int_eq(base_json_end(&json), 0);
    char *text = base_buffer_take_text(&out);
    /* The digest differs in every build of the fixture. */
    char *digest = strstr(text, policy_edition_sha256_text(edition));
    ck_assert_ptr_nonnull(digest);
    memmove(digest, digest + 64, strlen(digest + 64) + 1);
    return text;
}

START_TEST(a_reply_carries_effect_edition_and_citations)
{
    struct policy_facts facts = {.role = 2, .basis = POLICY_BASIS_OPERATIVE_SEARCH, .service = 11};
    policy_facts_grant_all(edition, &facts);
    char *text = encoded(&facts, policy_decision_encode);
    ck_assert_str_eq(text,
                     "{\"citations\":[{\"appendix\":1,\"clause\":2,\"column\":1,\"readings\":[\"R04\"],\"row\":11}],"
                     "\"edition\":\"2022-04-29\",\"edition_sha256\":\"\",\"effect\":\"abbreviated\"}");
    free(text);
}
END_TEST

START_TEST(a_whole_decision_carries_needs_and_reasons_too)
{
    struct policy_facts facts = {.role = 6, .basis = POLICY_BASIS_SEARCH_MEASURES, .service = 37};
    policy_facts_grant_all(edition, &facts);
    char *text = encoded(&facts, policy_decision_encode_whole);
    ck_assert_str_eq(text, "{\"citations\":[{\"clause\":19},{\"appendix\":8,\"clause\":9},"
                           "{\"appendix\":3,\"clause\":4,\"column\":1,\"row\":37}],\"doubtful\":false,"
                           "\"edition\":\"2022-04-29\",\"edition_sha256\":\"\",\"effect\":\"deny\","
                           "\"needs\":[\"case\",\"article\"],\"reasons\":[\"case-missing\",\"article-missing\"]}");
    free(text);
}
END_TEST

START_TEST(the_most_there_can_be_is_encoded)
{
    struct policy_decision decision = {.reasons = ~0u, .citation_count = POLICY_CITATION_MAX};
    struct base_buffer out;
    struct base_json json;
    for (unsigned i = 0; i < POLICY_CITATION_MAX; i++)
        decision.citations[i] = (struct policy_citation){
            .readings = ~UINT64_C(1), .clause = 255, .appendix = 255, .row = 255, .column = 255};
    base_buffer_init(&out, 16384);
    base_json_begin(&json, &out);
    policy_decision_encode_whole(&decision, edition, &json);
    ck_assert_int_eq(base_json_end(&json), 0);
    ck_assert_ptr_nonnull(memmem(out.data, out.len, "\"R63\"],\"row\":255", 16));
    base_buffer_clear(&out);
}
END_TEST

START_TEST(explain_names_the_grounds_that_open_a_service)
{
    struct policy_facts facts = {.role = 2, .basis = POLICY_BASIS_OTHER_DUTIES, .duty = POLICY_DUTY_APP4_1};
    struct policy_explanation explanation;
    facts.service = 57;
    policy_facts_grant_all(edition, &facts);
    facts.granted_duties = 0;
    policy_explain(edition, &facts, &explanation);
    unsigned app4_5 = 1u << policy_slot_find(POLICY_BASIS_OTHER_DUTIES, POLICY_DUTY_APP4_5);
    ck_assert_uint_eq(explanation.decision.reasons, 1u << POLICY_REASON_SERVICE_CLOSED);
    ck_assert_uint_eq(explanation.slots, app4_5);
    ck_assert_uint_eq(explanation.granted_slots, 0);
    facts.granted_duties = 1u << POLICY_DUTY_APP4_5;
    policy_explain(edition, &facts, &explanation);
    ck_assert_uint_eq(explanation.granted_slots, app4_5);
    facts.role = 4; /* no duty opens anything, each basis of its own does */
    facts.service = 1;
    policy_explain(edition, &facts, &explanation);
    ck_assert_uint_eq(explanation.slots, 7);
    policy_explain(NULL, &facts, &explanation);
    ck_assert_uint_eq(explanation.slots, 0);
    ck_assert_int_eq(explanation.decision.effect, POLICY_EFFECT_DENY);
}
END_TEST

START_TEST(enumerate_sees_a_difference)
{
    struct policy_enumeration enumeration;
    policy_enumerate(edition, &enumeration);
    ck_assert_uint_eq(enumeration.combinations, 3283200 + 1067040);
    ck_assert_uint_eq(enumeration.differences, 0);
    /* One wrong entry of the table: role 2, operative search, service 57. */
    edition->table.entry[1][0][56].reasons = 0;
    policy_enumerate(edition, &enumeration);
    ck_assert_uint_gt(enumeration.differences, 0);
    ck_assert_uint_eq(enumeration.first.role, 2);
    ck_assert_uint_eq(enumeration.first.basis, POLICY_BASIS_OPERATIVE_SEARCH);
    ck_assert_uint_eq(enumeration.first.service, 57);
}
END_TEST

START_TEST(enumerate_sees_a_wrong_clause_and_a_wrong_demand)
{
    struct support_edits clause = {.edit = {{"duties.tsv", "\napp6.1\t7\t", "\napp6.1\t8\t"}}};
    struct support_edits demand = {
        .edit = {{"bases.tsv", "\nsearch_measures\t4\t3\tcase", "\nsearch_measures\t4\t3\t-"}}};
    const struct support_edits *wrong[] = {&clause, &demand};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        struct policy_enumeration enumeration;
        struct policy_edition *other = support_edition(wrong[i]);
        policy_enumerate(other, &enumeration);
        ck_assert_uint_gt(enumeration.differences, 0);
        policy_edition_free(other);
    }
}
END_TEST

START_TEST(lines_are_ordered_by_role_slot_service)
{
    struct policy_line last = policy_line_at(edition, 0);
    ck_assert_uint_eq(last.role, 1);
    ck_assert_uint_eq(last.slot, 0);
    ck_assert_uint_eq(last.service, 1);
    for (unsigned i = 1; i < POLICY_LINE_COUNT; i++) {
        struct policy_line line = policy_line_at(edition, i);
        unsigned place = (line.role * 100 + line.slot) * 100 + line.service;
        ck_assert_uint_gt(place, (last.role * 100 + last.slot) * 100 + last.service);
        if (line.effect == POLICY_EFFECT_DENY)
            ck_assert_uint_eq(line.needs, 0);
        last = line;
    }
    ck_assert_uint_eq(last.role, 15);
    ck_assert_uint_eq(last.slot, 11);
    ck_assert_uint_eq(last.service, 76);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy encode");
    TCase *encode = tcase_create("encode");
    tcase_add_checked_fixture(encode, setup, teardown);
    tcase_set_timeout(encode, 60);
    tcase_add_test(encode, a_reply_carries_effect_edition_and_citations);
    tcase_add_test(encode, a_whole_decision_carries_needs_and_reasons_too);
    tcase_add_test(encode, the_most_there_can_be_is_encoded);
    tcase_add_test(encode, explain_names_the_grounds_that_open_a_service);
    tcase_add_test(encode, enumerate_sees_a_difference);
    tcase_add_test(encode, enumerate_sees_a_wrong_clause_and_a_wrong_demand);
    tcase_add_test(encode, lines_are_ordered_by_role_slot_service);
    suite_add_tcase(suite, encode);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
