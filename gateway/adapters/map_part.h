/* What the parts of the mapping share. Nobody else includes this. */
#ifndef GATEWAY_ADAPTERS_MAP_PART_H
#define GATEWAY_ADAPTERS_MAP_PART_H

#include <stdint.h>

#include "gateway/adapters/map.h"

enum adapter_map_type {
    ADAPTER_MAP_OBJECT = 0,
    ADAPTER_MAP_ARRAY,
    ADAPTER_MAP_STRING,
    ADAPTER_MAP_INTEGER,
    ADAPTER_MAP_BOOLEAN,
};

enum adapter_map_conversion {
    ADAPTER_MAP_AS_IT_IS = 0,
    ADAPTER_MAP_TENGE,
    ADAPTER_MAP_HUNDREDTHS,
    ADAPTER_MAP_DMY,
    ADAPTER_MAP_TEXT,
    ADAPTER_MAP_WORDS,
};

/* How one value is made. */
struct adapter_map_value {
    enum adapter_map_type type;
    bool is_date;
    enum adapter_map_conversion conversion;
    json_t *words; /* object: their word -> ours */
};

/* One member of the description, and where it is found: path leads there from the record, or from the element of the
 * innermost list around it. */
struct adapter_map_node {
    char *place; /* "owner.phones[].number"; empty for the record */
    char *name;  /* the member's own */
    struct adapter_map_value value;
    bool is_nullable, is_required;
    char **path;
    size_t path_count;
    struct adapter_map_node *children; /* members of an object; the one kind of element of an array */
    size_t child_count;
};

struct adapter_map {
    struct adapter_map_node record;
};

/* Reads a conversion of a line: NULL, or what is wrong with it. Owns words afterwards. */
const char *adapter_map_conversion_parse(const char *text, struct adapter_map_value *value);

/* One leaf as the description wants it. MISFIT with a static reason, -ENOMEM. is_text: it was written as a text. */
int adapter_map_value_make(const struct adapter_map_value *how, const json_t *found, bool is_text, json_t **ret_value,
                           const char **ret_reason) BASE_MUST_USE;

/* The date of dd.mm.yyyy, and the other way round. False for another shape; whether there is such a day is the schema's
 * business. */
bool adapter_map_date_of_dmy(const char *text, char ret_date[static 11]);
bool adapter_map_dmy_of_date(const char *date, char ret_text[static 11]);

#endif
