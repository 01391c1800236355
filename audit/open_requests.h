/* The requests of a log that have no conclusion yet, by leaf hash: a hash table whose size follows what is open, not
 * the size of the log. One thread. */
#ifndef AUDIT_OPEN_REQUESTS_H
#define AUDIT_OPEN_REQUESTS_H

#include "audit/store.h"

struct audit_open_request {
    bool is_used;
    struct audit_hash leaf_hash;
    uint64_t index;
};

struct audit_open_requests {
    struct audit_open_request *places;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

enum { AUDIT_OPEN_REQUEST_TWICE = 1, AUDIT_OPEN_REQUEST_NONE = 2 };

/* -ENOMEM, AUDIT_OPEN_REQUEST_TWICE. */
int audit_open_requests_append(struct audit_open_requests *requests, const struct audit_hash *leaf_hash,
                               uint64_t index) BASE_MUST_USE;
bool audit_open_requests_find(const struct audit_open_requests *requests, const struct audit_hash *leaf_hash);
/* Removes it; AUDIT_OPEN_REQUEST_NONE. */
int audit_open_requests_take(struct audit_open_requests *requests, const struct audit_hash *leaf_hash) BASE_MUST_USE;
void audit_open_requests_clear(struct audit_open_requests *requests);

#endif
