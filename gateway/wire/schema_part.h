/* What the parts of the schema compiler share. Inside the room only. */
#ifndef GATEWAY_WIRE_SCHEMA_PART_H
#define GATEWAY_WIRE_SCHEMA_PART_H

#include "gateway/wire/schema.h"

struct wire_schema_compiling {
    const json_t *defs;
    enum wire_schema_use use;
    unsigned depth;
    char place[256];
    char *error;
};

/* Notes the first fault, at the place reached so far. Always -EINVAL. */
int wire_schema_fail(struct wire_schema_compiling *compiling, const char *keyword, const char *what);

/* Order of properties: by name. */
int wire_schema_property_compare(const void *a, const void *b);

/* What x-content asks of an object whose members are compiled. 0 or -EINVAL (noted). */
int wire_schema_content_parse(struct wire_schema_compiling *compiling, const json_t *source,
                              struct wire_schema *schema) BASE_MUST_USE;

/* Notes a fault where a content that fits its schema has another length than its size says or does not begin as its
 * type does. */
void wire_schema_content_check(const json_t *value, struct wire_schema_checking *checking);

/* Reads the x- members of a schema whose type is known: titles, amount, personal, identifier, same-as, log. 0, -EINVAL
 * (noted) or -ENOMEM. */
int wire_schema_marks_parse(struct wire_schema_compiling *compiling, const json_t *source,
                            struct wire_schema *schema) BASE_MUST_USE;

#endif
