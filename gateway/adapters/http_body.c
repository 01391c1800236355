/* The JSON body of a request. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/adapters/http_request.h"
#include "gateway/adapters/map_part.h"
#include "gateway/wire/json.h"

enum { STEPS_MAX = 8 };

/* One member of the body. */
struct field {
    char *path;      /* its names, joined by dots */
    char *parameter; /* or NULL: a fixed text */
    char *text;
    struct adapter_map_value value; /* its type, and how it is converted */
};

struct adapter_body {
    size_t count;
    struct field fields[ADAPTER_BODY_LINES_MAX];
};

void adapter_body_free(struct adapter_body *body)
{
    if (!body)
        return;
    for (size_t i = 0; i < body->count; i++) {
        free(body->fields[i].path);
        free(body->fields[i].parameter);
        free(body->fields[i].text);
        json_decref(body->fields[i].value.words);
    }
    free(body);
}

/* ---- Lines ---- */

static int fail(char **ret_error, const char *name, const char *what)
{
    return adapter_fail(ret_error, "[request] %s: %s", name, what);
}

static enum adapter_map_type type_of(const json_t *description, const char *parameter)
{
    const json_t *request = json_object_get(description, "request");
    const json_t *schema = json_object_get(json_object_get(request, "properties"), parameter);
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if (reference)
        schema = json_object_get(json_object_get(request, "$defs"), strrchr(reference, '/') + 1);
    const json_t *type = json_object_get(schema, "type");
    const char *word = json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);
    if (word && strcmp(word, "integer") == 0)
        return ADAPTER_MAP_INTEGER;
    return word && strcmp(word, "boolean") == 0 ? ADAPTER_MAP_BOOLEAN : ADAPTER_MAP_STRING;
}

static bool is_path(const char *path)
{
    size_t steps = 1, step = 0;
    for (const char *c = path; *c; c++) {
        if (*c == '.' && step == 0)
            return false;
        steps += *c == '.' ? 1 : 0;
        step = *c == '.' ? 0 : step + 1;
    }
    return step > 0 && steps <= STEPS_MAX;
}

static bool is_parameter(const struct adapter_service *service, const char *name)
{
    for (size_t i = 0; i < service->parameter_count; i++)
        if (strcmp(service->parameters[i], name) == 0)
            return true;
    return strcmp(name, "query") == 0;
}

/* "{name}", "{name} : conversion", or a text. */
static const char *read_line(const char *text, const struct adapter_service *service, struct field *field)
{
    if (text[0] != '{') {
        field->text = strdup(text);
        return field->text ? NULL : "out of memory";
    }
    const char *end = strchr(text, '}');
    field->parameter = end ? strndup(text + 1, (size_t) (end - text) - 1) : NULL;
    if (!field->parameter || !is_parameter(service, field->parameter))
        return "names a parameter that the service does not have";
    if (end[1] == '\0')
        return NULL;
    if (strncmp(end + 1, " : ", 3) != 0)
        return "something stands behind the parameter";
    const char *what = adapter_map_conversion_parse(end + 4, &field->value);
    bool is_for_answers = field->value.conversion == ADAPTER_MAP_TENGE ||
                          field->value.conversion == ADAPTER_MAP_HUNDREDTHS ||
                          field->value.conversion == ADAPTER_MAP_TEXT;
    return !what && is_for_answers ? "the conversion is none of dmy, a=b,c=d" : what;
}

/* Whether one path leads through another's value. */
static bool collides(const char *a, const char *b)
{
    size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return strncmp(a, b, len) == 0 && (a[len] == '\0' || a[len] == '.') && (b[len] == '\0' || b[len] == '.');
}

static int add_field(struct adapter_body *body, const json_t *description, const char *path, const char *line,
                     const struct adapter_service *service, char **ret_error)
{
    if (body->count == ADAPTER_BODY_LINES_MAX)
        return fail(ret_error, path, "too many lines");
    for (size_t i = 0; i < body->count; i++)
        if (collides(body->fields[i].path, path))
            return fail(ret_error, path, "another line is in its way");
    struct field *field = &body->fields[body->count];
    field->path = strdup(path);
    if (!field->path)
        return -ENOMEM;
    body->count++;
    const char *what = is_path(path) ? read_line(line, service, field) : "not a path";
    if (what)
        return fail(ret_error, path, what);
    field->value.type = field->parameter ? type_of(description, field->parameter) : ADAPTER_MAP_STRING;
    return 0;
}

static int add_parameter(struct adapter_body *body, const json_t *description, const char *name,
                         const struct adapter_service *service, char **ret_error)
{
    char line[64];
    snprintf(line, sizeof(line), "{%.60s}", name);
    return add_field(body, description, name, line, service, ret_error);
}

int adapter_body_new(const json_t *description, const struct base_config_pairs *lines,
                     const struct adapter_service *service, struct adapter_body **ret_body, char **ret_error)
{
    struct adapter_body *body = calloc(1, sizeof(*body));
    int r = body ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < lines->count; i++)
        r = add_field(body, description, lines->items[i].name, lines->items[i].value, service, ret_error);
    for (size_t i = 0; r == 0 && lines->count == 0 && i < service->parameter_count; i++)
        r = add_parameter(body, description, service->parameters[i], service, ret_error);
    if (r < 0)
        adapter_body_free(body);
    else
        *ret_body = body;
    return r;
}

bool adapter_body_takes(const struct adapter_body *body, const char *parameter)
{
    for (size_t i = 0; i < body->count; i++)
        if (body->fields[i].parameter && strcmp(body->fields[i].parameter, parameter) == 0)
            return true;
    return false;
}

/* ---- Bodies ---- */

static int convert(const struct field *field, const char *given, json_t **ret_value)
{
    const char *reason;
    char text[11];
    if (field->value.conversion == ADAPTER_MAP_DMY)
        *ret_value = adapter_map_dmy_of_date(given, text) ? json_string(text) : NULL;
    else if (field->value.conversion == ADAPTER_MAP_WORDS)
        *ret_value = json_incref(json_object_get(field->value.words, given));
    else {
        json_t *as_text BASE_CLEANUP(wire_json_cleanup) = json_string(given);
        int r = as_text ? adapter_map_value_make(&field->value, as_text, true, ret_value, &reason) : -ENOMEM;
        return r > 0 ? ADAPTER_REQUEST_UNFIT : r;
    }
    return *ret_value ? 0 : ADAPTER_REQUEST_UNFIT;
}

/* Makes the objects on the way. */
static int put(json_t *body, const char *path, json_t *take_value)
{
    char name[128];
    for (const char *dot = strchr(path, '.'); dot; dot = strchr(path, '.')) {
        size_t len = (size_t) (dot - path);
        if (len >= sizeof(name)) {
            json_decref(take_value);
            return ADAPTER_REQUEST_UNFIT;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        json_t *next = json_object_get(body, name);
        if (!next && json_object_set_new(body, name, json_object()) == 0)
            next = json_object_get(body, name);
        body = next;
        path = dot + 1;
    }
    return json_object_set_new(body, path, take_value) == 0 ? 0 : -ENOMEM;
}

int adapter_body_make(const struct adapter_body *body, const struct adapter_call *call, struct base_buffer *out)
{
    json_t *json BASE_CLEANUP(wire_json_cleanup) = json_object();
    int r = json ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < body->count; i++) {
        const struct field *field = &body->fields[i];
        const char *given = field->parameter ? adapter_call_value(call, field->parameter) : field->text;
        json_t *value = NULL;
        if (!given) /* not given: left out */
            continue;
        r = field->parameter ? convert(field, given, &value) : ((value = json_string(given)) ? 0 : -ENOMEM);
        if (r == 0)
            r = put(json, field->path, value);
    }
    return r == 0 ? wire_json_canonical(json, out) : r;
}
