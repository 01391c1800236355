/* qao enrol-message: the signed message by which the first administrator is enrolled (clause 33). */
#ifndef GATEWAY_CLI_ENROL_H
#define GATEWAY_CLI_ENROL_H

int cli_enrol_run(int argc, char **argv);

#endif
