/* Acts through the store: what the register says against one, the change in the record's own transaction or not at all,
 * pages, and uploads. */
#include "schema/store/act.h"
#include "schema/store/blob.h"
#include "schema/store/log.h"
#include "schema/store/pool.h"
#include "schema/store/query.h"
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define OFFICER "500101100000"
#define ADMINISTRATOR "500101200007"
#define BIN "300140000015"
#define NOON "2026-11-22T12:00:00+05:00"
#define NOON_US INT64_C(1795330800000000)
#define DIGEST "e4f60d0aa6d7f3d3b6a6494b1c861b99f649c6f9ec51abaf201b20f297327c95" /* SHA-256 of 30 00 */

static struct store_pool *pool;

static void setup(void)
{
    cluster_officer(OFFICER);
    cluster_appoint(ADMINISTRATOR, BIN, "administrator", "");
    pool = cluster_pool(CLUSTER_GATEWAY);
}

static void teardown(void)
{
    store_pool_free(pool);
}

/* A setting by that person; number makes the id, value what it is set to. Borrowed until the next call. */
static const char *envelope_of(const char *iin, int number, int value)
{
    static char text[4][1024];
    static unsigned next;
    char *envelope = text[next++ % 4];
    snprintf(envelope, sizeof(text[0]),
             "{\"act\":{\"name\":\"refusals_per_hour\",\"value\":%d},\"at\":\"" NOON "\",\"bin\":\"" BIN "\",\"digest\":\"" DIGEST "\","
             "\"extra\":{},\"id\":\"5f0c7b0e-3d61-4a55-9c0b-%012d\",\"iin\":\"%s\",\"kind\":\"admin.setting\","
             "\"peer\":\"127.0.0.1\",\"type\":\"qao.setting/1\"}",
             value, number, iin);
    return envelope;
}

START_TEST(act_check)
{
    struct store_names reasons;
    ck_assert_int_eq(store_act_check(pool, envelope_of(ADMINISTRATOR, 1, 7), &reasons), 0);
    ck_assert_uint_eq(reasons.count, 0);
    ck_assert_int_eq(store_act_check(pool, envelope_of(OFFICER, 1, 7), &reasons), 0);
    ck_assert_uint_eq(reasons.count, 1);
    ck_assert_str_eq(reasons.names[0], "role-not-held");
    ck_assert_int_eq(store_act_check(pool, "{\"kind\":\"admin.nothing\"}", &reasons), 0);
    ck_assert(store_names_has(&reasons, "act-malformed"));
    ck_assert_int_eq(store_act_check(pool, "no json", &reasons), -EINVAL);
}
END_TEST

static long acts(void)
{
    return cluster_number("select count(*) from act", NULL);
}

/* Two acts and a plain record between them: the culprit is told by its place in the batch, and nothing is kept. */
START_TEST(act_apply)
{
    struct cluster_log log = cluster_log_open("acts.example/store", 65536);
    const uint8_t message[] = {0x30, 0};
    struct store_act good = {.envelope = envelope_of(ADMINISTRATOR, 10, 41), .signed_message = base_bytes_of(message, 2)};
    struct store_act bad = {.envelope = envelope_of(OFFICER, 11, 42), .signed_message = base_bytes_of(message, 2)};
    struct store_record records[3] = {cluster_record(), cluster_record(), cluster_record()};
    long before = acts();
    for (int i = 1; i < 3; i++) {
        records[i].kind = "admin.setting";
        records[i].iin = i == 1 ? ADMINISTRATOR : OFFICER;
        records[i].body = BIN;
        records[i].at_us = NOON_US;
    }
    records[1].act = &good;
    records[2].act = &bad;
    struct audit_commit_result result = cluster_append(&log.store, 0, records, 3);
    ck_assert_int_eq(result.commit, AUDIT_COMMIT_REFUSED);
    ck_assert_int_eq(result.refusal, AUDIT_REFUSAL_CHANGED);
    ck_assert_int_eq(result.culprit, 2);
    ck_assert_int_eq(acts(), before);
    ck_assert_int_eq(cluster_append(&log.store, 0, records, 2).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(acts(), before + 1);
    ck_assert_int_eq(cluster_number("select count(*) from act a join entry e using (log_id, seq) where a.leaf = sha256('\\x00'::bytea || e.leaf)"
                                    " and a.signed = '\\x3000' and a.envelope #>> '{act,value}' = '41'", NULL),
                     1);
    /* the same again: it is so already, and its id is used */
    ck_assert_int_eq(cluster_append(&log.store, 2, records, 2).refusal, AUDIT_REFUSAL_CHANGED);
    /* an act whose entry is of another kind changes nothing */
    struct store_act other = {.envelope = envelope_of(ADMINISTRATOR, 12, 43), .signed_message = base_bytes_of(message, 2)};
    records[0].act = &other;
    ck_assert_int_ne(cluster_append(&log.store, 2, records, 1).commit, AUDIT_COMMIT_DONE);
    ck_assert_int_eq(acts(), before + 1);
    cluster_log_close(&log);
}
END_TEST

START_TEST(registry_read)
{
    struct base_buffer page;
    base_buffer_init(&page, 1 << 20);
    const char *reader = "{\"iin\":\"" ADMINISTRATOR "\",\"bin\":\"" BIN "\",\"peer\":\"127.0.0.1\",\"at\":\"" NOON "\"}";
    const char *officer = "{\"iin\":\"" OFFICER "\",\"bin\":\"" BIN "\",\"peer\":\"127.0.0.1\",\"at\":\"" NOON "\"}";
    ck_assert_int_eq(store_registry_read(pool, "settings", reader, "{}", &page), 0);
    ck_assert_ptr_nonnull(memmem(page.data, page.len, "refusals_per_hour", 17));
    base_buffer_reset(&page);
    ck_assert_int_eq(store_registry_read(pool, "settings", officer, "{}", &page), STORE_NONE);
    ck_assert_int_eq(store_registry_read(pool, "nothing", reader, "{}", &page), STORE_NONE);
    ck_assert_int_eq(store_registry_read(pool, "registrations", reader, "{\"limit\":\"x\"}", &page), -EINVAL);
    ck_assert_uint_eq(page.len, 0);
    base_buffer_clear(&page);
}
END_TEST

static int64_t sealed_put(void)
{
    int64_t large = 0;
    uint8_t digest[STORE_DIGEST_BYTES] = {1};
    ck_assert_int_eq(store_blob_put(pool, digest, base_bytes_text("sealed"), &large), 0);
    return large;
}

START_TEST(upload_put)
{
    const uint8_t digest[STORE_DIGEST_BYTES] = {7};
    struct store_upload upload = {.digest = digest, .type = "image/png", .bytes = 12, .large = sealed_put(), .at_us = 1};
    ck_assert_int_eq(store_upload_put(pool, OFFICER, BIN, &upload), 0);
    ck_assert_int_eq(store_upload_put(pool, OFFICER, BIN, &upload), 0); /* the first stays */
    upload.type = "text/plain";
    ck_assert_int_eq(store_upload_put(pool, OFFICER, BIN, &upload), -EINVAL);
    upload.type = "image/png";
    upload.digest = (const uint8_t[STORE_DIGEST_BYTES]){8};
    upload.large = INT64_C(1) << 60; /* of nothing that was put */
    ck_assert_int_eq(store_upload_put(pool, OFFICER, BIN, &upload), -EINVAL);
}
END_TEST

START_TEST(upload_find)
{
    const uint8_t digest[STORE_DIGEST_BYTES] = {9};
    const struct store_upload upload = {.digest = digest, .type = "application/pdf", .bytes = 34, .large = sealed_put(), .at_us = 5000000};
    struct store_upload found;
    ck_assert_int_eq(store_upload_find(pool, OFFICER, digest, "application/pdf", &found), STORE_NONE);
    ck_assert_int_eq(store_upload_put(pool, OFFICER, BIN, &upload), 0);
    ck_assert_int_eq(store_upload_find(pool, OFFICER, digest, "application/pdf", &found), 0);
    ck_assert(found.bytes == 34 && found.large == upload.large && found.at_us == 5000000);
    ck_assert_int_eq(store_upload_find(pool, OFFICER, digest, "image/png", &found), STORE_NONE);
    ck_assert_int_eq(store_upload_find(pool, ADMINISTRATOR, digest, "application/pdf", &found), STORE_NONE);
}
END_TEST

START_TEST(blob_large_read)
{
    struct base_buffer sealed;
    base_buffer_init(&sealed, 16);
    ck_assert_int_eq(store_blob_large_read(pool, sealed_put(), &sealed), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&sealed), "sealed"));
    base_buffer_reset(&sealed);
    ck_assert_int_eq(store_blob_large_read(pool, INT64_C(1) << 60, &sealed), STORE_NONE);
    ck_assert_uint_eq(sealed.len, 0);
    base_buffer_clear(&sealed);
}
END_TEST

#define READER(iin, bin, peer) "{\"iin\":\"" iin "\",\"bin\":\"" bin "\",\"peer\":\"" peer "\",\"at\":\"" NOON "\"}"

START_TEST(person_check)
{
    struct store_names reasons;
    ck_assert_int_eq(store_person_check(pool, READER(OFFICER, BIN, "127.0.0.1"), &reasons), 0);
    ck_assert_uint_eq(reasons.count, 0);
    ck_assert_int_eq(store_person_check(pool, READER(OFFICER, BIN, "192.0.2.1"), &reasons), 0);
    ck_assert_uint_eq(reasons.count, 1);
    ck_assert_str_eq(reasons.names[0], "network-not-allowed");
    ck_assert_int_eq(store_person_check(pool, READER(OFFICER, "300142000016", "127.0.0.1"), &reasons), 0);
    ck_assert(store_names_has(&reasons, "body-unknown"));
}
END_TEST

/* Nothing while the operator has not turned it on (R23); then who was away for two months is announced. */
START_TEST(absence_find)
{
    struct base_buffer acts_due;
    base_buffer_init(&acts_due, 1 << 20);
    int64_t later_us = NOON_US + INT64_C(365) * 86400 * 1000000;
    ck_assert_int_eq(store_absence_find(pool, later_us, 100, &acts_due), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&acts_due), "[]"));
    base_buffer_reset(&acts_due);
    free(cluster_sql("insert into setting_version (name, version, value, at, iin, act) select 'absence_suspension_days', 1, 30, now(),"
                     " $1, leaf from act limit 1",
                     ADMINISTRATOR, NULL));
    ck_assert_int_eq(store_absence_find(pool, later_us, 100, &acts_due), 0);
    ck_assert_ptr_nonnull(memmem(acts_due.data, acts_due.len, "admin.absence", 13));
    ck_assert_ptr_nonnull(memmem(acts_due.data, acts_due.len, OFFICER, 12));
    base_buffer_reset(&acts_due);
    ck_assert_int_eq(store_absence_find(pool, NOON_US, 100, &acts_due), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&acts_due), "[]"));
    base_buffer_clear(&acts_due);
}
END_TEST

START_TEST(scan_find)
{
    const uint8_t application[BASE_UUID_BYTES] = {0x77};
    const uint8_t digest[STORE_DIGEST_BYTES] = {10};
    const struct store_upload upload = {.digest = digest, .type = "application/pdf", .bytes = 56, .large = sealed_put(), .at_us = 1};
    struct store_scan scan;
    ck_assert_int_eq(store_scan_find(pool, READER(OFFICER, BIN, "127.0.0.1"), application, &scan), STORE_NONE);
    ck_assert_int_eq(store_upload_put(pool, OFFICER, BIN, &upload), 0);
    free(cluster_sql("with a as (insert into application (application_id, kind, person_id, form, statements, scan, digest, filed_at, act)"
                     " select '77000000-0000-0000-0000-000000000000', 'block', person_id, '{}', '{}',"
                     " '{\"sha256\":\"0a00000000000000000000000000000000000000000000000000000000000000\",\"type\":\"application/pdf\"}',"
                     " sha256('x'), now(), (select leaf from act limit 1) from person join body using (body_id) where iin = $1 and bin = $2"
                     " returning application_id, act)"
                     " insert into application_version (application_id, version, state, iin, at, act)"
                     " select application_id, 1, 'filed', $1, now(), act from a",
                     OFFICER, BIN, NULL));
    ck_assert_int_eq(store_scan_find(pool, READER(OFFICER, BIN, "127.0.0.1"), application, &scan), 0);
    ck_assert(scan.bytes == 56 && scan.large == upload.large);
    ck_assert_mem_eq(scan.digest, digest, sizeof(digest));
    ck_assert_str_eq(scan.type, "application/pdf");
    ck_assert_int_eq(store_scan_find(pool, READER(ADMINISTRATOR, BIN, "127.0.0.1"), application, &scan), 0);
    ck_assert_int_eq(store_scan_find(pool, READER("500615100015", BIN, "127.0.0.1"), application, &scan), STORE_NONE);
    ck_assert_int_eq(store_scan_find(pool, READER(ADMINISTRATOR, BIN, "192.0.2.1"), application, &scan), STORE_NONE);
}
END_TEST

/* Two rows, one of them in a body that is not there; the other of nobody known, which is as it should be. */
START_TEST(import_check)
{
    struct base_buffer faults;
    base_buffer_init(&faults, 1 << 16);
    ck_assert_int_eq(store_import_check(pool, READER(ADMINISTRATOR, BIN, "127.0.0.1"), "[]", &faults), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&faults), "[]"));
    base_buffer_reset(&faults);
    ck_assert_int_eq(store_import_check(pool, READER(ADMINISTRATOR, BIN, "127.0.0.1"),
                                        "[{\"iin\":\"500615100015\",\"bin\":\"" BIN "\",\"role\":2,\"appendix\":4,"
                                        "\"bases\":[\"operative_search\"]},"
                                        "{\"iin\":\"500615200011\",\"bin\":\"300142000016\",\"role\":2,\"appendix\":4,"
                                        "\"bases\":[\"operative_search\"]}]",
                                        &faults),
                     0);
    ck_assert_ptr_nonnull(memmem(faults.data, faults.len, "body-unknown", 12));
    ck_assert_ptr_nonnull(memmem(faults.data, faults.len, "\"row\": 1", 8));
    ck_assert_ptr_null(memmem(faults.data, faults.len, "\"row\": 0", 8));
    base_buffer_clear(&faults);
}
END_TEST

START_TEST(import_find)
{
    struct base_buffer found;
    base_buffer_init(&found, 1 << 16);
    ck_assert_int_eq(store_import_find(pool, &found), STORE_NONE);
    ck_assert_uint_eq(found.len, 0);
    base_buffer_clear(&found);
}
END_TEST

static void mark_read(char ret_mark[static 256])
{
    struct base_buffer mark;
    base_buffer_init(&mark, 255);
    ck_assert_int_eq(store_import_mark(pool, &mark), 0);
    memcpy(ret_mark, mark.data, mark.len);
    ret_mark[mark.len] = '\0';
    base_buffer_clear(&mark);
}

/* Appends one setting by the administrator to a log of its own, behind so many plain records: the leaves of these tests follow
 * from their place, and no two acts have the same. */
static struct cluster_log setting_append(const char *origin, int number, size_t before)
{
    struct cluster_log log = cluster_log_open(origin, 65536);
    const uint8_t message[] = {0x30, 0};
    struct store_act act = {.envelope = envelope_of(ADMINISTRATOR, number, number), .signed_message = base_bytes_of(message, 2)};
    struct store_record records[4] = {cluster_record(), cluster_record(), cluster_record(), cluster_record()};
    struct store_record *record = &records[before];
    record->kind = "admin.setting";
    record->iin = ADMINISTRATOR;
    record->body = BIN;
    record->at_us = NOON_US;
    record->act = &act;
    ck_assert_int_eq(cluster_append(&log.store, 0, records, before + 1).commit, AUDIT_COMMIT_DONE);
    return log;
}

/* An act that registers nobody leaves the mark as it is. */
START_TEST(import_mark)
{
    char before[256], after[256];
    mark_read(before);
    struct cluster_log log = setting_append("acts.example/mark", 50, 2);
    mark_read(after);
    ck_assert_str_eq(before, after);
    cluster_log_close(&log);
}
END_TEST

/* An act whose entry is gone is one that no entry stands for. */
START_TEST(act_strays_count)
{
    int64_t count;
    struct cluster_log log = setting_append("acts.example/strays", 51, 3);
    int32_t log_id;
    ck_assert_int_eq(store_log_find(pool, "acts.example/strays", &log_id), 0);
    struct store_pool *reader = cluster_pool(CLUSTER_READER);
    ck_assert_int_eq(store_act_strays_count(reader, log_id, &count), 0);
    ck_assert_int_eq(count, 0);
    char number[16];
    snprintf(number, sizeof(number), "%d", log_id);
    free(cluster_sql("alter table entry disable trigger refuse_change", NULL));
    free(cluster_sql("delete from entry where log_id = $1", number, NULL));
    free(cluster_sql("alter table entry enable always trigger refuse_change", NULL));
    ck_assert_int_eq(store_act_strays_count(reader, log_id, &count), 0);
    ck_assert_int_eq(count, 1);
    store_pool_free(reader);
    cluster_log_close(&log);
}
END_TEST

CHECK_MAIN_WITH("acts on PostgreSQL", setup, teardown, act_check, act_apply, registry_read, upload_put, upload_find,
                blob_large_read, person_check, absence_find, scan_find, import_check, import_find, import_mark,
                act_strays_count)
