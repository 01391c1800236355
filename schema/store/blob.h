/* Sealed contents that lie beside the log: the signed query, the signed answer, a scan. The gateway cannot read what it
 * stored: only the vault opens it. Any thread. */
#ifndef SCHEMA_STORE_BLOB_H
#define SCHEMA_STORE_BLOB_H

#include "schema/store/record.h"

/* Stores a large blob (up to STORE_BLOB_MAX) before the record that names its digest; durable when 0. *ret_large goes
 * into store_blob.large. A blob that no record comes to name is harmless and stays. */
int store_blob_put(struct store_pool *pool, const uint8_t digest[static STORE_DIGEST_BYTES], struct base_bytes sealed,
                   int64_t *ret_large) BASE_MUST_USE;

/* Appends the blob of one entry, small or large. STORE_NONE: the entry has no blob of that kind. -ENOBUFS when the
 * buffer may not hold it. The caller checks the digest it knows from the leaf. */
int store_blob_read(struct store_pool *pool, int32_t log_id, uint64_t seq, const char *kind, struct base_buffer *out,
                    uint8_t ret_digest[static STORE_DIGEST_BYTES]) BASE_MUST_USE;

/* Appends a large blob by the number store_blob_put() gave. STORE_NONE, -ENOBUFS. */
int store_blob_large_read(struct store_pool *pool, int64_t large, struct base_buffer *out) BASE_MUST_USE;

#endif
