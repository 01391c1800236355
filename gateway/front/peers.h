/* How many connections are open from each address; likewise uploads from each address, or of each certificate. */
#ifndef GATEWAY_FRONT_PEERS_H
#define GATEWAY_FRONT_PEERS_H

#include "gateway/front/address.h"

struct front_peers;

/* Named condition. */
enum { FRONT_PEERS_FULL = 1 };

/* At most per_address_max each, and connections_max in all. -ENOMEM. */
int front_peers_new(size_t connections_max, size_t per_address_max, struct front_peers **ret_peers) BASE_MUST_USE;
/* Accepts NULL. */
void front_peers_free(struct front_peers *peers);

/* Counts one more from the address (numeric text, or another short name), or FRONT_PEERS_FULL. Any thread. */
int front_peers_take(struct front_peers *peers, const char *address) BASE_MUST_USE;
/* Undoes one front_peers_take() that gave 0. Any thread. */
void front_peers_release(struct front_peers *peers, const char *address);

#endif
