#include "schema/store/opens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONCLUDED (UINT64_C(1) << 63)

void store_opens_clear(struct store_opens *opens)
{
    free(opens->seqs);
    *opens = (struct store_opens){.seqs = NULL};
}

/* Moves what is open to the front. */
static void compact(struct store_opens *opens)
{
    size_t kept = 0;
    for (size_t i = opens->first; i < opens->end; i++)
        if (!(opens->seqs[i] & CONCLUDED))
            opens->seqs[kept++] = opens->seqs[i];
    opens->first = 0;
    opens->end = kept;
    opens->concluded = 0;
}

int store_opens_add(struct store_opens *opens, uint64_t seq)
{
    if (opens->end == opens->capacity) {
        size_t open = opens->end - opens->first - opens->concluded;
        if (open > opens->capacity / 2 || opens->capacity == 0) {
            size_t capacity = opens->capacity ? opens->capacity * 2 : 1024;
            uint64_t *seqs = reallocarray(opens->seqs, capacity, sizeof(seqs[0]));
            if (!seqs)
                return -ENOMEM;
            opens->seqs = seqs;
            opens->capacity = capacity;
        }
        compact(opens);
    }
    opens->seqs[opens->end++] = seq;
    return 0;
}

static int compare(const void *key, const void *element)
{
    uint64_t a = *(const uint64_t *) key, b = *(const uint64_t *) element & ~CONCLUDED;
    return a < b ? -1 : a > b;
}

void store_opens_conclude(struct store_opens *opens, uint64_t seq)
{
    if (opens->first == opens->end)
        return;
    uint64_t *found =
        bsearch(&seq, opens->seqs + opens->first, opens->end - opens->first, sizeof(opens->seqs[0]), compare);
    if (!found || *found & CONCLUDED)
        return;
    *found |= CONCLUDED;
    opens->concluded++;
    while (opens->first < opens->end && opens->seqs[opens->first] & CONCLUDED) {
        opens->first++;
        opens->concluded--;
    }
}

uint64_t store_opens_least(const struct store_opens *opens, uint64_t other)
{
    return opens->first < opens->end ? opens->seqs[opens->first] : other;
}
