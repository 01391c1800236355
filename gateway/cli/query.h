/* `qao query` and `qao explain`: a signed query, sent, and its reply checked, shown and kept. */
#ifndef GATEWAY_CLI_QUERY_H
#define GATEWAY_CLI_QUERY_H

/* argv[0] is the subcommand's name. Returns an enum cli_exit. One thread. */
int cli_query_run(int argc, char **argv);
int cli_explain_run(int argc, char **argv);

#endif
