/* qao me: what the register and the operator have for the person who asks. */
#ifndef GATEWAY_CLI_ME_H
#define GATEWAY_CLI_ME_H

int cli_me_run(int argc, char **argv);

#endif
