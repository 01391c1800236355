/* How much waits for somebody in the register: for the operator's metrics. Any thread. */
#ifndef SCHEMA_STORE_GAUGE_H
#define SCHEMA_STORE_GAUGE_H

#include "schema/store/store.h"

struct store_gauges {
    int64_t applications; /* open */
    int64_t overdue;      /* of them, those past the day of clause 12 (R16) */
    int64_t violations;   /* open */
    int64_t incidents;    /* that no row of the journal completes (clause 45) */
};

/* As of at_us. Counts rows: for a timer, not for each request. */
int store_gauges_read(struct store_pool *pool, int64_t at_us, struct store_gauges *ret_gauges) BASE_MUST_USE;

#endif
