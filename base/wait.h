/* Waiting for a change, at most until a moment of base_clock_monotonic_us(). */
#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <pthread.h>
#include <stdint.h>

/* A condition for base_wait_until(). The caller destroys it with pthread_cond_destroy(). */
void base_wait_init(pthread_cond_t *condition);

/* Named condition: the moment has come. */
enum { BASE_WAIT_OVER = 1 };

/* With the mutex held, which it lets go meanwhile. 0: woken, perhaps for nothing, so what was waited for is looked at
 * again; or BASE_WAIT_OVER. */
int base_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline_us);

#endif
