#include "certs/cms.h"
#include "certs/ossl.h"
#include "certs/signer_state.h"

#include <errno.h>
#include <openssl/err.h>

static const EVP_MD *digest_for(const EVP_PKEY *key)
{
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_bits(key) == 384 ? EVP_sha384() : EVP_sha256();
}

/* Set by us, or OpenSSL would ask the machine's clock. */
static bool signing_time_set(CMS_SignerInfo *signer, int64_t now_us)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t) (now_us / 1000000));
    bool done = time && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time, -1) == 1;
    ASN1_TIME_free(time);
    return done;
}

int certs_cms_sign(const struct certs_signer *signer, struct base_bytes content, int64_t now_us,
                   struct base_buffer *out)
{
    if (content.len > CERTS_ANSWER_CONTENT_MAX)
        return -EMSGSIZE;
    /* CADES adds signing-certificate-v2: the signature then names the certificate itself, not only issuer and serial.
     */
    const unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES;
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(content);
    CMS_ContentInfo *cms BASE_CLEANUP(certs_cms_freep) = CMS_sign(NULL, NULL, NULL, NULL, flags);
    if (!bio || !cms)
        return -ENOMEM;
    CMS_SignerInfo *info = CMS_add1_signer(cms, signer->cert, signer->key, digest_for(signer->key), flags);
    int r = 0;
    if (!info || !signing_time_set(info, now_us) || CMS_final(cms, bio, NULL, flags) != 1)
        r = -EIO;
    if (r == 0)
        r = certs_cms_encode(cms, out);
    ERR_clear_error();
    return r;
}
