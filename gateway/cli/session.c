#include "gateway/cli/session.h"

#include "base/clock.h"
#include "base/file.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/installed.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"
#include "gateway/wire/json.h"
#include "policy/case.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_common_options(struct cli_common *common, struct cli_option ret_options[static CLI_COMMON_OPTIONS])
{
    const struct cli_option options[CLI_COMMON_OPTIONS] = {
        {"instance", CLI_OPTION_TEXT, &common->instance, "DIR",
         "the gateway's instance folder ($QAO_INSTANCE, ./instance)"},
        {"as", CLI_OPTION_TEXT, &common->keys.as, "NAME", "who: a folder below people/ of the instance"},
        {"cert", CLI_OPTION_TEXT, &common->keys.cert, "FILE", "or: signing certificate, PEM"},
        {"key", CLI_OPTION_TEXT, &common->keys.key, "FILE", "its key, PEM"},
        {"p12", CLI_OPTION_TEXT, &common->keys.p12, "FILE", "or: signing certificate and key as PKCS#12"},
        {"tls-cert", CLI_OPTION_TEXT, &common->keys.tls_cert, "FILE",
         "certificate that connects, where it is another one"},
        {"tls-key", CLI_OPTION_TEXT, &common->keys.tls_key, "FILE", "its key"},
        {"tls-p12", CLI_OPTION_TEXT, &common->keys.tls_p12, "FILE", "or both as PKCS#12"},
        {"password-file", CLI_OPTION_TEXT, &common->keys.password_file, "FILE", "first line: password of the keys"},
        {"lang", CLI_OPTION_TEXT, &common->language, "kk|ru|en", "language of words and names ($LANG)"},
        {"json", CLI_OPTION_FLAG, &common->json, NULL, "print the verified reply as one line of JSON"},
    };
    memcpy(ret_options, options, sizeof options);
}

static bool fail(int *ret_exit, int status, const char *format, ...) BASE_PRINTF(3, 4);

static bool fail(int *ret_exit, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("qao: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    *ret_exit = status;
    return false;
}

static bool log_key_read(struct cli_session *session, int *ret_exit)
{
    char *vkey = NULL;
    int r = cli_instance_line(&session->instance, "log/log.vkey", &vkey);
    if (r == 0)
        r = audit_vkey_parse(base_bytes_text(vkey), &session->log);
    free(vkey);
    return r == 0 || fail(ret_exit, CLI_EXIT_USAGE, "%s/log/log.vkey is no log's key: %s", session->instance.dir,
                          cli_reason_text(r));
}

static bool gateway_read(struct cli_session *session, int *ret_exit)
{
    int r = cli_instance_line(&session->instance, "gateway.url", &session->url);
    if (r == -ENOENT)
        return fail(ret_exit, CLI_EXIT_UNREACHABLE,
                    "the gateway of %s is not running: there is no gateway.url.\nStart it: ./run --dir '%s'",
                    session->instance.dir, session->instance.dir);
    if (r || strncmp(session->url, "https://", 8) != 0)
        return fail(ret_exit, CLI_EXIT_USAGE, "%s/gateway.url holds no https address", session->instance.dir);
    for (size_t len = strlen(session->url); len > 8 && session->url[len - 1] == '/'; len--)
        session->url[len - 1] = '\0';
    if (!log_key_read(session, ret_exit))
        return false;
    r = cli_instance_line(&session->instance, "gateway.bin", &session->system_bin);
    if (r && r != -ENOENT)
        return fail(ret_exit, CLI_EXIT_USAGE, "cannot use %s/gateway.bin: %s", session->instance.dir,
                    cli_reason_text(r));
    r = cli_instance_line(&session->instance, "case.pattern", &session->case_pattern);
    return r == 0 || r == -ENOENT || fail(ret_exit, CLI_EXIT_USAGE, "cannot use %s/case.pattern: %s", session->instance.dir,
                          cli_reason_text(r));
}

static bool trust_read(struct cli_session *session, int *ret_exit)
{
    const struct certs_trust_options options = {0};
    char *error = NULL;
    session->ca_path = cli_instance_path(&session->instance, "ca/ca.pem");
    session->crl_path = cli_instance_path(&session->instance, "ca/crl.pem");
    if (!session->ca_path || !session->crl_path)
        return fail(ret_exit, CLI_EXIT_USAGE, "out of memory");
    int r = certs_trust_read(session->ca_path, session->crl_path, &options, &session->trust, &error);
    if (r)
        fail(ret_exit, CLI_EXIT_USAGE, "cannot use the authority's certificates in %s/ca: %s", session->instance.dir,
             error ? error : strerror(-r));
    free(error);
    return r == 0;
}

static bool messages_read(struct cli_session *session, int *ret_exit)
{
    bool read = cli_installed_messages(&session->messages);
    if (!read)
        *ret_exit = CLI_EXIT_USAGE;
    return read;
}

static bool keys_read(struct cli_session *session, const struct cli_common *common, bool needs_signer, int *ret_exit)
{
    int r = cli_keys_read(&session->instance, &common->keys, needs_signer, &session->keys);
    if (r == CLI_KEYS_UNUSABLE) {
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    base_buffer_init(&session->cert_pem, CERTS_KEY_FILE_MAX);
    base_buffer_init(&session->key_pem, CERTS_KEY_FILE_MAX);
    if (r == 0)
        r = certs_signer_cert_pem(session->keys.connection, &session->cert_pem);
    if (r == 0)
        r = certs_signer_key_pem(session->keys.connection, &session->key_pem);
    return r == 0 || fail(ret_exit, CLI_EXIT_USAGE, "cannot use the connecting key: %s", strerror(-r));
}

/* Without a home folder a query must still be possible; then nobody notices a log that goes back, so say it. */
static bool seen_read(struct cli_session *session, int *ret_exit)
{
    int r = cli_seen_read(&session->instance, &session->log, &session->seen);
    if (r == -EBADMSG)
        return fail(
            ret_exit, CLI_EXIT_USAGE,
            "the kept checkpoint of this log (below $XDG_STATE_HOME/qao) is damaged; find out why, then remove it");
    if (r) {
        fprintf(stderr,
                "qao: warning: cannot keep the log's checkpoint (%s); set XDG_STATE_HOME to a folder of yours\n",
                strerror(-r));
        session->seen = (struct cli_seen){.log = &session->log};
    }
    return true;
}

/* Who we are, and in which instance. */
static bool person_read(struct cli_session *session, const struct cli_common *common, bool needs_signer, int *ret_exit)
{
    *session = (struct cli_session){.json = common->json};
    if (cli_language_find(common->language, &session->language))
        return fail(ret_exit, CLI_EXIT_USAGE, "--lang takes kk, ru or en");
    int r = cli_instance_find(common->instance, &session->instance);
    if (r) {
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    return keys_read(session, common, needs_signer, ret_exit);
}

bool cli_session_open_offline(struct cli_session *session, const struct cli_common *common, int *ret_exit)
{
    return person_read(session, common, true, ret_exit) && log_key_read(session, ret_exit);
}

bool cli_session_open(struct cli_session *session, const struct cli_common *common, bool needs_signer, int *ret_exit)
{
    if (!person_read(session, common, needs_signer, ret_exit) || !gateway_read(session, ret_exit) ||
        !trust_read(session, ret_exit) || !messages_read(session, ret_exit) || !seen_read(session, ret_exit))
        return false;
    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return fail(ret_exit, CLI_EXIT_USAGE, "libcurl cannot be used");
    cli_names_read(&session->names);
    return true;
}

void cli_session_close(struct cli_session *session)
{
    cli_keys_clear(&session->keys);
    cli_names_clear(&session->names);
    cli_seen_clear(&session->seen);
    certs_trust_unref(session->trust);
    wire_messages_free(session->messages);
    wire_acts_free(session->acts);
    cli_instance_clear(&session->instance);
    base_buffer_clear(&session->cert_pem);
    base_buffer_clear(&session->key_pem);
    free(session->url);
    free(session->ca_path);
    free(session->crl_path);
    free(session->system_bin);
    free(session->case_pattern);
}

struct cli_show cli_session_show(const struct cli_session *session)
{
    return (struct cli_show){.language = session->language, .names = &session->names, .width = cli_show_width(), .asked = session->asked};
}

struct cli_reply_rule cli_session_rule(const struct cli_session *session)
{
    const struct base_clock clock = base_clock_system();
    return (struct cli_reply_rule){.trust = session->trust,
                                   .log = &session->log,
                                   .now_us = base_clock_now_us(&clock),
                                   .system_bin = session->system_bin};
}

void cli_session_print(const struct base_buffer *text)
{
    fwrite(text->data, 1, text->len, stdout);
}

int cli_session_json(const json_t *document)
{
    struct base_buffer canonical BASE_CLEANUP(base_buffer_clear), out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&canonical, CLI_SHOW_MAX);
    base_buffer_init(&out, CLI_SHOW_MAX);
    if (wire_json_canonical(document, &canonical) || cli_screen_json(base_buffer_view(&canonical), &out) ||
        base_buffer_append_text(&out, "\n"))
        return CLI_EXIT_USAGE;
    cli_session_print(&out);
    return CLI_EXIT_OK;
}

/* A problem that the client found itself, in the shape of the gateway's. */
static json_t *problem_new(const char *space, const char *code, const char *title, const char *detail, const char *query)
{
    json_t *problem = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "title", title, "detail",
                                detail && detail[0] ? detail : title, "reasons", "code", code, "title", title);
    json_t *type = json_sprintf("urn:qao:%s:%s", space, code);
    int r = problem && type ? json_object_set(problem, "type", type) : -1;
    if (r == 0 && query)
        r = json_object_set_new(problem, "query", json_string(query));
    json_decref(type);
    if (r == 0)
        return problem;
    json_decref(problem);
    return NULL;
}

static void local_problem(const struct cli_session *session, const char *space, const char *code, const char *title,
                          const char *detail, const char *query)
{
    if (session->json) {
        json_t *problem = problem_new(space, code, title, detail, query);
        if (problem)
            (void) cli_session_json(problem);
        json_decref(problem);
        return;
    }
    struct base_buffer shown BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&shown, 8192);
    (void) base_buffer_printf(&shown, "qao: %s [%s]\n", title, code);
    if (query) {
        (void) base_buffer_printf(&shown, "%s: ", cli_text(session->asked.act ? CLI_TEXT_ACT : CLI_TEXT_QUERY, session->language));
        (void) cli_screen_text(base_bytes_text(query), &shown);
        (void) base_buffer_append_text(&shown, "\n");
    }
    if (detail && detail[0]) {
        (void) cli_screen_text(base_bytes_text(detail), &shown);
        (void) base_buffer_append_text(&shown, "\n");
    }
    (void) cli_text_advice(base_bytes_text(code), session->language, &session->asked, "", &shown);
    fwrite(shown.data, 1, shown.len, stderr);
}

static void alert_problem(const struct cli_session *session, enum wire_code code, const char *query)
{
    enum wire_language language = cli_language_wire(session->language);
    local_problem(session, "problem", wire_code_text(code), wire_message_title(session->messages, code, language),
                  wire_message_detail(session->messages, code, language), query);
}

static const char *unreachable_title(enum cli_language language)
{
    static const char *const titles[CLI_LANGUAGE_COUNT] = {"Шлюзге қосылу мүмкін емес", "Шлюз недоступен",
                                                           "The gateway cannot be reached"};
    return titles[language];
}

static const char *untrusted_title(enum cli_language language)
{
    static const char *const titles[CLI_LANGUAGE_COUNT] = {"Шлюз сертификатына сенім жоқ",
                                                           "Нет доверия к сертификату шлюза",
                                                           "The gateway's certificate is not to be trusted"};
    return titles[language];
}

enum cli_http cli_session_try(struct cli_session *session, const struct cli_http_request *request,
                              struct cli_http_reply *ret_reply, char ret_error[static CLI_HTTP_ERROR_MAX])
{
    const struct cli_http_peer peer = {.url = session->url,
                                       .ca_path = session->ca_path,
                                       .crl_path = session->crl_path,
                                       .cert_pem = base_buffer_view(&session->cert_pem),
                                       .key_pem = base_buffer_view(&session->key_pem)};
    return cli_http_send(&peer, request, ret_reply, ret_error);
}

bool cli_session_replied(const struct cli_session *session, enum cli_http outcome, const char *error, const char *query,
                         int *ret_exit)
{
    *ret_exit = CLI_EXIT_REFUSED;
    switch (outcome) {
    case CLI_HTTP_REPLIED:
        return true;
    case CLI_HTTP_CERTIFICATE_EXPIRED:
        alert_problem(session, WIRE_CODE_CERTIFICATE_EXPIRED, query);
        return false;
    case CLI_HTTP_CERTIFICATE_REVOKED:
        alert_problem(session, WIRE_CODE_CERTIFICATE_REVOKED, query);
        return false;
    case CLI_HTTP_CERTIFICATE_PROFILE:
        alert_problem(session, WIRE_CODE_CERTIFICATE_PROFILE, query);
        return false;
    case CLI_HTTP_CERTIFICATE_UNTRUSTED:
    case CLI_HTTP_CERTIFICATE_REFUSED:
        alert_problem(session, WIRE_CODE_CERTIFICATE_UNTRUSTED, query);
        return false;
    case CLI_HTTP_SERVER_UNTRUSTED:
        local_problem(session, "client", "gateway-untrusted", untrusted_title(session->language), error, query);
        return false;
    case CLI_HTTP_FAILED:
    case CLI_HTTP_UNREACHABLE:
        break;
    }
    local_problem(session, "client", "unreachable", unreachable_title(session->language), error, query);
    *ret_exit = CLI_EXIT_UNREACHABLE;
    return false;
}

bool cli_session_send(struct cli_session *session, const struct cli_http_request *request, const char *query,
                      struct cli_http_reply *ret_reply, int *ret_exit)
{
    char error[CLI_HTTP_ERROR_MAX];
    enum cli_http outcome = cli_session_try(session, request, ret_reply, error);
    return cli_session_replied(session, outcome, error, query, ret_exit);
}

enum cli_fault cli_session_see(struct cli_session *session, const struct cli_reply *reply)
{
    int error = 0;
    if (reply->checkpoint_note.len == 0)
        return CLI_FAULT_NONE;
    enum cli_fault fault = cli_seen_check(&session->seen, &reply->checkpoint, reply->checkpoint_note, &error);
    if (error)
        fprintf(stderr, "qao: warning: cannot keep the log's checkpoint: %s\n", strerror(-error));
    return fault;
}

enum cli_fault cli_session_see_held(struct cli_session *session, const struct cli_reply *reply)
{
    bool is_older = session->seen.is_known && reply->checkpoint.size < session->seen.size;
    return is_older ? CLI_FAULT_NONE : cli_session_see(session, reply);
}

int cli_session_fault(const struct cli_session *session, enum cli_fault fault, const char *detail, const char *query)
{
    local_problem(session, "client", cli_fault_code(fault), cli_fault_text(fault, session->language), detail, query);
    return CLI_EXIT_REFUSED;
}

json_t *cli_session_fault_object(const struct cli_session *session, enum cli_fault fault, const char *detail,
                                 const char *query)
{
    return problem_new("client", cli_fault_code(fault), cli_fault_text(fault, session->language), detail, query);
}

int cli_session_problem(const struct cli_session *session, const struct cli_reply *reply, long status,
                        long retry_after_s)
{
    int result = status >= 500 || status == 429 ? CLI_EXIT_UNREACHABLE : CLI_EXIT_REFUSED;
    if (session->json) {
        (void) cli_session_json(reply->document);
        return result;
    }
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    const struct cli_show show = cli_session_show(session);
    if (cli_show_reply(&show, reply, &out) == 0 && retry_after_s > 0)
        (void) base_buffer_printf(&out, "%s: %ld\n", cli_text(CLI_TEXT_RETRY_AFTER, session->language), retry_after_s);
    cli_session_print(&out);
    return result;
}
