/* Makes records by a compiled mapping. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/adapters/map_part.h"
#include "gateway/wire/json.h"

struct applying {
    bool is_text;
    size_t found; /* values that were there */
    char *detail;
};

static int misfit(struct applying *applying, const struct adapter_map_node *node, const char *reason)
{
    snprintf(applying->detail, ADAPTER_MAP_DETAIL_MAX, "member %.80s: %s", node->place, reason);
    return ADAPTER_MAP_MISFIT;
}

static bool is_empty_text(const struct applying *applying, const json_t *value)
{
    return applying->is_text && json_is_string(value) && json_string_length(value) == 0;
}

/* Follows a path; NULL when there is nothing at its end. */
static int look_up(struct applying *applying, const struct adapter_map_node *node, const json_t *scope,
                   const json_t **ret_found)
{
    for (size_t i = 0; i < node->path_count; i++) {
        /* An element of a list may be a single value, which is found at the path of one dot and holds nothing else. */
        bool is_single = i == 0 && !json_is_object(scope) && !json_is_array(scope);
        if (!scope || json_is_null(scope) || is_empty_text(applying, scope) || is_single) {
            scope = NULL;
            break;
        }
        if (!json_is_object(scope))
            return misfit(applying, node, "its path leads through what is no object");
        scope = json_object_get(scope, node->path[i]);
    }
    *ret_found = scope;
    return 0;
}

static int build(struct applying *applying, const struct adapter_map_node *node, const json_t *found,
                 const json_t *scope, json_t **ret_value);

/* What stands for nothing: null, or NULL for no member at all. A text has no null, so that nothing there may mean it. */
static json_t *nothing(const struct applying *applying, const struct adapter_map_node *node, const json_t *found)
{
    bool may_be_null = json_is_null(found) || (applying->is_text && node->is_required);
    return node->is_nullable && may_be_null ? json_null() : NULL;
}

static int set_member(struct applying *applying, const struct adapter_map_node *child, const json_t *scope,
                      json_t *object)
{
    const json_t *found = NULL;
    json_t *value = NULL;
    int r = look_up(applying, child, scope, &found);
    if (r == 0)
        r = build(applying, child, found, scope, &value);
    if (r != 0 || !value)
        return r;
    return json_object_set_new(object, child->name, value) == 0 ? 0 : -ENOMEM;
}

/* An object whose members are scattered is there when one of them is. */
static int build_object(struct applying *applying, const struct adapter_map_node *node, const json_t *found,
                        const json_t *scope, json_t **ret_value)
{
    size_t before = applying->found;
    json_t *object BASE_CLEANUP(wire_json_cleanup) = json_object();
    if (!object)
        return -ENOMEM;
    for (size_t i = 0; i < node->child_count; i++) {
        int r = set_member(applying, &node->children[i], scope, object);
        if (r != 0)
            return r;
    }
    bool is_there = applying->found > before || json_is_object(found);
    *ret_value = is_there ? BASE_TAKE(object) : nothing(applying, node, found);
    return 0;
}

static int add_element(struct applying *applying, const struct adapter_map_node *node, const json_t *found,
                       json_t *array)
{
    const struct adapter_map_node *element = &node->children[0];
    json_t *value = NULL;
    int r = build(applying, element, found, found, &value);
    if (r != 0)
        return r;
    if (!value)
        return misfit(applying, element, "an empty element");
    return json_array_append_new(array, value) == 0 ? 0 : -ENOMEM;
}

static int build_array(struct applying *applying, const struct adapter_map_node *node, const json_t *found,
                       json_t **ret_value)
{
    json_t *array BASE_CLEANUP(wire_json_cleanup) = json_array();
    if (!array)
        return -ENOMEM;
    bool is_list = json_is_array(found);
    if (!is_list && !applying->is_text)
        return misfit(applying, node, "not a list");
    size_t count = is_list ? json_array_size(found) : 1;
    for (size_t i = 0; i < count; i++) {
        int r = add_element(applying, node, is_list ? json_array_get(found, i) : found, array);
        if (r != 0)
            return r;
    }
    applying->found++;
    *ret_value = BASE_TAKE(array);
    return 0;
}

static int build_nothing(const struct applying *applying, const struct adapter_map_node *node, const json_t *found,
                         json_t **ret_value)
{
    bool is_empty_list = applying->is_text && node->value.type == ADAPTER_MAP_ARRAY && node->is_required;
    *ret_value = is_empty_list && !node->is_nullable ? json_array() : nothing(applying, node, found);
    return is_empty_list && !*ret_value ? -ENOMEM : 0;
}

/* found is what stands at the node's path; scope is where its members' paths begin. *ret_value stays NULL when the member
 * is left out. */
static int build(struct applying *applying, const struct adapter_map_node *node, const json_t *found,
                 const json_t *scope, json_t **ret_value)
{
    const char *reason = NULL;
    bool is_nothing = !found || json_is_null(found) || is_empty_text(applying, found);
    if (node->value.type == ADAPTER_MAP_OBJECT)
        return build_object(applying, node, found, scope, ret_value);
    if (is_nothing)
        return build_nothing(applying, node, found, ret_value);
    if (node->value.type == ADAPTER_MAP_ARRAY)
        return build_array(applying, node, found, ret_value);
    int r = adapter_map_value_make(&node->value, found, applying->is_text, ret_value, &reason);
    applying->found++;
    return r > 0 ? misfit(applying, node, reason) : r;
}

static int add_record(const struct adapter_map *map, struct applying *applying, const json_t *answer, json_t *records)
{
    json_t *record = NULL;
    if (!json_is_object(answer))
        return misfit(applying, &map->record, "a record that is no object");
    int r = build(applying, &map->record, answer, answer, &record);
    if (r != 0)
        return r;
    return json_array_append_new(records, record) == 0 ? 0 : -ENOMEM;
}

int adapter_map_apply(const struct adapter_map *map, const json_t *answer, bool is_text, size_t records_max,
                      json_t **ret_records, char ret_detail[ADAPTER_MAP_DETAIL_MAX])
{
    struct applying applying = {.is_text = is_text, .detail = ret_detail};
    bool is_list = json_is_array(answer);
    size_t count = is_list ? json_array_size(answer) : 1;
    ret_detail[0] = '\0';
    if (count > records_max)
        return misfit(&applying, &map->record, "more records than allowed");
    json_t *records BASE_CLEANUP(wire_json_cleanup) = json_array();
    if (!records)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        int r = add_record(map, &applying, is_list ? json_array_get(answer, i) : answer, records);
        if (r != 0)
            return r;
    }
    *ret_records = BASE_TAKE(records);
    return 0;
}
