/* OpenSSL's low-level SHA-256 is deprecated in favour of EVP, which needs an allocated context that can fail and must
 * be kept per thread. A node hash is made twice per entry, so the plain form is worth its warning. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "audit/signer.h"
#include "audit/tree.h"

#include <openssl/sha.h>

struct audit_hash audit_hash_leaf(struct base_bytes leaf)
{
    static const uint8_t prefix = 0x00;
    struct audit_hash hash;
    SHA256_CTX sha;
    SHA256_Init(&sha);
    SHA256_Update(&sha, &prefix, 1);
    if (leaf.len > 0)
        SHA256_Update(&sha, leaf.data, leaf.len);
    SHA256_Final(hash.bytes, &sha);
    return hash;
}

struct audit_hash audit_hash_node(const struct audit_hash *left, const struct audit_hash *right)
{
    uint8_t input[1 + 2 * AUDIT_HASH_BYTES];
    input[0] = 0x01;
    memcpy(input + 1, left->bytes, AUDIT_HASH_BYTES);
    memcpy(input + 1 + AUDIT_HASH_BYTES, right->bytes, AUDIT_HASH_BYTES);
    struct audit_hash hash;
    SHA256_CTX sha;
    SHA256_Init(&sha);
    SHA256_Update(&sha, input, sizeof(input));
    SHA256_Final(hash.bytes, &sha);
    return hash;
}

struct audit_hash audit_hash_empty(void)
{
    struct audit_hash hash;
    SHA256_CTX sha;
    SHA256_Init(&sha);
    SHA256_Final(hash.bytes, &sha);
    return hash;
}

bool audit_hash_equal(const struct audit_hash *a, const struct audit_hash *b)
{
    return memcmp(a->bytes, b->bytes, AUDIT_HASH_BYTES) == 0;
}

void audit_sha256(struct base_bytes bytes, uint8_t ret_digest[static 32])
{
    SHA256_CTX sha;
    SHA256_Init(&sha);
    if (bytes.len > 0)
        SHA256_Update(&sha, bytes.data, bytes.len);
    SHA256_Final(ret_digest, &sha);
}
