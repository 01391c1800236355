#include "gateway/cli/service_page.h"

#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/names.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static const char *title_of(const json_t *object, const char *member, enum cli_language language)
{
    return text_of(json_object_get(object, member), cli_language_name(language));
}

static bool has_text(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *item = json_string_value(json_array_get(array, i));
        if (item && strcmp(item, text) == 0)
            return true;
    }
    return false;
}

/* "iin", "^[0-9A-Z]{5,8}$", "a, b or c", "integer" */
static int form_add(const json_t *schema, struct cli_grid *grid)
{
    const char *const members[] = {"format", "pattern", "type"};
    const json_t *choices = json_object_get(schema, "enum");
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, 4096);
    for (size_t i = 0; i < json_array_size(choices); i++)
        (void) base_buffer_printf(&cell, "%s%s", i ? " | " : "", json_string_value(json_array_get(choices, i)));
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(members) && cell.len == 0; i++)
        if (text_of(schema, members[i]))
            (void) base_buffer_append_text(&cell, text_of(schema, members[i]));
    return cli_grid_add(grid, base_buffer_view(&cell));
}

static int param_add(const char *name, const json_t *schema, const json_t *request, enum cli_language language,
                     struct cli_grid *grid)
{
    const char *title = title_of(schema, "x-titles", language);
    bool is_required = has_text(json_object_get(request, "required"), name);
    int r = cli_grid_add_text(grid, name);
    if (r == 0)
        r = cli_grid_add_text(grid, title ? title : "");
    if (r == 0)
        r = form_add(schema, grid);
    return r ? r : cli_grid_add_text(grid, is_required ? cli_text(CLI_TEXT_YES, language) : "");
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
        for (size_t j = 0; j < json_array_size(names); j++)
            (void) base_buffer_printf(out, "%s%s", j ? " + " : "", json_string_value(json_array_get(names, j)));
    }
    (void) base_buffer_append_text(out, "\n");
}

static int page_encode(const json_t *description, enum cli_language language, struct base_buffer *out)
{
    const json_t *request = json_object_get(description, "request");
    const char *kind = text_of(description, "kind");
    const char *owner = title_of(description, "owner", language);
    const char *name = NULL;
    json_t *schema = NULL;
    struct cli_grid grid;
    cli_grid_init(&grid, 4);
    (void) base_buffer_printf(out, "%s %lld: %s\n%s\n", cli_text(CLI_TEXT_SERVICE, language),
                              (long long) json_integer_value(json_object_get(description, "number")),
                              title_of(description, "name", language), owner ? owner : "");
    if (kind && strcmp(kind, "act") == 0)
        (void) base_buffer_printf(out, "%s\n", cli_text(CLI_TEXT_IS_ACT, language));
    if (json_is_true(json_object_get(description, "marked")))
        (void) base_buffer_printf(out, "%s\n", cli_text(CLI_TEXT_IS_MARKED, language));
    (void) base_buffer_append_text(out, "\n");
    int r = cli_grid_add_text(&grid, "--param");
    if (r == 0)
        r = cli_grid_add_text(&grid, cli_text(CLI_TEXT_PARAMS, language));
    if (r == 0)
        r = cli_grid_add_text(&grid, cli_text(CLI_TEXT_FORM, language));
    if (r == 0)
        r = cli_grid_add_text(&grid, cli_text(CLI_TEXT_REQUIRED, language));
    json_object_foreach(json_object_get(request, "properties"), name, schema) if (r == 0) r =
        param_add(name, schema, request, language, &grid);
    if (r == 0)
        r = cli_grid_print(&grid, SIZE_MAX, "", 1, out);
    cli_grid_clear(&grid);
    choices_append(request, language, out);
    return r ? r : base_buffer_error(out);
}

static int json_encode(const json_t *description, long service, const char *name, struct base_buffer *out)
{
    json_t *problem = description ? NULL
                                  : json_pack("{s:s, s:s, s:i, s:s}", "type", "urn:qao:client:no-description", "title",
                                              "The service has no description", "service", (int) service, "name", name);
    int r = description || problem ? wire_json_canonical(description ? description : problem, out) : -ENOMEM;
    json_decref(problem);
    return r ? r : base_buffer_append_text(out, "\n");
}

int cli_service_page_show(const char *number, const char *language_option, bool json)
{
    enum cli_language language;
    long service = 0;
    struct cli_names names;
    if (cli_language_find(language_option, &language)) {
        fputs("qao: --lang takes kk, ru or en\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_content_service_parse(number, &service)) {
        fputs("qao: qao services show takes a number from 1 to 76\n", stderr);
        return CLI_EXIT_USAGE;
    }
    cli_names_read(&names);
    const json_t *description = cli_names_description(&names, service);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 1 << 20);
    const char *name = cli_names_service(&names, service, language);
    int result = description ? CLI_EXIT_OK : CLI_EXIT_REFUSED;
    if (!description && !json)
        fprintf(stderr, "qao: service %ld (%s) has no description: it is decided and recorded, but not answered\n",
                service, name ? name : "?");
    else if (json ? json_encode(description, service, name ? name : "?", &out)
                  : page_encode(description, language, &out))
        result = CLI_EXIT_USAGE;
    fwrite(out.data, 1, out.len, stdout);
    cli_names_clear(&names);
    return result;
}
