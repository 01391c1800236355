/* The inside of a signing key, for note.c and vkey.c. */
#ifndef AUDIT_SIGNER_H
#define AUDIT_SIGNER_H

#include "audit/note.h"

#include <openssl/types.h>

struct audit_signer {
    EVP_PKEY *pkey;
    struct audit_vkey vkey;
};

/* SHA-256 of any bytes. Cannot fail. Any thread. */
void audit_sha256(struct base_bytes bytes, uint8_t ret_digest[static 32]);

#endif
