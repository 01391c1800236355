#include "base/queue.h"

#include "base/clock.h"
#include "base/wait.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct base_queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool closed;
    size_t max, first, count;
    void *items[];
};

int base_queue_new(size_t max, struct base_queue **ret_queue)
{
    struct base_queue *queue = calloc(1, sizeof(*queue) + max * sizeof(queue->items[0]));
    if (!queue)
        return -ENOMEM;
    queue->max = max;
    pthread_mutex_init(&queue->mutex, NULL);
    base_wait_init(&queue->changed);
    *ret_queue = queue;
    return 0;
}

void base_queue_free(struct base_queue *queue)
{
    if (!queue)
        return;
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

int base_queue_put(struct base_queue *queue, void *take_item)
{
    pthread_mutex_lock(&queue->mutex);
    int r = queue->closed ? BASE_QUEUE_CLOSED : queue->count == queue->max ? BASE_QUEUE_FULL : 0;
    if (r == 0) {
        queue->items[(queue->first + queue->count) % queue->max] = take_item;
        queue->count++;
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return r;
}

/* With the mutex held: waits for an item. */
static int wait_item(struct base_queue *queue, long timeout_us)
{
    int64_t deadline_us = base_clock_monotonic_us() + timeout_us;
    while (queue->count == 0) {
        if (queue->closed)
            return BASE_QUEUE_CLOSED;
        int r = timeout_us < 0 ? pthread_cond_wait(&queue->changed, &queue->mutex)
                               : base_wait_until(&queue->changed, &queue->mutex, deadline_us);
        if (r == BASE_WAIT_OVER && queue->count == 0)
            return queue->closed ? BASE_QUEUE_CLOSED : BASE_QUEUE_TIMEOUT;
    }
    return 0;
}

int base_queue_take_many(struct base_queue *queue, long timeout_us, void **ret_items, size_t max, size_t *ret_count)
{
    pthread_mutex_lock(&queue->mutex);
    int r = wait_item(queue, timeout_us);
    if (r == 0) {
        size_t count = 0;
        for (; count < max && queue->count > 0; count++) {
            ret_items[count] = queue->items[queue->first];
            queue->first = (queue->first + 1) % queue->max;
            queue->count--;
        }
        *ret_count = count;
        if (queue->count > 0)
            pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return r;
}

int base_queue_take(struct base_queue *queue, long timeout_us, void **ret_item)
{
    size_t count;
    return base_queue_take_many(queue, timeout_us, ret_item, 1, &count);
}

void base_queue_close(struct base_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

size_t base_queue_length(struct base_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    size_t count = queue->count;
    pthread_mutex_unlock(&queue->mutex);
    return count;
}
