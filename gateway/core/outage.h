/* Stops that clause 41 wants told: of the gateway, and of each registry from its first failed question to its next answer,
 * when they last longer than an hour. Times are handed in. Any thread. */
#ifndef GATEWAY_CORE_OUTAGE_H
#define GATEWAY_CORE_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"

struct core_outages;

struct core_outage {
    unsigned service; /* 1 to 76; 0: of the gateway itself */
    int64_t since_us, until_us;
};

static const int64_t core_outage_min_us = INT64_C(3600) * 1000000;

/* Whether the gateway stood still from the newest entry of its log (it writes heartbeats) to its start. */
bool core_outage_find(int64_t newest_us, int64_t start_us, struct core_outage *ret_outage);

/* -ENOMEM. */
int core_outages_new(struct core_outages **ret_outages) BASE_MUST_USE;
/* Accepts NULL. */
void core_outages_free(struct core_outages *outages);

enum core_outage_sign {
    CORE_OUTAGE_FAILED = 0, /* a question without an answer */
    CORE_OUTAGE_ANSWERED,
};

/* What became of a question put to a service's registry. A number of no service is left alone. */
void core_outages_note(struct core_outages *outages, unsigned service, enum core_outage_sign sign, int64_t at_us);

/* The next stop that is over and to be recorded; it is found again until core_outages_end() of it. */
bool core_outages_find(struct core_outages *outages, struct core_outage *ret_outage);
void core_outages_end(struct core_outages *outages, const struct core_outage *outage);

#endif
