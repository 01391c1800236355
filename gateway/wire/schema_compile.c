#include "gateway/wire/schema.h"
#include "gateway/wire/schema_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEPTH_MAX = 8,
    PROPERTIES_MAX = 128,
    ITEMS_MAX = WIRE_RECORDS_MAX,
    LENGTH_MAX = 1 << 24, /* code points: pictures and documents as base64 */
    PATTERN_BYTES_MAX = 200,
    VALUES_MAX = 64,
    UNIQUE_ITEMS_MAX = 512, /* each is compared with each */
};

static const int64_t INTEGER_MAX = 9007199254740991; /* 2^53-1 (RFC 8785) */

int wire_schema_fail(struct wire_schema_compiling *compiling, const char *keyword, const char *what)
{
    if (!compiling->error && asprintf(&compiling->error, "%s/%s: %s", compiling->place, keyword, what) < 0)
        compiling->error = NULL;
    return -EINVAL;
}

static int compile(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema **ret_schema);

/* The place grows by one name for what is compiled below it, and shrinks again afterwards. */
static size_t enter(struct wire_schema_compiling *compiling, const char *keyword, const char *name)
{
    size_t len = strlen(compiling->place);
    snprintf(compiling->place + len, sizeof(compiling->place) - len, name ? "/%s/%s" : "/%s", keyword, name);
    return len;
}

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(text, list) is_one_of(text, list, BASE_ARRAY_LENGTH(list))

static const char *const common_keywords[] = {"$schema",     "$defs",  "$comment",     "title",
                                              "description", "type",   "x-titles",     "x-personal",
                                              "x-amount",    "x-unit", "x-identifies", "x-same-as",
                                              "x-log"};
static const char *const object_keywords[] = {"properties", "required", "additionalProperties", "oneOf", "x-content"};
static const char *const array_keywords[] = {"items", "minItems", "maxItems", "uniqueItems"};
static const char *const string_keywords[] = {"minLength", "maxLength", "pattern", "format", "enum", "x-values"};
static const char *const integer_keywords[] = {"minimum", "maximum"};

static bool keyword_is_known(enum wire_schema_type type, const char *keyword)
{
    if (IS_ONE_OF(keyword, common_keywords))
        return true;
    switch (type) {
    case WIRE_SCHEMA_OBJECT:
        return IS_ONE_OF(keyword, object_keywords);
    case WIRE_SCHEMA_ARRAY:
        return IS_ONE_OF(keyword, array_keywords);
    case WIRE_SCHEMA_STRING:
        return IS_ONE_OF(keyword, string_keywords);
    case WIRE_SCHEMA_INTEGER:
        return IS_ONE_OF(keyword, integer_keywords);
    case WIRE_SCHEMA_BOOLEAN:
        return false;
    }
    return false;
}

static int compile_type(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    static const char *const names[] = {"object", "array", "string", "integer", "boolean"};
    const json_t *type = json_object_get(source, "type");
    const char *name = json_string_value(type);
    if (json_is_array(type)) {
        const char *second = json_string_value(json_array_get(type, 1));
        if (json_array_size(type) != 2 || !second || strcmp(second, "null") != 0)
            return wire_schema_fail(compiling, "type", "a list of types is [T, \"null\"]");
        name = json_string_value(json_array_get(type, 0));
        schema->is_nullable = true;
    }
    for (size_t i = 0; name && i < BASE_ARRAY_LENGTH(names); i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        schema->type = (enum wire_schema_type) i;
        return 0;
    }
    return wire_schema_fail(compiling, "type", "must be object, array, string, integer or boolean");
}

static bool name_is_plain(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return len > 0 && name[len] == '\0' && len < WIRE_PARAM_NAME_MAX && name[0] >= 'a' && name[0] <= 'z';
}

static int compile_properties(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    json_t *properties = json_object_get(source, "properties");
    size_t count = json_object_size(properties);
    if (!json_is_object(properties) || count == 0 || count > PROPERTIES_MAX)
        return wire_schema_fail(compiling, "properties", "an object of 1 to 128 members is needed");
    schema->properties = calloc(count, sizeof(schema->properties[0]));
    if (!schema->properties)
        return -ENOMEM;
    const char *name;
    json_t *value;
    json_object_foreach(properties, name, value)
    {
        if (!name_is_plain(name))
            return wire_schema_fail(compiling, "properties", "a name is [a-z][a-z0-9_]*, at most 31 bytes");
        struct wire_schema_property *property = &schema->properties[schema->property_count++];
        property->name = strdup(name);
        if (!property->name)
            return -ENOMEM;
        size_t len = enter(compiling, "properties", name);
        int r = compile(compiling, value, &property->schema);
        if (r == 0 && !json_is_object(json_object_get(value, "x-titles")))
            r = wire_schema_fail(compiling, "x-titles", "every field has a title");
        if (r < 0)
            return r;
        compiling->place[len] = '\0';
    }
    qsort(schema->properties, count, sizeof(schema->properties[0]), wire_schema_property_compare);
    return 0;
}

static int check_names(struct wire_schema_compiling *compiling, const struct wire_schema *schema, const json_t *names)
{
    if (!json_is_array(names))
        return wire_schema_fail(compiling, "required", "must be a list of names");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (!name || !wire_schema_property_find(schema, name))
            return wire_schema_fail(compiling, "required", "names no property");
    }
    return 0;
}

static int compile_required(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    const json_t *required = json_object_get(source, "required");
    int r = required ? check_names(compiling, schema, required) : 0;
    for (size_t i = 0; r == 0 && i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        for (size_t j = 0; j < schema->property_count; j++)
            if (strcmp(schema->properties[j].name, name) == 0)
                schema->properties[j].is_required = true;
    }
    for (size_t j = 0; r == 0 && j < schema->property_count; j++)
        if (schema->properties[j].schema->same_as && !schema->properties[j].is_required)
            r = wire_schema_fail(compiling, "required", "a field with x-same-as is required");
    return r;
}

static int compile_alternatives(struct wire_schema_compiling *compiling, const json_t *source,
                                struct wire_schema *schema)
{
    const json_t *choices = json_object_get(source, "oneOf");
    if (!choices)
        return 0;
    if (compiling->depth > 1 || json_array_size(choices) < 2)
        return wire_schema_fail(compiling, "oneOf", "stands at the root and lists two or more {\"required\": [...]}");
    schema->alternatives = json_array();
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const json_t *choice = json_array_get(choices, i);
        json_t *names = json_object_get(choice, "required");
        if (json_object_size(choice) != 1 || json_array_size(names) == 0)
            return wire_schema_fail(compiling, "oneOf", "a choice is {\"required\": [...]} and nothing else");
        int r = check_names(compiling, schema, names);
        if (r < 0)
            return r;
        if (json_array_append(schema->alternatives, names) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int compile_object(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    if (!json_is_false(json_object_get(source, "additionalProperties")))
        return wire_schema_fail(compiling, "additionalProperties", "must be false");
    int r = compile_properties(compiling, source, schema);
    if (r == 0)
        r = compile_required(compiling, source, schema);
    if (r == 0)
        r = compile_alternatives(compiling, source, schema);
    return r < 0 ? r : wire_schema_content_parse(compiling, source, schema);
}

/* A bound that must be there when is_needed, within 0..limit (or ±limit when it may be negative). */
static int compile_bound(struct wire_schema_compiling *compiling, const json_t *source, const char *keyword,
                         bool is_needed, int64_t low, int64_t limit, int64_t *bound)
{
    const json_t *value = json_object_get(source, keyword);
    if (!value)
        return is_needed ? wire_schema_fail(compiling, keyword, "is missing: every value has a bound") : 0;
    if (!json_is_integer(value) || json_integer_value(value) < low || json_integer_value(value) > limit)
        return wire_schema_fail(compiling, keyword, "is no integer in the allowed range");
    *bound = json_integer_value(value);
    return 0;
}

static int compile_array(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    int r = compile_bound(compiling, source, "minItems", false, 0, ITEMS_MAX, &schema->min);
    if (r == 0)
        r = compile_bound(compiling, source, "maxItems", true, 0, ITEMS_MAX, &schema->max);
    if (r < 0)
        return r;
    const json_t *unique = json_object_get(source, "uniqueItems");
    if (unique && !json_is_boolean(unique))
        return wire_schema_fail(compiling, "uniqueItems", "is true or false");
    schema->is_unique = json_is_true(unique);
    if (schema->is_unique && schema->max > UNIQUE_ITEMS_MAX)
        return wire_schema_fail(compiling, "uniqueItems", "stands with a maxItems of at most 512");
    size_t len = enter(compiling, "items", NULL);
    r = compile(compiling, json_object_get(source, "items"), &schema->items);
    if (r == 0 && (schema->items->is_amount || schema->items->same_as))
        r = wire_schema_fail(compiling, "x-amount", "x-amount and x-same-as mark a member of an object");
    if (r == 0)
        compiling->place[len] = '\0';
    return r;
}

/* ECMA-262 and POSIX extended expressions agree on what is left when backslashes and lookarounds are kept out. NULL
 * when nothing is wrong. */
static const char *pattern_fault(const char *text)
{
    static const char *const apart[] = {"(?", "[:", "*?", "+?"};
    for (const char *at = text; *at; at++)
        if (*at == '\\' || *at < ' ' || *at > '~')
            return "has a backslash or a character outside ASCII";
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(apart); i++)
        if (strstr(text, apart[i]))
            return "is outside the common subset of ECMA-262 and POSIX";
    return NULL;
}

static int compile_pattern(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    const json_t *value = json_object_get(source, "pattern");
    if (!value)
        return 0;
    const char *text = json_string_value(value);
    size_t len = text ? strlen(text) : 0;
    if (len < 2 || len > PATTERN_BYTES_MAX || text[0] != '^' || text[len - 1] != '$')
        return wire_schema_fail(compiling, "pattern", "must be ^...$ of at most 200 bytes");
    const char *what = pattern_fault(text);
    if (what)
        return wire_schema_fail(compiling, "pattern", what);
    if (regcomp(&schema->pattern, text, REG_EXTENDED | REG_NOSUB) != 0)
        return wire_schema_fail(compiling, "pattern", "is no regular expression");
    schema->has_pattern = true;
    return 0;
}

static int compile_format(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    static const char *const names[] = {"", "date", "date-time", "iin", "bin", "text", "lines", "cidr", "base64"};
    const json_t *value = json_object_get(source, "format");
    if (!value)
        return 0;
    const char *text = json_string_value(value);
    for (size_t i = 1; text && i < BASE_ARRAY_LENGTH(names); i++)
        if (strcmp(text, names[i]) == 0)
            schema->format = (enum wire_schema_format) i;
    return schema->format == WIRE_FORMAT_NONE
               ? wire_schema_fail(compiling, "format", "must be date, date-time, iin, bin, text, lines, cidr or base64")
               : 0;
}

static int compile_values(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    json_t *values = json_object_get(source, "enum");
    if (!values)
        return 0;
    size_t count = json_array_size(values);
    if (count == 0 || count > VALUES_MAX)
        return wire_schema_fail(compiling, "enum", "must list 1 to 64 texts");
    for (size_t i = 0; i < count; i++)
        if (!json_is_string(json_array_get(values, i)))
            return wire_schema_fail(compiling, "enum", "must list 1 to 64 texts");
    schema->values = json_deep_copy(values);
    return schema->values ? 0 : -ENOMEM;
}

static int compile_string(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    int r = compile_format(compiling, source, schema);
    schema->is_any_year = compiling->use == WIRE_SCHEMA_SERVICE;
    if (r == 0)
        r = compile_values(compiling, source, schema);
    if (r == 0)
        r = compile_pattern(compiling, source, schema);
    if (r == 0)
        r = compile_bound(compiling, source, "minLength", false, 0, LENGTH_MAX, &schema->min);
    /* These say how long a text can be. */
    bool is_bounded = (schema->format >= WIRE_FORMAT_DATE && schema->format <= WIRE_FORMAT_BIN) ||
                      schema->format == WIRE_FORMAT_CIDR || schema->values;
    if (r == 0 && compiling->use == WIRE_SCHEMA_ACT && schema->format == WIRE_FORMAT_NONE && !schema->values &&
        !schema->has_pattern)
        return wire_schema_fail(compiling, "format", "is missing: a text of an act is restricted");
    schema->max = 64;
    return r < 0 ? r : compile_bound(compiling, source, "maxLength", !is_bounded, 0, LENGTH_MAX, &schema->max);
}

static int compile_integer(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    int r = compile_bound(compiling, source, "minimum", true, -INTEGER_MAX, INTEGER_MAX, &schema->min);
    return r < 0 ? r : compile_bound(compiling, source, "maximum", true, -INTEGER_MAX, INTEGER_MAX, &schema->max);
}

static int check_keywords(struct wire_schema_compiling *compiling, const json_t *source, enum wire_schema_type type)
{
    const char *keyword;
    json_t *value;
    json_object_foreach(
        (json_t *) source, keyword,
        value) if (!keyword_is_known(type, keyword)) return wire_schema_fail(compiling, keyword,
                                                                             "is outside the subset for this type");
    return 0;
}

static int compile_body(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    int r = compile_type(compiling, source, schema);
    if (r == 0)
        r = check_keywords(compiling, source, schema->type);
    if (r == 0)
        r = wire_schema_marks_parse(compiling, source, schema);
    if (r < 0)
        return r;
    switch (schema->type) {
    case WIRE_SCHEMA_OBJECT:
        return compile_object(compiling, source, schema);
    case WIRE_SCHEMA_ARRAY:
        return compile_array(compiling, source, schema);
    case WIRE_SCHEMA_STRING:
        return compile_string(compiling, source, schema);
    case WIRE_SCHEMA_INTEGER:
        return compile_integer(compiling, source, schema);
    case WIRE_SCHEMA_BOOLEAN:
        return 0;
    }
    return -EINVAL;
}

/* "#/$defs/NAME", beside which only a title and the mark of personal data may stand. */
static int compile_reference(struct wire_schema_compiling *compiling, const json_t *source,
                             struct wire_schema **ret_schema)
{
    static const char prefix[] = "#/$defs/";
    static const char *const beside[] = {"$ref", "x-titles", "x-personal", "description"};
    const char *reference = json_string_value(json_object_get(source, "$ref")), *keyword;
    json_t *value;
    json_object_foreach((json_t *) source, keyword, value) if (!IS_ONE_OF(keyword, beside)) return wire_schema_fail(
        compiling, keyword, "may not stand beside $ref");
    if (!reference || strncmp(reference, prefix, sizeof(prefix) - 1) != 0)
        return wire_schema_fail(compiling, "$ref", "must be #/$defs/NAME");
    const json_t *target = json_object_get(compiling->defs, reference + sizeof(prefix) - 1);
    if (!target)
        return wire_schema_fail(compiling, "$ref", "names nothing in $defs");
    int r = compile(compiling, target, ret_schema);
    if (r == 0 && json_is_true(json_object_get(source, "x-personal")))
        (*ret_schema)->is_personal = true;
    return r;
}

static int compile(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema **ret_schema)
{
    if (!json_is_object(source))
        return wire_schema_fail(compiling, "", "a schema is an object");
    if (compiling->depth >= DEPTH_MAX)
        return wire_schema_fail(compiling, "", "nested too deep, or a $ref leads back to itself");
    compiling->depth++;
    int r;
    if (json_object_get(source, "$ref")) {
        r = compile_reference(compiling, source, ret_schema);
        compiling->depth--;
        return r;
    }
    struct wire_schema *schema = calloc(1, sizeof(*schema));
    r = schema ? compile_body(compiling, source, schema) : -ENOMEM;
    compiling->depth--;
    if (r < 0)
        wire_schema_free(schema);
    else
        *ret_schema = schema;
    return r;
}

int wire_schema_new(const json_t *source, enum wire_schema_use use, const char *place, struct wire_schema **ret_schema,
                    char **ret_error)
{
    struct wire_schema_compiling compiling = {.defs = json_object_get(source, "$defs"), .use = use};
    snprintf(compiling.place, sizeof(compiling.place), "%s", place);
    int r = compile(&compiling, source, ret_schema);
    if (r == -EINVAL)
        *ret_error = compiling.error;
    else
        free(compiling.error);
    return r;
}
