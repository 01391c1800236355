/* One row of a binary result, read column by column from the left. Inner part of the store: not for other rooms.
 *
 * The first misfit (wrong length, null where none may be, a text too long) is sticky and told by store_row_end(). */
#ifndef SCHEMA_STORE_ROW_H
#define SCHEMA_STORE_ROW_H

#include "schema/store/store.h"

#include <libpq-fe.h>

struct store_row {
    const PGresult *result; /* borrowed */
    int row, column;
    int error;
};

static inline struct store_row store_row_of(const PGresult *result, int row)
{
    return (struct store_row){.result = result, .row = row};
}

bool store_row_bool(struct store_row *row);
int16_t store_row_i16(struct store_row *row);
int32_t store_row_i32(struct store_row *row);
int64_t store_row_i64(struct store_row *row);
int64_t store_row_time(struct store_row *row);
/* As above, null gives the other value. */
int16_t store_row_i16_or(struct store_row *row, int16_t other);
int32_t store_row_i32_or(struct store_row *row, int32_t other);
int64_t store_row_i64_or(struct store_row *row, int64_t other);
int64_t store_row_time_or(struct store_row *row, int64_t other);
/* Borrowed from the result; null gives NULL. libpq ends every value with a NUL. */
const char *store_row_text(struct store_row *row);
/* Copied; null gives "". */
void store_row_copy(struct store_row *row, char *ret_text, size_t size);
struct base_bytes store_row_bytes(struct store_row *row);
/* Exactly len bytes, borrowed; null gives NULL without an error. */
const uint8_t *store_row_fixed(struct store_row *row, size_t len);

/* A one-dimensional array: calls each for its elements, borrowed, and stops at the first non-zero answer, which becomes
 * the row's error. Null gives no element; a null element is an error. */
typedef int store_row_element(void *context, size_t index, struct base_bytes element);
void store_row_array(struct store_row *row, store_row_element *each, void *context);
/* An array of texts as names. */
void store_row_names(struct store_row *row, struct store_names *ret_names);

/* 0 when every column was read and fitted, else -EBADMSG. */
int store_row_end(const struct store_row *row) BASE_MUST_USE;

#endif
