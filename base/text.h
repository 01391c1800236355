/* What may pass as text: well-formed UTF-8 (RFC 3629) without NUL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* True for well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. NUL counts as well-formed. */
bool base_text_is_utf8(struct base_bytes text);

/* True when every byte is a printable ASCII character (0x20-0x7e). */
bool base_text_is_printable(struct base_bytes text);

/* The number of code points of well-formed UTF-8. */
size_t base_text_length(struct base_bytes text);

#endif
