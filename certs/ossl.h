/* Cleanup attributes and small conversions for OpenSSL's objects. Inside the room only. */
#ifndef CERTS_OSSL_H
#define CERTS_OSSL_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "certs/identity.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define CERTS_OSSL_CLEANUP(name, type, destructor)                                                                     \
    static inline void certs_##name##_freep(type **object)                                                             \
    {                                                                                                                  \
        destructor(*object);                                                                                           \
    }

CERTS_OSSL_CLEANUP(x509, X509, X509_free)
CERTS_OSSL_CLEANUP(crl, X509_CRL, X509_CRL_free)
CERTS_OSSL_CLEANUP(bio, BIO, BIO_free_all)
CERTS_OSSL_CLEANUP(pkey, EVP_PKEY, EVP_PKEY_free)
CERTS_OSSL_CLEANUP(cms, CMS_ContentInfo, CMS_ContentInfo_free)
CERTS_OSSL_CLEANUP(store_ctx, X509_STORE_CTX, X509_STORE_CTX_free)

/* Numeric text of an OID, or "?" when it is longer than anything we name. */
enum { CERTS_OID_TEXT_MAX = 64 };
void certs_oid_text(const ASN1_OBJECT *oid, char ret_text[static CERTS_OID_TEXT_MAX]);

/* UTCTime or GeneralizedTime. -EBADMSG when malformed. */
int certs_time_parse(const ASN1_TIME *time, int64_t *ret_at_us) BASE_MUST_USE;

/* A read-only memory BIO over borrowed bytes; NULL when they are too many or memory is short. */
BIO *certs_bio_of(struct base_bytes bytes);

/* Appends all that a memory BIO holds. */
int certs_bio_drain(BIO *bio, struct base_buffer *out) BASE_MUST_USE;

/* Append the DER of a certificate's issuer, of its serial number, and of both as IssuerAndSerialNumber (RFC 5652 10.2.4).
 * -EIO, or out's append errors. */
int certs_issuer_encode(const X509 *cert, struct base_buffer *out) BASE_MUST_USE;
int certs_serial_encode(const X509 *cert, struct base_buffer *out) BASE_MUST_USE;
int certs_issuer_serial_encode(const X509 *cert, struct base_buffer *out) BASE_MUST_USE;

/* SHA-256 by OpenSSL's one-shot. -EIO. */
int certs_sha256(struct base_bytes bytes, uint8_t ret_sha256[static CERTS_DIGEST_BYTES]) BASE_MUST_USE;

/* One certificate that fills der entirely and is its own DER encoding; NULL otherwise. */
X509 *certs_x509_parse(struct base_bytes der);

#endif
