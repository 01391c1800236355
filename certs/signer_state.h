/* The inside of a signer. Inside the room only. */
#ifndef CERTS_SIGNER_STATE_H
#define CERTS_SIGNER_STATE_H

#include "certs/ossl.h"
#include "certs/signer.h"

struct certs_signer {
    EVP_PKEY *key;
    X509 *cert;
    uint8_t sha256[CERTS_DIGEST_BYTES];
};

#endif
