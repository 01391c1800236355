#include "certs/backend.h"
#include "certs/finding.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

static const char *const key_oids[] = {
    "1.2.840.113549.1.1.1", /* rsaEncryption */
    "1.2.840.10045.2.1",    /* id-ecPublicKey */
    NULL,
};

static const char *const signature_oids[] = {
    "1.2.840.113549.1.1.11", /* sha256WithRSAEncryption */
    "1.2.840.113549.1.1.12", /* sha384WithRSAEncryption */
    "1.2.840.113549.1.1.13", /* sha512WithRSAEncryption */
    "1.2.840.10045.4.3.2",   /* ecdsa-with-SHA256 */
    "1.2.840.10045.4.3.3",   /* ecdsa-with-SHA384 */
    "1.2.840.10045.4.3.4",   /* ecdsa-with-SHA512 */
    NULL,
};

/* An upper bound too: an unknown person's key is used before anything else about the message is known to be good, and
 * OpenSSL takes RSA keys of 16,384 bits and, up to 3,072 bits, exponents as long as the modulus. */
enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, RSA_EXPONENT_BITS_MAX = 33 };

static const char *rsa_check(EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);
    BIGNUM *exponent = NULL;
    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX || EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1)
        return NULL;
    bool fits = BN_is_odd(exponent) && !BN_is_one(exponent) && BN_num_bits(exponent) <= RSA_EXPONENT_BITS_MAX;
    BN_free(exponent);
    return fits ? "rsa" : NULL;
}

static const char *ec_check(EVP_PKEY *key)
{
    char group[32];
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
        return NULL;
    int nid = OBJ_sn2nid(group);
    return nid == NID_X9_62_prime256v1 ? "ecdsa-p256" : nid == NID_secp384r1 ? "ecdsa-p384" : NULL;
}

static const char *key_check(const X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    const char *kind = NULL;
    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        kind = rsa_check(key);
    else if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
        kind = ec_check(key);
    ERR_clear_error();
    return kind;
}

static struct certs_finding chain_error(int error)
{
    switch (error) {
    case X509_V_ERR_OUT_OF_MEM:
    case X509_V_ERR_UNSPECIFIED:
        return certs_finding_failed();
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return certs_finding_of(CERTS_VERDICT_PROFILE, "extension: critical and not known");
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "chain: a signature is wrong");
    default:
        return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "chain: does not end in a trusted root");
    }
}

static struct certs_finding chain_verify(X509_STORE *store, X509 *leaf, STACK_OF(X509) * *ret_chain)
{
    X509_STORE_CTX *context BASE_CLEANUP(certs_store_ctx_freep) = X509_STORE_CTX_new();
    if (!context || X509_STORE_CTX_init(context, store, leaf, NULL) != 1)
        return certs_finding_failed();
    /* No purpose: OpenSSL's S/MIME purpose rejects login and information-system certificates; profile.c decides. Times
     * and CRLs are ours as well, so that each gets its own finding and a CRL's signature is not verified every time. */
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
    X509_VERIFY_PARAM_set_depth(param, 4);
    if (X509_verify_cert(context) != 1) {
        int error = X509_STORE_CTX_get_error(context);
        ERR_clear_error();
        return chain_error(error);
    }
    STACK_OF(X509) *chain = X509_STORE_CTX_get1_chain(context);
    if (!chain)
        return certs_finding_failed();
    *ret_chain = chain;
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

static struct certs_finding crl_verify(X509_CRL *crl, const X509 *authority)
{
    EVP_PKEY *key = X509_get0_pubkey(authority);
    int good = key ? X509_CRL_verify(crl, key) : 0;
    ERR_clear_error();
    return good == 1 ? certs_finding_of(CERTS_VERDICT_VALID, "valid")
                     : certs_finding_of(CERTS_VERDICT_SIGNATURE_INVALID, "crl: signature wrong");
}

struct digest {
    const char *oid, *name, *rsa_oid, *ecdsa_oid;
    const EVP_MD *(*md)(void);
};

static const struct digest digests[] = {
    {"2.16.840.1.101.3.4.2.1", "sha256", "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2", EVP_sha256},
    {"2.16.840.1.101.3.4.2.2", "sha384", "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3", EVP_sha384},
    {"2.16.840.1.101.3.4.2.3", "sha512", "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4", EVP_sha512},
};

static const struct digest *digest_find(const char *oid)
{
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(digests); i++) {
        if (strcmp(digests[i].oid, oid) == 0)
            return &digests[i];
    }
    return NULL;
}

static void algorithm_text(const X509_ALGOR *algorithm, char ret_text[static CERTS_OID_TEXT_MAX])
{
    const ASN1_OBJECT *oid = NULL;
    X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
    certs_oid_text(oid, ret_text);
}

/* OpenSSL ignores which digest the signature algorithm names; we do not. */
static bool signature_fits(const X509 *cert, const struct digest *digest, const char *oid)
{
    if (EVP_PKEY_get_base_id(X509_get0_pubkey(cert)) == EVP_PKEY_RSA)
        return strcmp(oid, key_oids[0]) == 0 || strcmp(oid, digest->rsa_oid) == 0;
    return strcmp(oid, digest->ecdsa_oid) == 0;
}

static bool content_fits(CMS_SignerInfo *signer, const struct digest *digest, struct base_bytes content)
{
    const ASN1_OCTET_STRING *claimed =
        CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    uint8_t actual[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!claimed ||
        EVP_Digest(content.len ? (const void *) content.data : "", content.len, actual, &len, digest->md(), NULL) != 1)
        return false;
    return base_bytes_equal(base_bytes_of(ASN1_STRING_get0_data(claimed), (size_t) ASN1_STRING_length(claimed)),
                            base_bytes_of(actual, len));
}

static struct certs_finding message_verify(CMS_SignerInfo *signer, X509 *cert, struct base_bytes content,
                                           const char **ret_digest)
{
    X509_ALGOR *digest_algorithm = NULL, *signature_algorithm = NULL;
    CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest_algorithm, &signature_algorithm);
    char digest_oid[CERTS_OID_TEXT_MAX], signature_oid[CERTS_OID_TEXT_MAX];
    algorithm_text(digest_algorithm, digest_oid);
    algorithm_text(signature_algorithm, signature_oid);
    const struct digest *digest = digest_find(digest_oid);
    if (!digest)
        return certs_finding_of(CERTS_VERDICT_SIGNATURE_INVALID, "digest: %s not accepted", digest_oid);
    if (!signature_fits(cert, digest, signature_oid))
        return certs_finding_of(CERTS_VERDICT_SIGNATURE_INVALID, "signature: algorithm %s not accepted here",
                                signature_oid);
    if (!content_fits(signer, digest, content))
        return certs_finding_of(CERTS_VERDICT_SIGNATURE_INVALID, "signature: the content is not what was signed");
    CMS_SignerInfo_set1_signer_cert(signer, cert);
    int good = CMS_SignerInfo_verify(signer);
    ERR_clear_error();
    if (good != 1)
        return certs_finding_of(CERTS_VERDICT_SIGNATURE_INVALID, "signature: wrong");
    *ret_digest = digest->name;
    return certs_finding_of(CERTS_VERDICT_VALID, "valid");
}

const struct certs_backend certs_backend_openssl = {
    .name = "openssl",
    .key_oids = key_oids,
    .signature_oids = signature_oids,
    .key_check = key_check,
    .chain_verify = chain_verify,
    .crl_verify = crl_verify,
    .message_verify = message_verify,
};
