/* The register of cases: where it is connected, a query with a case number is permitted only by its word, and refused when it
 * has none; where it is not, nothing of it is asked. */
#include <stdio.h>
#include <string.h>

#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

#define CASE "265500121000123"
#define CASE_RECORD(number, closed, body, articles)                                                                        \
    "[{\"case\":\"" number "\",\"opened\":\"2030-01-02\",\"closed\":" closed ",\"bodies\":[" body "],\"articles\":[" articles "]}]"
#define OWN "\"" POLICE_BIN "\""
#define OTHER "\"" SECOND_BIN "\""

static struct world world;
static const char good[] = CASE_RECORD(CASE, "null", OWN "," OTHER, "\"217/2\",\"216/2\"");
static const struct world_query query = {.case_number = CASE, .article = "216/2"};

static void begin(const char *settings)
{
    world_init(&world);
    world.settings = settings;
    world.case_records = good;
    world_start(&world);
}

static void end(void)
{
    world_verify(&world);
    world_clear(&world);
}

static void permitted(const struct world_query *asked)
{
    struct world_reply reply = world_ask(&world, POLICE, asked);
    ck_assert_msg(reply.status == 200, "%u: %.*s", reply.status, (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
}

static void refused(const struct world_query *asked, unsigned status, const char *reasons)
{
    unsigned calls = world.calls;
    struct world_reply reply = world_ask(&world, POLICE, asked);
    world_expect(&reply, status, reasons);
    world_expect_receipt(&world, json_object_get(reply.json, "receipt"), 1);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.calls, calls);
}

static long with_verdict(const char *kind, const char *verdict)
{
    char condition[256];
    snprintf(condition, sizeof(condition), "kind = '%s' and convert_from(leaf, 'UTF8')::jsonb #>> '{case_check,verdict}' = '%s'", kind,
             verdict);
    return world_count(&world, condition);
}

START_TEST(off_by_default)
{
    begin(NULL);
    world.case_records = "[]";
    permitted(&query);
    ck_assert_uint_eq(world.case_calls, 0);
    ck_assert_int_eq(world_count(&world, "convert_from(leaf, 'UTF8') like '%case_check%'"), 0);
    end();
}
END_TEST

START_TEST(what_the_register_says_decides)
{
    static const struct {
        const char *records, *article;
        unsigned status; /* 0: permitted */
        const char *reasons, *verdict;
    } words[] = {
        {good, "216/2", 0, NULL, "open"},
        {good, NULL, 0, NULL, "open"},
        {"[]", "216/2", 403, "case-unknown", "case-unknown"},
        {CASE_RECORD(CASE, "\"2030-02-03\"", OWN, "\"216/2\""), "216/2", 403, "case-closed", "case-closed"},
        {CASE_RECORD(CASE, "null", OTHER, "\"216/2\""), "216/2", 403, "case-not-of-body", "case-not-of-body"},
        {CASE_RECORD(CASE, "null", "", "\"216/2\""), NULL, 403, "case-not-of-body", "case-not-of-body"},
        {CASE_RECORD(CASE, "null", OWN, "\"217/2\""), "216/2", 403, "article-not-of-case", "article-not-of-case"},
        {CASE_RECORD(CASE, "null", OWN, ""), "216/2", 403, "article-not-of-case", "article-not-of-case"},
        {CASE_RECORD(CASE, "\"2030-02-03\"", OTHER, "\"216\""), "216/2", 403, "case-closed case-not-of-body article-not-of-case",
         "case-closed"},
    };
    begin("[case_register]\nenabled = yes\n");
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(words); i++) {
        const struct world_query asked = {.case_number = CASE, .article = words[i].article};
        const char *kind = words[i].status ? "query.refused" : "query.request";
        long before = with_verdict(kind, words[i].verdict);
        world.case_records = words[i].records;
        if (words[i].status)
            refused(&asked, words[i].status, words[i].reasons);
        else
            permitted(&asked);
        ck_assert_uint_eq(world.case_calls, i + 1);
        ck_assert_str_eq(world.last_case, "case=" CASE " ");
        ck_assert_int_eq(with_verdict(kind, words[i].verdict), before + 1);
    }
    end();
}
END_TEST

START_TEST(without_its_word_nothing_is_permitted)
{
    static const enum link_outcome outcomes[] = {LINK_OUTCOME_UNKNOWN, LINK_OUTCOME_UNAVAILABLE, LINK_OUTCOME_FAILED,
                                                 LINK_OUTCOME_TIMEOUT, LINK_OUTCOME_UNCONNECTED, LINK_OUTCOME_PENDING};
    static const char *const wrong[] = {CASE_RECORD("265500121000124", "null", OWN, "\"216/2\""), "rubbish", "{}", "[{}]",
                                        CASE_RECORD(CASE, "false", OWN, "\"216/2\""), CASE_RECORD(CASE, "null", "1", "\"216/2\"")};
    begin("[case_register]\nenabled = yes\ntimeout_ms = 100\n");
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        world.case_records = wrong[i];
        refused(&query, 503, "case-unchecked");
    }
    world.case_adapter = ADAPTER_FAILS;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(outcomes); i++) {
        world.case_outcome = outcomes[i];
        refused(&query, 503, "case-unchecked");
    }
    world.case_adapter = ADAPTER_SILENT; /* slow: its deadline is short */
    refused(&query, 503, "case-unchecked");
    world_adapter_stop(&world); /* away */
    refused(&query, 503, "case-unchecked");
    ck_assert_int_eq(with_verdict("query.refused", "case-unchecked"),
                     (long)(BASE_ARRAY_LENGTH(wrong) + BASE_ARRAY_LENGTH(outcomes) + 2));
    ck_assert_int_eq(world_count(&world, "kind = 'query.request'"), 0);
    end();
}
END_TEST

START_TEST(who_may_not_ask_learns_nothing_of_a_case)
{
    begin("[case_register]\nenabled = yes\n");
    world.case_records = "[]";
    permitted(&(struct world_query){0}); /* no case */
    refused(&(struct world_query){.case_number = "x"}, 403, "case-malformed");
    refused(&(struct world_query){.case_number = CASE, .service = 77}, 400, "query-malformed");
    struct world_reply reply = world_ask(&world, FOURTH, &query);
    world_expect(&reply, 403, "officer-unknown");
    world_reply_clear(&reply);
    world_register(POLICE, "blocked", 2, ALL_BASES, "{app4.1}", true);
    refused(&query, 403, "officer-blocked");
    ck_assert_uint_eq(world.case_calls, 0);
    end();
}
END_TEST

START_TEST(an_explanation_is_held_against_it_too)
{
    begin("[case_register]\nenabled = yes\n");
    struct world_reply reply = world_explain(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.case_calls, 0);
    world.case_records = "[]";
    reply = world_explain(&world, POLICE, &query);
    ck_assert_uint_eq(reply.status, 200);
    const json_t *explanation = json_object_get(reply.json, "explanation");
    const json_t *reason = json_array_get(json_object_get(explanation, "reasons"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(reason, "code")), "case-unknown");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(explanation, "decision"), "effect")), "deny");
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.case_calls, 1);
    ck_assert_int_eq(with_verdict("query.explained", "case-unknown"), 1);
    end();
}
END_TEST

START_TEST(an_inquiry_asks_once)
{
    begin("[case_register]\nenabled = yes\n");
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.services = "11,5,1", .case_number = CASE});
    ck_assert_uint_eq(reply.status, 202);
    world_reply_clear(&reply);
    world_wait_count(&world, "part > 0 and kind = 'query.request'", 3);
    ck_assert_int_eq(with_verdict("query.request", "open"), 3);
    ck_assert_uint_eq(world.case_calls, 1);
    world.case_records = "[]";
    reply = world_ask(&world, POLICE, &(struct world_query){.services = "11,5", .case_number = CASE});
    ck_assert_uint_eq(reply.status, 202);
    world_reply_clear(&reply);
    world_wait_count(&world, "part > 0 and kind = 'query.refused' and reasons = '{case-unknown}'", 2);
    ck_assert_uint_eq(world.case_calls, 2);
    world_wait_count(&world, "part > 0 and kind = 'query.result'", 3);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {off_by_default,
                                  what_the_register_says_decides,
                                  without_its_word_nothing_is_permitted,
                                  who_may_not_ask_learns_nothing_of_a_case,
                                  an_explanation_is_held_against_it_too,
                                  an_inquiry_asks_once};
    return world_run("register of cases", tests, BASE_ARRAY_LENGTH(tests));
}
