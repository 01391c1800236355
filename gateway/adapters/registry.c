#include "gateway/adapters/registry.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/queue.h"

enum { LEFTOVERS_MAX = 64, PROBE_MAX_US = 5 * 1000 * 1000, DISCARD_WAIT_S = 2, PENDING_IDLE_US = 60 * 1000 * 1000 };

/* A thread with a line: of those that serve the queue, or of those that ask about what pends. */
struct worker {
    struct adapter_registry *registry;
    struct adapter_line *line;
    pthread_t thread;
};

struct crew {
    struct worker *workers;
    size_t max, count; /* count were started */
};

struct adapter_registry {
    const struct adapter_registry_settings *settings;
    struct adapter_registry_handler handler;
    struct base_queue *calls;
    pthread_mutex_t mutex; /* of breaker, counts and pending */
    struct adapter_breaker breaker;
    struct adapter_registry_counts counts;
    atomic_bool is_stopping;
    struct crew workers;
    struct crew pollers; /* none where every service answers at once */
    struct adapter_pending pending;
    pthread_cond_t pending_changed;
    struct base_queue *leftovers; /* for the discarder, who may hang together with the registry */
    pthread_t discarder;
    bool has_discarder;
};

const struct adapter_registry_settings *adapter_registry_settings_of(const struct adapter_registry *registry)
{
    return registry->settings;
}

static void tell_moved(struct adapter_registry *registry, bool changed, enum adapter_breaker_state state)
{
    if (changed && registry->handler.moved)
        registry->handler.moved(registry->handler.context, registry->settings, state);
}

static void note_health(struct adapter_registry *registry, enum adapter_health health)
{
    bool changed = false;
    pthread_mutex_lock(&registry->mutex);
    switch (health) {
    case ADAPTER_ILL:
        changed = adapter_breaker_fail(&registry->breaker, base_clock_monotonic_us());
        break;
    case ADAPTER_WELL:
        changed = adapter_breaker_succeed(&registry->breaker);
        break;
    case ADAPTER_UNTOLD:
        break;
    }
    enum adapter_breaker_state state = registry->breaker.state;
    pthread_mutex_unlock(&registry->mutex);
    tell_moved(registry, changed, state);
}

static bool admits(struct adapter_registry *registry)
{
    pthread_mutex_lock(&registry->mutex);
    bool answer = adapter_breaker_admits(&registry->breaker);
    pthread_mutex_unlock(&registry->mutex);
    return answer;
}

/* Why a call that waited in the queue is not sent any more; NULL when it is. */
static const char *reason_not_to_send(struct adapter_registry *registry, const struct adapter_call *call, int64_t now_us)
{
    if (registry->is_stopping)
        return "the adapter is stopping";
    if (!admits(registry))
        return "circuit open";
    return now_us >= call->deadline_us ? "no turn within the deadline" : NULL;
}

static void discard(struct adapter_registry *registry, void *take_leftover)
{
    /* A full queue means that the discarder hangs: the registry's own limits end what is left, its memory is lost. */
    if (take_leftover && base_queue_put(registry->leftovers, take_leftover) != 0)
        note_health(registry, ADAPTER_ILL);
}

/* A call that its registry has taken is asked about until something comes of it. When the adapter stops it is forgotten:
 * the gateway knows that it pends, and settles it later. */
static void keep_pending(struct adapter_registry *registry, struct adapter_call *take_call)
{
    pthread_mutex_lock(&registry->mutex);
    bool is_kept = !registry->is_stopping && registry->pollers.count > 0;
    if (is_kept)
        adapter_pending_put(&registry->pending, take_call, base_clock_monotonic_us());
    pthread_cond_signal(&registry->pending_changed);
    pthread_mutex_unlock(&registry->mutex);
    if (!is_kept)
        adapter_call_free(take_call);
}

/* Fills the reply: by the registry's word, or by the reason not to ask. */
static void ask(struct adapter_registry *registry, struct adapter_line *line, const struct adapter_call *call,
                struct adapter_reply *reply)
{
    const char *reason = reason_not_to_send(registry, call, base_clock_monotonic_us());
    if (reason)
        adapter_reply_conclude(reply, LINK_OUTCOME_UNAVAILABLE, ADAPTER_UNTOLD, reason);
    else if (call->mode == LINK_CALL_SETTLE)
        registry->settings->kind->settle(line, call, reply);
    else
        registry->settings->kind->call(line, call, reply);
    if (reply->outcome == LINK_OUTCOME_PENDING && !call->service->pends)
        adapter_reply_conclude(reply, LINK_OUTCOME_UNKNOWN, ADAPTER_UNTOLD, "an answer that nobody waits for");
}

static void serve(struct adapter_registry *registry, struct adapter_line *line, struct adapter_call *call)
{
    int64_t begun_us = base_clock_monotonic_us();
    struct adapter_reply reply = {.outcome = LINK_OUTCOME_UNAVAILABLE, .health = ADAPTER_UNTOLD};
    base_buffer_init(&reply.records, LINK_RECORDS_MAX);
    ask(registry, line, call, &reply);
    discard(registry, reply.leftover);
    note_health(registry, reply.health);
    pthread_mutex_lock(&registry->mutex);
    registry->counts.outcomes[reply.outcome]++;
    pthread_mutex_unlock(&registry->mutex);
    registry->handler.answer(registry->handler.context, call, &reply, base_clock_monotonic_us() - begun_us);
    base_buffer_clear(&reply.records);
    if (reply.outcome == LINK_OUTCOME_PENDING)
        keep_pending(registry, call);
    else
        adapter_call_free(call);
}

/* Nobody has said anything for too long. */
static void conclude_overdue(const struct adapter_call *call, struct adapter_reply *reply)
{
    adapter_reply_conclude(reply, call->service->is_act ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_TIMEOUT, ADAPTER_UNTOLD,
                           "the registry took it and has not answered in time");
}

/* Asks once about a call that pends. True when something came of it. */
static bool poll_once(struct adapter_registry *registry, struct adapter_line *line, struct adapter_call *call,
                      struct adapter_reply *reply)
{
    if (admits(registry)) {
        call->deadline_us = base_clock_monotonic_us() + registry->settings->deadline_ms * 1000;
        registry->settings->kind->settle(line, call, reply);
        discard(registry, reply->leftover);
        note_health(registry, reply->health);
    }
    if (reply->outcome == LINK_OUTCOME_ANSWERED || reply->outcome == LINK_OUTCOME_FAILED)
        return true;
    if (!adapter_pending_is_over(call, base_clock_monotonic_us()))
        return false;
    base_buffer_reset(&reply->records);
    conclude_overdue(call, reply);
    return true;
}

static bool is_awaited(const struct adapter_registry *registry, const struct adapter_call *call)
{
    return !registry->handler.is_awaited || registry->handler.is_awaited(registry->handler.context, call);
}

static void serve_pending(struct adapter_registry *registry, struct adapter_line *line, struct adapter_call *call)
{
    if (!is_awaited(registry, call)) {
        adapter_call_free(call);
        return;
    }
    struct adapter_reply reply = {.outcome = LINK_OUTCOME_PENDING, .health = ADAPTER_UNTOLD};
    base_buffer_init(&reply.records, LINK_RECORDS_MAX);
    bool is_over = poll_once(registry, line, call, &reply);
    pthread_mutex_lock(&registry->mutex);
    registry->counts.outcomes[reply.outcome] += is_over ? 1 : 0;
    if (!is_over)
        adapter_pending_again(&registry->pending, call, base_clock_monotonic_us());
    pthread_mutex_unlock(&registry->mutex);
    if (is_over) {
        registry->handler.answer(registry->handler.context, call, &reply, base_clock_monotonic_us() - call->arrival_us);
        adapter_call_free(call);
    }
    base_buffer_clear(&reply.records);
}

/* The next call that is due; NULL when the registry stops. */
static struct adapter_call *await_pending(struct adapter_registry *registry)
{
    struct adapter_call *call = NULL;
    pthread_mutex_lock(&registry->mutex);
    while (!registry->is_stopping) {
        int64_t now_us = base_clock_monotonic_us();
        call = adapter_pending_take(&registry->pending, now_us);
        if (call)
            break;
        int64_t wait_us = adapter_pending_after_us(&registry->pending, now_us);
        int64_t until_us = now_us + (wait_us < 0 ? PENDING_IDLE_US : wait_us);
        const struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
        pthread_cond_timedwait(&registry->pending_changed, &registry->mutex, &until);
    }
    pthread_mutex_unlock(&registry->mutex);
    return call;
}

static void *poll_all(void *context)
{
    struct worker *worker = context;
    struct adapter_call *call;
    while ((call = await_pending(worker->registry)) != NULL)
        serve_pending(worker->registry, worker->line, call);
    return NULL;
}

static void probe(struct adapter_registry *registry, struct adapter_line *line)
{
    pthread_mutex_lock(&registry->mutex);
    bool taken = adapter_breaker_probe_take(&registry->breaker, base_clock_monotonic_us());
    pthread_mutex_unlock(&registry->mutex);
    if (!taken)
        return;
    int64_t limit_us = registry->settings->deadline_ms * 1000;
    int64_t deadline_us = base_clock_monotonic_us() + (limit_us < PROBE_MAX_US ? limit_us : PROBE_MAX_US);
    bool reached = registry->settings->kind->probe(line, deadline_us);
    pthread_mutex_lock(&registry->mutex);
    bool changed = adapter_breaker_probe_end(&registry->breaker, reached, base_clock_monotonic_us());
    enum adapter_breaker_state state = registry->breaker.state;
    pthread_mutex_unlock(&registry->mutex);
    tell_moved(registry, changed, state);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct adapter_registry *registry = worker->registry;
    for (;;) {
        pthread_mutex_lock(&registry->mutex);
        int64_t wait_us = adapter_breaker_probe_after_us(&registry->breaker, base_clock_monotonic_us());
        pthread_mutex_unlock(&registry->mutex);
        void *item = NULL;
        int r = base_queue_take(registry->calls, (long) wait_us, &item);
        if (r == BASE_QUEUE_CLOSED)
            return NULL;
        if (r == 0)
            serve(registry, worker->line, item);
        else
            probe(registry, worker->line);
    }
}

static void *discard_all(void *context)
{
    struct adapter_registry *registry = context;
    void *leftover;
    while (base_queue_take(registry->leftovers, -1, &leftover) == 0)
        registry->settings->kind->discard(leftover);
    return NULL;
}

static int start_crew(struct adapter_registry *registry, struct crew *crew, int64_t max, void *(*run)(void *worker))
{
    crew->workers = calloc((size_t) max, sizeof(crew->workers[0]));
    crew->max = crew->workers ? (size_t) max : 0;
    int r = crew->workers ? 0 : -ENOMEM;
    while (r == 0 && crew->count < crew->max) {
        struct worker *worker = &crew->workers[crew->count];
        worker->registry = registry;
        r = registry->settings->kind->line_new(registry->settings, &worker->line);
        if (r == 0)
            r = -pthread_create(&worker->thread, NULL, run, worker);
        crew->count += r == 0 ? 1 : 0;
    }
    return r;
}

static void end_crew(struct adapter_registry *registry, struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        pthread_join(crew->workers[i].thread, NULL);
    for (size_t i = 0; i < crew->max; i++)
        registry->settings->kind->line_free(crew->workers[i].line); /* accepts NULL */
    free(crew->workers);
    *crew = (struct crew){0};
}

/* Those who ask about what pends come first: whoever finds that something pends finds them there. */
static int start(struct adapter_registry *registry)
{
    const struct adapter_registry_settings *settings = registry->settings;
    int r = 0;
    if (settings->kind->discard) {
        r = -pthread_create(&registry->discarder, NULL, discard_all, registry);
        registry->has_discarder = r == 0;
    }
    if (r == 0 && settings->has_pends)
        r = start_crew(registry, &registry->pollers, settings->pollers, poll_all);
    return r == 0 ? start_crew(registry, &registry->workers, settings->connections, work) : r;
}

static void init_monotonic(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

int adapter_registry_new(const struct adapter_registry_settings *settings,
                         const struct adapter_registry_handler *handler, struct adapter_registry **ret_registry)
{
    struct adapter_registry *registry = calloc(1, sizeof(*registry));
    if (!registry)
        return -ENOMEM;
    registry->settings = settings;
    registry->handler = *handler;
    pthread_mutex_init(&registry->mutex, NULL);
    init_monotonic(&registry->pending_changed);
    adapter_pending_init(&registry->pending, settings->poll_ms * 1000, settings->poll_max_ms * 1000,
                         settings->pending_s * 1000000);
    adapter_breaker_init(&registry->breaker, (unsigned) settings->breaker_failures, settings->breaker_pause_ms * 1000,
                         settings->breaker_pause_max_ms * 1000);
    int r = base_queue_new((size_t) settings->queue, &registry->calls);
    if (r == 0)
        r = base_queue_new(LEFTOVERS_MAX, &registry->leftovers);
    if (r == 0)
        r = start(registry);
    if (r < 0) {
        adapter_registry_free(registry);
        return r;
    }
    *ret_registry = registry;
    return 0;
}

/* Whether as many answers are awaited as may be: what may come to pend is then not sent. */
static bool is_full_of_pending(struct adapter_registry *registry, const struct adapter_call *call)
{
    if (!call->service || !call->service->pends)
        return false;
    pthread_mutex_lock(&registry->mutex);
    bool answer = registry->pending.count >= (size_t) registry->settings->pending;
    pthread_mutex_unlock(&registry->mutex);
    return answer;
}

int adapter_registry_put(struct adapter_registry *registry, struct adapter_call *take_call)
{
    int r = ADAPTER_REGISTRY_OPEN;
    if (registry->is_stopping)
        r = ADAPTER_REGISTRY_STOPPED;
    else if (is_full_of_pending(registry, take_call))
        r = ADAPTER_REGISTRY_FULL;
    else if (admits(registry))
        r = base_queue_put(registry->calls, take_call) == 0 ? 0 : ADAPTER_REGISTRY_FULL;
    if (r == 0)
        return 0;
    pthread_mutex_lock(&registry->mutex);
    registry->counts.outcomes[LINK_OUTCOME_UNAVAILABLE]++;
    registry->counts.refused++;
    pthread_mutex_unlock(&registry->mutex);
    return r;
}

void adapter_registry_count(struct adapter_registry *registry, struct adapter_registry_counts *ret_counts)
{
    pthread_mutex_lock(&registry->mutex);
    *ret_counts = registry->counts;
    registry->counts = (struct adapter_registry_counts){0};
    ret_counts->pending = registry->pending.count;
    pthread_mutex_unlock(&registry->mutex);
    ret_counts->waiting = base_queue_length(registry->calls);
}

void adapter_registry_stop(struct adapter_registry *registry)
{
    pthread_mutex_lock(&registry->mutex);
    registry->is_stopping = true;
    pthread_cond_broadcast(&registry->pending_changed);
    pthread_mutex_unlock(&registry->mutex);
    if (registry->calls)
        base_queue_close(registry->calls);
}

void adapter_registry_free(struct adapter_registry *registry)
{
    if (!registry)
        return;
    adapter_registry_stop(registry);
    end_crew(registry, &registry->workers);
    end_crew(registry, &registry->pollers);
    adapter_pending_clear(&registry->pending);
    if (registry->leftovers)
        base_queue_close(registry->leftovers);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += DISCARD_WAIT_S;
    if (registry->has_discarder && pthread_timedjoin_np(registry->discarder, NULL, &until) != 0) {
        pthread_detach(registry->discarder); /* hangs at a registry that hangs: what it uses is left to it */
        return;
    }
    base_queue_free(registry->leftovers);
    base_queue_free(registry->calls);
    pthread_cond_destroy(&registry->pending_changed);
    pthread_mutex_destroy(&registry->mutex);
    free(registry);
}
