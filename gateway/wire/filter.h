/* The query string of GET /v1/registry/COLLECTION (docs/PROTOCOL-ACCESS.md, section 2), read strictly: only the names of the
 * collection, each at most once, percent-encoded UTF-8 (RFC 3986 §2). Any thread. */
#ifndef GATEWAY_WIRE_FILTER_H
#define GATEWAY_WIRE_FILTER_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"

enum {
    WIRE_FILTER_ITEMS_MAX = 12,
    WIRE_FILTER_VALUE_MAX = 400, /* bytes, decoded */
    WIRE_FILTER_LIMIT_MAX = 500,
};

/* What a value may be. */
enum wire_filter_kind {
    WIRE_FILTER_WORD = 0, /* lower-case letters and underscores */
    WIRE_FILTER_TEXT,     /* at most 100 characters, no control characters */
    WIRE_FILTER_IDNUM,    /* twelve digits with a right check digit */
    WIRE_FILTER_UUID,
    WIRE_FILTER_NUMBER, /* digits, at most 18, no leading zero */
    WIRE_FILTER_LIMIT,  /* 1 to 500 */
    WIRE_FILTER_PLACE,  /* the "next" of the page before */
    WIRE_FILTER_TRUE,   /* "true" alone */
};

struct wire_filter_name {
    const char *name;
    enum wire_filter_kind kind;
};

struct wire_collection {
    const char *name;
    bool is_of_people; /* its items carry the "iin" of whom they are about */
    struct wire_filter_name filters[WIRE_FILTER_ITEMS_MAX]; /* ascending, ended by a NULL name */
};

/* NULL when there is none of that name. */
const struct wire_collection *wire_collection_find(struct base_bytes name);

struct wire_filter_item {
    const struct wire_filter_name *name; /* of the collection */
    char value[WIRE_FILTER_VALUE_MAX + 1];
};

struct wire_filter {
    size_t count;
    struct wire_filter_item items[WIRE_FILTER_ITEMS_MAX]; /* in the order of the collection's names */
};

/* Reads what stands behind the question mark, which may not be empty. -EBADMSG for anything but pairs NAME=VALUE of the
 * collection joined by "&". */
int wire_filter_parse(const struct wire_collection *collection, struct base_bytes text,
                      struct wire_filter *ret_filter) BASE_MUST_USE;

/* The value; NULL when it was not given. Borrowed. */
const char *wire_filter_value(const struct wire_filter *filter, const char *name);

/* Appends it as a canonical JSON object of texts. The buffer's errors. */
int wire_filter_encode(const struct wire_filter *filter, struct base_buffer *out) BASE_MUST_USE;

#endif
