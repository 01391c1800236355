#include "gateway/cli/instance.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int cli_instance_find(const char *option, struct cli_instance *ret_instance)
{
    const char *variable = getenv("QAO_INSTANCE");
    const char *dir = option ? option : variable && variable[0] ? variable : "instance";
    struct stat state;
    if (stat(dir, &state) < 0 || !S_ISDIR(state.st_mode)) {
        fprintf(stderr, "qao: there is no instance folder \"%s\"; name it by --instance DIR or $QAO_INSTANCE\n", dir);
        return CLI_INSTANCE_NONE;
    }
    char *absolute = realpath(dir, NULL);
    if (!absolute)
        return -errno;
    ret_instance->dir = absolute;
    return 0;
}

void cli_instance_clear(struct cli_instance *instance)
{
    free(instance->dir);
    instance->dir = NULL;
}

char *cli_instance_path(const struct cli_instance *instance, const char *below)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", instance->dir, below) < 0 ? NULL : path;
}

int cli_instance_line(const struct cli_instance *instance, const char *below, char **ret_line)
{
    char *path = cli_instance_path(instance, below);
    if (!path)
        return -ENOMEM;
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, CLI_INSTANCE_TEXT_MAX + 1);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &content);
    free(path);
    if (r)
        return r;
    struct base_bytes line = base_buffer_view(&content);
    if (line.len > 0 && line.data[line.len - 1] == '\n')
        line.len--;
    if (line.len == 0 || !base_text_is_utf8(line))
        return -EBADMSG;
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] < 0x20 || line.data[i] == 0x7f)
            return -EBADMSG;
    char *text = strndup((const char *) line.data, line.len);
    if (!text)
        return -ENOMEM;
    *ret_line = text;
    return 0;
}

bool cli_instance_is_person(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return len > 0 && len <= 64 && name[len] == '\0';
}
