/* How much a person may ask for in a minute or an hour (refusals, explanations, queries, acts, ...), so that nobody fills
 * the log. Any thread. */
#ifndef GATEWAY_CORE_RATE_H
#define GATEWAY_CORE_RATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

struct core_rate;

/* At most max of them per person within window_us, for at most people (one or more) at once. When there are more, nothing
 * more is counted of the unknown, so that it is exceeded for them, until the oldest window ends. -ENOMEM. */
int core_rate_new(unsigned max, int64_t window_us, size_t people, struct core_rate **ret_rate) BASE_MUST_USE;
/* Accepts NULL. */
void core_rate_free(struct core_rate *rate);

enum core_rate_verdict {
    CORE_RATE_EXCEEDED = 0, /* to be answered with too-many */
    CORE_RATE_WITHIN,
};

/* Counts one more of this person (IIN), if there may be one: one step, so that however many ask at once, no more than max
 * are within. ret_wait_us: until the window ends (0 when within). */
enum core_rate_verdict core_rate_take(struct core_rate *rate, const char *iin, int64_t now_us,
                                      int64_t *ret_wait_us) BASE_MUST_USE;

/* Counts one more whatever the maximum, and says how many there are in this person's window; 0: there is no place for them. */
unsigned core_rate_count(struct core_rate *rate, const char *iin, int64_t now_us);

/* Looks without counting: what is within may be exceeded by the time it is to be counted. The unknown are within also when
 * there is no room for them: others' refusals must not stop a query that will be permitted. */
enum core_rate_verdict core_rate_check(struct core_rate *rate, const char *iin, int64_t now_us,
                                       int64_t *ret_wait_us) BASE_MUST_USE;

#endif
