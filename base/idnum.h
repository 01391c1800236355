/* Individual (IIN) and business (BIN) identification numbers: twelve digits, the last a check digit
 * (government decree № 406 of 22 May 2007). */
#ifndef BASE_IDNUM_H
#define BASE_IDNUM_H

#include "base/bytes.h"

enum { BASE_IDNUM_LEN = 12, BASE_IDNUM_TEXT_MAX = BASE_IDNUM_LEN + 1 };

enum base_idnum {
    BASE_IDNUM_MALFORMED = 0, /* not twelve digits */
    BASE_IDNUM_CHECK_WRONG,   /* twelve digits, last one wrong (or a serial that is never issued) */
    BASE_IDNUM_VALID,
};

/* Looks at digits alone: not at the date in an IIN, nor whether anybody bears the number. */
enum base_idnum base_idnum_check(struct base_bytes text);

#endif
