/* Parts of a signed message: what the gateway asks because of it without being asked by a query of its own (the services of an
 * inquiry, the registries of a search for links). A part goes the whole way of a query: it is decided, recorded under the
 * key (signer, id, part), asked, answered, signed and recorded; only that nobody is connected to whom it could be told. Its
 * reply is kept (hold.h) under its key, or handed to whoever waits for it. */
#ifndef GATEWAY_CORE_PART_H
#define GATEWAY_CORE_PART_H

#include "gateway/core/request.h"

/* Takes places for as many parts among the requests that may be alive, all or none. Any thread. */
bool core_part_room_take(struct core_gateway *gateway, size_t count) BASE_MUST_USE;
/* Gives back places for which no part was made. */
void core_part_room_drop(struct core_gateway *gateway, size_t count);

/* A part on a place that was taken: signer, connection, arrival, ground and message are those of origin, which stays alive as
 * long as it does and must not be changed any more. number: from 1, each once. -ENOMEM; then the place is still the caller's. */
int core_part_new(struct core_request *origin, unsigned number, struct core_request **ret_part) BASE_MUST_USE;

/* What it asks: take_params is a JSON object whose reference is taken, also on failure. */
void core_part_ask(struct core_request *part, unsigned service, json_t *take_params);

/* Hands the part to the workers, who decide and so on. */
void core_part_start(struct core_request *take_part);

#endif
