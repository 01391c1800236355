#include "gateway/link/channel.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/frame.h"
#include "base/reader.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    SEND_TIMEOUT_S = 5,
    CHANNELS_MAX = 64,       /* of one server */
    QUEUED_MAX = 256 * 1024, /* bytes that wait for a thread which writes already */
    READ_BYTES = 64 * 1024,
    KEPT_BUFFER_MAX = 1024 * 1024,    /* bytes a reader keeps between frames; a larger frame's memory is given back */
    SOCKET_BUFFER_BYTES = 512 * 1024, /* a whole request frame, so that a sender seldom waits */
    PAUSE_MIN_MS = 10,
    PAUSE_MAX_MS = 1000,
};

struct link_channel {
    atomic_int refs;
    int fd; /* closed with the last reference: a late sender never writes into somebody else's socket */
    atomic_bool lost;
    pthread_mutex_t sending;
    pthread_cond_t sent;
    bool is_sending;           /* a thread writes, without the mutex */
    struct base_buffer queued; /* small frames that came meanwhile: that thread writes them too */
    struct link_handler handler;
    size_t frame_max;
    struct link_server *server; /* of a server's channel */
    struct link_channel *next;  /* in the server's list */
};

struct link_channel *link_channel_ref(struct link_channel *channel)
{
    atomic_fetch_add(&channel->refs, 1);
    return channel;
}

struct link_channel *link_channel_unref(struct link_channel *channel)
{
    if (!channel || atomic_fetch_sub(&channel->refs, 1) > 1)
        return NULL;
    close(channel->fd);
    base_buffer_clear(&channel->queued);
    pthread_cond_destroy(&channel->sent);
    pthread_mutex_destroy(&channel->sending);
    free(channel);
    return NULL;
}

static struct link_channel *channel_new(int take_fd, const struct link_handler *handler, size_t frame_max)
{
    struct link_channel *channel = calloc(1, sizeof(*channel));
    if (!channel) {
        close(take_fd);
        return NULL;
    }
    *channel = (struct link_channel){.refs = 1, .fd = take_fd, .handler = *handler, .frame_max = frame_max};
    base_buffer_init(&channel->queued, QUEUED_MAX);
    pthread_cond_init(&channel->sent, NULL);
    pthread_mutex_init(&channel->sending, NULL);
    return channel;
}

/* Marks it lost and wakes its reader. */
static void channel_abandon(struct link_channel *channel)
{
    atomic_store(&channel->lost, true);
    shutdown(channel->fd, SHUT_RDWR);
}

/* With the mutex held: leaves a small frame to the thread that writes already. */
static bool queue_frame(struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    if (!channel->is_sending || body.len > QUEUED_MAX ||
        channel->queued.len + BASE_FRAME_HEADER_BYTES + body.len > QUEUED_MAX)
        return false;
    size_t before = channel->queued.len;
    base_buffer_append_u32(&channel->queued, (uint32_t) body.len + 2);
    base_buffer_append_u16(&channel->queued, type);
    if (base_buffer_append(&channel->queued, body) == 0)
        return true;
    channel->queued.len = before;
    channel->queued.error = 0;
    return false;
}

static int write_all(int fd, struct base_bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes = base_bytes_of(bytes.data + n, bytes.len - (size_t) n);
    }
    return 0;
}

/* With the mutex held, which it lets go while it writes. The result is the own frame's alone: whose frames were left to
 * this thread was told that they may still be lost with the channel. */
static int write_frames(struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    channel->is_sending = true;
    pthread_mutex_unlock(&channel->sending);
    int own = base_frame_write(channel->fd, type, body), r = own;
    pthread_mutex_lock(&channel->sending);
    while (r == 0 && channel->queued.len > 0) {
        struct base_buffer batch = channel->queued;
        base_buffer_init(&channel->queued, QUEUED_MAX);
        pthread_mutex_unlock(&channel->sending);
        r = write_all(channel->fd, base_buffer_view(&batch));
        pthread_mutex_lock(&channel->sending);
        /* Its memory serves again, unless more was queued meanwhile. */
        if (!channel->queued.data) {
            base_buffer_reset(&batch);
            channel->queued = batch;
        } else {
            base_buffer_clear(&batch);
        }
    }
    /* Part of a frame may be out: nothing that follows could be read. */
    if (r < 0)
        channel_abandon(channel);
    channel->is_sending = false;
    pthread_cond_broadcast(&channel->sent);
    return own < 0 ? LINK_CHANNEL_LOST : 0;
}

bool link_channel_is_lost(struct link_channel *channel)
{
    return atomic_load(&channel->lost);
}

int link_channel_send(struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    pthread_mutex_lock(&channel->sending);
    if (!atomic_load(&channel->lost) && queue_frame(channel, type, body)) {
        pthread_mutex_unlock(&channel->sending);
        return 0;
    }
    while (channel->is_sending && !atomic_load(&channel->lost))
        pthread_cond_wait(&channel->sent, &channel->sending);
    int r = atomic_load(&channel->lost) ? LINK_CHANNEL_CLOSED : write_frames(channel, type, body);
    pthread_mutex_unlock(&channel->sending);
    return r;
}

/* Reads what is there, so that many small frames cost one call. False at the end of the stream, or on an error. */
static bool read_more(int fd, struct base_buffer *received)
{
    size_t before = received->len;
    uint8_t *at = base_buffer_extend(received, READ_BYTES);
    if (!at)
        return false;
    ssize_t n;
    do
        n = recv(fd, at, READ_BYTES, 0);
    while (n < 0 && errno == EINTR);
    received->len = before + (size_t) (n > 0 ? n : 0);
    return n > 0;
}

/* Hands on each whole frame and keeps the rest. False for a frame that is none, or too long. */
static bool give_frames(struct link_channel *channel, struct base_buffer *received)
{
    const struct link_handler *handler = &channel->handler;
    size_t at = 0;
    while (received->len - at >= BASE_FRAME_HEADER_BYTES && !atomic_load(&channel->lost)) {
        struct base_reader reader = base_reader_of(base_bytes_of(received->data + at, BASE_FRAME_HEADER_BYTES));
        size_t len = base_reader_u32(&reader);
        uint16_t type = base_reader_u16(&reader);
        if (len < 2 || len - 2 > channel->frame_max)
            return false;
        size_t body_len = len - 2;
        if (received->len - at - BASE_FRAME_HEADER_BYTES < body_len)
            break;
        handler->frame(handler->context, channel, type,
                       base_bytes_of(received->data + at + BASE_FRAME_HEADER_BYTES, body_len));
        at += BASE_FRAME_HEADER_BYTES + body_len;
    }
    memmove(received->data, received->data + at, received->len - at);
    received->len -= at;
    if (received->len == 0 && received->capacity > KEPT_BUFFER_MAX)
        base_buffer_clear(received);
    return true;
}

/* The reader thread's whole life with one connection. */
static void channel_serve(struct link_channel *channel)
{
    const struct link_handler *handler = &channel->handler;
    if (handler->opened)
        handler->opened(handler->context, channel);
    struct base_buffer received BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&received, BASE_FRAME_HEADER_BYTES + channel->frame_max + READ_BYTES);
    while (!atomic_load(&channel->lost) && read_more(channel->fd, &received) && give_frames(channel, &received))
        ;
    channel_abandon(channel);
}

static void channel_tell_lost(struct link_channel *channel)
{
    if (channel->handler.lost)
        channel->handler.lost(channel->handler.context, channel);
}

static int set_address(const char *path, struct sockaddr_un *ret_address)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(address.sun_path))
        return -EMSGSIZE;
    memcpy(address.sun_path, path, len);
    *ret_address = address;
    return 0;
}

/* The descriptor, or -1 with errno. */
static int open_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void set_options(int fd)
{
    struct timeval timeout = {.tv_sec = SEND_TIMEOUT_S};
    int bytes = SOCKET_BUFFER_BYTES;
    /* Without them the channel works, only less smoothly; the send timeout cannot fail on a stream socket. */
    (void) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static bool peer_is_one_of(int fd, const uid_t *users, size_t count)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof(peer))
        return false;
    for (size_t i = 0; i < count; i++)
        if (users[i] == peer.uid)
            return true;
    return false;
}

/* Waits for the event "stop", or for a connection where one is expected (fd), at most timeout_ms. True: stop. */
static bool wait_stop(int stop, int fd, int timeout_ms)
{
    struct pollfd waits[2] = {{.fd = stop, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (poll(waits, fd < 0 ? 1 : 2, timeout_ms) < 0 && errno == EINTR)
        ;
    return waits[0].revents != 0;
}

static void raise_stop(int stop)
{
    uint64_t one = 1;
    ssize_t written = write(stop, &one, sizeof(one));
    (void) written;
}

/* ---- server ---- */

struct link_server {
    int fd, stop;
    struct sockaddr_un address;
    uid_t *users;
    size_t user_count, frame_max;
    struct link_handler handler;
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct link_channel *channels; /* with a running thread each */
    size_t channel_count;
};

static void *run_channel(void *argument)
{
    struct link_channel *channel = argument;
    struct link_server *server = channel->server;
    channel_serve(channel);
    channel_tell_lost(channel);
    pthread_mutex_lock(&server->mutex);
    struct link_channel **at = &server->channels;
    while (*at != channel)
        at = &(*at)->next;
    *at = channel->next;
    link_channel_unref(channel);
    server->channel_count--;
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

static int start_thread(pthread_t *ret_thread, int detach_state, void *(*run)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, detach_state);
    int r = -pthread_create(ret_thread, &attributes, run, argument);
    pthread_attr_destroy(&attributes);
    return r;
}

static void server_take_connection(struct link_server *server, int take_fd)
{
    if (!peer_is_one_of(take_fd, server->users, server->user_count)) {
        close(take_fd);
        return;
    }
    set_options(take_fd);
    struct link_channel *channel = channel_new(take_fd, &server->handler, server->frame_max);
    if (!channel)
        return;
    channel->server = server;
    pthread_t thread;
    pthread_mutex_lock(&server->mutex);
    if (server->channel_count < CHANNELS_MAX &&
        start_thread(&thread, PTHREAD_CREATE_DETACHED, run_channel, channel) == 0) {
        channel->next = server->channels;
        server->channels = channel;
        server->channel_count++;
        channel = NULL;
    }
    pthread_mutex_unlock(&server->mutex);
    link_channel_unref(channel);
}

static void *run_server(void *argument)
{
    struct link_server *server = argument;
    while (!wait_stop(server->stop, server->fd, -1)) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            server_take_connection(server, fd);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            (void) wait_stop(server->stop, -1, PAUSE_MIN_MS);
    }
    return NULL;
}

/* Removes a socket nobody listens on any more. -EADDRINUSE when somebody does, -EEXIST for what is no socket. */
static int remove_old_socket(const struct sockaddr_un *address)
{
    struct stat found;
    if (lstat(address->sun_path, &found) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(found.st_mode))
        return -EEXIST;
    int fd = open_socket();
    if (fd < 0)
        return -errno;
    bool in_use = connect(fd, (const struct sockaddr *) address, sizeof(*address)) == 0;
    close(fd);
    if (in_use)
        return -EADDRINUSE;
    return unlink(address->sun_path) == 0 || errno == ENOENT ? 0 : -errno;
}

static int server_listen(struct link_server *server, mode_t mode)
{
    int r = remove_old_socket(&server->address);
    if (r < 0)
        return r;
    server->fd = open_socket();
    if (server->fd < 0)
        return -errno;
    /* The mode of the descriptor becomes that of the name: there is no moment in which others could connect. The second
     * call gives back what the umask took. */
    if (fchmod(server->fd, mode) != 0 ||
        bind(server->fd, (const struct sockaddr *) &server->address, sizeof(server->address)) != 0)
        return -errno;
    if (chmod(server->address.sun_path, mode) != 0 || listen(server->fd, CHANNELS_MAX) != 0) {
        r = -errno;
        unlink(server->address.sun_path);
        return r;
    }
    return 0;
}

static int server_start(struct link_server *server, mode_t mode)
{
    server->stop = eventfd(0, EFD_CLOEXEC);
    if (server->stop < 0)
        return -errno;
    int r = server_listen(server, mode);
    if (r < 0)
        return r;
    r = start_thread(&server->thread, PTHREAD_CREATE_JOINABLE, run_server, server);
    if (r < 0)
        unlink(server->address.sun_path);
    server->started = r == 0;
    return r;
}

int link_server_new(const char *path, mode_t mode, const uid_t *users, size_t user_count, size_t frame_max,
                    const struct link_handler *handler, struct link_server **ret_server)
{
    struct sockaddr_un address;
    int r = set_address(path, &address);
    if (r < 0)
        return r;
    struct link_server *server = calloc(1, sizeof(*server));
    if (!server)
        return -ENOMEM;
    *server = (struct link_server){.fd = -1,
                                   .stop = -1,
                                   .address = address,
                                   .user_count = user_count,
                                   .frame_max = frame_max,
                                   .handler = *handler};
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->users = calloc(user_count + 1, sizeof(users[0]));
    if (server->users && user_count > 0)
        memcpy(server->users, users, user_count * sizeof(users[0]));
    r = server->users ? server_start(server, mode) : -ENOMEM;
    if (r < 0) {
        link_server_free(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

void link_server_free(struct link_server *server)
{
    if (!server)
        return;
    if (server->started) {
        raise_stop(server->stop);
        pthread_join(server->thread, NULL);
        unlink(server->address.sun_path);
    }
    pthread_mutex_lock(&server->mutex);
    for (struct link_channel *channel = server->channels; channel; channel = channel->next)
        channel_abandon(channel);
    while (server->channel_count > 0)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
    if (server->fd >= 0)
        close(server->fd);
    if (server->stop >= 0)
        close(server->stop);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->mutex);
    free(server->users);
    free(server);
}

/* ---- client ---- */

struct link_client {
    int stop;
    struct sockaddr_un address;
    uid_t user;
    size_t frame_max;
    struct link_handler handler;
    pthread_t thread;
    pthread_mutex_t mutex;
    bool stopping;
    struct link_channel *channel; /* NULL while there is no connection */
};

static struct link_channel *client_connect(struct link_client *client)
{
    int fd = open_socket();
    if (fd < 0)
        return NULL;
    set_options(fd);
    if (connect(fd, (const struct sockaddr *) &client->address, sizeof(client->address)) != 0 ||
        !peer_is_one_of(fd, &client->user, 1)) {
        close(fd);
        return NULL;
    }
    return channel_new(fd, &client->handler, client->frame_max);
}

/* Takes the channel into use, or out of it with NULL. False: the client is being freed. */
static bool client_publish(struct link_client *client, struct link_channel *channel)
{
    pthread_mutex_lock(&client->mutex);
    bool goes_on = !client->stopping;
    client->channel = goes_on ? channel : NULL;
    pthread_mutex_unlock(&client->mutex);
    return goes_on;
}

static void *run_client(void *argument)
{
    struct link_client *client = argument;
    int pause_ms = PAUSE_MIN_MS;
    do {
        struct link_channel *channel = client_connect(client);
        int64_t since_us = base_clock_monotonic_us();
        if (channel && client_publish(client, channel)) {
            channel_serve(channel);
            (void) client_publish(client, NULL);
            channel_tell_lost(channel);
        }
        /* A connection that ended at once counts as none: the other side may be refusing us. */
        bool lasted = channel && base_clock_monotonic_us() - since_us > PAUSE_MAX_MS * 1000;
        link_channel_unref(channel);
        pause_ms = lasted ? PAUSE_MIN_MS : pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    } while (!wait_stop(client->stop, -1, pause_ms));
    return NULL;
}

int link_client_new(const char *path, uid_t user, size_t frame_max, const struct link_handler *handler,
                    struct link_client **ret_client)
{
    struct sockaddr_un address;
    int r = set_address(path, &address);
    if (r < 0)
        return r;
    struct link_client *client = calloc(1, sizeof(*client));
    if (!client)
        return -ENOMEM;
    *client = (struct link_client){.address = address, .user = user, .frame_max = frame_max, .handler = *handler};
    pthread_mutex_init(&client->mutex, NULL);
    client->stop = eventfd(0, EFD_CLOEXEC);
    r = client->stop < 0 ? -errno : start_thread(&client->thread, PTHREAD_CREATE_JOINABLE, run_client, client);
    if (r < 0) {
        if (client->stop >= 0)
            close(client->stop);
        pthread_mutex_destroy(&client->mutex);
        free(client);
        return r;
    }
    *ret_client = client;
    return 0;
}

void link_client_free(struct link_client *client)
{
    if (!client)
        return;
    pthread_mutex_lock(&client->mutex);
    client->stopping = true;
    if (client->channel)
        channel_abandon(client->channel);
    pthread_mutex_unlock(&client->mutex);
    raise_stop(client->stop);
    pthread_join(client->thread, NULL);
    close(client->stop);
    pthread_mutex_destroy(&client->mutex);
    free(client);
}

int link_client_send(struct link_client *client, uint16_t type, struct base_bytes body)
{
    pthread_mutex_lock(&client->mutex);
    struct link_channel *channel = client->channel ? link_channel_ref(client->channel) : NULL;
    pthread_mutex_unlock(&client->mutex);
    int r = channel ? link_channel_send(channel, type, body) : LINK_CHANNEL_CLOSED;
    link_channel_unref(channel);
    return r;
}
