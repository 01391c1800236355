/* Proves: a reply counts as delivered once the other machine acknowledged its last byte, as undelivered when it no
 * longer can, in time; each exactly once. Both ends are TCP sockets of this process; no gateway listens. */
#include "base/clock.h"
#include "gateway/front/delivery.h"
#include "gateway/front/front.h"
#include "gateway/link/channel.h"
#include "tests/check_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PATIENCE_US = 10 * 1000 * 1000, SEND_US = 60 * 1000 * 1000 };

static const struct front_settings settings = {.send_us = SEND_US};
static struct front front = {.settings = &settings};

static void on_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    (void) context, (void) channel, (void) type, (void) body;
}

static struct front_deliveries *deliveries_make(size_t max)
{
    static const struct link_handler handler = {.frame = on_frame};
    struct front_deliveries *deliveries = NULL;
    ck_assert_int_eq(link_client_new("/nonexistent/socket", geteuid(), 4096, &handler, &front.link), 0);
    ck_assert_int_eq(front_deliveries_new(&front, max, &deliveries), 0);
    return deliveries;
}

static void deliveries_end(struct front_deliveries *deliveries)
{
    front_deliveries_free(deliveries);
    link_client_free(front.link);
}

/* How many were told so far. */
static void assert_told(uint64_t delivered, uint64_t undelivered)
{
    ck_assert_uint_eq(atomic_load(&front.counters.values[FRONT_COUNT_DELIVERED]), delivered);
    ck_assert_uint_eq(atomic_load(&front.counters.values[FRONT_COUNT_UNDELIVERED]), undelivered);
}

struct pair {
    int ours, theirs;
};

static struct pair pair_make(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int small = 4096;
    struct pair pair = {.ours = socket(AF_INET, SOCK_STREAM, 0), .theirs = -1};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *) &address, len), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *) &address, &len), 0);
    ck_assert_int_eq(connect(pair.ours, (struct sockaddr *) &address, len), 0);
    pair.theirs = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair.theirs, 0);
    close(listener);
    return pair;
}

static void pair_close(const struct pair *pair)
{
    close(pair->ours);
    close(pair->theirs);
}

/* More than the other end has room for, so that some of it waits here. */
static void fill(const struct pair *pair)
{
    static const char block[65536];
    while (send(pair->ours, block, sizeof(block), MSG_DONTWAIT) > 0)
        ;
    ck_assert_int_eq(errno, EAGAIN);
}

/* Looks again and again until all were told; the other end reads meanwhile when it is given. */
static void await(struct front_deliveries *deliveries, uint64_t told, int reading)
{
    static char block[65536];
    int64_t end_us = base_clock_monotonic_us() + PATIENCE_US;
    for (;;) {
        front_deliveries_check(deliveries, base_clock_monotonic_us());
        uint64_t sum = atomic_load(&front.counters.values[FRONT_COUNT_DELIVERED]) +
                       atomic_load(&front.counters.values[FRONT_COUNT_UNDELIVERED]);
        if (sum >= told)
            return;
        ck_assert_msg(base_clock_monotonic_us() < end_us, "waited too long");
        struct pollfd readable = {.fd = reading, .events = POLLIN};
        if (poll(&readable, 1, 1) == 1)
            ck_assert_int_ge(recv(reading, block, sizeof(block), MSG_DONTWAIT), 0);
    }
}

START_TEST(acknowledged_at_once)
{
    struct front_deliveries *deliveries = deliveries_make(4);
    struct pair pair = pair_make();
    ck_assert_int_eq(send(pair.ours, "reply", 5, 0), 5);
    front_deliveries_add(deliveries, 1, pair.ours);
    await(deliveries, 1, -1); /* nobody reads: the other machine has it all the same */
    assert_told(1, 0);
    pair_close(&pair);
    deliveries_end(deliveries);
    assert_told(1, 0);
}
END_TEST

START_TEST(acknowledged_later_also_after_our_close)
{
    struct front_deliveries *deliveries = deliveries_make(4);
    struct pair pair = pair_make();
    fill(&pair);
    front_deliveries_add(deliveries, 1, pair.ours);
    front_deliveries_check(deliveries, base_clock_monotonic_us());
    assert_told(0, 0);
    close(pair.ours); /* as libmicrohttpd does */
    await(deliveries, 1, pair.theirs);
    assert_told(1, 0);
    close(pair.theirs);
    deliveries_end(deliveries);
}
END_TEST

START_TEST(a_reset_is_no_delivery)
{
    struct front_deliveries *deliveries = deliveries_make(4);
    struct pair pair = pair_make();
    fill(&pair);
    front_deliveries_add(deliveries, 1, pair.ours);
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(pair.theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(pair.theirs);
    await(deliveries, 1, -1);
    assert_told(0, 1);
    close(pair.ours);
    deliveries_end(deliveries);
}
END_TEST

START_TEST(what_is_not_taken_in_time_is_undelivered)
{
    struct front_deliveries *deliveries = deliveries_make(4);
    struct pair pair = pair_make();
    fill(&pair);
    front_deliveries_add(deliveries, 1, pair.ours);
    front_deliveries_check(deliveries, base_clock_monotonic_us() + SEND_US - 5 * 1000 * 1000);
    assert_told(0, 0);
    front_deliveries_check(deliveries, base_clock_monotonic_us() + SEND_US);
    assert_told(0, 1);
    front_deliveries_check(deliveries, base_clock_monotonic_us() + 2 * SEND_US);
    assert_told(0, 1);
    pair_close(&pair);
    deliveries_end(deliveries);
}
END_TEST

START_TEST(one_more_than_fits_and_what_is_open_at_the_end_are_undelivered)
{
    struct front_deliveries *deliveries = deliveries_make(1);
    struct pair first = pair_make(), second = pair_make();
    fill(&first);
    fill(&second);
    front_deliveries_add(deliveries, 1, first.ours);
    assert_told(0, 0);
    front_deliveries_add(deliveries, 2, second.ours);
    assert_told(0, 1);
    deliveries_end(deliveries);
    assert_told(0, 2);
    pair_close(&first);
    pair_close(&second);
    front_deliveries_free(NULL);
}
END_TEST

START_TEST(no_socket_is_no_delivery)
{
    struct front_deliveries *deliveries = deliveries_make(1);
    front_deliveries_add(deliveries, 1, -1);
    assert_told(0, 1);
    deliveries_end(deliveries);
}
END_TEST

CHECK_MAIN("front/delivery", acknowledged_at_once, acknowledged_later_also_after_our_close, a_reset_is_no_delivery,
           what_is_not_taken_in_time_is_undelivered, one_more_than_fits_and_what_is_open_at_the_end_are_undelivered,
           no_socket_is_no_delivery)
