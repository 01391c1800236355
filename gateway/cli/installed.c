#include "gateway/cli/installed.h"

#include "base/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool told(int r, const char *words, char *take_path, char *take_error)
{
    if (r)
        fprintf(stderr, "qao: cannot %s of this installation: %s\n", words, take_error ? take_error : strerror(-r));
    free(take_path);
    free(take_error);
    return r == 0;
}

bool cli_installed_messages(struct wire_messages **ret_messages)
{
    char *path = NULL, *error = NULL;
    int r = base_data_path("schema/messages.tsv", &path);
    if (r == 0)
        r = wire_messages_read(path, ret_messages, &error);
    return told(r, "read schema/messages.tsv", path, error);
}

bool cli_installed_acts(struct wire_acts **ret_acts)
{
    char *path = NULL, *error = NULL;
    int r = base_data_path("schema/acts", &path);
    if (r == 0)
        r = wire_acts_new(path, ret_acts, &error);
    return told(r, "use schema/acts", path, error);
}
