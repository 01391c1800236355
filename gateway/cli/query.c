#include "gateway/cli/query.h"

#include "base/clock.h"
#include "base/file.h"
#include "certs/cms.h"
#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/save.h"
#include "gateway/cli/session.h"
#include "gateway/cli/show.h"
#include "gateway/cli/words.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

/* What was typed. */
struct query_options {
    struct cli_common common;
    const char *service, *basis, *duty, *case_number, *article, *ground, *ordered_by, *recipient;
    const char *iin, *bin, *plate, *cadastre;
    struct cli_list params;
    const char *save, *id, *signed_path;
    bool dry_run;
};

/* One query on its way. */
struct query_run {
    struct cli_session session;
    const struct query_options *options;
    char id[BASE_UUID_TEXT_MAX]; /* "" when it could not be read from ready signed bytes */
    long service;
    struct base_buffer content, signed_bytes;
    json_t *content_json; /* for the page; NULL when not known */
    struct cli_holder holder;
    bool has_holder;
};

static bool usage(int *ret_exit, const char *words)
{
    fprintf(stderr, "qao: %s\n", words);
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

static bool params_take(const struct query_options *options, struct cli_content *content, int *ret_exit)
{
    const char *const named[][2] = {
        {"iin", options->iin}, {"bin", options->bin}, {"plate", options->plate}, {"cadastre", options->cadastre}};
    char error[CLI_CONTENT_ERROR_MAX];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(named); i++)
        if (named[i][1] && cli_content_param_set(content, named[i][0], named[i][1], error))
            return usage(ret_exit, error);
    for (size_t i = 0; i < options->params.count; i++)
        if (cli_content_param_add(content, options->params.items[i], error))
            return usage(ret_exit, error);
    return true;
}

/* What no registration could make right is told before anything is signed. */
static bool words_check(const struct query_run *run, int *ret_exit)
{
    const struct query_options *options = run->options;
    char error[CLI_WORDS_ERROR_MAX];
    if (!options->service || !options->basis)
        return usage(ret_exit, "--service and --basis are needed; qao query --help describes them");
    if (cli_words_service_check(options->service, error) || cli_words_basis_check(options->basis, error) ||
        (options->duty && cli_words_duty_check(options->duty, options->basis, error)) ||
        (options->case_number && run->session.case_pattern &&
         cli_words_case_check(options->case_number, run->session.case_pattern, error)) ||
        (options->article && cli_words_article_check(options->article, error)))
        return usage(ret_exit, error);
    return true;
}

/* The content from what was typed. */
static bool content_make(struct query_run *run, int *ret_exit)
{
    const struct query_options *options = run->options;
    const struct base_clock clock = base_clock_system();
    struct cli_content content = {.id = run->id,
                                  .to = run->session.log.name,
                                  .at_us = base_clock_now_us(&clock),
                                  .basis = options->basis,
                                  .duty = options->duty,
                                  .case_number = options->case_number,
                                  .article = options->article,
                                  .ground = options->ground,
                                  .ordered_by = options->ordered_by,
                                  .recipient = options->recipient};
    if (!words_check(run, ret_exit))
        return false;
    if (cli_content_service_parse(options->service, &content.service))
        return usage(ret_exit, "--service takes a number from 1 to 76");
    if (options->id) {
        if (!cli_content_is_uuid(options->id))
            return usage(ret_exit, "--id takes a UUID in lower case");
        snprintf(run->id, sizeof run->id, "%s", options->id);
    } else {
        uuid_t random;
        uuid_generate_random(random);
        uuid_unparse_lower(random, run->id);
    }
    if (!params_take(options, &content, ret_exit))
        return false;
    if (cli_content_encode(&content, &run->content))
        return usage(ret_exit, "the query is longer than 64 KiB, or a text is not UTF-8");
    run->service = content.service;
    return true;
}

static bool content_sign(struct query_run *run, int *ret_exit)
{
    const struct base_clock clock = base_clock_system();
    int r = certs_cms_sign(run->session.keys.signer, base_buffer_view(&run->content), base_clock_now_us(&clock),
                           &run->signed_bytes);
    if (r) {
        fprintf(stderr, "qao: cannot sign: %s\n", strerror(-r));
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    run->has_holder = cli_holder_read(run->session.keys.signer, &run->holder) == 0;
    return true;
}

/* Ready signed bytes: sent as they are, right or wrong. What can be read of them is needed to tell whose answer comes
 * back; whoever signed need not be the one whose keys are here. */
static bool signed_take(struct query_run *run, int *ret_exit)
{
    const struct query_options *options = run->options;
    const struct base_clock clock = base_clock_system();
    int r = base_file_read(options->signed_path, BASE_FILE_PUBLIC, &run->signed_bytes);
    if (r) {
        fprintf(stderr, "qao: cannot read %s: %s\n", options->signed_path, cli_reason_text(r));
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    struct certs_message message = {0};
    struct certs_finding finding = certs_cms_verify(run->session.trust, NULL, base_buffer_view(&run->signed_bytes),
                                                    base_clock_now_us(&clock), &message);
    if (finding.verdict == CERTS_VERDICT_VALID) {
        (void) base_buffer_append(&run->content, base_buffer_view(&message.content));
        snprintf(run->holder.iin, sizeof run->holder.iin, "%s", message.signer.iin);
        snprintf(run->holder.bin, sizeof run->holder.bin, "%s", message.signer.bin);
        run->has_holder = true;
        certs_message_clear(&message);
    }
    return true;
}

static void content_read(struct query_run *run)
{
    if (run->content.len == 0 ||
        wire_json_parse(base_buffer_view(&run->content), CLI_CONTENT_MAX, &run->content_json, NULL))
        return;
    const char *id = json_string_value(json_object_get(run->content_json, "id"));
    if (id && strlen(id) < sizeof run->id)
        snprintf(run->id, sizeof run->id, "%s", id);
    run->service = (long) json_integer_value(json_object_get(run->content_json, "service"));
    run->session.asked = (struct cli_asked){.id = cli_content_is_uuid(run->id) ? run->id : NULL,
                                            .at = json_string_value(json_object_get(run->content_json, "at")),
                                            .service = run->service};
}

static bool save_prepare(const struct query_run *run, int *ret_exit)
{
    const char *dir = run->options->save;
    if (!dir)
        return true;
    int r = cli_save_prepare(dir);
    if (r == 0)
        r = cli_save_query(dir, base_buffer_view(&run->signed_bytes));
    if (r == 0)
        return true;
    if (r == -EEXIST)
        fprintf(stderr, "qao: %s already holds a query; name a new folder by --save\n", dir);
    else if (r == -EPERM)
        fprintf(stderr, "qao: %s belongs to another user, or others may write to it; name a folder of your own by --save\n", dir);
    else
        fprintf(stderr, "qao: cannot save to %s: %s\n", dir, strerror(-r));
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

/* What the officer must not lose: a failure here is told, although the query went well. */
static int reply_save(struct query_run *run, const struct cli_reply *reply, int result)
{
    const struct cli_session *session = &run->session;
    const struct cli_page page = {.language = session->language,
                                  .names = &session->names,
                                  .holder = run->has_holder ? &run->holder : NULL,
                                  .query = run->content_json,
                                  .reply = reply,
                                  .log = &session->log};
    if (!run->options->save)
        return result;
    int r = cli_save_reply(run->options->save, &page, &session->log);
    if (r) {
        fprintf(stderr, "qao: cannot save to %s: %s\n", run->options->save, strerror(-r));
        return CLI_EXIT_USAGE;
    }
    if (!session->json)
        printf("%s: %s\n", cli_text(CLI_TEXT_SAVED, session->language), run->options->save);
    return result;
}

static int reply_show(struct query_run *run, const struct cli_reply *reply, const struct cli_http_reply *http)
{
    struct cli_session *session = &run->session;
    if (reply->kind == CLI_REPLY_PROBLEM)
        return cli_session_problem(session, reply, http->status, http->retry_after_s);
    const char *effect = json_string_value(json_object_get(json_object_get(reply->content, "decision"), "effect"));
    int result = effect && strcmp(effect, "deny") == 0 ? CLI_EXIT_REFUSED : CLI_EXIT_OK;
    if (session->json)
        return cli_session_json(reply->document) == CLI_EXIT_OK ? result : CLI_EXIT_USAGE;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    const struct cli_show show = cli_session_show(session);
    if (cli_show_reply(&show, reply, &out)) {
        fputs("qao: the answer is too large to be shown; use --json or --save\n", stderr);
        return result;
    }
    cli_session_print(&out);
    return result;
}

static int query_send(struct query_run *run, const char *path)
{
    struct cli_session *session = &run->session;
    const struct cli_http_request request = {.path = path,
                                             .content_type = "application/pkcs7-mime",
                                             .accept_language = cli_language_name(session->language),
                                             .body = base_buffer_view(&run->signed_bytes)};
    const char *id = run->id[0] ? run->id : NULL;
    struct cli_http_reply http;
    int result = CLI_EXIT_REFUSED;
    cli_http_reply_init(&http, CLI_HTTP_REPLY_MAX);
    if (!cli_session_send(session, &request, id, &http, &result)) {
        cli_http_reply_clear(&http);
        return result;
    }
    uint8_t sent[SHA256_DIGEST_LENGTH];
    SHA256(run->signed_bytes.data, run->signed_bytes.len, sent);
    struct cli_reply_rule rule = cli_session_rule(session);
    rule.query = id;
    rule.service = run->service;
    rule.sent_sha256 = sent;
    struct cli_reply reply;
    char detail[CLI_REPLY_DETAIL_MAX];
    enum cli_fault fault = cli_reply_check(base_buffer_view(&http.body), http.status != 200, &rule, &reply, detail);
    if (fault == CLI_FAULT_NONE && (reply.kind == CLI_REPLY_EXPLANATION) != (strcmp(path, "/v1/explain") == 0) &&
        reply.kind != CLI_REPLY_PROBLEM)
        fault = CLI_FAULT_REPLY_MALFORMED;
    if (fault == CLI_FAULT_NONE)
        fault = cli_session_see(session, &reply);
    result = fault == CLI_FAULT_NONE ? reply_save(run, &reply, reply_show(run, &reply, &http))
                                     : cli_session_fault(session, fault, detail, id);
    cli_reply_clear(&reply);
    cli_http_reply_clear(&http);
    return result;
}

static int query_run(struct query_run *run, const char *path)
{
    const struct query_options *options = run->options;
    int result = CLI_EXIT_USAGE;
    if (!cli_session_open(&run->session, &options->common, !options->signed_path, &result))
        return result;
    if (options->signed_path ? !signed_take(run, &result)
                             : !content_make(run, &result) || (!options->dry_run && !content_sign(run, &result)))
        return result;
    if (options->dry_run) {
        cli_session_print(&run->content);
        putchar('\n');
        return CLI_EXIT_OK;
    }
    content_read(run);
    return save_prepare(run, &result) ? query_send(run, path) : result;
}

static int run(int argc, char **argv, const char *command, const char *path, const char *summary)
{
    struct query_options query = {0};
    struct cli_list rest;
    struct cli_option options[CLI_COMMON_OPTIONS + 17];
    const struct cli_option own[] = {
        {"service", CLI_OPTION_TEXT, &query.service, "N", "service, 1-76"},
        {"basis", CLI_OPTION_TEXT, &query.basis, "B",
         "operative_search, covert_investigation, search_measures, other_duties"},
        {"duty", CLI_OPTION_TEXT, &query.duty, "D", "with other_duties: app4.1 ... app7.1"},
        {"case", CLI_OPTION_TEXT, &query.case_number, "C", "case number of the Unified Register"},
        {"article", CLI_OPTION_TEXT, &query.article, "A", "article of the Criminal Code, such as 216/2"},
        {"ground", CLI_OPTION_TEXT, &query.ground, "TEXT", "basis of the query in words"},
        {"ordered-by", CLI_OPTION_TEXT, &query.ordered_by, "TEXT", "who ordered the query"},
        {"recipient", CLI_OPTION_TEXT, &query.recipient, "TEXT", "who receives the result"},
        {"iin", CLI_OPTION_TEXT, &query.iin, "X", "ask about the person with this number"},
        {"bin", CLI_OPTION_TEXT, &query.bin, "X", "about the organisation with this number"},
        {"plate", CLI_OPTION_TEXT, &query.plate, "X", "about the vehicle with this plate"},
        {"cadastre", CLI_OPTION_TEXT, &query.cadastre, "X", "about the real estate with this cadastral number"},
        {"param", CLI_OPTION_LIST, &query.params, "NAME=VALUE",
         "any other parameter; NAME:=VALUE for integers, true, false"},
        {"id", CLI_OPTION_TEXT, &query.id, "UUID", "the query's id (default: a new one)"},
        {"signed", CLI_OPTION_TEXT, &query.signed_path, "FILE", "send these ready signed bytes instead"},
        {"save", CLI_OPTION_TEXT, &query.save, "DIR",
         "keep query, answer, receipt and a printable page for the case file"},
        {"dry-run", CLI_OPTION_FLAG, &query.dry_run, NULL, "print what would be signed; sign and send nothing"},
    };
    char synopsis[64];
    int result = CLI_EXIT_USAGE;
    cli_common_options(&query.common, options);
    memcpy(options + CLI_COMMON_OPTIONS, own, sizeof own);
    snprintf(synopsis, sizeof synopsis, "%s --as NAME --service N --basis B [OPTIONS]", command);
    if (!cli_options_take(argc, argv, synopsis, summary, options, BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    struct query_run state = {.options = &query};
    base_buffer_init(&state.content, CLI_CONTENT_MAX);
    base_buffer_init(&state.signed_bytes, CERTS_CMS_BYTES_MAX);
    result = query_run(&state, path);
    json_decref(state.content_json);
    base_buffer_clear(&state.content);
    base_buffer_clear(&state.signed_bytes);
    cli_session_close(&state.session);
    return result;
}

int cli_query_run(int argc, char **argv)
{
    return run(argc, argv, "query", "/v1/queries",
               "Signs a query, sends it, and checks the answer's signature and its proofs in the log.");
}

int cli_explain_run(int argc, char **argv)
{
    return run(argc, argv, "explain", "/v1/explain",
               "Asks what would be decided. The question is recorded; no registry is asked and no id is used up.");
}
