/* Who a certificate speaks for: IIN and BIN, so that a yearly renewal changes nothing. A plain value. */
#ifndef CERTS_IDENTITY_H
#define CERTS_IDENTITY_H

#include "base/idnum.h"

#include <stdint.h>

/* What a certificate is used for; each use has its own profile (docs/CERTIFICATES.md). */
enum certs_use {
    CERTS_USE_UNKNOWN = 0, /* accepts nothing */
    CERTS_USE_CONNECTION,  /* an officer's end of a TLS connection */
    CERTS_USE_SIGNER,      /* an officer's signature */
    CERTS_USE_SYSTEM,      /* an information system's signature: the gateway's answers */
};

enum { CERTS_DIGEST_BYTES = 32 };
enum { CERTS_LEAF_BYTES_MAX = 16 << 10 }; /* of a certificate */

struct certs_identity {
    char iin[BASE_IDNUM_TEXT_MAX]; /* empty for an information system */
    char bin[BASE_IDNUM_TEXT_MAX];
    uint8_t sha256[CERTS_DIGEST_BYTES];     /* of the certificate's DER */
    uint8_t crl_sha256[CERTS_DIGEST_BYTES]; /* of the DER of its issuer's CRL that was looked into */
    int64_t not_before_us;
    int64_t not_after_us; /* the last valid moment */
};

#endif
