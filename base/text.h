/* What may pass as text: well-formed UTF-8 (RFC 3629) without NUL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* True for well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. NUL counts as well-formed. */
bool base_text_is_utf8(struct base_bytes text);

/* True when every byte is a printable ASCII character (0x20-0x7e). */
bool base_text_is_printable(struct base_bytes text);

/* What may stand in a text that people read and sign: well-formed UTF-8 without control characters (C0, DEL, C1) and without
 * what turns the direction of writing (U+202A-U+202E, U+2066-U+2069), so that what is shown is what was signed. With lines
 * a line feed may stand too. */
enum base_text_lines {
    BASE_TEXT_ONE_LINE = 0,
    BASE_TEXT_LINES,
};
bool base_text_is_plain(struct base_bytes text, enum base_text_lines lines);

/* The number of code points of well-formed UTF-8. */
size_t base_text_length(struct base_bytes text);

#endif
