#include "base/data.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int folder_find(char ret_folder[static PATH_MAX])
{
    const char *given = secure_getenv("QAO_DATA");
    if (given && *given) {
        if (strlen(given) >= PATH_MAX)
            return -ENAMETOOLONG;
        strcpy(ret_folder, given);
        return 0;
    }
    ssize_t len = readlink("/proc/self/exe", ret_folder, PATH_MAX - 1);
    if (len < 0)
        return -errno;
    ret_folder[len] = '\0';
    char *slash = strrchr(ret_folder, '/');
    static const char beside[] = "/../share/qao";
    if (!slash || (size_t) (slash - ret_folder) + sizeof(beside) > PATH_MAX)
        return -ENAMETOOLONG;
    strcpy(slash, beside);
    return 0;
}

int base_data_path(const char *below, char **ret_path)
{
    char folder[PATH_MAX];
    int r = folder_find(folder);
    if (r < 0)
        return r;
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, below) < 0)
        return -ENOMEM;
    if (access(path, F_OK) < 0) {
        r = -errno;
        free(path);
        return r;
    }
    *ret_path = path;
    return 0;
}
