#include "gateway/cli/grid.h"

#include "gateway/cli/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 1 << 16, SIDE_BY_SIDE_MAX = 32 };

void cli_grid_init(struct cli_grid *grid, size_t columns)
{
    *grid = (struct cli_grid){.columns = columns};
}

void cli_grid_clear(struct cli_grid *grid)
{
    for (size_t i = 0; i < grid->count; i++)
        free(grid->cells[i]);
    free(grid->cells);
    *grid = (struct cli_grid){.columns = grid->columns};
}

int cli_grid_add(struct cli_grid *grid, struct base_bytes text)
{
    if (grid->count == CLI_GRID_CELLS_MAX)
        return -ENOBUFS;
    if (grid->count == grid->capacity) {
        size_t capacity = grid->capacity ? grid->capacity * 2 : 64;
        char **cells = realloc(grid->cells, capacity * sizeof *cells);
        if (!cells)
            return -ENOMEM;
        grid->cells = cells;
        grid->capacity = capacity;
    }
    struct base_buffer shown BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&shown, CELL_MAX);
    int r = cli_screen_text(text, &shown);
    if (r == -ENOBUFS) {
        /* A cell longer than this is no table any more; the whole value stands in the saved answer. */
        base_buffer_reset(&shown);
        r = base_buffer_append_text(&shown, "...");
    }
    char *cell = r ? NULL : base_buffer_take_text(&shown);
    if (!cell)
        return -ENOMEM;
    grid->cells[grid->count++] = cell;
    return 0;
}

size_t cli_grid_rows(const struct cli_grid *grid)
{
    size_t rows = grid->count / grid->columns;
    return rows ? rows - 1 : 0;
}

static struct base_bytes cell_at(const struct cli_grid *grid, size_t row, size_t column)
{
    return base_bytes_text(grid->cells[row * grid->columns + column]);
}

static int pad(struct base_buffer *out, const char *fill, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int r = base_buffer_append_text(out, fill);
        if (r)
            return r;
    }
    return 0;
}

static size_t widths_measure(const struct cli_grid *grid, size_t ret_widths[static SIDE_BY_SIDE_MAX])
{
    size_t total = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        ret_widths[column] = 0;
        for (size_t row = 0; row <= cli_grid_rows(grid); row++) {
            size_t width = cli_screen_width(cell_at(grid, row, column));
            if (width > ret_widths[column])
                ret_widths[column] = width;
        }
        total += ret_widths[column] + (column ? 2 : 0);
    }
    return total;
}

static void row_print(const struct cli_grid *grid, size_t row, const size_t *widths, struct base_buffer *out)
{
    for (size_t column = 0; column < grid->columns; column++) {
        struct base_bytes cell = cell_at(grid, row, column);
        (void) base_buffer_append(out, cell);
        if (column + 1 < grid->columns)
            (void) pad(out, " ", widths[column] - cli_screen_width(cell) + 2);
    }
    (void) base_buffer_append_text(out, "\n");
}

static void blocks_print(const struct cli_grid *grid, const char *record, size_t first_number, struct base_buffer *out)
{
    size_t widest = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        size_t width = cli_screen_width(cell_at(grid, 0, column));
        widest = width > widest ? width : widest;
    }
    for (size_t row = 1; row <= cli_grid_rows(grid); row++) {
        (void) base_buffer_printf(out, "%s%s %zu\n", row > 1 ? "\n" : "", record, first_number + row - 1);
        for (size_t column = 0; column < grid->columns; column++) {
            struct base_bytes name = cell_at(grid, 0, column);
            (void) base_buffer_append_text(out, "  ");
            (void) base_buffer_append(out, name);
            (void) pad(out, " ", widest - cli_screen_width(name) + 2);
            (void) base_buffer_append(out, cell_at(grid, row, column));
            (void) base_buffer_append_text(out, "\n");
        }
    }
}

int cli_grid_print(const struct cli_grid *grid, size_t width_max, const char *record, size_t first_number,
                   struct base_buffer *out)
{
    size_t widths[SIDE_BY_SIDE_MAX];
    if (grid->count < grid->columns)
        return -EINVAL;
    if (grid->columns > SIDE_BY_SIDE_MAX || widths_measure(grid, widths) > width_max) {
        blocks_print(grid, record, first_number, out);
        return base_buffer_error(out);
    }
    row_print(grid, 0, widths, out);
    for (size_t column = 0; column < grid->columns; column++) {
        (void) pad(out, "─", widths[column]);
        (void) base_buffer_append_text(out, column + 1 < grid->columns ? "  " : "\n");
    }
    for (size_t row = 1; row <= cli_grid_rows(grid); row++)
        row_print(grid, row, widths, out);
    return base_buffer_error(out);
}

static void cell_html(const char *tag, struct base_bytes text, struct base_buffer *out)
{
    (void) base_buffer_printf(out, "<%s>", tag);
    (void) cli_screen_html(text, out);
    (void) base_buffer_printf(out, "</%s>", tag);
}

static void row_html(const struct cli_grid *grid, size_t row, struct base_buffer *out)
{
    (void) base_buffer_append_text(out, "<tr>");
    for (size_t column = 0; column < grid->columns; column++)
        cell_html(row ? "td" : "th", cell_at(grid, row, column), out);
    (void) base_buffer_append_text(out, "</tr>\n");
}

int cli_grid_html(const struct cli_grid *grid, size_t columns_max, const char *record, size_t first_number,
                  struct base_buffer *out)
{
    if (grid->count < grid->columns)
        return -EINVAL;
    if (grid->columns <= columns_max) {
        (void) base_buffer_append_text(out, "<table><thead>");
        row_html(grid, 0, out);
        (void) base_buffer_append_text(out, "</thead><tbody>\n");
        for (size_t row = 1; row <= cli_grid_rows(grid); row++)
            row_html(grid, row, out);
        (void) base_buffer_append_text(out, "</tbody></table>\n");
        return base_buffer_error(out);
    }
    for (size_t row = 1; row <= cli_grid_rows(grid); row++) {
        (void) base_buffer_append_text(out, "<h3>");
        (void) cli_screen_html(base_bytes_text(record), out);
        (void) base_buffer_printf(out, " %zu</h3><table><tbody>\n", first_number + row - 1);
        for (size_t column = 0; column < grid->columns; column++) {
            (void) base_buffer_append_text(out, "<tr>");
            cell_html("th", cell_at(grid, 0, column), out);
            cell_html("td", cell_at(grid, row, column), out);
            (void) base_buffer_append_text(out, "</tr>\n");
        }
        (void) base_buffer_append_text(out, "</tbody></table>\n");
    }
    return base_buffer_error(out);
}
