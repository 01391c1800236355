#include "gateway/core/rate.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/idnum.h"

struct person {
    char iin[BASE_IDNUM_TEXT_MAX];
    unsigned count;
    int64_t since_us;
};

struct core_rate {
    pthread_mutex_t mutex;
    unsigned max;
    int64_t window_us;
    size_t people;
    size_t used; /* places before this one may be taken, none after */
    struct person person[];
};

int core_rate_new(unsigned max, int64_t window_us, size_t people, struct core_rate **ret_rate)
{
    struct core_rate *rate = calloc(1, sizeof(*rate) + people * sizeof(rate->person[0]));
    if (!rate)
        return -ENOMEM;
    pthread_mutex_init(&rate->mutex, NULL);
    rate->max = max;
    rate->window_us = window_us;
    rate->people = people;
    *ret_rate = rate;
    return 0;
}

void core_rate_free(struct core_rate *rate)
{
    if (!rate)
        return;
    pthread_mutex_destroy(&rate->mutex);
    free(rate);
}

/* Requests that arrived one after the other may be counted the other way round: only a clock that went back by a whole
 * window ends it. */
static bool is_over(const struct core_rate *rate, const struct person *person, int64_t now_us)
{
    return now_us - person->since_us >= rate->window_us || person->since_us - now_us >= rate->window_us;
}

/* The person's place, else one that is free or whose window is over, else NULL. Refusals are rare: few places are used. */
static struct person *person_find(struct core_rate *rate, const char *iin, int64_t now_us)
{
    struct person *free_place = NULL;
    for (size_t i = 0; i < rate->used; i++) {
        struct person *person = &rate->person[i];
        if (is_over(rate, person, now_us))
            person->count = 0;
        if (person->count == 0)
            free_place = free_place ? free_place : person;
        else if (strcmp(person->iin, iin) == 0)
            return person;
    }
    while (rate->used > 0 && rate->person[rate->used - 1].count == 0)
        rate->used--;
    return free_place || rate->used == rate->people ? free_place : &rate->person[rate->used];
}

/* With the mutex held. */
static enum core_rate_verdict person_check(const struct core_rate *rate, const struct person *person, int64_t now_us,
                                           int64_t *ret_wait_us)
{
    if (person && person->count < rate->max) {
        *ret_wait_us = 0;
        return CORE_RATE_WITHIN;
    }
    *ret_wait_us = person ? person->since_us + rate->window_us - now_us : rate->window_us;
    return CORE_RATE_EXCEEDED;
}

/* With the mutex held. */
static void person_count(struct core_rate *rate, struct person *person, const char *iin, int64_t now_us)
{
    if (person->count++ > 0)
        return;
    strncpy(person->iin, iin, sizeof(person->iin) - 1);
    person->since_us = now_us;
    if (rate->used <= (size_t)(person - rate->person))
        rate->used = (size_t)(person - rate->person) + 1;
}

enum core_rate_verdict core_rate_take(struct core_rate *rate, const char *iin, int64_t now_us, int64_t *ret_wait_us)
{
    pthread_mutex_lock(&rate->mutex);
    struct person *person = person_find(rate, iin, now_us);
    enum core_rate_verdict verdict = person_check(rate, person, now_us, ret_wait_us);
    switch (verdict) {
    case CORE_RATE_WITHIN:
        person_count(rate, person, iin, now_us);
        break;
    case CORE_RATE_EXCEEDED:
        break;
    }
    pthread_mutex_unlock(&rate->mutex);
    return verdict;
}

unsigned core_rate_count(struct core_rate *rate, const char *iin, int64_t now_us)
{
    pthread_mutex_lock(&rate->mutex);
    struct person *person = person_find(rate, iin, now_us);
    if (person && person->count < UINT_MAX)
        person_count(rate, person, iin, now_us);
    unsigned count = person ? person->count : 0;
    pthread_mutex_unlock(&rate->mutex);
    return count;
}

enum core_rate_verdict core_rate_check(struct core_rate *rate, const char *iin, int64_t now_us, int64_t *ret_wait_us)
{
    pthread_mutex_lock(&rate->mutex);
    const struct person *person = person_find(rate, iin, now_us);
    enum core_rate_verdict verdict = CORE_RATE_WITHIN;
    *ret_wait_us = 0;
    if (person)
        verdict = person_check(rate, person, now_us, ret_wait_us);
    pthread_mutex_unlock(&rate->mutex);
    return verdict;
}
