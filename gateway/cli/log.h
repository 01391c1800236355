/* `qao log`: the log as the gateway shows it, and the making of a log's key. */
#ifndef GATEWAY_CLI_LOG_H
#define GATEWAY_CLI_LOG_H

/* argv[0] is "log". Returns an enum cli_exit. One thread. */
int cli_log_run(int argc, char **argv);

#endif
