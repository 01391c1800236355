/* Reads one TSV file of an edition, strictly: UTF-8, lines ended by LF alone, a known header, no empty field, no other
 * control character. Inner header of the room.
 *
 * Every error is "path:line:column: text" (line and column from 1, in characters) in a text that the caller frees. */
#ifndef POLICY_TSV_H
#define POLICY_TSV_H

#include "base/bytes.h"
#include "base/result.h"

enum { POLICY_TSV_FIELDS_MAX = 13, POLICY_TSV_LINE_MAX = 4096 /* bytes */ };
enum { POLICY_TSV_END = 1 };

struct policy_tsv {
    const char *path;
    char *rest; /* what is not read yet, ended by a NUL */
    const char *const *header;
    unsigned width; /* fields in a line */
    unsigned line;
    struct {
        char *text; /* NUL-terminated, never empty; lives in the caller's bytes */
        unsigned column;
    } field[POLICY_TSV_FIELDS_MAX];
    char **error;
};

/* Checks the whole text and its first line against the NULL-terminated header. The text (len bytes and a NUL) is cut
 * into fields in place and stays the caller's, as do path, header and ret_error. -EINVAL, -ENOMEM. */
int policy_tsv_begin(struct policy_tsv *tsv, const char *path, char *text, size_t len, const char *const *header,
                     char **ret_error) BASE_MUST_USE;

/* Reads the next line into tsv->field. 0, POLICY_TSV_END, -EINVAL, -ENOMEM. */
int policy_tsv_next(struct policy_tsv *tsv) BASE_MUST_USE;

/* Sets the error at a field of the current line (at its beginning for a field past the last); returns -EINVAL, or
 * -ENOMEM. */
int policy_tsv_fail(struct policy_tsv *tsv, unsigned field, const char *format, ...) BASE_PRINTF(3, 4) BASE_MUST_USE;

/* The field as a decimal number in [min, max] without sign or leading zero. */
int policy_tsv_number(struct policy_tsv *tsv, unsigned field, unsigned min, unsigned max,
                      unsigned *ret_number) BASE_MUST_USE;

/* The same, or "-" for 0. */
int policy_tsv_number_or_none(struct policy_tsv *tsv, unsigned field, unsigned min, unsigned max,
                              unsigned *ret_number) BASE_MUST_USE;

/* The field's place among NULL-terminated words; an unknown word is an error that names all of them. */
int policy_tsv_word(struct policy_tsv *tsv, unsigned field, const char *const *words,
                    unsigned *ret_index) BASE_MUST_USE;

/* "R01,R11" in ascending order, or "-": bits 1 << number (1-63). */
int policy_tsv_readings(struct policy_tsv *tsv, unsigned field, uint64_t *ret_readings) BASE_MUST_USE;

#endif
