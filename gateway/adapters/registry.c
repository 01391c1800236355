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

enum { LEFTOVERS_MAX = 64, PROBE_MAX_US = 5 * 1000 * 1000, DISCARD_WAIT_S = 2 };

struct worker {
    struct adapter_registry *registry;
    struct adapter_line *line;
    pthread_t thread;
};

struct adapter_registry {
    const struct adapter_registry_settings *settings;
    struct adapter_registry_handler handler;
    struct base_queue *calls;
    pthread_mutex_t mutex; /* of breaker and counts */
    struct adapter_breaker breaker;
    struct adapter_registry_counts counts;
    atomic_bool is_stopping;
    size_t worker_count; /* that were started */
    struct worker *workers;
    struct base_queue *leftovers; /* for the discarder, who may hang together with the registry */
    pthread_t discarder;
    bool has_discarder;
};

void adapter_call_free(struct adapter_call *call)
{
    if (!call)
        return;
    for (size_t i = 0; i < LINK_PARAMS_MAX; i++) {
        if (call->values[i])
            explicit_bzero(call->values[i], strlen(call->values[i]));
        free(call->values[i]);
    }
    link_channel_unref(call->channel);
    free(call);
}

const struct adapter_kind *adapter_kind_find(const char *name)
{
    static const struct adapter_kind *const kinds[] = {&adapter_kind_sql};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(kinds); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

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

static void serve(struct adapter_registry *registry, struct adapter_line *line, struct adapter_call *call)
{
    int64_t begun_us = base_clock_monotonic_us();
    struct adapter_reply reply = {.outcome = LINK_OUTCOME_UNAVAILABLE, .health = ADAPTER_UNTOLD};
    base_buffer_init(&reply.records, LINK_RECORDS_MAX);
    const char *reason = reason_not_to_send(registry, call, begun_us);
    if (reason)
        snprintf(reply.detail, sizeof(reply.detail), "%s", reason);
    else
        registry->settings->kind->call(line, call, &reply);
    discard(registry, reply.leftover);
    note_health(registry, reply.health);
    pthread_mutex_lock(&registry->mutex);
    registry->counts.outcomes[reply.outcome]++;
    pthread_mutex_unlock(&registry->mutex);
    registry->handler.answer(registry->handler.context, call, &reply, base_clock_monotonic_us() - begun_us);
    base_buffer_clear(&reply.records);
    adapter_call_free(call);
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

static int start(struct adapter_registry *registry)
{
    int r = -pthread_create(&registry->discarder, NULL, discard_all, registry);
    registry->has_discarder = r == 0;
    for (int64_t i = 0; r == 0 && i < registry->settings->connections; i++) {
        struct worker *worker = &registry->workers[registry->worker_count];
        worker->registry = registry;
        r = registry->settings->kind->line_new(registry->settings, &worker->line);
        if (r == 0)
            r = -pthread_create(&worker->thread, NULL, work, worker);
        registry->worker_count += r == 0 ? 1 : 0;
    }
    return r;
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
    adapter_breaker_init(&registry->breaker, (unsigned) settings->breaker_failures, settings->breaker_pause_ms * 1000,
                         settings->breaker_pause_max_ms * 1000);
    registry->workers = calloc((size_t) settings->connections, sizeof(registry->workers[0]));
    int r = registry->workers ? base_queue_new((size_t) settings->queue, &registry->calls) : -ENOMEM;
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

int adapter_registry_put(struct adapter_registry *registry, struct adapter_call *take_call)
{
    int r = ADAPTER_REGISTRY_OPEN;
    if (registry->is_stopping)
        r = ADAPTER_REGISTRY_STOPPED;
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
    pthread_mutex_unlock(&registry->mutex);
    ret_counts->waiting = base_queue_length(registry->calls);
}

void adapter_registry_stop(struct adapter_registry *registry)
{
    registry->is_stopping = true;
    if (registry->calls)
        base_queue_close(registry->calls);
}

void adapter_registry_free(struct adapter_registry *registry)
{
    if (!registry)
        return;
    adapter_registry_stop(registry);
    for (size_t i = 0; i < registry->worker_count; i++)
        pthread_join(registry->workers[i].thread, NULL);
    for (int64_t i = 0; registry->workers && i < registry->settings->connections; i++)
        registry->settings->kind->line_free(registry->workers[i].line); /* accepts NULL */
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
    pthread_mutex_destroy(&registry->mutex);
    free(registry->workers);
    free(registry);
}
