/* Process log lines on standard error: one line, "key=value", level first. Programs log; rooms do not. No payload, no
 * personal data, no key material; a request is named by its id. The level is the only global. Any thread. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/result.h"

enum base_log_level { BASE_LOG_ERROR, BASE_LOG_WARNING, BASE_LOG_INFO, BASE_LOG_DEBUG };

/* Lines above this level are not written. Any thread. */
void base_log_level_set(enum base_log_level level);

/* format gives the pairs: "event=started port=%d". Control characters and bytes that are not printable ASCII become
 * '?'; a line is cut at 1,000 bytes. */
void base_log(enum base_log_level level, const char *format, ...) BASE_PRINTF(2, 3);

#endif
