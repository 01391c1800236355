/* What the files of the import share: one run of the command. */
#ifndef GATEWAY_CLI_IMPORT_PART_H
#define GATEWAY_CLI_IMPORT_PART_H

#include "gateway/cli/roster.h"
#include "gateway/cli/session.h"

struct cli_import {
    struct cli_session session; /* with --check: only what is installed, and the language */
    bool yes;
    const char *path, *source;
    const char *continued; /* id given by --continue, or NULL */
    long wait_s;           /* how long without any progress */
    struct cli_roster_rule rule;
    struct cli_roster roster;
    char id[BASE_UUID_TEXT_MAX]; /* "" as long as there is none */
    size_t parts;
    uint64_t done; /* rows that the gateway has registered */
    bool is_ended; /* by an administrator; done stays as it is */
};

/* The id kept for this file between runs; false when there is none. */
bool cli_import_state_read(const struct cli_import *import, char ret_id[static BASE_UUID_TEXT_MAX]);

/* Uploads the parts, signs the act and sends it. Returns CLI_EXIT_OK when the gateway took it, else what to return: what is
 * wrong was shown. */
int cli_import_send(struct cli_import *import);

/* Whether the register has the import already. */
enum cli_import_known {
    CLI_IMPORT_UNKNOWN = 0, /* it has none of this id */
    CLI_IMPORT_KNOWN,       /* done is set */
    CLI_IMPORT_OTHER,       /* with another number of rows: another file's */
    CLI_IMPORT_FAILED,      /* told; *ret_exit is what to return */
};
enum cli_import_known cli_import_look(struct cli_import *import, int *ret_exit);

/* Waits until all rows are registered, and shows how far it is. Returns an enum cli_exit; what is wrong was shown. */
int cli_import_follow(struct cli_import *import);

/* Shows the faults kept and how many more there are: on standard error, or with --json in the summary. */
void cli_import_faults_show(const struct cli_import *import);
/* With --json the summary as one line; else the words to people. state: "checked" "faulty" "refused" "running" "ended" "done". */
void cli_import_summary(const struct cli_import *import, const char *state);

#endif
