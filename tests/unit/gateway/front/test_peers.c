/* Proves: the limits of one address and of all hold, and what is released is free again, whatever collides. */
#include "gateway/front/peers.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <stdlib.h>

START_TEST(one_address_and_all_are_limited)
{
    struct front_peers *peers;
    ck_assert_int_eq(front_peers_new(3, 2, &peers), 0);
    ck_assert_int_eq(front_peers_take(peers, "192.0.2.1"), 0);
    ck_assert_int_eq(front_peers_take(peers, "192.0.2.1"), 0);
    ck_assert_int_eq(front_peers_take(peers, "192.0.2.1"), FRONT_PEERS_FULL);
    ck_assert_int_eq(front_peers_take(peers, "2001:db8::1"), 0);
    ck_assert_int_eq(front_peers_take(peers, "192.0.2.2"), FRONT_PEERS_FULL);
    front_peers_release(peers, "192.0.2.1");
    ck_assert_int_eq(front_peers_take(peers, "192.0.2.2"), 0);
    front_peers_release(peers, "198.51.100.1"); /* never taken: changes nothing */
    ck_assert_int_eq(front_peers_take(peers, "192.0.2.3"), FRONT_PEERS_FULL);
    front_peers_free(peers);
}
END_TEST

enum { ADDRESSES = 300, STEPS = 200000, EACH_MAX = 3 };

/* A model that is plainly right, beside the table, over many random steps. */
START_TEST(the_table_agrees_with_a_plain_count)
{
    static unsigned counts[ADDRESSES];
    struct front_peers *peers;
    unsigned total = 0, state = 12345;
    ck_assert_int_eq(front_peers_new(ADDRESSES, EACH_MAX, &peers), 0);
    for (int i = 0; i < STEPS; i++) {
        state = state * 1103515245 + 12345;
        unsigned which = (state >> 8) % ADDRESSES;
        char address[32];
        snprintf(address, sizeof(address), "10.0.%u.%u", which / 7, which % 7);
        if ((state >> 24) % 2 == 0) {
            bool expected = counts[which] < EACH_MAX && total < ADDRESSES;
            ck_assert_int_eq(front_peers_take(peers, address), expected ? 0 : FRONT_PEERS_FULL);
            counts[which] += expected;
            total += expected;
        } else if (counts[which] > 0) {
            front_peers_release(peers, address);
            counts[which]--;
            total--;
        }
    }
    front_peers_free(peers);
}
END_TEST

CHECK_MAIN("front/peers", one_address_and_all_are_limited, the_table_agrees_with_a_plain_count)
