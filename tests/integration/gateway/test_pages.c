/* The pages beside the query: services, the log, the probes, and what HTTP may get wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/checkpoint.h"
#include "audit/tree.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

static struct world world;
static const struct base_bytes nothing = {0};

static void begin(void)
{
    world_init(&world);
    world_start(&world);
}

static void end(void)
{
    world_clear(&world);
}

static void expect(enum world_person person, const char *method, const char *path, const char *type, unsigned status,
                   const char *code)
{
    struct world_reply reply = world_send_as(&world, person, method, path, type, NULL, NULL, NULL, nothing);
    world_expect(&reply, status, code);
    ck_assert_str_eq(reply.allow, status != 405 ? "" : strncmp(method, "G", 1) == 0 || strcmp(method, "HEAD") != 0
                                                           ? reply.allow
                                                           : "GET");
    world_reply_clear(&reply);
}

START_TEST(paths_methods_and_types)
{
    begin();
    expect(POLICE, "GET", "/", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/policy", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/services?x=1", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/queries/", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/queries/not-an-id", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/queries/11111111-2222-4333-8444-555555555555", NULL, 404, "not-found");
    expect(POLICE, "GET", "/healthz", NULL, 404, "not-found"); /* not for officers */
    expect(POLICE, "GET", "/metrics", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/log/tile/0/0", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/log/tile/0/999", NULL, 404, "not-found");
    expect(POLICE, "GET", "/v1/log/tile/../checkpoint", NULL, 404, "not-found");
    expect(POLICE, "HEAD", "/v1/services", NULL, 405, "method-not-allowed");
    expect(POLICE, "POST", "/v1/services", NULL, 405, "method-not-allowed");
    expect(POLICE, "DELETE", "/v1/queries/x", NULL, 405, "method-not-allowed");
    expect(POLICE, "POST", "/v1/queries", "application/json", 415, "unsupported-type");
    expect(POLICE, "POST", "/v1/explain", "", 415, "unsupported-type");
    expect(POLICE, "POST", "/v1/queries", "Application/CMS; x=y", 401, "signature-invalid");
    struct world_reply reply = world_send(&world, POLICE, "GET", "/v1/queries", nothing);
    world_expect(&reply, 405, "method-not-allowed");
    ck_assert_str_eq(reply.allow, "POST");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'query.refused'"), 1); /* only what came with a signature is recorded */
    end();
}
END_TEST

/* Numbers of services open to a basis, and the effect of one. */
static unsigned open_count(const json_t *page, const char *basis, const char *duty)
{
    unsigned count = 0;
    size_t i, j;
    const json_t *service, *ground;
    json_array_foreach(json_object_get(page, "services"), i, service)
        json_array_foreach(json_object_get(service, "open"), j, ground)
        {
            const char *of_duty = json_string_value(json_object_get(ground, "duty"));
            if (strcmp(json_string_value(json_object_get(ground, "basis")), basis) == 0 &&
                strcmp(of_duty ? of_duty : "", duty ? duty : "") == 0)
                count++;
        }
    return count;
}

START_TEST(services_of_a_person)
{
    begin();
    struct world_reply reply = world_send(&world, POLICE, "GET", "/v1/services", nothing);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_uint_eq(json_array_size(json_object_get(reply.json, "services")), 76);
    ck_assert_uint_eq(json_array_size(json_object_get(reply.json, "reasons")), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(reply.json, "officer"), "role")), 2);
    ck_assert_uint_gt(open_count(reply.json, "operative_search", NULL), 0);
    ck_assert_uint_gt(open_count(reply.json, "other_duties", "app4.1"), 0);
    ck_assert_uint_eq(open_count(reply.json, "other_duties", "app4.2"), 0); /* not granted */
    ck_assert_uint_eq(open_count(reply.json, "other_duties", "app7.1"), 0); /* of another body */
    /* service 11: abbreviated for operative search (App. 1 row 11), a case for search measures (19) */
    const json_t *eleven = json_array_get(json_object_get(reply.json, "services"), 10);
    ck_assert_int_eq(json_integer_value(json_object_get(eleven, "service")), 11);
    const json_t *first = json_array_get(json_object_get(eleven, "open"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(first, "basis")), "operative_search");
    ck_assert_str_eq(json_string_value(json_object_get(first, "effect")), "abbreviated");
    ck_assert_uint_eq(json_array_size(json_object_get(first, "needs")), 0);
    /* service 57 under app4.1: an empty cell */
    const json_t *act = json_array_get(json_object_get(reply.json, "services"), 56);
    size_t i;
    const json_t *ground;
    bool found = false;
    json_array_foreach(json_object_get(act, "closed"), i, ground)
        if (json_object_get(ground, "duty") && strcmp(json_string_value(json_object_get(ground, "duty")), "app4.1") == 0) {
            ck_assert_str_eq(json_string_value(json_array_get(json_object_get(ground, "reasons"), 0)), "service-closed");
            found = true;
        }
    ck_assert(found);
    world_reply_clear(&reply);

    reply = world_send(&world, FOURTH, "GET", "/v1/services", nothing); /* FOURTH may be registered by another test */
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    world_register(THIRD, "blocked", 2, ALL_BASES, "{app4.1}", true);
    reply = world_send(&world, THIRD, "GET", "/v1/services", nothing);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(reply.json, "reasons"), 0), "code")),
                     "officer-blocked");
    ck_assert_uint_eq(open_count(reply.json, "operative_search", NULL), 0);
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(the_log_as_a_verifier_sees_it)
{
    begin();
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    reply = world_send(&world, SECOND, "GET", "/v1/log/checkpoint", nothing);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(reply.content_type, "text/plain; charset=utf-8");
    struct audit_vkey vkey = world_vkey(&world);
    struct audit_checkpoint checkpoint;
    ck_assert_int_eq(audit_checkpoint_verify(base_buffer_view(&reply.body), &vkey, &checkpoint), AUDIT_NOTE_VERIFIED);
    unsigned size = (unsigned)checkpoint.size;
    struct audit_hash root = checkpoint.root;
    world_reply_clear(&reply);
    ck_assert_uint_ge(size, 3);

    /* the partial tile gives the signed root */
    char path[96];
    snprintf(path, sizeof(path), "/v1/log/tile/0/000.p/%u", size);
    reply = world_send(&world, SECOND, "GET", path, nothing);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_uint_eq(reply.body.len, size * sizeof(struct audit_hash));
    struct audit_tree *tree = NULL;
    ck_assert_int_eq(audit_tree_new(&tree), 0);
    struct audit_hash leaves[256];
    memcpy(leaves, reply.body.data, reply.body.len);
    for (unsigned i = 0; i < size; i++)
        audit_tree_append(tree, &leaves[i], NULL, NULL);
    struct audit_hash rebuilt = audit_tree_root(tree);
    ck_assert(audit_hash_equal(&rebuilt, &root));
    audit_tree_free(tree);
    world_reply_clear(&reply);

    /* entries are not for everyone, and each reading is in the log before it is answered */
    snprintf(path, sizeof(path), "/v1/log/tile/entries/000.p/%u", size);
    reply = world_send(&world, SECOND, "GET", path, nothing);
    world_expect(&reply, 403, "not-permitted");
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'log.read'"), 0);
    world_appoint(THIRD, "prosecutor");
    reply = world_send(&world, THIRD, "GET", path, nothing);
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_int_eq(world_count(&world, "kind = 'log.read' and iin = '" THIRD_IIN "'"), 1);
    size_t at = 0;
    for (unsigned i = 0; i < size; i++) {
        ck_assert_uint_le(at + 2, reply.body.len);
        size_t len = (size_t)reply.body.data[at] << 8 | reply.body.data[at + 1];
        ck_assert_uint_le(at + 2 + len, reply.body.len);
        struct audit_hash hash = audit_hash_leaf(base_bytes_of(reply.body.data + at + 2, len));
        ck_assert(audit_hash_equal(&hash, &leaves[i]));
        at += 2 + len;
    }
    ck_assert_uint_eq(at, reply.body.len);
    world_reply_clear(&reply);
    snprintf(path, sizeof(path), "/v1/log/tile/entries/000.p/%u", 200);
    reply = world_send(&world, THIRD, "GET", path, nothing);
    world_expect(&reply, 404, "not-found");
    world_reply_clear(&reply);
    end();
}
END_TEST

static bool says(const struct world_reply *reply, const char *text)
{
    return memmem(reply->body.data, reply->body.len, text, strlen(text)) != NULL;
}

START_TEST(probes)
{
    begin();
    struct world_reply reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_reply_clear(&reply);
    reply = world_ask(&world, POLICE, &(struct world_query){.basis = "search_measures"});
    world_reply_clear(&reply);
    reply = world_probe(&world, "/healthz");
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    reply = world_probe(&world, "/readyz");
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    world_reply_clear(&reply);
    reply = world_probe(&world, "/v1/services");
    ck_assert_uint_eq(reply.status, 404);
    world_reply_clear(&reply);
    reply = world_probe(&world, "/metrics");
    ck_assert_uint_eq(reply.status, 200);
    ck_assert(says(&reply, "qao_refusals_total{code=\"case-missing\"} 1\n"));
    ck_assert(says(&reply, "qao_answers_total{page=\"query\"} 1\n"));
    ck_assert(says(&reply, "qao_registry_total{outcome=\"answered\"} 1\n"));
    ck_assert(says(&reply, "qao_query_duration_seconds_count 1\n"));
    ck_assert(!says(&reply, POLICE_IIN) && !says(&reply, POLICE_BIN));
    world_reply_clear(&reply);
    free(cluster_sql("revoke insert on entry from qao_gateway", NULL));
    reply = world_ask(&world, POLICE, &(struct world_query){0});
    world_expect(&reply, 503, "log-unavailable");
    world_reply_clear(&reply);
    reply = world_probe(&world, "/readyz");
    ck_assert_uint_eq(reply.status, 503);
    ck_assert(says(&reply, "log: unavailable"));
    world_reply_clear(&reply);
    free(cluster_sql("grant insert on entry to qao_gateway", NULL));
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {paths_methods_and_types, services_of_a_person, the_log_as_a_verifier_sees_it, probes};
    return world_run("pages", tests, sizeof(tests) / sizeof(tests[0]));
}
