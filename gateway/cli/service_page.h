/* `qao services show N`: what one service can be asked, from its description. Needs no gateway. */
#ifndef GATEWAY_CLI_SERVICE_PAGE_H
#define GATEWAY_CLI_SERVICE_PAGE_H

#include <stdbool.h>

/* number and language as typed; language may be NULL. json: the description itself (docs/PROTOCOL-SERVICES.md) as one
 * line, or a problem object for a service without one. Returns an enum cli_exit. */
int cli_service_page_show(const char *number, const char *language, bool json);

#endif
