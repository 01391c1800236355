#include "certs/seal.h"

#include "base/clock.h"
#include "certs/content_key.h"
#include "certs/der.h"
#include "certs/finding.h"
#include "certs/ossl.h"
#include "certs/signer_state.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdlib.h>

enum { RECIPIENT_BITS_MIN = 3072, RECIPIENT_BITS_MAX = 8192 };

struct certs_recipients {
    X509 *certs[CERTS_RECIPIENTS_MAX];
    size_t count;
    pthread_mutex_t mutex;
    struct certs_content_key *current; /* under the mutex; NULL: none */
};

void certs_recipients_free(struct certs_recipients *recipients)
{
    if (!recipients)
        return;
    for (size_t i = 0; i < recipients->count; i++)
        X509_free(recipients->certs[i]);
    certs_content_key_unref(recipients->current);
    pthread_mutex_destroy(&recipients->mutex);
    free(recipients);
}

static void recipients_freep(struct certs_recipients **recipients)
{
    certs_recipients_free(*recipients);
}

static const char *recipient_fault(X509 *cert)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return "not an RSA key";
    if (EVP_PKEY_get_bits(key) < RECIPIENT_BITS_MIN || EVP_PKEY_get_bits(key) > RECIPIENT_BITS_MAX)
        return "the key must have 3072 to 8192 bits";
    uint32_t usage = X509_get_key_usage(cert);
    return usage == UINT32_MAX || !(usage & KU_KEY_ENCIPHERMENT) ? "no key usage keyEncipherment" : NULL;
}

static bool is_repeated(const struct certs_recipients *recipients, const X509 *cert)
{
    for (size_t i = 0; i < recipients->count; i++) {
        if (EVP_PKEY_eq(X509_get0_pubkey(recipients->certs[i]), X509_get0_pubkey(cert)) == 1)
            return true;
    }
    return false;
}

int certs_recipients_new(struct base_bytes certs_pem, struct certs_recipients **ret_recipients, char **ret_error)
{
    if (ret_error)
        *ret_error = NULL;
    struct certs_recipients *recipients BASE_CLEANUP(recipients_freep) = calloc(1, sizeof *recipients);
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(certs_pem);
    if (recipients)
        pthread_mutex_init(&recipients->mutex, NULL);
    if (!recipients || !bio)
        return -ENOMEM;
    ERR_clear_error();
    for (;;) {
        X509 *cert BASE_CLEANUP(certs_x509_freep) = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        bool ended = !cert && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        ERR_clear_error();
        if (ended && recipients->count > 0)
            break;
        const char *fault = !cert                                       ? "missing or unreadable"
                            : recipients->count == CERTS_RECIPIENTS_MAX ? "too many"
                            : is_repeated(recipients, cert)             ? "the same key twice"
                                                                        : recipient_fault(cert);
        if (fault) {
            certs_error_set(ret_error, "sealing certificate %zu: %s", recipients->count + 1, fault);
            return -EBADMSG;
        }
        recipients->certs[recipients->count++] = BASE_TAKE(cert);
    }
    *ret_recipients = BASE_TAKE(recipients);
    return 0;
}

size_t certs_recipients_count(const struct certs_recipients *recipients)
{
    return recipients->count;
}

/* The content key in use, else a new one, and the number of a message under it that no other has. */
static int content_key_take(struct certs_recipients *recipients, struct certs_content_key **ret_key, uint64_t *ret_number)
{
    int64_t now_us = base_clock_monotonic_us();
    int r = 0;
    pthread_mutex_lock(&recipients->mutex);
    if (!certs_content_key_is_fresh(recipients->current, now_us)) {
        recipients->current = certs_content_key_unref(recipients->current);
        r = certs_content_key_new(recipients->certs, recipients->count, now_us, &recipients->current);
    }
    if (r == 0)
        *ret_key = certs_content_key_use(recipients->current, ret_number);
    pthread_mutex_unlock(&recipients->mutex);
    return r;
}

int certs_seal(struct certs_recipients *recipients, struct base_bytes plain, struct base_buffer *out)
{
    if (plain.len > CERTS_SEAL_BYTES_MAX)
        return -EMSGSIZE;
    struct certs_content_key *key = NULL;
    uint64_t number = 0;
    int r = content_key_take(recipients, &key, &number);
    if (r < 0)
        return r;
    r = certs_content_key_seal(key, number, plain, out);
    certs_content_key_unref(key);
    return r;
}

void certs_seal_expire(struct certs_recipients *recipients)
{
    pthread_mutex_lock(&recipients->mutex);
    if (!certs_content_key_is_fresh(recipients->current, base_clock_monotonic_us()))
        recipients->current = certs_content_key_unref(recipients->current);
    pthread_mutex_unlock(&recipients->mutex);
}

static bool is_recipient(CMS_ContentInfo *cms, X509 *cert)
{
    STACK_OF(CMS_RecipientInfo) *infos = CMS_get0_RecipientInfos(cms);
    for (int i = 0; infos && i < sk_CMS_RecipientInfo_num(infos); i++) {
        CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
        if (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS && CMS_RecipientInfo_ktri_cert_cmp(info, cert) == 0)
            return true;
    }
    return false;
}

enum { TAG_BYTES = 16 };

/* OpenSSL compares as many bytes of the authentication tag as the message brings: one that was cut to a single byte would
 * be forged in 256 tries. The tag is the last member of AuthEnvelopedData (RFC 5083 2.1) as certs_seal() writes it. */
static bool tag_is_whole(struct base_bytes sealed)
{
    struct certs_der info, type, explicit, data, member = {0};
    if (!certs_der_take(&sealed, CERTS_DER_SEQUENCE, &info) || sealed.len != 0 ||
        !certs_der_take(&info.content, CERTS_DER_OID, &type) ||
        !certs_der_take(&info.content, CERTS_DER_CONTEXT_0, &explicit) || info.content.len != 0 ||
        !certs_der_take(&explicit.content, CERTS_DER_SEQUENCE, &data) || explicit.content.len != 0)
        return false;
    while (data.content.len > 0) {
        if (!certs_der_read(&data.content, &member))
            return false;
    }
    return member.tag == CERTS_DER_OCTET_STRING && member.content.len == TAG_BYTES;
}

int certs_unseal(const struct certs_signer *opener, struct base_bytes sealed, struct base_buffer *out)
{
    if (sealed.len > (size_t) CERTS_SEAL_BYTES_MAX + (64 << 10) || !tag_is_whole(sealed))
        return -EBADMSG;
    const unsigned char *at = sealed.data;
    CMS_ContentInfo *cms BASE_CLEANUP(certs_cms_freep) = d2i_CMS_ContentInfo(NULL, &at, (long) sealed.len);
    BIO *plain BASE_CLEANUP(certs_bio_freep) = BIO_new(BIO_s_secmem()); /* wiped when freed */
    if (!plain)
        return -ENOMEM;
    int r = 0;
    /* Plain EnvelopedData would decrypt as well, but proves nothing about its bytes. */
    if (!cms || at != sealed.data + sealed.len || OBJ_obj2nid(CMS_get0_type(cms)) != NID_id_smime_ct_authEnvelopedData)
        r = -EBADMSG;
    else if (!is_recipient(cms, opener->cert))
        r = -ENOKEY;
    else if (CMS_decrypt(cms, opener->key, opener->cert, NULL, plain, CMS_BINARY) != 1)
        r = -EBADMSG;
    ERR_clear_error();
    return r < 0 ? r : certs_bio_drain(plain, out);
}
