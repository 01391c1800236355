/* x-content: a picture or a document inside an answer, as {type, size, data}. */
#include "base/buffer.h"
#include "base/encoding.h"
#include "gateway/wire/schema_part.h"

#include <string.h>

/* How each type begins: JPEG (ISO/IEC 10918-1, SOI and a marker), PNG (ISO/IEC 15948, 5.2), PDF (ISO 32000-1, 7.5.2).
 */
static const struct {
    const char *type;
    struct base_bytes start;
} kinds[] = {
    {"image/jpeg", {(const uint8_t *) "\xff\xd8\xff", 3}},
    {"image/png", {(const uint8_t *) "\x89PNG\r\n\x1a\n", 8}},
    {"application/pdf", {(const uint8_t *) "%PDF-", 5}},
};

enum { START_CHARACTERS = 12, END_CHARACTERS = 4 };

static const struct base_bytes *start_find(const char *type)
{
    for (size_t i = 0; type && i < BASE_ARRAY_LENGTH(kinds); i++)
        if (strcmp(kinds[i].type, type) == 0)
            return &kinds[i].start;
    return NULL;
}

/* The member of that name, which must be required, of that type and not null. */
static const struct wire_schema *part_find(const struct wire_schema *content, const char *name,
                                           enum wire_schema_type type)
{
    const struct wire_schema_property *property = wire_schema_property_find(content, name);
    if (!property || !property->is_required || property->schema->type != type || property->schema->is_nullable)
        return NULL;
    return property->schema;
}

int wire_schema_content_parse(struct wire_schema_compiling *compiling, const json_t *source, struct wire_schema *schema)
{
    const json_t *content = json_object_get(source, "x-content");
    if (!content)
        return 0;
    if (!json_is_true(content))
        return wire_schema_fail(compiling, "x-content", "is true or absent");
    const struct wire_schema *type = part_find(schema, "type", WIRE_SCHEMA_STRING);
    const struct wire_schema *size = part_find(schema, "size", WIRE_SCHEMA_INTEGER);
    const struct wire_schema *data = part_find(schema, "data", WIRE_SCHEMA_STRING);
    if (schema->property_count != 3 || !type || !size || !data)
        return wire_schema_fail(compiling, "x-content", "has type, size and data, all required, and nothing else");
    for (size_t i = 0; i == 0 || i < json_array_size(type->values); i++)
        if (!start_find(json_string_value(json_array_get(type->values, i))))
            return wire_schema_fail(compiling, "x-content",
                                    "type is an enum of image/jpeg, image/png, application/pdf");
    if (size->min < 1 || size->max < size->min || size->max > WIRE_CONTENT_MAX_BYTES)
        return wire_schema_fail(compiling, "x-content", "size is from 1 to at most 2097152");
    if (data->format != WIRE_FORMAT_BASE64 || data->max != (size->max + 2) / 3 * 4)
        return wire_schema_fail(compiling, "x-content", "data has format base64 and the maxLength that its size takes");
    schema->is_content = true;
    return 0;
}

/* Bytes that canonical base64 stands for. */
static int64_t decoded_length(struct base_bytes text)
{
    size_t padding = 0;
    while (padding < 2 && text.data[text.len - 1 - padding] == '=')
        padding++;
    return (int64_t) (text.len / 4 * 3 - padding);
}

/* Only the first and the last letters are decoded: the form of all of them is checked already. */
static bool begins_as(struct base_bytes text, const struct base_bytes *start)
{
    struct base_buffer decoded BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&decoded, START_CHARACTERS);
    struct base_bytes first = base_bytes_of(text.data, text.len < START_CHARACTERS ? text.len : START_CHARACTERS);
    return base_base64_decode(first, &decoded) == 0 && decoded.len >= start->len &&
           memcmp(decoded.data, start->data, start->len) == 0;
}

static bool ends_canonically(struct base_bytes text)
{
    struct base_buffer decoded BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&decoded, END_CHARACTERS);
    return base_base64_decode(base_bytes_of(text.data + text.len - END_CHARACTERS, END_CHARACTERS), &decoded) == 0;
}

void wire_schema_content_check(const json_t *value, struct wire_schema_checking *checking)
{
    const json_t *data = json_object_get(value, "data");
    struct base_bytes text = base_bytes_of(json_string_value(data), json_string_length(data));
    const struct base_bytes *start = start_find(json_string_value(json_object_get(value, "type")));
    if (decoded_length(text) != json_integer_value(json_object_get(value, "size")) || !start ||
        !begins_as(text, start) || !ends_canonically(text))
        wire_schema_fault(checking, WIRE_FAULT_CONTENT);
}
