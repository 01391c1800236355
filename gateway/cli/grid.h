/* A table with a header, shown as text or as HTML. */
#ifndef GATEWAY_CLI_GRID_H
#define GATEWAY_CLI_GRID_H

#include "base/buffer.h"

enum { CLI_GRID_CELLS_MAX = 1 << 20 };

struct cli_grid {
    size_t columns;
    size_t count, capacity; /* cells; the first `columns` of them are the header */
    char **cells;
};

/* 1 column or more. */
void cli_grid_init(struct cli_grid *grid, size_t columns);
/* Accepts a zeroed struct. */
void cli_grid_clear(struct cli_grid *grid);

/* The next cell, row by row, header first. -ENOMEM, or -ENOBUFS over CLI_GRID_CELLS_MAX. */
int cli_grid_add(struct cli_grid *grid, struct base_bytes text) BASE_MUST_USE;
static inline int cli_grid_add_text(struct cli_grid *grid, const char *text)
{
    return cli_grid_add(grid, base_bytes_text(text));
}

/* Full rows without the header. */
size_t cli_grid_rows(const struct cli_grid *grid);

/* Appends the table as text made safe to show. Wider than width_max, each row becomes a block of "header: value" lines
 * under a heading of `record` and the row's number, counted from first_number. */
int cli_grid_print(const struct cli_grid *grid, size_t width_max, const char *record, size_t first_number,
                   struct base_buffer *out) BASE_MUST_USE;

/* Appends HTML tables; more than columns_max columns become one two-column table for each row. */
int cli_grid_html(const struct cli_grid *grid, size_t columns_max, const char *record, size_t first_number,
                  struct base_buffer *out) BASE_MUST_USE;

#endif
