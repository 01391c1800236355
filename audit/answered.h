/* The requests of a log that were answered, for the records that speak of an answer: a set of leaf hashes that only
 * grows. It keeps the first 16 bytes of each, 22 to 43 bytes of memory per answer; whoever could make two requests
 * agree in them has spent 2^64 hashes and gained a second delivery of one answer. One thread. */
#ifndef AUDIT_ANSWERED_H
#define AUDIT_ANSWERED_H

#include "audit/store.h"

enum { AUDIT_ANSWERED_KEY_BYTES = 16 };

struct audit_answered {
    uint8_t (*keys)[AUDIT_ANSWERED_KEY_BYTES]; /* all zero: free */
    size_t capacity;                           /* a power of two, or 0 */
    size_t count;
};

/* -ENOMEM. One that is there already is no error. */
int audit_answered_append(struct audit_answered *answered, const struct audit_hash *request) BASE_MUST_USE;
bool audit_answered_find(const struct audit_answered *answered, const struct audit_hash *request);
/* Accepts a zeroed struct, and leaves one. */
void audit_answered_clear(struct audit_answered *answered);

#endif
