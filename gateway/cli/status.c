#include "gateway/cli/status.h"

#include "certs/cms.h"
#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/outcome.h"
#include "gateway/cli/save.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/sent.h"
#include "gateway/cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct status_run {
    struct cli_session session;
    const char *id, *save;
    unsigned part;
    struct cli_sent sent; /* of the folder, with --save */
    struct cli_outcome outcome;
};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void words_append(const json_t *words, struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        (void) base_buffer_append_text(out, ", ");
        (void) cli_screen_text(base_bytes_text(word ? word : "?"), out);
    }
}

/* "request record: 9, 2026-11-22 12:00:00 (+05:00), reasons" */
static void record_append(const struct cli_session *session, const json_t *record, enum cli_text title,
                          struct base_buffer *out)
{
    char time[64] = "";
    const char *at = text_of(record, "at");
    if (!record)
        return;
    if (at)
        cli_show_time(at, time);
    (void) base_buffer_printf(out, "%s: %lld", cli_text(title, session->language),
                              (long long) json_integer_value(json_object_get(record, "index")));
    (void) base_buffer_append_text(out, ", ");
    (void) cli_screen_text(base_bytes_text(time), out);
    words_append(json_object_get(record, "reasons"), out);
    (void) base_buffer_append_text(out, "\n");
}

static int part_add(const struct cli_session *session, const json_t *part, struct cli_grid *grid)
{
    char text[24];
    const json_t *const numbers[] = {json_object_get(part, "part"), json_object_get(part, "service")};
    const char *state = text_of(part, "state");
    int r = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(numbers) && r == 0; i++) {
        snprintf(text, sizeof text, "%lld", (long long) json_integer_value(numbers[i]));
        r = cli_grid_add_text(grid, text);
    }
    snprintf(text, sizeof text, "%lld", (long long) json_integer_value(json_object_get(part, "index")));
    if (r == 0)
        r = cli_grid_add_text(grid, text);
    return r ? r : cli_grid_add_text(grid, state ? cli_text_state(state, session->language) : "?");
}

/* What became of each part of an inquiry. */
static int parts_append(const struct cli_session *session, const json_t *parts, struct base_buffer *out)
{
    static const enum cli_text headings[] = {CLI_TEXT_PART, CLI_TEXT_SERVICE, CLI_TEXT_EVIDENCE, CLI_TEXT_STATE};
    struct cli_grid grid;
    if (json_array_size(parts) == 0)
        return 0;
    cli_grid_init(&grid, BASE_ARRAY_LENGTH(headings));
    int r = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(headings) && r == 0; i++)
        r = cli_grid_add_text(&grid, cli_text(headings[i], session->language));
    for (size_t i = 0; i < json_array_size(parts) && r == 0; i++)
        r = part_add(session, json_array_get(parts, i), &grid);
    if (r == 0)
        r = cli_grid_print(&grid, SIZE_MAX, "", 1, out);
    cli_grid_clear(&grid);
    return r;
}

static void head_append(const struct status_run *run, struct base_buffer *out)
{
    const struct cli_session *session = &run->session;
    const json_t *page = run->outcome.page;
    long service = session->asked.service;
    const char *name = cli_names_service(&session->names, service, session->language);
    (void) base_buffer_printf(out, "%s: %s\n", cli_text(CLI_TEXT_QUERY, session->language), run->id);
    if (run->part > 0)
        (void) base_buffer_printf(out, "%s: %u\n", cli_text(CLI_TEXT_PART, session->language), run->part);
    if (service > 0)
        (void) base_buffer_printf(out, "%s: %ld%s%s\n", cli_text(CLI_TEXT_SERVICE, session->language), service,
                                  name ? ", " : "", name ? name : "");
    (void) base_buffer_printf(out, "%s: ", cli_text(CLI_TEXT_STATE, session->language));
    (void) cli_screen_text(base_bytes_text(cli_text_state(run->outcome.state, session->language)), out);
    (void) base_buffer_append_text(out, "\n");
    record_append(session, json_object_get(page, "request"), CLI_TEXT_REQUEST_RECORD, out);
    record_append(session, json_object_get(page, "conclusion"), CLI_TEXT_RESULT_RECORD, out);
    record_append(session, json_object_get(page, "settled"), CLI_TEXT_SETTLED_RECORD, out);
    (void) cli_text_advice(base_bytes_text(run->outcome.state), session->language, &session->asked, "", out);
}

/* A reply whose receipt is missing may be held so (docs/PROTOCOL-QUERY.md): what became of the query is true without it,
 * but nothing of the answer is shown. */
static int wrong_show(const struct status_run *run, const struct base_buffer *head)
{
    if (run->outcome.fault == CLI_FAULT_RECEIPT_MISSING && !run->session.json)
        cli_session_print(head);
    fflush(stdout);
    return cli_session_fault(&run->session, run->outcome.fault, run->outcome.detail, run->id);
}

static int status_show(struct status_run *run)
{
    struct cli_session *session = &run->session;
    const struct cli_outcome *outcome = &run->outcome;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    session->asked.service = (long) json_integer_value(json_object_get(outcome->page, "service"));
    head_append(run, &out);
    if (outcome->word == CLI_OUTCOME_WRONG)
        return wrong_show(run, &out);
    if (session->json)
        return cli_session_json(outcome->page);
    int r = parts_append(session, json_object_get(outcome->page, "parts"), &out);
    const struct cli_show show = cli_session_show(session);
    if (r == 0 && outcome->word == CLI_OUTCOME_HELD) {
        r = base_buffer_append_text(&out, "\n");
        if (r == 0)
            r = cli_show_reply(&show, &outcome->reply, &out);
    }
    cli_session_print(&out);
    return r ? CLI_EXIT_USAGE : CLI_EXIT_OK;
}

/* The folder that the query was kept in: what it holds must be this very query. */
static bool folder_take(struct status_run *run, int *ret_exit)
{
    struct base_buffer *bytes = &run->sent.bytes;
    if (!run->save)
        return true;
    int r = cli_save_continue(run->save, bytes);
    if (!cli_sent_folder_told(run->save, r, ret_exit))
        return false;
    if (bytes->len > 0)
        cli_sent_parse(&run->sent, &run->session);
    if (bytes->len == 0 || strcmp(run->sent.id, run->id) == 0)
        return true;
    fprintf(stderr, "qao: %s holds another query; name its folder by --save, or a new one\n", run->save);
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

static int reply_save(struct status_run *run, int result)
{
    char *dir = NULL;
    int told = result;
    if (!run->save || run->outcome.word != CLI_OUTCOME_HELD)
        return result;
    if (run->part == 0)
        return cli_sent_reply_save(&run->sent, &run->session, &run->outcome.reply, 0, 0, run->save, result);
    long service = run->session.asked.service;
    if (!cli_sent_folder_told(run->save, cli_save_part(run->save, run->part, service, &dir), &told))
        return told;
    result = cli_sent_reply_save(&run->sent, &run->session, &run->outcome.reply, run->part, service, dir, result);
    free(dir);
    return result;
}

static int status_run(struct status_run *run, const struct cli_common *common)
{
    char path[CLI_OUTCOME_PATH_MAX];
    json_t *page = NULL;
    int result = CLI_EXIT_USAGE;
    cli_outcome_path(run->id, run->part, path);
    if (!cli_session_open(&run->session, common, false, &result) || !folder_take(run, &result))
        return result;
    run->session.asked.id = run->id;
    run->session.asked.part = run->part;
    if (!cli_fetch(&run->session, path, "qao.outcome/1", &page, &result))
        return result;
    const struct cli_outcome_key key = {
        .id = run->id, .part = run->part, .sent_sha256 = run->sent.bytes.len > 0 ? run->sent.sha256 : NULL};
    cli_outcome_take(&run->session, &key, page, &run->outcome);
    return reply_save(run, status_show(run));
}

/* 1 to CLI_PART_MAX; 0 for anything else. */
static unsigned part_parse(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    bool right = digits >= 1 && digits <= 4 && !text[digits] && text[0] != '0';
    return right ? (unsigned) strtoul(text, NULL, 10) : 0;
}

int cli_status_run(int argc, char **argv)
{
    struct cli_common common = {0};
    const char *part = NULL;
    struct status_run run = {.part = 0};
    struct cli_option options[CLI_COMMON_OPTIONS + 2] = {
        {"part", CLI_OPTION_TEXT, &part, "N", "of a query to several services: the N-th of them"},
        {"save", CLI_OPTION_TEXT, &run.save, "DIR",
         "keep the answer as qao query does: in the folder of the query, or a new one"},
    };
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options + 2);
    if (!cli_options_take(argc, argv, "status ID --as NAME [OPTIONS]",
                          "Tells what became of an own query, and shows its answer while the gateway holds it.",
                          options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (rest.count != 1 || !cli_content_is_uuid(rest.items[0])) {
        fputs("qao: qao status takes the id of a query: a UUID in lower case\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (part && (run.part = part_parse(part)) == 0) {
        fputs("qao: --part takes a number from 1\n", stderr);
        return CLI_EXIT_USAGE;
    }
    run.id = rest.items[0];
    cli_sent_init(&run.sent);
    result = status_run(&run, &common);
    cli_outcome_clear(&run.outcome);
    cli_sent_clear(&run.sent);
    cli_session_close(&run.session);
    return result;
}
