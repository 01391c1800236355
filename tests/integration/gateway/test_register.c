/* The register's pages and what is uploaded, through the real gateway: who sees what, that a reading of other people is in the
 * log before it is shown, and that an upload is what it says and opens only for those it concerns. */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encoding.h"
#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

static struct world world;
static const struct base_bytes nothing = {0};

/* SECOND is the operator's administrator; POLICE an officer; FOURTH a stranger. */
static void begin(const char *settings)
{
    world_init(&world);
    world_appoint(SECOND, "administrator");
    world.settings = settings;
    world_start(&world);
}

static void end(void)
{
    world_stop(&world);
    world_clear(&world);
}

static struct world_reply get(enum world_person person, const char *path)
{
    return world_send_as(&world, person, "GET", path, "", NULL, NULL, NULL, nothing);
}

static void refused(enum world_person person, const char *path, unsigned status, const char *code)
{
    struct world_reply reply = get(person, path);
    world_expect(&reply, status, code);
    world_reply_clear(&reply);
}

/* The page as a list; its items. */
static json_t *items(struct world_reply *reply)
{
    ck_assert_msg(reply->status == 200, "%u %.*s", reply->status, (int)reply->body.len, (const char *)reply->body.data);
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "v")), "qao.list/1");
    ck_assert_str_eq(reply->cache_control, "no-store");
    ck_assert_ptr_nonnull(json_object_get(reply->json, "next"));
    ck_assert_ptr_nonnull(json_object_get(reply->json, "at"));
    json_t *list = json_object_get(reply->json, "items");
    ck_assert(json_is_array(list));
    return list;
}

static long readings(const char *collection, const char *iin)
{
    char condition[256];
    snprintf(condition, sizeof(condition),
             "kind = 'admin.read' and e.iin = '%s' and convert_from(leaf, 'UTF8')::jsonb #>> '{data,collection}' = '%s'", iin, collection);
    return world_count(&world, condition);
}

START_TEST(my_own_page_is_nobodys_business)
{
    begin("");
    struct world_reply reply = get(POLICE, "/v1/registry/me");
    json_t *me = json_array_get(items(&reply), 0);
    ck_assert_str_eq(json_string_value(json_object_get(me, "iin")), POLICE_IIN);
    ck_assert_uint_eq(json_array_size(json_object_get(me, "registrations")), 1);
    world_reply_clear(&reply);
    reply = get(POLICE, "/v1/registry/applications");
    ck_assert_uint_eq(json_array_size(items(&reply)), 0);
    world_reply_clear(&reply);
    reply = get(POLICE, "/v1/registry/contacts");
    ck_assert_uint_eq(json_array_size(items(&reply)), 0);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.read'"), 0);
    /* Of a body that nobody knows, or outside its networks. */
    refused(FOURTH, "/v1/registry/me", 403, "not-permitted");
    reply = world_send_as(&world, POLICE, "GET", "/v1/registry/me", "", NULL, NULL, "203.0.113.9", nothing);
    world_expect(&reply, 403, "not-permitted");
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(others_are_read_on_the_record)
{
    begin("");
    refused(POLICE, "/v1/registry/registrations", 403, "not-permitted");
    refused(POLICE, "/v1/registry/settings", 403, "not-permitted");
    refused(POLICE, "/v1/registry/violations", 403, "not-permitted");
    ck_assert_int_eq(world_count(&world, "kind = 'admin.read'"), 0);
    struct world_reply reply = get(SECOND, "/v1/registry/registrations?iin=" POLICE_IIN "&bin=" POLICE_BIN);
    json_t *found = items(&reply);
    ck_assert_uint_eq(json_array_size(found), 1);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(found, 0), "iin")), POLICE_IIN);
    world_reply_clear(&reply);
    ck_assert_int_eq(readings("registrations", SECOND_IIN), 1);
    /* Whom it was about stands in the log only as a keyed digest. */
    ck_assert_int_eq(world_count(&world, "kind = 'admin.read' and position('" POLICE_IIN "' in convert_from(leaf, 'UTF8')) > 0"), 0);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.read' and convert_from(leaf, 'UTF8')::jsonb #>> '{data,count}' = '1'"
                                         " and convert_from(leaf, 'UTF8')::jsonb #>> '{actor,system_role}' = 'administrator'"),
                     1);
    /* That somebody is not there is told of them too. */
    reply = get(SECOND, "/v1/registry/registrations?iin=" THIRD_IIN "&state=suspended");
    ck_assert_uint_eq(json_array_size(items(&reply)), 0);
    world_reply_clear(&reply);
    ck_assert_int_eq(readings("registrations", SECOND_IIN), 2);
    /* What is about nobody is not recorded. */
    reply = get(SECOND, "/v1/registry/settings");
    ck_assert_uint_eq(json_array_size(items(&reply)), 2);
    world_reply_clear(&reply);
    reply = get(SECOND, "/v1/registry/bodies?bin=" POLICE_BIN);
    ck_assert_uint_eq(json_array_size(items(&reply)), 1);
    world_reply_clear(&reply);
    ck_assert_int_eq(world_count(&world, "kind = 'admin.read'"), 2);
    end();
}
END_TEST

START_TEST(no_page_without_its_entry)
{
    begin("");
    free(cluster_sql("revoke insert on entry from qao_gateway", NULL));
    refused(SECOND, "/v1/registry/registrations", 503, "log-unavailable");
    struct world_reply reply = get(SECOND, "/v1/registry/bodies"); /* needs no entry */
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    free(cluster_sql("grant insert on entry to qao_gateway", NULL));
    end();
}
END_TEST

START_TEST(questions_are_strict)
{
    begin("");
    refused(SECOND, "/v1/registry/officers", 404, "not-found");
    refused(SECOND, "/v1/registry/", 404, "not-found");
    refused(SECOND, "/v1/registry/me/", 404, "not-found");
    refused(SECOND, "/v1/registry/me?", 400, "bad-request");
    refused(SECOND, "/v1/registry/registrations?surname=a", 400, "bad-request");
    refused(SECOND, "/v1/registry/registrations?bin=" POLICE_BIN "&bin=" POLICE_BIN, 400, "bad-request");
    refused(SECOND, "/v1/registry/registrations?limit=501", 400, "bad-request");
    refused(SECOND, "/v1/registry/registrations?name=%FF", 400, "bad-request");
    refused(SECOND, "/v1/registry/agreements?after=1.2.3", 400, "bad-request"); /* the register's own form */
    struct world_reply reply = world_send(&world, SECOND, "POST", "/v1/registry/me", nothing);
    world_expect(&reply, 405, "method-not-allowed");
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(pages_follow_one_another)
{
    begin("");
    char path[200] = "/v1/registry/registrations?limit=1", seen[8][16] = {{0}};
    size_t pages = 0;
    for (;; pages++) {
        ck_assert_uint_lt(pages, 8);
        struct world_reply reply = get(SECOND, path);
        json_t *list = items(&reply);
        ck_assert_uint_le(json_array_size(list), 1);
        if (json_array_size(list) == 1) {
            snprintf(seen[pages], sizeof(seen[0]), "%lld",
                     (long long)json_integer_value(json_object_get(json_array_get(list, 0), "registration")));
            for (size_t i = 0; i < pages; i++)
                ck_assert_str_ne(seen[i], seen[pages]);
        }
        const char *next = json_string_value(json_object_get(reply.json, "next"));
        if (next)
            snprintf(path, sizeof(path), "/v1/registry/registrations?limit=1&after=%s", next);
        world_reply_clear(&reply);
        if (!next)
            break;
    }
    ck_assert_uint_ge(pages, 2);
    end();
}
END_TEST

START_TEST(readings_have_a_rate)
{
    begin("[registry]\nreads_per_minute = 3\n");
    for (int i = 0; i < 3; i++) {
        struct world_reply reply = get(POLICE, "/v1/registry/me");
        ck_assert_uint_eq(reply.status, 200);
        world_reply_clear(&reply);
    }
    struct world_reply reply = get(POLICE, "/v1/registry/me");
    world_expect(&reply, 429, "too-many");
    ck_assert_int_gt(atoi(reply.retry_after), 0);
    world_reply_clear(&reply);
    reply = get(SECOND, "/v1/registry/me"); /* another person's */
    ck_assert_uint_eq(reply.status, 200);
    world_reply_clear(&reply);
    end();
}
END_TEST

/* ---- uploads ---- */

static struct world_reply upload(enum world_person person, const char *type, struct base_bytes content)
{
    return world_send_as(&world, person, "POST", "/v1/uploads", type, NULL, NULL, NULL, content);
}

static void not_uploaded(enum world_person person, const char *type, const char *content, unsigned status, const char *code)
{
    struct world_reply reply = upload(person, type, base_bytes_text(content));
    world_expect(&reply, status, code);
    world_reply_clear(&reply);
}

static const char pdf[] = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n";

START_TEST(an_upload_is_what_it_says)
{
    begin("");
    uint8_t hash[32];
    char digest[65];
    SHA256((const uint8_t *)pdf, strlen(pdf), hash);
    base_hex_digest(hash, digest);
    for (int i = 0; i < 2; i++) { /* the second is the same upload */
        struct world_reply reply = upload(POLICE, "application/pdf", base_bytes_text(pdf));
        ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
        ck_assert_str_eq(json_string_value(json_object_get(reply.json, "v")), "qao.upload/1");
        ck_assert_str_eq(json_string_value(json_object_get(reply.json, "sha256")), digest);
        ck_assert_str_eq(json_string_value(json_object_get(reply.json, "type")), "application/pdf");
        ck_assert_int_eq(json_integer_value(json_object_get(reply.json, "bytes")), (json_int_t)strlen(pdf));
        world_reply_clear(&reply);
    }
    ck_assert_int_eq(cluster_number("select count(*) from upload where iin = $1 and digest = decode($2, 'hex')", POLICE_IIN, digest,
                                    NULL),
                     1);
    /* Stored sealed, never in clear. */
    ck_assert_int_eq(cluster_number("select count(*) from blob_large where position('%PDF'::bytea in content) > 0", NULL), 0);
    not_uploaded(POLICE, "image/png", pdf, 415, "unsupported-type");
    not_uploaded(POLICE, "application/pdf", "MZ", 415, "unsupported-type");
    not_uploaded(POLICE, "text/plain", "text", 415, "unsupported-type");
    not_uploaded(POLICE, "application/cms", pdf, 415, "unsupported-type");
    not_uploaded(FOURTH, "application/pdf", pdf, 403, "network-not-allowed"); /* a body without networks */
    struct world_reply reply = world_send_as(&world, POLICE, "POST", "/v1/uploads", "application/pdf", NULL, NULL, "203.0.113.9",
                                             base_bytes_text(pdf));
    world_expect(&reply, 403, "network-not-allowed");
    world_reply_clear(&reply);
    end();
}
END_TEST

START_TEST(a_large_upload)
{
    begin("");
    size_t len = 10 << 20;
    char *text = malloc(len);
    ck_assert_ptr_nonnull(text);
    memset(text, ' ', len);
    text[0] = '[';
    text[len - 1] = ']';
    struct world_reply reply = upload(SECOND, "application/json", base_bytes_of(text, len));
    ck_assert_msg(reply.status == 200, "%.*s", (int)reply.body.len, (const char *)reply.body.data);
    ck_assert_int_eq(json_integer_value(json_object_get(reply.json, "bytes")), (json_int_t)len);
    world_reply_clear(&reply);
    /* What is no upload stays as short as it was. */
    reply = world_send(&world, POLICE, "POST", "/v1/queries", base_bytes_of(text, 256 * 1024 + 1));
    world_expect(&reply, 413, "too-large");
    world_reply_clear(&reply);
    free(text);
    end();
}
END_TEST

START_TEST(uploads_have_a_rate)
{
    begin("[uploads]\nper_hour = 2\n");
    char content[64];
    for (int i = 0; i < 4; i++) {
        snprintf(content, sizeof(content), "%%PDF-1.4 %d %d %%%%EOF", i, (int)getpid());
        not_uploaded(THIRD, "text/plain", content, 415, "unsupported-type"); /* no content: not counted */
        struct world_reply reply = upload(THIRD, "application/pdf", base_bytes_text(content));
        if (i < 2)
            ck_assert_uint_eq(reply.status, 200);
        else
            world_expect(&reply, 429, "too-many");
        world_reply_clear(&reply);
        reply = upload(SECOND, "application/pdf", base_bytes_text(content)); /* the administrator's are not counted */
        ck_assert_uint_eq(reply.status, 200);
        world_reply_clear(&reply);
    }
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {my_own_page_is_nobodys_business, others_are_read_on_the_record, no_page_without_its_entry,
                                  questions_are_strict, pages_follow_one_another, readings_have_a_rate, an_upload_is_what_it_says,
                                  a_large_upload, uploads_have_a_rate};
    return world_run("register", tests, sizeof(tests) / sizeof(tests[0]));
}
