#include "gateway/cli/outcome.h"

#include "gateway/cli/exit.h"
#include "gateway/wire/json.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_TIMEOUT_S = 30 };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

void cli_outcome_path(const char *id, unsigned part, char ret_path[static CLI_OUTCOME_PATH_MAX])
{
    int len = snprintf(ret_path, CLI_OUTCOME_PATH_MAX, "/v1/queries/%.*s", BASE_UUID_TEXT_MAX - 1, id);
    if (part > 0)
        snprintf(ret_path + len, CLI_OUTCOME_PATH_MAX - (size_t) len, "/%u", part);
}

static void wrong(struct cli_outcome *outcome, enum cli_fault fault, const char *detail)
{
    outcome->word = CLI_OUTCOME_WRONG;
    outcome->fault = fault;
    if (detail != outcome->detail)
        snprintf(outcome->detail, sizeof outcome->detail, "%s", detail);
}

static struct cli_reply_rule rule_of(const struct cli_session *session, const struct cli_outcome_key *key)
{
    struct cli_reply_rule rule = cli_session_rule(session);
    rule.query = key->id;
    rule.part = key->part;
    rule.service = key->service;
    rule.sent_sha256 = key->sent_sha256;
    return rule;
}

/* The proven records are those that the page names. What was done in an act of unknown outcome is told by the record that
 * settled it. */
static enum cli_fault records_check(const json_t *page, const struct cli_reply *reply)
{
    bool is_settled = reply->kind == CLI_REPLY_ANSWER && json_object_get(page, "settled");
    const char *const names[CLI_REPLY_RECORDS_MAX] = {"request", is_settled ? "settled" : "conclusion"};
    for (size_t i = 0; i < reply->record_count; i++) {
        const json_t *index = json_object_get(json_object_get(page, names[i]), "index");
        if (!json_is_integer(index) || json_integer_value(index) != (json_int_t) reply->records[i].index)
            return CLI_FAULT_RECEIPT_RECORD;
    }
    return CLI_FAULT_NONE;
}

static void held_take(struct cli_session *session, const struct cli_outcome_key *key, json_t *held, bool is_problem,
                      struct cli_outcome *outcome)
{
    struct cli_outcome_key known = *key;
    if (known.service == 0)
        known.service = (long) json_integer_value(json_object_get(outcome->page, "service"));
    const struct cli_reply_rule rule = rule_of(session, &known);
    enum cli_fault fault =
        cli_reply_document_check(json_incref(held), is_problem, &rule, &outcome->reply, outcome->detail);
    if (fault == CLI_FAULT_NONE && !is_problem && outcome->reply.kind != CLI_REPLY_ANSWER)
        fault = CLI_FAULT_REPLY_MALFORMED;
    if (fault == CLI_FAULT_NONE)
        fault = records_check(outcome->page, &outcome->reply);
    if (fault == CLI_FAULT_NONE)
        fault = key->is_sent_now ? cli_session_see(session, &outcome->reply)
                                 : cli_session_see_held(session, &outcome->reply);
    if (fault != CLI_FAULT_NONE) {
        wrong(outcome, fault, outcome->detail);
        return;
    }
    outcome->word = CLI_OUTCOME_HELD;
    outcome->status = (long) json_integer_value(json_object_get(held, "status"));
}

/* An inquiry itself has no conclusion: its parts have. */
static bool is_open(const char *state)
{
    return strcmp(state, "pending") == 0 || strcmp(state, "accepted") == 0;
}

void cli_outcome_take(struct cli_session *session, const struct cli_outcome_key *key, json_t *take_page,
                      struct cli_outcome *ret_outcome)
{
    struct cli_outcome *outcome = ret_outcome;
    const char *state = text_of(take_page, "state");
    const char *query = text_of(take_page, "query");
    json_t *reply = json_object_get(take_page, "reply"), *problem = json_object_get(take_page, "problem");
    *outcome = (struct cli_outcome){.page = take_page};
    if (!state || !query || strcmp(query, key->id) != 0) {
        wrong(outcome, CLI_FAULT_OTHER_QUERY, "");
        return;
    }
    snprintf(outcome->state, sizeof outcome->state, "%s", state);
    outcome->word = is_open(state) ? CLI_OUTCOME_OPEN : CLI_OUTCOME_CONCLUDED;
    if (reply || problem)
        held_take(session, key, reply ? reply : problem, !reply, outcome);
}

static void page_take(struct cli_session *session, const struct cli_outcome_key *key, const struct cli_http_reply *http,
                      struct cli_outcome *outcome)
{
    char fault[WIRE_JSON_FAULT_MAX] = "";
    json_t *page = NULL;
    if (wire_json_parse(base_buffer_view(&http->body), CLI_HTTP_REPLY_MAX, &page, fault)) {
        wrong(outcome, CLI_FAULT_REPLY_MALFORMED, fault);
        return;
    }
    const char *version = text_of(page, "v");
    bool is_outcome = version && strcmp(version, "qao.outcome/1") == 0;
    if (is_outcome)
        cli_outcome_take(session, key, page, outcome);
    else
        wrong(outcome, CLI_FAULT_REPLY_MALFORMED, "unknown version");
    if (!is_outcome)
        json_decref(page);
}

/* What may be otherwise in a moment is no word. */
static void problem_take(struct cli_session *session, const struct cli_outcome_key *key,
                         const struct cli_http_reply *http, struct cli_outcome *outcome)
{
    outcome->status = http->status;
    outcome->retry_after_s = http->retry_after_s;
    if (http->status == 429 || http->status >= 500)
        return;
    const struct cli_reply_rule rule = rule_of(session, key);
    enum cli_fault fault =
        cli_reply_check(base_buffer_view(&http->body), true, &rule, &outcome->reply, outcome->detail);
    if (fault != CLI_FAULT_NONE)
        wrong(outcome, fault, outcome->detail);
    else
        outcome->word = http->status == 404 ? CLI_OUTCOME_NONE : CLI_OUTCOME_REFUSED;
}

void cli_outcome_look(struct cli_session *session, const struct cli_outcome_key *key, struct cli_outcome *ret_outcome)
{
    char path[CLI_OUTCOME_PATH_MAX];
    char error[CLI_HTTP_ERROR_MAX];
    struct cli_http_reply http;
    *ret_outcome = (struct cli_outcome){0};
    cli_outcome_path(key->id, key->part, path);
    const struct cli_http_request request = {
        .path = path, .accept_language = cli_language_name(session->language), .timeout_s = LOOK_TIMEOUT_S};
    cli_http_reply_init(&http, CLI_HTTP_REPLY_MAX);
    if (cli_session_try(session, &request, &http, error) == CLI_HTTP_REPLIED) {
        if (http.status == 200)
            page_take(session, key, &http, ret_outcome);
        else
            problem_take(session, key, &http, ret_outcome);
    }
    cli_http_reply_clear(&http);
}

void cli_outcome_clear(struct cli_outcome *outcome)
{
    json_decref(outcome->page);
    cli_reply_clear(&outcome->reply);
    *outcome = (struct cli_outcome){0};
}

int cli_outcome_exit(const struct cli_outcome *outcome)
{
    static const char *const lost[] = {"refused", "withheld", "answered", "done", "not-done"};
    switch (outcome->word) {
    case CLI_OUTCOME_HELD:
        if (outcome->reply.kind == CLI_REPLY_ANSWER)
            return CLI_EXIT_OK;
        return outcome->status >= 500 || outcome->status == 429 ? CLI_EXIT_UNREACHABLE : CLI_EXIT_REFUSED;
    case CLI_OUTCOME_REFUSED:
    case CLI_OUTCOME_WRONG:
        return CLI_EXIT_REFUSED;
    case CLI_OUTCOME_CONCLUDED:
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(lost); i++)
            if (strcmp(outcome->state, lost[i]) == 0)
                return CLI_EXIT_REFUSED;
        return CLI_EXIT_UNREACHABLE;
    case CLI_OUTCOME_AWAY:
    case CLI_OUTCOME_NONE:
    case CLI_OUTCOME_OPEN:
        break;
    }
    return CLI_EXIT_UNREACHABLE;
}
