/* The x- members, by which a description says what a field means to the gateway (docs/PROTOCOL-SERVICES.md). */
#include "gateway/wire/schema_part.h"

#include <errno.h>
#include <string.h>

static int texts_check(struct wire_schema_compiling *compiling, const char *keyword, const json_t *texts)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(languages); i++) {
        const json_t *text = json_object_get(texts, languages[i]);
        if (json_object_size(texts) != BASE_ARRAY_LENGTH(languages) || json_string_length(text) == 0)
            return wire_schema_fail(compiling, keyword, "must have kk, ru and en and nothing else");
    }
    return 0;
}

/* Every word of an enum and no other, in words that people read. */
static int values_check(struct wire_schema_compiling *compiling, const json_t *source)
{
    const json_t *values = json_object_get(source, "x-values"), *list = json_object_get(source, "enum");
    if (!values && list && compiling->use == WIRE_SCHEMA_SERVICE)
        return wire_schema_fail(compiling, "x-values", "is missing: every value is named");
    if (!values)
        return 0;
    if (!json_is_object(values) || json_object_size(values) != json_array_size(list))
        return wire_schema_fail(compiling, "x-values", "names every value of enum and nothing else");
    int r = 0;
    for (size_t i = 0; r == 0 && i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        const json_t *texts = word ? json_object_get(values, word) : NULL;
        r = texts ? texts_check(compiling, "x-values", texts)
                  : wire_schema_fail(compiling, "x-values", "names every value of enum and nothing else");
    }
    return r;
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
    const json_t *measure = json_object_get(source, "x-unit");
    const char *unit = json_string_value(measure);
    if (measure && (schema->type != WIRE_SCHEMA_INTEGER || !unit || !unit[0]))
        return wire_schema_fail(compiling, "x-unit", "is a text, on an integer");
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
    const json_t *titles = json_object_get(source, "x-titles");
    int r = titles ? texts_check(compiling, "x-titles", titles) : 0;
    if (r == 0)
        r = values_check(compiling, source);
    if (r == 0)
        r = flags_parse(compiling, source, schema);
    if (r == 0)
        r = identifier_parse(compiling, source, schema);
    return r < 0 ? r : same_as_parse(compiling, source, schema);
}
