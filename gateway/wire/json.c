#include "gateway/wire/json.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"

static const int64_t INTEGER_MAX = 9007199254740991; /* 2^53-1: what every JSON reader holds exactly (RFC 7493) */

static int fault(char ret_fault[WIRE_JSON_FAULT_MAX], const char *what)
{
    if (ret_fault)
        snprintf(ret_fault, WIRE_JSON_FAULT_MAX, "%s", what);
    return WIRE_JSON_MALFORMED;
}

/* Counts brackets outside strings before the recursive parser runs, so that its stack is bounded by us. */
static bool is_too_deep(struct base_bytes text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (in_string) {
            if (byte == '\\')
                i++;
            else if (byte == '"')
                in_string = false;
        } else if (byte == '"') {
            in_string = true;
        } else if (byte == '{' || byte == '[') {
            if (++depth > WIRE_JSON_DEPTH_MAX)
                return true;
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

static const char *integer_fault(const json_t *value)
{
    if (json_is_real(value))
        return "a number is not an integer";
    if (!json_is_integer(value))
        return NULL;
    json_int_t integer = json_integer_value(value);
    return integer > INTEGER_MAX || integer < -INTEGER_MAX ? "an integer is out of range" : NULL;
}

/* Recursion is bounded by WIRE_JSON_DEPTH_MAX: the text was measured before. */
static const char *numbers_fault(const json_t *value)
{
    const char *what = integer_fault(value);
    if (json_is_array(value)) {
        for (size_t i = 0; !what && i < json_array_size(value); i++)
            what = numbers_fault(json_array_get(value, i));
    } else if (json_is_object(value)) {
        for (void *at = json_object_iter((json_t *) value); !what && at;
             at = json_object_iter_next((json_t *) value, at))
            what = numbers_fault(json_object_iter_value(at));
    }
    return what;
}

/* jansson's parser does not look at the result of every allocation: a text that could not grow loses bytes and goes on,
 * and what is told as bad syntax may have been a lack of memory. So from the first allocation that fails in a parse all
 * others of it fail, and what came of it is not used. This is the state of a library that knows no context. */
static _Thread_local struct {
    bool is_parsing, is_starved;
} parser;

static void *parser_malloc(size_t size)
{
    void *memory = parser.is_starved ? NULL : malloc(size);
    parser.is_starved = parser.is_parsing && !memory;
    return memory;
}

static void parser_hook(void)
{
    json_set_alloc_funcs(parser_malloc, free);
}

/* -ENOMEM, or 0 with NULL where the text is not well-formed. */
static int parser_run(struct base_bytes text, json_t **ret_value, json_error_t *ret_error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, parser_hook);
    parser.is_parsing = true;
    json_t *value = json_loadb((const char *) text.data, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, ret_error);
    bool is_starved = parser.is_starved;
    parser.is_parsing = parser.is_starved = false;
    if (is_starved) {
        json_decref(value);
        return -ENOMEM;
    }
    *ret_value = value;
    return 0;
}

static int parser_fault(const json_error_t *error, char ret_fault[WIRE_JSON_FAULT_MAX])
{
    enum json_error_code code = json_error_code(error);
    const char *what = "not well-formed JSON";
    if (code == json_error_duplicate_key)
        what = "a member stands twice in one object";
    else if (code == json_error_null_character || code == json_error_null_byte_in_key)
        what = "a NUL character";
    else if (code == json_error_premature_end_of_input)
        what = "the text ends too early";
    else if (code == json_error_end_of_input_expected)
        what = "something stands after the value";
    else if (code == json_error_numeric_overflow)
        what = "an integer is out of range";
    return fault(ret_fault, what);
}

int wire_json_parse(struct base_bytes bytes, size_t max_bytes, json_t **ret_value, char ret_fault[WIRE_JSON_FAULT_MAX])
{
    if (bytes.len > max_bytes)
        return fault(ret_fault, "too long");
    if (bytes.len == 0)
        return fault(ret_fault, "the text ends too early");
    if (memchr(bytes.data, '\0', bytes.len))
        return fault(ret_fault, "a NUL character");
    if (!base_text_is_utf8(bytes))
        return fault(ret_fault, "not UTF-8");
    if (is_too_deep(bytes))
        return fault(ret_fault, "nested too deep");
    json_error_t error = {0};
    json_t *value = NULL;
    int r = parser_run(bytes, &value, &error);
    if (r < 0)
        return r;
    if (!value)
        return parser_fault(&error, ret_fault);
    const char *what = numbers_fault(value);
    if (what) {
        json_decref(value);
        return fault(ret_fault, what);
    }
    *ret_value = value;
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static int write_value(struct base_json *json, const json_t *value, unsigned depth);

/* Bytewise order is RFC 8785's order only within the Basic Multilingual Plane, and base_json_name() compares names that
 * need no escape. No message or record of ours has another name. */
static bool name_is_simple(const char *name)
{
    for (; *name; name++) {
        uint8_t byte = (uint8_t) *name;
        if (byte < 0x20 || byte >= 0xf0 || byte == '"' || byte == '\\')
            return false;
    }
    return true;
}

bool wire_json_names_check(const json_t *value)
{
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        if (!wire_json_names_check(json_array_get(value, i)))
            return false;
    if (!json_is_object(value))
        return true;
    for (void *at = json_object_iter((json_t *) value); at; at = json_object_iter_next((json_t *) value, at))
        if (!name_is_simple(json_object_iter_key(at)) || !wire_json_names_check(json_object_iter_value(at)))
            return false;
    return true;
}

static int write_object(struct base_json *json, const json_t *value, unsigned depth)
{
    size_t count = json_object_size(value), i = 0;
    const char **names = calloc(count + 1, sizeof(*names));
    if (!names)
        return -ENOMEM;
    for (void *at = json_object_iter((json_t *) value); at; at = json_object_iter_next((json_t *) value, at))
        names[i++] = json_object_iter_key(at);
    qsort(names, count, sizeof(*names), compare_names);
    int r = 0;
    base_json_object_begin(json);
    for (i = 0; r == 0 && i < count; i++) {
        if (!name_is_simple(names[i])) {
            r = -EINVAL;
            break;
        }
        base_json_name(json, names[i]);
        r = write_value(json, json_object_get(value, names[i]), depth + 1);
    }
    base_json_object_end(json);
    free(names);
    return r;
}

static int write_array(struct base_json *json, const json_t *value, unsigned depth)
{
    int r = 0;
    base_json_array_begin(json);
    for (size_t i = 0; r == 0 && i < json_array_size(value); i++)
        r = write_value(json, json_array_get(value, i), depth + 1);
    base_json_array_end(json);
    return r;
}

static int write_value(struct base_json *json, const json_t *value, unsigned depth)
{
    if (depth >= WIRE_JSON_DEPTH_MAX && (json_is_object(value) || json_is_array(value)))
        return -EINVAL;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return write_object(json, value, depth);
    case JSON_ARRAY:
        return write_array(json, value, depth);
    case JSON_STRING:
        base_json_string(json, base_bytes_of(json_string_value(value), json_string_length(value)));
        return 0;
    case JSON_INTEGER:
        base_json_integer(json, json_integer_value(value));
        return 0;
    case JSON_TRUE:
    case JSON_FALSE:
        base_json_bool(json, json_is_true(value));
        return 0;
    case JSON_NULL:
        base_json_null(json);
        return 0;
    case JSON_REAL:
        break;
    }
    return -EINVAL;
}

int wire_json_canonical(const json_t *value, struct base_buffer *out)
{
    if (!value)
        return -EINVAL;
    struct base_json json;
    base_json_begin(&json, out);
    int r = write_value(&json, value, 0);
    int end = base_json_end(&json);
    return r < 0 ? r : end;
}

void wire_json_cleanup(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}
