/* `qao services show N`: what one service can be asked, from its description. Needs no gateway. */
#ifndef GATEWAY_CLI_SERVICE_PAGE_H
#define GATEWAY_CLI_SERVICE_PAGE_H

/* number and language as typed; language may be NULL. Returns an enum cli_exit. */
int cli_service_page_show(const char *number, const char *language);

#endif
