/* Of the requests without a conclusion each old enough gets its query.unknown, by its own key, number and hash; one that
 * is concluded meanwhile is none; a log that takes no record ends the sweep with an error. Store and log are played here. */
#include <errno.h>
#include <string.h>

#include "audit/tree.h"
#include "gateway/core/entry.h"
#include "gateway/core/sweep.h"
#include "schema/store/query.h"
#include "tests/check_main.h"

enum { LEFT = 3, BEFORE_US = 100 };

static const uint8_t id[BASE_UUID_BYTES] = {7};
static const char *const leaves[LEFT] = {"first", "second", "third"};
static const int64_t at_us[LEFT] = {98, 99, 100};
static enum audit_outcome outcomes[LEFT];
static size_t concluded;
static uint64_t sequence[LEFT];
static struct audit_hash hashes[LEFT];

int store_unfinished_read(struct store_pool *pool, int32_t log_id, store_unfinished_visit *visit, void *context)
{
    (void)pool;
    ck_assert_int_eq(log_id, 5);
    for (size_t i = 0; i < LEFT; i++) {
        struct store_unfinished unfinished = {.seq = 10 + i, .at_us = at_us[i], .leaf = base_bytes_text(leaves[i])};
        unfinished.record = STORE_RECORD_INIT;
        unfinished.record.iin = i == 0 ? "500101100000" : NULL;
        unfinished.record.id = i == 0 ? id : NULL;
        int r = visit(context, &unfinished);
        if (r != 0)
            return r;
    }
    return 0;
}

enum audit_outcome core_entry_unknown_append(struct audit_writer *writer, int64_t now_us, const char *iin,
                                             const uint8_t *of_id, int part, uint64_t request,
                                             const struct audit_hash *request_hash)
{
    (void)writer;
    (void)now_us;
    (void)part;
    ck_assert_int_eq(iin != NULL, request == 10);
    ck_assert_int_eq(of_id != NULL && memcmp(of_id, id, sizeof(id)) == 0, request == 10);
    sequence[concluded] = request;
    hashes[concluded] = *request_hash;
    return outcomes[concluded++];
}

static struct core_gateway gateway;

static int sweep(enum audit_outcome first, enum audit_outcome second, size_t *ret_count)
{
    concluded = 0;
    outcomes[0] = first;
    outcomes[1] = second;
    gateway.log_id = 5;
    gateway.clock = base_clock_system();
    return core_sweep(&gateway, BEFORE_US, ret_count);
}

START_TEST(each_old_request_is_concluded)
{
    size_t count = 99;
    ck_assert_int_eq(sweep(AUDIT_OUTCOME_DURABLE, AUDIT_OUTCOME_DURABLE, &count), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(concluded, 2); /* the third is too young */
    for (size_t i = 0; i < 2; i++) {
        struct audit_hash expected = audit_hash_leaf(base_bytes_text(leaves[i]));
        ck_assert_uint_eq(sequence[i], 10 + i);
        ck_assert_mem_eq(hashes[i].bytes, expected.bytes, sizeof(expected.bytes));
    }
}
END_TEST

START_TEST(one_concluded_meanwhile_is_passed_over)
{
    size_t count = 99;
    ck_assert_int_eq(sweep(AUDIT_OUTCOME_CLAIMED, AUDIT_OUTCOME_DURABLE, &count), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(concluded, 2);
}
END_TEST

START_TEST(a_log_that_takes_no_record_ends_it)
{
    size_t count = 99;
    ck_assert_int_eq(sweep(AUDIT_OUTCOME_UNAVAILABLE, AUDIT_OUTCOME_DURABLE, &count), -EIO);
    ck_assert_uint_eq(concluded, 1);
    ck_assert_int_eq(sweep(AUDIT_OUTCOME_DURABLE, AUDIT_OUTCOME_UNKNOWN, &count), -EIO);
    ck_assert_uint_eq(count, 1);
}
END_TEST

CHECK_MAIN("sweep", each_old_request_is_concluded, one_concluded_meanwhile_is_passed_over, a_log_that_takes_no_record_ends_it)
