#include "certs/signer.h"

#include "base/file.h"
#include "certs/backend.h"
#include "certs/finding.h"
#include "certs/leaf.h"
#include "certs/signer_state.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <stdlib.h>

static int refuse(char **ret_error, int error, const char *text)
{
    ERR_clear_error();
    certs_error_set(ret_error, "%s", text);
    return error;
}

void certs_signer_free(struct certs_signer *signer)
{
    if (!signer)
        return;
    EVP_PKEY_free(signer->key); /* OpenSSL wipes private numbers */
    X509_free(signer->cert);
    free(signer);
}

/* Keeps key and certificate when they belong together, else frees them. */
static int signer_new(EVP_PKEY *take_key, X509 *take_cert, struct certs_signer **ret_signer, char **ret_error)
{
    struct certs_signer *signer BASE_CLEANUP(certs_signer_freep) = calloc(1, sizeof *signer);
    if (!signer) {
        EVP_PKEY_free(take_key);
        X509_free(take_cert);
        return -ENOMEM;
    }
    signer->key = take_key;
    signer->cert = take_cert;
    if (!take_key || !take_cert)
        return refuse(ret_error, -EBADMSG, "there is no certificate and key inside");
    if (X509_check_private_key(take_cert, take_key) != 1)
        return refuse(ret_error, -EBADMSG, "the key is not that of the certificate");
    /* what certs_cms_sign() names as the signature's algorithm holds for these kinds alone */
    if (!certs_backend_openssl.key_check(take_cert))
        return refuse(ret_error, -EOPNOTSUPP, CERTS_LEAF_KEY_FAULT);
    struct base_buffer der BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&der, CERTS_KEY_FILE_MAX);
    int r = certs_signer_cert_der(signer, &der);
    if (r == 0)
        r = certs_sha256(base_buffer_view(&der), signer->sha256);
    if (r < 0)
        return r;
    *ret_signer = BASE_TAKE(signer);
    return 0;
}

struct password {
    const char *text;
    bool asked;
};

/* Never asks at the terminal: without a password the key is refused. */
static int password_give(char *buffer, int size, int for_writing, void *context)
{
    (void) for_writing;
    struct password *password = context;
    password->asked = true;
    size_t len = password->text ? strlen(password->text) : 0;
    if (len == 0 || len > (size_t) size)
        return -1;
    memcpy(buffer, password->text, len);
    return (int) len;
}

int certs_signer_parse_pem(struct base_bytes cert_pem, struct base_bytes key_pem, const char *password,
                           struct certs_signer **ret_signer, char **ret_error)
{
    if (ret_error)
        *ret_error = NULL;
    BIO *cert_bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(cert_pem);
    BIO *key_bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(key_pem);
    if (!cert_bio || !key_bio)
        return -ENOMEM;
    struct password context = {.text = password};
    X509 *cert = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, password_give, &context);
    if (key || !context.asked) {
        int r = signer_new(key, cert, ret_signer, ret_error);
        ERR_clear_error();
        return r;
    }
    X509_free(cert);
    return refuse(ret_error, -EKEYREJECTED,
                  password ? "the password is wrong" : "the key is encrypted and no password was given");
}

/* A library context of its own with the legacy provider (RC2-40), so that old algorithms stay out of all else. */
struct legacy {
    OSSL_LIB_CTX *context;
    OSSL_PROVIDER *current, *old;
};

static void legacy_clear(struct legacy *legacy)
{
    if (legacy->current)
        OSSL_PROVIDER_unload(legacy->current);
    if (legacy->old)
        OSSL_PROVIDER_unload(legacy->old);
    OSSL_LIB_CTX_free(legacy->context);
}

static int legacy_init(struct legacy *legacy)
{
    *legacy = (struct legacy){.context = OSSL_LIB_CTX_new()};
    if (!legacy->context)
        return -ENOMEM;
    legacy->current = OSSL_PROVIDER_load(legacy->context, "default");
    legacy->old = OSSL_PROVIDER_load(legacy->context, "legacy"); /* missing: modern files still open */
    return legacy->current ? 0 : -ENOMEM;
}

/* Moves a key to the default library context, which outlives the other. */
static EVP_PKEY *key_move(EVP_PKEY *key)
{
    PKCS8_PRIV_KEY_INFO *info = key ? EVP_PKEY2PKCS8(key) : NULL;
    EVP_PKEY *moved = info ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    return moved;
}

/* Likewise; a certificate, too, remembers the context it was made in. */
static X509 *cert_move(X509 *cert)
{
    unsigned char *der = NULL;
    int len = cert ? i2d_X509(cert, &der) : -1;
    X509 *moved = len > 0 ? certs_x509_parse(base_bytes_of(der, (size_t) len)) : NULL;
    OPENSSL_free(der);
    return moved;
}

static int pkcs12_open(const struct legacy *legacy, struct base_bytes bytes, const char *password, EVP_PKEY **ret_key,
                       X509 **ret_cert, char **ret_error)
{
    PKCS12 *box = PKCS12_init_ex(NID_pkcs7_data, legacy->context, NULL);
    const unsigned char *at = bytes.data;
    if (!box || !d2i_PKCS12(&box, &at, (long) bytes.len)) { /* frees and clears box when it fails */
        PKCS12_free(box);
        return refuse(ret_error, -EBADMSG, "not a PKCS #12 file");
    }
    int r = 0;
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    if (PKCS12_mac_present(box) && PKCS12_verify_mac(box, password, -1) != 1)
        r = refuse(ret_error, -EKEYREJECTED, "the password is wrong");
    else if (PKCS12_parse(box, password, &key, &cert, NULL) != 1)
        r = refuse(ret_error, -EBADMSG, "the PKCS #12 file cannot be opened (damaged, or an algorithm not supported)");
    if (r == 0) {
        *ret_key = key_move(key);
        *ret_cert = cert_move(cert);
    }
    EVP_PKEY_free(key);
    X509_free(cert);
    PKCS12_free(box);
    return r;
}

int certs_signer_parse_pkcs12(struct base_bytes pkcs12, const char *password, struct certs_signer **ret_signer,
                              char **ret_error)
{
    if (ret_error)
        *ret_error = NULL;
    if (pkcs12.len > CERTS_KEY_FILE_MAX)
        return refuse(ret_error, -EBADMSG, "not a PKCS #12 file");
    struct legacy legacy BASE_CLEANUP(legacy_clear) = {0};
    int r = legacy_init(&legacy);
    if (r < 0)
        return r;
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    r = pkcs12_open(&legacy, pkcs12, password ? password : "", &key, &cert, ret_error);
    if (r == 0)
        r = signer_new(key, cert, ret_signer, ret_error);
    ERR_clear_error();
    return r;
}

static int file_read(const char *path, enum base_file_secrecy secrecy, struct base_buffer *out, char **ret_error)
{
    base_buffer_init(out, CERTS_KEY_FILE_MAX);
    int r = base_file_read(path, secrecy, out);
    if (r < 0) {
        char words[BASE_FILE_WORDS_MAX];
        base_file_explain(path, r, words);
        certs_error_set(ret_error, "%s: %s", path, words);
    }
    return r;
}

int certs_signer_read_pem(const char *cert_path, const char *key_path, const char *password,
                          struct certs_signer **ret_signer, char **ret_error)
{
    struct base_buffer cert BASE_CLEANUP(base_buffer_clear) = {0}, key BASE_CLEANUP(base_buffer_clear) = {0};
    if (ret_error)
        *ret_error = NULL;
    int r = file_read(cert_path, BASE_FILE_PUBLIC, &cert, ret_error);
    if (r == 0)
        r = file_read(key_path, BASE_FILE_SECRET, &key, ret_error);
    if (r < 0)
        return r;
    return certs_signer_parse_pem(base_buffer_view(&cert), base_buffer_view(&key), password, ret_signer, ret_error);
}

int certs_signer_read_pkcs12(const char *path, const char *password, struct certs_signer **ret_signer, char **ret_error)
{
    struct base_buffer box BASE_CLEANUP(base_buffer_clear) = {0};
    if (ret_error)
        *ret_error = NULL;
    int r = file_read(path, BASE_FILE_SECRET, &box, ret_error);
    return r < 0 ? r : certs_signer_parse_pkcs12(base_buffer_view(&box), password, ret_signer, ret_error);
}

void certs_signer_sha256(const struct certs_signer *signer, uint8_t ret_sha256[static CERTS_DIGEST_BYTES])
{
    memcpy(ret_sha256, signer->sha256, CERTS_DIGEST_BYTES);
}

int certs_signer_cert_der(const struct certs_signer *signer, struct base_buffer *out)
{
    unsigned char *der = NULL;
    int len = i2d_X509(signer->cert, &der);
    if (len < 0)
        return -EIO;
    int r = base_buffer_append(out, base_bytes_of(der, (size_t) len));
    OPENSSL_free(der);
    return r;
}

int certs_signer_cert_pem(const struct certs_signer *signer, struct base_buffer *out)
{
    BIO *bio BASE_CLEANUP(certs_bio_freep) = BIO_new(BIO_s_mem());
    if (!bio || PEM_write_bio_X509(bio, signer->cert) != 1)
        return -EIO;
    return certs_bio_drain(bio, out);
}

int certs_signer_key_pem(const struct certs_signer *signer, struct base_buffer *out)
{
    BIO *bio BASE_CLEANUP(certs_bio_freep) = BIO_new(BIO_s_secmem()); /* wiped when freed */
    if (!bio || PEM_write_bio_PrivateKey(bio, signer->key, NULL, NULL, 0, NULL, NULL) != 1)
        return -EIO;
    return certs_bio_drain(bio, out);
}
