#include "gateway/cli/save.h"

#include "base/file.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/show.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0600, FOLDER_MODE = 0700 };

static int file_write(const char *dir, const char *name, struct base_bytes content)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return -ENOMEM;
    int r = base_file_replace(path, content, FILE_MODE);
    free(path);
    return r;
}

static int folder_make(const char *path)
{
    return mkdir(path, FOLDER_MODE) < 0 && errno != EEXIST ? -errno : 0;
}

static bool file_exists(const char *dir, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        return true;
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

/* Whoever else may write there could put other papers in the place of these. */
static int folder_check(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISDIR(status.st_mode))
        return -ENOTDIR;
    return status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH)) ? 0 : -EPERM;
}

/* The folder, without an answer in it. */
static int answerless_make(const char *dir)
{
    int r = folder_make(dir);
    if (r == 0)
        r = folder_check(dir);
    if (r == 0 && (file_exists(dir, "answer.json") || file_exists(dir, "problem.json")))
        r = -EEXIST;
    return r;
}

int cli_save_prepare(const char *dir)
{
    int r = answerless_make(dir);
    return r == 0 && file_exists(dir, "query.p7m") ? -EEXIST : r;
}

int cli_save_continue(const char *dir, struct base_buffer *ret_query)
{
    char *path = NULL;
    int r = answerless_make(dir);
    if (r)
        return r;
    if (asprintf(&path, "%s/query.p7m", dir) < 0)
        return -ENOMEM;
    r = base_file_read(path, BASE_FILE_PUBLIC, ret_query);
    free(path);
    return r == -ENOENT ? 0 : r;
}

int cli_save_part(const char *dir, unsigned part, long service, char **ret_path)
{
    char *path = NULL;
    if (asprintf(&path, "%s/part-%02u-service-%02ld", dir, part, service) < 0)
        return -ENOMEM;
    int r = answerless_make(path);
    if (r) {
        free(path);
        return r;
    }
    *ret_path = path;
    return 0;
}

int cli_save_query(const char *dir, struct base_bytes signed_query)
{
    return file_write(dir, "query.p7m", signed_query);
}

static int json_write(const char *dir, const char *name, const json_t *document)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    int r = wire_json_canonical(document, &out);
    return r ? r : file_write(dir, name, base_buffer_view(&out));
}

int cli_save_receipt(const char *dir, const struct cli_reply *reply, const struct audit_vkey *log)
{
    static const char *const names[CLI_REPLY_RECORDS_MAX] = {"request.tlog-proof", "result.tlog-proof"};
    char vkey[AUDIT_VKEY_MAX + 1];
    char *folder = NULL;
    if (asprintf(&folder, "%s/receipt", dir) < 0)
        return -ENOMEM;
    int r = folder_make(folder);
    for (size_t i = 0; i < reply->record_count && r == 0; i++)
        r = file_write(folder, names[i], base_bytes_text(reply->records[i].proof));
    if (r == 0)
        r = json_write(folder, "receipt.json", json_object_get(reply->document, "receipt"));
    if (r == 0) {
        audit_vkey_encode(log, vkey);
        strcat(vkey, "\n");
        r = file_write(folder, "log.vkey", base_bytes_text(vkey));
    }
    free(folder);
    return r;
}

int cli_save_reply(const char *dir, const struct cli_page *page, const struct audit_vkey *log)
{
    const struct cli_reply *reply = page->reply;
    const char *content_name = reply->kind == CLI_REPLY_ANSWER ? "answer.json" : "problem.json";
    struct base_buffer html BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&html, CLI_SHOW_MAX);
    int r = 0;
    if (reply->is_signed) {
        r = file_write(dir, "answer.p7m", base_buffer_view(&reply->signed_der));
        if (r == 0)
            r = file_write(dir, content_name, base_buffer_view(&reply->signed_content));
    } else {
        r = json_write(dir, content_name, reply->content);
    }
    if (r == 0 && reply->record_count > 0)
        r = cli_save_receipt(dir, reply, log);
    if (r == 0)
        r = cli_page_encode(page, &html);
    return r ? r : file_write(dir, "case.html", base_buffer_view(&html));
}

int cli_save_file(const char *path, struct base_bytes content, enum cli_language language)
{
    static const char *const saved[CLI_LANGUAGE_COUNT] = {"Сақталды", "Сохранено", "Saved"};
    int r = access(path, F_OK) == 0 ? -EEXIST : base_file_replace(path, content, 0600);
    if (r) {
        fprintf(stderr, "qao: cannot write %s: %s\n", path, strerror(-r));
        return CLI_EXIT_USAGE;
    }
    fprintf(stderr, "%s: %s\n", saved[language], path);
    return CLI_EXIT_OK;
}
