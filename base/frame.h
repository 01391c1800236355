/* Typed, length-framed messages between our own processes over a stream socket: u32 length of all that follows, u16
 * type, body. The body's fields are written with base_buffer_append_* and read with base_reader_*. */
#ifndef BASE_FRAME_H
#define BASE_FRAME_H

#include "base/buffer.h"

enum { BASE_FRAME_HEADER_BYTES = 6 };
enum { BASE_FRAME_CLOSED = 1 }; /* the other side closed between two frames */

/* Writes one frame with MSG_NOSIGNAL, waiting as long as the socket does. Negative errno; -EPIPE when closed. One
 * thread at a time per socket. */
int base_frame_write(int fd, uint16_t type, struct base_bytes body) BASE_MUST_USE;

/* Reads one frame into an emptied buffer whose maximum bounds the body. BASE_FRAME_CLOSED, -EMSGSIZE when the body is
 * over the maximum, -ECONNRESET when the stream ends inside a frame, else recv()'s error. One thread at a time. */
int base_frame_read(int fd, uint16_t *ret_type, struct base_buffer *body) BASE_MUST_USE;

#endif
