/* When a call that pends is asked about next, with a clock that is told. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/adapters/pending.h"
#include "tests/check_main.h"

static struct adapter_call *call_new(uint64_t id)
{
    struct adapter_call *call = calloc(1, sizeof(*call));
    call->id = id;
    snprintf(call->query, sizeof(call->query), "query-%d", (int) id);
    return call;
}

START_TEST(test_pauses_double_up_to_the_longest)
{
    struct adapter_pending pending;
    adapter_pending_init(&pending, 10, 50, 100000);
    ck_assert_int_eq(adapter_pending_after_us(&pending, 0), -1);
    ck_assert_ptr_null(adapter_pending_take(&pending, 0));
    adapter_pending_put(&pending, call_new(1), 1000);
    static const int64_t pauses[] = {10, 20, 40, 50, 50};
    int64_t now = 1000;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(pauses); i++) {
        ck_assert_int_eq(adapter_pending_after_us(&pending, now), pauses[i]);
        ck_assert_ptr_null(adapter_pending_take(&pending, now + pauses[i] - 1));
        now += pauses[i];
        struct adapter_call *call = adapter_pending_take(&pending, now);
        ck_assert_ptr_nonnull(call);
        ck_assert_uint_eq(pending.count, 0);
        adapter_pending_again(&pending, call, now);
    }
    adapter_pending_clear(&pending);
    ck_assert_uint_eq(pending.count, 0);
}
END_TEST

/* Those that are due first come first; equal ones in the order in which they came. */
START_TEST(test_order)
{
    struct adapter_pending pending;
    adapter_pending_init(&pending, 10, 10, 100000);
    adapter_pending_put(&pending, call_new(2), 5);
    adapter_pending_put(&pending, call_new(1), 0);
    adapter_pending_put(&pending, call_new(3), 5);
    for (uint64_t id = 1; id <= 3; id++) {
        struct adapter_call *call = adapter_pending_take(&pending, 100);
        ck_assert_uint_eq(call->id, id);
        adapter_call_free(call);
    }
}
END_TEST

/* The last question is asked when the time is over, not after it. */
START_TEST(test_time_is_over)
{
    struct adapter_pending pending;
    adapter_pending_init(&pending, 10, 1000, 25);
    adapter_pending_put(&pending, call_new(1), 0);
    struct adapter_call *call = adapter_pending_take(&pending, 10);
    ck_assert(!adapter_pending_is_over(call, 10));
    adapter_pending_again(&pending, call, 10);
    ck_assert_int_eq(adapter_pending_after_us(&pending, 10), 15);
    call = adapter_pending_take(&pending, 25);
    ck_assert_ptr_nonnull(call);
    ck_assert(adapter_pending_is_over(call, 25));
    adapter_call_free(call);
}
END_TEST

/* Who settles a query takes the place of who asked it. */
START_TEST(test_one_query_pends_once)
{
    struct adapter_pending pending;
    adapter_pending_init(&pending, 10, 10, 1000);
    adapter_pending_put(&pending, call_new(1), 0);
    adapter_pending_put(&pending, call_new(2), 0);
    struct adapter_call *again = call_new(1);
    again->id = 7;
    adapter_pending_put(&pending, again, 5);
    ck_assert_uint_eq(pending.count, 2);
    struct adapter_call *call = adapter_pending_take(&pending, 100);
    ck_assert_uint_eq(call->id, 2);
    adapter_call_free(call);
    call = adapter_pending_take(&pending, 100);
    ck_assert_uint_eq(call->id, 7);
    adapter_call_free(call);
    ck_assert_uint_eq(pending.count, 0);
}
END_TEST

CHECK_MAIN("adapters/pending", test_pauses_double_up_to_the_longest, test_order, test_time_is_over, test_one_query_pends_once)
