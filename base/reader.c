#include "base/reader.h"

#include <errno.h>

struct base_bytes base_reader_bytes(struct base_reader *reader, size_t len)
{
    if (reader->failed || len > reader->rest.len) {
        reader->failed = true;
        return base_bytes_of(NULL, 0);
    }
    struct base_bytes taken = base_bytes_of(reader->rest.data, len);
    reader->rest.data = len > 0 ? reader->rest.data + len : reader->rest.data;
    reader->rest.len -= len;
    return taken;
}

static uint64_t read_integer(struct base_reader *reader, size_t width)
{
    struct base_bytes bytes = base_reader_bytes(reader, width);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

uint8_t base_reader_u8(struct base_reader *reader)
{
    return (uint8_t) read_integer(reader, 1);
}

uint16_t base_reader_u16(struct base_reader *reader)
{
    return (uint16_t) read_integer(reader, 2);
}

uint32_t base_reader_u32(struct base_reader *reader)
{
    return (uint32_t) read_integer(reader, 4);
}

uint64_t base_reader_u64(struct base_reader *reader)
{
    return read_integer(reader, 8);
}

struct base_bytes base_reader_field(struct base_reader *reader, size_t max_bytes)
{
    uint32_t len = base_reader_u32(reader);
    if (len > max_bytes)
        reader->failed = true;
    return base_reader_bytes(reader, reader->failed ? 0 : len);
}

int base_reader_end(const struct base_reader *reader)
{
    return reader->failed || reader->rest.len > 0 ? -EBADMSG : 0;
}
