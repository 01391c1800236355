/* A bounded queue of pointers between threads. A full queue refuses, it never blocks the one who puts. Any thread. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stddef.h>

#include "base/result.h"

struct base_queue;

/* Named conditions. */
enum { BASE_QUEUE_FULL = 1, BASE_QUEUE_CLOSED = 2, BASE_QUEUE_TIMEOUT = 3 };

/* -ENOMEM; room for max items, 1 or more. */
int base_queue_new(size_t max, struct base_queue **ret_queue) BASE_MUST_USE;
/* The items still inside are not freed. Accepts NULL. No thread may use the queue any more. */
void base_queue_free(struct base_queue *queue);

/* 0, BASE_QUEUE_FULL or BASE_QUEUE_CLOSED; on the latter two the item stays the caller's. */
int base_queue_put(struct base_queue *queue, void *take_item) BASE_MUST_USE;

/* Waits at most timeout_us (forever when negative) for the first item. 0, BASE_QUEUE_TIMEOUT, or BASE_QUEUE_CLOSED once
 * the queue is closed and empty. */
int base_queue_take(struct base_queue *queue, long timeout_us, void **ret_item) BASE_MUST_USE;

/* As base_queue_take(), but takes all that is there up to max items. */
int base_queue_take_many(struct base_queue *queue, long timeout_us, void **ret_items, size_t max,
                         size_t *ret_count) BASE_MUST_USE;

/* Refuses further puts and wakes the takers, who still get what is inside. */
void base_queue_close(struct base_queue *queue);

/* How many wait at this moment. Any thread. */
size_t base_queue_length(struct base_queue *queue);

#endif
