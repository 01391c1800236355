/* The columns stored beside a leaf, read back. Inner part of the store: not for other rooms. */
#ifndef SCHEMA_STORE_COLUMNS_H
#define SCHEMA_STORE_COLUMNS_H

#include "schema/store/record.h"
#include "schema/store/row.h"

/* The columns that unfinished_read.sql and columns_read.sql begin with, borrowed from the result. */
void store_columns_take(struct store_row *row, uint64_t *ret_seq, struct store_record *ret_record,
                        struct base_bytes *ret_leaf);

#endif
