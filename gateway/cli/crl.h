/* `qao crl fetch`: renews the file of revocation lists from the authority. The only program that asks the authority for
 * anything; neither front nor gateway goes out. */
#ifndef GATEWAY_CLI_CRL_H
#define GATEWAY_CLI_CRL_H

/* argv[0] is "crl". Returns an enum cli_exit. One thread. */
int cli_crl_run(int argc, char **argv);

#endif
