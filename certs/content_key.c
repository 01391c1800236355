#include "certs/content_key.h"

#include "certs/der.h"
#include "certs/seal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { KEY_BYTES = 32, NONCE_BYTES = 12, TAG_BYTES = 16, INFO_BYTES_MAX = 8 << 10, DER_PRIMITIVE_0 = 0x80 };

struct certs_content_key {
    atomic_uint references;
    uint8_t bytes[KEY_BYTES];
    uint64_t uses;
    int64_t made_us;
    struct base_buffer infos; /* SET OF RecipientInfo */
};

static const uint8_t version_0[] = {0x02, 0x01, 0x00};
/* id-ct-authEnvelopedData, id-data, id-aes256-GCM */
static const uint8_t oid_enveloped[] = {0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17};
static const uint8_t oid_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t oid_gcm[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e};
static const uint8_t tag_length[] = {0x02, 0x01, TAG_BYTES};
/* id-RSAES-OAEP with SHA-256 and MGF1 with SHA-256 (RFC 4055) */
static const uint8_t oaep_sha256[] = {
    0x30, 0x3c, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07, 0x30, 0x2f, 0xa0,
    0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30,
    0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
};

static void constant_append(struct base_buffer *out, const uint8_t *bytes, size_t len)
{
    base_buffer_append(out, base_bytes_of(bytes, len));
}

/* ---- the key and its wrappings ---- */

static int wrap(X509 *cert, const uint8_t key[static KEY_BYTES], struct base_buffer *out)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(X509_get0_pubkey(cert), NULL);
    uint8_t wrapped[1024]; /* RSA of 8,192 bits */
    size_t len = sizeof wrapped;
    bool done = context && EVP_PKEY_encrypt_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
                EVP_PKEY_encrypt(context, wrapped, &len, key, KEY_BYTES) == 1;
    EVP_PKEY_CTX_free(context);
    if (done)
        certs_der_append(out, CERTS_DER_OCTET_STRING, base_bytes_of(wrapped, len));
    return done ? base_buffer_error(out) : -EIO;
}

/* KeyTransRecipientInfo. */
static int info_make(X509 *cert, const uint8_t key[static KEY_BYTES], struct base_buffer *out)
{
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, INFO_BYTES_MAX);
    constant_append(&content, version_0, sizeof version_0);
    int r = certs_issuer_serial_encode(cert, &content);
    constant_append(&content, oaep_sha256, sizeof oaep_sha256);
    if (r == 0)
        r = wrap(cert, key, &content);
    if (r == 0)
        certs_der_append(out, CERTS_DER_SEQUENCE, base_buffer_view(&content));
    return r == 0 ? base_buffer_error(out) : r;
}

/* The order of a SET OF in DER: as bytes, a shorter one first among equals. */
static int info_order(const void *left, const void *right)
{
    const struct base_buffer *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int infos_make(X509 *const *certs, size_t count, const uint8_t key[static KEY_BYTES], struct base_buffer *out)
{
    struct base_buffer infos[CERTS_RECIPIENTS_MAX] = {{0}};
    size_t bytes = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        base_buffer_init(&infos[i], INFO_BYTES_MAX);
        r = info_make(certs[i], key, &infos[i]);
        bytes += infos[i].len;
    }
    if (r == 0) {
        qsort(infos, count, sizeof infos[0], info_order);
        certs_der_header_append(out, CERTS_DER_SET, bytes);
        for (size_t i = 0; i < count; i++)
            base_buffer_append(out, base_buffer_view(&infos[i]));
        r = base_buffer_error(out);
    }
    for (size_t i = 0; i < count; i++)
        base_buffer_clear(&infos[i]);
    return r;
}

struct certs_content_key *certs_content_key_unref(struct certs_content_key *key)
{
    if (key && atomic_fetch_sub(&key->references, 1) == 1) {
        base_buffer_clear(&key->infos);
        OPENSSL_cleanse(key, sizeof *key);
        free(key);
    }
    return NULL;
}

int certs_content_key_new(X509 *const *certs, size_t count, int64_t now_us, struct certs_content_key **ret_key)
{
    struct certs_content_key *key = calloc(1, sizeof *key);
    if (!key)
        return -ENOMEM;
    atomic_init(&key->references, 1);
    key->made_us = now_us;
    base_buffer_init(&key->infos, INFO_BYTES_MAX * CERTS_RECIPIENTS_MAX);
    int r = RAND_priv_bytes(key->bytes, sizeof key->bytes) == 1 ? infos_make(certs, count, key->bytes, &key->infos) : -EIO;
    ERR_clear_error();
    if (r < 0) {
        certs_content_key_unref(key);
        return r;
    }
    *ret_key = key;
    return 0;
}

bool certs_content_key_is_fresh(const struct certs_content_key *key, int64_t now_us)
{
    return key && key->uses < CERTS_CONTENT_KEY_USES && now_us - key->made_us < CERTS_CONTENT_KEY_US;
}

struct certs_content_key *certs_content_key_use(struct certs_content_key *key, uint64_t *ret_number)
{
    atomic_fetch_add(&key->references, 1);
    *ret_number = key->uses++;
    return key;
}

/* ---- a message ---- */

static bool encrypt(const struct certs_content_key *key, const uint8_t nonce[static NONCE_BYTES], struct base_bytes plain,
                    uint8_t *ret_sealed, uint8_t ret_tag[static TAG_BYTES])
{
    int len = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1 &&
                EVP_EncryptUpdate(context, ret_sealed, &len, plain.data, (int) plain.len) == 1 &&
                (size_t) len == plain.len && EVP_EncryptFinal_ex(context, ret_sealed + len, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, ret_tag) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}

int certs_content_key_seal(const struct certs_content_key *key, uint64_t number, struct base_bytes plain,
                           struct base_buffer *out)
{
    uint8_t nonce[NONCE_BYTES] = {0}, tag[TAG_BYTES], nothing = 0;
    for (size_t i = 0; i < sizeof number; i++)
        nonce[NONCE_BYTES - 1 - i] = (uint8_t) (number >> (8 * i));
    /* sizes from the inside out */
    const size_t parameters = 2 + NONCE_BYTES + sizeof tag_length;
    const size_t algorithm = sizeof oid_gcm + certs_der_size(parameters);
    const size_t content = sizeof oid_data + certs_der_size(algorithm) + certs_der_size(plain.len);
    const size_t data = sizeof version_0 + key->infos.len + certs_der_size(content) + certs_der_size(TAG_BYTES);
    const size_t explicit = certs_der_size(data);
    const size_t begin = out->len;

    certs_der_header_append(out, CERTS_DER_SEQUENCE, sizeof oid_enveloped + certs_der_size(explicit));
    constant_append(out, oid_enveloped, sizeof oid_enveloped);
    certs_der_header_append(out, CERTS_DER_CONTEXT_0, explicit);
    certs_der_header_append(out, CERTS_DER_SEQUENCE, data);
    constant_append(out, version_0, sizeof version_0);
    base_buffer_append(out, base_buffer_view(&key->infos));
    certs_der_header_append(out, CERTS_DER_SEQUENCE, content);
    constant_append(out, oid_data, sizeof oid_data);
    certs_der_header_append(out, CERTS_DER_SEQUENCE, algorithm);
    constant_append(out, oid_gcm, sizeof oid_gcm);
    certs_der_header_append(out, CERTS_DER_SEQUENCE, parameters);
    certs_der_append(out, CERTS_DER_OCTET_STRING, base_bytes_of(nonce, sizeof nonce));
    constant_append(out, tag_length, sizeof tag_length);
    certs_der_header_append(out, DER_PRIMITIVE_0, plain.len);
    int r = base_buffer_error(out);
    uint8_t *sealed = r == 0 && plain.len > 0 ? base_buffer_extend(out, plain.len) : &nothing;
    if (r == 0 && !sealed)
        r = base_buffer_error(out);
    if (r == 0 && plain.len == 0)
        plain.data = &nothing;
    if (r == 0 && !encrypt(key, nonce, plain, sealed, tag))
        r = -EIO;
    if (r == 0) {
        certs_der_append(out, CERTS_DER_OCTET_STRING, base_bytes_of(tag, sizeof tag));
        r = base_buffer_error(out);
    }
    if (r < 0)
        out->len = begin;
    ERR_clear_error();
    return r;
}
