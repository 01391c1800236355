#include "gateway/cli/inquiry.h"

#include "gateway/cli/exit.h"
#include "gateway/cli/follow.h"
#include "gateway/cli/save.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct inquiry {
    struct cli_session *session;
    const struct cli_sent *sent;
    const struct cli_reply *accepted;
    size_t count, told; /* parts; how many of them have had their line */
    struct cli_followed parts[CLI_SERVICES_MAX];
};

/* The gateway's list is that of the message, in its order. */
static bool parts_take(struct inquiry *inquiry)
{
    const json_t *listed = json_object_get(inquiry->accepted->content, "parts");
    const json_t *asked = json_object_get(inquiry->sent->json, "services");
    inquiry->count = json_array_size(listed);
    if (inquiry->count > CLI_SERVICES_MAX || inquiry->count != json_array_size(asked))
        return false;
    for (size_t i = 0; i < inquiry->count; i++) {
        const json_t *service = json_object_get(json_array_get(listed, i), "service");
        if (!json_equal(service, json_array_get(asked, i)))
            return false;
        inquiry->parts[i] =
            (struct cli_followed){.part = (unsigned) i + 1, .service = (long) json_integer_value(service)};
    }
    return true;
}

/* How it ended, in a word or two. */
static const char *ending(const struct cli_session *session, const struct cli_followed *part)
{
    const struct cli_outcome *outcome = &part->outcome;
    switch (outcome->word) {
    case CLI_OUTCOME_WRONG:
        return cli_text(CLI_TEXT_NOT_BELIEVED, session->language);
    case CLI_OUTCOME_REFUSED:
        return cli_text(CLI_TEXT_DENY, session->language);
    case CLI_OUTCOME_HELD:
    case CLI_OUTCOME_CONCLUDED:
        return cli_text_state(outcome->state, session->language);
    case CLI_OUTCOME_AWAY:
    case CLI_OUTCOME_NONE:
    case CLI_OUTCOME_OPEN:
        break;
    }
    return cli_text(CLI_TEXT_NOT_YET, session->language);
}

/* "35, DB of taxpayers" */
static void service_append(const struct cli_session *session, const struct cli_followed *part, struct base_buffer *out)
{
    const char *name = cli_names_service(&session->names, part->service, session->language);
    (void) base_buffer_printf(out, "%ld%s%s", part->service, name ? ", " : "", name ? name : "");
}

/* "[1/4] 35, DB of taxpayers: answered" */
static void progress(void *context, const struct cli_followed *part)
{
    struct inquiry *inquiry = context;
    struct base_buffer line BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&line, 4096);
    inquiry->told++;
    if (inquiry->session->json)
        return;
    (void) base_buffer_printf(&line, "[%zu/%zu] ", inquiry->told, inquiry->count);
    service_append(inquiry->session, part, &line);
    (void) base_buffer_append_text(&line, ": ");
    (void) cli_screen_text(base_bytes_text(ending(inquiry->session, part)), &line);
    (void) base_buffer_append_text(&line, "\n");
    fwrite(line.data, 1, line.len, stderr);
}

static int part_save(const struct inquiry *inquiry, const struct cli_followed *part, const char *save, int result)
{
    char *dir = NULL;
    int told = CLI_EXIT_OK;
    if (!save || part->outcome.word != CLI_OUTCOME_HELD)
        return result;
    int r = cli_save_part(save, part->part, part->service, &dir);
    if (!cli_sent_folder_told(save, r, &told))
        return told;
    result = cli_sent_reply_save(inquiry->sent, inquiry->session, &part->outcome.reply, part->part, part->service, dir,
                                 result);
    free(dir);
    return result;
}

static void line_append(const struct cli_session *session, enum cli_text text, struct base_buffer *out)
{
    (void) base_buffer_printf(out, "%s\n", cli_text(text, session->language));
}

/* What there is of this part, under a heading of its own. */
static void part_show(struct inquiry *inquiry, const struct cli_followed *part)
{
    struct cli_session *session = inquiry->session;
    const struct cli_outcome *outcome = &part->outcome;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    session->asked.part = part->part;
    session->asked.service = part->service;
    const struct cli_show show = cli_session_show(session);
    (void) base_buffer_printf(&out, "\n=== %u/%zu: ", part->part, inquiry->count);
    service_append(session, part, &out);
    (void) base_buffer_append_text(&out, " ===\n");
    switch (outcome->word) {
    case CLI_OUTCOME_HELD:
    case CLI_OUTCOME_REFUSED:
        if (cli_show_reply(&show, &outcome->reply, &out))
            fputs("qao: the answer is too large to be shown; use --json or --save\n", stderr);
        break;
    case CLI_OUTCOME_CONCLUDED:
        (void) base_buffer_printf(&out, "%s: ", cli_text(CLI_TEXT_STATE, session->language));
        (void) cli_screen_text(base_bytes_text(ending(session, part)), &out);
        (void) base_buffer_append_text(&out, "\n");
        line_append(session, CLI_TEXT_NOT_HELD, &out);
        break;
    case CLI_OUTCOME_WRONG:
        line_append(session, CLI_TEXT_NOT_BELIEVED, &out);
        break;
    case CLI_OUTCOME_AWAY:
    case CLI_OUTCOME_NONE:
    case CLI_OUTCOME_OPEN:
        line_append(session, CLI_TEXT_NOT_YET, &out);
        cli_follow_hint_append(session, inquiry->sent->id, part->part, &out);
        break;
    }
    cli_session_print(&out);
    if (outcome->word == CLI_OUTCOME_WRONG) {
        fflush(stdout);
        (void) cli_session_fault(session, outcome->fault, outcome->detail, inquiry->sent->id);
    }
}

/* {"part":1,"service":2,"state":"answered","reply":{…}}; a fault of ours is a problem like those of a single query. */
static json_t *part_encode(const struct inquiry *inquiry, const struct cli_followed *part)
{
    const struct cli_outcome *outcome = &part->outcome;
    bool is_reply = outcome->word == CLI_OUTCOME_HELD || outcome->word == CLI_OUTCOME_REFUSED;
    json_t *object = json_pack("{s:i, s:I}", "part", (int) part->part, "service", (json_int_t) part->service);
    int r = object ? 0 : -1;
    if (r == 0 && outcome->state[0])
        r = json_object_set_new(object, "state", json_string(outcome->state));
    if (r == 0 && is_reply)
        r = json_object_set(object, outcome->reply.kind == CLI_REPLY_ANSWER ? "reply" : "problem",
                            outcome->reply.document);
    if (r == 0 && outcome->word == CLI_OUTCOME_WRONG)
        r = json_object_set_new(object, "problem",
                                cli_session_fault_object(inquiry->session, outcome->fault, outcome->detail,
                                                         inquiry->sent->id));
    if (r == 0)
        return object;
    json_decref(object);
    return NULL;
}

/* The gateway's reply to the inquiry, with what became of each part. */
static int json_show(const struct inquiry *inquiry)
{
    json_t *document = json_copy(inquiry->accepted->document);
    json_t *parts = json_array();
    int r = document && parts ? 0 : -1;
    for (size_t i = 0; i < inquiry->count && r == 0; i++)
        r = json_array_append_new(parts, part_encode(inquiry, &inquiry->parts[i]));
    if (r == 0)
        r = json_object_set(document, "parts", parts);
    int result = r == 0 ? cli_session_json(document) : CLI_EXIT_USAGE;
    json_decref(parts);
    json_decref(document);
    return result;
}

/* Of two parts' statuses that of the whole: what could not be kept, then what was refused, then what may be had later. */
static int worse(int one, int other)
{
    static const int order[] = {CLI_EXIT_USAGE, CLI_EXIT_REFUSED, CLI_EXIT_UNREACHABLE};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(order); i++)
        if (one == order[i] || other == order[i])
            return order[i];
    return CLI_EXIT_OK;
}

static int parts_end(struct inquiry *inquiry, const char *save)
{
    int result = CLI_EXIT_OK;
    for (size_t i = 0; i < inquiry->count; i++) {
        const struct cli_followed *part = &inquiry->parts[i];
        if (!inquiry->session->json)
            part_show(inquiry, part);
        result = worse(result, part_save(inquiry, part, save, cli_outcome_exit(&part->outcome)));
    }
    if (inquiry->session->json && json_show(inquiry) != CLI_EXIT_OK)
        result = CLI_EXIT_USAGE;
    return result;
}

int cli_inquiry_follow(struct cli_session *session, const struct cli_sent *sent, const struct cli_reply *accepted,
                       long seconds, const char *save)
{
    struct inquiry inquiry = {.session = session, .sent = sent, .accepted = accepted};
    int result = CLI_EXIT_OK;
    if (!parts_take(&inquiry))
        return cli_session_fault(session, CLI_FAULT_REPLY_MALFORMED, "other parts than were asked for", sent->id);
    if (save && !cli_sent_folder_told(save, cli_save_receipt(save, accepted, &session->log), &result))
        return result;
    if (!session->json) {
        struct base_buffer out BASE_CLEANUP(base_buffer_clear);
        base_buffer_init(&out, CLI_SHOW_MAX);
        const struct cli_show show = cli_session_show(session);
        if (cli_show_reply(&show, accepted, &out) == 0)
            cli_session_print(&out);
        fflush(stdout);
    }
    struct cli_follow follow = {.id = sent->id,
                                .sent_sha256 = sent->sha256,
                                .seconds = seconds,
                                .items = inquiry.parts,
                                .count = inquiry.count,
                                .concluded = progress,
                                .context = &inquiry};
    (void) cli_follow(session, &follow); /* what is not concluded is told of below */
    result = parts_end(&inquiry, save);
    for (size_t i = 0; i < inquiry.count; i++)
        cli_outcome_clear(&inquiry.parts[i].outcome);
    return result;
}
