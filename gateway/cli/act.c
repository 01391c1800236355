#include "gateway/cli/act.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/installed.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"
#include "gateway/cli/title.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

static bool fail(int *ret_exit, const char *words)
{
    fprintf(stderr, "qao: %s\n", words);
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

static bool acts_need(struct cli_session *session, int *ret_exit)
{
    if (session->acts || cli_installed_acts(&session->acts))
        return true;
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

static void fault_show(const struct cli_act *act, const char *member, const char *words)
{
    const struct cli_field *field = cli_field_find(act->fields, act->fields ? act->field_count : 0, member);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 4096);
    (void) base_buffer_append_text(&out, field ? "qao: --" : "qao: ");
    (void) cli_screen_text(base_bytes_text(field ? field->option : member[0] ? member : "the act"), &out);
    (void) base_buffer_printf(&out, " %s\n", words);
    fwrite(out.data, 1, out.len, stderr);
}

/* The same reading as the gateway's. */
static bool content_check(struct cli_session *session, const struct cli_act *act, struct base_bytes content,
                          int *ret_exit)
{
    struct wire_act read;
    json_t *document = NULL;
    if (wire_act_parse(session->acts, content, session->log.name, &document, &read))
        return fail(ret_exit, "out of memory");
    if (read.fault[0])
        fprintf(stderr, "qao: %s\n", read.fault);
    for (size_t i = 0; i < read.faults.count; i++)
        fault_show(act, read.faults.items[i].member, wire_fault_text(read.faults.items[i].kind));
    json_decref(document);
    *ret_exit = read.wellformed ? *ret_exit : CLI_EXIT_USAGE;
    return read.wellformed;
}

bool cli_act_encode(struct cli_session *session, const struct cli_act *act, char ret_id[static BASE_UUID_TEXT_MAX],
                    struct base_buffer *out, int *ret_exit)
{
    const struct base_clock clock = base_clock_system();
    char at[BASE_TIME_TEXT_MAX];
    uuid_t random;
    if (!acts_need(session, ret_exit))
        return false;
    uuid_generate_random(random);
    uuid_unparse_lower(random, ret_id);
    if (act->id)
        snprintf(ret_id, BASE_UUID_TEXT_MAX, "%s", act->id);
    base_time_format(base_clock_now_us(&clock), at);
    json_t *content =
        json_pack("{s:s, s:s, s:s, s:s, s:O}", "v", wire_act_type_text(wire_act_type_at(session->acts, act->name)),
                  "id", ret_id, "at", at, "to", session->log.name, "act", act->act);
    int r = content ? wire_json_canonical(content, out) : -ENOMEM;
    json_decref(content);
    if (r)
        return fail(ret_exit, r == -ENOBUFS ? "the act is longer than 64 KiB" : "the act holds what cannot be written");
    return content_check(session, act, base_buffer_view(out), ret_exit);
}

bool cli_act_check(struct cli_session *session, const struct cli_act *act, int *ret_exit)
{
    char id[BASE_UUID_TEXT_MAX];
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, WIRE_CONTENT_BYTES_MAX);
    return cli_act_encode(session, act, id, &content, ret_exit);
}

int cli_act_print(struct cli_session *session, const struct cli_act *act)
{
    char id[BASE_UUID_TEXT_MAX];
    int result = CLI_EXIT_OK;
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, WIRE_CONTENT_BYTES_MAX + 1);
    if (!cli_act_encode(session, act, id, &content, &result))
        return result;
    (void) base_buffer_append_text(&content, "\n");
    cli_session_print(&content);
    return CLI_EXIT_OK;
}

static const char *title_of(const struct cli_session *session, enum wire_act_name name)
{
    return wire_act_type_title(wire_act_type_at(session->acts, name), cli_language_wire(session->language));
}

bool cli_act_confirm(struct cli_session *session, const struct cli_act *act, bool is_needed, int *ret_exit)
{
    static const char *const question[CLI_LANGUAGE_COUNT] = {"Қол қойып, жіберу керек пе?", "Подписать и отправить?",
                                                             "Sign and send it?"};
    if (!acts_need(session, ret_exit))
        return false;
    if (!cli_ask_possible())
        return is_needed ? fail(ret_exit, "nobody can be asked here; say --yes to sign it") : true;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    (void) base_buffer_printf(&out, "%s\n", title_of(session, act->name));
    (void) cli_title_object(act->act, NULL, session->language, 1, &out);
    fwrite(out.data, 1, out.len, stderr);
    if (cli_ask(question[session->language], session->language) == CLI_ASK_YES)
        return true;
    return fail(ret_exit, "nothing was signed");
}

static int reply_show(struct cli_session *session, const struct cli_act_reply *taken)
{
    const struct cli_reply *reply = &taken->reply;
    if (reply->kind == CLI_REPLY_PROBLEM)
        return cli_session_problem(session, reply, taken->status, taken->retry_after_s);
    if (session->json)
        return cli_session_json(reply->document);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    const struct cli_show show = cli_session_show(session);
    if (cli_show_reply(&show, reply, &out))
        return CLI_EXIT_USAGE;
    cli_session_print(&out);
    return CLI_EXIT_OK;
}

static bool reply_take(struct cli_session *session, const struct cli_act *act, struct base_bytes sent,
                       const struct cli_http_reply *http, struct cli_act_reply *ret_reply, int *ret_exit)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char detail[CLI_REPLY_DETAIL_MAX];
    struct cli_reply_rule rule = cli_session_rule(session);
    SHA256(sent.data, sent.len, digest);
    rule.query = session->asked.id;
    rule.sent_sha256 = digest;
    rule.act_type = wire_act_type_text(wire_act_type_at(session->acts, act->name));
    bool is_taken = http->status == 200 || http->status == 202;
    ret_reply->status = http->status;
    ret_reply->retry_after_s = http->retry_after_s;
    enum cli_fault fault = cli_reply_check(base_buffer_view(&http->body), !is_taken, &rule, &ret_reply->reply, detail);
    if (fault == CLI_FAULT_NONE)
        fault = cli_session_see(session, &ret_reply->reply);
    if (fault != CLI_FAULT_NONE)
        *ret_exit = cli_session_fault(session, fault, detail, session->asked.id);
    return fault == CLI_FAULT_NONE;
}

/* With session->asked.id for what is told of it. */
static bool content_exchange(struct cli_session *session, const struct cli_act *act, struct base_bytes content,
                             struct cli_act_reply *ret_reply, int *ret_exit)
{
    const struct base_clock clock = base_clock_system();
    struct base_buffer signed_bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&signed_bytes, CERTS_CMS_BYTES_MAX);
    int r = certs_cms_sign(session->keys.signer, content, base_clock_now_us(&clock), &signed_bytes);
    if (r) {
        fprintf(stderr, "qao: cannot sign: %s\n", strerror(-r));
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    const struct cli_http_request request = {.path = "/v1/acts",
                                             .content_type = "application/pkcs7-mime",
                                             .accept_language = cli_language_name(session->language),
                                             .body = base_buffer_view(&signed_bytes)};
    struct cli_http_reply http;
    cli_http_reply_init(&http, CLI_HTTP_REPLY_MAX);
    bool came = cli_session_send(session, &request, session->asked.id, &http, ret_exit) &&
                reply_take(session, act, base_buffer_view(&signed_bytes), &http, ret_reply, ret_exit);
    cli_http_reply_clear(&http);
    return came;
}

bool cli_act_exchange(struct cli_session *session, const struct cli_act *act, struct cli_act_reply *ret_reply,
                      int *ret_exit)
{
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, WIRE_CONTENT_BYTES_MAX);
    *ret_reply = (struct cli_act_reply){0};
    if (!cli_act_encode(session, act, ret_reply->id, &content, ret_exit))
        return false;
    session->asked = (struct cli_asked){.id = ret_reply->id, .act = title_of(session, act->name)};
    return content_exchange(session, act, base_buffer_view(&content), ret_reply, ret_exit);
}

int cli_act_send(struct cli_session *session, const struct cli_act *act)
{
    int result = CLI_EXIT_USAGE;
    struct cli_act_reply taken;
    if (cli_act_exchange(session, act, &taken, &result))
        result = reply_show(session, &taken);
    session->asked = (struct cli_asked){0};
    cli_reply_clear(&taken.reply);
    return result;
}

bool cli_act_verify(struct cli_session *session, const char *base64, struct base_buffer *ret_der,
                    struct certs_message *ret_message, char ret_why[static CLI_ACT_WHY_MAX])
{
    const struct base_clock clock = base_clock_system();
    ret_why[0] = '\0';
    if (!base64 || base_base64_decode(base_bytes_text(base64), ret_der)) {
        snprintf(ret_why, CLI_ACT_WHY_MAX, "the signed bytes are missing");
        return false;
    }
    struct certs_finding finding =
        certs_cms_verify(session->trust, NULL, base_buffer_view(ret_der), base_clock_now_us(&clock), ret_message);
    if (finding.verdict != CERTS_VERDICT_VALID)
        snprintf(ret_why, CLI_ACT_WHY_MAX, "%s: %s", certs_verdict_name(finding.verdict), finding.detail);
    return finding.verdict == CERTS_VERDICT_VALID;
}
