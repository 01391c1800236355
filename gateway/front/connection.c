#include "gateway/front/connection.h"

#include "base/clock.h"
#include "base/wait.h"
#include "gateway/front/delivery.h"
#include "gateway/front/peers.h"
#include "gateway/front/refusals.h"
#include "gateway/front/request.h"
#include "gateway/front/trust.h"
#include "gateway/front/waiting.h"
#include "gateway/link/channel.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { TICK_MS = 100 };

struct front_connections {
    struct front *front;
    pthread_mutex_t mutex;
    pthread_cond_t stop_wanted;
    bool stopping, watching;
    pthread_t watchdog;
    struct front_connection *first;
    size_t count;
    _Atomic uint64_t last_id;
};

int front_connections_new(struct front *front, struct front_connections **ret_connections)
{
    struct front_connections *connections = calloc(1, sizeof(*connections));
    if (!connections)
        return -ENOMEM;
    connections->front = front;
    pthread_mutex_init(&connections->mutex, NULL);
    base_wait_init(&connections->stop_wanted);
    *ret_connections = connections;
    return 0;
}

void front_connections_free(struct front_connections *connections)
{
    if (!connections)
        return;
    pthread_cond_destroy(&connections->stop_wanted);
    pthread_mutex_destroy(&connections->mutex);
    free(connections);
}

size_t front_connections_count(struct front_connections *connections)
{
    pthread_mutex_lock(&connections->mutex);
    size_t count = connections->count;
    pthread_mutex_unlock(&connections->mutex);
    return count;
}

/* ---- the watchdog ---- */

/* With the mutex held, so that no descriptor is closed, and given to another, meanwhile. */
static void cut_overdue(struct front_connections *connections, int64_t now_us)
{
    struct front *front = connections->front;
    bool draining = atomic_load(&front->draining);
    for (struct front_connection *at = connections->first; at; at = at->next) {
        bool overdue = atomic_load(&at->deadline_us) <= now_us;
        if (!overdue && !(draining && atomic_load(&at->is_idle)))
            continue;
        if (overdue)
            front_counters_add(&front->counters, FRONT_COUNT_DEADLINES);
        atomic_store(&at->deadline_us, INT64_MAX);
        shutdown(at->fd, SHUT_RDWR);
    }
}

static int send_refusal(void *context, const struct link_refusal *refusal)
{
    struct front *front = context;
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&body, LINK_REQUEST_FRAME_MAX);
    int r = link_refusal_encode(refusal, &body);
    return r < 0 ? r : link_client_send(front->link, LINK_FRONT_REFUSAL, base_buffer_view(&body));
}

static void tick(struct front_connections *connections)
{
    struct front *front = connections->front;
    int64_t now_us = base_clock_monotonic_us();
    struct front_request *request;
    while ((request = front_waiting_take_expired(front->waiting, now_us)))
        front_request_fail(request, FRONT_PROBLEM_OUTCOME_UNKNOWN);
    front_deliveries_check(front->deliveries, now_us);
    front_refusals_send(front->refusals, now_us, send_refusal, front);
}

static void *run_watchdog(void *argument)
{
    struct front_connections *connections = argument;
    pthread_mutex_lock(&connections->mutex);
    while (!connections->stopping) {
        int64_t next_us = base_clock_monotonic_us() + INT64_C(1000) * TICK_MS;
        (void) base_wait_until(&connections->stop_wanted, &connections->mutex, next_us);
        cut_overdue(connections, base_clock_monotonic_us());
        pthread_mutex_unlock(&connections->mutex);
        tick(connections);
        pthread_mutex_lock(&connections->mutex);
    }
    pthread_mutex_unlock(&connections->mutex);
    return NULL;
}

int front_connections_watch(struct front_connections *connections)
{
    int r = -pthread_create(&connections->watchdog, NULL, run_watchdog, connections);
    connections->watching = r == 0;
    return r;
}

void front_connections_unwatch(struct front_connections *connections)
{
    if (!connections->watching)
        return;
    pthread_mutex_lock(&connections->mutex);
    connections->stopping = true;
    pthread_cond_signal(&connections->stop_wanted);
    pthread_mutex_unlock(&connections->mutex);
    pthread_join(connections->watchdog, NULL);
    connections->watching = false;
}

/* ---- TLS ---- */

static void refuse(struct front_connection *connection, gnutls_alert_description_t alert)
{
    front_counters_add(&connection->front->counters, FRONT_COUNT_HANDSHAKES_REFUSED);
    (void) gnutls_alert_send(connection->session, GNUTLS_AL_FATAL, alert);
    /* What the peer sent behind its certificate must be read, or closing the socket would reset the connection and take
     * the alert with it. */
    (void) shutdown(connection->fd, SHUT_WR);
    char unread[4096];
    for (int i = 0; i < 16 && recv(connection->fd, unread, sizeof(unread), MSG_DONTWAIT) > 0; i++)
        ;
}

static void report(struct front_connection *connection, const struct certs_finding *finding,
                   struct base_bytes certificate)
{
    struct front *front = connection->front;
    const struct front_refusal refusal = {.finding = finding ? *finding : (struct certs_finding){0},
                                          .absent = !finding,
                                          .certificate = certificate,
                                          .peer_address = connection->peer_address,
                                          .at_us = base_clock_now_us(&front->clock)};
    front_refusals_add(front->refusals, &refusal);
}

static gnutls_alert_description_t alert_of(const struct certs_finding *finding)
{
    switch (finding->verdict) {
    case CERTS_VERDICT_UNKNOWN:
    case CERTS_VERDICT_VALID:
        return GNUTLS_A_INTERNAL_ERROR;
    case CERTS_VERDICT_SIGNATURE_INVALID:
        return GNUTLS_A_BAD_CERTIFICATE;
    case CERTS_VERDICT_UNTRUSTED:
        /* The authority is known, but its word on revocation is missing or old: not the officer's fault. */
        return strncmp(finding->detail, "crl-", 4) == 0 ? GNUTLS_A_CERTIFICATE_UNKNOWN : GNUTLS_A_UNKNOWN_CA;
    case CERTS_VERDICT_EXPIRED:
        return GNUTLS_A_CERTIFICATE_EXPIRED;
    case CERTS_VERDICT_REVOKED:
        return GNUTLS_A_CERTIFICATE_REVOKED;
    case CERTS_VERDICT_PROFILE:
        return GNUTLS_A_UNSUPPORTED_CERTIFICATE;
    }
    return GNUTLS_A_INTERNAL_ERROR;
}

static struct base_bytes certificate_of(gnutls_session_t session)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = session ? gnutls_certificate_get_peers(session, &count) : NULL;
    if (!chain || count == 0)
        return base_bytes_of(NULL, 0);
    return base_bytes_of(chain[0].data, chain[0].size);
}

struct base_bytes front_connection_certificate(const struct front_connection *connection)
{
    return certificate_of(connection->session);
}

/* In TLS 1.2 this runs before the peer proved that it has the key, in TLS 1.3 after. */
int front_connection_verify(gnutls_session_t session)
{
    struct front_connection *connection = gnutls_session_get_ptr(session);
    struct front *front = connection->front;
    struct base_bytes certificate = certificate_of(session);
    struct certs_finding finding =
        front_trust_check(front->trust, certificate, base_clock_now_us(&front->clock), &connection->validity);
    connection->verdict = finding.verdict;
    if (finding.verdict == CERTS_VERDICT_VALID) {
        front_connection_enter(connection, FRONT_PHASE_IDLE);
        front_counters_add(&front->counters, FRONT_COUNT_HANDSHAKES);
        return 0;
    }
    report(connection, &finding, certificate);
    refuse(connection, alert_of(&finding));
    return GNUTLS_E_CERTIFICATE_ERROR;
}

/* Sees the peer's Certificate message before GnuTLS does, which would end the handshake over an empty one without
 * saying why. TLS 1.3 puts an empty context before the empty list (RFC 8446 §4.4.2). */
static int see_certificate_message(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                                   const gnutls_datum_t *message)
{
    static const uint8_t nothing[4] = {0};
    (void) type;
    (void) when;
    bool is_tls13 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
    if (!incoming ||
        !base_bytes_equal(base_bytes_of(message->data, message->size), base_bytes_of(nothing, is_tls13 ? 4 : 3)))
        return 0;
    struct front_connection *connection = gnutls_session_get_ptr(session);
    report(connection, NULL, base_bytes_of(NULL, 0));
    refuse(connection, is_tls13 ? GNUTLS_A_CERTIFICATE_REQUIRED : GNUTLS_A_HANDSHAKE_FAILURE);
    return GNUTLS_E_NO_CERTIFICATE_FOUND;
}

enum { HELD_MAX = 64 * 1024 };

void front_connection_hold(struct front_connection *connection)
{
    connection->holds_next = connection->session != NULL;
}

static size_t length_of(const giovec_t *parts, int count)
{
    size_t len = 0;
    for (int i = 0; i < count; i++)
        len += parts[i].iov_len;
    return len;
}

/* Sends what is held and then the parts. GnuTLS is told of its parts only: what is held it believes sent. */
static ssize_t send_held(struct front_connection *connection, const giovec_t *parts, int count)
{
    enum { PARTS_MAX = 32 };
    struct iovec all[PARTS_MAX];
    size_t n = 0, held = connection->held.len;
    if (held > 0)
        all[n++] = (struct iovec){.iov_base = connection->held.data, .iov_len = held};
    for (int i = 0; i < count && n < PARTS_MAX; i++)
        all[n++] = (struct iovec){.iov_base = parts[i].iov_base, .iov_len = parts[i].iov_len};
    const struct msghdr message = {.msg_iov = all, .msg_iovlen = n};
    ssize_t sent = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
    if (sent < 0 || held == 0)
        return sent;
    if ((size_t) sent < held) {
        memmove(connection->held.data, connection->held.data + sent, held - (size_t) sent);
        connection->held.len = held - (size_t) sent;
        errno = EAGAIN;
        return -1;
    }
    base_buffer_reset(&connection->held);
    if ((size_t) sent == held && count > 0) {
        errno = EAGAIN;
        return -1;
    }
    return sent - (ssize_t) held;
}

static ssize_t push(gnutls_transport_ptr_t context, const giovec_t *parts, int count)
{
    struct front_connection *connection = context;
    if (!connection->holds_next || length_of(parts, count) + connection->held.len > HELD_MAX)
        return send_held(connection, parts, count);
    connection->holds_next = false;
    for (int i = 0; i < count; i++)
        if (base_buffer_append(&connection->held, base_bytes_of(parts[i].iov_base, parts[i].iov_len)) != 0) {
            errno = ENOMEM;
            return -1;
        }
    return (ssize_t) length_of(parts, count);
}

static int prepare_session(struct front_connection *connection, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return -EINVAL;
    gnutls_session_t session = info->tls_session;
    connection->snapshot = front_trust_current(connection->front->trust);
    if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, front_snapshot_credentials(connection->snapshot)) < 0)
        return -ENOMEM;
    gnutls_session_set_ptr(session, connection);
    gnutls_transport_set_ptr2(session, (gnutls_transport_ptr_t) (intptr_t) connection->fd, connection);
    gnutls_transport_set_vec_push_function(session, push);
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_PRE,
                                       see_certificate_message);
    connection->session = session;
    return 0;
}

/* ---- one connection ---- */

static void add_to_list(struct front_connections *connections, struct front_connection *connection)
{
    pthread_mutex_lock(&connections->mutex);
    connection->next = connections->first;
    if (connection->next)
        connection->next->prev = connection;
    connections->first = connection;
    connections->count++;
    pthread_mutex_unlock(&connections->mutex);
}

static void remove_from_list(struct front_connections *connections, struct front_connection *connection)
{
    pthread_mutex_lock(&connections->mutex);
    if (connection->prev)
        connection->prev->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->prev = connection->prev;
    connections->count--;
    pthread_mutex_unlock(&connections->mutex);
}

static int take_in(struct front_connection *connection, struct MHD_Connection *mhd)
{
    struct front *front = connection->front;
    const union MHD_ConnectionInfo *address = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    front_address_write(address ? address->client_addr : NULL, connection->peer_address);
    if (connection->listener != LINK_LISTENER_OFFICERS)
        return 0;
    front_counters_add(&front->counters, FRONT_COUNT_CONNECTIONS);
    connection->is_counted = front_peers_take(front->peers, connection->peer_address) == 0;
    if (!connection->is_counted) {
        front_counters_add(&front->counters, FRONT_COUNT_CONNECTIONS_LIMITED);
        return -EMFILE;
    }
    return prepare_session(connection, mhd);
}

struct front_connection *front_connection_new(struct front *front, enum link_listener listener,
                                              struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct front_connection *connection = calloc(1, sizeof(*connection));
    if (connection) {
        connection->front = front;
        connection->listener = listener;
        connection->fd = info->connect_fd;
        base_buffer_init(&connection->held, HELD_MAX);
        connection->id = atomic_fetch_add(&front->connections->last_id, 1) + 1;
        connection->opened_us = base_clock_monotonic_us();
        front_connection_enter(connection,
                               listener == LINK_LISTENER_LOCAL ? FRONT_PHASE_HEADER : FRONT_PHASE_HANDSHAKE);
        add_to_list(front->connections, connection);
        if (take_in(connection, mhd) == 0)
            return connection;
    }
    /* Nothing is ever read from it. */
    shutdown(info->connect_fd, SHUT_RDWR);
    front_connection_free(connection);
    return NULL;
}

void front_connection_free(struct front_connection *connection)
{
    if (!connection)
        return;
    struct front *front = connection->front;
    remove_from_list(front->connections, connection);
    if (connection->is_counted)
        front_peers_release(front->peers, connection->peer_address);
    front_snapshot_unref(connection->snapshot);
    base_buffer_clear(&connection->held);
    free(connection);
}

enum certs_verdict front_connection_check(struct front_connection *connection)
{
    struct front *front = connection->front;
    if (connection->listener == LINK_LISTENER_LOCAL)
        return CERTS_VERDICT_VALID;
    if (connection->verdict != CERTS_VERDICT_VALID)
        return CERTS_VERDICT_UNKNOWN;
    int64_t now_us = base_clock_now_us(&front->clock);
    switch (front_validity_check(&connection->validity, front->trust, now_us)) {
    case FRONT_VALIDITY_HOLDS:
        return CERTS_VERDICT_VALID;
    case FRONT_VALIDITY_LAPSED:
        break;
    }
    struct base_bytes certificate = front_connection_certificate(connection);
    struct certs_finding finding = front_trust_check(front->trust, certificate, now_us, &connection->validity);
    if (finding.verdict != CERTS_VERDICT_VALID) {
        front_counters_add(&front->counters, FRONT_COUNT_IDENTITIES_LAPSED);
        report(connection, &finding, certificate);
    }
    return finding.verdict;
}

static int64_t time_for(const struct front_settings *settings, enum front_phase phase)
{
    switch (phase) {
    case FRONT_PHASE_HANDSHAKE:
        return settings->handshake_us;
    case FRONT_PHASE_IDLE:
        return settings->idle_us;
    case FRONT_PHASE_HEADER:
        return settings->header_us;
    case FRONT_PHASE_BODY:
        return settings->body_us;
    case FRONT_PHASE_UPLOAD:
        return settings->upload_us;
    case FRONT_PHASE_REPLY:
        return INT64_MAX / 2;
    case FRONT_PHASE_SEND:
        return settings->send_us;
    }
    return 0;
}

void front_connection_enter(struct front_connection *connection, enum front_phase phase)
{
    const struct front_settings *settings = connection->front->settings;
    int64_t now_us = base_clock_monotonic_us(), deadline_us = now_us + time_for(settings, phase);
    /* A pause ends when the connection has grown old; whatever is under way then may finish. */
    if (phase == FRONT_PHASE_IDLE && deadline_us > connection->opened_us + settings->connection_us)
        deadline_us = connection->opened_us + settings->connection_us;
    atomic_store(&connection->deadline_us, deadline_us);
    atomic_store(&connection->is_idle, phase == FRONT_PHASE_IDLE || phase == FRONT_PHASE_HANDSHAKE);
}

bool front_connection_is_ending(const struct front_connection *connection)
{
    return atomic_load(&connection->front->draining) ||
           base_clock_monotonic_us() - connection->opened_us > connection->front->settings->connection_us;
}
