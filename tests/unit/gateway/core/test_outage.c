/* Stops over one hour are told once each, shorter ones never; the clock is the test's. */
#include "gateway/core/outage.h"
#include "tests/check_main.h"

static const int64_t hour_us = INT64_C(3600000000);

START_TEST(the_gateways_own_stop)
{
    struct core_outage outage;
    ck_assert(!core_outage_find(1000, 1000 + hour_us, &outage)); /* not over an hour */
    ck_assert(!core_outage_find(1000, 500, &outage));            /* a clock that went back */
    ck_assert(core_outage_find(1000, 1001 + hour_us, &outage));
    ck_assert_uint_eq(outage.service, 0);
    ck_assert_int_eq(outage.since_us, 1000);
    ck_assert_int_eq(outage.until_us, 1001 + hour_us);
}
END_TEST

START_TEST(a_registry_from_first_failure_to_next_answer)
{
    struct core_outages *outages = NULL;
    struct core_outage outage;
    ck_assert_int_eq(core_outages_new(&outages), 0);
    core_outages_note(outages, 11, CORE_OUTAGE_ANSWERED, 500);
    core_outages_note(outages, 11, CORE_OUTAGE_FAILED, 1000);
    core_outages_note(outages, 11, CORE_OUTAGE_FAILED, 1000 + 2 * hour_us);
    core_outages_note(outages, 12, CORE_OUTAGE_ANSWERED, 1000 + 2 * hour_us); /* another registry's */
    ck_assert(!core_outages_find(outages, &outage));                         /* not over yet */
    core_outages_note(outages, 11, CORE_OUTAGE_ANSWERED, 2000 + 2 * hour_us);
    ck_assert(core_outages_find(outages, &outage));
    ck_assert_uint_eq(outage.service, 11);
    ck_assert_int_eq(outage.since_us, 1000);
    ck_assert_int_eq(outage.until_us, 2000 + 2 * hour_us);
    ck_assert(core_outages_find(outages, &outage)); /* the log was away: found again */
    core_outages_end(outages, &outage);
    ck_assert(!core_outages_find(outages, &outage));
    core_outages_note(outages, 11, CORE_OUTAGE_ANSWERED, 5 * hour_us); /* it works: nothing begins */
    ck_assert(!core_outages_find(outages, &outage));
    core_outages_free(outages);
    core_outages_free(NULL);
}
END_TEST

START_TEST(an_hour_is_no_stop)
{
    struct core_outages *outages = NULL;
    struct core_outage outage;
    ck_assert_int_eq(core_outages_new(&outages), 0);
    core_outages_note(outages, 1, CORE_OUTAGE_FAILED, 1000);
    core_outages_note(outages, 1, CORE_OUTAGE_ANSWERED, 1000 + hour_us);
    ck_assert(!core_outages_find(outages, &outage));
    /* Many short ones are not one long one. */
    for (int64_t at_us = 1000; at_us < 10 * hour_us; at_us += hour_us / 2) {
        core_outages_note(outages, 1, CORE_OUTAGE_FAILED, at_us);
        core_outages_note(outages, 1, CORE_OUTAGE_ANSWERED, at_us + hour_us / 4);
    }
    ck_assert(!core_outages_find(outages, &outage));
    core_outages_note(outages, 0, CORE_OUTAGE_FAILED, 1000);
    core_outages_note(outages, 77, CORE_OUTAGE_FAILED, 1000);
    core_outages_note(outages, 77, CORE_OUTAGE_ANSWERED, 9 * hour_us);
    ck_assert(!core_outages_find(outages, &outage));
    core_outages_free(outages);
}
END_TEST

/* What comes while a stop waits to be recorded is not lost. */
START_TEST(a_second_stop_before_the_first_is_recorded)
{
    struct core_outages *outages = NULL;
    struct core_outage outage, second;
    ck_assert_int_eq(core_outages_new(&outages), 0);
    core_outages_note(outages, 76, CORE_OUTAGE_FAILED, 1000);
    core_outages_note(outages, 76, CORE_OUTAGE_ANSWERED, 1000 + 2 * hour_us);
    ck_assert(core_outages_find(outages, &outage));
    core_outages_note(outages, 76, CORE_OUTAGE_FAILED, 1000 + 3 * hour_us);
    core_outages_note(outages, 76, CORE_OUTAGE_ANSWERED, 1000 + 5 * hour_us);
    core_outages_end(outages, &outage);
    ck_assert(core_outages_find(outages, &second));
    ck_assert_int_eq(second.since_us, outage.until_us);
    ck_assert_int_eq(second.until_us, 1000 + 5 * hour_us);
    core_outages_end(outages, &second);
    ck_assert(!core_outages_find(outages, &second));
    core_outages_free(outages);
}
END_TEST

CHECK_MAIN("stops", the_gateways_own_stop, a_registry_from_first_failure_to_next_answer, an_hour_is_no_stop,
           a_second_stop_before_the_first_is_recorded)
