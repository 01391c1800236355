#include "gateway/wire/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "gateway/wire/json.h"
#include "gateway/wire/schema.h"
#include "gateway/wire/service_part.h"

enum { FILE_MAX_BYTES = 256 * 1024, REQUEST_LENGTH_MAX = WIRE_PARAM_VALUE_MAX / 4 /* code points of UTF-8 */ };

struct wire_services {
    struct wire_service *items[WIRE_SERVICE_COUNT];
    struct wire_service *case_register;
};

static const char *const identifiers[] = {"",       "iin",   "bin",      "name", "plate",   "vin",     "cadastre",
                                          "weapon", "phone", "document", "case", "address", "journey", "object"};

const char *wire_identifier_text(enum wire_identifier identifier)
{
    return identifiers[identifier];
}

enum wire_identifier wire_identifier_parse(const char *text)
{
    for (size_t i = 1; text && i < BASE_ARRAY_LENGTH(identifiers); i++)
        if (strcmp(text, identifiers[i]) == 0)
            return (enum wire_identifier) i;
    return WIRE_IDENTIFIER_NONE;
}

static int fail(const char *place, const char *what, char **ret_error)
{
    if (asprintf(ret_error, "%s: %s", place, what) < 0)
        *ret_error = NULL;
    return -EINVAL;
}

static int check_text(const json_t *description, const char *name, const char *place, char **ret_error)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    const json_t *texts = json_object_get(description, name);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(languages); i++)
        if (json_object_size(texts) != 3 || json_string_length(json_object_get(texts, languages[i])) == 0) {
            char where[320];
            snprintf(where, sizeof(where), "%s/%s", place, name);
            return fail(where, "must have kk, ru and en and nothing else", ret_error);
        }
    return 0;
}

static int check_members(const json_t *description, const char *place, char **ret_error)
{
    static const char *const known[] = {"v",      "number",  "kind",   "name",       "owner",
                                        "marked", "request", "answer", "has_amounts", "links"};
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *) description, name, value) {
        bool is_known = false;
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(known); i++)
            is_known = is_known || strcmp(name, known[i]) == 0;
        if (!is_known)
            return fail(place, "has a member that the format does not know", ret_error);
    }
    const char *version = json_string_value(json_object_get(description, "v"));
    if (!version || strcmp(version, "qao.service/1") != 0)
        return fail(place, "v must be qao.service/1", ret_error);
    if (!json_is_boolean(json_object_get(description, "marked")) ||
        !json_is_boolean(json_object_get(description, "has_amounts")))
        return fail(place, "marked and has_amounts must be true or false", ret_error);
    int r = check_text(description, "name", place, ret_error);
    if (r == 0 && json_object_get(description, "links"))
        r = check_text(description, "links", place, ret_error);
    return r < 0 ? r : check_text(description, "owner", place, ret_error);
}

static int read_kind(struct wire_service *service, const char *place, char **ret_error)
{
    const char *kind = json_string_value(json_object_get(service->description, "kind"));
    if (kind && strcmp(kind, "question") == 0)
        service->kind = WIRE_SERVICE_QUESTION;
    else if (!kind || strcmp(kind, "act") != 0)
        return fail(place, "kind must be question or act", ret_error);
    return 0;
}

/* The log keeps a keyed hash of each identifier, so none may stand in a description unmarked or unchecked. */
static bool idnum_is_marked(const struct wire_schema_property *property)
{
    const struct wire_schema *schema = property->schema;
    enum wire_identifier by_name = wire_identifier_parse(property->name);
    if (by_name == WIRE_IDENTIFIER_IIN && schema->format != WIRE_FORMAT_IIN)
        return false;
    if (by_name == WIRE_IDENTIFIER_BIN && schema->format != WIRE_FORMAT_BIN)
        return false;
    if (schema->format == WIRE_FORMAT_IIN)
        return schema->identifier == WIRE_IDENTIFIER_IIN;
    return schema->format != WIRE_FORMAT_BIN || schema->identifier == WIRE_IDENTIFIER_BIN;
}

/* Parameters are flat: they cross to the adapter as names and texts. */
static int check_request(const struct wire_schema *request, const char *place, char **ret_error)
{
    if (request->type != WIRE_SCHEMA_OBJECT || request->is_nullable || request->property_count > WIRE_PARAMS_MAX)
        return fail(place, "request must be an object of at most 16 members", ret_error);
    for (size_t i = 0; i < request->property_count; i++) {
        const struct wire_schema *schema = request->properties[i].schema;
        if (schema->type == WIRE_SCHEMA_OBJECT || schema->type == WIRE_SCHEMA_ARRAY || schema->is_nullable)
            return fail(place, "a parameter is a string, an integer or a boolean", ret_error);
        if (schema->type == WIRE_SCHEMA_STRING && schema->max > REQUEST_LENGTH_MAX)
            return fail(place, "a parameter has at most 256 characters", ret_error);
        if (!idnum_is_marked(&request->properties[i]))
            return fail(place, "an IIN or BIN has its format and is named in x-identifies", ret_error);
        if (schema->is_amount || schema->same_as)
            return fail(place, "x-amount and x-same-as belong to answers", ret_error);
    }
    return 0;
}

static int check_same_as(const struct wire_schema *request, const struct wire_schema *schema, const char *place,
                         char **ret_error)
{
    if (schema->same_as && !wire_schema_property_find(request, schema->same_as))
        return fail(place, "x-same-as names no parameter of the request", ret_error);
    int r = schema->items ? check_same_as(request, schema->items, place, ret_error) : 0;
    for (size_t i = 0; r == 0 && i < schema->property_count; i++)
        r = check_same_as(request, schema->properties[i].schema, place, ret_error);
    return r;
}

static int check_answer(const struct wire_service *service, const char *place, char **ret_error)
{
    const struct wire_schema *answer = service->answer;
    if (answer->type != WIRE_SCHEMA_ARRAY || answer->is_nullable || answer->items->type != WIRE_SCHEMA_OBJECT ||
        answer->items->is_nullable)
        return fail(place, "answer must be an array of objects", ret_error);
    bool says = json_is_true(json_object_get(service->description, "has_amounts"));
    if (says != wire_schema_has_amount(answer))
        return fail(place, "has_amounts does not agree with the fields marked x-amount", ret_error);
    return check_same_as(service->request, answer, place, ret_error);
}

static int compile(struct wire_service *service, const char *place, char **ret_error)
{
    int r = check_members(service->description, place, ret_error);
    if (r == 0)
        r = read_kind(service, place, ret_error);
    char below[320];
    snprintf(below, sizeof(below), "%s#/request", place);
    if (r == 0)
        r = wire_schema_new(json_object_get(service->description, "request"), WIRE_SCHEMA_SERVICE, below,
                            &service->request, ret_error);
    if (r == 0)
        r = check_request(service->request, below, ret_error);
    snprintf(below, sizeof(below), "%s#/answer", place);
    if (r == 0)
        r = wire_schema_new(json_object_get(service->description, "answer"), WIRE_SCHEMA_SERVICE, below,
                            &service->answer, ret_error);
    return r < 0 ? r : check_answer(service, below, ret_error);
}

void wire_service_free(struct wire_service *service)
{
    if (!service)
        return;
    wire_schema_free(service->request);
    wire_schema_free(service->answer);
    json_decref(service->description);
    free(service);
}

int wire_service_new(struct base_bytes text, unsigned number, const char *place, struct wire_service **ret_service,
                     char **ret_error)
{
    char what[WIRE_JSON_FAULT_MAX];
    struct wire_service *service = calloc(1, sizeof(*service));
    if (!service)
        return -ENOMEM;
    service->number = number;
    int r = wire_json_parse(text, FILE_MAX_BYTES, &service->description, what);
    if (r == WIRE_JSON_MALFORMED)
        r = fail(place, what, ret_error);
    else if (r == 0 && (!json_is_integer(json_object_get(service->description, "number")) ||
                        json_integer_value(json_object_get(service->description, "number")) != (json_int_t) number))
        r = fail(place, "number is not the one in the file's name", ret_error);
    if (r == 0)
        r = compile(service, place, ret_error);
    if (r < 0)
        wire_service_free(service);
    else
        *ret_service = service;
    return r;
}

int wire_service_read(const char *folder, unsigned number, struct wire_service **ret_service, char **ret_error)
{
    *ret_error = NULL;
    char *path = NULL;
    if ((number == 0 ? asprintf(&path, "%s/case.json", folder) : asprintf(&path, "%s/%02u.json", folder, number)) < 0)
        return -ENOMEM;
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, FILE_MAX_BYTES);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &text);
    if (r == 0)
        r = wire_service_new(base_buffer_view(&text), number, path, ret_service, ret_error);
    else if (r != -ENOENT)
        r = fail(path, strerror(-r), ret_error);
    free(path);
    return r;
}

int wire_services_new(const char *folder, struct wire_services **ret_services, char **ret_error)
{
    *ret_error = NULL;
    struct wire_services *services = calloc(1, sizeof(*services));
    if (!services)
        return -ENOMEM;
    size_t found = 0;
    int read = wire_service_read(folder, 0, &services->case_register, ret_error);
    if (read < 0 && read != -ENOENT) {
        wire_services_free(services);
        return read;
    }
    for (unsigned number = 1; number <= WIRE_SERVICE_COUNT; number++) {
        int r = wire_service_read(folder, number, &services->items[number - 1], ret_error);
        if (r < 0 && r != -ENOENT) {
            wire_services_free(services);
            return r;
        }
        found += services->items[number - 1] ? 1 : 0;
    }
    if (found == 0) {
        wire_services_free(services);
        fail(folder, "holds no service description", ret_error);
        return -ENOENT;
    }
    *ret_services = services;
    return 0;
}

void wire_services_free(struct wire_services *services)
{
    if (!services)
        return;
    for (size_t i = 0; i < WIRE_SERVICE_COUNT; i++)
        wire_service_free(services->items[i]);
    wire_service_free(services->case_register);
    free(services);
}

const struct wire_service *wire_service_find(const struct wire_services *services, unsigned number)
{
    return number >= 1 && number <= WIRE_SERVICE_COUNT ? services->items[number - 1] : NULL;
}

const struct wire_service *wire_services_case(const struct wire_services *services)
{
    return services->case_register;
}

unsigned wire_service_number(const struct wire_service *service)
{
    return service->number;
}

bool wire_service_has_amounts(const struct wire_service *service)
{
    return wire_schema_has_amount(service->answer);
}

enum wire_service_kind wire_service_kind(const struct wire_service *service)
{
    return service->kind;
}

const char *wire_service_name(const struct wire_service *service, enum wire_language language)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    return json_string_value(json_object_get(json_object_get(service->description, "name"), languages[language]));
}

const json_t *wire_service_description(const struct wire_service *service)
{
    return service->description;
}
