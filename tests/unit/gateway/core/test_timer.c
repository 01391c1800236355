/* The timer's thread looks at every kind of deadline again and again, with a clock that goes on, and not once after its
 * end. The waiting rooms are played here. */
#include <sched.h>

#include "gateway/core/pending.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/core/timer.h"
#include "tests/check_main.h"

enum { ROUNDS = 3, WAIT_US = 10000000 };

static struct core_gateway gateway;
static atomic_uint calls, owed, later, deliveries, held, seals;
static _Atomic int64_t newest_us;

static void look(atomic_uint *count, const struct core_gateway *of, int64_t monotonic_us)
{
    ck_assert_ptr_eq(of, &gateway);
    ck_assert_int_ge(monotonic_us, atomic_load(&newest_us));
    atomic_store(&newest_us, monotonic_us);
    atomic_fetch_add(count, 1);
}

void core_calls_expire(struct core_gateway *of, int64_t monotonic_us)
{
    look(&calls, of, monotonic_us);
}

void core_pending_step(struct core_gateway *of, int64_t monotonic_us)
{
    look(&later, of, monotonic_us);
}

void core_owed_retry(struct core_gateway *of, int64_t monotonic_us)
{
    look(&owed, of, monotonic_us);
}

void core_delivery_expire(struct core_gateway *of, int64_t monotonic_us)
{
    look(&deliveries, of, monotonic_us);
}

void core_hold_expire(struct core_hold *hold, int64_t now_us)
{
    ck_assert_ptr_null(hold);
    ck_assert_int_gt(now_us, 0);
    atomic_fetch_add(&held, 1);
}

void certs_seal_expire(struct certs_recipients *recipients)
{
    ck_assert_ptr_null(recipients);
    atomic_fetch_add(&seals, 1);
}

START_TEST(every_deadline_until_the_end)
{
    struct core_timer *timer = NULL;
    gateway.clock = base_clock_system();
    int64_t begun_us = base_clock_monotonic_us();
    atomic_store(&newest_us, begun_us);
    ck_assert_int_eq(core_timer_new(&gateway, &timer), 0);
    while (atomic_load(&seals) < 2 * ROUNDS) { /* the last of a round */
        ck_assert_int_lt(base_clock_monotonic_us(), begun_us + WAIT_US);
        sched_yield();
    }
    core_timer_free(timer);
    ck_assert_uint_eq(atomic_load(&seals) % 2, 0); /* content keys of results, and of uploads */
    unsigned rounds = atomic_load(&seals) / 2;
    ck_assert_uint_eq(atomic_load(&calls), rounds); /* whole rounds, and the thread has ended */
    ck_assert_uint_eq(atomic_load(&owed), rounds);
    ck_assert_uint_eq(atomic_load(&deliveries), rounds);
    ck_assert_uint_eq(atomic_load(&held), rounds);
    ck_assert_int_ge(base_clock_monotonic_us() - begun_us, ROUNDS * (int64_t)CORE_TIMER_STEP_US);
    core_timer_free(NULL);
}
END_TEST

CHECK_MAIN("timer", every_deadline_until_the_end)
