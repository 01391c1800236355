#include "schema/store/row.h"

#include "base/reader.h"
#include "schema/store/params.h"

#include <errno.h>

static void misfit(struct store_row *row)
{
    if (row->error == 0)
        row->error = -EBADMSG;
}

/* The next column's value; false for null. */
static bool next(struct store_row *row, struct base_bytes *ret_value)
{
    int column = row->column++;
    *ret_value = base_bytes_of(NULL, 0);
    if (column >= PQnfields(row->result)) {
        misfit(row);
        return false;
    }
    if (PQgetisnull(row->result, row->row, column))
        return false;
    *ret_value =
        base_bytes_of(PQgetvalue(row->result, row->row, column), (size_t) PQgetlength(row->result, row->row, column));
    return true;
}

/* False for null. A wrong width is a misfit and gives zero. */
static bool integer(struct store_row *row, size_t width, int64_t *ret_value)
{
    struct base_bytes value;
    *ret_value = 0;
    if (!next(row, &value))
        return false;
    if (value.len != width) {
        misfit(row);
        return true;
    }
    uint64_t bits = value.data[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < width; i++)
        bits = bits << 8 | value.data[i];
    *ret_value = (int64_t) bits;
    return true;
}

static int64_t integer_of(struct store_row *row, size_t width)
{
    int64_t value;
    if (!integer(row, width, &value))
        misfit(row);
    return value;
}

static int64_t integer_or(struct store_row *row, size_t width, int64_t other)
{
    int64_t value;
    return integer(row, width, &value) ? value : other;
}

bool store_row_bool(struct store_row *row)
{
    return integer_of(row, 1) != 0;
}

int16_t store_row_i16(struct store_row *row)
{
    return (int16_t) integer_of(row, 2);
}

int32_t store_row_i32(struct store_row *row)
{
    return (int32_t) integer_of(row, 4);
}

int64_t store_row_i64(struct store_row *row)
{
    return integer_of(row, 8);
}

int64_t store_row_time(struct store_row *row)
{
    return integer_of(row, 8) + STORE_TIME_EPOCH_US;
}

int16_t store_row_i16_or(struct store_row *row, int16_t other)
{
    return (int16_t) integer_or(row, 2, other);
}

int32_t store_row_i32_or(struct store_row *row, int32_t other)
{
    return (int32_t) integer_or(row, 4, other);
}

int64_t store_row_i64_or(struct store_row *row, int64_t other)
{
    return integer_or(row, 8, other);
}

int64_t store_row_time_or(struct store_row *row, int64_t other)
{
    int64_t value;
    return integer(row, 8, &value) ? value + STORE_TIME_EPOCH_US : other;
}

const char *store_row_text(struct store_row *row)
{
    struct base_bytes value;
    return next(row, &value) ? (const char *) value.data : NULL;
}

void store_row_copy(struct store_row *row, char *ret_text, size_t size)
{
    struct base_bytes value;
    ret_text[0] = '\0';
    if (!next(row, &value))
        return;
    if (value.len >= size) {
        misfit(row);
        return;
    }
    memcpy(ret_text, value.data, value.len);
    ret_text[value.len] = '\0';
}

struct base_bytes store_row_bytes(struct store_row *row)
{
    struct base_bytes value;
    if (!next(row, &value))
        misfit(row);
    return value;
}

const uint8_t *store_row_fixed(struct store_row *row, size_t len)
{
    struct base_bytes value;
    if (!next(row, &value))
        return NULL;
    if (value.len != len) {
        misfit(row);
        return NULL;
    }
    return value.data;
}

void store_row_array(struct store_row *row, store_row_element *each, void *context)
{
    struct base_bytes value;
    if (!next(row, &value))
        return;
    struct base_reader reader = base_reader_of(value);
    uint32_t dimensions = base_reader_u32(&reader);
    base_reader_u32(&reader); /* whether there are nulls: seen below */
    base_reader_u32(&reader); /* the element type: fixed by the statement */
    if (dimensions > 1) {
        misfit(row);
        return;
    }
    uint32_t count = 0;
    if (dimensions == 1) {
        count = base_reader_u32(&reader);
        base_reader_u32(&reader); /* lower bound */
    }
    for (uint32_t i = 0; i < count && !reader.failed; i++) {
        struct base_bytes element = base_reader_field(&reader, INT32_MAX); /* a null's length, -1, is over it */
        int r = reader.failed ? 0 : each(context, i, element);
        if (r != 0) {
            row->error = row->error ? row->error : r;
            return;
        }
    }
    if (base_reader_end(&reader) < 0)
        misfit(row);
}

static int add_name(void *context, size_t index, struct base_bytes element)
{
    struct store_names *names = context;
    if (index >= STORE_NAMES_MAX || element.len >= STORE_NAME_MAX)
        return -EBADMSG;
    memcpy(names->names[index], element.data, element.len);
    names->names[index][element.len] = '\0';
    names->count = index + 1;
    return 0;
}

void store_row_names(struct store_row *row, struct store_names *ret_names)
{
    ret_names->count = 0;
    store_row_array(row, add_name, ret_names);
}

int store_row_end(const struct store_row *row)
{
    if (row->error)
        return row->error;
    return row->column == PQnfields(row->result) ? 0 : -EBADMSG;
}
