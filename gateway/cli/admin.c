#include "gateway/cli/admin.h"

#include "gateway/cli/admin_act.h"
#include "gateway/cli/collection.h"
#include "gateway/cli/command.h"
#include "gateway/cli/decide.h"
#include "gateway/cli/import.h"

enum { COMMANDS_MAX = 64 };

/* What is neither a list nor an act typed as options. */
static const struct cli_command others[] = {
    {"application", "show one application, verified", cli_decide_application_run},
    {"decide", "register or refuse an applicant", cli_decide_run},
    {"import", "register the officers of a table", cli_import_run},
    {"scan", "save the scan of an application", cli_decide_scan_run},
};

int cli_admin_run(int argc, char **argv)
{
    struct cli_command commands[COMMANDS_MAX];
    const struct cli_collection *collection;
    const struct cli_admin_act *act;
    size_t count = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(others); i++)
        commands[count++] = others[i];
    for (size_t i = 0; (act = cli_admin_act_at(i)) && count < COMMANDS_MAX; i++)
        commands[count++] = (struct cli_command){act->command, act->summary, cli_admin_act_run};
    for (size_t i = 0; (collection = cli_collection_at(i)) && count < COMMANDS_MAX; i++)
        commands[count++] = (struct cli_command){collection->command, collection->summary, cli_collection_run};
    return cli_command_run("qao admin", commands, count, argc, argv);
}
