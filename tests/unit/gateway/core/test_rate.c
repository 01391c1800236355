/* Refusals are counted for each person, in a window, and strangers cannot push the table over its edge. */
#include <pthread.h>
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
        ck_assert_int_eq(core_rate_check(rate, "500101100000", 1000 + i, &wait_us), CORE_RATE_WITHIN);
        ck_assert_int_eq(core_rate_take(rate, "500101100000", 1000 + i, &wait_us), CORE_RATE_WITHIN);
        ck_assert_int_eq(wait_us, 0);
    }
    ck_assert_int_eq(core_rate_check(rate, "500101100000", 2000, &wait_us), CORE_RATE_EXCEEDED);
    ck_assert_int_eq(core_rate_take(rate, "500101100000", 2000, &wait_us), CORE_RATE_EXCEEDED);
    ck_assert_int_eq(wait_us, WINDOW_US - 1000);
    ck_assert_int_eq(core_rate_check(rate, "500101200007", 2000, &wait_us), CORE_RATE_WITHIN); /* another person */
    ck_assert_int_eq(core_rate_check(rate, "500101100000", 999 + WINDOW_US, &wait_us), CORE_RATE_EXCEEDED);
    ck_assert_int_eq(core_rate_check(rate, "500101100000", 1000 + WINDOW_US, &wait_us), CORE_RATE_WITHIN); /* a new window */
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
        ck_assert_int_eq(core_rate_check(rate, "500101100000", i, &wait_us), CORE_RATE_WITHIN);
    core_rate_free(rate);
}
END_TEST

START_TEST(a_full_table_counts_nobody_new_and_stops_nobody_else)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    char iin[16];
    ck_assert_int_eq(core_rate_new(5, WINDOW_US, 4, &rate), 0);
    for (int i = 0; i < 4; i++) {
        snprintf(iin, sizeof(iin), "%012d", i);
        ck_assert_int_eq(core_rate_take(rate, iin, i, &wait_us), CORE_RATE_WITHIN);
    }
    ck_assert_int_eq(core_rate_take(rate, "500101100000", 10, &wait_us), CORE_RATE_EXCEEDED);
    ck_assert_int_gt(wait_us, 0);
    ck_assert_int_eq(core_rate_check(rate, "500101100000", 10, &wait_us), CORE_RATE_WITHIN); /* nothing is held against him */
    ck_assert_int_eq(core_rate_check(rate, "000000000002", 10, &wait_us), CORE_RATE_WITHIN); /* the known still have their share */
    ck_assert_int_eq(core_rate_check(rate, "500101100000", WINDOW_US, &wait_us), CORE_RATE_WITHIN); /* the first window is over */
    core_rate_free(rate);
}
END_TEST

START_TEST(a_clock_that_goes_back_forgives_rather_than_locks_out)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    ck_assert_int_eq(core_rate_new(1, WINDOW_US, 4, &rate), 0);
    ck_assert_int_eq(core_rate_take(rate, "500101100000", INT64_C(1000000000), &wait_us), CORE_RATE_WITHIN);
    ck_assert_int_eq(core_rate_check(rate, "500101100000", INT64_C(1000000001), &wait_us), CORE_RATE_EXCEEDED);
    ck_assert_int_eq(core_rate_check(rate, "500101100000", 5, &wait_us), CORE_RATE_WITHIN);
    core_rate_free(rate);
}
END_TEST

/* Requests are served by many threads: a later one may be counted first. */
START_TEST(arrivals_out_of_order_are_of_one_window)
{
    struct core_rate *rate = NULL;
    int64_t wait_us;
    ck_assert_int_eq(core_rate_new(2, WINDOW_US, 4, &rate), 0);
    ck_assert_int_eq(core_rate_take(rate, "500101100000", INT64_C(5000000000), &wait_us), CORE_RATE_WITHIN);
    ck_assert_int_eq(core_rate_take(rate, "500101100000", INT64_C(4999999999), &wait_us), CORE_RATE_WITHIN);
    ck_assert_int_eq(core_rate_take(rate, "500101100000", INT64_C(4999999998), &wait_us), CORE_RATE_EXCEEDED);
    ck_assert_int_eq(core_rate_take(rate, "500101100000", INT64_C(5000000001), &wait_us), CORE_RATE_EXCEEDED);
    core_rate_free(rate);
}
END_TEST

START_TEST(counting_has_no_maximum)
{
    struct core_rate *rate = NULL;
    ck_assert_int_eq(core_rate_new(0, WINDOW_US, 1, &rate), 0);
    for (unsigned i = 1; i <= 100; i++)
        ck_assert_uint_eq(core_rate_count(rate, "500101100000", i), i);
    ck_assert_uint_eq(core_rate_count(rate, "500101200007", 200), 0); /* no place */
    ck_assert_uint_eq(core_rate_count(rate, "500101100000", 1 + WINDOW_US), 1);
    core_rate_free(rate);
}
END_TEST

/* However many are counted, each by themselves; and their places are others' when their windows are over. */
START_TEST(people_of_one_table_are_told_apart)
{
    enum { PEOPLE = 4096 };
    struct core_rate *rate = NULL;
    char iin[16];
    ck_assert_int_eq(core_rate_new(0, WINDOW_US, PEOPLE, &rate), 0);
    for (int64_t window = 0; window < 3; window++) {
        int64_t now_us = window * WINDOW_US;
        for (unsigned count = 1; count <= 2; count++)
            for (int i = 0; i < PEOPLE; i++) {
                snprintf(iin, sizeof(iin), "%012d", (int)window * PEOPLE + i);
                ck_assert_uint_eq(core_rate_count(rate, iin, now_us), count);
            }
        ck_assert_uint_eq(core_rate_count(rate, "500101100000", now_us), 0); /* no place */
    }
    core_rate_free(rate);
}
END_TEST

enum { THREADS = 8, TAKES = 2000, SHARED_MAX = 500 };

struct taker {
    struct core_rate *rate;
    pthread_barrier_t *start;
    unsigned within;
};

static void *take_many(void *context)
{
    struct taker *taker = context;
    int64_t wait_us;
    pthread_barrier_wait(taker->start);
    for (int i = 0; i < TAKES; i++)
        taker->within += core_rate_take(taker->rate, "500101100000", i, &wait_us) == CORE_RATE_WITHIN;
    return NULL;
}

/* Each is checked and counted in one step: however the threads meet, the limit is met exactly. */
START_TEST(many_threads_share_one_limit)
{
    struct core_rate *rate = NULL;
    pthread_barrier_t start;
    pthread_t threads[THREADS];
    struct taker takers[THREADS];
    unsigned within = 0;
    ck_assert_int_eq(core_rate_new(SHARED_MAX, WINDOW_US, 4, &rate), 0);
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        takers[i] = (struct taker){.rate = rate, .start = &start};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_many, &takers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        within += takers[i].within;
    }
    ck_assert_uint_eq(within, SHARED_MAX);
    pthread_barrier_destroy(&start);
    core_rate_free(rate);
}
END_TEST

CHECK_MAIN("refusal rate", a_person_has_a_limit, checking_alone_counts_nothing,
           a_full_table_counts_nobody_new_and_stops_nobody_else, a_clock_that_goes_back_forgives_rather_than_locks_out,
           arrivals_out_of_order_are_of_one_window, counting_has_no_maximum, people_of_one_table_are_told_apart,
           many_threads_share_one_limit)
