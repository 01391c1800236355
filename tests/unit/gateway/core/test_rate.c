/* Refusals are counted for each person, in a window, and strangers cannot push the table over its edge. */
#include <stdio.h>

#include "gateway/core/rate.h"
#include "tests/check_main.h"

enum { WINDOW_US = 60000000 };

START_TEST(a_person_has_a_limit)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    ck_assert_int_eq(core_rate_new(3, WINDOW_US, 8, &rate), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert(core_rate_check(rate, "500101100000", 1000 + i, &wait_us));
        ck_assert_int_eq(wait_us, 0);
        core_rate_add(rate, "500101100000", 1000 + i);
    }
    ck_assert(!core_rate_check(rate, "500101100000", 2000, &wait_us));
    ck_assert_int_eq(wait_us, WINDOW_US - 1000);
    ck_assert(core_rate_check(rate, "500101200007", 2000, &wait_us)); /* another person */
    ck_assert(!core_rate_check(rate, "500101100000", 999 + WINDOW_US, &wait_us));
    ck_assert(core_rate_check(rate, "500101100000", 1000 + WINDOW_US, &wait_us)); /* a new window */
    core_rate_free(rate);
    core_rate_free(NULL);
}
END_TEST

START_TEST(checking_alone_counts_nothing)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    ck_assert_int_eq(core_rate_new(1, WINDOW_US, 1, &rate), 0);
    for (int i = 0; i < 100; i++)
        ck_assert(core_rate_check(rate, "500101100000", i, &wait_us));
    core_rate_free(rate);
}
END_TEST

START_TEST(a_full_table_lets_nobody_new_through)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    char iin[16];
    ck_assert_int_eq(core_rate_new(5, WINDOW_US, 4, &rate), 0);
    for (int i = 0; i < 4; i++) {
        snprintf(iin, sizeof(iin), "%012d", i);
        core_rate_add(rate, iin, i);
    }
    ck_assert(!core_rate_check(rate, "500101100000", 10, &wait_us));
    ck_assert_int_gt(wait_us, 0);
    ck_assert(core_rate_check(rate, "000000000002", 10, &wait_us)); /* the known still have their share */
    ck_assert(core_rate_check(rate, "500101100000", WINDOW_US, &wait_us)); /* the first window is over */
    core_rate_free(rate);
}
END_TEST

START_TEST(a_clock_that_goes_back_forgives_rather_than_locks_out)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    ck_assert_int_eq(core_rate_new(1, WINDOW_US, 4, &rate), 0);
    core_rate_add(rate, "500101100000", INT64_C(1000000000));
    ck_assert(!core_rate_check(rate, "500101100000", INT64_C(1000000001), &wait_us));
    ck_assert(core_rate_check(rate, "500101100000", 5, &wait_us));
    core_rate_free(rate);
}
END_TEST

CHECK_MAIN("refusal rate", a_person_has_a_limit, checking_alone_counts_nothing, a_full_table_lets_nobody_new_through,
           a_clock_that_goes_back_forgives_rather_than_locks_out)
