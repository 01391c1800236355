/* Compiles a description and the lines of a service's file into a tree of members. */
#include "gateway/adapters/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/adapters/adapter.h"
#include "gateway/adapters/map_part.h"

enum { PATH_STEPS_MAX = 16, DEPTH_MAX = 16, PLACE_MAX = 512 };

struct compiling {
    const json_t *defs;
    const struct base_config_pairs *lines;
    bool used[ADAPTER_MAP_LINES_MAX];
    unsigned depth;
    char **ret_error;
};

static int fail(struct compiling *compiling, const char *place, const char *what)
{
    return adapter_fail(compiling->ret_error, "[map] %s: %s", place, what);
}

static void node_clear(struct adapter_map_node *node)
{
    for (size_t i = 0; i < node->child_count; i++)
        node_clear(&node->children[i]);
    for (size_t i = 0; i < node->path_count; i++)
        free(node->path[i]);
    free(node->children);
    free(node->path);
    free(node->place);
    free(node->name);
    json_decref(node->value.words);
}

void adapter_map_free(struct adapter_map *map)
{
    if (map)
        node_clear(&map->record);
    free(map);
}

/* ---- Paths ---- */

static int path_add(struct adapter_map_node *node, const char *step, size_t len)
{
    char **path = reallocarray(node->path, node->path_count + 1, sizeof(path[0]));
    if (!path)
        return -ENOMEM;
    node->path = path;
    path[node->path_count] = strndup(step, len);
    return path[node->path_count] ? (node->path_count++, 0) : -ENOMEM;
}

/* Names joined by dots; one dot alone is the place where it begins. */
static int path_parse(struct compiling *compiling, struct adapter_map_node *node, const char *text, size_t len)
{
    if (len == 1 && text[0] == '.')
        return 0;
    size_t at = 0;
    for (;;) {
        const char *dot = memchr(text + at, '.', len - at);
        size_t step = dot ? (size_t) (dot - text) - at : len - at;
        if (step == 0 || node->path_count == PATH_STEPS_MAX)
            return fail(compiling, node->place, "not a path");
        int r = path_add(node, text + at, step);
        if (r < 0 || !dot)
            return r;
        at += step + 1;
    }
}

/* Where a member without a line is: under its own name, where its object is. */
static int path_inherit(struct adapter_map_node *node, const struct adapter_map_node *parent)
{
    int r = 0;
    if (parent->value.type != ADAPTER_MAP_OBJECT) /* an element: where it is found begins with itself */
        return 0;
    for (size_t i = 0; r == 0 && i < parent->path_count; i++)
        r = path_add(node, parent->path[i], strlen(parent->path[i]));
    return r == 0 ? path_add(node, node->name, strlen(node->name)) : r;
}

/* ---- Conversions ---- */

/* A word of ours that the description does not know could never fit. */
static bool is_allowed(const json_t *values, const char *word)
{
    size_t i;
    json_t *value;
    json_array_foreach (values, i, value)
        if (json_is_string(value) && strcmp(json_string_value(value), word) == 0)
            return true;
    return !values;
}

static const char *check_conversion(const struct adapter_map_value *value, const json_t *schema)
{
    const char *unit = json_string_value(json_object_get(schema, "x-unit")), *theirs;
    json_t *ours;
    switch (value->conversion) {
    case ADAPTER_MAP_AS_IT_IS:
        return NULL;
    case ADAPTER_MAP_TENGE:
        return value->type == ADAPTER_MAP_INTEGER && unit && strcmp(unit, "tiyn") == 0 ? NULL
                                                                                       : "tenge is for what is in tiyn";
    case ADAPTER_MAP_HUNDREDTHS:
        return value->type == ADAPTER_MAP_INTEGER && unit && strncmp(unit, "0.01 ", 5) == 0
                   ? NULL
                   : "hundredths is for what is in 0.01 of something";
    case ADAPTER_MAP_DMY:
        return value->is_date ? NULL : "dmy is for dates";
    case ADAPTER_MAP_TEXT:
        break;
    case ADAPTER_MAP_WORDS:
        json_object_foreach (value->words, theirs, ours)
            if (!is_allowed(json_object_get(schema, "enum"), json_string_value(ours)))
                return "a word on the right is not among the description's";
        break;
    }
    return value->type == ADAPTER_MAP_OBJECT || value->type == ADAPTER_MAP_ARRAY ? "only a single value is converted"
                                                                                 : NULL;
}

/* "path" or "path : conversion". */
static int take_line(struct compiling *compiling, struct adapter_map_node *node, struct adapter_map_value *value,
                     const char *text)
{
    const char *colon = strstr(text, " : ");
    size_t len = colon ? (size_t) (colon - text) : strlen(text);
    while (len > 0 && text[len - 1] == ' ')
        len--;
    int r = path_parse(compiling, node, text, len);
    if (r < 0 || !colon)
        return r;
    colon += 3;
    const char *what = adapter_map_conversion_parse(colon + strspn(colon, " "), value);
    return what ? fail(compiling, node->place, what) : 0;
}

static const char *line_find(struct compiling *compiling, const char *place)
{
    for (size_t i = 0; i < compiling->lines->count; i++) {
        if (strcmp(compiling->lines->items[i].name, place) != 0)
            continue;
        compiling->used[i] = true;
        return compiling->lines->items[i].value;
    }
    return NULL;
}

/* ---- Schemas: already checked, so that nothing is missing or of another type ---- */

static const json_t *resolve(const struct compiling *compiling, const json_t *schema)
{
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    const char *name = reference ? strrchr(reference, '/') : NULL;
    return name ? json_object_get(compiling->defs, name + 1) : schema;
}

static int read_type(const json_t *schema, struct adapter_map_node *node)
{
    static const char *const words[] = {[ADAPTER_MAP_OBJECT] = "object",
                                        [ADAPTER_MAP_ARRAY] = "array",
                                        [ADAPTER_MAP_STRING] = "string",
                                        [ADAPTER_MAP_INTEGER] = "integer",
                                        [ADAPTER_MAP_BOOLEAN] = "boolean"};
    const json_t *type = json_object_get(schema, "type");
    node->is_nullable = json_is_array(type);
    const char *word = json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);
    const char *format = json_string_value(json_object_get(schema, "format"));
    for (size_t i = 0; word && i < BASE_ARRAY_LENGTH(words); i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        node->value.type = (enum adapter_map_type) i;
        node->value.is_date = format && strcmp(format, "date") == 0;
        return 0;
    }
    return -EINVAL;
}

static int node_compile(struct compiling *compiling, const json_t *schema, const struct adapter_map_node *parent,
                        struct adapter_map_node *node);

/* Members are compiled in the description's order. */
static int members_compile(struct compiling *compiling, const json_t *schema, struct adapter_map_node *node)
{
    json_t *properties = json_object_get(schema, "properties"), *required = json_object_get(schema, "required"), *member;
    const char *name;
    int r = 0;
    node->children = calloc(json_object_size(properties) + 1, sizeof(node->children[0]));
    if (!node->children)
        return -ENOMEM;
    json_object_foreach (properties, name, member) {
        struct adapter_map_node *child = &node->children[node->child_count++];
        child->name = strdup(name);
        child->is_required = required && is_allowed(required, name);
        if (!child->name ||
            asprintf(&child->place, "%s%s%s", node->place, node->place[0] ? "." : "", name) < 0)
            return -ENOMEM;
        r = node_compile(compiling, member, node, child);
        if (r < 0)
            return r;
    }
    return r;
}

/* A line with [] behind a list's name says where the list is, and how each of its single values is converted. */
static int element_compile(struct compiling *compiling, const json_t *schema, struct adapter_map_node *node)
{
    node->children = calloc(1, sizeof(node->children[0]));
    if (!node->children)
        return -ENOMEM;
    struct adapter_map_node *element = &node->children[0];
    node->child_count = 1;
    element->name = strdup("");
    if (!element->name || asprintf(&element->place, "%s[]", node->place) < 0)
        return -ENOMEM;
    const char *line = line_find(compiling, element->place);
    if (line && !node->name[0])
        return fail(compiling, element->place, "a list of lists is found whole");
    if (line) {
        for (size_t i = 0; i < node->path_count; i++)
            free(node->path[i]);
        node->path_count = 0;
        int r = take_line(compiling, node, &element->value, line);
        if (r < 0)
            return r;
    }
    return node_compile(compiling, json_object_get(schema, "items"), node, element);
}

static int node_compile(struct compiling *compiling, const json_t *schema, const struct adapter_map_node *parent,
                        struct adapter_map_node *node)
{
    schema = resolve(compiling, schema);
    if (++compiling->depth > DEPTH_MAX || strlen(node->place) > PLACE_MAX || read_type(schema, node) < 0)
        return fail(compiling, node->place, "not a description that was checked");
    const char *line = parent && parent->value.type == ADAPTER_MAP_OBJECT ? line_find(compiling, node->place) : NULL;
    if (line && node->value.type == ADAPTER_MAP_ARRAY)
        return fail(compiling, node->place, "a list has [] behind its name");
    int r = 0;
    if (line)
        r = take_line(compiling, node, &node->value, line);
    else if (parent)
        r = path_inherit(node, parent);
    const char *what = r == 0 ? check_conversion(&node->value, schema) : NULL;
    if (what)
        return fail(compiling, node->place, what);
    if (r == 0 && node->value.type == ADAPTER_MAP_OBJECT)
        r = members_compile(compiling, schema, node);
    else if (r == 0 && node->value.type == ADAPTER_MAP_ARRAY)
        r = element_compile(compiling, schema, node);
    compiling->depth--;
    return r;
}

static int check_lines(struct compiling *compiling)
{
    for (size_t i = 0; i < compiling->lines->count; i++)
        if (!compiling->used[i])
            return fail(compiling, compiling->lines->items[i].name, "no such member in the description");
    return 0;
}

int adapter_map_new(const json_t *description, const struct base_config_pairs *lines, struct adapter_map **ret_map,
                    char **ret_error)
{
    const json_t *answer = json_object_get(description, "answer");
    struct compiling compiling = {
        .defs = json_object_get(answer, "$defs"), .lines = lines, .ret_error = ret_error};
    if (lines->count > ADAPTER_MAP_LINES_MAX)
        return fail(&compiling, "", "too many lines");
    struct adapter_map *map = calloc(1, sizeof(*map));
    if (!map)
        return -ENOMEM;
    map->record.place = strdup("");
    map->record.name = strdup("");
    int r = map->record.place && map->record.name ? 0 : -ENOMEM;
    if (r == 0)
        r = node_compile(&compiling, json_object_get(answer, "items"), NULL, &map->record);
    if (r == 0 && map->record.value.type != ADAPTER_MAP_OBJECT)
        r = fail(&compiling, "", "a record is an object");
    if (r == 0)
        r = check_lines(&compiling);
    if (r == 0)
        *ret_map = map;
    else
        adapter_map_free(map);
    return r;
}
