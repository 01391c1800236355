/* `qao policy` alone, for tests that need no other part of the program. */
#include "gateway/cli/policy.h"

int main(int argc, char **argv)
{
    if (argc > 0)
        argv[0] = (char *) "policy";
    return cli_policy_run(argc, argv);
}
