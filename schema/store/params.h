/* Parameters of a prepared statement in PostgreSQL's binary format. Inner part of the store: not for other rooms. */
#ifndef SCHEMA_STORE_PARAMS_H
#define SCHEMA_STORE_PARAMS_H

#include "schema/store/store.h"

enum { STORE_PARAMS_MAX = 24 };

/* Values are borrowed until the statement was sent; integers are kept inside. The first error is sticky. */
struct store_params {
    int count;
    int error; /* -EOVERFLOW: too many, or a value over libpq's int */
    const char *values[STORE_PARAMS_MAX];
    int lengths[STORE_PARAMS_MAX];
    int formats[STORE_PARAMS_MAX];
    uint8_t scratch[STORE_PARAMS_MAX][8];
};

#define STORE_PARAMS_INIT ((struct store_params){.count = 0})

void store_params_i16(struct store_params *params, int16_t value);
void store_params_i32(struct store_params *params, int32_t value);
void store_params_i64(struct store_params *params, int64_t value);
void store_params_time(struct store_params *params, int64_t at_us);
void store_params_bytes(struct store_params *params, struct base_bytes bytes);
void store_params_text(struct store_params *params, const char *text); /* NULL gives SQL's null */
void store_params_null(struct store_params *params);

/* An array under construction; its memory is kept for the next one. */
struct store_array {
    struct base_buffer buffer;
    uint32_t count;
    bool has_null;
};

enum store_array_type { /* OIDs of the element types, fixed for ever by PostgreSQL */
                        STORE_ARRAY_BOOL = 16,
                        STORE_ARRAY_BYTEA = 17,
                        STORE_ARRAY_I64 = 20,
                        STORE_ARRAY_I16 = 21,
                        STORE_ARRAY_I32 = 23,
                        STORE_ARRAY_TEXT = 25,
                        STORE_ARRAY_TIME = 1184,
                        STORE_ARRAY_UUID = 2950,
};

void store_array_init(struct store_array *array, size_t max_bytes);
void store_array_clear(struct store_array *array);
/* Empties the array and names its element type. */
void store_array_begin(struct store_array *array, enum store_array_type type);
void store_array_bool(struct store_array *array, bool value);
void store_array_i16(struct store_array *array, int16_t value);
void store_array_i32(struct store_array *array, int32_t value);
void store_array_i64(struct store_array *array, int64_t value);
void store_array_time(struct store_array *array, int64_t at_us);
void store_array_bytes(struct store_array *array, struct base_bytes bytes);
void store_array_text(struct store_array *array, const char *text); /* NULL gives SQL's null */
void store_array_null(struct store_array *array);
/* Closes the array and makes it the next parameter; its content is borrowed until the statement was sent. */
void store_params_array(struct store_params *params, struct store_array *array);

/* PostgreSQL counts microseconds from the year 2000. */
#define STORE_TIME_EPOCH_US INT64_C(946684800000000)

#endif
