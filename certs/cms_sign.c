/* Writes SignedData (RFC 5652) in DER by hand: what it costs is then the signature itself, where OpenSSL's CMS spends twice
 * as long around it. Read back, in tests too, by OpenSSL. */
#include "certs/cms.h"

#include "certs/der.h"
#include "certs/ossl.h"
#include "certs/signer_state.h"

#include <errno.h>
#include <openssl/err.h>

enum { ATTRIBUTES_BYTES_MAX = 16 << 10, INFO_BYTES_MAX = 32 << 10, SIGNATURE_BYTES_MAX = 2048, CONTEXT_4 = 0xa4 };

#define BYTES(...)                                                                                                     \
    (struct base_bytes)                                                                                                \
    {                                                                                                                  \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                                         \
    }
#define PKCS7 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07 /* 1.2.840.113549.1.7 */
#define PKCS9 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09 /* 1.2.840.113549.1.9 */

/* What depends on the key: AlgorithmIdentifiers of digest and signature. */
struct suite {
    const EVP_MD *digest;
    struct base_bytes digest_algorithm, signature_algorithm;
};

static struct suite suite_of(const EVP_PKEY *key)
{
    static const uint8_t sha256[] = {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
    static const uint8_t sha384[] = {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
    static const uint8_t rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    static const uint8_t ecdsa256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    static const uint8_t ecdsa384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
    bool curve = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
    if (curve && EVP_PKEY_get_bits(key) == 384)
        return (struct suite){EVP_sha384(), base_bytes_of(sha384, sizeof sha384), base_bytes_of(ecdsa384, sizeof ecdsa384)};
    return (struct suite){EVP_sha256(), base_bytes_of(sha256, sizeof sha256),
                          curve ? base_bytes_of(ecdsa256, sizeof ecdsa256) : base_bytes_of(rsa, sizeof rsa)};
}

/* Attribute with one value that is already DER. */
static void attribute_append(struct base_buffer *out, struct base_bytes oid, struct base_bytes value)
{
    certs_der_header_append(out, CERTS_DER_SEQUENCE, certs_der_size(oid.len) + certs_der_size(value.len));
    certs_der_append(out, CERTS_DER_OID, oid);
    certs_der_append(out, CERTS_DER_SET, value);
}

/* By its own clock OpenSSL would write the machine's time: ours is handed in. */
static int signing_time_append(struct base_buffer *out, int64_t now_us)
{
    unsigned char *der = NULL;
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t) (now_us / 1000000));
    int len = time ? i2d_ASN1_TIME(time, &der) : -1;
    if (len > 0)
        attribute_append(out, BYTES(PKCS9, 0x05), base_bytes_of(der, (size_t) len));
    OPENSSL_free(der);
    ASN1_TIME_free(time);
    return len > 0 ? 0 : -EIO;
}

static int digest_append(struct base_buffer *out, const EVP_MD *digest, struct base_bytes content)
{
    uint8_t octets[2 + EVP_MAX_MD_SIZE] = {CERTS_DER_OCTET_STRING};
    unsigned len = 0;
    if (EVP_Digest(content.len ? (const void *) content.data : "", content.len, octets + 2, &len, digest, NULL) != 1)
        return -EIO;
    octets[1] = (uint8_t) len;
    attribute_append(out, BYTES(PKCS9, 0x04), base_bytes_of(octets, 2 + len));
    return 0;
}

/* SigningCertificateV2 (RFC 5035) with SHA-256, its default: the signature then names the certificate itself, not only
 * issuer and serial number. */
static int certificate_append(struct base_buffer *out, const struct certs_signer *signer)
{
    struct base_buffer issuer BASE_CLEANUP(base_buffer_clear), id BASE_CLEANUP(base_buffer_clear);
    struct base_buffer value BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&issuer, ATTRIBUTES_BYTES_MAX);
    base_buffer_init(&id, ATTRIBUTES_BYTES_MAX);
    base_buffer_init(&value, ATTRIBUTES_BYTES_MAX);
    int r = certs_issuer_encode(signer->cert, &issuer);
    size_t name = certs_der_size(issuer.len); /* [4] directoryName, explicit */
    certs_der_header_append(&id, CERTS_DER_SEQUENCE, name);
    certs_der_append(&id, CONTEXT_4, base_buffer_view(&issuer));
    if (r == 0)
        r = certs_serial_encode(signer->cert, &id);
    size_t hash = certs_der_size(sizeof signer->sha256), serial = certs_der_size(id.len);
    certs_der_header_append(&value, CERTS_DER_SEQUENCE, certs_der_size(certs_der_size(hash + serial)));
    certs_der_header_append(&value, CERTS_DER_SEQUENCE, certs_der_size(hash + serial));
    certs_der_header_append(&value, CERTS_DER_SEQUENCE, hash + serial);
    certs_der_append(&value, CERTS_DER_OCTET_STRING, base_bytes_of(signer->sha256, sizeof signer->sha256));
    certs_der_append(&value, CERTS_DER_SEQUENCE, base_buffer_view(&id));
    if (r == 0)
        r = base_buffer_error(&value);
    attribute_append(out, BYTES(PKCS9, 0x10, 0x02, 0x2f), base_buffer_view(&value));
    return r;
}

/* The content of the SET OF attributes. In DER it is in the order of bytes, which here is that of lengths: 24, 28 or 30, 47
 * or 63, and more than 80. */
static int attributes_make(const struct certs_signer *signer, const struct suite *suite, struct base_bytes content,
                           int64_t now_us, struct base_buffer *out)
{
    attribute_append(out, BYTES(PKCS9, 0x03), BYTES(CERTS_DER_OID, 0x09, PKCS7, 0x01));
    int r = signing_time_append(out, now_us);
    if (r == 0)
        r = digest_append(out, suite->digest, content);
    if (r == 0)
        r = certificate_append(out, signer);
    return r == 0 ? base_buffer_error(out) : r;
}

/* OpenSSL keeps the blinding of an RSA key from use to use, and an update that found no memory leaves it wrong: the
 * signatures that follow, up to 31, are told as made and are not. ECDSA keeps nothing. */
static bool signature_check(const struct certs_signer *signer, const struct suite *suite, const struct base_buffer *set,
                            const uint8_t *signature, size_t len)
{
    if (EVP_PKEY_get_base_id(signer->key) != EVP_PKEY_RSA)
        return true;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool right = context && EVP_DigestVerifyInit(context, NULL, suite->digest, NULL, signer->key) == 1 &&
                 EVP_DigestVerify(context, signature, len, set->data, set->len) == 1;
    EVP_MD_CTX_free(context);
    return right;
}

/* Over the attributes as a SET OF, whatever tag they are sent with (RFC 5652 5.4). */
static int signature_append(struct base_buffer *out, const struct certs_signer *signer, const struct suite *suite,
                            struct base_bytes attributes)
{
    struct base_buffer set BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&set, ATTRIBUTES_BYTES_MAX + 16);
    certs_der_append(&set, CERTS_DER_SET, attributes);
    uint8_t signature[SIGNATURE_BYTES_MAX];
    size_t len = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = base_buffer_error(&set) == 0 && context &&
                EVP_DigestSignInit(context, NULL, suite->digest, NULL, signer->key) == 1 &&
                EVP_DigestSign(context, signature, &len, set.data, set.len) == 1;
    EVP_MD_CTX_free(context);
    done = done && signature_check(signer, suite, &set, signature, len);
    if (done)
        certs_der_append(out, CERTS_DER_OCTET_STRING, base_bytes_of(signature, len));
    return done ? base_buffer_error(out) : -EIO;
}

/* The content of SignerInfo. */
static int info_make(const struct certs_signer *signer, const struct suite *suite, struct base_bytes content,
                     int64_t now_us, struct base_buffer *out)
{
    struct base_buffer attributes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&attributes, ATTRIBUTES_BYTES_MAX);
    int r = attributes_make(signer, suite, content, now_us, &attributes);
    if (r < 0)
        return r;
    base_buffer_append(out, BYTES(CERTS_DER_INTEGER, 1, 1));
    r = certs_issuer_serial_encode(signer->cert, out);
    if (r < 0)
        return r;
    base_buffer_append(out, suite->digest_algorithm);
    certs_der_append(out, CERTS_DER_CONTEXT_0, base_buffer_view(&attributes));
    base_buffer_append(out, suite->signature_algorithm);
    return signature_append(out, signer, suite, base_buffer_view(&attributes));
}

int certs_cms_sign(const struct certs_signer *signer, struct base_bytes content, int64_t now_us,
                   struct base_buffer *out)
{
    if (content.len > CERTS_ANSWER_CONTENT_MAX)
        return -EMSGSIZE;
    const struct suite suite = suite_of(signer->key);
    struct base_buffer info BASE_CLEANUP(base_buffer_clear), cert BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&info, INFO_BYTES_MAX);
    base_buffer_init(&cert, INFO_BYTES_MAX);
    int r = info_make(signer, &suite, content, now_us, &info);
    if (r == 0)
        r = certs_signer_cert_der(signer, &cert);
    ERR_clear_error();
    if (r < 0)
        return r;
    /* sizes from the inside out */
    const struct base_bytes version = BYTES(CERTS_DER_INTEGER, 1, 1), data = BYTES(CERTS_DER_OID, 0x09, PKCS7, 0x01);
    const size_t octets = certs_der_size(content.len);
    const size_t encapsulated = data.len + certs_der_size(octets);
    const size_t signed_data = version.len + certs_der_size(suite.digest_algorithm.len) + certs_der_size(encapsulated) +
                               certs_der_size(cert.len) + certs_der_size(certs_der_size(info.len));
    const struct base_bytes type = BYTES(CERTS_DER_OID, 0x09, PKCS7, 0x02);
    const size_t begin = out->len;

    certs_der_header_append(out, CERTS_DER_SEQUENCE, type.len + certs_der_size(certs_der_size(signed_data)));
    base_buffer_append(out, type);
    certs_der_header_append(out, CERTS_DER_CONTEXT_0, certs_der_size(signed_data));
    certs_der_header_append(out, CERTS_DER_SEQUENCE, signed_data);
    base_buffer_append(out, version);
    certs_der_append(out, CERTS_DER_SET, suite.digest_algorithm);
    certs_der_header_append(out, CERTS_DER_SEQUENCE, encapsulated);
    base_buffer_append(out, data);
    certs_der_header_append(out, CERTS_DER_CONTEXT_0, octets);
    certs_der_append(out, CERTS_DER_OCTET_STRING, content);
    certs_der_append(out, CERTS_DER_CONTEXT_0, base_buffer_view(&cert));
    certs_der_header_append(out, CERTS_DER_SET, certs_der_size(info.len));
    certs_der_append(out, CERTS_DER_SEQUENCE, base_buffer_view(&info));
    r = base_buffer_error(out);
    if (r < 0)
        out->len = begin;
    return r;
}
