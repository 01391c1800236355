#include "gateway/cli/services.h"

#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/service_check.h"
#include "gateway/cli/service_document.h"
#include "gateway/cli/service_page.h"
#include "gateway/cli/show.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 4096, SLOTS_MAX = 16 };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void words_append(const json_t *words, struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        const json_t *item = json_array_get(words, i);
        const char *word = json_is_object(item) ? text_of(item, "code") : json_string_value(item);
        (void) base_buffer_append_text(out, i ? ", " : "");
        (void) cli_screen_text(base_bytes_text(word ? word : "?"), out);
    }
}

/* The grounds that the person holds: the bases without a duty, then the duties. One column each. */
struct slots {
    size_t count;
    struct {
        const char *basis, *duty; /* borrowed; duty NULL for none */
    } items[SLOTS_MAX];
};

static void slot_add(struct slots *slots, const char *basis, const char *duty)
{
    if (basis && slots->count < SLOTS_MAX) {
        slots->items[slots->count].basis = basis;
        slots->items[slots->count++].duty = duty;
    }
}

static struct slots slots_of(const json_t *officer)
{
    static const char other[] = "other_duties";
    const json_t *bases = json_object_get(officer, "bases");
    const json_t *duties = json_object_get(officer, "duties");
    struct slots slots = {.count = 0};
    for (size_t i = 0; i < json_array_size(bases); i++) {
        const char *basis = json_string_value(json_array_get(bases, i));
        if (basis && strcmp(basis, other) != 0)
            slot_add(&slots, basis, NULL);
    }
    for (size_t i = 0; i < json_array_size(duties); i++)
        slot_add(&slots, other, json_string_value(json_array_get(duties, i)));
    return slots;
}

static const char *slot_title(const struct cli_session *session, const struct slots *slots, size_t index)
{
    return slots->items[index].duty ? slots->items[index].duty
                                    : cli_text_basis_short(slots->items[index].basis, session->language);
}

static bool is_slot(const json_t *object, const char *basis, const char *duty)
{
    const char *named = text_of(object, "basis");
    const char *named_duty = text_of(object, "duty");
    return named && strcmp(named, basis) == 0 && (duty ? named_duty && strcmp(named_duty, duty) == 0 : !named_duty);
}

/* "+", "+ case", "*" for an answer without amounts, "-" where the service is closed. */
static int cell_add(const json_t *open, const char *basis, const char *duty, struct cli_grid *grid)
{
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    for (size_t i = 0; i < json_array_size(open) && cell.len == 0; i++) {
        const json_t *slot = json_array_get(open, i);
        const char *effect = text_of(slot, "effect");
        if (!is_slot(slot, basis, duty))
            continue;
        (void) base_buffer_append_text(&cell, effect && strcmp(effect, "abbreviated") == 0 ? "*" : "+");
        if (json_array_size(json_object_get(slot, "needs")) > 0) {
            (void) base_buffer_append_text(&cell, " ");
            words_append(json_object_get(slot, "needs"), &cell);
        }
    }
    return cli_grid_add(grid, cell.len ? base_buffer_view(&cell) : base_bytes_text("-"));
}

static int service_add(const struct cli_session *session, const struct slots *slots, const json_t *service,
                       struct cli_grid *grid)
{
    char text[24];
    long number = (long) json_integer_value(json_object_get(service, "service"));
    const char *name = text_of(service, "name");
    if (!name)
        name = cli_names_service(&session->names, number, session->language);
    snprintf(text, sizeof text, "%ld", number);
    int r = cli_grid_add_text(grid, text);
    for (size_t i = 0; i < slots->count && r == 0; i++)
        r = cell_add(json_object_get(service, "open"), slots->items[i].basis, slots->items[i].duty, grid);
    return r ? r : cli_grid_add_text(grid, name ? name : "");
}

static int services_fill(const struct cli_session *session, const json_t *document, const struct slots *slots,
                         struct cli_grid *grid)
{
    const json_t *services = json_object_get(document, "services");
    int r = cli_grid_add_text(grid, "№");
    for (size_t i = 0; i < slots->count && r == 0; i++)
        r = cli_grid_add_text(grid, slot_title(session, slots, i));
    if (r == 0)
        r = cli_grid_add_text(grid, cli_text(CLI_TEXT_SERVICE, session->language));
    for (size_t i = 0; i < json_array_size(services) && r == 0; i++)
        r = service_add(session, slots, json_array_get(services, i), grid);
    return r;
}

/* What the short headings stand for. */
static void legend_append(const struct cli_session *session, const struct slots *slots, struct base_buffer *out)
{
    for (size_t i = 0; i < slots->count; i++) {
        const char *basis = slots->items[i].basis;
        const char *duty = slots->items[i].duty;
        (void) base_buffer_printf(out, "%s: ", slot_title(session, slots, i));
        (void) cli_screen_text(base_bytes_text(duty ? cli_names_duty(&session->names, duty, session->language)
                                                    : cli_names_basis(&session->names, basis, session->language)),
                               out);
        (void) base_buffer_append_text(out, "\n");
    }
    (void) base_buffer_printf(out, "*: %s\n", cli_text(CLI_TEXT_ABBREVIATED, session->language));
}

static int services_show(const struct cli_session *session, const json_t *document)
{
    const json_t *reasons = json_object_get(document, "reasons");
    struct slots slots = slots_of(json_object_get(document, "officer"));
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    struct cli_grid grid;
    base_buffer_init(&out, CLI_SHOW_MAX);
    cli_grid_init(&grid, slots.count + 2);
    if (json_array_size(reasons) > 0) {
        const struct cli_show show = cli_session_show(session);
        (void) base_buffer_printf(&out, "%s:\n", cli_text(CLI_TEXT_ALL_CLOSED, session->language));
        if (cli_show_reasons(&show, reasons, &out))
            return CLI_EXIT_USAGE;
    }
    int r = services_fill(session, document, &slots, &grid);
    if (slots.count == 0 || json_array_size(reasons) > 0) {
        cli_grid_clear(&grid);
        cli_session_print(&out);
        return r ? CLI_EXIT_USAGE : CLI_EXIT_OK;
    }
    /* Rows, whatever the width: the names come last and may be cut by the terminal. */
    if (r == 0)
        r = cli_grid_print(&grid, SIZE_MAX, cli_text(CLI_TEXT_SERVICE, session->language), 1, &out);
    cli_grid_clear(&grid);
    if (r)
        return CLI_EXIT_USAGE;
    legend_append(session, &slots, &out);
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
            argc, argv, "services --as NAME [OPTIONS] | services show N | services check [DIR] | services document",
            "Lists the services and, for each basis and duty you hold, whether it is open now and what a query must "
            "carry.\n--json also tells why each of the others is closed; so does qao explain.\n"
            "services show N tells what service N can be asked and what it answers: the gateway's word with --as, else the\n"
            "  installed description. With --json: the description itself.\n"
            "services check looks at all descriptions, or those in DIR, and names what is wrong with each.\n"
            "  Exit status: 0 sound, 1 not, 2 unusable input.\n"
            "services document prints docs/services.md, which is made of them.",
            options, BASE_ARRAY_LENGTH(options), 2, &rest, &result))
        return result;
    if (rest.count == 2 && strcmp(rest.items[0], "show") == 0)
        return cli_service_page_show(rest.items[1], &common);
    if (rest.count > 0 && strcmp(rest.items[0], "check") == 0)
        return cli_service_check(rest.count == 2 ? rest.items[1] : NULL);
    if (rest.count == 1 && strcmp(rest.items[0], "document") == 0)
        return cli_service_document();
    if (rest.count > 0) {
        fputs("usage: qao services --as NAME [OPTIONS] | services show N | services check [DIR] | services document\n",
              stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_session_open(&session, &common, false, &result) &&
        cli_fetch(&session, "/v1/services", "qao.services/1", &document, &result))
        result = session.json ? cli_session_json(document) : services_show(&session, document);
    json_decref(document);
    cli_session_close(&session);
    return result;
}
