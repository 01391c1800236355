#include "gateway/front/server.h"

#include "base/log.h"
#include "gateway/front/address.h"
#include "gateway/front/connection.h"
#include "gateway/front/delivery.h"
#include "gateway/front/peers.h"
#include "gateway/front/refusals.h"
#include "gateway/front/request.h"
#include "gateway/front/trust.h"
#include "gateway/front/waiting.h"
#include "gateway/link/channel.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LOCAL_CONNECTIONS_MAX = 64,
    CONNECTION_MEMORY_BYTES = 8 * 1024, /* bounds a request's header */
    THREAD_STACK_BYTES = 512 * 1024,
    DRAIN_STEP_NS = 20 * 1000 * 1000,
};

/* AEAD with ephemeral ECDH only, TLS 1.2 and 1.3; no tickets: a resumed session never runs the verify function. The
 * signatures are those of the server's ECDSA key and of officers' RSA or ECDSA keys. */
static const char priorities[] =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+COMP-NULL:+SIGN-ECDSA-SECP256R1-SHA256:"
    "+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-RSA-PSS-RSAE-SHA256:"
    "+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512:"
    "+CTYPE-X509:%SERVER_PRECEDENCE:%NO_TICKETS:%SAFE_RENEGOTIATION";

/* One of the two listening sockets. */
struct listener {
    struct front *front;
    enum link_listener kind;
    int fd;
    uint16_t port;
    struct MHD_Daemon *daemon;
};

struct front_server {
    struct front front;
    struct listener officers, local;
};

/* ---- libmicrohttpd's callbacks ---- */

static void on_connection(void *context, struct MHD_Connection *mhd, void **connection,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *connection = front_connection_new(listener->front, listener->kind, mhd);
        return;
    }
    front_connection_free(*connection);
    *connection = NULL;
}

static void *on_first_line(void *context, const char *path, struct MHD_Connection *mhd)
{
    (void) context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info && info->socket_context ? front_request_new(info->socket_context, path) : NULL;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_len, void **request)
{
    (void) context;
    (void) url;
    (void) version;
    return *request ? front_request_handle(*request, mhd, method, data, data_len) : MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode code)
{
    (void) context;
    (void) mhd;
    front_request_free(*request, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *request = NULL;
}

/* libmicrohttpd's own credentials: a session that did not get ours when it opened cannot complete a handshake. */
static int give_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
                               const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                               gnutls_pcert_st **certificates, unsigned *certificate_count, gnutls_privkey_t *key)
{
    (void) session;
    (void) authorities;
    (void) authority_count;
    (void) algorithms;
    (void) algorithm_count;
    (void) certificates;
    (void) certificate_count;
    (void) key;
    return -1;
}

/* An invariant of libmicrohttpd is broken: going on would be guessing. */
static void on_panic(void *context, const char *file, unsigned line, const char *reason)
{
    (void) context;
    base_log(BASE_LOG_ERROR, "event=panic where=%s:%u reason=\"%s\"", file, line, reason ? reason : "");
    abort();
}

/* ---- the gateway ---- */

static void take_reply(struct front *front, struct base_bytes body)
{
    struct link_reply reply;
    if (link_reply_parse(body, &reply) != 0) {
        base_log(BASE_LOG_ERROR, "event=reply-malformed bytes=%zu", body.len);
        return;
    }
    struct front_request *request = front_waiting_take(front->waiting, reply.id);
    if (request) {
        front_counters_add(&front->counters, FRONT_COUNT_REPLIES);
        front_request_answer(request, &reply);
        return;
    }
    front_counters_add(&front->counters, FRONT_COUNT_REPLIES_LATE);
    if (reply.wants_delivery)
        front_delivery_report(front, reply.id, false);
}

static void on_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    struct front *front = context;
    (void) channel;
    if (type == LINK_FRONT_REPLY)
        take_reply(front, body);
    else if (type == LINK_FRONT_TRUST)
        atomic_store(&front->reload_wanted, true);
    else
        base_log(BASE_LOG_ERROR, "event=frame-unknown type=%u", type);
}

static void on_gateway(void *context, struct link_channel *channel)
{
    struct front *front = context;
    (void) channel;
    atomic_store(&front->gateway_up, true);
    base_log(BASE_LOG_INFO, "event=gateway-connected");
}

static void on_gateway_lost(void *context, struct link_channel *channel)
{
    struct front *front = context;
    (void) channel;
    atomic_store(&front->gateway_up, false);
    front_counters_add(&front->counters, FRONT_COUNT_GATEWAY_LOST);
    unsigned count = 0;
    struct front_request *request;
    while ((request = front_waiting_take_expired(front->waiting, INT64_MAX))) {
        front_request_fail(request, FRONT_PROBLEM_OUTCOME_UNKNOWN);
        count++;
    }
    base_log(BASE_LOG_WARNING, "event=gateway-lost requests=%u", count);
}

/* ---- start ---- */

static int open_listener(struct listener *listener, const char *address_text, int64_t port, char **ret_error)
{
    struct front_address address;
    int r = front_address_parse(address_text, (uint16_t) port, &address);
    if (r == 0)
        r = front_address_listen(&address, &listener->fd, &listener->port);
    if (r < 0 && asprintf(ret_error, "%s port %d: %s", address_text, (int) port, strerror(-r)) < 0)
        *ret_error = NULL;
    return r;
}

static int make_parts(struct front *front, char **ret_error)
{
    const struct front_settings *s = front->settings;
    int r = front_trust_new(s, front_connection_verify, &front->trust, ret_error);
    if (r == 0)
        r = front_peers_new((size_t) s->connections_max, (size_t) s->connections_per_address_max, &front->peers);
    if (r == 0)
        r = front_peers_new((size_t) s->uploads_max, (size_t) s->uploads_per_peer_max, &front->uploads);
    if (r == 0)
        r = front_peers_new((size_t) s->uploads_max, (size_t) s->uploads_per_peer_max, &front->uploaders);
    if (r == 0)
        r = front_waiting_new((size_t) s->in_flight_max, &front->waiting);
    if (r == 0)
        r = front_refusals_new((size_t) s->refusal_certificates_max, s->refusal_window_us, &front->refusals);
    if (r == 0)
        r = front_deliveries_new(front, (size_t) s->in_flight_max, &front->deliveries);
    return r == 0 ? front_connections_new(front, &front->connections) : r;
}

int front_server_new(const struct front_settings *settings, struct front_server **ret_server, char **ret_error)
{
    struct front_server *server = calloc(1, sizeof(*server));
    if (!server)
        return -ENOMEM;
    struct front *front = &server->front;
    front->settings = settings;
    front->clock = base_clock_system();
    server->officers = (struct listener){.front = front, .kind = LINK_LISTENER_OFFICERS, .fd = -1};
    server->local = (struct listener){.front = front, .kind = LINK_LISTENER_LOCAL, .fd = -1};
    int r = make_parts(front, ret_error);
    if (r == 0)
        r = open_listener(&server->officers, settings->listen_address, settings->listen_port, ret_error);
    if (r == 0)
        r = open_listener(&server->local, settings->local_address, settings->local_port, ret_error);
    if (r < 0) {
        front_server_free(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

uint16_t front_server_port(const struct front_server *server)
{
    return server->officers.port;
}

uint16_t front_server_local_port(const struct front_server *server)
{
    return server->local.port;
}

/* poll(), never epoll: with TLS, libmicrohttpd 0.9.75 spins in epoll mode on a client that stops amid its first
 * message. Each session gets its credentials when it opens. */
static int start_daemon(struct listener *listener, unsigned threads, unsigned connections_max)
{
    bool is_tls = listener->kind == LINK_LISTENER_OFFICERS;
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | (is_tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem options[12];
    size_t n = 0;
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, listener->fd, NULL};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, (intptr_t) connections_max, NULL};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK_BYTES, NULL};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL};
    if (threads > 1)
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t) threads, NULL};
    options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    if (is_tls)
        listener->daemon = MHD_start_daemon(
            flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_HTTPS_PRIORITIES, priorities,
            MHD_OPTION_HTTPS_CERT_CALLBACK, give_no_certificate, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
            MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_URI_LOG_CALLBACK, on_first_line, listener,
            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    else
        listener->daemon =
            MHD_start_daemon(flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
                             listener, MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_URI_LOG_CALLBACK,
                             on_first_line, listener, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return listener->daemon ? 0 : -EIO;
}

int front_server_start(struct front_server *server)
{
    struct front *front = &server->front;
    const struct front_settings *s = front->settings;
    MHD_set_panic_func(on_panic, NULL);
    const struct link_handler handler = {
        .frame = on_frame, .opened = on_gateway, .lost = on_gateway_lost, .context = front};
    int r = link_client_new(s->gateway_socket, s->gateway_uid, LINK_REPLY_FRAME_MAX, &handler, &front->link);
    if (r == 0)
        r = front_connections_watch(front->connections);
    if (r == 0)
        r = start_daemon(&server->local, 1, LOCAL_CONNECTIONS_MAX);
    if (r == 0)
        r = start_daemon(&server->officers, (unsigned) s->threads, (unsigned) s->connections_max);
    return r;
}

void front_server_refresh(struct front_server *server, bool is_forced)
{
    struct front *front = &server->front;
    bool is_wanted = atomic_exchange(&front->reload_wanted, false);
    if (!is_forced && !is_wanted && !front_trust_is_outdated(front->trust))
        return;
    char *error = NULL;
    int r = front_trust_reload(front->trust, &error);
    front_counters_add(&front->counters, r == 0 ? FRONT_COUNT_RELOADS : FRONT_COUNT_RELOADS_FAILED);
    if (r == 0)
        base_log(BASE_LOG_INFO, "event=trust-reloaded crl_next_update=%lld",
                 (long long) (front_trust_next_update_us(front->trust) / 1000000));
    else
        base_log(BASE_LOG_ERROR, "event=trust-reload-failed error=%d detail=\"%s\"", -r, error ? error : "");
    free(error);
}

/* ---- end ---- */

static void stop_accepting(struct listener *listener)
{
    if (!listener->daemon || MHD_quiesce_daemon(listener->daemon) == MHD_INVALID_SOCKET)
        return;
    close(listener->fd);
    listener->fd = -1;
}

static void wait_for_end(struct front *front)
{
    int64_t deadline_us = base_clock_monotonic_us() + front->settings->drain_us;
    while (front_connections_count(front->connections) > 0 && base_clock_monotonic_us() < deadline_us) {
        const struct timespec step = {.tv_nsec = DRAIN_STEP_NS};
        (void) nanosleep(&step, NULL);
    }
}

void front_server_stop(struct front_server *server)
{
    struct front *front = &server->front;
    stop_accepting(&server->officers);
    atomic_store(&front->draining, true);
    wait_for_end(front);
    /* libmicrohttpd panics when it is stopped with a suspended connection: nothing is suspended any more after this. */
    front_waiting_close(front->waiting);
    struct front_request *request;
    while ((request = front_waiting_take_expired(front->waiting, INT64_MAX)))
        front_request_fail(request, FRONT_PROBLEM_OUTCOME_UNKNOWN);
    if (server->officers.daemon)
        MHD_stop_daemon(server->officers.daemon);
    stop_accepting(&server->local);
    if (server->local.daemon)
        MHD_stop_daemon(server->local.daemon);
    server->officers.daemon = server->local.daemon = NULL;
    front_connections_unwatch(front->connections);
}

void front_server_free(struct front_server *server)
{
    if (!server)
        return;
    struct front *front = &server->front;
    front_deliveries_free(front->deliveries);
    link_client_free(front->link);
    front_connections_free(front->connections);
    front_refusals_free(front->refusals);
    front_waiting_free(front->waiting);
    front_peers_free(front->uploaders);
    front_peers_free(front->uploads);
    front_peers_free(front->peers);
    front_trust_free(front->trust);
    if (server->officers.fd >= 0)
        close(server->officers.fd);
    if (server->local.fd >= 0)
        close(server->local.fd);
    free(server);
}
