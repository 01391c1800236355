#include "gateway/core/rate.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/idnum.h"

struct person {
    char iin[BASE_IDNUM_TEXT_MAX];
    unsigned count; /* 0: the place is free */
    int64_t since_us;
    struct person *next;  /* in the same chain, or among the free */
    struct person *first; /* of the chain of this place's number, which is that of its people's hash */
};

struct core_rate {
    pthread_mutex_t mutex;
    unsigned max;
    int64_t window_us;
    size_t people;
    struct person *free;
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
    for (size_t i = people; i-- > 0;) {
        rate->person[i].next = rate->free;
        rate->free = &rate->person[i];
    }
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

static struct person **chain_of(struct core_rate *rate, const char *iin)
{
    return &rate->person[base_bytes_hash(base_bytes_text(iin)) % rate->people].first;
}

/* Those whose window is over leave the chain. */
static void chain_clean(struct core_rate *rate, struct person **chain, int64_t now_us)
{
    for (struct person **link = chain; *link;) {
        struct person *person = *link;
        if (!is_over(rate, person, now_us)) {
            link = &person->next;
            continue;
        }
        *link = person->next;
        person->count = 0;
        person->next = rate->free;
        rate->free = person;
    }
}

/* NULL when nothing is counted of the person. */
static struct person *person_find(struct core_rate *rate, const char *iin, int64_t now_us)
{
    struct person **chain = chain_of(rate, iin);
    chain_clean(rate, chain, now_us);
    struct person *person = *chain;
    while (person && strcmp(person->iin, iin) != 0)
        person = person->next;
    return person;
}

/* The person's place, else the first of the free, else NULL. Only when none is free all chains are looked through. */
static struct person *place_find(struct core_rate *rate, const char *iin, int64_t now_us)
{
    struct person *person = person_find(rate, iin, now_us);
    if (person)
        return person;
    for (size_t i = 0; !rate->free && i < rate->people; i++)
        chain_clean(rate, &rate->person[i].first, now_us);
    return rate->free;
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

/* With the mutex held; person is of place_find(). */
static void person_count(struct core_rate *rate, struct person *person, const char *iin, int64_t now_us)
{
    if (person->count++ > 0)
        return;
    struct person **chain = chain_of(rate, iin);
    rate->free = person->next;
    person->next = *chain;
    *chain = person;
    strncpy(person->iin, iin, sizeof(person->iin) - 1);
    person->since_us = now_us;
}

enum core_rate_verdict core_rate_take(struct core_rate *rate, const char *iin, int64_t now_us, int64_t *ret_wait_us)
{
    pthread_mutex_lock(&rate->mutex);
    struct person *person = place_find(rate, iin, now_us);
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
    struct person *person = place_find(rate, iin, now_us);
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
