#include "schema/store/params.h"

#include <errno.h>
#include <limits.h>

/* Fixed header of a one-dimensional array: dimensions, null flag, element type, length, lower bound. */
enum { ARRAY_HEADER_BYTES = 20 };

static void big_endian(uint8_t *out, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        out[i] = (uint8_t) (value >> (8 * (width - 1 - i)));
}

static void add(struct store_params *params, const void *value, size_t len)
{
    if (params->count == STORE_PARAMS_MAX || len > INT_MAX) {
        params->error = -EOVERFLOW;
        return;
    }
    params->values[params->count] = value;
    params->lengths[params->count] = (int) len;
    params->formats[params->count] = 1;
    params->count++;
}

static void add_integer(struct store_params *params, uint64_t value, size_t width)
{
    if (params->count == STORE_PARAMS_MAX) {
        params->error = -EOVERFLOW;
        return;
    }
    uint8_t *scratch = params->scratch[params->count];
    big_endian(scratch, value, width);
    add(params, scratch, width);
}

void store_params_i16(struct store_params *params, int16_t value)
{
    add_integer(params, (uint64_t) value, 2);
}

void store_params_i32(struct store_params *params, int32_t value)
{
    add_integer(params, (uint64_t) value, 4);
}

void store_params_i64(struct store_params *params, int64_t value)
{
    add_integer(params, (uint64_t) value, 8);
}

void store_params_time(struct store_params *params, int64_t at_us)
{
    store_params_i64(params, at_us - STORE_TIME_EPOCH_US);
}

void store_params_bytes(struct store_params *params, struct base_bytes bytes)
{
    add(params, bytes.data ? (const void *) bytes.data : "", bytes.len);
}

void store_params_text(struct store_params *params, const char *text)
{
    if (text)
        add(params, text, strlen(text));
    else
        store_params_null(params);
}

void store_params_null(struct store_params *params)
{
    add(params, NULL, 0);
}

void store_array_init(struct store_array *array, size_t max_bytes)
{
    *array = (struct store_array){.count = 0};
    base_buffer_init(&array->buffer, max_bytes);
}

void store_array_clear(struct store_array *array)
{
    base_buffer_clear(&array->buffer);
    array->count = 0;
}

void store_array_begin(struct store_array *array, enum store_array_type type)
{
    base_buffer_reset(&array->buffer);
    array->count = 0;
    array->has_null = false;
    base_buffer_append_u32(&array->buffer, 1);
    base_buffer_append_u32(&array->buffer, 0);
    base_buffer_append_u32(&array->buffer, (uint32_t) type);
    base_buffer_append_u32(&array->buffer, 0);
    base_buffer_append_u32(&array->buffer, 1);
}

static void array_integer(struct store_array *array, uint64_t value, uint32_t width)
{
    uint8_t *at = base_buffer_extend(&array->buffer, 4 + width);
    if (!at)
        return;
    big_endian(at, width, 4);
    big_endian(at + 4, value, width);
    array->count++;
}

void store_array_bool(struct store_array *array, bool value)
{
    array_integer(array, value ? 1 : 0, 1);
}

void store_array_i16(struct store_array *array, int16_t value)
{
    array_integer(array, (uint64_t) value, 2);
}

void store_array_i32(struct store_array *array, int32_t value)
{
    array_integer(array, (uint64_t) value, 4);
}

void store_array_i64(struct store_array *array, int64_t value)
{
    array_integer(array, (uint64_t) value, 8);
}

void store_array_time(struct store_array *array, int64_t at_us)
{
    store_array_i64(array, at_us - STORE_TIME_EPOCH_US);
}

void store_array_bytes(struct store_array *array, struct base_bytes bytes)
{
    base_buffer_append_field(&array->buffer, bytes);
    array->count++;
}

void store_array_text(struct store_array *array, const char *text)
{
    if (text)
        store_array_bytes(array, base_bytes_text(text));
    else
        store_array_null(array);
}

void store_array_null(struct store_array *array)
{
    base_buffer_append_u32(&array->buffer, UINT32_MAX);
    array->count++;
    array->has_null = true;
}

void store_params_array(struct store_params *params, struct store_array *array)
{
    if (base_buffer_error(&array->buffer) < 0) {
        params->error = base_buffer_error(&array->buffer);
        return;
    }
    big_endian(array->buffer.data + 4, array->has_null ? 1 : 0, 4);
    big_endian(array->buffer.data + 12, array->count, 4);
    struct base_bytes bytes = base_buffer_view(&array->buffer);
    /* An array of length 0 would have a dimension without elements, which PostgreSQL does not take. */
    if (array->count == 0) {
        big_endian(array->buffer.data, 0, 4);
        bytes.len = ARRAY_HEADER_BYTES - 8;
    }
    store_params_bytes(params, bytes);
}
