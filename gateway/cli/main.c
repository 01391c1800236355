/* The `qao` command: what people run. */
#include "base/clock.h"
#include "gateway/cli/admin.h"
#include "gateway/cli/agree.h"
#include "gateway/cli/apply.h"
#include "gateway/cli/audit.h"
#include "gateway/cli/command.h"
#include "gateway/cli/crl.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/enrol.h"
#include "gateway/cli/log.h"
#include "gateway/cli/me.h"
#include "gateway/cli/policy.h"
#include "gateway/cli/query.h"
#include "gateway/cli/services.h"
#include "gateway/cli/status.h"

#include <stdio.h>
#include <string.h>

static const struct cli_command commands[] = {
    {"query", "sign and send a query; check, show and keep the answer", cli_query_run},
    {"explain", "ask what would be decided, and why", cli_explain_run},
    {"services", "list what is open to you now", cli_services_run},
    {"status", "tell what became of an own query", cli_status_run},
    {"me", "show own rights, applications, the agreement and planned work", cli_me_run},
    {"apply", "file, follow and withdraw an application (Appendix 10)", cli_apply_run},
    {"agree", "sign the agreement on rights of use (Appendix 11)", cli_agree_run},
    {"admin", "the register: lists, decisions and other acts", cli_admin_run},
    {"enrol-message", "make the message that enrols the first administrator", cli_enrol_run},
    {"audit", "verify, export and prove the log", cli_audit_run},
    {"log", "verify the log's newest checkpoint; make a log's key", cli_log_run},
    {"crl", "renew the file of revocation lists", cli_crl_run},
    {"policy", "show, decide, check and compare editions of the order", cli_policy_run},
};

int main(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
        puts("qao " QAO_VERSION);
        return CLI_EXIT_OK;
    }
    if (base_clock_zone_init()) {
        fputs("qao: the time zone Asia/Almaty is missing or out of date; install a tzdata of 2024 or newer\n", stderr);
        return CLI_EXIT_USAGE;
    }
    int status = cli_command_run("qao", commands, BASE_ARRAY_LENGTH(commands), argc, argv);
    /* What was printed must have arrived: a full disk or a closed pipe is no success. */
    if (fflush(stdout) || ferror(stdout)) {
        fputs("qao: cannot write the output\n", stderr);
        return status == CLI_EXIT_OK ? CLI_EXIT_USAGE : status;
    }
    return status;
}
