#include "gateway/cli/show.h"

#include "base/clock.h"
#include "gateway/cli/graph.h"
#include "gateway/cli/screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

const char *cli_show_effect(const char *effect, enum cli_language language)
{
    if (strcmp(effect, "permit") == 0)
        return cli_text(CLI_TEXT_PERMIT, language);
    if (strcmp(effect, "abbreviated") == 0)
        return cli_text(CLI_TEXT_ABBREVIATED, language);
    return strcmp(effect, "deny") == 0 ? cli_text(CLI_TEXT_DENY, language) : effect;
}

void cli_show_time_us(int64_t at_us, char ret_text[static 64])
{
    char local[BASE_TIME_TEXT_MAX];
    base_time_format(at_us, local);
    snprintf(ret_text, 64, "%.10s %.8s (%.6s)", local, local + 11, local + 19);
}

void cli_show_time(const char *text, char ret_text[static 64])
{
    int64_t at_us = 0;
    if (base_time_parse(base_bytes_text(text), &at_us)) {
        snprintf(ret_text, 64, "%.40s", text);
        return;
    }
    cli_show_time_us(at_us, ret_text);
}

size_t cli_show_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 100;
}

/* "Title: value" with what others wrote made safe. */
static void line(const struct cli_show *show, enum cli_text title, const char *value, struct base_buffer *out)
{
    (void) base_buffer_printf(out, "%s: ", cli_text(title, show->language));
    (void) cli_screen_text(base_bytes_text(value), out);
    (void) base_buffer_append_text(out, "\n");
}

static void citation_show(enum cli_language language, const json_t *citation, struct base_buffer *out)
{
    const json_t *readings = json_object_get(citation, "readings");
    const struct cli_citation numbers = {
        .clause = json_integer_value(json_object_get(citation, "clause")),
        .appendix = json_integer_value(json_object_get(citation, "appendix")),
        .row = json_integer_value(json_object_get(citation, "row")),
        .column = json_integer_value(json_object_get(citation, "column")),
    };
    (void) cli_text_citation(&numbers, language, out);
    for (size_t i = 0; i < json_array_size(readings); i++) {
        const char *reading = json_string_value(json_array_get(readings, i));
        (void) base_buffer_append_text(out, i ? ", " : " (");
        (void) cli_screen_text(base_bytes_text(reading ? reading : "?"), out);
    }
    if (json_array_size(readings) > 0)
        (void) base_buffer_append_text(out, ")");
}

static void citations_show(enum cli_language language, const json_t *citations, const char *before,
                           struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(citations); i++) {
        (void) base_buffer_append_text(out, before);
        citation_show(language, json_array_get(citations, i), out);
        (void) base_buffer_append_text(out, "\n");
    }
}

int cli_show_citations(enum cli_language language, const json_t *citations, const char *before, struct base_buffer *out)
{
    citations_show(language, citations, before, out);
    return base_buffer_error(out);
}

static void service_show(const struct cli_show *show, long service, struct base_buffer *out)
{
    const char *name = cli_names_service(show->names, service, show->language);
    (void) base_buffer_printf(out, "%s: %ld%s%s\n", cli_text(CLI_TEXT_SERVICE, show->language), service,
                              name ? ", " : "", name ? name : "");
}

static void decision_show(const struct cli_show *show, const json_t *content, struct base_buffer *out)
{
    const json_t *decision = json_object_get(content, "decision");
    const char *effect = text_of(decision, "effect");
    const char *edition = text_of(decision, "edition");
    const char *at = text_of(content, "at");
    char time[64];
    service_show(show, (long) json_integer_value(json_object_get(content, "service")), out);
    if (at) {
        cli_show_time(at, time);
        line(show, CLI_TEXT_TIME, time, out);
    }
    line(show, CLI_TEXT_DECISION, effect ? cli_show_effect(effect, show->language) : "?", out);
    if (edition)
        line(show, CLI_TEXT_EDITION, edition, out);
    if (json_array_size(json_object_get(decision, "citations")) > 0) {
        (void) base_buffer_printf(out, "%s:\n", cli_text(CLI_TEXT_RESTS_ON, show->language));
        citations_show(show->language, json_object_get(decision, "citations"), "  ", out);
    }
}

static void receipt_show(const struct cli_show *show, const struct cli_reply *reply, struct base_buffer *out)
{
    const enum cli_text titles[CLI_REPLY_RECORDS_MAX] = {show->asked.act ? CLI_TEXT_ACT_RECORD : CLI_TEXT_REQUEST_RECORD,
                                                         CLI_TEXT_RESULT_RECORD};
    if (reply->record_count == 0)
        return;
    (void) base_buffer_printf(out, "%s: ", cli_text(CLI_TEXT_LOG, show->language));
    for (size_t i = 0; i < reply->record_count; i++)
        (void) base_buffer_printf(out, "%s%s %llu", i ? ", " : "", cli_text(titles[i], show->language),
                                  (unsigned long long) reply->records[i].index);
    (void) base_buffer_append_text(out, "\n");
    if (reply->is_signed)
        line(show, CLI_TEXT_VERIFIED, cli_text(CLI_TEXT_SIGNATURE_GOOD, show->language), out);
}

/* A reason's code, its title, the rule, and what can be done. */
static void reason_show(const struct cli_show *show, const json_t *reason, struct base_buffer *out)
{
    const char *code = text_of(reason, "code");
    const char *title = text_of(reason, "title");
    if (!code)
        return;
    (void) base_buffer_append_text(out, "• ");
    (void) cli_screen_text(base_bytes_text(title ? title : code), out);
    (void) base_buffer_append_text(out, " [");
    (void) cli_screen_text(base_bytes_text(code), out);
    (void) base_buffer_append_text(out, "]\n");
    citations_show(show->language, json_object_get(reason, "citations"), "    ", out);
    (void) cli_text_advice(base_bytes_text(code), show->language, &show->asked, "    ", out);
}

static void reasons_show(const struct cli_show *show, const json_t *reasons, struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(reasons); i++)
        reason_show(show, json_array_get(reasons, i), out);
}

int cli_show_reasons(const struct cli_show *show, const json_t *reasons, struct base_buffer *out)
{
    reasons_show(show, reasons, out);
    return base_buffer_error(out);
}

static void part_show(const struct cli_show *show, struct base_buffer *out)
{
    if (show->asked.part > 0)
        (void) base_buffer_printf(out, "%s: %u\n", cli_text(CLI_TEXT_PART, show->language), show->asked.part);
}

/* Which query, of which service, and when: as the log has it, else as it was signed. */
static void asked_show(const struct cli_show *show, const struct cli_reply *reply, struct base_buffer *out)
{
    char time[64] = "";
    if (show->asked.id)
        line(show, show->asked.act ? CLI_TEXT_ACT : CLI_TEXT_QUERY, show->asked.id, out);
    part_show(show, out);
    if (show->asked.service > 0)
        service_show(show, show->asked.service, out);
    if (reply->record_count > 0)
        cli_show_time_us(reply->records[0].at_us, time);
    else if (show->asked.at)
        cli_show_time(show->asked.at, time);
    if (time[0])
        line(show, CLI_TEXT_TIME, time, out);
}

static void problem_show(const struct cli_show *show, const json_t *problem, struct base_buffer *out)
{
    const char *title = text_of(problem, "title");
    const char *detail = text_of(problem, "detail");
    const char *more = text_of(problem, "fault");
    const char *type = text_of(problem, "type");
    /* Where the outcome is not known, nobody refused. */
    if (!type || strcmp(type, "urn:qao:problem:outcome-unknown") != 0)
        line(show, CLI_TEXT_DECISION, cli_text(CLI_TEXT_DENY, show->language), out);
    (void) cli_screen_text(base_bytes_text(title ? title : type), out);
    (void) base_buffer_append_text(out, "\n");
    if (detail) {
        (void) cli_screen_text(base_bytes_text(detail), out);
        (void) base_buffer_append_text(out, "\n");
    }
    if (more) {
        (void) base_buffer_append_text(out, "(");
        (void) cli_screen_text(base_bytes_text(more), out);
        (void) base_buffer_append_text(out, ")\n");
    }
    if (json_array_size(json_object_get(problem, "reasons")) > 0) {
        reasons_show(show, json_object_get(problem, "reasons"), out);
        return;
    }
    const char *code = type ? strrchr(type, ':') : NULL;
    if (code)
        (void) cli_text_advice(base_bytes_text(code + 1), show->language, &show->asked, "", out);
}

static int answer_show(const struct cli_show *show, const struct cli_reply *reply, struct base_buffer *out)
{
    const json_t *answer = reply->content;
    const char *query = text_of(answer, "query");
    const char *notice = text_of(answer, "notice");
    line(show, CLI_TEXT_QUERY, query ? query : "?", out);
    part_show(show, out);
    decision_show(show, answer, out);
    receipt_show(show, reply, out);
    (void) base_buffer_append_text(out, "\n");
    int r = cli_graph_answer_show(answer, show->names, show->language, CLI_FORM_TEXT, show->width, out);
    if (r)
        return r;
    if (notice) {
        (void) base_buffer_append_text(out, "\n");
        line(show, CLI_TEXT_NOTICE, notice, out);
    }
    return base_buffer_error(out);
}

static void under_way_show(const struct cli_show *show, const struct cli_reply *reply, struct base_buffer *out)
{
    char time[64];
    (void) base_buffer_printf(out, "%s\n", cli_text(CLI_TEXT_PENDING, show->language));
    asked_show(show, reply, out);
    receipt_show(show, reply, out);
    cli_show_time(text_of(reply->content, "until"), time);
    line(show, CLI_TEXT_UNTIL, time, out);
}

int cli_show_reply(const struct cli_show *show, const struct cli_reply *reply, struct base_buffer *out)
{
    switch (reply->kind) {
    case CLI_REPLY_ANSWER:
        return answer_show(show, reply, out);
    case CLI_REPLY_EXPLANATION: {
        const char *note = text_of(reply->content, "note");
        if (show->asked.id)
            line(show, CLI_TEXT_QUERY, show->asked.id, out);
        decision_show(show, reply->content, out);
        reasons_show(show, json_object_get(reply->content, "reasons"), out);
        receipt_show(show, reply, out);
        if (note) {
            (void) cli_screen_text(base_bytes_text(note), out);
            (void) base_buffer_append_text(out, "\n");
        }
        return base_buffer_error(out);
    }
    case CLI_REPLY_PENDING:
        under_way_show(show, reply, out);
        return base_buffer_error(out);
    case CLI_REPLY_ACCEPTED:
        (void) base_buffer_printf(out, "%s: %zu\n", cli_text(CLI_TEXT_ACCEPTED, show->language),
                                  json_array_size(json_object_get(reply->content, "parts")));
        asked_show(show, reply, out);
        receipt_show(show, reply, out);
        return base_buffer_error(out);
    case CLI_REPLY_ACKNOWLEDGEMENT:
        line(show, CLI_TEXT_ACT_TAKEN, show->asked.act ? show->asked.act : "", out);
        asked_show(show, reply, out);
        receipt_show(show, reply, out);
        return base_buffer_error(out);
    case CLI_REPLY_PROBLEM:
        asked_show(show, reply, out);
        problem_show(show, reply->content, out);
        receipt_show(show, reply, out);
        if (reply->record_count == 0 && show->asked.service > 0)
            line(show, CLI_TEXT_LOG, cli_text(CLI_TEXT_NO_PROOF, show->language), out);
        return base_buffer_error(out);
    case CLI_REPLY_OTHER:
        break;
    }
    return base_buffer_error(out);
}
