#include "gateway/cli/member.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 512, DEPTH_MAX = 8 };

struct walk {
    const json_t *root;
    int (*visit)(void *context, const struct cli_member *member);
    void *context;
    char path[PATH_MAX_BYTES]; /* of the member reached */
};

const json_t *cli_member_resolve(const json_t *root, const json_t *schema)
{
    static const char prefix[] = "#/$defs/";
    for (int i = 0; i < DEPTH_MAX; i++) {
        const char *reference = json_string_value(json_object_get(schema, "$ref"));
        if (!reference || strncmp(reference, prefix, sizeof prefix - 1) != 0)
            break;
        schema = json_object_get(json_object_get(root, "$defs"), reference + sizeof prefix - 1);
    }
    return schema;
}

bool cli_member_is_entry(const json_t *object)
{
    const json_t *properties = json_object_get(object, "properties");
    return json_object_size(properties) == 3 && json_object_get(properties, "code") &&
           json_object_get(properties, "name_kk") && json_object_get(properties, "name_ru");
}

static bool is_required(const json_t *object, const char *name)
{
    const json_t *required = json_object_get(object, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *item = json_string_value(json_array_get(required, i));
        if (item && strcmp(item, name) == 0)
            return true;
    }
    return false;
}

static int members_visit(struct walk *walk, const json_t *object, unsigned depth);

static const char *type_of(const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    return json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);
}

static int member_visit(struct walk *walk, const json_t *beside, bool required, unsigned depth)
{
    const json_t *schema = cli_member_resolve(walk->root, beside);
    const json_t *items = cli_member_resolve(walk->root, json_object_get(schema, "items"));
    const struct cli_member member = {
        .path = walk->path,
        .type = type_of(schema),
        .beside = beside,
        .schema = schema,
        .items = items,
        .items_type = type_of(items),
        .is_required = required,
        .is_nullable = json_is_array(json_object_get(schema, "type")),
    };
    int r = walk->visit(walk->context, &member);
    if (r || depth >= DEPTH_MAX)
        return r;
    size_t len = strlen(walk->path);
    snprintf(walk->path + len, sizeof walk->path - len, items ? "[]." : ".");
    r = members_visit(walk, items ? items : schema, depth + 1);
    walk->path[len] = '\0';
    return r;
}

static int members_visit(struct walk *walk, const json_t *object, unsigned depth)
{
    json_t *properties = json_object_get(object, "properties"), *member;
    const char *name;
    if (cli_member_is_entry(object))
        return 0;
    json_object_foreach(properties, name, member)
    {
        size_t len = strlen(walk->path);
        snprintf(walk->path + len, sizeof walk->path - len, "%s", name);
        int r = member_visit(walk, member, is_required(object, name), depth);
        walk->path[len] = '\0';
        if (r)
            return r;
    }
    return 0;
}

int cli_member_walk(const json_t *root, const json_t *object, int (*visit)(void *context, const struct cli_member *member),
                    void *context)
{
    struct walk walk = {.root = root, .visit = visit, .context = context};
    return members_visit(&walk, object, 0);
}
