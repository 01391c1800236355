/* The subset of JSON Schema 2020-12 in which a service's request and answer, and signed acts, are described
 * (docs/PROTOCOL-SERVICES.md), compiled once and then immutable. Every text, array and integer has a bound; a keyword outside the subset is an error, so that
 * nothing stands in a description that is not enforced. */
#ifndef GATEWAY_WIRE_SCHEMA_H
#define GATEWAY_WIRE_SCHEMA_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "gateway/wire/service.h"

enum wire_schema_type {
    WIRE_SCHEMA_OBJECT = 0,
    WIRE_SCHEMA_ARRAY,
    WIRE_SCHEMA_STRING,
    WIRE_SCHEMA_INTEGER,
    WIRE_SCHEMA_BOOLEAN,
};

enum wire_schema_format {
    WIRE_FORMAT_NONE = 0,
    WIRE_FORMAT_DATE,      /* RFC 3339 full-date */
    WIRE_FORMAT_DATE_TIME, /* RFC 3339 date-time with offset */
    WIRE_FORMAT_IIN,       /* twelve digits, check digit right */
    WIRE_FORMAT_BIN,
    WIRE_FORMAT_TEXT,   /* one line that shows what it holds: base_text_is_plain() */
    WIRE_FORMAT_LINES,  /* the same with line feeds; maxLength bounds its bytes too */
    WIRE_FORMAT_CIDR,   /* network as address/length, IPv4 or IPv6, no bit set behind the length */
    WIRE_FORMAT_BASE64, /* canonical, padded */
};

/* What is described. */
enum wire_schema_use {
    WIRE_SCHEMA_SERVICE = 0,
    WIRE_SCHEMA_ACT, /* every text has a format, a pattern or a list of values; x-log is known, x-amount and x-same-as not */
};

struct wire_schema_property {
    char *name;
    bool is_required;
    struct wire_schema *schema;
};

struct wire_schema {
    enum wire_schema_type type;
    bool is_nullable;

    struct wire_schema_property *properties; /* object; ascending by name */
    size_t property_count;
    json_t *alternatives; /* object: oneOf, an array of arrays of names, of which exactly one is present whole; or NULL */
    bool is_content;      /* object: x-content, whose members are type, size and data */

    struct wire_schema *items; /* array */
    bool is_unique;            /* array: no item twice */
    int64_t min, max;          /* items of an array, code points of a string, value of an integer */

    enum wire_schema_format format; /* string */
    bool is_any_year;               /* date-time: registers know older moments than base_time_parse() does */
    bool has_pattern;
    regex_t pattern;
    json_t *values; /* string: enum, or NULL */

    bool is_amount;
    bool is_personal;
    bool is_logged; /* x-log: copied into the leaf of the act */
    enum wire_identifier identifier;
    char *same_as; /* the parameter whose value this must equal, or NULL */
};

enum { WIRE_CONTENT_MAX_BYTES = 2 << 20 };

/* Compiles a root schema. On -EINVAL *ret_error (freed by the caller) says where below place and what. */
int wire_schema_new(const json_t *source, enum wire_schema_use use, const char *place, struct wire_schema **ret_schema,
                    char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void wire_schema_free(struct wire_schema *schema);

/* NULL when there is none of that name. */
const struct wire_schema_property *wire_schema_property_find(const struct wire_schema *object, const char *name);

/* Whether some field in it is an amount. */
bool wire_schema_has_amount(const struct wire_schema *schema);

/* Where a value fails its schema. pointer is a JSON pointer being built up; faults beyond the maximum are counted as
 * one "too many". */
struct wire_schema_checking {
    const struct wire_params *asked; /* for x-same-as; NULL when nothing was asked */
    struct wire_faults *faults;
    char pointer[WIRE_FAULT_MEMBER_MAX];
};

/* Adds a fault at the place reached so far. */
void wire_schema_fault(struct wire_schema_checking *checking, enum wire_fault_kind kind);

/* Adds every fault of value to checking->faults. Recursion is bounded by the schema's own depth. */
void wire_schema_check(const struct wire_schema *schema, const json_t *value, struct wire_schema_checking *checking);

/* Removes the amounts of a value that fits its schema; returns how many. */
size_t wire_schema_abbreviate(const struct wire_schema *schema, json_t *value);

#endif
