/* What became of replies whose sender wants to know.
 *
 * libmicrohttpd tells when the last byte was handed to the kernel. TCP then tells when the other machine has taken it:
 * nothing is left unacknowledged in the socket. That is what "delivered" means here. It does not tell that the program
 * there read it, less that a person did; a reply cut off just before the last acknowledgement counts as undelivered
 * although it may have arrived. */
#ifndef GATEWAY_FRONT_DELIVERY_H
#define GATEWAY_FRONT_DELIVERY_H

#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct front;
struct front_deliveries;

/* At most max at a time; one more is reported undelivered. -ENOMEM. */
int front_deliveries_new(struct front *front, size_t max, struct front_deliveries **ret_deliveries) BASE_MUST_USE;
/* Reports what is still open as undelivered. Accepts NULL. */
void front_deliveries_free(struct front_deliveries *deliveries);

/* The reply id went wholly into the socket fd, which stays the caller's: reports it once it is acknowledged. Any
 * thread. */
void front_deliveries_add(struct front_deliveries *deliveries, uint64_t id, int fd);
/* Looks after those added, at a monotonic time. One thread. */
void front_deliveries_check(struct front_deliveries *deliveries, int64_t now_us);

/* Tells the gateway. Any thread. */
void front_delivery_report(struct front *front, uint64_t id, bool delivered);

#endif
