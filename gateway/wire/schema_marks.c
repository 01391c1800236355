/* The x- members, by which a description says what a field means to the gateway (docs/PROTOCOL-SERVICES.md). */
#include "gateway/wire/schema_part.h"

#include <errno.h>
#include <string.h>

static int titles_check(struct wire_schema_compiling *compiling, const json_t *source)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    const json_t *titles = json_object_get(source, "x-titles");
    for (size_t i = 0; titles && i < BASE_ARRAY_LENGTH(languages); i++) {
        const json_t *title = json_object_get(titles, languages[i]);
        if (json_object_size(titles) != BASE_ARRAY_LENGTH(languages) || json_string_length(title) == 0)
            return wire_schema_fail(compiling, "x-titles", "must have kk, ru and en and nothing else");
    }
    return 0;
}

static int flags_parse(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    const json_t *amount = json_object_get(source, "x-amount"), *personal = json_object_get(source, "x-personal");
    if ((amount && !json_is_boolean(amount)) || (personal && !json_is_boolean(personal)))
        return wire_schema_fail(compiling, "x-amount", "x-amount and x-personal are true or false");
    const json_t *log = json_object_get(source, "x-log");
    if (log && (compiling->use != WIRE_SCHEMA_ACT || !json_is_boolean(log)))
        return wire_schema_fail(compiling, "x-log", "is true or false, and belongs to acts");
    if (compiling->use == WIRE_SCHEMA_ACT && (amount || json_object_get(source, "x-same-as")))
        return wire_schema_fail(compiling, "x-amount", "x-amount and x-same-as belong to answers");
    schema->is_logged = json_is_true(log);
    schema->is_amount = json_is_true(amount);
    schema->is_personal = json_is_true(personal);
    const char *unit = json_string_value(json_object_get(source, "x-unit"));
    if (schema->is_amount && (schema->type != WIRE_SCHEMA_INTEGER || !unit || strcmp(unit, "tiyn") != 0))
        return wire_schema_fail(compiling, "x-amount", "an amount is an integer with \"x-unit\": \"tiyn\"");
    return 0;
}

static int identifier_parse(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    const json_t *identifies = json_object_get(source, "x-identifies");
    if (!identifies)
        return 0;
    schema->identifier = wire_identifier_parse(json_string_value(identifies));
    if (schema->identifier == WIRE_IDENTIFIER_NONE)
        return wire_schema_fail(compiling, "x-identifies", "is no known identifier");
    return 0;
}

static int same_as_parse(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    const json_t *same_as = json_object_get(source, "x-same-as");
    if (!same_as)
        return 0;
    if (schema->type != WIRE_SCHEMA_STRING || !json_is_string(same_as))
        return wire_schema_fail(compiling, "x-same-as", "names a parameter, on a string");
    schema->same_as = strdup(json_string_value(same_as));
    return schema->same_as ? 0 : -ENOMEM;
}

int wire_schema_marks_parse(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    int r = titles_check(compiling, source);
    if (r == 0)
        r = flags_parse(compiling, source, schema);
    if (r == 0)
        r = identifier_parse(compiling, source, schema);
    return r < 0 ? r : same_as_parse(compiling, source, schema);
}
