/* Which records of the log still wait for their conclusion, kept by the writer so that each head can name an index
 * before which none does: that bounds what a start must look through. Inner part of the store: not for other rooms. */
#ifndef SCHEMA_STORE_OPENS_H
#define SCHEMA_STORE_OPENS_H

#include "base/result.h"

#include <stddef.h>
#include <stdint.h>

struct store_opens {
    uint64_t *seqs; /* ascending from first; the top bit marks one that was concluded */
    size_t first, end, capacity;
    size_t concluded; /* between first and end */
};

void store_opens_clear(struct store_opens *opens);
/* Adds an index greater than all before. -ENOMEM. */
int store_opens_add(struct store_opens *opens, uint64_t seq) BASE_MUST_USE;
/* Forgets one; nothing when it is not there. */
void store_opens_conclude(struct store_opens *opens, uint64_t seq);
/* The least index that is open, or other when none is. */
uint64_t store_opens_least(const struct store_opens *opens, uint64_t other);

#endif
