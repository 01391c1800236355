#include "certs/dev-ca/dev_ca.h"
#include "certs/dev-ca/state.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

enum { ITERATIONS = 2048 };

static int encode(PKCS12 *box, struct base_buffer *out)
{
    unsigned char *der = NULL;
    int len = i2d_PKCS12(box, &der);
    if (len < 0)
        return -EIO;
    int r = base_buffer_append(out, base_bytes_of(der, (size_t) len));
    OPENSSL_free(der);
    return r;
}

static int make(OSSL_LIB_CTX *context, const struct certs_dev_leaf *leaf, const char *password, bool legacy,
                struct base_buffer *out)
{
    BIO *cert_bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(base_buffer_view(&leaf->cert_pem));
    BIO *key_bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(base_buffer_view(&leaf->key_pem));
    X509 *cert BASE_CLEANUP(certs_x509_freep) = cert_bio ? PEM_read_bio_X509(cert_bio, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key BASE_CLEANUP(certs_pkey_freep) = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL) : NULL;
    if (!cert || !key)
        return -EBADMSG;
    int key_algorithm = legacy ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC : NID_aes_256_cbc;
    int cert_algorithm = legacy ? NID_pbe_WithSHA1And40BitRC2_CBC : NID_aes_256_cbc;
    /* The MAC is set afterwards, because PKCS12_create_ex() always takes its default digest. */
    PKCS12 *box = PKCS12_create_ex(password, NULL, key, cert, NULL, key_algorithm, cert_algorithm, ITERATIONS, -1, 0,
                                   context, NULL);
    int r = box && PKCS12_set_mac(box, password, -1, NULL, 0, ITERATIONS, legacy ? EVP_sha1() : EVP_sha256()) == 1
                ? encode(box, out)
                : -EIO;
    PKCS12_free(box);
    return r;
}

int certs_dev_pkcs12(const struct certs_dev_leaf *leaf, const char *password, bool legacy, struct base_buffer *out)
{
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *current = context ? OSSL_PROVIDER_load(context, "default") : NULL;
    OSSL_PROVIDER *old = current && legacy ? OSSL_PROVIDER_load(context, "legacy") : NULL;
    int r = current && (old || !legacy) ? make(context, leaf, password, legacy, out) : -EIO;
    if (old)
        OSSL_PROVIDER_unload(old);
    if (current)
        OSSL_PROVIDER_unload(current);
    OSSL_LIB_CTX_free(context);
    ERR_clear_error();
    return r;
}
