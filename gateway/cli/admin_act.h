/* The acts of administrators and officials, typed as options: one row of a table for each command. */
#ifndef GATEWAY_CLI_ADMIN_ACT_H
#define GATEWAY_CLI_ADMIN_ACT_H

#include "gateway/cli/act.h"

struct cli_admin_act {
    const char *command, *summary;
    enum wire_act_name name;
    const struct cli_field *fields;
    size_t field_count;
    /* The row of the register whose members stand where nothing is typed: of this collection, where `member` of the act
     * is equal to `column`. NULL: none. filter is needed to find it at all. */
    const char *collection, *member, *column;
    const char *filter, *filter_value; /* filter_value NULL: the member's own value */
};

/* NULL behind the last. */
const struct cli_admin_act *cli_admin_act_at(size_t index);

/* The command argv[0] names; for the table of commands. */
int cli_admin_act_run(int argc, char **argv);

#endif
