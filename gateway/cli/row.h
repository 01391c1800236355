/* One officer as a row of an import (docs/PROTOCOL-ACCESS.md, section 5): the cells of a table read into what the gateway is
 * sent, checked by the description that the gateway reads too and by the edition of the order in force. What needs the register
 * is the gateway's to say. Any thread. */
#ifndef GATEWAY_CLI_ROW_H
#define GATEWAY_CLI_ROW_H

#include "base/buffer.h"
#include "gateway/wire/act.h"
#include "policy/rights.h"

#include <jansson.h>

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

/* Borrows from the cells, apart from the JSON. */
struct cli_row {
    struct base_bytes iin; /* without spaces around it */
    json_t *json;          /* as the gateway is sent it; what a cell does not say is not in it */
    struct policy_rights rights;
    int64_t until_us; /* INT64_MAX for no end */
};
/* Accepts a zeroed struct. */
void cli_row_clear(struct cli_row *row);

enum { CLI_ROW_FAULTS_MAX = 24 };

struct cli_row_faults {
    size_t count;
    struct {
        enum cli_column column;
        const char *code; /* wire_fault_code() or wire_code_text(); static */
    } items[CLI_ROW_FAULTS_MAX];
};

bool cli_row_is_faulty(const struct cli_row_faults *faults, enum cli_column column);

/* Reads the cells, UTF-8, in the order of the enumeration; what cannot be read is in ret_faults. Bases and duties are separated
 * by spaces or '|'. until is a time as cli_moment_parse() takes it, or a day (2027-01-31 or 31.01.2027) through the end of
 * which the rights last. Needs base_clock_zone_init(). The caller clears ret_row. -ENOMEM. */
int cli_row_read(const struct base_bytes cells[static CLI_COLUMN_COUNT], struct cli_row *ret_row,
                 struct cli_row_faults *ret_faults) BASE_MUST_USE;

/* What rows are checked against. Borrowed. */
struct cli_row_rule {
    const struct wire_acts *acts;         /* with the description of a row */
    const struct policy_edition *edition; /* in force now; NULL: none, no rights can be given */
    int64_t now_us;
};

/* Adds all faults of a row to those of its cells. */
void cli_row_check(const struct cli_row_rule *rule, const struct cli_row *row, struct cli_row_faults *faults);

enum { CLI_ROW_BYTES_MAX = 16 << 10 }; /* of what a row without faults is encoded as */
/* Appends the row as canonical JSON. The buffer's errors, -EINVAL. */
int cli_row_encode(const struct cli_row *row, struct base_buffer *out) BASE_MUST_USE;

#endif
