/* `qao audit`: the log verified, exported, and proven entry by entry, by whoever has its bytes and its key. */
#ifndef GATEWAY_CLI_AUDIT_H
#define GATEWAY_CLI_AUDIT_H

/* argv[0] is "audit". Returns an enum cli_exit. One thread. */
int cli_audit_run(int argc, char **argv);

/* `qao audit verify`; argv[0] is "verify". */
int cli_audit_verify_run(int argc, char **argv);

#endif
