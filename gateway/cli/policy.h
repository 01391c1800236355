/* `qao policy`: shows, decides, checks and compares editions. Needs no instance. */
#ifndef GATEWAY_CLI_POLICY_H
#define GATEWAY_CLI_POLICY_H

/* argv[0] is "policy". Writes to standard output, complaints to standard error. Returns the exit status: see
 * `qao policy --help`. One thread. */
int cli_policy_run(int argc, char **argv);

#endif
