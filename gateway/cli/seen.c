#include "gateway/cli/seen.h"

#include "audit/tree.h"
#include "base/encoding.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int folder_make(const char *path)
{
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* $XDG_STATE_HOME/qao or $HOME/.local/state/qao, made when missing. */
static int folder_find(char **ret_folder)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    char *folder = NULL;
    if (state && state[0] == '/') {
        if (asprintf(&folder, "%s/qao", state) < 0)
            return -ENOMEM;
    } else {
        static const char *const steps[] = {"/.local", "/.local/state"};
        if (!home || home[0] != '/')
            return -ENOENT;
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(steps); i++) {
            char *step = NULL;
            if (asprintf(&step, "%s%s", home, steps[i]) < 0)
                return -ENOMEM;
            int r = folder_make(step);
            free(step);
            if (r)
                return r;
        }
        if (asprintf(&folder, "%s/.local/state/qao", home) < 0)
            return -ENOMEM;
    }
    int r = folder_make(folder);
    if (r) {
        free(folder);
        return r;
    }
    *ret_folder = folder;
    return 0;
}

static int path_make(const struct cli_instance *instance, const struct audit_vkey *log, char **ret_path)
{
    char vkey[AUDIT_VKEY_MAX];
    char hex[65];
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char *folder = NULL;
    char *named = NULL;
    audit_vkey_encode(log, vkey);
    if (asprintf(&named, "%s\n%s\n", instance->dir, vkey) < 0)
        return -ENOMEM;
    SHA256((const unsigned char *) named, strlen(named), digest);
    free(named);
    base_hex_digest(digest, hex);
    int r = folder_find(&folder);
    if (r)
        return r;
    r = asprintf(ret_path, "%s/%s.checkpoint", folder, hex) < 0 ? -ENOMEM : 0;
    free(folder);
    return r;
}

static int known_read(const char *path, const struct audit_vkey *log, struct cli_seen *seen)
{
    struct base_buffer note BASE_CLEANUP(base_buffer_clear);
    struct audit_checkpoint checkpoint;
    base_buffer_init(&note, AUDIT_NOTE_MAX);
    seen->is_known = false;
    int r = base_file_read(path, BASE_FILE_PUBLIC, &note);
    if (r == -ENOENT)
        return 0;
    if (r)
        return r;
    if (audit_checkpoint_verify(base_buffer_view(&note), log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        return -EBADMSG;
    seen->is_known = true;
    seen->size = checkpoint.size;
    seen->root = checkpoint.root;
    return 0;
}

int cli_seen_read(const struct cli_instance *instance, const struct audit_vkey *log, struct cli_seen *ret_seen)
{
    struct cli_seen seen = {.log = log};
    int r = path_make(instance, log, &seen.path);
    if (r == 0)
        r = known_read(seen.path, log, &seen);
    if (r) {
        cli_seen_clear(&seen);
        return r;
    }
    *ret_seen = seen;
    return 0;
}

void cli_seen_clear(struct cli_seen *seen)
{
    free(seen->path);
    *seen = (struct cli_seen){0};
}

static enum cli_fault compare(const struct cli_seen *known, const struct audit_checkpoint *checkpoint)
{
    if (known->is_known && known->size == checkpoint->size && !audit_hash_equal(&known->root, &checkpoint->root))
        return CLI_FAULT_LOG_SPLIT;
    return CLI_FAULT_NONE;
}

/* Under a lock, because another command may have kept a newer one meanwhile. */
static enum cli_fault keep(const struct cli_seen *seen, const struct audit_checkpoint *checkpoint,
                           struct base_bytes note, int *ret_error)
{
    char *lock_path = NULL;
    if (asprintf(&lock_path, "%s.lock", seen->path) < 0) {
        *ret_error = -ENOMEM;
        return CLI_FAULT_NONE;
    }
    enum cli_fault fault = CLI_FAULT_NONE;
    struct cli_seen newest = *seen;
    int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        *ret_error = -errno;
    else
        *ret_error = known_read(seen->path, seen->log, &newest);
    if (*ret_error == 0) {
        fault = compare(&newest, checkpoint);
        if (fault == CLI_FAULT_NONE && (!newest.is_known || checkpoint->size > newest.size))
            *ret_error = base_file_replace(seen->path, note, 0600);
    }
    if (fd >= 0)
        close(fd);
    free(lock_path);
    return fault;
}

enum cli_fault cli_seen_check(const struct cli_seen *seen, const struct audit_checkpoint *checkpoint,
                              struct base_bytes note, int *ret_error)
{
    *ret_error = 0;
    if (seen->is_known && checkpoint->size < seen->size)
        return CLI_FAULT_LOG_WENT_BACK;
    enum cli_fault fault = compare(seen, checkpoint);
    return fault == CLI_FAULT_NONE && seen->path ? keep(seen, checkpoint, note, ret_error) : fault;
}
