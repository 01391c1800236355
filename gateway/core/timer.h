/* The thread that owns every deadline: registry calls, word of deliveries, owed conclusions, held replies. */
#ifndef GATEWAY_CORE_TIMER_H
#define GATEWAY_CORE_TIMER_H

#include "gateway/core/gateway.h"

enum { CORE_TIMER_STEP_US = 20000 }; /* how late a deadline may be seen */

/* Starts the thread. -ENOMEM, or the errors of pthread_create(). */
int core_timer_new(struct core_gateway *gateway, struct core_timer **ret_timer) BASE_MUST_USE;
/* Stops the thread and waits for it. Accepts NULL. */
void core_timer_free(struct core_timer *timer);

#endif
