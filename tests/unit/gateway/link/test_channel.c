/* The channel between our processes: frames arrive in order, the other end is known by its user, a lost end is told on
 * both sides and found again, and nothing waits for ever. Both ends run in this process. */
#include "base/clock.h"
#include "gateway/link/channel.h"
#include "tests/check_main.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { DEADLINE_US = 10 * 1000 * 1000, FRAME_MAX = 65536 };

static char folder[64], path[96];

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

/* Each test runs in a process of its own. */
static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/qao-channel-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    ck_assert_int_eq(atexit(remove_folder), 0);
}

/* One side's view of what happened. */
struct side {
    atomic_int opened, lost, frames;
    atomic_uint last_type;
    atomic_size_t last_len;
    atomic_bool in_order;
    bool echoes;
    struct link_channel *_Atomic channel; /* referenced, the last one opened */
};

static void on_opened(void *context, struct link_channel *channel)
{
    struct side *side = context;
    link_channel_unref(atomic_exchange(&side->channel, link_channel_ref(channel)));
    atomic_fetch_add(&side->opened, 1);
}

static void on_lost(void *context, struct link_channel *channel)
{
    struct side *side = context;
    ck_assert_int_eq(link_channel_send(channel, 1, base_bytes_text("late")), LINK_CHANNEL_CLOSED);
    atomic_fetch_add(&side->lost, 1);
}

static void on_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    struct side *side = context;
    if (type != (uint16_t) (atomic_load(&side->last_type) + 1))
        atomic_store(&side->in_order, false);
    atomic_store(&side->last_type, type);
    atomic_store(&side->last_len, body.len);
    if (side->echoes && link_channel_send(channel, type, body) != 0)
        atomic_store(&side->in_order, false);
    atomic_fetch_add(&side->frames, 1);
}

static struct link_handler handler_of(struct side *side)
{
    atomic_store(&side->in_order, true);
    return (struct link_handler){.frame = on_frame, .opened = on_opened, .lost = on_lost, .context = side};
}

static void wait_for(atomic_int *value, int at_least)
{
    int64_t deadline_us = base_clock_monotonic_us() + DEADLINE_US;
    while (atomic_load(value) < at_least && base_clock_monotonic_us() < deadline_us)
        usleep(1000);
    ck_assert_int_ge(atomic_load(value), at_least);
}

static struct link_server *start_server(struct side *side, uid_t user)
{
    struct link_handler handler = handler_of(side);
    struct link_server *server;
    ck_assert_int_eq(link_server_new(path, 0600, &user, 1, FRAME_MAX, &handler, &server), 0);
    return server;
}

static struct link_client *start_client(struct side *side, uid_t user)
{
    struct link_handler handler = handler_of(side);
    struct link_client *client;
    ck_assert_int_eq(link_client_new(path, user, FRAME_MAX, &handler, &client), 0);
    return client;
}

START_TEST(frames_go_both_ways_in_order)
{
    make_folder();
    struct side far = {.echoes = true}, near = {0};
    struct link_server *server = start_server(&far, getuid());
    struct link_client *client = start_client(&near, getuid());
    wait_for(&near.opened, 1);
    static uint8_t body[FRAME_MAX];
    for (unsigned type = 1; type <= 1000; type++)
        ck_assert_int_eq(
            link_client_send(client, (uint16_t) type, base_bytes_of(body, type == 1000 ? FRAME_MAX : type)), 0);
    wait_for(&near.frames, 1000);
    ck_assert(atomic_load(&far.in_order) && atomic_load(&near.in_order));
    ck_assert_uint_eq(atomic_load(&near.last_len), FRAME_MAX);
    link_client_free(client);
    wait_for(&far.lost, 1);
    link_server_free(server);
    link_channel_unref(far.channel);
    link_channel_unref(near.channel);
}
END_TEST

static void *send_many(void *argument)
{
    for (int i = 0; i < 500; i++)
        ck_assert_int_eq(link_client_send(argument, 1, base_bytes_text("x")), 0);
    return NULL;
}

START_TEST(many_threads_may_send)
{
    make_folder();
    struct side far = {0}, near = {0};
    struct link_server *server = start_server(&far, getuid());
    struct link_client *client = start_client(&near, getuid());
    wait_for(&near.opened, 1);
    pthread_t threads[4];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, send_many, client), 0);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(threads); i++)
        pthread_join(threads[i], NULL);
    wait_for(&far.frames, 2000);
    ck_assert_int_eq(atomic_load(&far.frames), 2000);
    link_client_free(client);
    link_server_free(server);
    link_channel_unref(far.channel);
    link_channel_unref(near.channel);
}
END_TEST

START_TEST(a_client_waits_for_its_server_and_finds_it_again)
{
    make_folder();
    struct side far = {0}, near = {0};
    struct link_client *client = start_client(&near, getuid());
    ck_assert_int_eq(link_client_send(client, 1, base_bytes_text("x")), LINK_CHANNEL_CLOSED);
    for (int round = 1; round <= 2; round++) {
        struct link_server *server = start_server(&far, getuid());
        wait_for(&near.opened, round);
        ck_assert_int_eq(link_client_send(client, 1, base_bytes_text("x")), 0);
        wait_for(&far.frames, round);
        link_server_free(server);
        wait_for(&near.lost, round);
        ck_assert_int_eq(link_client_send(client, 1, base_bytes_text("x")), LINK_CHANNEL_CLOSED);
    }
    link_client_free(client);
    link_channel_unref(far.channel);
    link_channel_unref(near.channel);
}
END_TEST

START_TEST(another_user_is_turned_away_by_both_ends)
{
    make_folder();
    struct side far = {0}, near = {0};
    struct link_server *server = start_server(&far, getuid() + 1);
    struct link_client *client = start_client(&near, getuid());
    /* The connection is taken by the kernel and ended by the server before any frame. */
    wait_for(&near.lost, 1);
    link_client_free(client);
    ck_assert_int_eq(atomic_load(&far.opened), 0);
    link_server_free(server);
    server = start_server(&far, getuid());
    struct side strict = {0};
    client = start_client(&strict, getuid() + 1);
    wait_for(&far.lost, 1);
    link_client_free(client);
    ck_assert_int_eq(atomic_load(&strict.opened), 0);
    link_server_free(server);
    link_channel_unref(far.channel);
    link_channel_unref(near.channel);
}
END_TEST

START_TEST(an_oversized_frame_ends_the_channel)
{
    make_folder();
    struct side far = {0}, near = {0};
    struct link_server *server = start_server(&far, getuid());
    struct link_client *client = start_client(&near, getuid());
    wait_for(&near.opened, 1);
    static uint8_t body[FRAME_MAX + 1];
    /* The sender may or may not notice before its write is done; the receiver must not take it. */
    int r = link_client_send(client, 1, base_bytes_of(body, sizeof(body)));
    ck_assert(r == 0 || r == LINK_CHANNEL_LOST);
    wait_for(&far.lost, 1);
    ck_assert_int_eq(atomic_load(&far.frames), 0);
    link_client_free(client);
    link_server_free(server);
    link_channel_unref(far.channel);
    link_channel_unref(near.channel);
}
END_TEST

static int connect_raw(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    return fd;
}

START_TEST(an_end_that_does_not_read_is_given_up)
{
    make_folder();
    struct side far = {0};
    struct link_server *server = start_server(&far, getuid());
    int fd = connect_raw();
    wait_for(&far.opened, 1);
    static uint8_t body[FRAME_MAX];
    int64_t started_us = base_clock_monotonic_us();
    int r = 0;
    while (r == 0 && base_clock_monotonic_us() - started_us < DEADLINE_US)
        r = link_channel_send(far.channel, 1, base_bytes_of(body, sizeof(body)));
    ck_assert_int_eq(r, LINK_CHANNEL_LOST);
    wait_for(&far.lost, 1);
    close(fd);
    link_server_free(server);
    link_channel_unref(far.channel);
}
END_TEST

enum { LARGE_BYTES = 16 * 1024 * 1024, OTHERS_BYTES = 250 * 1024, WAITING_BYTES = 300 * 1024 };

struct send_job {
    struct link_channel *channel;
    size_t len;
    int result;
    pthread_t thread;
};

static void *send_one(void *argument)
{
    static uint8_t body[LARGE_BYTES];
    struct send_job *job = argument;
    job->result = link_channel_send(job->channel, 1, base_bytes_of(body, job->len));
    return NULL;
}

static size_t unread_of(int fd)
{
    int unread = 0;
    ck_assert_int_eq(ioctl(fd, FIONREAD, &unread), 0);
    return (size_t) unread;
}

/* Reads until more than sum bytes were written to the other end, and no more of them than that needs: its buffer is as
 * full as it gets. */
static void read_until_written(int fd, size_t sum)
{
    uint8_t some[16384];
    size_t got = 0;
    int64_t deadline_us = base_clock_monotonic_us() + DEADLINE_US;
    while (got + unread_of(fd) <= sum && base_clock_monotonic_us() < deadline_us) {
        ssize_t n = recv(fd, some, sizeof(some), MSG_DONTWAIT);
        got += n > 0 ? (size_t) n : 0;
    }
    ck_assert_uint_gt(got + unread_of(fd), sum);
}

/* Of the other end, which is in this process too: less than a queued frame needs. */
static void shrink_buffer(int fd)
{
    const int bytes = 32 * 1024;
    for (int other = 3; other < 64; other++)
        if (other != fd)
            (void) setsockopt(other, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

/* A thread whose own frame was handed over whole goes on with the frame of another, and the end closes in the midst of
 * it: only a frame that was begun and not handed over is lost, and one not begun is surely not sent. */
START_TEST(each_sender_learns_of_its_own_frame_alone)
{
    make_folder();
    struct side far = {0};
    struct link_server *server = start_server(&far, getuid());
    int fd = connect_raw();
    wait_for(&far.opened, 1);
    shrink_buffer(fd);
    struct send_job first = {.channel = far.channel, .len = LARGE_BYTES, .result = -1};
    struct send_job waiting = {.channel = far.channel, .len = WAITING_BYTES, .result = -1};
    ck_assert_int_eq(pthread_create(&first.thread, NULL, send_one, &first), 0);
    read_until_written(fd, 0);
    static uint8_t others[OTHERS_BYTES];
    ck_assert_int_eq(link_channel_send(far.channel, 2, base_bytes_of(others, sizeof(others))), 0);
    ck_assert_int_eq(pthread_create(&waiting.thread, NULL, send_one, &waiting), 0);
    read_until_written(fd, LARGE_BYTES + 6);
    close(fd);
    pthread_join(first.thread, NULL);
    pthread_join(waiting.thread, NULL);
    ck_assert_int_eq(first.result, 0);
    ck_assert_int_eq(waiting.result, LINK_CHANNEL_CLOSED);
    wait_for(&far.lost, 1);
    link_server_free(server);
    link_channel_unref(far.channel);
}
END_TEST

/* Part of it is out, so nobody may say that it was not sent. */
START_TEST(a_frame_begun_is_lost)
{
    make_folder();
    struct side far = {0};
    struct link_server *server = start_server(&far, getuid());
    int fd = connect_raw();
    wait_for(&far.opened, 1);
    struct send_job job = {.channel = far.channel, .len = LARGE_BYTES, .result = -1};
    ck_assert_int_eq(pthread_create(&job.thread, NULL, send_one, &job), 0);
    while (unread_of(fd) == 0)
        usleep(1000);
    close(fd);
    pthread_join(job.thread, NULL);
    ck_assert_int_eq(job.result, LINK_CHANNEL_LOST);
    link_server_free(server);
    link_channel_unref(far.channel);
}
END_TEST

START_TEST(a_frame_cut_short_ends_the_channel)
{
    make_folder();
    struct side far = {0};
    struct link_server *server = start_server(&far, getuid());
    int fd = connect_raw();
    ck_assert_int_eq(send(fd, "\0\0\0\x09\0\1ab", 8, MSG_NOSIGNAL), 8);
    close(fd);
    wait_for(&far.lost, 1);
    ck_assert_int_eq(atomic_load(&far.frames), 0);
    link_server_free(server);
    link_channel_unref(far.channel);
}
END_TEST

START_TEST(the_socket_file_is_replaced_only_when_nobody_listens)
{
    make_folder();
    struct side far = {0};
    struct link_handler handler = handler_of(&far);
    struct link_server *server = start_server(&far, getuid()), *second = NULL;
    struct stat found;
    ck_assert_int_eq(stat(path, &found), 0);
    ck_assert_uint_eq(found.st_mode & 07777, 0600);
    uid_t user = getuid();
    ck_assert_int_eq(link_server_new(path, 0600, &user, 1, FRAME_MAX, &handler, &second), -EADDRINUSE);
    link_server_free(server);
    /* What a killed process leaves behind. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    close(fd);
    server = start_server(&far, getuid());
    link_server_free(server);
    /* A file that is no socket is somebody's. */
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert_int_eq(link_server_new(path, 0600, &user, 1, FRAME_MAX, &handler, &second), -EEXIST);
    ck_assert_ptr_null(second);
    link_channel_unref(far.channel);
}
END_TEST

START_TEST(a_long_path_is_named)
{
    struct side side = {0};
    struct link_handler handler = handler_of(&side);
    char too_long[109];
    memset(too_long, 'a', sizeof(too_long) - 1);
    too_long[108] = '\0';
    uid_t user = getuid();
    struct link_server *server;
    struct link_client *client;
    ck_assert_int_eq(link_server_new(too_long, 0600, &user, 1, FRAME_MAX, &handler, &server), -EMSGSIZE);
    ck_assert_int_eq(link_client_new(too_long, user, FRAME_MAX, &handler, &client), -EMSGSIZE);
}
END_TEST

CHECK_MAIN("link/channel", frames_go_both_ways_in_order, many_threads_may_send,
           a_client_waits_for_its_server_and_finds_it_again, another_user_is_turned_away_by_both_ends,
           an_oversized_frame_ends_the_channel, an_end_that_does_not_read_is_given_up,
           each_sender_learns_of_its_own_frame_alone, a_frame_begun_is_lost,
           a_frame_cut_short_ends_the_channel, the_socket_file_is_replaced_only_when_nobody_listens,
           a_long_path_is_named)
