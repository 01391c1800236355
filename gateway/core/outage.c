#include "gateway/core/outage.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { SERVICES = 76 };

/* 0: no such moment. */
struct registry {
    int64_t failing_since_us;
    struct core_outage over; /* service 0: none to be recorded */
};

struct core_outages {
    pthread_mutex_t mutex;
    struct registry registries[SERVICES + 1]; /* by service; the first is unused */
};

bool core_outage_find(int64_t newest_us, int64_t start_us, struct core_outage *ret_outage)
{
    if (start_us - newest_us <= core_outage_min_us)
        return false;
    *ret_outage = (struct core_outage){.since_us = newest_us, .until_us = start_us};
    return true;
}

int core_outages_new(struct core_outages **ret_outages)
{
    struct core_outages *outages = calloc(1, sizeof(*outages));
    if (!outages)
        return -ENOMEM;
    pthread_mutex_init(&outages->mutex, NULL);
    *ret_outages = outages;
    return 0;
}

void core_outages_free(struct core_outages *outages)
{
    if (!outages)
        return;
    pthread_mutex_destroy(&outages->mutex);
    free(outages);
}

/* Two stops of one registry before the first is recorded are told as one: what lay between is in the log. */
static void answered(struct registry *registry, unsigned service, int64_t at_us)
{
    int64_t since_us = registry->failing_since_us;
    registry->failing_since_us = 0;
    if (since_us == 0 || at_us - since_us <= core_outage_min_us)
        return;
    if (registry->over.service != 0)
        registry->over.until_us = at_us;
    else
        registry->over = (struct core_outage){.service = service, .since_us = since_us, .until_us = at_us};
}

void core_outages_note(struct core_outages *outages, unsigned service, enum core_outage_sign sign, int64_t at_us)
{
    if (service < 1 || service > SERVICES)
        return;
    struct registry *registry = &outages->registries[service];
    pthread_mutex_lock(&outages->mutex);
    switch (sign) {
    case CORE_OUTAGE_FAILED:
        if (registry->failing_since_us == 0)
            registry->failing_since_us = at_us;
        break;
    case CORE_OUTAGE_ANSWERED:
        answered(registry, service, at_us);
        break;
    }
    pthread_mutex_unlock(&outages->mutex);
}

bool core_outages_find(struct core_outages *outages, struct core_outage *ret_outage)
{
    bool found = false;
    pthread_mutex_lock(&outages->mutex);
    for (unsigned service = 1; service <= SERVICES && !found; service++)
        if (outages->registries[service].over.service != 0) {
            *ret_outage = outages->registries[service].over;
            found = true;
        }
    pthread_mutex_unlock(&outages->mutex);
    return found;
}

void core_outages_end(struct core_outages *outages, const struct core_outage *outage)
{
    if (outage->service < 1 || outage->service > SERVICES)
        return;
    pthread_mutex_lock(&outages->mutex);
    struct registry *registry = &outages->registries[outage->service];
    /* One that grew meanwhile is told by what was added to it. */
    if (registry->over.until_us > outage->until_us)
        registry->over.since_us = outage->until_us;
    else
        registry->over = (struct core_outage){0};
    pthread_mutex_unlock(&outages->mutex);
}
