#include "support.h"

#include "base/data.h"
#include "base/encoding.h"
#include "base/file.h"

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int support_digest(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    for (size_t i = 0; i < POLICY_DIGEST_BYTES; i++) {
        uint64_t hash = UINT64_C(14695981039346656037) + i;
        for (size_t k = 0; k < bytes.len; k++)
            hash = (hash ^ bytes.data[k]) * UINT64_C(1099511628211);
        ret_digest[i] = (uint8_t) (hash >> 32);
    }
    return 0;
}

static int original_read(const char *name, struct base_buffer *out)
{
    char below[128], *path = NULL;
    snprintf(below, sizeof(below), "policy/editions/2022-04-29/%s", name);
    int r = base_data_path(below, &path);
    if (r == 0)
        r = base_file_read(path, BASE_FILE_PUBLIC, out);
    free(path);
    return r;
}

static void replace(struct base_buffer *content, const struct support_edit *edit)
{
    char *text = base_buffer_take_text(content);
    ck_assert_ptr_nonnull(text);
    char *at = strstr(text, edit->from);
    ck_assert_msg(at, "%s has no '%s'", edit->file, edit->from);
    base_buffer_append(content, base_bytes_of(text, (size_t) (at - text)));
    base_buffer_append_text(content, edit->to);
    base_buffer_append_text(content, at + strlen(edit->from));
    free(text);
}

static int edited_read(const struct support_edits *edits, const char *name, struct base_buffer *out)
{
    int r = original_read(name, out);
    for (size_t i = 0; r == 0 && edits && i < SUPPORT_EDITS_MAX && edits->edit[i].file; i++) {
        const struct support_edit *edit = &edits->edit[i];
        if (strcmp(edit->file, name) != 0)
            continue;
        if (edit->from) {
            replace(out, edit);
        } else {
            base_buffer_reset(out);
            r = edit->to ? base_buffer_append_text(out, edit->to) : -ENOENT;
        }
    }
    return r;
}

/* Puts our digest of each file where edition.tsv lists the real one. */
static void digests_set(const struct support_edits *edits, struct base_buffer *edition)
{
    char *text = base_buffer_take_text(edition);
    for (unsigned i = 1; i < POLICY_FILE_COUNT; i++) {
        const char *name = policy_order_file_name(i);
        struct base_buffer content;
        uint8_t digest[POLICY_DIGEST_BYTES];
        char hex[65], line[64];
        snprintf(line, sizeof(line), "\n%s\t", name);
        char *at = strstr(text, line);
        base_buffer_init(&content, POLICY_FILE_BYTES_MAX);
        if (at && edited_read(edits, name, &content) == 0) {
            support_digest(base_buffer_view(&content), digest);
            base_hex_digest(digest, hex);
            memcpy(at + strlen(line), hex, 64);
        }
        base_buffer_clear(&content);
    }
    base_buffer_append_text(edition, text);
    free(text);
}

static int source_read(void *context, const char *name, struct base_buffer *out)
{
    const struct support_edits *edits = context;
    int r = edited_read(edits, name, out);
    if (r == 0 && strcmp(name, "edition.tsv") == 0 && out->len > 0 && !(edits && edits->stale_digests))
        digests_set(edits, out);
    return r;
}

static int load(const struct support_edits *edits, struct policy_edition **ret_edition, char **ret_error)
{
    struct support_edits none = {.stale_digests = false};
    struct support_edits given = edits ? *edits : none;
    struct policy_source source = {.read = source_read, .context = &given, .path = "edited"};
    return policy_edition_load(&source, support_digest, ret_edition, ret_error);
}

struct policy_edition *support_edition(const struct support_edits *edits)
{
    struct policy_edition *edition = NULL;
    char *error = NULL;
    int r = load(edits, &edition, &error);
    ck_assert_msg(r == 0, "%d %s", r, error ? error : "");
    return edition;
}

char *support_refusal(const struct support_edits *edits)
{
    struct policy_edition *edition = NULL;
    char *error = NULL;
    ck_assert_int_eq(load(edits, &edition, &error), -EINVAL);
    ck_assert_ptr_null(edition);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strncmp(error, "edited/", 7) == 0, "%s", error);
    memmove(error, error + 7, strlen(error + 7) + 1);
    return error;
}

void support_write(const char *parent, const char *name, const struct support_edits *edits)
{
    struct support_edits given = *edits;
    char folder[512], path[1024];
    snprintf(folder, sizeof(folder), "%s/%s", parent, name);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    for (unsigned i = 0; i < POLICY_FILE_COUNT; i++) {
        struct base_buffer content;
        base_buffer_init(&content, POLICY_FILE_BYTES_MAX);
        snprintf(path, sizeof(path), "%s/%s", folder, policy_order_file_name(i));
        ck_assert_int_eq(source_read(&given, policy_order_file_name(i), &content), 0);
        ck_assert_int_eq(base_file_replace(path, base_buffer_view(&content), 0600), 0);
        base_buffer_clear(&content);
    }
}

char *support_folder(void)
{
    char *folder = strdup("/tmp/qao-policy-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    return folder;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void) info;
    (void) type;
    (void) ftw;
    return remove(path);
}

void support_folder_remove(const char *folder)
{
    ck_assert_int_eq(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}
