#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/wire/service_part.h"

static const struct {
    const char *code, *text;
} fault_words[] = {
    [WIRE_FAULT_MISFIT] = {"misfit", "does not fit"},
    [WIRE_FAULT_MISSING] = {"missing", "is missing"},
    [WIRE_FAULT_UNKNOWN] = {"unknown", "is not known here"},
    [WIRE_FAULT_TYPE] = {"type-wrong", "is of another type"},
    [WIRE_FAULT_LENGTH] = {"length-wrong", "is too short or too long"},
    [WIRE_FAULT_RANGE] = {"out-of-range", "is too small or too large"},
    [WIRE_FAULT_PATTERN] = {"form-wrong", "does not have the right form"},
    [WIRE_FAULT_VALUE] = {"value-not-allowed", "is none of the allowed values"},
    [WIRE_FAULT_CHECK_DIGIT] = {"check-digit-wrong", "has a wrong check digit"},
    [WIRE_FAULT_DATE] = {"date-wrong", "is no date or time"},
    [WIRE_FAULT_COMBINATION] = {"combination-wrong", "needs exactly one of the keys the service is asked by"},
    [WIRE_FAULT_CHARACTER] = {"character-wrong", "holds a character that may not stand there"},
    [WIRE_FAULT_TWICE] = {"twice", "has an item twice"},
    [WIRE_FAULT_CONTENT] = {"content-wrong", "is not of the size or the type it says"},
    [WIRE_FAULT_OTHER_SUBJECT] = {"other-subject", "is about another subject than was asked about"},
    [WIRE_FAULT_TOO_MANY] = {"too-many", "has more members or faults than are looked at"},
};

const char *wire_fault_code(enum wire_fault_kind kind)
{
    return fault_words[kind].code;
}

const char *wire_fault_text(enum wire_fault_kind kind)
{
    return fault_words[kind].text;
}

static void wipe_and_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void wire_params_clear(struct wire_params *params)
{
    if (!params)
        return;
    for (size_t i = 0; i < params->count; i++) {
        free(params->items[i].name);
        wipe_and_free(params->items[i].value);
    }
    *params = (struct wire_params){0};
}

static void add_fault(struct wire_faults *faults, const char *member, enum wire_fault_kind kind)
{
    struct wire_schema_checking checking = {.faults = faults};
    snprintf(checking.pointer, sizeof(checking.pointer), "%s%s", member ? "/" : "", member ? member : "");
    wire_schema_fault(&checking, kind);
}

static bool name_is_plain(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return len > 0 && name[len] == '\0' && len < WIRE_PARAM_NAME_MAX && name[0] >= 'a' && name[0] <= 'z';
}

/* A parameter is one line: a registry never sees a control character. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char) *text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

/* Without a description a name says what it is: iin, owner_iin, plate... */
static enum wire_identifier identifier_of_name(const char *name)
{
    const char *last = strrchr(name, '_');
    return wire_identifier_parse(last ? last + 1 : name);
}

static void check_undescribed(const char *name, const json_t *value, struct wire_faults *faults)
{
    if (!name_is_plain(name)) {
        add_fault(faults, "?", WIRE_FAULT_UNKNOWN);
        return;
    }
    enum wire_identifier identifier = identifier_of_name(name);
    bool is_idnum = identifier == WIRE_IDENTIFIER_IIN || identifier == WIRE_IDENTIFIER_BIN;
    struct wire_schema schema = {
        .type = json_is_string(value)    ? WIRE_SCHEMA_STRING
                : json_is_integer(value) ? WIRE_SCHEMA_INTEGER
                                         : WIRE_SCHEMA_BOOLEAN,
        .max = WIRE_PARAM_VALUE_MAX,
    };
    if (schema.type == WIRE_SCHEMA_INTEGER) {
        schema.min = INT64_MIN;
        schema.max = INT64_MAX;
    }
    if (is_idnum) {
        schema.type = WIRE_SCHEMA_STRING;
        schema.format = identifier == WIRE_IDENTIFIER_IIN ? WIRE_FORMAT_IIN : WIRE_FORMAT_BIN;
    }
    struct wire_schema_checking checking = {.faults = faults};
    snprintf(checking.pointer, sizeof(checking.pointer), "/%s", name);
    wire_schema_check(&schema, value, &checking);
    if (json_is_string(value) && json_string_length(value) > WIRE_PARAM_VALUE_MAX)
        add_fault(faults, name, WIRE_FAULT_LENGTH);
}

static void check_values(const struct wire_service *service, const json_t *params, struct wire_faults *faults)
{
    if (!json_is_object(params)) {
        add_fault(faults, NULL, WIRE_FAULT_TYPE);
        return;
    }
    if (json_object_size(params) > WIRE_PARAMS_MAX)
        add_fault(faults, NULL, WIRE_FAULT_TOO_MANY);
    if (service) {
        struct wire_schema_checking checking = {.faults = faults};
        wire_schema_check(service->request, params, &checking);
    }
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *) params, name, value) {
        if (!service)
            check_undescribed(name, value, faults);
        if (json_is_string(value) && has_control(json_string_value(value)))
            add_fault(faults, name_is_plain(name) ? name : "?", WIRE_FAULT_PATTERN);
    }
}

static char *value_text(const json_t *value)
{
    char number[32];
    switch (json_typeof(value)) {
    case JSON_STRING:
        return strdup(json_string_value(value));
    case JSON_INTEGER:
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return strdup(number);
    case JSON_TRUE:
        return strdup("true");
    case JSON_FALSE:
        return strdup("false");
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_REAL:
    case JSON_NULL:
        break;
    }
    return NULL;
}

static int compare_params(const void *a, const void *b)
{
    return strcmp(((const struct wire_param *) a)->name, ((const struct wire_param *) b)->name);
}

static int take_values(const struct wire_service *service, const json_t *params, struct wire_params *ret_params)
{
    struct wire_params taken = {0};
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *) params, name, value) {
        struct wire_param *param = &taken.items[taken.count++];
        const struct wire_schema_property *property = service ? wire_schema_property_find(service->request, name) : NULL;
        param->name = strdup(name);
        param->value = value_text(value);
        param->identifier = property ? property->schema->identifier : identifier_of_name(name);
        if (!param->name || !param->value) {
            wire_params_clear(&taken);
            return -ENOMEM;
        }
    }
    qsort(taken.items, taken.count, sizeof(taken.items[0]), compare_params);
    *ret_params = taken;
    return 0;
}

bool wire_service_param_known(const struct wire_service *service, const char *name)
{
    return wire_schema_property_find(service->request, name) != NULL;
}

int wire_service_params_check(const struct wire_service *service, const json_t *params, struct wire_params *ret_params,
                              struct wire_faults *ret_faults)
{
    struct wire_faults faults = {0};
    check_values(service, params, &faults);
    if (faults.count > 0) {
        *ret_faults = faults;
        return WIRE_SERVICE_MISFIT;
    }
    return take_values(service, params, ret_params);
}

int wire_service_answer_check(const struct wire_service *service, const struct wire_params *asked,
                              const json_t *records, struct wire_faults *ret_faults)
{
    struct wire_faults faults = {0};
    struct wire_schema_checking checking = {.asked = asked, .faults = &faults};
    if (service && records)
        wire_schema_check(service->answer, records, &checking);
    else
        wire_schema_fault(&checking, WIRE_FAULT_MISFIT);
    if (faults.count == 0)
        return 0;
    *ret_faults = faults;
    return WIRE_SERVICE_MISFIT;
}

struct subjects_walk {
    const struct wire_service *service;
    wire_service_subject_visit *visit;
    void *context;
};

static int subjects_walk(const struct subjects_walk *walk, const struct wire_schema *schema, const json_t *value)
{
    int r = 0;
    if (schema->same_as && json_is_string(value)) {
        const struct wire_schema_property *param = wire_schema_property_find(walk->service->request, schema->same_as);
        if (param && param->schema->identifier != WIRE_IDENTIFIER_NONE)
            r = walk->visit(walk->context, param->schema->identifier,
                            base_bytes_of(json_string_value(value), json_string_length(value)));
    }
    for (size_t i = 0; r == 0 && schema->items && i < json_array_size(value); i++)
        r = subjects_walk(walk, schema->items, json_array_get(value, i));
    for (size_t i = 0; r == 0 && i < schema->property_count; i++) {
        const json_t *member = json_object_get(value, schema->properties[i].name);
        if (member)
            r = subjects_walk(walk, schema->properties[i].schema, member);
    }
    return r;
}

int wire_service_answer_subjects(const struct wire_service *service, const json_t *records,
                                 wire_service_subject_visit *visit, void *context)
{
    const struct subjects_walk walk = {.service = service, .visit = visit, .context = context};
    return subjects_walk(&walk, service->answer, records);
}

int wire_service_answer_abbreviate(const struct wire_service *service, json_t *records, size_t *ret_removed)
{
    struct wire_faults faults;
    int r = wire_service_answer_check(service, NULL, records, &faults);
    if (r != 0)
        return r;
    if (!wire_schema_has_amount(service->answer))
        return WIRE_SERVICE_NOT_ABBREVIABLE;
    *ret_removed = wire_schema_abbreviate(service->answer, records);
    return 0;
}
