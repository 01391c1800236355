#include "gateway/wire/schema.h"

#include "gateway/wire/schema_part.h"

#include <stdlib.h>
#include <string.h>

int wire_schema_property_compare(const void *a, const void *b)
{
    return strcmp(((const struct wire_schema_property *) a)->name, ((const struct wire_schema_property *) b)->name);
}

const struct wire_schema_property *wire_schema_property_find(const struct wire_schema *object, const char *name)
{
    struct wire_schema_property key = {.name = (char *) name};
    if (object->property_count == 0)
        return NULL;
    return bsearch(&key, object->properties, object->property_count, sizeof(key), wire_schema_property_compare);
}

void wire_schema_free(struct wire_schema *schema)
{
    if (!schema)
        return;
    for (size_t i = 0; i < schema->property_count; i++) {
        free(schema->properties[i].name);
        wire_schema_free(schema->properties[i].schema);
    }
    free(schema->properties);
    json_decref(schema->alternatives);
    wire_schema_free(schema->items);
    if (schema->has_pattern)
        regfree(&schema->pattern);
    json_decref(schema->values);
    free(schema->same_as);
    free(schema);
}

bool wire_schema_has_amount(const struct wire_schema *schema)
{
    if (schema->is_amount || (schema->items && wire_schema_has_amount(schema->items)))
        return true;
    for (size_t i = 0; i < schema->property_count; i++)
        if (wire_schema_has_amount(schema->properties[i].schema))
            return true;
    return false;
}
