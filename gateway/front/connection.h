/* One connection of an officer or of a local probe: who it is, and until when its present phase may last.
 *
 * libmicrohttpd's own timeout counts inactivity only: a header that drips byte by byte would live for ever. Here every
 * phase has an absolute deadline, and a watchdog cuts what overstays. */
#ifndef GATEWAY_FRONT_CONNECTION_H
#define GATEWAY_FRONT_CONNECTION_H

#include "base/buffer.h"
#include "gateway/front/address.h"
#include "gateway/front/front.h"
#include "gateway/front/trust.h"
#include "gateway/link/front_message.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>

enum front_phase {
    FRONT_PHASE_HANDSHAKE,
    FRONT_PHASE_IDLE, /* before a request's first line */
    FRONT_PHASE_HEADER,
    FRONT_PHASE_BODY,
    FRONT_PHASE_UPLOAD, /* a body over the limit of other requests */
    FRONT_PHASE_REPLY, /* waits for the gateway: that deadline is kept with the request */
    FRONT_PHASE_SEND,
};

struct front_connection {
    struct front *front;
    enum link_listener listener;
    uint64_t id;
    int fd;
    char peer_address[FRONT_ADDRESS_TEXT_MAX];
    bool is_counted;                 /* in front->peers */
    enum certs_verdict verdict;      /* on its certificate in the handshake; zero is none */
    bool holds_next;                 /* the next TLS record is the header of a reply whose body follows at once */
    struct base_buffer held;         /* that record, so that header and body leave in one piece */
    struct front_validity validity;  /* of the certificate, as far as it was looked up last */
    gnutls_session_t session;        /* NULL on the local listener; owned by libmicrohttpd */
    struct front_snapshot *snapshot; /* holds the session's credentials */
    int64_t opened_us;
    _Atomic int64_t deadline_us; /* monotonic */
    atomic_bool is_idle;         /* nothing is lost when it is cut now */
    struct front_connection *prev, *next;
};

/* All open connections, and the thread that watches them. */
struct front_connections;

/* -ENOMEM. */
int front_connections_new(struct front *front, struct front_connections **ret_connections) BASE_MUST_USE;
/* Starts the watchdog: deadlines of connections and of waiting requests, delivery reports, refusals. */
int front_connections_watch(struct front_connections *connections) BASE_MUST_USE;
/* Ends the watchdog. */
void front_connections_unwatch(struct front_connections *connections);
/* Accepts NULL. No connection may be open. */
void front_connections_free(struct front_connections *connections);
size_t front_connections_count(struct front_connections *connections);

/* Before the first byte is read: takes the connection in and prepares its TLS session. NULL when it is not wanted; its
 * socket is shut down then. */
struct front_connection *front_connection_new(struct front *front, enum link_listener listener,
                                              struct MHD_Connection *mhd) BASE_MUST_USE;
/* When libmicrohttpd is done with it, before the socket is closed: from here on the watchdog does not touch the
 * descriptor, which may soon be another connection's. Accepts NULL. */
void front_connection_free(struct front_connection *connection);

/* GnuTLS's verify function: chain, validity, CRL and profile of the client certificate; sends the alert itself. */
gnutls_certificate_verify_function front_connection_verify;

/* DER of the peer's certificate; empty without one. Borrowed while the connection is open. */
struct base_bytes front_connection_certificate(const struct front_connection *connection);

/* The certificate, valid in the handshake, as it stands now. Always VALID on the local listener, which asks for none. */
enum certs_verdict front_connection_check(struct front_connection *connection);

/* What libmicrohttpd writes next is the header of a reply with a body: it is kept back until the body is written, so
 * that both leave in one piece. */
void front_connection_hold(struct front_connection *connection);

/* The phase that begins now, with its deadline. */
void front_connection_enter(struct front_connection *connection, enum front_phase phase);

/* True when the connection should end with the next reply: it is old, or the front is stopping. */
bool front_connection_is_ending(const struct front_connection *connection);

#endif
