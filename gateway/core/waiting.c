#include "gateway/core/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { BUCKETS = 1024 };

struct core_waiting {
    pthread_mutex_t mutex;
    size_t count;
    struct core_wait *first, *last; /* in the order of coming */
    struct core_wait *buckets[BUCKETS];
};

int core_waiting_new(struct core_waiting **ret_waiting)
{
    struct core_waiting *waiting = calloc(1, sizeof(*waiting));
    if (!waiting)
        return -ENOMEM;
    pthread_mutex_init(&waiting->mutex, NULL);
    *ret_waiting = waiting;
    return 0;
}

void core_waiting_free(struct core_waiting *waiting)
{
    if (!waiting)
        return;
    pthread_mutex_destroy(&waiting->mutex);
    free(waiting);
}

static struct core_wait **bucket_of(struct core_waiting *waiting, uint64_t key)
{
    return &waiting->buckets[key % BUCKETS];
}

void core_waiting_put(struct core_waiting *waiting, struct core_wait *wait)
{
    pthread_mutex_lock(&waiting->mutex);
    wait->next = NULL;
    wait->previous = waiting->last;
    if (waiting->last)
        waiting->last->next = wait;
    else
        waiting->first = wait;
    waiting->last = wait;
    struct core_wait **bucket = bucket_of(waiting, wait->key);
    wait->chain = *bucket;
    *bucket = wait;
    waiting->count++;
    pthread_mutex_unlock(&waiting->mutex);
}

static void drop(struct core_waiting *waiting, struct core_wait *wait)
{
    struct core_wait **chain = bucket_of(waiting, wait->key);
    while (*chain != wait)
        chain = &(*chain)->chain;
    *chain = wait->chain;
    if (wait->previous)
        wait->previous->next = wait->next;
    else
        waiting->first = wait->next;
    if (wait->next)
        wait->next->previous = wait->previous;
    else
        waiting->last = wait->previous;
    waiting->count--;
}

struct core_wait *core_waiting_take(struct core_waiting *waiting, const void *channel, uint64_t key)
{
    pthread_mutex_lock(&waiting->mutex);
    struct core_wait *wait = *bucket_of(waiting, key);
    while (wait && (wait->key != key || wait->channel != channel))
        wait = wait->chain;
    if (wait)
        drop(waiting, wait);
    pthread_mutex_unlock(&waiting->mutex);
    return wait;
}

struct core_wait *core_waiting_take_late(struct core_waiting *waiting, int64_t now_us)
{
    pthread_mutex_lock(&waiting->mutex);
    struct core_wait *wait = waiting->first;
    while (wait && wait->deadline_us > now_us)
        wait = wait->next;
    if (wait)
        drop(waiting, wait);
    pthread_mutex_unlock(&waiting->mutex);
    return wait;
}

struct core_wait *core_waiting_take_any(struct core_waiting *waiting, const void *channel)
{
    pthread_mutex_lock(&waiting->mutex);
    struct core_wait *wait = waiting->first;
    while (wait && channel && wait->channel != channel)
        wait = wait->next;
    if (wait)
        drop(waiting, wait);
    pthread_mutex_unlock(&waiting->mutex);
    return wait;
}

size_t core_waiting_count(struct core_waiting *waiting)
{
    pthread_mutex_lock(&waiting->mutex);
    size_t count = waiting->count;
    pthread_mutex_unlock(&waiting->mutex);
    return count;
}
