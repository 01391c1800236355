#include "certs/backend.h"

static const struct certs_backend *const backends[] = {&certs_backend_openssl};

static bool is_listed(const char *const *oids, const char *oid)
{
    for (; *oids; oids++) {
        if (strcmp(*oids, oid) == 0)
            return true;
    }
    return false;
}

const struct certs_backend *certs_backend_find(const X509 *cert, char ret_oid[static CERTS_OID_TEXT_MAX])
{
    ASN1_OBJECT *key_oid = NULL;
    const ASN1_OBJECT *signature_oid = NULL;
    const X509_ALGOR *algorithm = NULL;
    X509_PUBKEY_get0_param(&key_oid, NULL, NULL, NULL, X509_get_X509_PUBKEY(cert));
    X509_get0_signature(NULL, &algorithm, cert);
    X509_ALGOR_get0(&signature_oid, NULL, NULL, algorithm);
    char key[CERTS_OID_TEXT_MAX], signature[CERTS_OID_TEXT_MAX];
    certs_oid_text(key_oid, key);
    certs_oid_text(signature_oid, signature);
    bool key_known = false;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(backends); i++) {
        if (!is_listed(backends[i]->key_oids, key))
            continue;
        key_known = true;
        if (is_listed(backends[i]->signature_oids, signature))
            return backends[i];
    }
    memcpy(ret_oid, key_known ? signature : key, CERTS_OID_TEXT_MAX);
    return NULL;
}

const struct certs_backend *certs_backend_find_crl(const X509_CRL *crl)
{
    const ASN1_OBJECT *signature_oid = NULL;
    const X509_ALGOR *algorithm = NULL;
    X509_CRL_get0_signature(crl, NULL, &algorithm);
    X509_ALGOR_get0(&signature_oid, NULL, NULL, algorithm);
    char signature[CERTS_OID_TEXT_MAX];
    certs_oid_text(signature_oid, signature);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(backends); i++) {
        if (is_listed(backends[i]->signature_oids, signature))
            return backends[i];
    }
    return NULL;
}
