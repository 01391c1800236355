/* What ties records together: the fields of answers that name somebody or something, and the services that can be asked about
 * it. */
#include <stdio.h>
#include <string.h>

#include "gateway/wire/service_part.h"

bool wire_service_has_links(const struct wire_service *service)
{
    return json_object_get(service->description, "links") != NULL;
}

/* Whether this parameter alone is a way to ask the service. */
static bool is_whole_key(const struct wire_schema *request, const struct wire_schema_property *property)
{
    size_t required = 0;
    for (size_t i = 0; i < request->property_count; i++)
        required += request->properties[i].is_required;
    if (!request->alternatives)
        return property->is_required && required == 1;
    size_t index;
    json_t *choice;
    json_array_foreach (request->alternatives, index, choice)
        if (required == 0 && json_array_size(choice) == 1 &&
            strcmp(json_string_value(json_array_get(choice, 0)), property->name) == 0)
            return true;
    return false;
}

const char *wire_service_key(const struct wire_service *service, enum wire_identifier identifier)
{
    const struct wire_schema *request = service->request;
    for (size_t i = 0; identifier != WIRE_IDENTIFIER_NONE && i < request->property_count; i++)
        if (request->properties[i].schema->identifier == identifier && is_whole_key(request, &request->properties[i]))
            return request->properties[i].name;
    return NULL;
}

struct walk {
    wire_service_identified_visit *visit;
    void *context;
};

static const char *member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* What the record calls it: "owner_name" beside "owner_iin"; surname and names beside "iin". */
static void label_find(const json_t *object, const char *member, char *ret_label, size_t size)
{
    static const char *const names[] = {"subject_name", "organisation_name", "participant_name", "taxpayer_name",
                                        "full_name_ru", "subscriber_name",   "party_name"};
    char name[2 * WIRE_PARAM_NAME_MAX];
    const char *last = strrchr(member, '_');
    ret_label[0] = '\0';
    if (last) {
        snprintf(name, sizeof(name), "%.*s_name", (int)(last - member), member);
        snprintf(ret_label, size, "%s", member_text(object, name));
        return;
    }
    if (member_text(object, "surname")[0]) {
        snprintf(ret_label, size, "%s %s", member_text(object, "surname"), member_text(object, "name"));
        return;
    }
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(names) && !ret_label[0]; i++)
        snprintf(ret_label, size, "%s", member_text(object, names[i]));
}

static int walk_value(const struct walk *walk, const struct wire_schema *schema, const json_t *value, const char *path);

static int walk_object(const struct walk *walk, const struct wire_schema *schema, const json_t *object, const char *path)
{
    for (size_t i = 0; i < schema->property_count; i++) {
        const struct wire_schema_property *property = &schema->properties[i];
        const json_t *value = json_object_get(object, property->name);
        char place[WIRE_FAULT_MEMBER_MAX], label[512];
        int len = snprintf(place, sizeof(place), "%s%s%s", path, path[0] ? "." : "", property->name);
        if (!value || len < 0 || (size_t)len >= sizeof(place))
            continue;
        int r = 0;
        if (property->schema->identifier != WIRE_IDENTIFIER_NONE && json_string_length(value) > 0) {
            bool is_named = property->schema->identifier == WIRE_IDENTIFIER_IIN ||
                            property->schema->identifier == WIRE_IDENTIFIER_BIN;
            label[0] = '\0';
            if (is_named)
                label_find(object, property->name, label, sizeof(label));
            r = walk->visit(walk->context, property->schema->identifier, place, json_string_value(value), label);
        } else {
            r = walk_value(walk, property->schema, value, place);
        }
        if (r != 0)
            return r;
    }
    return 0;
}

/* Recursion is bounded by the schema's own depth. */
static int walk_value(const struct walk *walk, const struct wire_schema *schema, const json_t *value, const char *path)
{
    if (json_is_object(value) && schema->type == WIRE_SCHEMA_OBJECT)
        return walk_object(walk, schema, value, path);
    size_t index;
    json_t *item;
    if (json_is_array(value) && schema->type == WIRE_SCHEMA_ARRAY)
        json_array_foreach (value, index, item) {
            int r = walk_value(walk, schema->items, item, path);
            if (r != 0)
                return r;
        }
    return 0;
}

int wire_service_identified(const struct wire_service *service, const json_t *record, wire_service_identified_visit *visit,
                            void *context)
{
    const struct walk walk = {visit, context};
    return walk_value(&walk, service->answer->items, record, "");
}
