/* qao agree: the agreement on rights of use (clause 14, Appendix 11). */
#ifndef GATEWAY_CLI_AGREE_H
#define GATEWAY_CLI_AGREE_H

int cli_agree_run(int argc, char **argv);

#endif
