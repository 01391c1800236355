/* Builds findings. Inside the room only. */
#ifndef CERTS_FINDING_H
#define CERTS_FINDING_H

#include "base/result.h"
#include "certs/verdict.h"

/* format and arguments must keep to what verdict.h allows in a detail; over-long text is cut. */
struct certs_finding certs_finding_of(enum certs_verdict verdict, const char *format, ...) BASE_PRINTF(2, 3);

/* Nothing was decided: out of memory or a failure inside OpenSSL. */
struct certs_finding certs_finding_failed(void);

/* Puts a printf-built text into *ret_error where the caller wants one; *ret_error is NULL when there is no memory. */
void certs_error_set(char **ret_error, const char *format, ...) BASE_PRINTF(2, 3);

#endif
