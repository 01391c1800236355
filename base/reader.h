/* A bounds-checked cursor over bytes, the counterpart of base_buffer's appends. A read past the end, or a field longer
 * than allowed, gives zero or the empty view and is remembered; base_reader_end() tells whether everything was read and
 * nothing was missing or left over. Values read before that answer is known must not be acted on. */
#ifndef BASE_READER_H
#define BASE_READER_H

#include "base/bytes.h"
#include "base/result.h"

struct base_reader {
    struct base_bytes rest;
    bool failed;
};

static inline struct base_reader base_reader_of(struct base_bytes bytes)
{
    return (struct base_reader){.rest = bytes, .failed = false};
}

uint8_t base_reader_u8(struct base_reader *reader);
uint16_t base_reader_u16(struct base_reader *reader);
uint32_t base_reader_u32(struct base_reader *reader);
uint64_t base_reader_u64(struct base_reader *reader);
/* Exactly len bytes, borrowed. */
struct base_bytes base_reader_bytes(struct base_reader *reader, size_t len);
/* A u32 length of at most max_bytes, then that many bytes, borrowed. */
struct base_bytes base_reader_field(struct base_reader *reader, size_t max_bytes);

/* 0 when all was read and nothing failed, else -EBADMSG. */
int base_reader_end(const struct base_reader *reader) BASE_MUST_USE;

#endif
