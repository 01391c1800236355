/* `qao status`: what became of an own query or inquiry, and its reply while the gateway holds it. */
#ifndef GATEWAY_CLI_STATUS_H
#define GATEWAY_CLI_STATUS_H

int cli_status_run(int argc, char **argv);

#endif
