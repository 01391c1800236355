/* What the parts of qao-front share: one struct, handed to each of them. */
#ifndef GATEWAY_FRONT_FRONT_H
#define GATEWAY_FRONT_FRONT_H

#include "base/clock.h"
#include "gateway/front/counters.h"
#include "gateway/front/settings.h"

#include <stdatomic.h>
#include <stdbool.h>

struct front {
    const struct front_settings *settings;
    struct base_clock clock;
    struct front_counters counters;
    struct front_trust *trust;
    struct front_peers *peers;
    struct front_waiting *waiting;
    struct front_refusals *refusals;
    struct front_connections *connections;
    struct front_deliveries *deliveries;
    struct link_client *link;
    struct front_peers *uploads;   /* bodies over body_bytes_max that are received or under way, by address */
    struct front_peers *uploaders; /* the same by certificate */
    atomic_bool gateway_up;
    atomic_bool draining;      /* no request begins on a connection that could be closed instead */
    atomic_bool reload_wanted; /* the gateway says that trust files changed */
};

#endif
