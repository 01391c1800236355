/* Proves: no more requests than places, no id twice, and each wait is ended by exactly one caller. */
#include "gateway/front/waiting.h"
#include "tests/check_main.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* Requests are only pointed to. */
static struct front_request *request(uintptr_t number)
{
    return (struct front_request *) number;
}

START_TEST(places_are_limited_and_come_back)
{
    struct front_waiting *waiting;
    uint64_t first, second, third;
    ck_assert_int_eq(front_waiting_new(2, &waiting), 0);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(1), &first), 0);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(2), &second), 0);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(3), &third), FRONT_WAITING_FULL);
    ck_assert_uint_eq(front_waiting_count(waiting), 2);
    front_waiting_release(waiting, first);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(3), &third), 0);
    ck_assert(first != 0 && first != second && third != first && third != second);
    front_waiting_release(waiting, first); /* gone: must not touch its successor */
    ck_assert_uint_eq(front_waiting_count(waiting), 2);
    front_waiting_free(waiting);
}
END_TEST

START_TEST(a_wait_ends_once)
{
    struct front_waiting *waiting;
    uint64_t id;
    ck_assert_int_eq(front_waiting_new(4, &waiting), 0);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(7), &id), 0);
    ck_assert_ptr_null(front_waiting_take(waiting, id)); /* does not wait yet */
    ck_assert_int_eq(front_waiting_begin(waiting, id, 100), 0);
    ck_assert_ptr_null(front_waiting_take(waiting, id + 1));
    ck_assert_ptr_null(front_waiting_take(waiting, 0));
    ck_assert_ptr_null(front_waiting_take(waiting, UINT64_MAX));
    ck_assert_ptr_eq(front_waiting_take(waiting, id), request(7));
    ck_assert_ptr_null(front_waiting_take(waiting, id));
    front_waiting_release(waiting, id);
    ck_assert_int_eq(front_waiting_begin(waiting, id, 100), FRONT_WAITING_CLOSED);
    front_waiting_free(waiting);
}
END_TEST

START_TEST(deadlines_pass_one_by_one)
{
    struct front_waiting *waiting;
    uint64_t ids[3];
    ck_assert_int_eq(front_waiting_new(3, &waiting), 0);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(front_waiting_reserve(waiting, request(i + 1), &ids[i]), 0);
        ck_assert_int_eq(front_waiting_begin(waiting, ids[i], (int64_t) (i + 1) * 100), 0);
    }
    ck_assert_ptr_null(front_waiting_take_expired(waiting, 100));
    ck_assert_ptr_eq(front_waiting_take_expired(waiting, 101), request(1));
    ck_assert_ptr_null(front_waiting_take_expired(waiting, 101));
    ck_assert_ptr_nonnull(front_waiting_take_expired(waiting, INT64_MAX));
    ck_assert_ptr_nonnull(front_waiting_take_expired(waiting, INT64_MAX));
    ck_assert_ptr_null(front_waiting_take_expired(waiting, INT64_MAX));
    front_waiting_free(waiting);
}
END_TEST

START_TEST(nothing_begins_once_closed)
{
    struct front_waiting *waiting;
    uint64_t id, other;
    ck_assert_int_eq(front_waiting_new(2, &waiting), 0);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(1), &id), 0);
    front_waiting_close(waiting);
    ck_assert_int_eq(front_waiting_begin(waiting, id, 100), FRONT_WAITING_CLOSED);
    ck_assert_int_eq(front_waiting_reserve(waiting, request(2), &other), FRONT_WAITING_CLOSED);
    front_waiting_release(waiting, id);
    ck_assert_uint_eq(front_waiting_count(waiting), 0);
    front_waiting_free(waiting);
}
END_TEST

enum { ROUNDS = 1000 };

struct race {
    struct front_waiting *waiting;
    _Atomic uint64_t id;
    atomic_int taken;
    atomic_bool done;
};

static void *take_by_id(void *argument)
{
    struct race *race = argument;
    for (; !atomic_load(&race->done); sched_yield())
        if (front_waiting_take(race->waiting, atomic_load(&race->id)))
            atomic_fetch_add(&race->taken, 1);
    return NULL;
}

static void *take_by_deadline(void *argument)
{
    struct race *race = argument;
    for (; !atomic_load(&race->done); sched_yield())
        if (front_waiting_take_expired(race->waiting, INT64_MAX))
            atomic_fetch_add(&race->taken, 1);
    return NULL;
}

START_TEST(a_reply_and_a_deadline_race_for_one_wait)
{
    struct race race = {0};
    pthread_t threads[2];
    ck_assert_int_eq(front_waiting_new(1, &race.waiting), 0);
    ck_assert_int_eq(pthread_create(&threads[0], NULL, take_by_id, &race), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, take_by_deadline, &race), 0);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t id;
        ck_assert_int_eq(front_waiting_reserve(race.waiting, request(1), &id), 0);
        atomic_store(&race.id, id);
        ck_assert_int_eq(front_waiting_begin(race.waiting, id, 0), 0);
        while (atomic_load(&race.taken) <= i)
            sched_yield();
        front_waiting_release(race.waiting, id);
    }
    atomic_store(&race.done, true);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    ck_assert_int_eq(atomic_load(&race.taken), ROUNDS);
    front_waiting_free(race.waiting);
}
END_TEST

CHECK_MAIN("front/waiting", places_are_limited_and_come_back, a_wait_ends_once, deadlines_pass_one_by_one,
           nothing_begins_once_closed, a_reply_and_a_deadline_race_for_one_wait)
