#include "base/wait.h"

#include <time.h>

void base_wait_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

int base_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline_us)
{
    const struct timespec until = {.tv_sec = (time_t) (deadline_us / 1000000),
                                   .tv_nsec = (long) (deadline_us % 1000000) * 1000};
    return pthread_cond_timedwait(condition, mutex, &until) == 0 ? 0 : BASE_WAIT_OVER;
}
