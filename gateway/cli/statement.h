/* The statements of Appendices 9 and 10 that an applicant must say yes to, one by one. */
#ifndef GATEWAY_CLI_STATEMENT_H
#define GATEWAY_CLI_STATEMENT_H

#include "gateway/cli/text.h"

#include <jansson.h>

/* All true, as `statements` of an application. agreed: --agree-to-all; else each is shown and asked about where
 * somebody is there to be asked. NULL: not all were agreed to; it was told on standard error. The caller releases it.
 */
json_t *cli_statement_take(bool agreed, enum cli_language language);

#endif
