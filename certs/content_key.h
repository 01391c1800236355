/* A content key of sealed messages with its wrappings for all recipients. Inside the room only. */
#ifndef CERTS_CONTENT_KEY_H
#define CERTS_CONTENT_KEY_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "certs/ossl.h"

/* Reference-counted: one that is replaced lives until the last message under it is sealed. */
struct certs_content_key;

/* A new random key, wrapped for each certificate (RSAES-OAEP with SHA-256: PKCS #1 v1.5 decryption is an oracle for
 * whoever may ask the vault to open what he made himself). -ENOMEM, -EIO. */
int certs_content_key_new(X509 *const *certs, size_t count, int64_t now_us,
                          struct certs_content_key **ret_key) BASE_MUST_USE;

/* Wipes at the last reference. Accepts NULL; returns NULL. Any thread. */
struct certs_content_key *certs_content_key_unref(struct certs_content_key *key);

/* False for NULL, and once its uses or its time are over. */
bool certs_content_key_is_fresh(const struct certs_content_key *key, int64_t now_us);

/* A reference, and the number of the next message. Not by two threads at once. */
struct certs_content_key *certs_content_key_use(struct certs_content_key *key, uint64_t *ret_number);

/* Appends AuthEnvelopedData in DER (RFC 5083, 5084) under the key; the number is the nonce, so it may be used once. Any
 * thread. out's errors, -EIO. */
int certs_content_key_seal(const struct certs_content_key *key, uint64_t number, struct base_bytes plain,
                           struct base_buffer *out) BASE_MUST_USE;

#endif
