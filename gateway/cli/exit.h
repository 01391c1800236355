/* What the `qao` command's exit status means; the same for every subcommand (docs/man/qao.1). */
#ifndef GATEWAY_CLI_EXIT_H
#define GATEWAY_CLI_EXIT_H

enum cli_exit {
    CLI_EXIT_OK = 0,          /* done; permitted; verified */
    CLI_EXIT_REFUSED = 1,     /* refused by the gateway, or a verification failed */
    CLI_EXIT_USAGE = 2,       /* wrong usage, or input that cannot be used */
    CLI_EXIT_UNREACHABLE = 3, /* cannot reach what is needed, or a temporary failure: try again later */
};

#endif
