/* What the tests expect of replies and of the log. */
#include "tests/integration/gateway/world.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/proof.h"
#include "base/encoding.h"
#include "tests/integration/schema/cluster.h"

enum { WAIT_S = 10 };

void world_expect_receipt(const struct world *world, const json_t *receipt, size_t count)
{
    static const char *const names[] = {"request", "result"};
    struct audit_vkey vkey = world_vkey(world);
    ck_assert_str_eq(json_string_value(json_object_get(receipt, "log")), world->origin);
    ck_assert_uint_eq(json_array_size(json_object_get(receipt, "proofs")), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *record = json_object_get(receipt, names[i]);
        struct base_buffer leaf;
        struct audit_hash hash;
        struct audit_proof proof;
        struct audit_checkpoint checkpoint;
        base_buffer_init(&leaf, 32);
        ck_assert_int_eq(base_hex_decode(base_bytes_text(json_string_value(json_object_get(record, "leaf"))), &leaf), 0);
        memcpy(hash.bytes, leaf.data, 32);
        base_buffer_clear(&leaf);
        struct base_bytes text =
            base_bytes_text(json_string_value(json_array_get(json_object_get(receipt, "proofs"), i)));
        ck_assert_int_eq(audit_proof_verify(text, &vkey, &hash, &proof, &checkpoint), AUDIT_PROOF_CHECK_RIGHT);
        ck_assert_int_eq((int64_t)proof.index, json_integer_value(json_object_get(record, "index")));
    }
    ck_assert_ptr_null(count == 1 ? json_object_get(receipt, "result") : NULL);
}

void world_expect(const struct world_reply *reply, unsigned status, const char *reasons)
{
    char found[512] = "", type[128];
    const char *text = reply->body.len ? (const char *)reply->body.data : "";
    ck_assert_msg(reply->status == status, "status %u: %.*s", reply->status, (int)reply->body.len, text);
    ck_assert_str_eq(reply->content_type, "application/problem+json");
    ck_assert_ptr_nonnull(reply->json);
    size_t i;
    const json_t *reason;
    json_array_foreach(json_object_get(reply->json, "reasons"), i, reason)
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s", i ? " " : "",
                 json_string_value(json_object_get(reason, "code")));
    ck_assert_str_eq(found, reasons);
    snprintf(type, sizeof(type), "urn:qao:problem:%.*s", (int)strcspn(reasons, " "), reasons);
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "type")), type);
    ck_assert_int_eq(json_integer_value(json_object_get(reply->json, "status")), status);
}

long world_count(const struct world *world, const char *condition)
{
    char sql[1024];
    snprintf(sql, sizeof(sql),
             "select count(*) from entry e join log l using (log_id) where l.origin = $1 and (%s)", condition);
    return cluster_number(sql, world->origin, NULL);
}

void world_wait_count(const struct world *world, const char *condition, long count)
{
    const struct timespec step = {.tv_nsec = 10000000};
    long found = -1;
    for (int i = 0; i < WAIT_S * 100; i++) {
        found = world_count(world, condition);
        if (found == count)
            return;
        nanosleep(&step, NULL);
    }
    ck_assert_msg(found == count, "%s: %ld, not %ld", condition, found, count);
}
