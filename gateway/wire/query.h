/* The content of a signed query or inquiry (docs/PROTOCOL-QUERY.md): strict JSON in, a plain value out. */
#ifndef GATEWAY_WIRE_QUERY_H
#define GATEWAY_WIRE_QUERY_H

#include "base/bytes.h"
#include "base/result.h"
#include "gateway/wire/head.h"
#include "gateway/wire/json.h"
#include "policy/basis.h"

enum {
    WIRE_QUERY_BYTES_MAX = WIRE_CONTENT_BYTES_MAX,
    WIRE_QUERY_TEXT_MAX = 1000, /* characters of ground, ordered_by and recipient (R17) */
    WIRE_QUERY_CASE_MAX = 64,   /* bytes */
    WIRE_QUERY_ARTICLE_MAX = 32,
    WIRE_INQUIRY_SERVICES_MAX = 20,
};

/* What a reader of the query may rely on: each bit is a part that was there (or rightly absent) and right by itself. */
enum wire_query_part {
    WIRE_QUERY_ID = WIRE_HEAD_ID,
    WIRE_QUERY_AT = WIRE_HEAD_AT,
    WIRE_QUERY_SERVICE = 1 << 2,
    WIRE_QUERY_GROUND = 1 << 3, /* basis and duty, and they belong together */
    WIRE_QUERY_CASE = 1 << 4,
    WIRE_QUERY_ARTICLE = 1 << 5,
    WIRE_QUERY_PARAMS = 1 << 6,
};

/* Texts and params are borrowed from the document. */
struct wire_query {
    bool wellformed; /* nothing at all is wrong with the content; else fault says what was found first */
    unsigned parts;  /* bits of enum wire_query_part, also of a malformed query */
    char fault[WIRE_HEAD_FAULT_MAX]; /* member and what is wrong with it; printable ASCII, nothing the sender chose */
    uint8_t id[BASE_UUID_BYTES];
    char id_text[BASE_UUID_TEXT_MAX]; /* lower case */
    int64_t at_us;
    unsigned service; /* 1-76; of a query */
    bool is_inquiry;  /* qao.inquiry/1: several services */
    size_t service_count;
    unsigned services[WIRE_INQUIRY_SERVICES_MAX]; /* of an inquiry, in its order: no two alike */
    enum policy_basis basis;
    enum policy_duty duty;
    struct base_bytes case_number, article;            /* data NULL: absent or null */
    struct base_bytes ground, ordered_by, recipient;   /* likewise */
    const json_t *params; /* an object with names that can be written canonically; NULL when unreadable */
};

/* Whether the service of that number changes a registry (R13: 57-59 and 65). Descriptions say the same of those they describe. */
bool wire_query_acts(unsigned service);

/* "qao.query/1" or "qao.inquiry/1". */
const char *wire_query_type(const struct wire_query *query);

/* Reads the content. Whatever is wrong with it is said in ret_query. origin is the log's name that "to" must equal. The
 * caller releases *ret_document, from which the query borrows, with json_decref(); it is NULL where the content is no
 * JSON at all. 0, or -ENOMEM. Any thread. */
int wire_query_parse(struct base_bytes content, const char *origin, json_t **ret_document,
                     struct wire_query *ret_query) BASE_MUST_USE;

#endif
