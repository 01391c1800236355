/* qao admin: the register, for administrators, officials and responsible officials. */
#ifndef GATEWAY_CLI_ADMIN_H
#define GATEWAY_CLI_ADMIN_H

int cli_admin_run(int argc, char **argv);

#endif
