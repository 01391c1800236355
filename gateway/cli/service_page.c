#include "gateway/cli/service_page.h"

#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/member.h"
#include "gateway/cli/screen.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 16384, PAGE_MAX = 4 << 20 };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static const char *title_of(const json_t *object, const char *member, enum cli_language language)
{
    return text_of(json_object_get(object, member), cli_language_name(language));
}

/* What others wrote, made safe. */
static void safe(const char *text, struct base_buffer *out)
{
    (void) cli_screen_text(base_bytes_text(text ? text : "?"), out);
}

/* ---- what it is asked by, and what it answers ---- */

struct table {
    struct cli_grid grid;
    enum cli_language language;
    bool is_request; /* people type its words; those of an answer they read */
};

/* "individual | legal_entity" to be typed, or their names to be read. */
static void choices_list(const struct table *table, const json_t *schema, struct base_buffer *out)
{
    const json_t *choices = json_object_get(schema, "enum");
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const char *word = json_string_value(json_array_get(choices, i));
        const char *name = title_of(json_object_get(schema, "x-values"), word ? word : "", table->language);
        (void) base_buffer_printf(out, "%s%s", i ? " | " : "", !table->is_request && name ? name : word ? word : "?");
    }
}

/* "iin", "^[0-9A-Z]{5,8}$", "a | b", "integer, tiyn" */
static void form_append(const struct table *table, const json_t *schema, const char *type, struct base_buffer *out)
{
    const char *const words[] = {text_of(schema, "format"), text_of(schema, "pattern"), type};
    const char *unit = text_of(schema, "x-unit");
    size_t before = out->len;
    choices_list(table, schema, out);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(words) && out->len == before; i++)
        (void) base_buffer_append_text(out, words[i] ? words[i] : "");
    if (unit)
        (void) base_buffer_printf(out, ", %s", unit);
}

static int form_add(struct table *table, const struct cli_member *member)
{
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    form_append(table, member->schema, member->type, &cell);
    if (member->items && !json_object_get(member->items, "properties")) {
        (void) base_buffer_append_text(&cell, ": ");
        form_append(table, member->items, member->items_type, &cell);
    }
    return cli_grid_add(&table->grid, base_buffer_view(&cell));
}

/* "amount, personal data" */
static int marks_add(struct table *table, const struct cli_member *member)
{
    static const struct {
        const char *keyword;
        enum cli_text text;
    } marks[] = {{"x-amount", CLI_TEXT_IS_AMOUNT}, {"x-personal", CLI_TEXT_IS_PERSONAL}};
    const json_t *const places[] = {member->beside, member->schema, member->items};
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(marks); i++) {
        bool is_marked = false;
        for (size_t j = 0; j < BASE_ARRAY_LENGTH(places); j++)
            is_marked = is_marked || json_is_true(json_object_get(places[j], marks[i].keyword));
        if (is_marked)
            (void) base_buffer_printf(&cell, "%s%s", cell.len > 0 ? ", " : "", cli_text(marks[i].text, table->language));
    }
    return cli_grid_add(&table->grid, base_buffer_view(&cell));
}

static int member_add(void *context, const struct cli_member *member)
{
    struct table *table = context;
    const char *title = title_of(member->beside, "x-titles", table->language);
    int r = cli_grid_add_text(&table->grid, member->path);
    if (r == 0)
        r = cli_grid_add_text(&table->grid, title ? title : "");
    if (r == 0)
        r = form_add(table, member);
    if (r == 0)
        r = cli_grid_add_text(&table->grid, member->is_required ? cli_text(CLI_TEXT_YES, table->language) : "");
    return r ? r : marks_add(table, member);
}

static int table_append(const json_t *root, const json_t *object, bool is_request, enum cli_language language,
                        struct base_buffer *out)
{
    const char *const headings[] = {is_request ? "--param" : cli_text(CLI_TEXT_FIELD, language),
                                    cli_text(is_request ? CLI_TEXT_PARAMS : CLI_TEXT_RESULT, language),
                                    cli_text(CLI_TEXT_FORM, language),
                                    cli_text(is_request ? CLI_TEXT_REQUIRED : CLI_TEXT_ALWAYS, language), ""};
    struct table table = {.language = language, .is_request = is_request};
    cli_grid_init(&table.grid, BASE_ARRAY_LENGTH(headings));
    int r = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(headings) && r == 0; i++)
        r = cli_grid_add_text(&table.grid, headings[i]);
    if (r == 0)
        r = cli_member_walk(root, object, member_add, &table);
    if (r == 0)
        r = cli_grid_print(&table.grid, SIZE_MAX, "", 1, out);
    cli_grid_clear(&table.grid);
    return r;
}

/* "one of: iin; plate" */
static void choices_append(const json_t *request, enum cli_language language, struct base_buffer *out)
{
    const json_t *choices = json_object_get(request, "oneOf");
    if (json_array_size(choices) == 0)
        return;
    (void) base_buffer_printf(out, "%s: ", cli_text(CLI_TEXT_ONE_OF, language));
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const json_t *names = json_object_get(json_array_get(choices, i), "required");
        (void) base_buffer_append_text(out, i ? "; " : "");
        for (size_t j = 0; j < json_array_size(names); j++) {
            (void) base_buffer_append_text(out, j ? " + " : "");
            safe(json_string_value(json_array_get(names, j)), out);
        }
    }
    (void) base_buffer_append_text(out, "\n");
}

static int page_encode(const json_t *description, enum cli_language language, struct base_buffer *out)
{
    const json_t *request = json_object_get(description, "request");
    const json_t *answer = json_object_get(description, "answer");
    const char *kind = text_of(description, "kind");
    (void) base_buffer_printf(out, "%s %lld: ", cli_text(CLI_TEXT_SERVICE, language),
                              (long long) json_integer_value(json_object_get(description, "number")));
    safe(title_of(description, "name", language), out);
    (void) base_buffer_append_text(out, "\n");
    safe(title_of(description, "owner", language), out);
    (void) base_buffer_append_text(out, "\n");
    if (kind && strcmp(kind, "act") == 0)
        (void) base_buffer_printf(out, "%s\n", cli_text(CLI_TEXT_IS_ACT, language));
    if (json_is_true(json_object_get(description, "marked")))
        (void) base_buffer_printf(out, "%s\n", cli_text(CLI_TEXT_IS_MARKED, language));
    (void) base_buffer_append_text(out, "\n");
    int r = table_append(request, request, true, language, out);
    choices_append(request, language, out);
    (void) base_buffer_append_text(out, "\n");
    if (r == 0)
        r = table_append(answer, cli_member_resolve(answer, json_object_get(answer, "items")), false, language, out);
    return r ? r : base_buffer_error(out);
}

/* ---- where the description comes from ---- */

struct described {
    struct cli_session session; /* of the gateway asked; zeroed without one */
    struct cli_names names;     /* what is installed */
    json_t *asked;              /* the gateway's description; owned */
    const json_t *description;  /* NULL: there is none */
};

/* Whether it was said who asks, so that the gateway can be. */
static bool has_person(const struct cli_keys_options *keys)
{
    return keys->as || keys->cert || keys->p12 || keys->tls_cert || keys->tls_p12;
}

/* Whether the instance's gateway is up, as far as its folder says. */
static bool has_gateway(const char *dir)
{
    struct cli_instance instance = {0};
    char *url = NULL;
    bool has = cli_instance_find(dir, &instance) != 0 || cli_instance_line(&instance, "gateway.url", &url) != -ENOENT;
    free(url); /* another fault than its absence is told by whoever opens it */
    cli_instance_clear(&instance);
    return has;
}

static bool reply_take(struct described *described, const struct cli_http_reply *http, long service, int *ret_exit)
{
    char fault[WIRE_JSON_FAULT_MAX] = "";
    if (http->status == 404)
        return true;
    if (http->status != 200) {
        *ret_exit = cli_fetch_problem(&described->session, http);
        return false;
    }
    if (wire_json_parse(base_buffer_view(&http->body), CLI_HTTP_REPLY_MAX, &described->asked, fault) == 0) {
        const char *version = text_of(described->asked, "v");
        described->description = described->asked;
        if (version && strcmp(version, "qao.service/1") == 0 &&
            json_integer_value(json_object_get(described->asked, "number")) == service)
            return true;
    }
    *ret_exit = cli_session_fault(&described->session, CLI_FAULT_REPLY_MALFORMED, fault, NULL);
    return false;
}

/* Asks the gateway. False: it was told why not, and *ret_exit is what to return. *ret_away: it does not run. */
static bool gateway_ask(struct described *described, const struct cli_common *common, long service, bool *ret_away,
                        int *ret_exit)
{
    char path[32];
    char error[CLI_HTTP_ERROR_MAX];
    struct cli_http_reply http;
    if (!cli_session_open(&described->session, common, false, ret_exit))
        return false;
    snprintf(path, sizeof path, "/v1/services/%ld", service);
    const struct cli_http_request request = {.path = path,
                                             .accept_language = cli_language_name(described->session.language)};
    cli_http_reply_init(&http, CLI_HTTP_REPLY_MAX);
    enum cli_http outcome = cli_session_try(&described->session, &request, &http, error);
    *ret_away = outcome == CLI_HTTP_UNREACHABLE;
    bool taken = *ret_away || (cli_session_replied(&described->session, outcome, error, NULL, ret_exit) &&
                               reply_take(described, &http, service, ret_exit));
    cli_http_reply_clear(&http);
    return taken;
}

static bool description_find(struct described *described, const struct cli_common *common, long service,
                             enum cli_language language, int *ret_exit)
{
    bool is_asked = has_person(&common->keys), is_away = false;
    if (is_asked && !has_gateway(common->instance))
        is_away = true;
    else if (is_asked && !gateway_ask(described, common, service, &is_away, ret_exit))
        return false;
    if (is_away && !common->json)
        fprintf(stderr, "qao: %s\n", cli_text(CLI_TEXT_INSTALLED, language));
    if (!is_asked || is_away)
        described->description = cli_names_description(&described->names, service);
    return true;
}

static int none_show(long service, const char *name, bool json)
{
    if (!json) {
        fprintf(stderr, "qao: service %ld (%s) has no description: it is decided and recorded, but not answered\n", service,
                name);
        return CLI_EXIT_REFUSED;
    }
    json_t *problem = json_pack("{s:s, s:s, s:i, s:s}", "type", "urn:qao:client:no-description", "title",
                                "The service has no description", "service", (int) service, "name", name);
    int result = problem && cli_session_json(problem) == CLI_EXIT_OK ? CLI_EXIT_REFUSED : CLI_EXIT_USAGE;
    json_decref(problem);
    return result;
}

static int description_show(const struct described *described, long service, enum cli_language language, bool json)
{
    const char *name = cli_names_service(&described->names, service, language);
    if (!described->description)
        return none_show(service, name ? name : "?", json);
    if (json)
        return cli_session_json(described->description);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, PAGE_MAX);
    if (page_encode(described->description, language, &out))
        return CLI_EXIT_USAGE;
    cli_session_print(&out);
    return CLI_EXIT_OK;
}

int cli_service_page_show(const char *number, const struct cli_common *common)
{
    enum cli_language language;
    long service = 0;
    struct described described = {.asked = NULL};
    int result = CLI_EXIT_USAGE;
    if (cli_language_find(common->language, &language)) {
        fputs("qao: --lang takes kk, ru or en\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_content_service_parse(number, &service)) {
        fputs("qao: qao services show takes a number from 1 to 76\n", stderr);
        return CLI_EXIT_USAGE;
    }
    cli_names_read(&described.names);
    if (description_find(&described, common, service, language, &result))
        result = description_show(&described, service, language, common->json);
    json_decref(described.asked);
    cli_names_clear(&described.names);
    cli_session_close(&described.session);
    return result;
}
