#include "base/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

int base_frame_write(int fd, uint16_t type, struct base_bytes body)
{
    if (body.len > UINT32_MAX - 2)
        return -EMSGSIZE;
    uint32_t len = (uint32_t) body.len + 2;
    uint8_t header[BASE_FRAME_HEADER_BYTES] = {(uint8_t) (len >> 24), (uint8_t) (len >> 16), (uint8_t) (len >> 8),
                                               (uint8_t) len,         (uint8_t) (type >> 8), (uint8_t) type};
    size_t sent = 0, total = sizeof(header) + body.len;
    while (sent < total) {
        struct iovec parts[2];
        size_t count = 0;
        if (sent < sizeof(header))
            parts[count++] = (struct iovec){.iov_base = header + sent, .iov_len = sizeof(header) - sent};
        size_t body_sent = sent > sizeof(header) ? sent - sizeof(header) : 0;
        if (body.len > body_sent)
            /* iov_base is not const for writing either; sendmsg() does not change it. */
            parts[count++] = (struct iovec){.iov_base = (void *) (uintptr_t) (body.data + body_sent),
                                            .iov_len = body.len - body_sent};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        ssize_t put = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        sent += (size_t) put;
    }
    return 0;
}

static int read_exactly(int fd, uint8_t *at, size_t len, bool may_close)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = recv(fd, at + got, len - got, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return got == 0 && may_close ? BASE_FRAME_CLOSED : -ECONNRESET;
        got += (size_t) n;
    }
    return 0;
}

int base_frame_read(int fd, uint16_t *ret_type, struct base_buffer *body)
{
    uint8_t header[BASE_FRAME_HEADER_BYTES];
    int r = read_exactly(fd, header, sizeof(header), true);
    if (r != 0)
        return r;
    uint32_t len = (uint32_t) header[0] << 24 | (uint32_t) header[1] << 16 | (uint32_t) header[2] << 8 | header[3];
    if (len < 2)
        return -EBADMSG;
    len -= 2;
    if (len > body->max)
        return -EMSGSIZE;
    base_buffer_reset(body);
    uint8_t *at = base_buffer_extend(body, len);
    if (!at)
        return base_buffer_error(body);
    r = read_exactly(fd, at, len, false);
    if (r != 0)
        return r;
    *ret_type = (uint16_t) (header[4] << 8 | header[5]);
    return 0;
}
