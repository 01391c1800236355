#include "gateway/cli/query.h"

#include "base/clock.h"
#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/follow.h"
#include "gateway/cli/graph.h"
#include "gateway/cli/inquiry.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/sent.h"
#include "gateway/cli/show.h"
#include "gateway/cli/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

/* What was typed. */
struct query_options {
    struct cli_common common;
    const char *service, *services, *basis, *duty, *case_number, *article, *ground, *ordered_by, *recipient;
    const char *iin, *bin, *plate, *cadastre;
    struct cli_list params;
    const char *save, *id, *signed_path, *graph, *wait;
    long wait_s;
    bool dry_run;
};

/* One query on its way. */
struct query_run {
    struct cli_session session;
    const struct query_options *options;
    bool is_explaining; /* POST /v1/explain */
    struct cli_sent sent;
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
    if (!(options->service || options->services) || !options->basis)
        return usage(ret_exit, "--service and --basis are needed; qao query --help describes them");
    if (options->service && options->services)
        return usage(ret_exit, "--service names one service, --services several; give one of both");
    if ((options->service && cli_words_service_check(options->service, error)) || cli_words_basis_check(options->basis, error) ||
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
    struct cli_content content = {.id = run->sent.id,
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
    char error[CLI_CONTENT_ERROR_MAX];
    if (options->services && cli_content_services_parse(&content, options->services, error))
        return usage(ret_exit, error);
    if (options->service && cli_content_service_parse(options->service, &content.service))
        return usage(ret_exit, "--service takes a number from 1 to 76");
    if (options->graph && !cli_content_is_links(content.service))
        return usage(ret_exit, "--graph belongs to --service 75 or 76, which answer with links");
    if (options->id) {
        if (!cli_content_is_uuid(options->id))
            return usage(ret_exit, "--id takes a UUID in lower case");
        snprintf(run->sent.id, sizeof run->sent.id, "%s", options->id);
    } else {
        uuid_t random;
        uuid_generate_random(random);
        uuid_unparse_lower(random, run->sent.id);
    }
    if (!params_take(options, &content, ret_exit))
        return false;
    if (cli_content_encode(&content, &run->sent.content))
        return usage(ret_exit, "the query is longer than 64 KiB, or a text is not UTF-8");
    return true;
}

static bool content_sign(struct query_run *run, int *ret_exit)
{
    int r = cli_sent_sign(&run->sent, &run->session);
    if (r) {
        fprintf(stderr, "qao: cannot sign: %s\n", strerror(-r));
        *ret_exit = CLI_EXIT_USAGE;
    }
    return r == 0;
}

static bool signed_take(struct query_run *run, int *ret_exit)
{
    const char *path = run->options->signed_path;
    int r = cli_sent_read(&run->sent, &run->session, path);
    if (r) {
        fprintf(stderr, "qao: cannot read %s: %s\n", path, cli_reason_text(r));
        *ret_exit = CLI_EXIT_USAGE;
    }
    return r == 0;
}

/* What is told of a refusal. */
static void asked_set(struct query_run *run)
{
    if (run->sent.json)
        run->session.asked = (struct cli_asked){.id = cli_content_is_uuid(run->sent.id) ? run->sent.id : NULL,
                                                .at = json_string_value(json_object_get(run->sent.json, "at")),
                                                .service = run->sent.service};
}

/* Shows what was checked; returns the exit status it means. */
static int reply_show(struct query_run *run, const struct cli_reply *reply, long status, long retry_after_s)
{
    struct cli_session *session = &run->session;
    if (reply->kind == CLI_REPLY_PROBLEM)
        return cli_session_problem(session, reply, status, retry_after_s);
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

/* Shows a final reply and keeps what is to be kept of it. */
static int reply_end(struct query_run *run, const struct cli_reply *reply, long status, long retry_after_s)
{
    const struct query_options *options = run->options;
    int result = reply_show(run, reply, status, retry_after_s);
    result = cli_sent_reply_save(&run->sent, &run->session, reply, 0, 0, options->save, result);
    if (options->graph && reply->kind == CLI_REPLY_ANSWER) {
        int written = cli_graph_write(options->graph, reply->content, run->session.language);
        result = written == CLI_EXIT_OK ? result : written;
    }
    return result;
}

/* The registry answers later: nothing but the receipt is there yet. */
static int pending_end(struct query_run *run, const struct cli_reply *pending)
{
    struct cli_session *session = &run->session;
    if (session->json)
        return cli_session_json(pending->document) == CLI_EXIT_OK ? CLI_EXIT_UNREACHABLE : CLI_EXIT_USAGE;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    const struct cli_show show = cli_session_show(session);
    if (cli_show_reply(&show, pending, &out))
        return CLI_EXIT_USAGE;
    cli_follow_hint_append(session, run->sent.id, 0, &out);
    cli_session_print(&out);
    return CLI_EXIT_UNREACHABLE;
}

static int concluded_end(struct query_run *run, const struct cli_outcome *outcome)
{
    struct cli_session *session = &run->session;
    switch (outcome->word) {
    case CLI_OUTCOME_HELD:
    case CLI_OUTCOME_REFUSED:
        return reply_end(run, &outcome->reply, outcome->status, 0);
    case CLI_OUTCOME_WRONG:
        return cli_session_fault(session, outcome->fault, outcome->detail, run->sent.id);
    case CLI_OUTCOME_AWAY:
    case CLI_OUTCOME_NONE:
    case CLI_OUTCOME_OPEN:
    case CLI_OUTCOME_CONCLUDED:
        break;
    }
    if (session->json)
        return cli_session_json(outcome->page) == CLI_EXIT_OK ? cli_outcome_exit(outcome) : CLI_EXIT_USAGE;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    (void) cli_screen_text(base_bytes_text(cli_text_state(outcome->state, session->language)), &out);
    (void) base_buffer_printf(&out, ": %s\n", cli_text(CLI_TEXT_NOT_HELD, session->language));
    cli_session_print(&out);
    return cli_outcome_exit(outcome);
}

static int pending_follow(struct query_run *run, const struct cli_reply *pending)
{
    struct cli_session *session = &run->session;
    struct cli_followed item = {.service = run->sent.service};
    struct cli_follow follow = {.id = run->sent.id,
                                .sent_sha256 = run->sent.sha256,
                                .seconds = run->options->wait_s,
                                .items = &item,
                                .count = 1};
    if (!session->json && follow.seconds > 0)
        fprintf(stderr, "%s %s: %ld\n", cli_text(CLI_TEXT_PENDING, session->language),
                cli_text(CLI_TEXT_WAITING, session->language), follow.seconds);
    int result = cli_follow(session, &follow) ? concluded_end(run, &item.outcome) : pending_end(run, pending);
    cli_outcome_clear(&item.outcome);
    return result;
}

/* Which kinds of reply the request may have, by their HTTP status. */
static bool is_expected(const struct query_run *run, const struct cli_reply *reply, long status)
{
    switch (reply->kind) {
    case CLI_REPLY_ANSWER:
        return status == 200 && !run->is_explaining;
    case CLI_REPLY_EXPLANATION:
        return status == 200 && run->is_explaining;
    case CLI_REPLY_PENDING:
    case CLI_REPLY_ACCEPTED:
        return status == 202 && !run->is_explaining;
    case CLI_REPLY_PROBLEM:
        return true;
    case CLI_REPLY_OTHER:
    case CLI_REPLY_ACKNOWLEDGEMENT:
        break;
    }
    return false;
}

static int reply_take(struct query_run *run, const struct cli_http_reply *http)
{
    struct cli_session *session = &run->session;
    const char *id = run->sent.id[0] ? run->sent.id : NULL;
    struct cli_reply_rule rule = cli_session_rule(session);
    struct cli_reply reply;
    char detail[CLI_REPLY_DETAIL_MAX];
    rule.query = id;
    rule.service = run->sent.service;
    rule.sent_sha256 = run->sent.sha256;
    bool is_problem = http->status != 200 && http->status != 202;
    enum cli_fault fault = cli_reply_check(base_buffer_view(&http->body), is_problem, &rule, &reply, detail);
    if (fault == CLI_FAULT_NONE && !is_expected(run, &reply, http->status))
        fault = CLI_FAULT_REPLY_MALFORMED;
    if (fault == CLI_FAULT_NONE)
        fault = cli_session_see(session, &reply);
    int result;
    if (fault != CLI_FAULT_NONE)
        result = cli_session_fault(session, fault, detail, id);
    else if (reply.kind == CLI_REPLY_PENDING)
        result = pending_follow(run, &reply);
    else if (reply.kind == CLI_REPLY_ACCEPTED)
        result = cli_inquiry_follow(session, &run->sent, &reply, run->options->wait_s, run->options->save);
    else
        result = reply_end(run, &reply, http->status, http->retry_after_s);
    cli_reply_clear(&reply);
    return result;
}

static int query_send(struct query_run *run)
{
    struct cli_session *session = &run->session;
    const struct cli_http_request request = {.path = run->is_explaining ? "/v1/explain" : "/v1/queries",
                                             .content_type = "application/pkcs7-mime",
                                             .accept_language = cli_language_name(session->language),
                                             .body = base_buffer_view(&run->sent.bytes)};
    struct cli_http_reply http;
    int result = CLI_EXIT_REFUSED;
    cli_http_reply_init(&http, CLI_HTTP_REPLY_MAX);
    if (cli_session_send(session, &request, run->sent.id[0] ? run->sent.id : NULL, &http, &result))
        result = reply_take(run, &http);
    cli_http_reply_clear(&http);
    return result;
}

static int query_run(struct query_run *run)
{
    const struct query_options *options = run->options;
    int result = CLI_EXIT_USAGE;
    if (options->graph && !cli_graph_path_check(options->graph))
        return CLI_EXIT_USAGE;
    if (!cli_session_open(&run->session, &options->common, !options->signed_path, &result))
        return result;
    if (options->signed_path ? !signed_take(run, &result)
                             : !content_make(run, &result) || (!options->dry_run && !content_sign(run, &result)))
        return result;
    if (options->dry_run) {
        cli_session_print(&run->sent.content);
        putchar('\n');
        return CLI_EXIT_OK;
    }
    asked_set(run);
    return cli_sent_folder_prepare(&run->sent, options->save, &result) ? query_send(run) : result;
}

enum { GENERAL_OPTIONS = 17, QUERY_OPTIONS = 3, OPTIONS_MAX = CLI_COMMON_OPTIONS + GENERAL_OPTIONS + QUERY_OPTIONS };

/* Returns how many. */
static size_t options_make(struct query_options *query, bool is_explaining, struct cli_option ret_options[static OPTIONS_MAX])
{
    const struct cli_option general[GENERAL_OPTIONS] = {
        {"service", CLI_OPTION_TEXT, &query->service, "N", "service, 1-76"},
        {"basis", CLI_OPTION_TEXT, &query->basis, "B",
         "operative_search, covert_investigation, search_measures, other_duties"},
        {"duty", CLI_OPTION_TEXT, &query->duty, "D", "with other_duties: app4.1 ... app7.1"},
        {"case", CLI_OPTION_TEXT, &query->case_number, "C", "case number of the Unified Register"},
        {"article", CLI_OPTION_TEXT, &query->article, "A", "article of the Criminal Code, such as 216/2"},
        {"ground", CLI_OPTION_TEXT, &query->ground, "TEXT", "basis of the query in words"},
        {"ordered-by", CLI_OPTION_TEXT, &query->ordered_by, "TEXT", "who ordered the query"},
        {"recipient", CLI_OPTION_TEXT, &query->recipient, "TEXT", "who receives the result"},
        {"iin", CLI_OPTION_TEXT, &query->iin, "X", "ask about the person with this number"},
        {"bin", CLI_OPTION_TEXT, &query->bin, "X", "about the organisation with this number"},
        {"plate", CLI_OPTION_TEXT, &query->plate, "X", "about the vehicle with this plate"},
        {"cadastre", CLI_OPTION_TEXT, &query->cadastre, "X", "about the real estate with this cadastral number"},
        {"param", CLI_OPTION_LIST, &query->params, "NAME=VALUE",
         "any other parameter; NAME:=VALUE for integers, true, false"},
        {"id", CLI_OPTION_TEXT, &query->id, "UUID", "the query's id (default: a new one)"},
        {"signed", CLI_OPTION_TEXT, &query->signed_path, "FILE", "send these ready signed bytes instead"},
        {"save", CLI_OPTION_TEXT, &query->save, "DIR",
         "keep query, answer, receipt and a printable page for the case file"},
        {"dry-run", CLI_OPTION_FLAG, &query->dry_run, NULL, "print what would be signed; sign and send nothing"},
    };
    const struct cli_option own[QUERY_OPTIONS] = {
        {"services", CLI_OPTION_TEXT, &query->services, "N,N,...",
         "instead of --service: several, at most 20, one signed message"},
        {"wait", CLI_OPTION_TEXT, &query->wait, "SECONDS", "how long to wait for registries that answer later; default 60"},
        {"graph", CLI_OPTION_TEXT, &query->graph, "FILE",
         "of services 75 and 76: write the links, FILE.graphml or FILE.json"},
    };
    size_t count = GENERAL_OPTIONS;
    memcpy(ret_options, general, sizeof general);
    if (!is_explaining) {
        memcpy(ret_options + count, own, sizeof own);
        count += QUERY_OPTIONS;
    }
    cli_common_options(&query->common, ret_options + count);
    return count + CLI_COMMON_OPTIONS;
}

static int run(int argc, char **argv, bool is_explaining, const char *summary)
{
    struct query_options query = {0};
    struct cli_list rest;
    struct cli_option options[OPTIONS_MAX];
    char synopsis[64];
    int result = CLI_EXIT_USAGE;
    size_t count = options_make(&query, is_explaining, options);
    snprintf(synopsis, sizeof synopsis, "%s --as NAME --service N --basis B [OPTIONS]",
             is_explaining ? "explain" : "query");
    if (!cli_options_take(argc, argv, synopsis, summary, options, count, 0, &rest, &result))
        return result;
    if (!cli_follow_seconds_parse(query.wait, &query.wait_s)) {
        (void) usage(&result, "--wait takes seconds, 0 to 86400");
        return result;
    }
    struct query_run state = {.options = &query, .is_explaining = is_explaining};
    cli_sent_init(&state.sent);
    result = query_run(&state);
    cli_sent_clear(&state.sent);
    cli_session_close(&state.session);
    return result;
}

int cli_query_run(int argc, char **argv)
{
    return run(argc, argv, false,
               "Signs a query, sends it, and checks the answer's signature and its proofs in the log.");
}

int cli_explain_run(int argc, char **argv)
{
    return run(argc, argv, true,
               "Asks what would be decided. The question is recorded; no registry is asked and no id is used up.");
}
