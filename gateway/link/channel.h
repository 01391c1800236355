/* Streams of frames over a unix socket between our own processes. Both ends own a reader thread; sending is for any
 * thread. The other end is known by its user (SO_PEERCRED). */
#ifndef GATEWAY_LINK_CHANNEL_H
#define GATEWAY_LINK_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"

/* One connection. Reference-counted, so that a late answer finds a closed channel instead of freed memory. */
struct link_channel;

/* Named conditions of a send. */
enum {
    LINK_CHANNEL_LOST = 1,   /* lost while the frame was being written: it may have arrived, whole, in part or not */
    LINK_CHANNEL_CLOSED = 2, /* there was no connection: surely nothing of the frame was sent */
};

/* Called from the channel's reader thread, never two at once for one channel. */
struct link_handler {
    void (*frame)(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body);
    void (*opened)(void *context, struct link_channel *channel); /* may be NULL */
    void (*lost)(void *context, struct link_channel *channel);   /* may be NULL; the channel sends nothing any more */
    void *context;
};

struct link_channel *link_channel_ref(struct link_channel *channel);
/* Accepts NULL; returns NULL. */
struct link_channel *link_channel_unref(struct link_channel *channel);

/* 0, LINK_CHANNEL_LOST or LINK_CHANNEL_CLOSED, of this frame alone. Waits while the other end does not read, at most
 * five seconds; then the channel is lost. After 0 the frame is on its way, in the order of the calls: it may leave
 * together with others, and may still be lost with the channel, which the handler is told afterwards. */
int link_channel_send(struct link_channel *channel, uint16_t type, struct base_bytes body) BASE_MUST_USE;

/* Whether it is known to be lost: then nothing that is sent arrives. */
bool link_channel_is_lost(struct link_channel *channel);

struct link_server;

/* Listens at path (at most 107 bytes, mode given, an old socket is replaced) for processes of the named users.
 * frame_max bounds a received body. -EMSGSIZE for a long path, else errno. */
int link_server_new(const char *path, mode_t mode, const uid_t *users, size_t user_count, size_t frame_max,
                    const struct link_handler *handler, struct link_server **ret_server) BASE_MUST_USE;
/* Closes all channels and waits for their threads. Accepts NULL. */
void link_server_free(struct link_server *server);

struct link_client;

/* Connects to path as soon as somebody of the named user listens there, and again whenever the channel is lost, with a
 * pause that grows from 10 ms to 1 s. Does not wait for the first connection. */
int link_client_new(const char *path, uid_t user, size_t frame_max, const struct link_handler *handler,
                    struct link_client **ret_client) BASE_MUST_USE;
void link_client_free(struct link_client *client);

/* As link_channel_send(); LINK_CHANNEL_CLOSED also while there is no connection. */
int link_client_send(struct link_client *client, uint16_t type, struct base_bytes body) BASE_MUST_USE;

#endif
