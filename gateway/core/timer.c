#include "gateway/core/timer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/wait.h"
#include "gateway/core/pending.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"

struct core_timer {
    struct core_gateway *gateway;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool stopped;
};

static bool pause_or_stop(struct core_timer *timer)
{
    int64_t until_us = base_clock_monotonic_us() + CORE_TIMER_STEP_US;
    pthread_mutex_lock(&timer->mutex);
    while (!timer->stopped && base_wait_until(&timer->stop, &timer->mutex, until_us) != BASE_WAIT_OVER)
        ;
    bool stopped = timer->stopped;
    pthread_mutex_unlock(&timer->mutex);
    return stopped;
}

static void *run(void *context)
{
    struct core_timer *timer = context;
    struct core_gateway *gateway = timer->gateway;
    while (!pause_or_stop(timer)) {
        int64_t now_us = base_clock_monotonic_us();
        core_calls_expire(gateway, now_us);
        core_pending_step(gateway, now_us);
        core_owed_retry(gateway, now_us);
        core_delivery_expire(gateway, now_us);
        core_hold_expire(gateway->hold, core_now_us(gateway));
        certs_seal_expire(gateway->recipients);
        certs_seal_expire(gateway->upload_recipients);
    }
    return NULL;
}

int core_timer_new(struct core_gateway *gateway, struct core_timer **ret_timer)
{
    struct core_timer *timer = calloc(1, sizeof(*timer));
    if (!timer)
        return -ENOMEM;
    base_wait_init(&timer->stop);
    pthread_mutex_init(&timer->mutex, NULL);
    timer->gateway = gateway;
    int r = pthread_create(&timer->thread, NULL, run, timer);
    if (r != 0) {
        pthread_cond_destroy(&timer->stop);
        pthread_mutex_destroy(&timer->mutex);
        free(timer);
        return -r;
    }
    *ret_timer = timer;
    return 0;
}

void core_timer_free(struct core_timer *timer)
{
    if (!timer)
        return;
    pthread_mutex_lock(&timer->mutex);
    timer->stopped = true;
    pthread_cond_signal(&timer->stop);
    pthread_mutex_unlock(&timer->mutex);
    pthread_join(timer->thread, NULL);
    pthread_cond_destroy(&timer->stop);
    pthread_mutex_destroy(&timer->mutex);
    free(timer);
}
