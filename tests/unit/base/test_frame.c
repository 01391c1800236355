/* Proves: frames cross a socket whole, whatever is over the bound or cut short is an error and never a shorter frame. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/frame.h"
#include "tests/check_main.h"

static int ends[2];
static struct base_buffer body;

static void pair_open(size_t max)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    base_buffer_init(&body, max);
}

static void pair_close(void)
{
    close(ends[0]);
    close(ends[1]);
    base_buffer_clear(&body);
}

START_TEST(frames_cross_whole)
{
    pair_open(64);
    uint16_t type = 0;
    ck_assert_int_eq(base_frame_write(ends[0], 7, base_bytes_text("body")), 0);
    ck_assert_int_eq(base_frame_write(ends[0], 65535, base_bytes_of(NULL, 0)), 0);
    ck_assert_int_eq(base_frame_read(ends[1], &type, &body), 0);
    ck_assert_uint_eq(type, 7);
    ck_assert(base_bytes_equal_text(base_buffer_view(&body), "body"));
    ck_assert_int_eq(base_frame_read(ends[1], &type, &body), 0);
    ck_assert_uint_eq(type, 65535);
    ck_assert_uint_eq(body.len, 0);
    shutdown(ends[0], SHUT_WR);
    ck_assert_int_eq(base_frame_read(ends[1], &type, &body), BASE_FRAME_CLOSED);
    pair_close();
}
END_TEST

START_TEST(a_body_over_the_bound_is_refused_unread)
{
    pair_open(3);
    uint16_t type;
    ck_assert_int_eq(base_frame_write(ends[0], 1, base_bytes_text("four")), 0);
    ck_assert_int_eq(base_frame_read(ends[1], &type, &body), -EMSGSIZE);
    pair_close();
}
END_TEST

START_TEST(every_cut_is_a_reset)
{
    static const uint8_t frame[] = {0, 0, 0, 4, 0, 1, 'h', 'i'};
    for (size_t len = 1; len < sizeof(frame); len++) {
        pair_open(64);
        uint16_t type;
        ck_assert_int_eq(send(ends[0], frame, len, 0), (ssize_t) len);
        shutdown(ends[0], SHUT_WR);
        ck_assert_int_eq(base_frame_read(ends[1], &type, &body), -ECONNRESET);
        pair_close();
    }
}
END_TEST

START_TEST(a_length_without_a_type_is_refused)
{
    pair_open(64);
    static const uint8_t frame[] = {0, 0, 0, 1, 0, 1};
    uint16_t type;
    ck_assert_int_eq(send(ends[0], frame, sizeof(frame), 0), sizeof(frame));
    ck_assert_int_eq(base_frame_read(ends[1], &type, &body), -EBADMSG);
    pair_close();
}
END_TEST

START_TEST(writing_to_a_closed_end_is_an_error_not_a_signal)
{
    pair_open(64);
    close(ends[1]);
    ck_assert_int_eq(base_frame_write(ends[0], 1, base_bytes_text("x")), -EPIPE);
    close(ends[0]);
    base_buffer_clear(&body);
}
END_TEST

CHECK_MAIN("base/frame", frames_cross_whole, a_body_over_the_bound_is_refused_unread, every_cut_is_a_reset,
           a_length_without_a_type_is_refused, writing_to_a_closed_end_is_an_error_not_a_signal)
