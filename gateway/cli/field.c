#include "gateway/cli/field.h"

#include "base/clock.h"
#include "base/file.h"
#include "gateway/cli/moment.h"
#include "gateway/cli/reason.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 << 10, NAME_MAX_BYTES = 64 };

void cli_field_options(const struct cli_field *fields, size_t count, struct cli_field_values *values,
                       struct cli_option *ret_options)
{
    for (size_t i = 0; i < count && i < CLI_FIELDS_MAX; i++) {
        const struct cli_field *field = &fields[i];
        struct cli_option *option = &ret_options[i];
        *option = (struct cli_option){.name = field->option, .argument = field->argument, .help = field->help};
        switch (field->kind) {
        case CLI_FIELD_TEXTS:
            option->type = CLI_OPTION_LIST;
            option->value = &values->list[i];
            break;
        case CLI_FIELD_FLAG:
            option->type = CLI_OPTION_FLAG;
            option->value = &values->flag[i];
            break;
        case CLI_FIELD_TEXT:
        case CLI_FIELD_NUMBER:
        case CLI_FIELD_MOMENT:
        case CLI_FIELD_FILE:
            option->type = CLI_OPTION_TEXT;
            option->value = &values->text[i];
            break;
        }
    }
}

static int wrong(char ret_error[static CLI_FIELD_ERROR_MAX], const struct cli_field *field, const char *what)
{
    snprintf(ret_error, CLI_FIELD_ERROR_MAX, "--%s %s", field->option, what);
    return CLI_FIELD_WRONG;
}

/* The last object of the path, made where it is missing; *ret_name is the member in it. NULL when memory is short. */
static json_t *place_of(json_t *object, const char *path, bool make, char ret_name[static NAME_MAX_BYTES])
{
    const char *dot;
    while (object && (dot = strchr(path, '.'))) {
        snprintf(ret_name, NAME_MAX_BYTES, "%.*s", (int) (dot - path), path);
        json_t *below = json_object_get(object, ret_name);
        if (!json_is_object(below) && make)
            below =
                json_object_set_new(object, ret_name, json_object()) == 0 ? json_object_get(object, ret_name) : NULL;
        object = below;
        path = dot + 1;
    }
    snprintf(ret_name, NAME_MAX_BYTES, "%s", path);
    return object;
}

static int number_parse(const char *text, json_t **ret_value)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || text[0] == '+' || text[0] == ' ')
        return CLI_FIELD_WRONG;
    *ret_value = json_integer(number);
    return 0;
}

static int moment_parse(const char *text, json_t **ret_value)
{
    int64_t at_us = 0;
    char at[BASE_TIME_TEXT_MAX];
    if (cli_moment_parse(text, &at_us))
        return CLI_FIELD_WRONG;
    base_time_format(at_us, at);
    *ret_value = json_string(at);
    return 0;
}

static int file_parse(const char *path, json_t **ret_value, const char **ret_what)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, FILE_BYTES_MAX);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &text);
    if (r) {
        *ret_what = r == -ENOENT ? "names no file" : "cannot be read";
        return CLI_FIELD_WRONG;
    }
    size_t len = text.len > 0 && text.data[text.len - 1] == '\n' ? text.len - 1 : text.len;
    *ret_value = json_stringn((const char *) text.data, len);
    *ret_what = "holds no UTF-8 text";
    return 0;
}

static int list_make(const struct cli_list *list, json_t **ret_value)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list->count; i++) {
        if (json_array_append_new(array, json_string(list->items[i]))) {
            json_decref(array);
            return CLI_FIELD_WRONG;
        }
    }
    *ret_value = array;
    return 0;
}

static int value_make(const struct cli_field *field, const char *text, const struct cli_list *list, json_t **ret_value,
                      char ret_error[static CLI_FIELD_ERROR_MAX])
{
    const char *what = "is not UTF-8 text";
    int r = 0;
    *ret_value = NULL;
    if (text && field->absent == CLI_FIELD_NULL && strcmp(text, "-") == 0) {
        *ret_value = json_null();
        return 0;
    }
    switch (field->kind) {
    case CLI_FIELD_TEXT:
        *ret_value = json_string(text);
        break;
    case CLI_FIELD_NUMBER:
        r = number_parse(text, ret_value);
        what = "takes a number";
        break;
    case CLI_FIELD_MOMENT:
        r = moment_parse(text, ret_value);
        what = "takes a time such as \"2026-11-22 14:00\" (of the capital), or one with an offset";
        break;
    case CLI_FIELD_TEXTS:
        r = list_make(list, ret_value);
        break;
    case CLI_FIELD_FLAG:
        *ret_value = json_true();
        break;
    case CLI_FIELD_FILE:
        r = file_parse(text, ret_value, &what);
        break;
    }
    return r || !*ret_value ? wrong(ret_error, field, what) : 0;
}

static json_t *absent_make(const struct cli_field *field)
{
    if (field->kind == CLI_FIELD_FLAG)
        return json_false();
    switch (field->absent) {
    case CLI_FIELD_NEEDED:
        return NULL;
    case CLI_FIELD_NULL:
        return json_null();
    case CLI_FIELD_EMPTY:
        return json_array();
    case CLI_FIELD_ASSUMED:
        return json_string(field->assumed);
    }
    return NULL;
}

int cli_field_take(const struct cli_field *fields, size_t count, const struct cli_field_values *values, json_t *object,
                   char ret_error[static CLI_FIELD_ERROR_MAX])
{
    for (size_t i = 0; i < count && i < CLI_FIELDS_MAX; i++) {
        const struct cli_field *field = &fields[i];
        char name[NAME_MAX_BYTES];
        bool is_typed = values->text[i] || values->list[i].count > 0 || values->flag[i];
        json_t *value = NULL;
        json_t *there = place_of(object, field->member, false, name);
        if (!is_typed && there && json_object_get(there, name))
            continue;
        if (is_typed) {
            int r = value_make(field, values->text[i], &values->list[i], &value, ret_error);
            if (r)
                return r;
        } else if (!(value = absent_make(field))) {
            return wrong(ret_error, field, "is needed");
        }
        json_t *place = place_of(object, field->member, true, name);
        if (!place || json_object_set_new(place, name, value))
            return -ENOMEM;
    }
    return 0;
}

const struct cli_field *cli_field_find(const struct cli_field *fields, size_t count, const char *pointer)
{
    if (*pointer == '/')
        pointer++;
    for (size_t i = 0; i < count; i++) {
        const char *member = fields[i].member;
        size_t at = 0;
        while (member[at] && (member[at] == pointer[at] || (member[at] == '.' && pointer[at] == '/')))
            at++;
        if (!member[at] && (!pointer[at] || pointer[at] == '/'))
            return &fields[i];
    }
    return NULL;
}

int cli_field_read(const char *path, json_t **ret_object)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    char fault[WIRE_JSON_FAULT_MAX];
    json_t *value = NULL;
    base_buffer_init(&text, FILE_BYTES_MAX);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &text);
    if (r == 0)
        r = wire_json_parse(base_buffer_view(&text), FILE_BYTES_MAX, &value, fault);
    if (r)
        return r < 0 ? r : -EBADMSG;
    if (!json_is_object(value)) {
        json_decref(value);
        return -EBADMSG;
    }
    *ret_object = value;
    return 0;
}
