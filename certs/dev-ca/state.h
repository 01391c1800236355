/* The inside of the stand-in authority. Inside this folder only. */
#ifndef CERTS_DEV_CA_STATE_H
#define CERTS_DEV_CA_STATE_H

#include "certs/dev-ca/dev_ca.h"
#include "certs/ossl.h"

enum { CERTS_DEV_REVOKED_MAX = 65536, CERTS_DEV_SERIAL_TEXT_MAX = 64, CERTS_DEV_PEM_MAX = 64 << 10 };

struct certs_dev_revoked {
    char serial[CERTS_DEV_SERIAL_TEXT_MAX]; /* hexadecimal */
    int64_t at_us;
};

struct certs_dev_authority {
    X509 *cert;
    EVP_PKEY *key;
};

struct certs_dev_ca {
    struct certs_dev_authority root, issuing;
    struct certs_dev_revoked *revoked; /* of the issuing authority */
    size_t revoked_count;
};

/* -EINVAL for more than CERTS_DEV_REVOKED_MAX; a serial already there is left alone. */
int certs_dev_revoked_append(struct certs_dev_ca *ca, const char *serial, int64_t at_us) BASE_MUST_USE;

/* A new key, the caller's; rsa_bits is for RSA alone. NULL when OpenSSL fails. */
EVP_PKEY *certs_dev_key_new(enum certs_dev_key kind, unsigned rsa_bits);

/* Adds an extension from OpenSSL's text form ("critical,CA:TRUE"). */
bool certs_dev_extension_append(X509 *cert, X509 *issuer, int nid, const char *value);

/* type is a short name or an OID; a NULL value adds nothing. */
bool certs_dev_name_append(X509_NAME *name, const char *type, int string_type, const char *value);

/* Version 3, random serial, dates, key. */
bool certs_dev_cert_begin(X509 *cert, EVP_PKEY *key, int64_t not_before_us, int64_t not_after_us);

/* Append the PEM, the key without a password. -EIO, -ENOMEM. */
int certs_dev_pem_cert(X509 *cert, struct base_buffer *out) BASE_MUST_USE;
int certs_dev_pem_key(EVP_PKEY *key, struct base_buffer *out) BASE_MUST_USE;

#endif
