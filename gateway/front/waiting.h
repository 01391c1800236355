/* The requests under way: admission by a fixed number of places, and the way back from a reply's id to its request.
 *
 * A place is reserved when a request's header was read and released when the request ends. Between begin and take its
 * connection is suspended; exactly one caller gets it back from a take and must resume it. */
#ifndef GATEWAY_FRONT_WAITING_H
#define GATEWAY_FRONT_WAITING_H

#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct front_waiting;
struct front_request;

/* Named conditions. */
enum { FRONT_WAITING_FULL = 1, FRONT_WAITING_CLOSED = 2 };

/* -ENOMEM. max places, 1 to 65,536. Any thread may use all that follows. */
int front_waiting_new(size_t max, struct front_waiting **ret_waiting) BASE_MUST_USE;
/* Accepts NULL. */
void front_waiting_free(struct front_waiting *waiting);

/* A place under an id that is never used again; FRONT_WAITING_FULL or _CLOSED without one. */
int front_waiting_reserve(struct front_waiting *waiting, struct front_request *request, uint64_t *ret_id) BASE_MUST_USE;
/* Gives the place back. The request must not be waiting. */
void front_waiting_release(struct front_waiting *waiting, uint64_t id);

/* The request waits for its reply until deadline_us (monotonic). FRONT_WAITING_CLOSED: it does not. */
int front_waiting_begin(struct front_waiting *waiting, uint64_t id, int64_t deadline_us) BASE_MUST_USE;
/* Ends its wait; NULL when it does not wait (any more). */
struct front_request *front_waiting_take(struct front_waiting *waiting, uint64_t id);
/* Ends the wait of one request whose deadline is before until_us (INT64_MAX: of any); NULL when there is none. */
struct front_request *front_waiting_take_expired(struct front_waiting *waiting, int64_t until_us);

/* From now on nothing is reserved and nothing waits. */
void front_waiting_close(struct front_waiting *waiting);

size_t front_waiting_count(struct front_waiting *waiting);

#endif
