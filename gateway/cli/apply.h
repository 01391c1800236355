/* qao apply: applications of Appendix 10, as their applicant files, follows and withdraws them. */
#ifndef GATEWAY_CLI_APPLY_H
#define GATEWAY_CLI_APPLY_H

int cli_apply_run(int argc, char **argv);

#endif
