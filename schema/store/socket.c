#include "schema/store/socket.h"

#include <errno.h>
#include <libpq-fe.h>
#include <string.h>

#define SOCKET_FOLDER "/var/run/postgresql" /* Debian's libpq has this built in, and tells it to nobody */

static void free_options(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

/* NULL when it is not given, or given empty: libpq takes both for the same. */
static const char *find_value(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val && options->val[0] != '\0' ? options->val : NULL;
    return NULL;
}

int store_socket_find(const char *conninfo, char **ret_folder)
{
    BASE_CLEANUP(free_options) PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    if (!options || find_value(options, "hostaddr") || find_value(options, "service"))
        return -EINVAL;
    const char *host = find_value(options, "host");
    if (host && (host[0] != '/' || strchr(host, ',')))
        return -EINVAL;
    char *folder = strdup(host ? host : SOCKET_FOLDER);
    if (!folder)
        return -ENOMEM;
    *ret_folder = folder;
    return 0;
}
