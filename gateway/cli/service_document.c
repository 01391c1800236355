#include "gateway/cli/service_document.h"

#include "base/data.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX_BYTES = 4 << 20 };

static const char head[] =
    "# The services\n"
    "\n"
    "What each service can be asked and what it answers, made from `schema/services/` by `qao services document`; a "
    "test\n"
    "compares. [PROTOCOL-SERVICES](PROTOCOL-SERVICES.md) says what the words mean and what holds for all of them.\n"
    "A member in `[]` is in a list, `!` says that it is always there, `?` that it may be null;\n"
    "`entry` is a word of a dictionary: `code`, `name_kk` and `name_ru`.\n";

/* Text of a table's cell: a bar would end it. */
static void cell_append(const char *text, struct base_buffer *out)
{
    for (; text && *text; text++) {
        if (*text == '|')
            (void) base_buffer_append_text(out, "\\");
        (void) base_buffer_append(out, base_bytes_of(text, 1));
    }
}

static long long number_of(const json_t *schema, const char *keyword)
{
    return json_integer_value(json_object_get(schema, keyword));
}

/* `a` kk / ru / en<br>... */
static void values_append(const json_t *schema, struct base_buffer *out)
{
    const json_t *list = json_object_get(schema, "enum");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        const json_t *texts = json_object_get(json_object_get(schema, "x-values"), word);
        (void) base_buffer_printf(out, "%s`%s` ", i ? "<br>" : "", word);
        cell_append(json_string_value(json_object_get(texts, "kk")), out);
        (void) base_buffer_append_text(out, " / ");
        cell_append(json_string_value(json_object_get(texts, "ru")), out);
        (void) base_buffer_append_text(out, " / ");
        cell_append(json_string_value(json_object_get(texts, "en")), out);
    }
}

static void string_append(const json_t *schema, struct base_buffer *out)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    if (json_object_get(schema, "enum"))
        values_append(schema, out);
    else if (format)
        (void) base_buffer_append_text(out, format);
    else
        (void) base_buffer_printf(out, "text, at most %lld", number_of(schema, "maxLength"));
    if (pattern) {
        (void) base_buffer_append_text(out, ", `");
        cell_append(pattern, out);
        (void) base_buffer_append_text(out, "`");
    }
}

static void form_append(const json_t *schema, const char *type, struct base_buffer *out)
{
    const char *unit = json_string_value(json_object_get(schema, "x-unit"));
    if (strcmp(type, "string") == 0)
        string_append(schema, out);
    else if (strcmp(type, "integer") == 0)
        (void) base_buffer_printf(out, "integer%s%s", unit ? ", " : "", unit ? unit : "");
    else if (strcmp(type, "array") == 0)
        (void) base_buffer_printf(out, "list, at most %lld", number_of(schema, "maxItems"));
    else if (json_is_true(json_object_get(schema, "x-content")))
        (void) base_buffer_append_text(out, "picture or document");
    else if (cli_member_is_entry(schema))
        (void) base_buffer_append_text(out, "entry");
    else
        (void) base_buffer_append_text(out, type);
}

static void marks_append(const json_t *beside, const json_t *schema, struct base_buffer *out)
{
    const char *identifies = json_string_value(json_object_get(schema, "x-identifies"));
    const char *same = json_string_value(json_object_get(schema, "x-same-as"));
    const char *comma = "";
    if (json_is_true(json_object_get(schema, "x-amount"))) {
        (void) base_buffer_append_text(out, "amount");
        comma = ", ";
    }
    if (json_is_true(json_object_get(beside, "x-personal")) || json_is_true(json_object_get(schema, "x-personal"))) {
        (void) base_buffer_printf(out, "%spersonal", comma);
        comma = ", ";
    }
    if (identifies) {
        (void) base_buffer_printf(out, "%sidentifies: %s", comma, identifies);
        comma = ", ";
    }
    if (same)
        (void) base_buffer_printf(out, "%sas asked: `%s`", comma, same);
}

static int member_append(void *context, const struct cli_member *member)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    struct base_buffer *out = context;
    const json_t *titles = json_object_get(member->beside, "x-titles");
    bool is_plain_list = member->items && !json_object_get(member->items, "properties");
    (void) base_buffer_printf(out, "| `%s`%s%s |", member->path, member->is_required ? " !" : "",
                              member->is_nullable ? " ?" : "");
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(languages); i++) {
        (void) base_buffer_append_text(out, " ");
        cell_append(json_string_value(json_object_get(titles, languages[i])), out);
        (void) base_buffer_append_text(out, " |");
    }
    (void) base_buffer_append_text(out, " ");
    form_append(member->schema, member->type, out);
    if (is_plain_list) {
        (void) base_buffer_append_text(out, ": ");
        form_append(member->items, member->items_type, out);
    }
    (void) base_buffer_append_text(out, " | ");
    marks_append(member->beside, is_plain_list ? member->items : member->schema, out);
    return base_buffer_append_text(out, " |\n");
}

static void names_append(const json_t *names, struct base_buffer *out)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        (void) base_buffer_printf(out, "%s`%s`", i ? " + " : "", json_string_value(json_array_get(names, i)));
}

/* "Asked by `iin`, or by `surname` + `name` + `birth_date`." */
static void ways_append(const json_t *request, struct base_buffer *out)
{
    const json_t *choices = json_object_get(request, "oneOf");
    (void) base_buffer_append_text(out, "Asked by ");
    if (!choices)
        names_append(json_object_get(request, "required"), out);
    for (size_t i = 0; i < json_array_size(choices); i++) {
        (void) base_buffer_append_text(out, i ? ", or by " : "");
        names_append(json_object_get(json_array_get(choices, i), "required"), out);
    }
    (void) base_buffer_append_text(out, ".\n");
}

static void table_append(const char *title, const json_t *root, const json_t *object, struct base_buffer *out)
{
    (void) base_buffer_printf(out, "\n| %s | kk | ru | en | form | |\n|---|---|---|---|---|---|\n", title);
    (void) cli_member_walk(root, object, member_append, out); /* the buffer keeps its error */
}

static void service_append(const struct wire_service *service, struct base_buffer *out)
{
    const json_t *description = wire_service_description(service);
    const json_t *owner = json_object_get(description, "owner");
    const json_t *request = json_object_get(description, "request"), *answer = json_object_get(description, "answer");
    (void) base_buffer_printf(out, "\n## %u. %s\n\n%s. %s.\n\n", wire_service_number(service),
                              wire_service_name(service, WIRE_EN), wire_service_name(service, WIRE_KK),
                              wire_service_name(service, WIRE_RU));
    (void) base_buffer_printf(out, "Kept by: %s. %s. %s.\n\n", json_string_value(json_object_get(owner, "kk")),
                              json_string_value(json_object_get(owner, "ru")),
                              json_string_value(json_object_get(owner, "en")));
    if (wire_service_kind(service) == WIRE_SERVICE_ACT)
        (void) base_buffer_append_text(out, "An act: it changes the registry, once for each query. ");
    if (json_is_true(json_object_get(description, "marked")))
        (void) base_buffer_append_text(out, "Needs an article of App. 8 (clause 9). ");
    ways_append(request, out);
    table_append("parameter", request, request, out);
    table_append("member", answer, cli_member_resolve(answer, json_object_get(answer, "items")), out);
}

int cli_service_document_encode(const struct wire_services *services, struct base_buffer *out)
{
    (void) base_buffer_append_text(out, head);
    for (unsigned number = 1; number <= WIRE_SERVICE_COUNT; number++) {
        const struct wire_service *service = wire_service_find(services, number);
        if (service)
            service_append(service, out);
    }
    return base_buffer_error(out);
}

int cli_service_document(void)
{
    struct wire_services *services = NULL;
    char *path = NULL, *error = NULL;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, DOCUMENT_MAX_BYTES);
    int r = base_data_path("schema/services", &path);
    if (r == 0)
        r = wire_services_new(path, &services, &error);
    if (r == 0)
        r = cli_service_document_encode(services, &out);
    if (r < 0)
        fprintf(stderr, "qao: %s\n", error ? error : "the service descriptions cannot be read");
    else
        fwrite(out.data, 1, out.len, stdout);
    wire_services_free(services);
    free(path);
    free(error);
    return r < 0 ? CLI_EXIT_USAGE : CLI_EXIT_OK;
}
