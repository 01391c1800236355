#include "gateway/cli/sent.h"

#include "base/clock.h"
#include "base/file.h"
#include "certs/cms.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/save.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void cli_sent_init(struct cli_sent *sent)
{
    *sent = (struct cli_sent){0};
    base_buffer_init(&sent->content, CLI_CONTENT_MAX);
    base_buffer_init(&sent->bytes, CERTS_CMS_BYTES_MAX);
}

void cli_sent_clear(struct cli_sent *sent)
{
    json_decref(sent->json);
    base_buffer_clear(&sent->content);
    base_buffer_clear(&sent->bytes);
}

static void content_parse(struct cli_sent *sent)
{
    SHA256(sent->bytes.data, sent->bytes.len, sent->sha256);
    if (sent->content.len == 0 || wire_json_parse(base_buffer_view(&sent->content), CLI_CONTENT_MAX, &sent->json, NULL))
        return;
    const char *id = json_string_value(json_object_get(sent->json, "id"));
    if (id && strlen(id) < sizeof sent->id)
        snprintf(sent->id, sizeof sent->id, "%s", id);
    sent->service = (long) json_integer_value(json_object_get(sent->json, "service"));
}

int cli_sent_sign(struct cli_sent *sent, struct cli_session *session)
{
    const struct base_clock clock = base_clock_system();
    int r = certs_cms_sign(session->keys.signer, base_buffer_view(&sent->content), base_clock_now_us(&clock), &sent->bytes);
    if (r)
        return r;
    sent->has_holder = cli_holder_read(session->keys.signer, &sent->holder) == 0;
    content_parse(sent);
    return 0;
}

void cli_sent_parse(struct cli_sent *sent, struct cli_session *session)
{
    const struct base_clock clock = base_clock_system();
    struct certs_message message = {0};
    struct certs_finding finding =
        certs_cms_verify(session->trust, NULL, base_buffer_view(&sent->bytes), base_clock_now_us(&clock), &message);
    if (finding.verdict == CERTS_VERDICT_VALID) {
        (void) base_buffer_append(&sent->content, base_buffer_view(&message.content));
        snprintf(sent->holder.iin, sizeof sent->holder.iin, "%s", message.signer.iin);
        snprintf(sent->holder.bin, sizeof sent->holder.bin, "%s", message.signer.bin);
        sent->has_holder = true;
        certs_message_clear(&message);
    }
    content_parse(sent);
}

int cli_sent_read(struct cli_sent *sent, struct cli_session *session, const char *path)
{
    int r = base_file_read(path, BASE_FILE_PUBLIC, &sent->bytes);
    if (r == 0)
        cli_sent_parse(sent, session);
    return r;
}

bool cli_sent_folder_told(const char *dir, int error, int *ret_exit)
{
    if (error == 0)
        return true;
    if (error == -EEXIST)
        fprintf(stderr, "qao: %s already holds a query; name a new folder by --save\n", dir);
    else if (error == -EPERM)
        fprintf(stderr, "qao: %s belongs to another user, or others may write to it; name a folder of your own by --save\n",
                dir);
    else
        fprintf(stderr, "qao: cannot save to %s: %s\n", dir, strerror(-error));
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

bool cli_sent_folder_prepare(const struct cli_sent *sent, const char *dir, int *ret_exit)
{
    if (!dir)
        return true;
    int r = cli_save_prepare(dir);
    if (r == 0)
        r = cli_save_query(dir, base_buffer_view(&sent->bytes));
    return cli_sent_folder_told(dir, r, ret_exit);
}

int cli_sent_reply_save(const struct cli_sent *sent, const struct cli_session *session, const struct cli_reply *reply,
                        unsigned part, long service, const char *dir, int result)
{
    const struct cli_page page = {.language = session->language,
                                  .names = &session->names,
                                  .holder = sent->has_holder ? &sent->holder : NULL,
                                  .query = sent->json,
                                  .part = part,
                                  .service = service,
                                  .reply = reply,
                                  .log = &session->log};
    if (!dir)
        return result;
    int r = cli_save_reply(dir, &page, &session->log);
    if (r) {
        fprintf(stderr, "qao: cannot save to %s: %s\n", dir, strerror(-r));
        return CLI_EXIT_USAGE;
    }
    if (!session->json)
        printf("%s: %s\n", cli_text(CLI_TEXT_SAVED, session->language), dir);
    return result;
}
