/* `qao services show N`: what one service can be asked and what it answers, from its description: the gateway's, where it is
 * said who asks and the gateway runs, else the installed one. */
#ifndef GATEWAY_CLI_SERVICE_PAGE_H
#define GATEWAY_CLI_SERVICE_PAGE_H

#include "gateway/cli/session.h"

/* number as typed. With --json: the description itself (docs/PROTOCOL-SERVICES.md) as one line, or a problem object for a
 * service without one. Returns an enum cli_exit. */
int cli_service_page_show(const char *number, const struct cli_common *common);

#endif
