#include "certs/finding.h"

#include <stdarg.h>
#include <stdio.h>

struct certs_finding certs_finding_of(enum certs_verdict verdict, const char *format, ...)
{
    struct certs_finding finding = {.verdict = verdict};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding.detail, sizeof finding.detail, format, arguments);
    va_end(arguments);
    return finding;
}

struct certs_finding certs_finding_failed(void)
{
    return certs_finding_of(CERTS_VERDICT_UNKNOWN, "not-decided: out of memory or a failure of the library");
}

void certs_error_set(char **ret_error, const char *format, ...)
{
    if (!ret_error)
        return;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(ret_error, format, arguments) < 0)
        *ret_error = NULL;
    va_end(arguments);
}
