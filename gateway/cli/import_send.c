/* The parts of an import, and its act. */
#include "base/file.h"
#include "base/uuid.h"
#include "gateway/cli/act.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/import_part.h"
#include "gateway/cli/upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uuid/uuid.h>

enum { STATE_MODE = 0600 };

/* Where the id of this file's import is kept between runs; NULL when there is no place for it. */
static char *state_path(const struct cli_import *import)
{
    static const char ending[] = ".checkpoint";
    const char *seen = import->session.seen.path;
    size_t len = seen ? strlen(seen) : 0;
    char *path = NULL;
    if (len < sizeof ending || strcmp(seen + len - (sizeof ending - 1), ending) != 0)
        return NULL;
    if (asprintf(&path, "%.*s.%s.import", (int) (len - (sizeof ending - 1)), seen, import->roster.sha256) < 0)
        return NULL;
    return path;
}

bool cli_import_state_read(const struct cli_import *import, char ret_id[static BASE_UUID_TEXT_MAX])
{
    uint8_t uuid[BASE_UUID_BYTES];
    struct base_buffer kept BASE_CLEANUP(base_buffer_clear);
    char *path = state_path(import);
    base_buffer_init(&kept, BASE_UUID_TEXT_MAX);
    bool found = path && base_file_read(path, BASE_FILE_PUBLIC, &kept) == 0 && kept.len == BASE_UUID_TEXT_MAX &&
                 kept.data[kept.len - 1] == '\n' &&
                 base_uuid_parse(base_bytes_of(kept.data, kept.len - 1), BASE_UUID_LOWER_CASE, uuid) == 0;
    if (found)
        base_uuid_encode(uuid, ret_id);
    free(path);
    return found;
}

static void state_keep(const struct cli_import *import)
{
    char line[BASE_UUID_TEXT_MAX + 1];
    char *path = state_path(import);
    snprintf(line, sizeof line, "%s\n", import->id);
    int r = path ? base_file_replace(path, base_bytes_text(line), STATE_MODE) : -ENOENT;
    if (r)
        fprintf(stderr, "qao: warning: cannot keep the import's id (%s); after an interruption say --continue %s\n",
                strerror(-r), import->id);
    free(path);
}

/* The next time the file is sent it is another import. */
static void state_forget(const struct cli_import *import)
{
    char *path = state_path(import);
    if (path)
        (void) unlink(path);
    free(path);
}

static void uploaded_show(const struct cli_import *import, size_t rows)
{
    static const char *const words[CLI_LANGUAGE_COUNT] = {"жіберілді", "отправлено", "uploaded"};
    bool is_terminal = isatty(STDERR_FILENO) == 1;
    if (import->session.json)
        return;
    bool is_last = rows == import->roster.rows;
    if (is_terminal || is_last)
        fprintf(stderr, "%s%s: %zu / %zu%s", is_terminal ? "\r\033[K" : "", words[import->session.language], rows,
                import->roster.rows, is_terminal && !is_last ? "" : "\n");
}

static bool part_send(struct cli_import *import, struct cli_upload *upload, json_t *parts, int *ret_exit)
{
    cli_upload_seal(upload, "application/json");
    if (!cli_upload_send(&import->session, upload, ret_exit))
        return false;
    json_t *part = json_pack("{s:s, s:I}", "sha256", upload->sha256, "bytes", (json_int_t) upload->content.len);
    if (!part || json_array_append_new(parts, part)) {
        fputs("qao: out of memory\n", stderr);
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    import->parts++;
    return true;
}

static bool parts_send(struct cli_import *import, json_t *parts, int *ret_exit)
{
    size_t sent = 0;
    for (;;) {
        struct cli_upload upload = {0};
        size_t rows = 0;
        base_buffer_init(&upload.content, CLI_UPLOAD_BYTES_MAX);
        int r = cli_roster_part(&import->roster, &upload.content, &rows);
        bool is_sent = r == 0 && part_send(import, &upload, parts, ret_exit);
        cli_upload_clear(&upload);
        if (r < 0) {
            fprintf(stderr, "qao: cannot write a part: %s\n", strerror(-r));
            *ret_exit = CLI_EXIT_USAGE;
        }
        if (!is_sent)
            return r == CLI_ROSTER_END;
        sent += rows;
        uploaded_show(import, sent);
    }
}

/* The gateway's faults, in the form of our own. */
static void faults_take(struct cli_import *import, const json_t *problem)
{
    const json_t *faults = json_object_get(problem, "faults");
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *item = json_array_get(faults, i);
        const char *column = json_string_value(json_object_get(item, "column"));
        const char *code = json_string_value(json_object_get(item, "code"));
        json_int_t row = json_integer_value(json_object_get(item, "row"));
        struct cli_roster_fault fault = {0};
        if (row > 0 && (size_t) row <= import->roster.rows) {
            fault.row = (uint32_t) row;
            fault.line = import->roster.lines[row - 1];
        }
        snprintf(fault.column, sizeof fault.column, "%s", column ? column : "");
        snprintf(fault.code, sizeof fault.code, "%s", code ? code : "");
        cli_roster_fault_put(&import->roster.faults, &fault);
    }
}

static int reply_take(struct cli_import *import, const struct cli_act_reply *taken)
{
    if (taken->reply.kind != CLI_REPLY_PROBLEM)
        return CLI_EXIT_OK;
    /* What was refused for good is never taken under this id; what the gateway could not do now may be sent again. */
    if (taken->status < 500 && taken->status != 429)
        state_forget(import);
    faults_take(import, taken->reply.content);
    if (import->roster.faults.count == 0)
        return cli_session_problem(&import->session, &taken->reply, taken->status, taken->retry_after_s);
    if (!import->session.json)
        (void) cli_session_problem(&import->session, &taken->reply, taken->status, taken->retry_after_s);
    cli_import_faults_show(import);
    cli_import_summary(import, "refused");
    return CLI_EXIT_REFUSED;
}

static int act_send(struct cli_import *import, json_t *content)
{
    int result = CLI_EXIT_USAGE;
    struct cli_act_reply taken;
    const struct cli_act act = {.name = WIRE_ACT_IMPORT, .act = content, .id = import->id};
    if (!cli_act_check(&import->session, &act, &result) ||
        (!import->yes && !cli_act_confirm(&import->session, &act, false, &result)))
        return result;
    state_keep(import);
    if (cli_act_exchange(&import->session, &act, &taken, &result))
        result = reply_take(import, &taken);
    else
        fprintf(stderr, "qao: whether the gateway has taken import %s is not known; send the same file again, it will not be "
                        "imported twice\n",
                import->id);
    import->session.asked = (struct cli_asked){0};
    cli_reply_clear(&taken.reply);
    return result;
}

int cli_import_send(struct cli_import *import)
{
    int result = CLI_EXIT_USAGE;
    json_t *parts = json_array();
    if (import->id[0] == '\0') {
        uuid_t random;
        uuid_generate_random(random);
        uuid_unparse_lower(random, import->id);
    }
    if (parts && parts_send(import, parts, &result)) {
        json_t *content = json_pack("{s:I, s:s, s:O}", "rows", (json_int_t) import->roster.rows, "source", import->source,
                                    "parts", parts);
        if (content)
            result = act_send(import, content);
        else
            fputs("qao: the source holds what cannot be written\n", stderr);
        json_decref(content);
    }
    json_decref(parts);
    return result;
}
