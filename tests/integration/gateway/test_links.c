/* Services 75 and 76: only registries that are open to the officer on this ground are asked, each as a part with records of its
 * own; what is found is tied to the log; what is not looked at is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

#define PHONE "+79990000001"
#define CAR "500AAA99"

static struct world world;
static unsigned failing; /* a service that fails */

#define CAR_OF(iin)                                                                                                        \
    "{\"plate\":\"" CAR "\",\"vin\":null,\"certificate\":\"ZZ1\",\"make\":\"a\",\"model\":\"b\",\"year\":1890,\"category\":\"B\","    \
    "\"color\":\"c\",\"engine_volume\":900,\"registration_date\":\"1890-01-01\",\"deregistration_date\":null,\"owner_iin\":\"" iin   \
    "\",\"owner_bin\":null,\"owner_name\":\"АСАНОВ\"}"
#define LINE_OF(iin)                                                                                                       \
    "{\"phone\":\"" PHONE "\",\"iin\":\"" iin "\",\"bin\":null,\"subscriber_name\":\"АСАНОВ\",\"address\":\"көше\","                  \
    "\"kind\":\"telephone\",\"tariff_plan\":\"a\",\"contract_number\":\"1\",\"begins\":\"1890-01-01\",\"ends\":null,\"arrears\":0,"   \
    "\"state\":\"active\"}"

/* Two people share a car and a telephone; the second shares another car with a third. */
static const char *country(struct world *of, unsigned service, const char *params)
{
    (void)of;
    if (service == failing)
        return NULL;
    if (service == 5 && strstr(params, "iin=" POLICE_IIN))
        return "[" CAR_OF(POLICE_IIN) "]";
    if (service == 5 && strstr(params, "plate=" CAR))
        return "[" CAR_OF(POLICE_IIN) "," CAR_OF(SECOND_IIN) "]";
    if (service == 53 && strstr(params, "iin=" SECOND_IIN))
        return "[" LINE_OF(SECOND_IIN) "]";
    if (service == 53 && strstr(params, "phone="))
        return "[" LINE_OF(SECOND_IIN) "," LINE_OF(THIRD_IIN) "]";
    return "[]";
}

static void begin(const char *settings)
{
    world_init(&world);
    world.settings = settings;
    world.records_of = country;
    world_start(&world);
}

static void end(void)
{
    world_verify(&world);
    world_clear(&world);
}

static const json_t *result_of(const struct world_reply *reply)
{
    ck_assert_msg(reply->status == 200, "%u: %.*s", reply->status, (int)reply->body.len, (const char *)reply->body.data);
    const json_t *records = json_object_get(json_object_get(json_object_get(reply->json, "answer"), "result"), "records");
    ck_assert_uint_eq(json_array_size(records), 1);
    return json_array_get(records, 0);
}

static const json_t *node_find(const json_t *result, const char *value)
{
    size_t index;
    json_t *node;
    json_array_foreach (json_object_get(result, "nodes"), index, node)
        if (strcmp(json_string_value(json_object_get(node, "value")), value) == 0)
            return node;
    return NULL;
}

/* What the search says it did not look at, as "service:why". */
static bool is_missing(const json_t *result, int service, const char *why)
{
    size_t index;
    json_t *missing;
    json_array_foreach (json_object_get(result, "missing"), index, missing)
        if (json_integer_value(json_object_get(missing, "service")) == service &&
            strcmp(json_string_value(json_object_get(missing, "why")), why) == 0)
            return true;
    return false;
}

/* Each edge's evidence is the record of a result of this very search. */
static void expect_evidence(const json_t *result)
{
    size_t index;
    json_t *edge;
    ck_assert_uint_gt(json_array_size(json_object_get(result, "edges")), 0);
    json_array_foreach (json_object_get(result, "edges"), index, edge) {
        char condition[128];
        snprintf(condition, sizeof(condition), "kind = 'query.result' and part > 0 and seq = %lld",
                 (long long)json_integer_value(json_object_get(edge, "evidence")));
        ck_assert_int_eq(world_count(&world, condition), 1);
    }
}

START_TEST(one_step_finds_who_shares_a_thing)
{
    begin(NULL);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 75, .article = "216/2"});
    const json_t *result = result_of(&reply);
    ck_assert(json_is_true(json_object_get(result, "complete")));
    const json_t *second = node_find(result, SECOND_IIN);
    ck_assert_ptr_nonnull(second);
    ck_assert_int_eq(json_integer_value(json_object_get(second, "step")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(second, "label")), "АСАНОВ");
    ck_assert_ptr_nonnull(node_find(result, CAR));
    ck_assert_ptr_null(node_find(result, THIRD_IIN)); /* a second step */
    expect_evidence(result);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.request' and part = 0 and service = 75"), 1);
    ck_assert_int_eq(world_count(&world, "part > 0 and service in (75, 76)"), 0);
    ck_assert_int_eq(world_count(&world, "part > 0 and kind = 'query.request'"), (long)world.calls);
    ck_assert_int_eq(world_count(&world, "opens"), world_count(&world, "concludes is not null"));
    end();
}
END_TEST

START_TEST(two_steps_go_further)
{
    begin(NULL);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 76});
    const json_t *result = result_of(&reply);
    const json_t *third = node_find(result, THIRD_IIN);
    ck_assert_ptr_nonnull(third);
    ck_assert_int_eq(json_integer_value(json_object_get(third, "step")), 2);
    ck_assert_ptr_nonnull(node_find(result, PHONE));
    expect_evidence(result);
    world_reply_clear(&reply);
    end();
}
END_TEST

/* Counterparties are a marked service (clause 9): without an article it is not asked, and that is said with the reason. */
START_TEST(what_is_closed_is_not_touched)
{
    begin(NULL);
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 75});
    const json_t *result = result_of(&reply);
    ck_assert(is_missing(result, 40, "closed"));
    ck_assert_ptr_nonnull(memmem(reply.body.data, reply.body.len, "article-missing", 15));
    ck_assert(json_is_false(json_object_get(result, "complete")));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "part > 0 and service = 40"), 0);
    end();
}
END_TEST

START_TEST(a_registry_that_fails_is_missing)
{
    begin(NULL);
    failing = 53;
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 75});
    const json_t *result = result_of(&reply);
    ck_assert(is_missing(result, 53, "failed"));
    ck_assert_ptr_nonnull(node_find(result, SECOND_IIN)); /* what the others know is there */
    world_reply_clear(&reply);
    failing = 0;
    end();
}
END_TEST

START_TEST(so_many_questions_and_no_more)
{
    begin("[links]\nparts_max = 2\n");
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 76});
    const json_t *result = result_of(&reply);
    ck_assert(json_is_false(json_object_get(result, "complete")));
    ck_assert_uint_le(world.calls, 2);
    ck_assert(is_missing(result, 62, "limit"));
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(so_many_nodes_and_no_more)
{
    begin("[links]\nnodes_max = 2\n");
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 76});
    const json_t *result = result_of(&reply);
    ck_assert(json_is_false(json_object_get(result, "complete")));
    ck_assert_uint_eq(json_array_size(json_object_get(result, "nodes")), 2);
    world_reply_clear(&reply);
    end();
}
END_TEST

static void block(struct world *of)
{
    of->before_answer = NULL;
    world_register(POLICE, "blocked", 2, ALL_BASES, "{app4.1}", true);
}

START_TEST(a_block_ends_the_search_and_withholds_it)
{
    begin(NULL);
    world.before_answer = block;
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){.service = 75});
    world_expect(&reply, 403, "officer-blocked");
    ck_assert_ptr_null(memmem(reply.body.data, reply.body.len, "nodes", 5));
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.withheld' and part = 0"), 1);
    ck_assert_int_eq(world_count(&world, "kind = 'query.result' and outcome = 'answered'"), 0);
    end();
}
END_TEST

START_TEST(nobody_without_the_service_searches)
{
    begin(NULL);
    world_register(THIRD, "active", 15, "{other_duties}", "{app5.1}", true);
    struct world_reply reply = world_ask(&world, THIRD, &(struct world_query){.service = 76, .basis = "operative_search"});
    world_expect(&reply, 403, "role-basis");
    world_reply_clear(&reply);
    ck_assert_uint_eq(world.calls, 0);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {one_step_finds_who_shares_a_thing,
                                  two_steps_go_further,
                                  what_is_closed_is_not_touched,
                                  a_registry_that_fails_is_missing,
                                  so_many_questions_and_no_more,
                                  so_many_nodes_and_no_more,
                                  a_block_ends_the_search_and_withholds_it,
                                  nobody_without_the_service_searches};
    return world_run("links", tests, BASE_ARRAY_LENGTH(tests));
}
