/* Proves: a queue keeps order, refuses when full or closed, hands out what is inside after closing, and loses nothing
 * between threads; a wait ends at its moment. */
#include <pthread.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/queue.h"
#include "base/wait.h"
#include "tests/check_main.h"

static void *item(uintptr_t number)
{
    return (void *) number;
}

START_TEST(order_bound_and_closing)
{
    struct base_queue *queue;
    ck_assert_int_eq(base_queue_new(2, &queue), 0);
    void *got;
    ck_assert_int_eq(base_queue_take(queue, 0, &got), BASE_QUEUE_TIMEOUT);
    ck_assert_int_eq(base_queue_put(queue, item(1)), 0);
    ck_assert_int_eq(base_queue_put(queue, item(2)), 0);
    ck_assert_int_eq(base_queue_put(queue, item(3)), BASE_QUEUE_FULL);
    ck_assert_int_eq(base_queue_take(queue, -1, &got), 0);
    ck_assert_ptr_eq(got, item(1));
    base_queue_close(queue);
    ck_assert_int_eq(base_queue_put(queue, item(4)), BASE_QUEUE_CLOSED);
    ck_assert_int_eq(base_queue_take(queue, -1, &got), 0);
    ck_assert_ptr_eq(got, item(2));
    ck_assert_int_eq(base_queue_take(queue, -1, &got), BASE_QUEUE_CLOSED);
    base_queue_free(queue);
}
END_TEST

START_TEST(many_at_once)
{
    struct base_queue *queue;
    ck_assert_int_eq(base_queue_new(8, &queue), 0);
    for (uintptr_t i = 1; i <= 5; i++)
        ck_assert_int_eq(base_queue_put(queue, item(i)), 0);
    void *got[3];
    size_t count;
    ck_assert_int_eq(base_queue_take_many(queue, 0, got, 3, &count), 0);
    ck_assert_uint_eq(count, 3);
    ck_assert_ptr_eq(got[2], item(3));
    ck_assert_uint_eq(base_queue_length(queue), 2);
    base_queue_free(queue);
}
END_TEST

enum { ITEMS = 20000 };

static void *take_all(void *context)
{
    uintptr_t sum = 0;
    void *got;
    while (base_queue_take(context, -1, &got) == 0)
        sum += (uintptr_t) got;
    return item(sum);
}

START_TEST(nothing_is_lost_between_threads)
{
    struct base_queue *queue;
    ck_assert_int_eq(base_queue_new(16, &queue), 0);
    pthread_t takers[2];
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&takers[i], NULL, take_all, queue), 0);
    for (uintptr_t i = 1; i <= ITEMS; i++)
        while (base_queue_put(queue, item(i)) == BASE_QUEUE_FULL)
            sched_yield();
    base_queue_close(queue);
    uintptr_t sum = 0;
    for (size_t i = 0; i < 2; i++) {
        void *part;
        pthread_join(takers[i], &part);
        sum += (uintptr_t) part;
    }
    ck_assert_uint_eq(sum, (uintptr_t) ITEMS * (ITEMS + 1) / 2);
    base_queue_free(queue);
}
END_TEST

START_TEST(a_wait_ends_at_its_moment)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t changed;
    base_wait_init(&changed);
    int64_t deadline_us = base_clock_monotonic_us() + 2000;
    pthread_mutex_lock(&mutex);
    while (base_wait_until(&changed, &mutex, deadline_us) != BASE_WAIT_OVER)
        ck_assert_int_le(base_clock_monotonic_us(), deadline_us + 10000000); /* woken for nothing */
    ck_assert_int_ge(base_clock_monotonic_us(), deadline_us);
    ck_assert_int_eq(base_wait_until(&changed, &mutex, deadline_us), BASE_WAIT_OVER);
    pthread_mutex_unlock(&mutex);
    pthread_cond_destroy(&changed);
}
END_TEST

CHECK_MAIN("base/queue, base/wait", a_wait_ends_at_its_moment, order_bound_and_closing, many_at_once, nothing_is_lost_between_threads)
