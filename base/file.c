#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int check_stat(int fd, enum base_file_secrecy secrecy)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return -errno;
    if (S_ISDIR(info.st_mode))
        return -EISDIR;
    if (!S_ISREG(info.st_mode))
        return -EINVAL;
    if (secrecy == BASE_FILE_PUBLIC)
        return 0;
    if ((info.st_mode & 077) != 0 || (info.st_uid != geteuid() && info.st_uid != 0))
        return -EPERM;
    return 0;
}

static int read_all(int fd, struct base_buffer *out)
{
    /* On the stack and wiped, because the file may be a key. */
    uint8_t chunk[16384];
    ssize_t got;
    int r = 0;
    do {
        got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            r = -errno;
        else if (got > 0)
            r = base_buffer_append(out, base_bytes_of(chunk, (size_t) got));
    } while (r == 0 && got != 0);
    explicit_bzero(chunk, sizeof(chunk));
    return r;
}

int base_file_read(const char *path, enum base_file_secrecy secrecy, struct base_buffer *out)
{
    BASE_CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int r = check_stat(fd, secrecy);
    return r < 0 ? r : read_all(fd, out);
}

int base_file_write(int fd, struct base_bytes content)
{
    while (content.len > 0) {
        ssize_t put = write(fd, content.data, content.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        content.data += put;
        content.len -= (size_t) put;
    }
    return 0;
}

static void text_free(char **text)
{
    free(*text);
}

char *base_file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t) (slash - path));
}

static int open_folder(const char *path)
{
    BASE_CLEANUP(text_free) char *folder = base_file_folder(path);
    if (!folder)
        return -ENOMEM;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* The user's name, or the number where it has none. */
static void name_of(uid_t uid, char ret_name[static 64])
{
    const struct passwd *user = getpwuid(uid);
    if (user)
        snprintf(ret_name, 64, "%s", user->pw_name);
    else
        snprintf(ret_name, 64, "%lu", (unsigned long) uid);
}

void base_file_explain(const char *path, int error, char ret_words[static BASE_FILE_WORDS_MAX])
{
    struct stat info;
    char owner[64], own[64];
    if (error != -EPERM) {
        snprintf(ret_words, BASE_FILE_WORDS_MAX, "%s", strerror(-error));
    } else if (stat(path, &info) < 0) {
        snprintf(ret_words, BASE_FILE_WORDS_MAX, "%s", strerror(errno));
    } else if (info.st_uid != geteuid() && info.st_uid != 0) {
        name_of(info.st_uid, owner);
        name_of(geteuid(), own);
        snprintf(
            ret_words, BASE_FILE_WORDS_MAX,
            "holds a secret of the user %s, but this program runs as %s: run it as the service's user (sudo -u), or "
            "change the file's owner",
            owner, own);
    } else {
        snprintf(ret_words, BASE_FILE_WORDS_MAX,
                 "holds a secret, but others than its owner may use it (mode %03o): chmod 600 it first",
                 (unsigned) (info.st_mode & 0777));
    }
}

int base_file_replace(const char *path, struct base_bytes content, unsigned mode)
{
    BASE_CLEANUP(text_free) char *temporary = NULL;
    if (asprintf(&temporary, "%s.new", path) < 0) {
        temporary = NULL;
        return -ENOMEM;
    }
    /* The folder stays open across the change, so that its fsync cannot miss an error. */
    BASE_CLEANUP(fd_close) int folder = open_folder(path);
    if (folder < 0)
        return folder;
    if (unlink(temporary) < 0 && errno != ENOENT)
        return -errno;
    BASE_CLEANUP(fd_close) int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t) mode);
    if (fd < 0)
        return -errno;
    int r = base_file_write(fd, content);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    if (r == 0 && rename(temporary, path) < 0)
        r = -errno;
    if (r == 0 && fsync(folder) < 0)
        r = -errno;
    if (r < 0)
        unlink(temporary);
    return r;
}
