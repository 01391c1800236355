/* The breaker opens after failures in a row, lets only a probe out, and trusts what recovered by one call at first. */
#include "gateway/adapters/breaker.h"
#include "tests/check_main.h"

enum { MIN_US = 100, MAX_US = 350 };

static struct adapter_breaker closed(void)
{
    struct adapter_breaker breaker;
    adapter_breaker_init(&breaker, 3, MIN_US, MAX_US);
    return breaker;
}

static struct adapter_breaker opened(int64_t now_us)
{
    struct adapter_breaker breaker = closed();
    for (int i = 0; i < 3; i++)
        (void) adapter_breaker_fail(&breaker, now_us);
    return breaker;
}

START_TEST(test_zeroed_admits_nothing)
{
    struct adapter_breaker breaker = {0};
    ck_assert(!adapter_breaker_admits(&breaker));
}
END_TEST

START_TEST(test_opens_after_failures_in_a_row)
{
    struct adapter_breaker breaker = closed();
    ck_assert(!adapter_breaker_fail(&breaker, 1) && !adapter_breaker_fail(&breaker, 2));
    ck_assert(!adapter_breaker_succeed(&breaker)); /* begins the row anew */
    ck_assert(!adapter_breaker_fail(&breaker, 3) && !adapter_breaker_fail(&breaker, 4));
    ck_assert(adapter_breaker_admits(&breaker));
    ck_assert(adapter_breaker_fail(&breaker, 5));
    ck_assert(!adapter_breaker_admits(&breaker));
}
END_TEST

START_TEST(test_only_a_probe_gets_out)
{
    struct adapter_breaker breaker = opened(1000);
    ck_assert(!adapter_breaker_succeed(&breaker)); /* a late answer to an old call */
    ck_assert(!adapter_breaker_admits(&breaker));
    ck_assert_int_eq(adapter_breaker_probe_after_us(&breaker, 1040), 60);
    ck_assert(!adapter_breaker_probe_take(&breaker, 1099));
    ck_assert(adapter_breaker_probe_take(&breaker, 1100));
    ck_assert(!adapter_breaker_probe_take(&breaker, 1100)); /* one at a time */
    ck_assert_int_eq(adapter_breaker_probe_after_us(&breaker, 2000), -1);
    ck_assert(adapter_breaker_probe_end(&breaker, true, 1110));
    ck_assert_int_eq(breaker.state, ADAPTER_BREAKER_HALF_OPEN);
    ck_assert(adapter_breaker_admits(&breaker));
    ck_assert(adapter_breaker_succeed(&breaker));
    ck_assert_int_eq(breaker.state, ADAPTER_BREAKER_CLOSED);
}
END_TEST

START_TEST(test_half_open_falls_back_at_once)
{
    struct adapter_breaker breaker = opened(0);
    ck_assert(adapter_breaker_probe_take(&breaker, MIN_US));
    ck_assert(adapter_breaker_probe_end(&breaker, true, MIN_US));
    ck_assert(adapter_breaker_fail(&breaker, 200));
    ck_assert(!adapter_breaker_admits(&breaker));
    ck_assert_int_eq(adapter_breaker_probe_after_us(&breaker, 200), 200); /* the pause has doubled */
}
END_TEST

START_TEST(test_pauses_grow_to_a_limit)
{
    static const int64_t expected[] = {100, 200, 350, 350, 350};
    struct adapter_breaker breaker = opened(0);
    int64_t now_us = 0;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ck_assert_int_eq(adapter_breaker_probe_after_us(&breaker, now_us), expected[i]);
        now_us += expected[i];
        ck_assert(adapter_breaker_probe_take(&breaker, now_us));
        ck_assert(!adapter_breaker_probe_end(&breaker, false, now_us));
    }
    ck_assert(adapter_breaker_probe_take(&breaker, now_us + 350));
    ck_assert(adapter_breaker_probe_end(&breaker, true, now_us));
    ck_assert(adapter_breaker_succeed(&breaker));
    for (int i = 0; i < 3; i++)
        (void) adapter_breaker_fail(&breaker, 0);
    ck_assert_int_eq(adapter_breaker_probe_after_us(&breaker, 0), 100); /* short again after a success */
}
END_TEST

CHECK_MAIN("adapters/breaker", test_zeroed_admits_nothing, test_opens_after_failures_in_a_row, test_only_a_probe_gets_out,
           test_half_open_falls_back_at_once, test_pauses_grow_to_a_limit)
