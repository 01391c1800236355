/* What is open, against a plain list that is searched from end to end. */
#include "schema/store/opens.h"
#include "tests/check_main.h"

#include <stdlib.h>

START_TEST(empty)
{
    struct store_opens opens = {.seqs = NULL};
    ck_assert_uint_eq(store_opens_least(&opens, 42), 42);
    store_opens_conclude(&opens, 3);
    ck_assert_uint_eq(store_opens_least(&opens, 42), 42);
    store_opens_clear(&opens);
}
END_TEST

START_TEST(twice_and_unknown)
{
    struct store_opens opens = {.seqs = NULL};
    for (uint64_t seq = 10; seq <= 30; seq += 10)
        ck_assert_int_eq(store_opens_add(&opens, seq), 0);
    store_opens_conclude(&opens, 20);
    store_opens_conclude(&opens, 20);
    store_opens_conclude(&opens, 15);
    ck_assert_uint_eq(store_opens_least(&opens, 99), 10);
    store_opens_conclude(&opens, 10);
    ck_assert_uint_eq(store_opens_least(&opens, 99), 30);
    store_opens_conclude(&opens, 30);
    ck_assert_uint_eq(store_opens_least(&opens, 99), 99);
    store_opens_clear(&opens);
}
END_TEST

/* 200,000 steps of adding and concluding in a random order, one record stuck for most of the time. */
START_TEST(against_a_plain_list)
{
    enum { STEPS = 200000, OPEN_MAX = 512 };
    static uint64_t list[OPEN_MAX];
    size_t count = 0;
    uint64_t next = 0;
    uint32_t random = 1;
    struct store_opens opens = {.seqs = NULL};
    for (int step = 0; step < STEPS; step++) {
        random = random * 1664525 + 1013904223;
        if (count < 2 || (random >> 16 & 1 && count < OPEN_MAX)) {
            next += 1 + (random >> 20 & 7);
            ck_assert_int_eq(store_opens_add(&opens, next), 0);
            list[count++] = next;
        } else {
            size_t index = step < STEPS - 1000 ? 1 + (random >> 8) % (count - 1) : (random >> 8) % count;
            store_opens_conclude(&opens, list[index]);
            for (size_t i = index; i + 1 < count; i++)
                list[i] = list[i + 1];
            count--;
        }
        ck_assert_uint_eq(store_opens_least(&opens, UINT64_MAX), count > 0 ? list[0] : UINT64_MAX);
    }
    /* One stuck record does not make it keep what was concluded after it. */
    ck_assert_uint_le(opens.capacity, 4 * OPEN_MAX);
    store_opens_clear(&opens);
}
END_TEST

CHECK_MAIN("opens", empty, twice_and_unknown, against_a_plain_list)
