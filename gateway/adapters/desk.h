/* Where calls from the gateway arrive and answers leave: each call goes to its service's registry, or is answered at
 * once when nothing can be asked. */
#ifndef GATEWAY_ADAPTERS_DESK_H
#define GATEWAY_ADAPTERS_DESK_H

#include "gateway/adapters/registry.h"
#include "gateway/link/channel.h"

struct adapter_desk;

/* Told of what an operator may see: registry, service, outcome, never parameters. */
struct adapter_desk_watcher {
    void (*answered)(void *context, const struct adapter_call *call, const struct adapter_reply *reply,
                     int64_t duration_us);
    void (*moved)(void *context, const struct adapter_registry_settings *settings, enum adapter_breaker_state state);
    /* A frame that is no call: the gateway would not send it. */
    void (*malformed)(void *context, uint16_t type);
    void *context;
};

/* Starts the registries' workers. The settings are borrowed. Negative errno. */
int adapter_desk_new(const struct adapter_settings *settings, const struct adapter_desk_watcher *watcher,
                     struct adapter_desk **ret_desk) BASE_MUST_USE;

/* For link_server_new(); valid until the desk is freed. */
struct link_handler adapter_desk_handler(struct adapter_desk *desk);

/* Ends the registries: what waits is refused, what is under way is finished and answered. Later calls are refused. */
void adapter_desk_stop(struct adapter_desk *desk);

size_t adapter_desk_registry_count(const struct adapter_desk *desk);
/* NULL after the stop. */
struct adapter_registry *adapter_desk_registry(const struct adapter_desk *desk, size_t index);

/* After the server is freed. Accepts NULL. */
void adapter_desk_free(struct adapter_desk *desk);

#endif
