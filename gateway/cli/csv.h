/* Tables as CSV (RFC 4180), read strictly: separators, quotes and line ends where they belong, every row with as many fields
 * as the header, nothing without a bound. What is wrong is named by row and column, and reading goes on behind it as long as
 * the next row's begin is certain. Not for two threads at once. */
#ifndef GATEWAY_CLI_CSV_H
#define GATEWAY_CLI_CSV_H

#include "base/buffer.h"

enum {
    CLI_CSV_FILE_BYTES_MAX = 64 << 20,
    CLI_CSV_TEXT_BYTES_MAX = 3 * CLI_CSV_FILE_BYTES_MAX, /* as UTF-8: a character of one byte may need three */
    CLI_CSV_ROW_BYTES_MAX = 64 << 10,
    CLI_CSV_FIELD_BYTES_MAX = 4 << 10, /* without quotes */
    CLI_CSV_COLUMNS_MAX = 64,
};

enum cli_csv_encoding {
    CLI_CSV_UNKNOWN = 0, /* to be found */
    CLI_CSV_UTF8,
    CLI_CSV_WINDOWS_1251,
    CLI_CSV_KZ_1048, /* STRK 1048-2002: Windows-1251 with the Kazakh letters; only when it is asked for */
};

/* "utf-8", "windows-1251", "kz-1048"; UNKNOWN for another text. "unknown" for UNKNOWN. */
enum cli_csv_encoding cli_csv_encoding_parse(const char *text);
const char *cli_csv_encoding_name(enum cli_csv_encoding encoding);

/* Named condition: the file cannot be read as text; ret_why says why. */
enum { CLI_CSV_UNREADABLE = 1, CLI_CSV_WHY_MAX = 240 };

/* Appends the file's text as UTF-8 without a byte order mark. With UNKNOWN the encoding is found: well-formed UTF-8, else
 * Windows-1251 when every byte above ASCII is a letter or a mark that Russian text has there, and capitals stand where words
 * begin; all else is refused as ambiguous. -ENOMEM, -ENOBUFS. */
int cli_csv_decode(struct base_bytes file, enum cli_csv_encoding asked, struct base_buffer *out,
                   enum cli_csv_encoding *ret_found, char ret_why[static CLI_CSV_WHY_MAX]) BASE_MUST_USE;

/* What may be wrong with a row. */
enum cli_csv_fault {
    CLI_CSV_FAULT_NONE = 0,
    CLI_CSV_FAULT_NUL,          /* a NUL byte */
    CLI_CSV_FAULT_QUOTE,        /* a quote inside a field without quotes, or something behind a closing one */
    CLI_CSV_FAULT_RETURN,       /* a carriage return without its line feed */
    CLI_CSV_FAULT_FIELD_LONG,
    CLI_CSV_FAULT_FIELD_COUNT,  /* another number of fields than the header */
    CLI_CSV_FAULT_UNCLOSED,     /* a quote that is never closed: nothing behind it can be read */
    CLI_CSV_FAULT_ROW_LONG,     /* likewise, the row's end is not found */
    CLI_CSV_FAULT_COLUMNS_MANY, /* likewise */
};

struct cli_csv {
    struct base_bytes rest; /* not read yet */
    char separator;
    size_t columns;   /* of the header; 0 before it is read */
    uint32_t line;    /* next line of the file, from 1 */
    bool is_lost;     /* reading cannot go on */
    struct base_buffer unquoted;
};

/* One row. The fields are borrowed until the next row is read; with a fault they are not to be used. */
struct cli_csv_row {
    uint32_t line; /* on which it begins */
    struct base_bytes fields[CLI_CSV_COLUMNS_MAX];
    size_t count;
    enum cli_csv_fault fault; /* the first */
    size_t fault_column;      /* from 1 */
};

/* Finds the separator in the first line: the one of comma, semicolon and tab that stands there outside quotes.
 * CLI_CSV_UNREADABLE when there is none, or more than one. text is UTF-8 and stays the caller's. The caller clears ret_csv. */
int cli_csv_begin(struct base_bytes text, struct cli_csv *ret_csv, char ret_why[static CLI_CSV_WHY_MAX]) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void cli_csv_clear(struct cli_csv *csv);

/* Named condition: there is no further row. Empty lines at the end of the file are none. */
enum { CLI_CSV_END = 1 };
/* Reads a row, the header first. 0 also with a fault in it; CLI_CSV_END; -ENOMEM. */
int cli_csv_next(struct cli_csv *csv, struct cli_csv_row *ret_row) BASE_MUST_USE;

#endif
