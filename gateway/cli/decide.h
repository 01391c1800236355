/* qao admin decide, application, scan: what an administrator does with one application. */
#ifndef GATEWAY_CLI_DECIDE_H
#define GATEWAY_CLI_DECIDE_H

int cli_decide_run(int argc, char **argv);
int cli_decide_application_run(int argc, char **argv);
int cli_decide_scan_run(int argc, char **argv);

#endif
