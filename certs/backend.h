/* The one place that knows signature algorithms. A backend serves some public-key algorithms whole: it tells whether a
 * key is strong enough, verifies a chain and verifies a message's signature. Built: OpenSSL (RSA, ECDSA). Certificates
 * of the National Certification Authority are now GOST 34.10-2015, which stock OpenSSL cannot load; a backend for it is
 * one more row in the table. Inside the room only. */
#ifndef CERTS_BACKEND_H
#define CERTS_BACKEND_H

#include "certs/ossl.h"
#include "certs/verdict.h"

struct certs_backend {
    const char *name;
    const char *const *key_oids;       /* public keys it serves; NULL-terminated */
    const char *const *signature_oids; /* signatures on certificates and CRLs it serves; likewise */

    /* Size, curve, exponent; the name of the key's kind ("rsa", "ecdsa-p256", ...), or NULL when it is too weak, too
     * large to verify cheaply, or unreadable. */
    const char *(*key_check)(const X509 *cert);

    /* The chain's names, extensions and signatures up to a root of the store; not times, revocation or profile. A good
     * chain, leaf first, becomes the caller's. */
    struct certs_finding (*chain_verify)(X509_STORE *store, X509 *leaf, STACK_OF(X509) * *ret_chain);

    /* VALID when the authority's key signed the CRL, else SIGNATURE_INVALID. */
    struct certs_finding (*crl_verify)(X509_CRL *crl, const X509 *authority);

    /* Digest, signature algorithm and signature over the signed attributes, and that the attributes' message digest is
     * that of content. VALID or SIGNATURE_INVALID. ret_digest is a static name. */
    struct certs_finding (*message_verify)(CMS_SignerInfo *signer, X509 *cert, struct base_bytes content,
                                           const char **ret_digest);
};

/* The backend that serves the certificate's key and its own signature; NULL when none does, and then ret_oid is the
 * algorithm nobody knows. */
const struct certs_backend *certs_backend_find(const X509 *cert, char ret_oid[static CERTS_OID_TEXT_MAX]);

/* The same for a CRL's signature. */
const struct certs_backend *certs_backend_find_crl(const X509_CRL *crl);

extern const struct certs_backend certs_backend_openssl;

#endif
