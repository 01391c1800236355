#include "gateway/adapters/desk.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct adapter_desk {
    const struct adapter_settings *settings;
    struct adapter_desk_watcher watcher;
    pthread_rwlock_t lock; /* of the registries: written only by the stop */
    struct adapter_registry *registries[ADAPTER_REGISTRIES_MAX];
};

static void send_answer(struct link_channel *channel, uint64_t id, const struct adapter_reply *reply,
                        int64_t duration_us)
{
    const struct link_answer answer = {
        .id = id,
        .outcome = reply->outcome,
        .duration_us = duration_us,
        .records = base_buffer_view(&reply->records),
        .detail = base_bytes_text(reply->outcome == LINK_OUTCOME_ANSWERED ? "" : reply->detail),
    };
    struct base_buffer frame BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&frame, LINK_ANSWER_FRAME_MAX);
    /* A gateway that is gone has lost its question; an act is found again by the query's id. */
    if (link_answer_encode(&answer, &frame) == 0)
        (void) !link_channel_send(channel, LINK_ADAPTER_ANSWER, base_buffer_view(&frame));
}

static void answered(void *context, const struct adapter_call *call, const struct adapter_reply *reply,
                     int64_t duration_us)
{
    struct adapter_desk *desk = context;
    if (desk->watcher.answered)
        desk->watcher.answered(desk->watcher.context, call, reply, duration_us);
    send_answer(call->channel, call->id, reply, duration_us);
}

static void moved(void *context, const struct adapter_registry_settings *settings, enum adapter_breaker_state state)
{
    struct adapter_desk *desk = context;
    if (desk->watcher.moved)
        desk->watcher.moved(desk->watcher.context, settings, state);
}

static bool is_awaited(void *context, const struct adapter_call *call)
{
    (void) context;
    return !link_channel_is_lost(call->channel);
}

static void refuse(struct link_channel *channel, uint64_t id, enum link_outcome outcome, const char *why)
{
    struct adapter_reply reply = {.outcome = outcome};
    strncat(reply.detail, why, LINK_DETAIL_MAX);
    send_answer(channel, id, &reply, 0);
}

static char *text_of(struct base_bytes bytes)
{
    return strndup((const char *) bytes.data, bytes.len);
}

/* Puts each value in its place of the statement. A text for the gateway on failure. */
static const char *take_values(const struct link_call *message, struct adapter_call *call)
{
    const struct adapter_service *service = call->service;
    for (size_t i = 0; i < message->param_count; i++) {
        size_t place = 0;
        while (place < service->parameter_count &&
               !base_bytes_equal_text(message->params[i].name, service->parameters[place]))
            place++;
        if (place == service->parameter_count || call->values[place] ||
            base_bytes_equal_text(message->params[i].name, "query"))
            return "parameters are not those of the service";
        call->values[place] = text_of(message->params[i].value);
        if (!call->values[place])
            return "no memory";
    }
    for (size_t i = 0; i < service->parameter_count; i++)
        if (strcmp(service->parameters[i], "query") == 0 && !(call->values[i] = strdup(call->query)))
            return "no memory";
    return NULL;
}

static struct adapter_call *call_new(const struct link_call *message, const struct adapter_service *service,
                                     struct link_channel *channel)
{
    struct adapter_call *call = calloc(1, sizeof(*call));
    if (!call)
        return NULL;
    int64_t limit_us = service->registry->deadline_ms * 1000;
    call->id = message->id;
    call->service = service;
    call->mode = message->mode;
    call->arrival_us = base_clock_monotonic_us();
    call->deadline_us = call->arrival_us + (message->timeout_us < limit_us ? message->timeout_us : limit_us);
    memcpy(call->query, message->query.data, message->query.len < sizeof(call->query) ? message->query.len : 0);
    call->channel = link_channel_ref(channel);
    return call;
}

static struct adapter_registry *registry_of(const struct adapter_desk *desk, const struct adapter_service *service)
{
    for (size_t i = 0; i < desk->settings->registry_count; i++)
        if (desk->settings->registries[i] == service->registry)
            return desk->registries[i];
    return NULL;
}

static const char *place_call(struct adapter_desk *desk, struct adapter_call *take_call)
{
    pthread_rwlock_rdlock(&desk->lock);
    struct adapter_registry *registry = registry_of(desk, take_call->service);
    int r = registry ? adapter_registry_put(registry, take_call) : ADAPTER_REGISTRY_STOPPED;
    pthread_rwlock_unlock(&desk->lock);
    if (r == 0)
        return NULL;
    adapter_call_free(take_call);
    if (r == ADAPTER_REGISTRY_OPEN)
        return "circuit open";
    return r == ADAPTER_REGISTRY_FULL ? "too many calls wait" : "the adapter is stopping";
}

static void take_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    struct adapter_desk *desk = context;
    struct link_call message;
    if (type != LINK_ADAPTER_CALL || link_call_parse(body, &message) < 0) {
        if (desk->watcher.malformed)
            desk->watcher.malformed(desk->watcher.context, type);
        return;
    }
    const struct adapter_service *service = desk->settings->services[message.service];
    if (!service) {
        refuse(channel, message.id, LINK_OUTCOME_UNCONNECTED, "no registry is connected for this service");
        return;
    }
    struct adapter_call *call = call_new(&message, service, channel);
    const char *why = call ? take_values(&message, call) : "no memory";
    if (why)
        adapter_call_free(call);
    else
        why = place_call(desk, call);
    if (why)
        refuse(channel, message.id, LINK_OUTCOME_UNAVAILABLE, why);
}

struct link_handler adapter_desk_handler(struct adapter_desk *desk)
{
    return (struct link_handler){.frame = take_frame, .context = desk};
}

int adapter_desk_new(const struct adapter_settings *settings, const struct adapter_desk_watcher *watcher,
                     struct adapter_desk **ret_desk)
{
    struct adapter_desk *desk = calloc(1, sizeof(*desk));
    if (!desk)
        return -ENOMEM;
    desk->settings = settings;
    desk->watcher = *watcher;
    pthread_rwlock_init(&desk->lock, NULL);
    const struct adapter_registry_handler handler = {
        .answer = answered, .is_awaited = is_awaited, .moved = moved, .context = desk};
    int r = 0;
    for (size_t i = 0; r == 0 && i < settings->registry_count; i++)
        r = adapter_registry_new(settings->registries[i], &handler, &desk->registries[i]);
    if (r < 0) {
        adapter_desk_free(desk);
        return r;
    }
    *ret_desk = desk;
    return 0;
}

size_t adapter_desk_registry_count(const struct adapter_desk *desk)
{
    return desk->settings->registry_count;
}

struct adapter_registry *adapter_desk_registry(const struct adapter_desk *desk, size_t index)
{
    return desk->registries[index];
}

void adapter_desk_stop(struct adapter_desk *desk)
{
    for (size_t i = 0; i < desk->settings->registry_count; i++)
        if (desk->registries[i])
            adapter_registry_stop(desk->registries[i]);
    for (size_t i = 0; i < desk->settings->registry_count; i++) {
        pthread_rwlock_wrlock(&desk->lock);
        struct adapter_registry *registry = desk->registries[i];
        desk->registries[i] = NULL;
        pthread_rwlock_unlock(&desk->lock);
        adapter_registry_free(registry);
    }
}

void adapter_desk_free(struct adapter_desk *desk)
{
    if (!desk)
        return;
    adapter_desk_stop(desk);
    pthread_rwlock_destroy(&desk->lock);
    free(desk);
}
