/* `qao services`: what the person may use now, and what each service can be asked. */
#ifndef GATEWAY_CLI_SERVICES_H
#define GATEWAY_CLI_SERVICES_H

/* argv[0] is the subcommand's name. Returns an enum cli_exit. One thread. */
int cli_services_run(int argc, char **argv);

#endif
