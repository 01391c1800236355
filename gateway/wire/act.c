#include "gateway/wire/act.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "gateway/wire/json.h"
#include "gateway/wire/schema.h"

enum { FILE_BYTES_MAX = 256 << 10 };

struct wire_act_type {
    enum wire_act_name name;
    char text[48]; /* "qao.block/1" */
    const char *kind;
    json_t *description;
    struct wire_schema *schema;
};

struct wire_acts {
    struct wire_act_type types[WIRE_ACT_COUNT];
    struct wire_schema *row; /* of an import */
};

/* The file's name, from which type and kind follow. */
static const char *const names[WIRE_ACT_COUNT] = {
    [WIRE_ACT_BODY] = "body",
    [WIRE_ACT_UNIT] = "unit",
    [WIRE_ACT_APPOINTMENT] = "appointment",
    [WIRE_ACT_APPLICATION] = "application",
    [WIRE_ACT_WITHDRAWAL] = "withdrawal",
    [WIRE_ACT_DECISION] = "decision",
    [WIRE_ACT_AGREEMENT_TEXT] = "agreement-text",
    [WIRE_ACT_AGREEMENT] = "agreement",
    [WIRE_ACT_BLOCK] = "block",
    [WIRE_ACT_SUSPENSION] = "suspension",
    [WIRE_ACT_SETTING] = "setting",
    [WIRE_ACT_VIOLATION] = "violation",
    [WIRE_ACT_JOURNAL] = "journal",
    [WIRE_ACT_ANNOUNCEMENT] = "announcement",
    [WIRE_ACT_CONTACT] = "contact",
    [WIRE_ACT_IMPORT] = "import",
    [WIRE_ACT_IMPORT_END] = "import-end",
    [WIRE_ACT_ENROLMENT] = "enrolment",
};

/* ---- descriptions ---- */

static int fail(const char *place, const char *what, char **ret_error)
{
    if (asprintf(ret_error, "%s: %s", place, what) < 0)
        *ret_error = NULL;
    return -EINVAL;
}

static bool title_is_whole(const json_t *title)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    bool whole = json_object_size(title) == BASE_ARRAY_LENGTH(languages);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(languages); i++)
        whole = whole && json_string_length(json_object_get(title, languages[i])) > 0;
    return whole;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool by_is_whole(const json_t *by)
{
    bool whole = json_is_array(by) && json_array_size(by) <= WIRE_ACT_BY_MAX;
    for (size_t i = 0; i < json_array_size(by); i++)
        whole = whole && json_string_length(json_array_get(by, i)) > 0;
    return whole;
}

static int description_check(struct wire_act_type *type, const char *place, char **ret_error)
{
    enum { MEMBERS = 6 };
    char kind[48];
    const json_t *description = type->description;
    snprintf(type->text, sizeof(type->text), "qao.%s/1", names[type->name]);
    snprintf(kind, sizeof(kind), "admin.%s", names[type->name]);
    for (char *at = kind; *at; at++)
        *at = *at == '-' ? '_' : *at;
    if (!is_text(json_object_get(description, "v"), "qao.act/1"))
        return fail(place, "v must be qao.act/1", ret_error);
    if (!is_text(json_object_get(description, "type"), type->text) ||
        !is_text(json_object_get(description, "kind"), kind))
        return fail(place, "type or kind is not that of the file's name", ret_error);
    if (!title_is_whole(json_object_get(description, "title")))
        return fail(place, "title must have kk, ru and en and nothing else", ret_error);
    if (!by_is_whole(json_object_get(description, "by")))
        return fail(place, "by must be a list of at most four system roles", ret_error);
    if (json_object_size(description) != MEMBERS)
        return fail(place, "the members are v, type, kind, title, by and act", ret_error);
    type->kind = json_string_value(json_object_get(description, "kind"));
    return 0;
}

static int type_compile(struct wire_act_type *type, struct base_bytes text, const char *place, char **ret_error)
{
    char what[WIRE_JSON_FAULT_MAX], below[320];
    int r = wire_json_parse(text, FILE_BYTES_MAX, &type->description, what);
    if (r == WIRE_JSON_MALFORMED)
        return fail(place, what, ret_error);
    if (r == 0)
        r = description_check(type, place, ret_error);
    snprintf(below, sizeof(below), "%s#/act", place);
    if (r == 0)
        r = wire_schema_new(json_object_get(type->description, "act"), WIRE_SCHEMA_ACT, below, &type->schema, ret_error);
    if (r == 0 && (type->schema->type != WIRE_SCHEMA_OBJECT || type->schema->is_nullable))
        r = fail(below, "must be an object", ret_error);
    return r;
}

/* NAME.json of the folder. */
static int file_read(const char *folder, const char *name, struct base_buffer *out, char **ret_path, char **ret_error)
{
    if (asprintf(ret_path, "%s/%s.json", folder, name) < 0) {
        *ret_path = NULL;
        return -ENOMEM;
    }
    int r = base_file_read(*ret_path, BASE_FILE_PUBLIC, out);
    if (r < 0 && asprintf(ret_error, "%s: %s", *ret_path, strerror(-r)) < 0)
        *ret_error = NULL;
    return r;
}

static int row_read(const char *folder, struct wire_schema **ret_row, char **ret_error)
{
    char *path = NULL, what[WIRE_JSON_FAULT_MAX];
    BASE_CLEANUP(wire_json_cleanup) json_t *source = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, FILE_BYTES_MAX);
    int r = file_read(folder, "import-row", &text, &path, ret_error);
    if (r == 0)
        r = wire_json_parse(base_buffer_view(&text), FILE_BYTES_MAX, &source, what);
    if (r == WIRE_JSON_MALFORMED)
        r = fail(path, what, ret_error);
    if (r == 0)
        r = wire_schema_new(source, WIRE_SCHEMA_ACT, path, ret_row, ret_error);
    if (r == 0 && ((*ret_row)->type != WIRE_SCHEMA_OBJECT || (*ret_row)->is_nullable))
        r = fail(path, "must be an object", ret_error);
    free(path);
    return r;
}

static int type_read(const char *folder, enum wire_act_name name, struct wire_act_type *type, char **ret_error)
{
    char *path = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text;
    base_buffer_init(&text, FILE_BYTES_MAX);
    type->name = name;
    int r = file_read(folder, names[name], &text, &path, ret_error);
    if (r == 0)
        r = type_compile(type, base_buffer_view(&text), path, ret_error);
    free(path);
    return r;
}

int wire_acts_new(const char *folder, struct wire_acts **ret_acts, char **ret_error)
{
    *ret_error = NULL;
    struct wire_acts *acts = calloc(1, sizeof(*acts));
    int r = acts ? 0 : -ENOMEM;
    for (unsigned name = WIRE_ACT_NONE + 1; r == 0 && name < WIRE_ACT_COUNT; name++)
        r = type_read(folder, (enum wire_act_name)name, &acts->types[name], ret_error);
    if (r == 0)
        r = row_read(folder, &acts->row, ret_error);
    if (r < 0)
        wire_acts_free(acts);
    else
        *ret_acts = acts;
    return r;
}

void wire_acts_free(struct wire_acts *acts)
{
    if (!acts)
        return;
    for (unsigned name = 0; name < WIRE_ACT_COUNT; name++) {
        json_decref(acts->types[name].description);
        wire_schema_free(acts->types[name].schema);
    }
    wire_schema_free(acts->row);
    free(acts);
}

const struct wire_act_type *wire_act_type_at(const struct wire_acts *acts, enum wire_act_name name)
{
    return name > WIRE_ACT_NONE && name < WIRE_ACT_COUNT ? &acts->types[name] : NULL;
}

const struct wire_act_type *wire_act_type_find(const struct wire_acts *acts, struct base_bytes type)
{
    for (unsigned name = WIRE_ACT_NONE + 1; name < WIRE_ACT_COUNT; name++)
        if (base_bytes_equal_text(type, acts->types[name].text))
            return &acts->types[name];
    return NULL;
}

enum wire_act_name wire_act_type_name(const struct wire_act_type *type)
{
    return type->name;
}

const char *wire_act_type_text(const struct wire_act_type *type)
{
    return type->text;
}

const char *wire_act_type_kind(const struct wire_act_type *type)
{
    return type->kind;
}

const char *wire_act_type_title(const struct wire_act_type *type, enum wire_language language)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    return json_string_value(json_object_get(json_object_get(type->description, "title"), languages[language]));
}

const char *wire_act_type_by(const struct wire_act_type *type, size_t index)
{
    return json_string_value(json_array_get(json_object_get(type->description, "by"), index));
}

void wire_acts_row_check(const struct wire_acts *acts, const json_t *row, struct wire_faults *ret_faults)
{
    struct wire_schema_checking checking = {.faults = ret_faults};
    ret_faults->count = 0;
    wire_schema_check(acts->row, row, &checking);
}

/* ---- one act ---- */

static void act_take(const struct wire_acts *acts, struct wire_act *act, const json_t *root, const char *origin)
{
    static const char *const members[] = {"v", "id", "at", "to", "act", NULL};
    struct base_bytes type = wire_head_text(root, "v", act->fault);
    act->type = type.data ? wire_act_type_find(acts, type) : NULL;
    if (type.data && !act->type)
        wire_head_fault(act->fault, "v", "no type of act");
    act->head = wire_head_take(root, origin, act->fault);
    wire_head_members_check(root, members, act->fault);
    const json_t *value = json_object_get(root, "act");
    if (!value)
        wire_head_fault(act->fault, "act", "missing");
    if (!value || !act->type)
        return;
    struct wire_schema_checking checking = {.faults = &act->faults};
    wire_schema_check(act->type->schema, value, &checking);
    act->act = value;
}

int wire_act_parse(const struct wire_acts *acts, struct base_bytes content, const char *origin, json_t **ret_document,
                   struct wire_act *ret_act)
{
    struct wire_act act = {.wellformed = false};
    json_t *root = NULL;
    int r = wire_head_content_parse(content, &root, act.fault);
    if (r < 0)
        return r;
    if (r == 0)
        act_take(acts, &act, root, origin);
    act.wellformed = act.fault[0] == '\0' && act.faults.count == 0;
    *ret_document = root;
    *ret_act = act;
    return 0;
}

void wire_act_faults_text(const struct wire_act *act, size_t size, char *ret_text)
{
    size_t used = 0;
    ret_text[0] = '\0';
    if (act->fault[0])
        used = (size_t)snprintf(ret_text, size, "%s", act->fault);
    for (size_t i = 0; i < act->faults.count && used < size; i++) {
        int len = snprintf(ret_text + used, size - used, "%sact%s: %s", used > 0 ? "; " : "", act->faults.items[i].member,
                           wire_fault_text(act->faults.items[i].kind));
        if (len < 0 || (size_t)len >= size - used) {
            ret_text[used] = '\0';
            return;
        }
        used += (size_t)len;
    }
}

/* A copy of what is marked in the value; NULL when nothing is. *ret_error is set when memory is short. */
static json_t *marked_copy(const struct wire_schema *schema, const json_t *value, int *ret_error)
{
    if (schema->is_logged) {
        json_t *copy = json_deep_copy(value);
        *ret_error = copy ? *ret_error : -ENOMEM;
        return copy;
    }
    if (schema->type != WIRE_SCHEMA_OBJECT || !json_is_object(value))
        return NULL;
    json_t *part = json_object();
    *ret_error = part ? *ret_error : -ENOMEM;
    for (size_t i = 0; part && i < schema->property_count; i++) {
        const struct wire_schema_property *property = &schema->properties[i];
        const json_t *member = json_object_get(value, property->name);
        json_t *copy = member ? marked_copy(property->schema, member, ret_error) : NULL;
        if (copy && json_object_set_new(part, property->name, copy) < 0)
            *ret_error = -ENOMEM;
    }
    if (json_object_size(part) > 0)
        return part;
    json_decref(part);
    return NULL;
}

int wire_act_logged_encode(const struct wire_act *act, struct base_buffer *out)
{
    int r = 0;
    BASE_CLEANUP(wire_json_cleanup) json_t *copy = marked_copy(act->type->schema, act->act, &r);
    return r < 0 || !copy ? r : wire_json_canonical(copy, out);
}
