#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_int level_max = BASE_LOG_INFO;

void base_log_level_set(enum base_log_level level)
{
    atomic_store(&level_max, (int) level);
}

static const char *level_name(enum base_log_level level)
{
    switch (level) {
    case BASE_LOG_ERROR:
        return "error";
    case BASE_LOG_WARNING:
        return "warning";
    case BASE_LOG_INFO:
        return "info";
    case BASE_LOG_DEBUG:
        return "debug";
    }
    return "error";
}

/* One write() for the whole line, so that lines of several threads and processes do not mix. */
void base_log(enum base_log_level level, const char *format, ...)
{
    enum { LINE_MAX_BYTES = 1000 };
    if ((int) level > atomic_load(&level_max))
        return;
    char line[LINE_MAX_BYTES + 2];
    int len = snprintf(line, LINE_MAX_BYTES, "level=%s ", level_name(level));
    va_list arguments;
    va_start(arguments, format);
    int body = vsnprintf(line + len, (size_t) (LINE_MAX_BYTES - len), format, arguments);
    va_end(arguments);
    if (body < 0)
        return;
    len = len + body < LINE_MAX_BYTES ? len + body : LINE_MAX_BYTES - 1;
    for (int i = 0; i < len; i++)
        if (line[i] < 0x20 || line[i] > 0x7e)
            line[i] = '?';
    line[len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, (size_t) len);
    (void) written;
}
