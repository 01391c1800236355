/* Acts, the register's pages, and uploads (docs/PROTOCOL-ACCESS.md). The change an act makes is the log's transaction
 * (store_record.act); here is what is asked before and beside it. Any thread. */
#ifndef SCHEMA_STORE_ACT_H
#define SCHEMA_STORE_ACT_H

#include "schema/store/store.h"

/* Every reason of the register's against the act, by name; none: it may be taken now. */
int store_act_check(struct store_pool *pool, const char *envelope, struct store_names *ret_reasons) BASE_MUST_USE;

/* Appends the page {"items", "next"} as JSON. reader and filter are JSON objects. STORE_NONE: the collection is not the
 * reader's, or there is none of that name. -EINVAL: the filter is not of its form. */
int store_registry_read(struct store_pool *pool, const char *collection, const char *reader, const char *filter,
                        struct base_buffer *out) BASE_MUST_USE;

/* What stands against the reader as a person of a body: "body-unknown", "network-not-allowed"; none: nothing does. */
int store_person_check(struct store_pool *pool, const char *reader, struct store_names *ret_reasons) BASE_MUST_USE;

/* Appends what is to be done about absent officers at that moment, at most acts_max: a JSON array of {"kind", "act"}. */
int store_absence_find(struct store_pool *pool, int64_t at_us, int32_t acts_max, struct base_buffer *out) BASE_MUST_USE;

/* Appends what the register has against rows of an import: a JSON array of {"row" (from 0), "column", "code"}. importer is a
 * reader, rows a JSON array. */
int store_import_check(struct store_pool *pool, const char *importer, const char *rows,
                       struct base_buffer *out) BASE_MUST_USE;

/* Appends the mark of what rows of an import are checked against: read before the check, given with the act. */
int store_import_mark(struct store_pool *pool, struct base_buffer *out) BASE_MUST_USE;

/* Appends the import that is under way, as a JSON object. STORE_NONE: there is none. */
int store_import_find(struct store_pool *pool, struct base_buffer *out) BASE_MUST_USE;

struct store_upload {
    const uint8_t *digest; /* SHA-256 of the content, 32 bytes */
    const char *type;      /* media type */
    int32_t bytes;         /* length of the content */
    int64_t large;         /* its sealed form, from store_blob_put() */
    int64_t at_us;
};

/* Notes an upload; the first of equal ones stays. */
int store_upload_put(struct store_pool *pool, const char *iin, const char *bin,
                     const struct store_upload *upload) BASE_MUST_USE;

/* The person's own upload; digest and type of ret_upload are those asked for. STORE_NONE. */
int store_upload_find(struct store_pool *pool, const char *iin, const uint8_t digest[static STORE_DIGEST_BYTES],
                      const char *type, struct store_upload *ret_upload) BASE_MUST_USE;

/* The scan of an application. */
struct store_scan {
    uint8_t digest[STORE_DIGEST_BYTES];
    char type[STORE_NAME_MAX];
    int32_t bytes;
    int64_t large;
};

/* STORE_NONE: there is none, or it is not the reader's to see. */
int store_scan_find(struct store_pool *pool, const char *reader, const uint8_t application[static BASE_UUID_BYTES],
                    struct store_scan *ret_scan) BASE_MUST_USE;

#endif
