#include "gateway/adapters/soap_key.h"

#include "base/buffer.h"
#include "base/encoding.h"
#include "gateway/adapters/soap_key_inner.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/evp.h>

struct adapter_pins {
    size_t count;
    struct adapter_key *keys[ADAPTER_KEY_PINS_MAX];
};

enum { CERTIFICATE_BYTES_MAX = 16 * 1024, RSA_BITS_MIN = 2048 };

/* ---- The libraries' own state, which is the process's ---- */

static xmlParserInputPtr fetch_nothing(const char *address, const char *id, xmlParserCtxtPtr parser)
{
    (void) address;
    (void) id;
    (void) parser;
    return NULL;
}

static void __attribute__((format(printf, 2, 3))) say_nothing(void *context, const char *format, ...)
{
    (void) context;
    (void) format;
}

static void start(int *ret_started)
{
    xmlInitParser();
    xmlSetExternalEntityLoader(fetch_nothing);
    xmlSetGenericErrorFunc(NULL, say_nothing);
    xmlThrDefSetGenericErrorFunc(NULL, say_nothing);
    if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0)
        return;
    xmlSecIOCleanupCallbacks();
    xmlSecErrorsDefaultCallbackEnableOutput(0);
    ERR_clear_error();
    *ret_started = 1;
}

static int libraries_started;

static void start_once(void)
{
    start(&libraries_started);
}

int adapter_key_libraries_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_once);
    return libraries_started ? 0 : -EIO;
}

/* ---- Keys ---- */

static void bio_freep(BIO **bio)
{
    BIO_free(*bio);
}

static void x509_freep(X509 **certificate)
{
    X509_free(*certificate);
}

static void evp_freep(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

/* Never asks anybody for a pass phrase. */
static int no_phrase(char *phrase, int size, int is_writing, void *context)
{
    (void) phrase;
    (void) size;
    (void) is_writing;
    (void) context;
    return -1;
}

static int64_t time_of(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t) timegm(&parts) * 1000000 : 0;
}

static xmlSecTransformId method_of(const EVP_PKEY *key)
{
    char curve[32] = "";
    if (EVP_PKEY_is_a(key, "RSA"))
        return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN ? xmlSecTransformRsaSha256Id : NULL;
    if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1)
        return NULL;
    bool is_known = strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0;
    return is_known ? xmlSecTransformEcdsaSha256Id : NULL;
}

static char *certificate_text(X509 *certificate)
{
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, CERTIFICATE_BYTES_MAX);
    if (len > 0)
        base_base64_encode(base_bytes_of(der, (size_t) len), &text);
    OPENSSL_free(der);
    return len > 0 ? base_buffer_take_text(&text) : NULL;
}

/* xmlsec's form of a key, public or with its private part. */
static xmlSecKeyPtr key_wrap(EVP_PKEY *key)
{
    EVP_PKEY *own = xmlSecOpenSSLEvpKeyDup(key);
    xmlSecKeyDataPtr data = own ? xmlSecOpenSSLEvpKeyAdopt(own) : NULL;
    if (!data) {
        EVP_PKEY_free(own);
        return NULL;
    }
    xmlSecKeyPtr wrapped = xmlSecKeyCreate();
    if (wrapped && xmlSecKeySetValue(wrapped, data) == 0)
        return wrapped;
    xmlSecKeyDestroy(wrapped);
    xmlSecKeyDataDestroy(data);
    return NULL;
}

/* With the private key where there is one, else with the certificate's public key. */
static int key_make(X509 *certificate, EVP_PKEY *private_key, struct adapter_key **ret_key, const char **ret_error)
{
    EVP_PKEY *public_key = X509_get0_pubkey(certificate);
    xmlSecTransformId method = public_key ? method_of(public_key) : NULL;
    if (!method) {
        *ret_error = "neither RSA of 2048 bits or more nor a curve P-256 or P-384";
        return -EINVAL;
    }
    struct adapter_key *key = calloc(1, sizeof(*key));
    if (!key)
        return -ENOMEM;
    key->method = method;
    key->key = key_wrap(private_key ? private_key : public_key);
    key->certificate = certificate_text(certificate);
    key->begins_us = time_of(X509_get0_notBefore(certificate));
    key->ends_us = time_of(X509_get0_notAfter(certificate));
    if (!key->key || !key->certificate) {
        adapter_key_free(key);
        *ret_error = "the certificate or its key cannot be used";
        return -EINVAL;
    }
    *ret_key = key;
    return 0;
}

int adapter_key_new(struct base_bytes certificate, struct base_bytes key, struct adapter_key **ret_key,
                    const char **ret_error)
{
    if (certificate.len > ADAPTER_KEY_PEM_BYTES_MAX || key.len > ADAPTER_KEY_PEM_BYTES_MAX)
        return -EINVAL;
    BIO *certificate_pem BASE_CLEANUP(bio_freep) = BIO_new_mem_buf(certificate.data, (int) certificate.len);
    BIO *key_pem BASE_CLEANUP(bio_freep) = BIO_new_mem_buf(key.data, (int) key.len);
    if (!certificate_pem || !key_pem)
        return -ENOMEM;
    X509 *x509 BASE_CLEANUP(x509_freep) = PEM_read_bio_X509(certificate_pem, NULL, no_phrase, NULL);
    EVP_PKEY *evp BASE_CLEANUP(evp_freep) = PEM_read_bio_PrivateKey(key_pem, NULL, no_phrase, NULL);
    int r = -EINVAL;
    if (!x509)
        *ret_error = "no certificate in PEM";
    else if (!evp)
        *ret_error = "no private key in PEM, or one with a pass phrase";
    else if (X509_check_private_key(x509, evp) != 1)
        *ret_error = "key and certificate do not belong together";
    else
        r = key_make(x509, evp, ret_key, ret_error);
    ERR_clear_error();
    return r;
}

void adapter_key_free(struct adapter_key *key)
{
    if (!key)
        return;
    if (key->key)
        xmlSecKeyDestroy(key->key);
    free(key->certificate);
    free(key);
}

int adapter_pins_new(struct base_bytes certificates, struct adapter_pins **ret_pins, const char **ret_error)
{
    if (certificates.len > ADAPTER_KEY_PEM_BYTES_MAX)
        return -EINVAL;
    BIO *pem BASE_CLEANUP(bio_freep) = BIO_new_mem_buf(certificates.data, (int) certificates.len);
    struct adapter_pins *pins = calloc(1, sizeof(*pins));
    int r = pem && pins ? 0 : -ENOMEM;
    while (r == 0) {
        X509 *x509 BASE_CLEANUP(x509_freep) = PEM_read_bio_X509(pem, NULL, no_phrase, NULL);
        if (!x509)
            break;
        if (pins->count == ADAPTER_KEY_PINS_MAX) {
            *ret_error = "more than four certificates";
            r = -EINVAL;
        } else {
            r = key_make(x509, NULL, &pins->keys[pins->count], ret_error);
            pins->count += r == 0 ? 1 : 0;
        }
    }
    ERR_clear_error();
    if (r == 0 && pins->count == 0) {
        *ret_error = "no certificate in PEM";
        r = -EINVAL;
    }
    if (r == 0)
        *ret_pins = pins;
    else
        adapter_pins_free(pins);
    return r;
}

void adapter_pins_free(struct adapter_pins *pins)
{
    for (size_t i = 0; pins && i < pins->count; i++)
        adapter_key_free(pins->keys[i]);
    free(pins);
}

const char *adapter_key_certificate(const struct adapter_key *key)
{
    return key->certificate;
}

static bool is_same(const char *text, const char *certificate)
{
    for (;; text++) {
        if (strchr(" \t\r\n", *text) && *text)
            continue;
        if (*text != *certificate)
            return false;
        if (!*text)
            return true;
        certificate++;
    }
}

const struct adapter_key *adapter_pins_find(const struct adapter_pins *pins, const char *certificate, int64_t now_us)
{
    for (size_t i = 0; i < pins->count; i++) {
        const struct adapter_key *key = pins->keys[i];
        if (key->begins_us <= now_us && now_us <= key->ends_us && is_same(certificate, key->certificate))
            return key;
    }
    return NULL;
}
