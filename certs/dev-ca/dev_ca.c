#include "certs/dev-ca/dev_ca.h"

#include "certs/dev-ca/state.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <stdlib.h>

#define ROOT_NAME "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (QAO DEV)"
#define ISSUING_NAME "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (QAO DEV)"

static const int64_t year_us = INT64_C(365) * 86400 * 1000000;

static void ca_freep(struct certs_dev_ca **ca)
{
    certs_dev_ca_free(*ca);
}

void certs_dev_ca_free(struct certs_dev_ca *ca)
{
    if (!ca)
        return;
    X509_free(ca->root.cert);
    X509_free(ca->issuing.cert);
    EVP_PKEY_free(ca->root.key);
    EVP_PKEY_free(ca->issuing.key);
    free(ca->revoked);
    free(ca);
}

EVP_PKEY *certs_dev_key_new(enum certs_dev_key kind, unsigned rsa_bits)
{
    switch (kind) {
    case CERTS_DEV_KEY_DEFAULT:
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) rsa_bits);
    case CERTS_DEV_KEY_RSA_1024:
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) 1024);
    case CERTS_DEV_KEY_RSA_2048:
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) 2048);
    case CERTS_DEV_KEY_RSA_3072:
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) 3072);
    case CERTS_DEV_KEY_P256:
    case CERTS_DEV_KEY_GOST:
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    case CERTS_DEV_KEY_P384:
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
    case CERTS_DEV_KEY_ED25519:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    }
    return NULL;
}

bool certs_dev_extension_append(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    CONF *empty = NCONF_new(NULL); /* policies are refused without one */
    X509V3_set_nconf(&context, empty);
    X509_EXTENSION *extension = empty ? X509V3_EXT_nconf_nid(empty, &context, nid, value) : NULL;
    bool done = extension && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    NCONF_free(empty);
    return done;
}

bool certs_dev_name_append(X509_NAME *name, const char *type, int string_type, const char *value)
{
    return !value || X509_NAME_add_entry_by_txt(name, type, string_type, (const unsigned char *) value, -1, -1, 0) == 1;
}

static bool serial_set(X509 *cert)
{
    unsigned char bytes[20];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x3f) | 0x40; /* positive, always 20 bytes */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
    BN_free(number);
    return done;
}

bool certs_dev_cert_begin(X509 *cert, EVP_PKEY *key, int64_t not_before_us, int64_t not_after_us)
{
    return X509_set_version(cert, X509_VERSION_3) == 1 && serial_set(cert) &&
           ASN1_TIME_set(X509_getm_notBefore(cert), (time_t) (not_before_us / 1000000)) &&
           ASN1_TIME_set(X509_getm_notAfter(cert), (time_t) (not_after_us / 1000000)) &&
           X509_set_pubkey(cert, key) == 1;
}

/* parent is NULL for the root. */
static bool authority_make(struct certs_dev_authority *made, const struct certs_dev_authority *parent,
                           const char *common_name, const char *policy, int64_t now_us, unsigned key_bits)
{
    made->key = certs_dev_key_new(CERTS_DEV_KEY_DEFAULT, key_bits);
    made->cert = X509_new();
    if (!made->key || !made->cert ||
        !certs_dev_cert_begin(made->cert, made->key, now_us - 3 * year_us, now_us + 10 * year_us))
        return false;
    const struct certs_dev_authority *signer = parent ? parent : made;
    X509_NAME *name = X509_get_subject_name(made->cert);
    return certs_dev_name_append(name, "C", MBSTRING_ASC, "KZ") &&
           certs_dev_name_append(name, "CN", MBSTRING_UTF8, common_name) &&
           X509_set_issuer_name(made->cert, X509_get_subject_name(signer->cert)) == 1 &&
           certs_dev_extension_append(made->cert, signer->cert, NID_basic_constraints, "critical,CA:TRUE") &&
           certs_dev_extension_append(made->cert, signer->cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           certs_dev_extension_append(made->cert, signer->cert, NID_subject_key_identifier, "hash") &&
           certs_dev_extension_append(made->cert, signer->cert, NID_authority_key_identifier, "keyid:always") &&
           certs_dev_extension_append(made->cert, signer->cert, NID_certificate_policies, policy) &&
           X509_sign(made->cert, signer->key, EVP_sha256()) > 0;
}

int certs_dev_ca_new(int64_t now_us, unsigned key_bits, struct certs_dev_ca **ret_ca)
{
    struct certs_dev_ca *ca BASE_CLEANUP(ca_freep) = calloc(1, sizeof *ca);
    if (!ca)
        return -ENOMEM;
    bool made = authority_make(&ca->root, NULL, ROOT_NAME, "1.2.398.3.1.2", now_us, key_bits) &&
                authority_make(&ca->issuing, &ca->root, ISSUING_NAME, "1.2.398.3.3.1.1", now_us, key_bits);
    ERR_clear_error();
    if (!made)
        return -EIO;
    *ret_ca = BASE_TAKE(ca);
    return 0;
}

int certs_dev_pem_cert(X509 *cert, struct base_buffer *out)
{
    BIO *bio BASE_CLEANUP(certs_bio_freep) = BIO_new(BIO_s_mem());
    if (!bio || PEM_write_bio_X509(bio, cert) != 1)
        return -EIO;
    return certs_bio_drain(bio, out);
}

int certs_dev_pem_key(EVP_PKEY *key, struct base_buffer *out)
{
    BIO *bio BASE_CLEANUP(certs_bio_freep) = BIO_new(BIO_s_secmem());
    if (!bio || PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
        return -EIO;
    return certs_bio_drain(bio, out);
}

int certs_dev_ca_certs(const struct certs_dev_ca *ca, struct base_buffer *out)
{
    int r = certs_dev_pem_cert(ca->root.cert, out);
    return r < 0 ? r : certs_dev_pem_cert(ca->issuing.cert, out);
}

int certs_dev_revoked_append(struct certs_dev_ca *ca, const char *serial, int64_t at_us)
{
    for (size_t i = 0; i < ca->revoked_count; i++) {
        if (strcmp(ca->revoked[i].serial, serial) == 0)
            return 0;
    }
    if (ca->revoked_count == CERTS_DEV_REVOKED_MAX || strlen(serial) >= CERTS_DEV_SERIAL_TEXT_MAX)
        return -EINVAL;
    struct certs_dev_revoked *grown = realloc(ca->revoked, (ca->revoked_count + 1) * sizeof *grown);
    if (!grown)
        return -ENOMEM;
    ca->revoked = grown;
    struct certs_dev_revoked *entry = &grown[ca->revoked_count++];
    entry->at_us = at_us;
    memcpy(entry->serial, serial, strlen(serial) + 1);
    return 0;
}

int certs_dev_ca_revoke(struct certs_dev_ca *ca, struct base_bytes cert_pem, int64_t at_us)
{
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(cert_pem);
    X509 *cert BASE_CLEANUP(certs_x509_freep) = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    bool ours = cert && X509_verify(cert, ca->issuing.key) == 1;
    ERR_clear_error();
    if (!ours)
        return -EBADMSG;
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *serial = number ? BN_bn2hex(number) : NULL;
    int r = serial ? certs_dev_revoked_append(ca, serial, at_us) : -ENOMEM;
    OPENSSL_free(serial);
    BN_free(number);
    return r;
}

static bool crl_entry_append(X509_CRL *crl, const struct certs_dev_revoked *entry)
{
    BIGNUM *number = NULL;
    X509_REVOKED *revoked = X509_REVOKED_new();
    ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t) (entry->at_us / 1000000));
    ASN1_INTEGER *serial = BN_hex2bn(&number, entry->serial) ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    bool done = revoked && at && serial && X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
                X509_REVOKED_set_revocationDate(revoked, at) == 1 && X509_CRL_add0_revoked(crl, revoked) == 1;
    if (!done)
        X509_REVOKED_free(revoked);
    ASN1_TIME_free(at);
    ASN1_INTEGER_free(serial);
    BN_free(number);
    return done;
}

static bool crl_dates_set(X509_CRL *crl, int64_t this_update_us, int64_t next_update_us)
{
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t) (this_update_us / 1000000));
    ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t) (next_update_us / 1000000));
    bool done = from && until && X509_CRL_set1_lastUpdate(crl, from) == 1 && X509_CRL_set1_nextUpdate(crl, until) == 1;
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return done;
}

/* The CRL number is its time, so that nothing has to be remembered. */
static bool crl_extensions_append(X509_CRL *crl, X509 *issuer, int64_t this_update_us)
{
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    bool done = number && ASN1_INTEGER_set_int64(number, this_update_us / 1000000) == 1 &&
                X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, X509V3_ADD_DEFAULT) == 1;
    ASN1_INTEGER_free(number);
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    X509_EXTENSION *key = X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    done = done && key && X509_CRL_add_ext(crl, key, -1) == 1;
    X509_EXTENSION_free(key);
    return done;
}

static int crl_make(const struct certs_dev_authority *authority, const struct certs_dev_revoked *revoked, size_t count,
                    int64_t this_update_us, int64_t next_update_us, struct base_buffer *out)
{
    X509_CRL *crl BASE_CLEANUP(certs_crl_freep) = X509_CRL_new();
    BIO *bio BASE_CLEANUP(certs_bio_freep) = BIO_new(BIO_s_mem());
    if (!crl || !bio)
        return -ENOMEM;
    bool done = X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(crl, X509_get_subject_name(authority->cert)) == 1 &&
                crl_dates_set(crl, this_update_us, next_update_us) &&
                crl_extensions_append(crl, authority->cert, this_update_us);
    for (size_t i = 0; done && i < count; i++)
        done = crl_entry_append(crl, &revoked[i]);
    done = done && X509_CRL_sort(crl) == 1 && X509_CRL_sign(crl, authority->key, EVP_sha256()) > 0 &&
           PEM_write_bio_X509_CRL(bio, crl) == 1;
    ERR_clear_error();
    return done ? certs_bio_drain(bio, out) : -EIO;
}

int certs_dev_ca_crl(const struct certs_dev_ca *ca, enum certs_dev_crl which, int64_t this_update_us,
                     int64_t next_update_us, struct base_buffer *out)
{
    int r = 0;
    if (which != CERTS_DEV_CRL_ISSUING)
        r = crl_make(&ca->root, NULL, 0, this_update_us, next_update_us, out);
    if (r == 0 && which != CERTS_DEV_CRL_ROOT)
        r = crl_make(&ca->issuing, ca->revoked, ca->revoked_count, this_update_us, next_update_us, out);
    return r;
}
