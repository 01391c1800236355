/* The pages of the front's local listener, answered from memory: a probe never waits and never appends. */
#ifndef GATEWAY_CORE_HEALTH_H
#define GATEWAY_CORE_HEALTH_H

#include "gateway/core/gateway.h"
#include "gateway/link/front_message.h"

/* Answers a request of the local listener. Link thread. */
void core_health_serve(struct core_gateway *gateway, struct link_channel *channel, const struct link_request *http);

#endif
