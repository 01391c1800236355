/* A private key with its certificate: an officer's, the gateway's, or one that opens seals. Immutable once loaded. */
#ifndef CERTS_SIGNER_H
#define CERTS_SIGNER_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "certs/identity.h"

struct certs_signer;

enum { CERTS_PASSWORD_MAX = 256, CERTS_KEY_FILE_MAX = 256 << 10 };

/* The first certificate and the one key found in two PEM texts (which may be the same). password may be NULL when the
 * key is not encrypted. -EKEYREJECTED when the password is wrong, -EBADMSG when there is no usable pair,
 * -EOPNOTSUPP when the key is none that is accepted in a message: RSA of 2048 to 8192 bits, ECDSA P-256 or P-384. -ENOMEM. */
int certs_signer_parse_pem(struct base_bytes cert_pem, struct base_bytes key_pem, const char *password,
                           struct certs_signer **ret_signer, char **ret_error) BASE_MUST_USE;

/* PKCS #12, modern or as the authority writes it (SHA-1 MAC, 3DES, RC2-40). Errors as above. */
int certs_signer_parse_pkcs12(struct base_bytes pkcs12, const char *password, struct certs_signer **ret_signer,
                              char **ret_error) BASE_MUST_USE;

/* From files; the key's must be readable by its owner alone (-EPERM). Also base_file_read()'s errors. ret_error (freed
 * by the caller; may be NULL) says what failed, without the content. */
int certs_signer_read_pem(const char *cert_path, const char *key_path, const char *password,
                          struct certs_signer **ret_signer, char **ret_error) BASE_MUST_USE;
int certs_signer_read_pkcs12(const char *path, const char *password, struct certs_signer **ret_signer,
                             char **ret_error) BASE_MUST_USE;

/* Wipes the key. Accepts NULL. */
void certs_signer_free(struct certs_signer *signer);

/* SHA-256 of the certificate's DER. */
void certs_signer_sha256(const struct certs_signer *signer, uint8_t ret_sha256[static CERTS_DIGEST_BYTES]);

/* Append the certificate (DER or PEM) or the unencrypted key (PEM), as an HTTP client needs them. The buffer's errors,
 * or -EIO. */
int certs_signer_cert_der(const struct certs_signer *signer, struct base_buffer *out) BASE_MUST_USE;
int certs_signer_cert_pem(const struct certs_signer *signer, struct base_buffer *out) BASE_MUST_USE;
int certs_signer_key_pem(const struct certs_signer *signer, struct base_buffer *out) BASE_MUST_USE;

static inline void certs_signer_freep(struct certs_signer **signer)
{
    certs_signer_free(*signer);
}

#endif
