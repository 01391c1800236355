#include "gateway/cli/page.h"

#include "base/encoding.h"
#include "gateway/cli/graph.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_WIDTH = 0 }; /* a page has no columns of characters */

static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<style>\n"
    "body{font:11pt/1.4 'Noto Sans','DejaVu Sans',Arial,sans-serif;margin:2cm auto;max-width:18cm;color:#000}\n"
    "h1{font-size:16pt}h2{font-size:12pt;margin:1.2em 0 .3em;border-bottom:1px solid "
    "#888}h3{font-size:11pt;margin:.8em 0 .2em}\n"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.15em "
    ".4em;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n"
    "tr{break-inside:avoid}thead{display:table-header-group}.facts th{width:32%;font-weight:normal}\n"
    ".small{font-size:8.5pt;overflow-wrap:anywhere}.notice{border:2px solid "
    "#000;padding:.5em;break-inside:avoid}.sign{margin-top:2.5em}\n"
    "@page{size:A4;margin:1.5cm}@media print{body{margin:0;max-width:none}}\n"
    "</style>\n";

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void raw(struct base_buffer *out, const char *html)
{
    (void) base_buffer_append_text(out, html);
}

static void escaped(struct base_buffer *out, const char *text)
{
    (void) cli_screen_html(base_bytes_text(text), out);
}

static void heading(const struct cli_page *page, enum cli_text title, struct base_buffer *out)
{
    raw(out, "<h2>");
    escaped(out, cli_text(title, page->language));
    raw(out, "</h2>\n");
}

/* One fact; left out when there is none. Further parts follow after a comma. */
static void fact(const struct cli_page *page, enum cli_text title, const char *value, const char *more,
                 struct base_buffer *out)
{
    if (!value || !value[0])
        return;
    raw(out, "<tr><th>");
    escaped(out, cli_text(title, page->language));
    raw(out, "</th><td>");
    escaped(out, value);
    if (more && more[0]) {
        raw(out, ", ");
        escaped(out, more);
    }
    raw(out, "</td></tr>\n");
}

static long service_of(const struct cli_page *page)
{
    const json_t *source = page->query ? page->query : page->reply->content;
    return page->service > 0 ? page->service : (long) json_integer_value(json_object_get(source, "service"));
}

static void params_show(const struct cli_page *page, struct base_buffer *out)
{
    json_t *params = json_object_get(page->query, "params");
    const json_t *description = cli_names_description(page->names, service_of(page));
    const json_t *properties = json_object_get(json_object_get(description, "request"), "properties");
    const char *name = NULL;
    json_t *value = NULL;
    if (json_object_size(params) == 0)
        return;
    raw(out, "<tr><th>");
    escaped(out, cli_text(CLI_TEXT_PARAMS, page->language));
    raw(out, "</th><td>");
    json_object_foreach(params, name, value)
    {
        const char *title =
            text_of(json_object_get(json_object_get(properties, name), "x-titles"), cli_language_name(page->language));
        char *shown = json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY);
        escaped(out, title ? title : name);
        raw(out, ": ");
        escaped(out, shown ? shown : "?");
        raw(out, "<br>");
        free(shown);
    }
    raw(out, "</td></tr>\n");
}

static void service_show(const struct cli_page *page, struct base_buffer *out)
{
    char number[24];
    long service = service_of(page);
    if (service <= 0)
        return;
    snprintf(number, sizeof number, "%ld", service);
    fact(page, CLI_TEXT_SERVICE, number, cli_names_service(page->names, service, page->language), out);
}

static void facts_show(const struct cli_page *page, struct base_buffer *out)
{
    const json_t *query = page->query;
    const char *basis = text_of(query, "basis");
    const char *duty = text_of(query, "duty");
    const char *at = text_of(page->reply->content, "at");
    char time[64] = "";
    if (!at)
        at = text_of(query, "at");
    if (at)
        cli_show_time(at, time);
    raw(out, "<table class=\"facts\"><tbody>\n");
    if (page->holder) {
        fact(page, CLI_TEXT_OFFICER, page->holder->name[0] ? page->holder->name : page->holder->iin, page->holder->iin,
             out);
        fact(page, CLI_TEXT_BODY, page->holder->organisation[0] ? page->holder->organisation : page->holder->bin,
             page->holder->bin, out);
    }
    fact(page, CLI_TEXT_TIME, time, NULL, out);
    service_show(page, out);
    fact(page, CLI_TEXT_BASIS, basis ? cli_names_basis(page->names, basis, page->language) : NULL, NULL, out);
    fact(page, CLI_TEXT_DUTY, duty, duty ? cli_names_duty(page->names, duty, page->language) : NULL, out);
    fact(page, CLI_TEXT_CASE, text_of(query, "case"), NULL, out);
    fact(page, CLI_TEXT_ARTICLE, text_of(query, "article"), NULL, out);
    fact(page, CLI_TEXT_GROUND, text_of(query, "ground"), NULL, out);
    fact(page, CLI_TEXT_ORDERED_BY, text_of(query, "ordered_by"), NULL, out);
    fact(page, CLI_TEXT_RECIPIENT, text_of(query, "recipient"), NULL, out);
    params_show(page, out);
    fact(page, CLI_TEXT_QUERY, text_of(page->reply->content, "query"), NULL, out);
    if (page->part > 0) {
        char number[16];
        snprintf(number, sizeof number, "%u", page->part);
        fact(page, CLI_TEXT_PART, number, NULL, out);
    }
    raw(out, "</tbody></table>\n");
}

static int citations_show(const struct cli_page *page, const json_t *citations, struct base_buffer *out)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, 64 << 10);
    if (json_array_size(citations) == 0)
        return 0;
    int r = cli_show_citations(page->language, citations, "", &text);
    if (r)
        return r;
    raw(out, "<p>");
    escaped(out, cli_text(CLI_TEXT_RESTS_ON, page->language));
    raw(out, ":</p>\n<pre class=\"small\">");
    (void) cli_screen_html(base_buffer_view(&text), out);
    raw(out, "</pre>\n");
    return base_buffer_error(out);
}

static int reasons_show(const struct cli_page *page, struct base_buffer *out)
{
    const json_t *reasons = json_object_get(page->reply->content, "reasons");
    raw(out, "<ul>\n");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        const char *code = text_of(reason, "code");
        const char *title = text_of(reason, "title");
        raw(out, "<li>");
        escaped(out, title ? title : "");
        raw(out, " [");
        escaped(out, code ? code : "?");
        raw(out, "]");
        int r = citations_show(page, json_object_get(reason, "citations"), out);
        if (r)
            return r;
        raw(out, "</li>\n");
    }
    raw(out, "</ul>\n");
    return base_buffer_error(out);
}

static int decision_show(const struct cli_page *page, struct base_buffer *out)
{
    const json_t *decision = json_object_get(page->reply->content, "decision");
    const char *effect = text_of(decision, "effect");
    const char *detail = text_of(page->reply->content, "detail");
    heading(page, CLI_TEXT_DECISION, out);
    raw(out, "<p><strong>");
    escaped(out, cli_show_effect(page->reply->kind == CLI_REPLY_PROBLEM || !effect ? "deny" : effect, page->language));
    raw(out, "</strong></p>\n<table class=\"facts\"><tbody>\n");
    fact(page, CLI_TEXT_EDITION, text_of(decision, "edition"), text_of(decision, "edition_sha256"), out);
    fact(page, CLI_TEXT_REASON, page->reply->kind == CLI_REPLY_PROBLEM ? text_of(page->reply->content, "title") : NULL,
         detail, out);
    raw(out, "</tbody></table>\n");
    if (page->reply->kind == CLI_REPLY_PROBLEM)
        return reasons_show(page, out);
    return citations_show(page, json_object_get(decision, "citations"), out);
}

static void log_show(const struct cli_page *page, struct base_buffer *out)
{
    static const enum cli_text titles[CLI_REPLY_RECORDS_MAX] = {CLI_TEXT_REQUEST_RECORD, CLI_TEXT_RESULT_RECORD};
    const struct cli_reply *reply = page->reply;
    char number[24];
    if (reply->record_count == 0)
        return;
    heading(page, CLI_TEXT_LOG, out);
    raw(out, "<table class=\"facts small\"><tbody>\n");
    fact(page, CLI_TEXT_LOG, page->log->name, NULL, out);
    for (size_t i = 0; i < reply->record_count; i++) {
        char hex[65];
        snprintf(number, sizeof number, "%llu", (unsigned long long) reply->records[i].index);
        base_hex_digest(reply->records[i].leaf_hash.bytes, hex);
        fact(page, titles[i], number, hex, out);
    }
    snprintf(number, sizeof number, "%llu", (unsigned long long) reply->checkpoint.size);
    fact(page, CLI_TEXT_CHECKPOINT, number, NULL, out);
    raw(out, "</tbody></table>\n");
}

/* What the client itself found right before it believed the reply, and against what. */
static void checks_show(const struct cli_page *page, struct base_buffer *out)
{
    const struct cli_reply *reply = page->reply;
    char time[64];
    char hex[65];
    char vkey[AUDIT_VKEY_MAX];
    heading(page, CLI_TEXT_VERIFIED, out);
    raw(out, "<table class=\"facts small\"><tbody>\n");
    cli_show_time_us(reply->checked_us, time);
    fact(page, CLI_TEXT_TIME, time, NULL, out);
    fact(page, CLI_TEXT_SIGNATURE,
         cli_text(reply->is_signed ? CLI_TEXT_SIGNATURE_RIGHT : CLI_TEXT_NOT_SIGNED, page->language), NULL, out);
    if (reply->is_signed) {
        base_hex_digest(reply->system.sha256, hex);
        fact(page, CLI_TEXT_SYSTEM, reply->system.bin, NULL, out);
        fact(page, CLI_TEXT_CERTIFICATE, hex, NULL, out);
    }
    fact(page, CLI_TEXT_PROOFS,
         cli_text(reply->record_count > 0 ? CLI_TEXT_PROOFS_RIGHT : CLI_TEXT_NO_PROOF, page->language), NULL, out);
    if (reply->record_count > 0) {
        audit_vkey_encode(page->log, vkey);
        fact(page, CLI_TEXT_LOG_KEY, vkey, NULL, out);
    }
    raw(out, "</tbody></table>\n");
}

int cli_page_encode(const struct cli_page *page, struct base_buffer *out)
{
    const json_t *content = page->reply->content;
    const char *notice = text_of(content, "notice");
    const char *title = cli_text(CLI_TEXT_PAGE, page->language);
    (void) base_buffer_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n", cli_language_name(page->language));
    raw(out, head);
    raw(out, "<title>");
    escaped(out, title);
    raw(out, "</title>\n</head>\n<body>\n<h1>");
    escaped(out, title);
    raw(out, "</h1>\n");
    facts_show(page, out);
    int r = decision_show(page, out);
    if (r == 0 && page->reply->kind == CLI_REPLY_ANSWER) {
        heading(page, CLI_TEXT_RESULT, out);
        r = cli_graph_answer_show(content, page->names, page->language, CLI_FORM_HTML, PAGE_WIDTH, out);
    }
    if (r)
        return r;
    log_show(page, out);
    checks_show(page, out);
    if (notice) {
        heading(page, CLI_TEXT_NOTICE, out);
        raw(out, "<p class=\"notice\">");
        escaped(out, notice);
        raw(out, "</p>\n");
    }
    raw(out, "<p class=\"sign\">");
    escaped(out, cli_text(CLI_TEXT_SIGN_HERE, page->language));
    raw(out, ": ____________________</p>\n</body>\n</html>\n");
    return base_buffer_error(out);
}
