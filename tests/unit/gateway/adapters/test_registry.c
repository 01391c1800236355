/* A registry's queue, workers and breaker, with a kind of adapter that does as it is told. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "gateway/adapters/registry.h"
#include "tests/check_main.h"

enum { ORDER_MAX = 8 };

/* What the fake registry does, and what was seen of it. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_held; /* calls wait until released */
    enum link_outcome outcome;
    enum adapter_health health;
    bool probe_reaches;
    int running, most_running, called, probed, discarded;
    int answered, outcomes[LINK_OUTCOME_COUNT];
    enum link_outcome order[ORDER_MAX];
    enum link_outcome settled; /* what settling comes to */
    int settles;
    bool is_forsaken; /* nobody waits for answers any more */
    int forgotten;
    char last_detail[LINK_DETAIL_MAX + 1];
    enum adapter_breaker_state state;
} fake;

static void change(void)
{
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.mutex);
}

static int fake_line_new(const struct adapter_registry_settings *settings, struct adapter_line **ret_line)
{
    (void) settings;
    *ret_line = NULL;
    return 0;
}

static void fake_line_free(struct adapter_line *line)
{
    (void) line;
}

static void fake_call(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    (void) line;
    (void) call;
    pthread_mutex_lock(&fake.mutex);
    fake.called++;
    fake.running++;
    fake.most_running = fake.running > fake.most_running ? fake.running : fake.most_running;
    pthread_cond_broadcast(&fake.changed);
    while (fake.is_held)
        pthread_cond_wait(&fake.changed, &fake.mutex);
    fake.running--;
    ret_reply->outcome = fake.outcome;
    ret_reply->health = fake.health;
    ret_reply->leftover = fake.outcome == LINK_OUTCOME_TIMEOUT ? &fake : NULL;
    change();
}

static void fake_settle(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    (void) line;
    (void) call;
    pthread_mutex_lock(&fake.mutex);
    fake.settles++;
    ret_reply->outcome = fake.settled;
    ret_reply->health = ADAPTER_WELL;
    change();
}

static bool fake_probe(struct adapter_line *line, int64_t deadline_us)
{
    (void) line;
    (void) deadline_us;
    pthread_mutex_lock(&fake.mutex);
    fake.probed++;
    bool reaches = fake.probe_reaches;
    change();
    return reaches;
}

static void fake_discard(void *take_leftover)
{
    (void) take_leftover;
    pthread_mutex_lock(&fake.mutex);
    fake.discarded++;
    change();
}

static const struct adapter_kind fake_kind = {.name = "fake",
                                              .line_new = fake_line_new,
                                              .line_free = fake_line_free,
                                              .call = fake_call,
                                              .settle = fake_settle,
                                              .probe = fake_probe,
                                              .discard = fake_discard};

static void take_answer(void *context, const struct adapter_call *call, const struct adapter_reply *reply,
                        int64_t duration_us)
{
    (void) context;
    (void) call;
    ck_assert_int_ge(duration_us, 0);
    pthread_mutex_lock(&fake.mutex);
    fake.answered++;
    fake.outcomes[reply->outcome]++;
    strcpy(fake.last_detail, reply->detail);
    fake.order[fake.answered - 1 < ORDER_MAX ? fake.answered - 1 : ORDER_MAX - 1] = reply->outcome;
    change();
}

static bool is_awaited(void *context, const struct adapter_call *call)
{
    (void) context;
    (void) call;
    pthread_mutex_lock(&fake.mutex);
    bool answer = !fake.is_forsaken;
    fake.forgotten += answer ? 0 : 1;
    change();
    return answer;
}

static void take_move(void *context, const struct adapter_registry_settings *settings, enum adapter_breaker_state state)
{
    (void) context;
    (void) settings;
    pthread_mutex_lock(&fake.mutex);
    fake.state = state;
    change();
}

static struct adapter_registry_settings settings;

/* pending_s: how long an answer is awaited, below 0 for no time; 0 where every service answers at once. */
static struct adapter_registry *start_with(int64_t connections, int64_t queue, int64_t pending_s, int64_t poll_ms)
{
    static char name[] = "fake";
    settings = (struct adapter_registry_settings){.name = name,
                                                  .kind = &fake_kind,
                                                  .connections = connections,
                                                  .queue = queue,
                                                  .deadline_ms = 1000,
                                                  .breaker_failures = 3,
                                                  .breaker_pause_ms = 10,
                                                  .breaker_pause_max_ms = 20,
                                                  .pending = 2,
                                                  .pending_s = pending_s < 0 ? 0 : pending_s,
                                                  .pollers = 2,
                                                  .poll_ms = poll_ms,
                                                  .poll_max_ms = 2,
                                                  .has_pends = pending_s != 0};
    memset(&fake, 0, sizeof(fake));
    pthread_mutex_init(&fake.mutex, NULL);
    pthread_cond_init(&fake.changed, NULL);
    fake.outcome = LINK_OUTCOME_ANSWERED;
    fake.health = ADAPTER_WELL;
    fake.state = ADAPTER_BREAKER_CLOSED;
    const struct adapter_registry_handler handler = {
        .answer = take_answer, .is_awaited = is_awaited, .moved = take_move};
    struct adapter_registry *registry = NULL;
    ck_assert_int_eq(adapter_registry_new(&settings, &handler, &registry), 0);
    return registry;
}

static struct adapter_registry *start(int64_t connections, int64_t queue)
{
    return start_with(connections, queue, 0, 1);
}

static const struct adapter_service prompt = {.number = 1}, later = {.number = 19, .pends = true},
                                    later_act = {.number = 57, .pends = true, .is_act = true};

static struct adapter_call *call_new(int64_t timeout_us)
{
    struct adapter_call *call = calloc(1, sizeof(*call));
    static int number;
    call->service = &prompt;
    snprintf(call->query, sizeof(call->query), "query-%d", ++number);
    call->arrival_us = base_clock_monotonic_us();
    call->deadline_us = call->arrival_us + timeout_us;
    return call;
}

/* Waits until a number reaches a value: at most as long as the whole test may last. */
static void wait_for(const int *number, int value)
{
    pthread_mutex_lock(&fake.mutex);
    while (*number < value)
        pthread_cond_wait(&fake.changed, &fake.mutex);
    pthread_mutex_unlock(&fake.mutex);
}

static void wait_state(enum adapter_breaker_state state)
{
    pthread_mutex_lock(&fake.mutex);
    while (fake.state != state)
        pthread_cond_wait(&fake.changed, &fake.mutex);
    pthread_mutex_unlock(&fake.mutex);
}

static void set(enum link_outcome outcome, enum adapter_health health, bool is_held)
{
    pthread_mutex_lock(&fake.mutex);
    fake.outcome = outcome;
    fake.health = health;
    fake.is_held = is_held;
    change();
}

static int put(struct adapter_registry *registry)
{
    struct adapter_call *call = call_new(60000000);
    int r = adapter_registry_put(registry, call);
    if (r != 0)
        adapter_call_free(call);
    return r;
}

START_TEST(test_concurrency_and_queue)
{
    struct adapter_registry *registry = start(2, 3);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, true);
    ck_assert_int_eq(put(registry), 0);
    ck_assert_int_eq(put(registry), 0);
    wait_for(&fake.running, 2);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(put(registry), 0);
    ck_assert_int_eq(put(registry), ADAPTER_REGISTRY_FULL);
    struct adapter_registry_counts counts;
    adapter_registry_count(registry, &counts);
    ck_assert_uint_eq(counts.refused, 1);
    ck_assert_uint_eq(counts.waiting, 3);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, false);
    wait_for(&fake.answered, 5);
    ck_assert_int_eq(fake.most_running, 2);
    adapter_registry_count(registry, &counts);
    ck_assert_uint_eq(counts.outcomes[LINK_OUTCOME_ANSWERED], 5);
    ck_assert_uint_eq(counts.refused, 0); /* was read before */
    adapter_registry_free(registry);
}
END_TEST

START_TEST(test_breaker_opens_probes_and_closes)
{
    struct adapter_registry *registry = start(1, 10);
    set(LINK_OUTCOME_FAILED, ADAPTER_ILL, false);
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(put(registry), 0);
        wait_for(&fake.answered, i);
    }
    wait_state(ADAPTER_BREAKER_OPEN);
    ck_assert_int_eq(put(registry), ADAPTER_REGISTRY_OPEN);
    wait_for(&fake.probed, 3); /* goes on by itself */
    ck_assert_int_eq(fake.called, 3);
    pthread_mutex_lock(&fake.mutex);
    fake.probe_reaches = true;
    pthread_mutex_unlock(&fake.mutex);
    wait_state(ADAPTER_BREAKER_HALF_OPEN);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, false);
    ck_assert_int_eq(put(registry), 0);
    wait_state(ADAPTER_BREAKER_CLOSED);
    adapter_registry_free(registry);
}
END_TEST

/* What waits when the breaker opens is not sent to a registry that is known to be ill. */
START_TEST(test_queue_is_refused_when_the_breaker_opens)
{
    struct adapter_registry *registry = start(1, 10);
    set(LINK_OUTCOME_FAILED, ADAPTER_ILL, true);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(put(registry), 0);
    set(LINK_OUTCOME_FAILED, ADAPTER_ILL, false);
    wait_for(&fake.answered, 8);
    ck_assert_int_eq(fake.called, 3);
    ck_assert_int_eq(fake.outcomes[LINK_OUTCOME_FAILED], 3);
    ck_assert_int_eq(fake.outcomes[LINK_OUTCOME_UNAVAILABLE], 5);
    ck_assert_str_eq(fake.last_detail, "circuit open");
    adapter_registry_free(registry);
}
END_TEST

START_TEST(test_no_turn_in_time)
{
    struct adapter_registry *registry = start(1, 10);
    ck_assert_int_eq(adapter_registry_put(registry, call_new(0)), 0);
    wait_for(&fake.answered, 1);
    ck_assert_int_eq(fake.called, 0);
    ck_assert_int_eq(fake.outcomes[LINK_OUTCOME_UNAVAILABLE], 1);
    ck_assert_str_eq(fake.last_detail, "no turn within the deadline");
    adapter_registry_free(registry);
}
END_TEST

START_TEST(test_leftovers_are_ended_elsewhere)
{
    struct adapter_registry *registry = start(1, 10);
    set(LINK_OUTCOME_TIMEOUT, ADAPTER_UNTOLD, false);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(put(registry), 0);
    wait_for(&fake.discarded, 5);
    ck_assert_int_eq(fake.state, ADAPTER_BREAKER_CLOSED); /* what tells nothing of the registry opens nothing */
    adapter_registry_free(registry);
}
END_TEST

static void *release(void *context)
{
    (void) context;
    wait_for(&fake.running, 1);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, false);
    return NULL;
}

START_TEST(test_end_answers_everybody)
{
    struct adapter_registry *registry = start(1, 10);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, true);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(put(registry), 0);
    wait_for(&fake.running, 1);
    adapter_registry_stop(registry);
    ck_assert_int_eq(put(registry), ADAPTER_REGISTRY_STOPPED);
    pthread_t releaser;
    pthread_create(&releaser, NULL, release, NULL);
    adapter_registry_free(registry);
    pthread_join(releaser, NULL);
    ck_assert_int_eq(fake.outcomes[LINK_OUTCOME_ANSWERED], 1);
    ck_assert_int_eq(fake.outcomes[LINK_OUTCOME_UNAVAILABLE], 3);
    ck_assert_str_eq(fake.last_detail, "the adapter is stopping");
}
END_TEST

static int put_of(struct adapter_registry *registry, const struct adapter_service *service, enum link_call_mode mode)
{
    struct adapter_call *call = call_new(60000000);
    call->service = service;
    call->mode = mode;
    int r = adapter_registry_put(registry, call);
    if (r != 0)
        adapter_call_free(call);
    return r;
}

static void set_settled(enum link_outcome outcome)
{
    pthread_mutex_lock(&fake.mutex);
    fake.settled = outcome;
    change();
}

/* Told at once that it pends, then what came of it; meanwhile the only line serves others. */
START_TEST(test_an_answer_comes_later)
{
    struct adapter_registry *registry = start_with(1, 10, 60, 1);
    set(LINK_OUTCOME_PENDING, ADAPTER_WELL, false);
    set_settled(LINK_OUTCOME_PENDING);
    ck_assert_int_eq(put_of(registry, &later, LINK_CALL_ASK), 0);
    wait_for(&fake.settles, 3);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, false);
    ck_assert_int_eq(put(registry), 0);
    wait_for(&fake.answered, 2);
    ck_assert_int_eq(fake.order[0], LINK_OUTCOME_PENDING);
    ck_assert_int_eq(fake.order[1], LINK_OUTCOME_ANSWERED);
    struct adapter_registry_counts counts;
    adapter_registry_count(registry, &counts);
    ck_assert_uint_eq(counts.outcomes[LINK_OUTCOME_PENDING], 1);
    set_settled(LINK_OUTCOME_UNAVAILABLE); /* nobody could say: it is asked again */
    int before = fake.settles;
    wait_for(&fake.settles, before + 2);
    ck_assert_int_eq(fake.answered, 2);
    set_settled(LINK_OUTCOME_FAILED);
    wait_for(&fake.answered, 3);
    ck_assert_int_eq(fake.order[2], LINK_OUTCOME_FAILED);
    ck_assert_int_eq(fake.called, 2);
    adapter_registry_free(registry);
}
END_TEST

/* A question that is not answered in its time has timed out; of an act nobody knows. */
START_TEST(test_pending_for_too_long)
{
    static const struct {
        const struct adapter_service *service;
        enum link_outcome expected;
    } cases[] = {{&later, LINK_OUTCOME_TIMEOUT}, {&later_act, LINK_OUTCOME_UNKNOWN}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct adapter_registry *registry = start_with(1, 10, -1, 1);
        set(LINK_OUTCOME_PENDING, ADAPTER_WELL, false);
        set_settled(LINK_OUTCOME_PENDING);
        ck_assert_int_eq(put_of(registry, cases[i].service, LINK_CALL_ASK), 0);
        wait_for(&fake.answered, 2);
        ck_assert_int_eq(fake.order[1], cases[i].expected);
        ck_assert_int_ge(fake.settles, 1); /* asked once more before giving up */
        adapter_registry_free(registry);
    }
}
END_TEST

/* No more is sent than may be awaited; what answers at once still is. */
START_TEST(test_no_more_pends_than_allowed)
{
    struct adapter_registry *registry = start_with(1, 10, 60, 60000);
    set(LINK_OUTCOME_PENDING, ADAPTER_WELL, false);
    set_settled(LINK_OUTCOME_PENDING);
    for (int i = 1; i <= 2; i++) {
        ck_assert_int_eq(put_of(registry, &later, LINK_CALL_ASK), 0);
        wait_for(&fake.answered, i);
    }
    struct adapter_registry_counts counts = {0};
    while (counts.pending < 2) /* told before it is kept */
        adapter_registry_count(registry, &counts);
    ck_assert_int_eq(put_of(registry, &later, LINK_CALL_ASK), ADAPTER_REGISTRY_FULL);
    set(LINK_OUTCOME_ANSWERED, ADAPTER_WELL, false);
    ck_assert_int_eq(put(registry), 0);
    wait_for(&fake.answered, 3);
    adapter_registry_free(registry); /* those that pend are forgotten: no word of them */
    ck_assert_int_eq(fake.outcomes[LINK_OUTCOME_TIMEOUT] + fake.outcomes[LINK_OUTCOME_UNKNOWN], 0);
}
END_TEST

/* The gateway is gone: what the registry answers is left for whoever settles the query. */
START_TEST(test_nobody_waits_for_it)
{
    struct adapter_registry *registry = start_with(1, 10, 60, 1);
    set(LINK_OUTCOME_PENDING, ADAPTER_WELL, false);
    set_settled(LINK_OUTCOME_PENDING);
    ck_assert_int_eq(put_of(registry, &later, LINK_CALL_ASK), 0);
    wait_for(&fake.settles, 1);
    pthread_mutex_lock(&fake.mutex);
    fake.is_forsaken = true;
    pthread_mutex_unlock(&fake.mutex);
    wait_for(&fake.forgotten, 1);
    set_settled(LINK_OUTCOME_ANSWERED); /* had it still been asked about, it would be answered now */
    pthread_mutex_lock(&fake.mutex);
    fake.is_forsaken = false;
    pthread_mutex_unlock(&fake.mutex);
    ck_assert_int_eq(put_of(registry, &later, LINK_CALL_SETTLE), 0);
    wait_for(&fake.answered, 2);
    adapter_registry_free(registry);
    ck_assert_int_eq(fake.answered, 2);
}
END_TEST

/* Settling never asks; what then pends is waited for, unless nobody here waits for that service. */
START_TEST(test_settling_does_nothing_anew)
{
    struct adapter_registry *registry = start_with(1, 10, 60, 1);
    set_settled(LINK_OUTCOME_ANSWERED);
    ck_assert_int_eq(put_of(registry, &prompt, LINK_CALL_SETTLE), 0);
    wait_for(&fake.answered, 1);
    ck_assert_int_eq(fake.order[0], LINK_OUTCOME_ANSWERED);
    set_settled(LINK_OUTCOME_PENDING);
    ck_assert_int_eq(put_of(registry, &prompt, LINK_CALL_SETTLE), 0);
    wait_for(&fake.answered, 2);
    ck_assert_int_eq(fake.order[1], LINK_OUTCOME_UNKNOWN);
    ck_assert_int_eq(put_of(registry, &later, LINK_CALL_SETTLE), 0);
    wait_for(&fake.answered, 3);
    ck_assert_int_eq(fake.order[2], LINK_OUTCOME_PENDING);
    set_settled(LINK_OUTCOME_ANSWERED);
    wait_for(&fake.answered, 4);
    ck_assert_int_eq(fake.order[3], LINK_OUTCOME_ANSWERED);
    ck_assert_int_eq(fake.called, 0);
    adapter_registry_free(registry);
}
END_TEST

CHECK_MAIN("adapters/registry", test_concurrency_and_queue, test_breaker_opens_probes_and_closes,
           test_queue_is_refused_when_the_breaker_opens, test_no_turn_in_time, test_leftovers_are_ended_elsewhere,
           test_end_answers_everybody, test_an_answer_comes_later, test_pending_for_too_long,
           test_no_more_pends_than_allowed, test_settling_does_nothing_anew,
           test_nobody_waits_for_it)
