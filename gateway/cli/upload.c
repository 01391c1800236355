#include "gateway/cli/upload.h"

#include "base/encoding.h"
#include "base/file.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/reason.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

static const char *type_of(struct base_bytes content)
{
    static const struct {
        const char *begin;
        size_t len;
        const char *type;
    } types[] = {
        {"%PDF-", 5, "application/pdf"}, {"\x89PNG\r\n\x1a\n", 8, "image/png"}, {"\xff\xd8\xff", 3, "image/jpeg"}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(types); i++)
        if (content.len >= types[i].len && memcmp(content.data, types[i].begin, types[i].len) == 0)
            return types[i].type;
    return NULL;
}

bool cli_upload_read(const char *path, struct cli_upload *ret_upload, int *ret_exit)
{
    struct base_buffer *content = &ret_upload->content;
    base_buffer_init(content, CLI_UPLOAD_BYTES_MAX);
    *ret_exit = CLI_EXIT_USAGE;
    int r = base_file_read(path, BASE_FILE_PUBLIC, content);
    if (r) {
        fprintf(stderr, "qao: cannot read %s: %s\n", path, cli_reason_text(r));
        return false;
    }
    const char *type = type_of(base_buffer_view(content));
    if (!type) {
        fprintf(stderr, "qao: %s is neither PDF nor PNG nor JPEG\n", path);
        return false;
    }
    cli_upload_seal(ret_upload, type);
    return true;
}

void cli_upload_seal(struct cli_upload *upload, const char *type)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(upload->content.data, upload->content.len, digest);
    base_hex_digest(digest, upload->sha256);
    upload->type = type;
}

void cli_upload_clear(struct cli_upload *upload)
{
    base_buffer_clear(&upload->content);
}

json_t *cli_upload_named(const struct cli_upload *upload)
{
    return json_pack("{s:s, s:I, s:s}", "sha256", upload->sha256, "bytes", (json_int_t) upload->content.len, "type",
                     upload->type);
}

bool cli_upload_send(struct cli_session *session, const struct cli_upload *upload, int *ret_exit)
{
    const struct cli_http_request request = {.path = "/v1/uploads",
                                             .content_type = upload->type,
                                             .accept_language = cli_language_name(session->language),
                                             .body = base_buffer_view(&upload->content)};
    json_t *document = NULL;
    if (!cli_fetch_request(session, &request, "qao.upload/1", &document, ret_exit))
        return false;
    json_t *named = cli_upload_named(upload);
    bool same =
        named && json_object_set_new(named, "v", json_string("qao.upload/1")) == 0 && json_equal(named, document);
    json_decref(named);
    json_decref(document);
    if (!same)
        *ret_exit =
            cli_session_fault(session, CLI_FAULT_NOT_SIGNED_CONTENT, "the upload arrived as something else", NULL);
    return same;
}
