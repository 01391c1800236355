#include "gateway/cli/services.h"

#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 4096 };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* "search measures", "other duties app4.1" */
static void ground_append(const struct cli_session *session, const json_t *slot, struct base_buffer *out)
{
    const char *basis = text_of(slot, "basis");
    const char *duty = text_of(slot, "duty");
    (void) base_buffer_append_text(out, basis ? cli_text_basis(basis, session->language) : "?");
    if (duty)
        (void) base_buffer_printf(out, " %s", duty);
}

static void words_append(const json_t *words, struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        (void) base_buffer_printf(out, "%s%s", i ? ", " : "", word ? word : "?");
    }
}

/* Grounds under which the service is open, what each needs, and why it is closed under the others. */
static int service_add(const struct cli_session *session, const json_t *service, struct cli_grid *grid)
{
    struct base_buffer cells[3];
    const json_t *open = json_object_get(service, "open");
    const json_t *closed = json_object_get(service, "closed");
    const char *name = text_of(service, "name");
    long number = (long) json_integer_value(json_object_get(service, "service"));
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cells); i++)
        base_buffer_init(&cells[i], CELL_MAX);
    (void) base_buffer_printf(&cells[0], "%ld", number);
    for (size_t i = 0; i < json_array_size(open); i++) {
        const json_t *slot = json_array_get(open, i);
        const char *effect = text_of(slot, "effect");
        (void) base_buffer_append_text(&cells[1], i ? "; " : "");
        ground_append(session, slot, &cells[1]);
        if (effect && strcmp(effect, "abbreviated") == 0)
            (void) base_buffer_append_text(&cells[1], " *");
        if (json_array_size(json_object_get(slot, "needs")) > 0) {
            (void) base_buffer_append_text(&cells[1], " (");
            words_append(json_object_get(slot, "needs"), &cells[1]);
            (void) base_buffer_append_text(&cells[1], ")");
        }
    }
    for (size_t i = 0; i < json_array_size(closed); i++) {
        const json_t *slot = json_array_get(closed, i);
        (void) base_buffer_append_text(&cells[2], i ? "; " : "");
        ground_append(session, slot, &cells[2]);
        (void) base_buffer_append_text(&cells[2], ": ");
        words_append(json_object_get(slot, "reasons"), &cells[2]);
    }
    if (!name)
        name = cli_names_service(&session->names, number, session->language);
    int r = cli_grid_add(grid, base_buffer_view(&cells[0]));
    if (r == 0)
        r = cli_grid_add_text(grid, name ? name : "");
    for (size_t i = 1; i < BASE_ARRAY_LENGTH(cells) && r == 0; i++)
        r = cli_grid_add(grid, base_buffer_view(&cells[i]));
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cells); i++)
        base_buffer_clear(&cells[i]);
    return r;
}

static int services_show(const struct cli_session *session, const json_t *document)
{
    static const enum cli_text titles[] = {CLI_TEXT_SERVICE, CLI_TEXT_OPEN_FOR, CLI_TEXT_CLOSED_BECAUSE};
    const json_t *services = json_object_get(document, "services");
    const json_t *reasons = json_object_get(document, "reasons");
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    struct cli_grid grid;
    base_buffer_init(&out, CLI_SHOW_MAX);
    cli_grid_init(&grid, 4);
    int r = cli_grid_add_text(&grid, "№");
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(titles) && r == 0; i++)
        r = cli_grid_add_text(&grid, cli_text(titles[i], session->language));
    for (size_t i = 0; i < json_array_size(services) && r == 0; i++)
        r = service_add(session, json_array_get(services, i), &grid);
    if (json_array_size(reasons) > 0) {
        (void) base_buffer_printf(&out, "%s: ", cli_text(CLI_TEXT_ALL_CLOSED, session->language));
        words_append(reasons, &out);
        (void) base_buffer_append_text(&out, "\n");
    }
    if (r == 0)
        r = cli_grid_print(&grid, cli_show_width(), cli_text(CLI_TEXT_SERVICE, session->language), 1, &out);
    if (r == 0)
        r = base_buffer_printf(&out, "* %s\n", cli_text(CLI_TEXT_ABBREVIATED, session->language));
    cli_grid_clear(&grid);
    if (r)
        return CLI_EXIT_USAGE;
    cli_session_print(&out);
    return CLI_EXIT_OK;
}

int cli_services_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS];
    struct cli_list rest;
    struct cli_session session = {0};
    json_t *document = NULL;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    if (!cli_options_take(
            argc, argv, "services --as NAME [OPTIONS]",
            "Lists the services: under which bases each is open to you now, and why not under the others.", options,
            BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    if (cli_session_open(&session, &common, false, &result) &&
        cli_fetch(&session, "/v1/services", "qao.services/1", &document, &result))
        result = session.json ? cli_session_json(document) : services_show(&session, document);
    json_decref(document);
    cli_session_close(&session);
    return result;
}

/* A reply that the gateway still holds is checked like any other. */
static int held_show(struct cli_session *session, json_t *document, const char *id, struct base_buffer *out)
{
    json_t *held = json_object_get(document, "reply");
    if (!held)
        return CLI_EXIT_OK;
    struct cli_reply_rule rule = cli_session_rule(session);
    struct cli_reply reply;
    char detail[CLI_REPLY_DETAIL_MAX];
    rule.query = id;
    enum cli_fault fault = cli_reply_document_check(json_incref(held), false, &rule, &reply, detail);
    if (fault == CLI_FAULT_NONE)
        fault = cli_session_see(session, &reply);
    int result = CLI_EXIT_OK;
    const struct cli_show show = cli_session_show(session);
    if (fault != CLI_FAULT_NONE)
        result = cli_session_fault(session, fault, detail, id);
    else if (!session->json && (base_buffer_append_text(out, "\n") || cli_show_reply(&show, &reply, out)))
        result = CLI_EXIT_USAGE;
    cli_reply_clear(&reply);
    return result;
}

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
    if (json_array_size(json_object_get(record, "reasons")) > 0) {
        (void) base_buffer_append_text(out, ", ");
        words_append(json_object_get(record, "reasons"), out);
    }
    (void) base_buffer_append_text(out, "\n");
}

static int status_show(struct cli_session *session, json_t *document, const char *id)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    const char *state = text_of(document, "state");
    const char *query = text_of(document, "query");
    base_buffer_init(&out, CLI_SHOW_MAX);
    if (!state || !query || strcmp(query, id) != 0)
        return cli_session_fault(session, CLI_FAULT_OTHER_QUERY, "", id);
    long service = (long) json_integer_value(json_object_get(document, "service"));
    const char *name = cli_names_service(&session->names, service, session->language);
    (void) base_buffer_printf(&out, "%s: %s\n", cli_text(CLI_TEXT_QUERY, session->language), id);
    (void) base_buffer_printf(&out, "%s: %ld%s%s\n", cli_text(CLI_TEXT_SERVICE, session->language), service,
                              name ? ", " : "", name ? name : "");
    (void) base_buffer_printf(&out, "%s: ", cli_text(CLI_TEXT_STATE, session->language));
    (void) cli_screen_text(base_bytes_text(cli_text_state(state, session->language)), &out);
    (void) base_buffer_append_text(&out, "\n");
    record_append(session, json_object_get(document, "request"), CLI_TEXT_REQUEST_RECORD, &out);
    record_append(session, json_object_get(document, "conclusion"), CLI_TEXT_RESULT_RECORD, &out);
    int result = held_show(session, document, id, &out);
    if (result != CLI_EXIT_OK)
        return result;
    if (session->json)
        return cli_session_json(document);
    cli_session_print(&out);
    return CLI_EXIT_OK;
}

int cli_status_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS];
    struct cli_list rest;
    struct cli_session session = {0};
    json_t *document = NULL;
    char path[64];
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    if (!cli_options_take(argc, argv, "status ID --as NAME [OPTIONS]",
                          "Tells what became of an own query, and shows its answer while the gateway holds it.",
                          options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (rest.count != 1 || !cli_content_is_uuid(rest.items[0])) {
        fputs("qao: qao status takes the id of a query: a UUID in lower case\n", stderr);
        return CLI_EXIT_USAGE;
    }
    snprintf(path, sizeof path, "/v1/queries/%s", rest.items[0]);
    if (cli_session_open(&session, &common, false, &result) &&
        cli_fetch(&session, path, "qao.outcome/1", &document, &result))
        result = status_show(&session, document, rest.items[0]);
    json_decref(document);
    cli_session_close(&session);
    return result;
}
