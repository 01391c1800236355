/* `qao services check [DIR]`: whether a folder of service descriptions is what the gateway takes and what the order
 * says. */
#ifndef GATEWAY_CLI_SERVICE_CHECK_H
#define GATEWAY_CLI_SERVICE_CHECK_H

/* Prints a line for the first fault of each description in the folder (NULL: the installed ones), and for each place
 * where it says something else than the newest edition: name, mark, kind, and amounts where the order abbreviates.
 * Returns an enum cli_exit: OK, REFUSED for faults, USAGE where there is nothing to look at. */
int cli_service_check(const char *folder);

#endif
