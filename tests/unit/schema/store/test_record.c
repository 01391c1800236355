/* The limits of what is stored beside a leaf, each at its last good and first bad value. */
#include "schema/store/record.h"
#include "tests/check_main.h"

#include <errno.h>

static struct store_record good(void)
{
    struct store_record record = STORE_RECORD_INIT;
    record.kind = "query.request";
    return record;
}

START_TEST(plain_record)
{
    struct store_record record = good();
    ck_assert_int_eq(store_record_check(&record), 0);
    record.kind = NULL;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
}
END_TEST

START_TEST(texts)
{
    static char text[1002];
    struct store_record record = good();
    memset(text, 'a', 1000);
    record.case_number = text;
    ck_assert_int_eq(store_record_check(&record), 0);
    text[1000] = 'a';
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record.case_number = "\xc0\x80";
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record = good();
    text[STORE_NAME_MAX - 1] = '\0';
    record.effect = text;
    ck_assert_int_eq(store_record_check(&record), 0);
    text[STORE_NAME_MAX - 1] = 'a';
    text[STORE_NAME_MAX] = '\0';
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
}
END_TEST

/* A violation needs whom it is of, and a refusal that gives it as a reason; too many refusals are no reason of one. */
START_TEST(violations)
{
    static const struct {
        const char *reasons, *violation;
        int result;
    } cases[] = {
        {"query-replayed", "query-replayed", 0},
        {"officer-blocked case-missing network-not-allowed", "network-not-allowed officer-blocked", 0},
        {"case-missing", "refusals", 0},
        {NULL, "refusals", -EINVAL},
        {"case-missing", "case-missing", -EINVAL},
        {"case-missing", "query-replayed", -EINVAL},
        {"query-replayed-not", "query-replayed", -EINVAL},
        {"query-replayed", "query-replaye", -EINVAL},
        {"query-replayed", "query-replayed  refusals", -EINVAL},
        {"query-replayed", "", -EINVAL},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct store_record record = good();
        record.iin = "500101100000";
        record.body = "300140000015";
        record.reasons = cases[i].reasons;
        record.violation = cases[i].violation;
        ck_assert_msg(store_record_check(&record) == cases[i].result, "%s", cases[i].violation);
        record.body = cases[i].result == 0 ? NULL : record.body;
        ck_assert_int_eq(store_record_check(&record), -EINVAL);
        record.body = "300140000015";
        record.iin = "";
        ck_assert_int_eq(store_record_check(&record), -EINVAL);
    }
}
END_TEST

/* The causes of a record one by one. */
START_TEST(violation_causes)
{
    struct store_record record = good();
    size_t at = 0;
    struct base_bytes cause;
    ck_assert(!store_record_violation(&record, &at, &cause));
    record.violation = "query-replayed refusals";
    ck_assert(store_record_violation(&record, &at, &cause));
    ck_assert(base_bytes_equal_text(cause, "query-replayed"));
    ck_assert(store_record_violation(&record, &at, &cause));
    ck_assert(base_bytes_equal_text(cause, "refusals"));
    ck_assert(!store_record_violation(&record, &at, &cause));
}
END_TEST

START_TEST(numbers)
{
    struct store_record record = good();
    record.part = record.role = record.service = INT16_MAX;
    ck_assert_int_eq(store_record_check(&record), 0);
    record.part = INT16_MAX + 1;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record = good();
    record.role = -1;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record = good();
    record.concludes = (uint64_t) INT64_MAX + 1;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record = good();
    record.confirm.registration = -1;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
}
END_TEST

START_TEST(claims_need_a_key)
{
    static const uint8_t id[BASE_UUID_BYTES] = {1};
    struct store_record record = good();
    record.claims = true;
    record.iin = "500101100000";
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record.id = id;
    ck_assert_int_eq(store_record_check(&record), 0);
    record.iin = NULL;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
}
END_TEST

START_TEST(blobs)
{
    static uint8_t content[STORE_BLOB_SMALL_MAX + 1];
    struct store_blob list[STORE_RECORD_BLOBS_MAX + 1];
    static const char *const kinds[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < STORE_RECORD_BLOBS_MAX + 1; i++)
        list[i] = (struct store_blob){.kind = kinds[i], .content = base_bytes_of(content, STORE_BLOB_SMALL_MAX)};
    struct store_record record = good();
    record.blobs = list;
    record.blob_count = STORE_RECORD_BLOBS_MAX;
    ck_assert_int_eq(store_record_check(&record), 0);
    record.blob_count++;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    record.blob_count = 2;
    list[1].content.len++;
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    list[1].content.len = 0; /* neither small nor large */
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    list[1].large = 7;
    ck_assert_int_eq(store_record_check(&record), 0);
    list[0].large = 7; /* both */
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
    list[0].large = 0;
    list[1].kind = "a"; /* twice the same */
    ck_assert_int_eq(store_record_check(&record), -EINVAL);
}
END_TEST

/* The weight is at least what the record adds, so that a batch within its bytes stays within its bytes. */
START_TEST(weight)
{
    struct store_blob blob = {.kind = "query", .content = base_bytes_text("0123456789")};
    struct store_record record = good();
    size_t plain = store_record_weight(&record);
    ck_assert_uint_ge(plain, strlen(record.kind));
    record.blobs = &blob;
    record.blob_count = 1;
    ck_assert_uint_ge(store_record_weight(&record), plain + 10 + STORE_DIGEST_BYTES);
    record.reasons = "case-missing";
    ck_assert_uint_ge(store_record_weight(&record), plain + 10 + STORE_DIGEST_BYTES + 12);
}
END_TEST

CHECK_MAIN("record", plain_record, texts, violations, violation_causes, numbers, claims_need_a_key, blobs, weight)
