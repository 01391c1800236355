/* What the gateway does by itself from time to time: it reads the settings and what waits in the register, announces and
 * suspends the absent (R23), and records stops (clause 41). Main thread. */
#ifndef GATEWAY_CORE_DUTY_H
#define GATEWAY_CORE_DUTY_H

#include "gateway/core/gateway.h"

/* When each was done last (monotonic). Starts zeroed: all is due. */
struct core_duty {
    int64_t gauges_us, absences_us, stops_us;
    bool stop_told; /* of the gateway itself */
};

/* Does what is due. May wait for the store and the log. */
void core_duty_attend(struct core_gateway *gateway, struct core_duty *duty);

#endif
