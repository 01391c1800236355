/* Whoever waits is taken out once: by key, by deadline, or with its channel. */
#include <stddef.h>

#include "gateway/core/waiting.h"
#include "tests/check_main.h"

static int channel_a, channel_b;

START_TEST(by_key)
{
    struct core_waiting *waiting = NULL;
    ck_assert_int_eq(core_waiting_new(&waiting), 0);
    struct core_wait one = {.channel = &channel_a, .key = 7}, two = {.channel = &channel_b, .key = 7},
                     far = {.channel = &channel_a, .key = 7 + 1024 * 5}; /* same bucket, another key */
    core_waiting_put(waiting, &one);
    core_waiting_put(waiting, &two);
    core_waiting_put(waiting, &far);
    ck_assert_uint_eq(core_waiting_count(waiting), 3);
    ck_assert_ptr_null(core_waiting_take(waiting, &channel_b, 8));
    ck_assert_ptr_eq(core_waiting_take(waiting, &channel_b, 7), &two);
    ck_assert_ptr_null(core_waiting_take(waiting, &channel_b, 7));
    ck_assert_ptr_eq(core_waiting_take(waiting, &channel_a, 7 + 1024 * 5), &far);
    ck_assert_ptr_eq(core_waiting_take(waiting, &channel_a, 7), &one);
    ck_assert_uint_eq(core_waiting_count(waiting), 0);
    core_waiting_free(waiting);
    core_waiting_free(NULL);
}
END_TEST

START_TEST(by_deadline)
{
    struct core_waiting *waiting = NULL;
    ck_assert_int_eq(core_waiting_new(&waiting), 0);
    struct core_wait late = {.key = 1, .deadline_us = 100}, later = {.key = 2, .deadline_us = 200},
                     soon = {.key = 3, .deadline_us = 50};
    core_waiting_put(waiting, &late);
    core_waiting_put(waiting, &later);
    core_waiting_put(waiting, &soon);
    ck_assert_ptr_null(core_waiting_take_late(waiting, 49));
    ck_assert_ptr_eq(core_waiting_take_late(waiting, 50), &soon);
    ck_assert_ptr_null(core_waiting_take_late(waiting, 99));
    ck_assert_ptr_eq(core_waiting_take_late(waiting, 1000), &late);
    ck_assert_ptr_eq(core_waiting_take_late(waiting, 1000), &later);
    ck_assert_ptr_null(core_waiting_take_late(waiting, 1000));
    core_waiting_free(waiting);
}
END_TEST

START_TEST(by_channel)
{
    struct core_waiting *waiting = NULL;
    ck_assert_int_eq(core_waiting_new(&waiting), 0);
    struct core_wait waits[5] = {{.channel = &channel_a, .key = 1}, {.channel = &channel_b, .key = 1},
                                 {.channel = &channel_a, .key = 2}, {.key = 9}, {.channel = &channel_b, .key = 3}};
    for (int i = 0; i < 5; i++)
        core_waiting_put(waiting, &waits[i]);
    ck_assert_ptr_eq(core_waiting_take_any(waiting, &channel_a), &waits[0]);
    ck_assert_ptr_eq(core_waiting_take_any(waiting, &channel_a), &waits[2]);
    ck_assert_ptr_null(core_waiting_take_any(waiting, &channel_a));
    ck_assert_ptr_eq(core_waiting_take_any(waiting, NULL), &waits[1]);
    ck_assert_ptr_eq(core_waiting_take_any(waiting, NULL), &waits[3]);
    ck_assert_ptr_eq(core_waiting_take_any(waiting, NULL), &waits[4]);
    ck_assert_ptr_null(core_waiting_take_any(waiting, NULL));
    core_waiting_free(waiting);
}
END_TEST

CHECK_MAIN("waiting", by_key, by_deadline, by_channel)
