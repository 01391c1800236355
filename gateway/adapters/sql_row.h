/* Rows of a registry's answer as canonical JSON records. */
#ifndef GATEWAY_ADAPTERS_SQL_ROW_H
#define GATEWAY_ADAPTERS_SQL_ROW_H

#include <libpq-fe.h>

#include "base/buffer.h"

/* Named conditions: a row that is no record (another column type, broken JSON, a fraction), and records over the
 * buffer's maximum. */
enum { ADAPTER_ROW_MISFIT = 1, ADAPTER_ROW_TOO_LARGE = 2 };

/* Appends row 0 of a result to an array of records that was begun with "[" and is ended with "]": a single column of
 * type json or jsonb is the record, else each column is a member of that name. -ENOMEM. */
int adapter_row_append(const PGresult *result, struct base_buffer *records) BASE_MUST_USE;

#endif
