/* The threads that do what costs time: verify, decide, sign, seal. */
#ifndef GATEWAY_CORE_WORKER_H
#define GATEWAY_CORE_WORKER_H

#include <stddef.h>

#include "base/queue.h"
#include "base/result.h"

struct core_workers;

/* count threads that take requests from the queue and resume them, until the queue is closed and empty. A negative errno
 * when not all can be made; then none is. */
int core_workers_new(struct base_queue *work, size_t count, struct core_workers **ret_workers) BASE_MUST_USE;
/* Waits for the threads: close the queue first. Accepts NULL. */
void core_workers_free(struct core_workers *workers);

#endif
