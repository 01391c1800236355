/* The small texts that notes, checkpoints and proofs are made of. For the room's own files. */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include "audit/store.h"

/* Takes one line off the text, without its newline; false when no whole line is left. */
bool audit_line_take(struct base_bytes *text, struct base_bytes *ret_line);
/* Decimal without leading zeros or sign, at most 19 digits. */
bool audit_decimal_parse(struct base_bytes text, uint64_t *ret_value);
/* 44 characters of base64. */
bool audit_hash_parse(struct base_bytes base64, struct audit_hash *ret_hash);

#endif
