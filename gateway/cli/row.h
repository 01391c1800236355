/* One officer as a row of an import (docs/PROTOCOL-ACCESS.md, section 5): the cells of a table read into what the gateway is
 * sent, checked by the same rules as an application's form and rights. What needs the register is the gateway's to say. Any
 * thread. */
#ifndef GATEWAY_CLI_ROW_H
#define GATEWAY_CLI_ROW_H

#include "base/clock.h"
#include "base/json.h"
#include "policy/rights.h"

enum cli_column {
    CLI_COLUMN_IIN = 0,
    CLI_COLUMN_BIN,
    CLI_COLUMN_UNIT, /* may be empty or absent, like patronymic, duties, until */
    CLI_COLUMN_SURNAME,
    CLI_COLUMN_GIVEN,
    CLI_COLUMN_PATRONYMIC,
    CLI_COLUMN_POSITION,
    CLI_COLUMN_ROLE,
    CLI_COLUMN_BASES,
    CLI_COLUMN_DUTIES,
    CLI_COLUMN_UNTIL,
    CLI_COLUMN_COUNT
};

/* "iin"; static. "" for COUNT. */
const char *cli_column_name(enum cli_column column);
/* By its name or a Russian or Kazakh word for it, in small or capital letters; COUNT when it is none. */
enum cli_column cli_column_find(struct base_bytes word);
/* Whether a table may be without it. */
bool cli_column_is_optional(enum cli_column column);

/* Policy now. Borrowed. */
struct cli_row_rule {
    const struct policy_edition *edition; /* NULL: none in force, no rights can be given */
    int64_t now_us;
};

/* Borrows from the cells. */
struct cli_row {
    struct base_bytes text[CLI_COLUMN_COUNT]; /* without spaces around it; empty: null */
    struct policy_rights rights;
    char until[BASE_TIME_TEXT_MAX]; /* "" for no end */
};

enum { CLI_ROW_FAULTS_MAX = 24 };

struct cli_row_faults {
    size_t count;
    struct {
        enum cli_column column;
        const char *code; /* wire_fault_code() or wire_code_text(); static */
    } items[CLI_ROW_FAULTS_MAX];
};

/* Reads the cells, in the order of the enumeration. All faults are in ret_faults; ret_row is whole without any. Bases and
 * duties are separated by spaces or '|'. until is a time as cli_moment_parse() takes it, or a day (2027-01-31 or 31.01.2027)
 * through the end of which the rights last. Needs base_clock_zone_init(). */
void cli_row_read(const struct base_bytes cells[static CLI_COLUMN_COUNT], const struct cli_row_rule *rule,
                  struct cli_row *ret_row, struct cli_row_faults *ret_faults);

enum { CLI_ROW_BYTES_MAX = 16 << 10 }; /* of what a row without faults is encoded as */
/* Appends the row as canonical JSON. The buffer's errors, -EINVAL. */
int cli_row_encode(const struct cli_row *row, struct base_buffer *out) BASE_MUST_USE;

#endif
