#include "gateway/front/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { PLACE_BITS = 16 };

struct place {
    uint64_t id; /* 0 while free */
    struct front_request *request;
    bool waits;
    int64_t deadline_us;
    size_t next_free;
};

struct front_waiting {
    pthread_mutex_t mutex;
    size_t max, used, free_head; /* free_head is max when none is free */
    uint64_t serial;
    bool closed;
    struct place places[];
};

int front_waiting_new(size_t max, struct front_waiting **ret_waiting)
{
    struct front_waiting *waiting = calloc(1, sizeof(*waiting) + max * sizeof(waiting->places[0]));
    if (!waiting)
        return -ENOMEM;
    waiting->max = max;
    for (size_t i = 0; i < max; i++)
        waiting->places[i].next_free = i + 1;
    pthread_mutex_init(&waiting->mutex, NULL);
    *ret_waiting = waiting;
    return 0;
}

void front_waiting_free(struct front_waiting *waiting)
{
    if (!waiting)
        return;
    pthread_mutex_destroy(&waiting->mutex);
    free(waiting);
}

/* The place in the low bits leads straight to it, the serial number above makes the id unique. */
static struct place *find(struct front_waiting *waiting, uint64_t id)
{
    size_t index = (size_t) (id & ((1U << PLACE_BITS) - 1));
    if (id == 0 || index >= waiting->max || waiting->places[index].id != id)
        return NULL;
    return &waiting->places[index];
}

int front_waiting_reserve(struct front_waiting *waiting, struct front_request *request, uint64_t *ret_id)
{
    pthread_mutex_lock(&waiting->mutex);
    int r = waiting->closed ? FRONT_WAITING_CLOSED : waiting->free_head == waiting->max ? FRONT_WAITING_FULL : 0;
    if (r == 0) {
        size_t index = waiting->free_head;
        struct place *place = &waiting->places[index];
        waiting->free_head = place->next_free;
        waiting->used++;
        place->id = ++waiting->serial << PLACE_BITS | index;
        place->request = request;
        *ret_id = place->id;
    }
    pthread_mutex_unlock(&waiting->mutex);
    return r;
}

void front_waiting_release(struct front_waiting *waiting, uint64_t id)
{
    pthread_mutex_lock(&waiting->mutex);
    struct place *place = find(waiting, id);
    if (place) {
        *place = (struct place){.next_free = waiting->free_head};
        waiting->free_head = (size_t) (place - waiting->places);
        waiting->used--;
    }
    pthread_mutex_unlock(&waiting->mutex);
}

int front_waiting_begin(struct front_waiting *waiting, uint64_t id, int64_t deadline_us)
{
    pthread_mutex_lock(&waiting->mutex);
    struct place *place = find(waiting, id);
    int r = waiting->closed || !place ? FRONT_WAITING_CLOSED : 0;
    if (r == 0) {
        place->waits = true;
        place->deadline_us = deadline_us;
    }
    pthread_mutex_unlock(&waiting->mutex);
    return r;
}

static struct front_request *end_wait(struct place *place)
{
    place->waits = false;
    return place->request;
}

struct front_request *front_waiting_take(struct front_waiting *waiting, uint64_t id)
{
    pthread_mutex_lock(&waiting->mutex);
    struct place *place = find(waiting, id);
    struct front_request *request = place && place->waits ? end_wait(place) : NULL;
    pthread_mutex_unlock(&waiting->mutex);
    return request;
}

struct front_request *front_waiting_take_expired(struct front_waiting *waiting, int64_t until_us)
{
    struct front_request *request = NULL;
    pthread_mutex_lock(&waiting->mutex);
    for (size_t i = 0; i < waiting->max && !request; i++)
        if (waiting->places[i].waits && waiting->places[i].deadline_us < until_us)
            request = end_wait(&waiting->places[i]);
    pthread_mutex_unlock(&waiting->mutex);
    return request;
}

void front_waiting_close(struct front_waiting *waiting)
{
    pthread_mutex_lock(&waiting->mutex);
    waiting->closed = true;
    pthread_mutex_unlock(&waiting->mutex);
}

size_t front_waiting_count(struct front_waiting *waiting)
{
    pthread_mutex_lock(&waiting->mutex);
    size_t used = waiting->used;
    pthread_mutex_unlock(&waiting->mutex);
    return used;
}
