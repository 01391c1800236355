#include "gateway/cli/archive.h"

#include "audit/checkpoint.h"
#include "base/file.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/reason.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 4, DEADLINE_S = 120 };

static bool fail(int *ret_exit, int status, const char *what, const char *name, int r)
{
    fprintf(stderr, "qao: cannot %s %s: %s\n", what, name, cli_reason_text(r));
    *ret_exit = status;
    return false;
}

/* A folder may have been meant, a checkpoint or any other file. */
static bool vkey_fail(int *ret_exit, const char *path, int r)
{
    *ret_exit = CLI_EXIT_USAGE;
    if (r != -ENOBUFS && r != -EBADMSG && r != -EISDIR)
        return fail(ret_exit, CLI_EXIT_USAGE, "read the log's key", path, r);
    fprintf(stderr,
            "qao: %s is no log's key. That is a file with one line NAME+HASH+KEY, such as log/log.vkey of an instance\n"
            "or receipt/log.vkey of a case file\n",
            path);
    return false;
}

bool cli_archive_vkey(const char *instance, const char *path, struct audit_vkey *ret_vkey, int *ret_exit)
{
    struct cli_instance found = {0};
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    char *named = NULL;
    base_buffer_init(&text, AUDIT_VKEY_MAX);
    *ret_exit = CLI_EXIT_USAGE;
    if (!path) {
        if (cli_instance_find(instance, &found))
            return false;
        named = cli_instance_path(&found, "log/log.vkey");
        cli_instance_clear(&found);
        if (!named)
            return fail(ret_exit, CLI_EXIT_USAGE, "read", "log.vkey", -ENOMEM);
    }
    int r = base_file_read(path ? path : named, BASE_FILE_PUBLIC, &text);
    if (r == 0)
        r = audit_vkey_parse(base_buffer_view(&text), ret_vkey);
    bool taken = r == 0 || vkey_fail(ret_exit, path ? path : named, r);
    free(named);
    return taken;
}

/* What can be done about the usual failures. */
static bool database_fail(int *ret_exit, const char *dir, int r)
{
    *ret_exit = CLI_EXIT_UNREACHABLE;
    if (r == -EPROTO)
        fputs("qao: the database's schema is not of this version: run its migrations\n", stderr);
    else if (r == -ENOTCONN)
        fprintf(stderr,
                "qao: the database of %s is not running, or refuses us. Start the instance: ./run --dir '%s'\n"
                "An export of the log is verified without it: --dir FOLDER --vkey FILE\n",
                dir, dir);
    else
        fprintf(stderr, "qao: cannot reach the log's database: %s\n", cli_reason_text(r));
    return false;
}

static bool database_open(struct cli_archive *archive, const char *instance_option, int *ret_exit)
{
    struct cli_instance instance = {0};
    char *conninfo = NULL;
    *ret_exit = CLI_EXIT_USAGE;
    if (cli_instance_find(instance_option, &instance))
        return false;
    int r = cli_instance_line(&instance, "database.conninfo", &conninfo);
    if (r) {
        cli_instance_clear(&instance);
        return fail(ret_exit, CLI_EXIT_USAGE, "read", "database.conninfo of the instance (or name a folder by --dir)",
                    r);
    }
    const struct store_pool_config pool = {
        .conninfo = conninfo, .connections = CONNECTIONS, .deadline_us = (int64_t) DEADLINE_S * 1000000};
    const struct store_log_config log = {.conninfo = conninfo,
                                         .origin = archive->log.name,
                                         .read_only = true,
                                         .deadline_us = (int64_t) DEADLINE_S * 1000000};
    r = store_pool_new(&pool, &archive->pool);
    if (r == 0)
        r = store_log_new(&log, archive->pool, &archive->store_log);
    free(conninfo);
    if (r)
        database_fail(ret_exit, instance.dir, r);
    cli_instance_clear(&instance);
    if (r)
        return false;
    archive->store = store_log_audit(archive->store_log);
    archive->source = audit_source_store(&archive->store);
    return true;
}

bool cli_archive_open(struct cli_archive *archive, const char *instance, const char *dir, const char *vkey_path,
                      int *ret_exit)
{
    *archive = (struct cli_archive){0};
    if (!cli_archive_vkey(instance, vkey_path, &archive->log, ret_exit))
        return false;
    if (!dir)
        return database_open(archive, instance, ret_exit);
    int r = audit_folder_new(dir, &archive->folder);
    if (r)
        return fail(ret_exit, CLI_EXIT_USAGE, "read the folder", dir, r);
    archive->source = audit_source_folder(archive->folder);
    return true;
}

void cli_archive_close(struct cli_archive *archive)
{
    audit_folder_free(archive->folder);
    store_log_free(archive->store_log);
    store_pool_free(archive->pool);
    *archive = (struct cli_archive){0};
}

static int leaf_take(void *context, uint64_t index, struct base_bytes leaf)
{
    (void) index;
    return base_buffer_append(context, leaf);
}

int cli_archive_leaf(const struct cli_archive *archive, uint64_t size, uint64_t index, struct base_buffer *out)
{
    if (index >= size)
        return AUDIT_STORE_NONE;
    return archive->source.entries_read(archive->source.context, size, index, index + 1, leaf_take, out);
}

int cli_archive_size(const struct cli_archive *archive, uint64_t *ret_size)
{
    struct base_buffer note BASE_CLEANUP(base_buffer_clear);
    struct audit_checkpoint checkpoint;
    base_buffer_init(&note, AUDIT_NOTE_MAX);
    int r = archive->source.checkpoint_read(archive->source.context, &note);
    if (r)
        return r;
    if (audit_checkpoint_verify(base_buffer_view(&note), &archive->log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        return -EBADMSG;
    *ret_size = checkpoint.size;
    return 0;
}
