/* The front as a whole: its listeners, its way to the gateway, and how they start and end. */
#ifndef GATEWAY_FRONT_SERVER_H
#define GATEWAY_FRONT_SERVER_H

#include "gateway/front/front.h"

struct front_server;

/* Reads trust and TLS files and opens both listening sockets; starts no thread. settings is borrowed for good.
 * Negative errno; then ret_error (freed by the caller) says what. */
int front_server_new(const struct front_settings *settings, struct front_server **ret_server,
                     char **ret_error) BASE_MUST_USE;

/* The ports that the listeners got. */
uint16_t front_server_port(const struct front_server *server);
uint16_t front_server_local_port(const struct front_server *server);

/* Starts all threads: call inside the sandbox. Negative errno. */
int front_server_start(struct front_server *server) BASE_MUST_USE;

/* Reads trust and TLS files again when they changed, when the gateway asked for it, or when is_forced. Logs what came
 * of it. One thread. */
void front_server_refresh(struct front_server *server, bool is_forced);

/* Takes no more connections, lets what is under way finish for the time the settings allow, answers the rest with 503,
 * and ends every thread. */
void front_server_stop(struct front_server *server);

/* Accepts NULL and a server that was never started. */
void front_server_free(struct front_server *server);

#endif
