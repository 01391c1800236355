/* Networks as text. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include "base/bytes.h"

/* True for "address/length", IPv4 or IPv6, with no bit set behind the length and no leading zero in it: "10.0.0.0/8",
 * "2001:db8::/32". What PostgreSQL's cidr takes, and nothing that it would complete. */
bool base_network_is_wellformed(struct base_bytes text);

#endif
