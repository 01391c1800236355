/* Reading the log by what its records are about. Any thread. */
#ifndef SCHEMA_STORE_QUERY_H
#define SCHEMA_STORE_QUERY_H

#include "schema/store/record.h"

/* What became of one signed message: the record that claimed its id and, once there is one, the record that concluded
 * it. */
struct store_query {
    int32_t log_id;
    uint64_t request_seq;
    int64_t at_us;
    char request_kind[STORE_NAME_MAX];
    int service;
    char effect[STORE_NAME_MAX];      /* "" when the request record has none */
    char reasons[STORE_TEXT_MAX * 4]; /* separated by one space; "" for none */
    bool opens;                       /* a conclusion must follow */
    uint64_t conclusion_seq;          /* STORE_SEQ_NONE: none yet */
    int64_t conclusion_at_us;
    char conclusion_kind[STORE_NAME_MAX];
    char conclusion_outcome[STORE_NAME_MAX];
    uint64_t settled_seq; /* of an act of unknown outcome: the newest record that settles it; STORE_SEQ_NONE: none */
    int64_t settled_at_us;
    char settled_outcome[STORE_NAME_MAX]; /* "done", "not-done", "unknown" */
};

/* By the key of the signed message (GET /v1/queries/{id}). STORE_NONE: never claimed by this person. */
int store_query_find(struct store_pool *pool, const char *iin, const uint8_t id[static BASE_UUID_BYTES], int part,
                     struct store_query *ret_query) BASE_MUST_USE;

/* A non-zero answer stops the reading and is returned by it. */
typedef int store_part_visit(void *context, int part, const struct store_query *query);

/* The parts (1 and on) of a signed message that were recorded, in order, at most max of them. */
int store_parts_find(struct store_pool *pool, const char *iin, const uint8_t id[static BASE_UUID_BYTES], int max,
                     store_part_visit *visit, void *context) BASE_MUST_USE;

/* One request without a conclusion. Texts are borrowed during the call. */
struct store_unfinished {
    uint64_t seq;
    int64_t at_us;
    const char *kind;
    struct base_bytes leaf;
    struct store_record
        record; /* columns of the request record: key, body, unit, role, service, basis, duty, article, effect */
};

/* A non-zero answer stops the reading and is returned by it. */
typedef int store_unfinished_visit(void *context, const struct store_unfinished *unfinished);

/* All records of the log that need a conclusion and have none, in order. At start each gets a query.unknown record. The
 * cost depends on how far back the oldest lies, not on the size of the log. */
int store_unfinished_read(struct store_pool *pool, int32_t log_id, store_unfinished_visit *visit,
                          void *context) BASE_MUST_USE;

/* The act of the register that names an entry: its leaf hash as the register has it, and the SHA-256 of the signed message
 * that is kept; NULL: nobody signed it. */
struct store_act_kept {
    const uint8_t *leaf, *digest;
};

/* The columns stored beside entry seq, with its leaf: what "qao audit verify" compares. Borrowed during the call.
 * Subjects are in the order of kid and mac, blobs in that of their kind (content is empty). act is NULL when none is kept. */
typedef int store_columns_visit(void *context, uint64_t seq, struct base_bytes leaf, const struct store_record *columns,
                                const struct store_act_kept *act);

/* Entries first to end-1 in order. -ENODATA when one is missing, or the row that says what it concludes. */
int store_columns_read(struct store_pool *pool, int32_t log_id, uint64_t first, uint64_t end,
                       store_columns_visit *visit, void *context) BASE_MUST_USE;

/* How many acts the register has for this log that no entry stands for: none, unless somebody changed the database. */
int store_act_strays_count(struct store_pool *pool, int32_t log_id, int64_t *ret_count) BASE_MUST_USE;

#endif
