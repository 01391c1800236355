/* A file of officers that are to be registered together: read whole, every row checked and every fault kept, then given out in
 * the parts that are uploaded. One thread. */
#ifndef GATEWAY_CLI_ROSTER_H
#define GATEWAY_CLI_ROSTER_H

#include "gateway/cli/csv.h"
#include "gateway/cli/row.h"
#include "gateway/cli/text.h"
#include "gateway/wire/message.h"

enum {
    CLI_ROSTER_ROWS_MAX = 4000000,
    CLI_ROSTER_PART_ROWS_MAX = 10000,
    CLI_ROSTER_PART_BYTES_MAX = 10 << 20,
    CLI_ROSTER_FAULTS_MAX = 100, /* that are kept; all are counted */
    CLI_ROSTER_WORD_MAX = 64,
};

/* As the gateway names one too. */
struct cli_roster_fault {
    uint32_t row;                     /* from 1, without the header; 0: the header */
    uint32_t line;                    /* of the file; 0: not known */
    char column[CLI_ROSTER_WORD_MAX]; /* "iin", or the number of the field where that is all there is; made safe to show */
    char code[CLI_ROSTER_WORD_MAX];
    uint32_t other; /* row that has the same IIN; 0: none */
};

struct cli_roster_faults {
    uint64_t count; /* found, also those that are not kept */
    struct cli_roster_fault items[CLI_ROSTER_FAULTS_MAX];
};

/* Counts the fault and keeps it when there is room. */
void cli_roster_fault_put(struct cli_roster_faults *faults, const struct cli_roster_fault *fault);

/* Appends what the code says to people, in that language. messages may be NULL. The buffer's errors. */
int cli_roster_fault_text(const char *code, const struct wire_messages *messages, enum cli_language language,
                          struct base_buffer *out);

struct cli_roster {
    struct base_buffer text;
    enum cli_csv_encoding encoding;
    char sha256[65];                  /* of the file's bytes */
    size_t place[CLI_COLUMN_COUNT];   /* field of each column, from 0; CLI_CSV_COLUMNS_MAX: not in the file */
    struct cli_csv csv;               /* stands before the next row of the parts */
    uint32_t *lines;                  /* of each row; rows of them */
    size_t rows, lines_room;
    struct cli_roster_faults faults;
};

/* What rows are checked against; importer is the IIN of who imports, who cannot be in it; NULL: not known. */
struct cli_roster_rule {
    struct cli_row_rule row;
    const char *importer;
    enum cli_csv_encoding encoding;
};

/* Named condition: the file cannot be used at all; ret_why says why. */
enum { CLI_ROSTER_UNUSABLE = 1, CLI_ROSTER_WHY_MAX = 320 };

/* Reads and checks. 0 also with faults, which must be looked at. CLI_ROSTER_UNUSABLE, -ENOMEM. The caller clears ret_roster,
 * which must not move, in any case. */
int cli_roster_read(const char *path, const struct cli_roster_rule *rule, struct cli_roster *ret_roster,
                    char ret_why[static CLI_ROSTER_WHY_MAX]) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void cli_roster_clear(struct cli_roster *roster);

/* Named condition: all rows were given out. */
enum { CLI_ROSTER_END = 1 };
/* Appends the next part of a roster without faults: a canonical JSON array of so many rows.
 * CLI_ROSTER_END, -EINVAL, -ENOMEM, the buffer's errors. */
int cli_roster_part(struct cli_roster *roster, struct base_buffer *out, size_t *ret_rows) BASE_MUST_USE;

#endif
