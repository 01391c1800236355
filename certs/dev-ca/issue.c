#include "certs/dev-ca/dev_ca.h"
#include "certs/dev-ca/state.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static const int64_t hour_us = INT64_C(3600) * 1000000, year_us = INT64_C(365) * 86400 * 1000000;

void certs_dev_leaf_clear(struct certs_dev_leaf *leaf)
{
    base_buffer_clear(&leaf->cert_pem);
    base_buffer_clear(&leaf->cert_der);
    base_buffer_clear(&leaf->key_pem);
}

static bool number_append(X509_NAME *name, const char *type, int string_type, const char *prefix, const char *digits)
{
    char text[80];
    if (!digits)
        return true;
    int len = snprintf(text, sizeof text, "%s%s", prefix, digits);
    return len > 0 && (size_t) len < sizeof text && certs_dev_name_append(name, type, string_type, text);
}

/* In the order of real certificates: CN, SN, serialNumber, C, O, OU, GN. givenName holds the patronymic. */
static bool subject_set(X509 *cert, const struct certs_dev_request *request)
{
    X509_NAME *name = X509_get_subject_name(cert);
    char common_name[256];
    int len = snprintf(common_name, sizeof common_name, "%s%s%s", request->surname ? request->surname : "",
                       request->surname && request->given ? " " : "", request->given ? request->given : "");
    if (len < 0 || (size_t) len >= sizeof common_name)
        return false;
    const char *shown = request->common_name ? request->common_name : len > 0 ? common_name : "localhost";
    return certs_dev_name_append(name, "CN", MBSTRING_UTF8, shown) &&
           certs_dev_name_append(name, "SN", MBSTRING_UTF8, request->surname) &&
           number_append(name, "serialNumber", V_ASN1_PRINTABLESTRING, "IIN", request->iin) &&
           (!request->second_iin || number_append(name, "serialNumber", V_ASN1_PRINTABLESTRING, "IIN", request->iin)) &&
           certs_dev_name_append(name, "C", MBSTRING_ASC, "KZ") &&
           certs_dev_name_append(name, "O", MBSTRING_UTF8, request->organisation) &&
           number_append(name, "OU", MBSTRING_UTF8, "BIN", request->bin) &&
           certs_dev_name_append(name, "GN", MBSTRING_UTF8, request->patronymic);
}

static const char *role_oids(enum certs_dev_role role)
{
    switch (role) {
    case CERTS_DEV_EMPLOYEE:
        return ",1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.5";
    case CERTS_DEV_SIGNATORY:
        return ",1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.2";
    case CERTS_DEV_HEAD:
        return ",1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.1";
    case CERTS_DEV_PRIVATE:
        return ",1.2.398.3.3.4.1.1";
    case CERTS_DEV_STAFF:
        return ",1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.4";
    }
    return "";
}

struct shape {
    const char *key_usage, *extended_usage, *policy; /* NULL: none */
    bool person;
    enum certs_dev_key key;
    int64_t years;
};

static const struct shape *shape_of(enum certs_dev_kind kind)
{
    static const struct shape shapes[] = {
        [CERTS_DEV_SIGN] = {"critical,digitalSignature,nonRepudiation", "emailProtection",
                            "1.2.398.3.3.2,1.2.398.3.3.2.1", true, CERTS_DEV_KEY_RSA_2048, 1},
        [CERTS_DEV_AUTH] = {"critical,digitalSignature,keyEncipherment", "clientAuth", "1.2.398.3.3.2,1.2.398.3.3.2.2",
                            true, CERTS_DEV_KEY_RSA_2048, 1},
        [CERTS_DEV_SINGLE] = {"digitalSignature,nonRepudiation,keyAgreement", "emailProtection", "1.2.398.3.3.2", true,
                              CERTS_DEV_KEY_RSA_2048, 1},
        [CERTS_DEV_SYSTEM] = {"critical,digitalSignature,nonRepudiation", "1.2.398.3.3.4.1.2,1.2.398.3.3.4.1.2.6",
                              "1.2.398.3.3.2", false, CERTS_DEV_KEY_P256, 3},
        [CERTS_DEV_SERVER] = {"critical,digitalSignature", "serverAuth", NULL, false, CERTS_DEV_KEY_P256, 1},
        [CERTS_DEV_SEALING] = {"critical,keyEncipherment", NULL, NULL, false, CERTS_DEV_KEY_RSA_3072, 3},
    };
    return (size_t) kind < BASE_ARRAY_LENGTH(shapes) ? &shapes[kind] : NULL;
}

static bool server_names_append(X509 *cert, X509 *issuer, const char *const *names)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, 4096);
    base_buffer_append_text(&text, "DNS:localhost,IP:127.0.0.1");
    for (; names && *names; names++) {
        ASN1_OCTET_STRING *address = a2i_IPADDRESS(*names);
        bool is_address = address != NULL;
        ASN1_OCTET_STRING_free(address);
        if (strpbrk(*names, ",\n")) /* would be read as a further entry */
            return false;
        base_buffer_printf(&text, ",%s:%s", is_address ? "IP" : "DNS", *names);
    }
    base_buffer_append_u8(&text, 0);
    return base_buffer_error(&text) == 0 &&
           certs_dev_extension_append(cert, issuer, NID_subject_alt_name, (const char *) text.data);
}

static bool raw_extension_append(X509 *cert, const char *oid, bool critical, const unsigned char *value, int len)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension = NULL;
    bool done = object && octets && ASN1_OCTET_STRING_set(octets, value, len) == 1 &&
                (extension = X509_EXTENSION_create_by_OBJ(NULL, object, critical, octets)) &&
                X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
    return done;
}

/* 1.2.398.3.3.5 = SEQUENCE { 1.2.398.3.3.5.1.1 }, as in certificates whose key lies in a file. */
static bool key_file_append(X509 *cert)
{
    static const unsigned char file[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x83, 0x0e, 0x03, 0x03, 0x05, 0x01, 0x01};
    return raw_extension_append(cert, "1.2.398.3.3.5", false, file, sizeof file);
}

static bool extensions_append(X509 *cert, X509 *issuer, const struct shape *shape,
                              const struct certs_dev_request *request)
{
    static const unsigned char null[] = {0x05, 0x00};
    char usage[256];
    snprintf(usage, sizeof usage, "%s%s", shape->extended_usage ? shape->extended_usage : "",
             shape->person ? role_oids(request->role) : "");
    return certs_dev_extension_append(cert, issuer, NID_key_usage, shape->key_usage) &&
           (!usage[0] || certs_dev_extension_append(cert, issuer, NID_ext_key_usage, usage)) &&
           (!shape->policy || certs_dev_extension_append(cert, issuer, NID_certificate_policies, shape->policy)) &&
           certs_dev_extension_append(cert, issuer, NID_subject_key_identifier, "hash") &&
           certs_dev_extension_append(cert, issuer, NID_authority_key_identifier, "keyid") &&
           (!request->is_ca || certs_dev_extension_append(cert, issuer, NID_basic_constraints, "critical,CA:TRUE")) &&
           (request->kind != CERTS_DEV_SERVER || server_names_append(cert, issuer, request->dns_names)) &&
           (!request->key_file || key_file_append(cert)) &&
           (!request->unknown_critical || raw_extension_append(cert, "1.2.398.3.3.99", true, null, sizeof null));
}

/* A public key as in certificates of 2026: 1.2.398.3.10.1.1.2.2 with parameters 1.2.398.3.10.1.1.2.2.1. */
static bool gost_key_set(X509 *cert)
{
    static const unsigned char parameters[] = {0x30, 0x0c, 0x06, 0x0a, 0x2a, 0x83, 0x0e,
                                               0x03, 0x0a, 0x01, 0x01, 0x02, 0x02, 0x01};
    enum { KEY_BYTES = 131 };
    unsigned char *key = OPENSSL_malloc(KEY_BYTES);
    ASN1_STRING *value = ASN1_STRING_new();
    if (!key || !value || RAND_bytes(key, KEY_BYTES) != 1 ||
        ASN1_STRING_set(value, parameters, sizeof parameters) != 1) {
        OPENSSL_free(key);
        ASN1_STRING_free(value);
        return false;
    }
    key[0] = 0x04; /* OCTET STRING of 128 bytes */
    key[1] = 0x81;
    key[2] = 0x80;
    return X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_txt2obj("1.2.398.3.10.1.1.2.2", 1), V_ASN1_SEQUENCE,
                                  value, key, KEY_BYTES) == 1;
}

/* Renames the signature's algorithm after signing: nobody here can make the real one. */
static bool gost_signature_set(X509 *cert)
{
    const X509_ALGOR *outer = NULL;
    X509_get0_signature(NULL, &outer, cert);
    const X509_ALGOR *inner = X509_get0_tbs_sigalg(cert);
    return X509_ALGOR_set0((X509_ALGOR *) outer, OBJ_txt2obj("1.2.398.3.10.1.1.2.3.2", 1), V_ASN1_NULL, NULL) == 1 &&
           X509_ALGOR_set0((X509_ALGOR *) inner, OBJ_txt2obj("1.2.398.3.10.1.1.2.3.2", 1), V_ASN1_NULL, NULL) == 1 &&
           i2d_re_X509_tbs(cert, NULL) > 0;
}

static bool sign(X509 *cert, EVP_PKEY *own_key, const struct certs_dev_authority *issuer,
                 const struct certs_dev_request *request)
{
    EVP_PKEY *key = request->self_signed ? own_key : issuer->key;
    return X509_sign(cert, key, request->sha1 ? EVP_sha1() : EVP_sha256()) > 0 &&
           (request->key != CERTS_DEV_KEY_GOST || gost_signature_set(cert));
}

static EVP_PKEY *key_for(const struct certs_dev_request *request, const struct shape *shape)
{
    if (request->reuse_key_pem.len == 0)
        return certs_dev_key_new(request->key == CERTS_DEV_KEY_DEFAULT ? shape->key : request->key, 0);
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(request->reuse_key_pem);
    return bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
}

static bool cert_make(X509 *cert, EVP_PKEY *key, const struct certs_dev_ca *ca, const struct certs_dev_request *request,
                      int64_t now_us)
{
    const struct shape *shape = shape_of(request->kind);
    const struct certs_dev_authority *issuer = request->by_root ? &ca->root : &ca->issuing;
    bool dated = request->not_before_us != 0 || request->not_after_us != 0;
    int64_t from_us = dated ? request->not_before_us : now_us - hour_us;
    int64_t until_us = dated ? request->not_after_us : now_us + shape->years * year_us;
    return certs_dev_cert_begin(cert, key, from_us, until_us) && subject_set(cert, request) &&
           X509_set_issuer_name(cert, X509_get_subject_name(issuer->cert)) == 1 &&
           extensions_append(cert, issuer->cert, shape, request) &&
           (request->key != CERTS_DEV_KEY_GOST || gost_key_set(cert)) && sign(cert, key, issuer, request);
}

static int leaf_fill(X509 *cert, EVP_PKEY *key, struct certs_dev_leaf *leaf)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    if (len < 0)
        return -EIO;
    int r = base_buffer_append(&leaf->cert_der, base_bytes_of(der, (size_t) len));
    OPENSSL_free(der);
    if (r == 0)
        r = certs_dev_pem_cert(cert, &leaf->cert_pem);
    if (r == 0 && key)
        r = certs_dev_pem_key(key, &leaf->key_pem);
    return r;
}

int certs_dev_ca_issue(struct certs_dev_ca *ca, const struct certs_dev_request *request, int64_t now_us,
                       struct certs_dev_leaf *ret_leaf)
{
    const struct shape *shape = shape_of(request->kind);
    if (!shape)
        return -EINVAL;
    EVP_PKEY *key BASE_CLEANUP(certs_pkey_freep) = key_for(request, shape);
    X509 *cert BASE_CLEANUP(certs_x509_freep) = X509_new();
    bool made = key && cert && cert_make(cert, key, ca, request, now_us);
    ERR_clear_error();
    if (!made)
        return -EIO;
    struct certs_dev_leaf leaf = {0};
    base_buffer_init(&leaf.cert_pem, CERTS_DEV_PEM_MAX);
    base_buffer_init(&leaf.cert_der, CERTS_DEV_PEM_MAX);
    base_buffer_init(&leaf.key_pem, CERTS_DEV_PEM_MAX);
    int r = leaf_fill(cert, request->key == CERTS_DEV_KEY_GOST ? NULL : key, &leaf);
    if (r < 0)
        certs_dev_leaf_clear(&leaf);
    else
        *ret_leaf = leaf;
    return r;
}
