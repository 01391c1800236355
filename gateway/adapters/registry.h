/* One registry: a bounded queue before its own worker threads, each with its own line, its circuit breaker, and those who
 * ask about what it has taken and answers later: no call holds a line while it waits for that. What
 * ails one registry takes no thread, no queue place and no connection of another. */
#ifndef GATEWAY_ADAPTERS_REGISTRY_H
#define GATEWAY_ADAPTERS_REGISTRY_H

#include "gateway/adapters/adapter.h"
#include "gateway/adapters/breaker.h"
#include "gateway/adapters/pending.h"

struct adapter_registry;

/* Named conditions of adapter_registry_put(): nothing was asked. */
enum { ADAPTER_REGISTRY_OPEN = 1, ADAPTER_REGISTRY_FULL = 2, ADAPTER_REGISTRY_STOPPED = 3 };

struct adapter_registry_handler {
    /* An answer to each call that was put, on a worker thread. Both are borrowed. After PENDING another follows, unless
     * the registry is stopped first. */
    void (*answer)(void *context, const struct adapter_call *call, const struct adapter_reply *reply,
                   int64_t duration_us);
    /* Whether anybody still waits for the call's answer; may be NULL: yes. A pending call that nobody waits for is
     * forgotten: what its registry says goes to whoever settles it. */
    bool (*is_awaited)(void *context, const struct adapter_call *call);
    /* The breaker moved; may be NULL. */
    void (*moved)(void *context, const struct adapter_registry_settings *settings, enum adapter_breaker_state state);
    void *context;
};

/* Counted since the last look, without a word on whom they were about. */
struct adapter_registry_counts {
    uint64_t outcomes[LINK_OUTCOME_COUNT]; /* by enum link_outcome */
    uint64_t refused; /* by breaker or full queue, part of unavailable */
    size_t waiting;   /* in the queue now */
    size_t pending;   /* taken by the registry, and not answered now */
};

/* Starts the workers. The settings are borrowed. Negative errno. */
int adapter_registry_new(const struct adapter_registry_settings *settings,
                         const struct adapter_registry_handler *handler,
                         struct adapter_registry **ret_registry) BASE_MUST_USE;

/* Any thread. On a named condition the call stays the caller's. */
int adapter_registry_put(struct adapter_registry *registry, struct adapter_call *take_call) BASE_MUST_USE;

/* Reads and resets the counts. */
void adapter_registry_count(struct adapter_registry *registry, struct adapter_registry_counts *ret_counts);

/* Refuses further calls from now on and answers what waits with unavailable. Does not wait. */
void adapter_registry_stop(struct adapter_registry *registry);

/* Stops, and waits for what is under way: at most one deadline. Accepts NULL. */
void adapter_registry_free(struct adapter_registry *registry);

const struct adapter_registry_settings *adapter_registry_settings_of(const struct adapter_registry *registry);

#endif
