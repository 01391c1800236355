#include "certs/cms.h"

#include "certs/armor.h"
#include "certs/cache_inner.h"
#include "certs/der.h"
#include "certs/envelope.h"
#include "certs/finding.h"
#include "certs/trust_state.h"

#include <errno.h>
#include <openssl/err.h>

void certs_message_clear(struct certs_message *message)
{
    base_buffer_clear(&message->content);
    *message = (struct certs_message){.signing_time_us = CERTS_TIME_NONE};
}

struct limits {
    enum certs_use use;
    enum certs_leaf_moment moment;
    size_t received_max, content_max; /* bytes */
};

static struct certs_finding invalid(const char *detail)
{
    return certs_finding_of(CERTS_VERDICT_SIGNATURE_INVALID, "%s", detail);
}

static const struct certs_finding valid = {.verdict = CERTS_VERDICT_VALID, .detail = "valid"};

/* Without signed attributes the signature would be over the content itself, and a message whose content happens to be
 * the DER of another message's attributes would verify as either: the bytes signed must say which of the two they are.
 * OpenSSL does not compare content-type with what the message says its content is. */
static struct certs_finding check_attributes(CMS_ContentInfo *cms, CMS_SignerInfo *signer)
{
    if (CMS_signed_get_attr_count(signer) <= 0)
        return invalid("attributes: none are signed");
    const ASN1_OBJECT *type =
        CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
    if (!type || OBJ_cmp(type, CMS_get0_eContentType(cms)) != 0)
        return invalid("attributes: content-type missing, repeated or not that of the content");
    if (!CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING))
        return invalid("attributes: message-digest missing or repeated");
    return valid;
}

static struct certs_finding check_form(CMS_ContentInfo *cms, const struct limits *limits, CMS_SignerInfo **ret_signer,
                                       struct base_bytes *ret_content)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    if (!signers || sk_CMS_SignerInfo_num(signers) != 1)
        return invalid("form: not exactly one signer");
    if (OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
        return invalid("form: the content is not of type data");
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);
    if (!content || !*content || !ASN1_STRING_get0_data(*content))
        return invalid("form: the content is not attached");
    if ((size_t) ASN1_STRING_length(*content) > limits->content_max)
        return invalid("form: the content is too large");
    *ret_signer = sk_CMS_SignerInfo_value(signers, 0);
    *ret_content = base_bytes_of(ASN1_STRING_get0_data(*content), (size_t) ASN1_STRING_length(*content));
    return check_attributes(cms, *ret_signer);
}

/* The signer's certificate as the message carries it, and how far we know it already. */
struct candidate {
    struct certs_leaf *leaf; /* cached, or NULL */
    X509 *cert;
    const struct certs_backend *backend;
    const char *key_kind;
    uint8_t sha256[CERTS_DIGEST_BYTES];
};

static void candidate_clear(struct candidate *candidate)
{
    certs_leaf_unref(candidate->leaf);
    X509_free(candidate->cert);
    *candidate = (struct candidate){0};
}

static struct certs_finding candidate_read(struct certs_trust *trust, struct certs_cache *cache, struct base_bytes der,
                                           int64_t now_us, struct candidate *candidate)
{
    if (der.len > CERTS_LEAF_BYTES_MAX)
        return invalid("form: a certificate is too large");
    if (certs_sha256(der, candidate->sha256) < 0)
        return certs_finding_failed();
    candidate->leaf = certs_cache_find(cache, trust, candidate->sha256, now_us);
    if (candidate->leaf) {
        X509_up_ref(candidate->leaf->cert);
        candidate->cert = candidate->leaf->cert;
        candidate->backend = candidate->leaf->backend;
        candidate->key_kind = candidate->leaf->key_kind;
        return valid;
    }
    candidate->cert = certs_x509_parse(der);
    return candidate->cert ? valid : invalid("form: a certificate is unreadable");
}

static struct certs_finding candidate_find(struct certs_trust *trust, struct certs_cache *cache,
                                           const struct certs_envelope *envelope, CMS_SignerInfo *signer,
                                           int64_t now_us, struct candidate *ret_candidate)
{
    for (size_t i = 0; i < envelope->count; i++) {
        struct candidate candidate = {0};
        struct certs_finding finding = candidate_read(trust, cache, envelope->certs[i], now_us, &candidate);
        if (finding.verdict == CERTS_VERDICT_VALID && CMS_SignerInfo_cert_cmp(signer, candidate.cert) == 0) {
            *ret_candidate = candidate;
            return valid;
        }
        candidate_clear(&candidate);
        if (finding.verdict != CERTS_VERDICT_VALID)
            return finding;
    }
    return invalid("form: the signer's certificate is not inside");
}

/* A key that is too weak makes the signature worthless, whoever's it is; an algorithm we do not serve is a matter of
 * the certificate. */
static struct certs_finding candidate_key_check(struct candidate *candidate)
{
    if (candidate->leaf)
        return valid;
    struct certs_finding finding = certs_leaf_backend_find(candidate->cert, &candidate->backend);
    if (finding.verdict != CERTS_VERDICT_VALID)
        return finding;
    candidate->key_kind = candidate->backend->key_check(candidate->cert);
    return candidate->key_kind ? valid : invalid(CERTS_LEAF_KEY_FAULT);
}

/* First ESSCertIDv2 of SigningCertificateV2 (RFC 5035): names the signer's certificate by a digest, SHA-256 unless an
 * algorithm precedes it. Any other digest than SHA-256 is left unread: sid and signature bind the certificate anyway.
 */
static bool signing_certificate_fits(const ASN1_STRING *attribute, const uint8_t sha256[static CERTS_DIGEST_BYTES])
{
    static const uint8_t sha256_oid[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
    struct base_bytes rest = base_bytes_of(ASN1_STRING_get0_data(attribute), (size_t) ASN1_STRING_length(attribute));
    struct certs_der list, ids, id, algorithm, oid, hash;
    if (!certs_der_take(&rest, CERTS_DER_SEQUENCE, &list) || !certs_der_take(&list.content, CERTS_DER_SEQUENCE, &ids) ||
        !certs_der_take(&ids.content, CERTS_DER_SEQUENCE, &id))
        return false;
    if (certs_der_take(&id.content, CERTS_DER_SEQUENCE, &algorithm)) {
        if (!certs_der_take(&algorithm.content, CERTS_DER_OID, &oid))
            return false;
        if (!base_bytes_equal(oid.content, base_bytes_of(sha256_oid, sizeof sha256_oid)))
            return true;
    }
    return certs_der_take(&id.content, CERTS_DER_OCTET_STRING, &hash) &&
           base_bytes_equal(hash.content, base_bytes_of(sha256, CERTS_DIGEST_BYTES));
}

static struct certs_finding check_signed_extras(CMS_SignerInfo *signer, const struct candidate *candidate,
                                                int64_t *ret_signing_time_us)
{
    *ret_signing_time_us = CERTS_TIME_NONE;
    if (CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, -1) >= 0) {
        const ASN1_STRING *attribute =
            CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE);
        if (!attribute || !signing_certificate_fits(attribute, candidate->sha256))
            return invalid("attributes: signing-certificate names another certificate");
    }
    int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    if (at < 0)
        return valid;
    X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer, at);
    const ASN1_TYPE *time = X509_ATTRIBUTE_get0_type(attribute, 0);
    int type = time ? ASN1_TYPE_get(time) : 0;
    if (CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, at) >= 0 || X509_ATTRIBUTE_count(attribute) != 1 ||
        (type != V_ASN1_UTCTIME && type != V_ASN1_GENERALIZEDTIME) ||
        certs_time_parse(time->value.asn1_string, ret_signing_time_us) < 0)
        return invalid("attributes: signing-time malformed or repeated");
    return valid;
}

/* The signature before the certificate: bytes changed on the way are told as such, whoever's they were. */
static struct certs_finding check_signature(CMS_SignerInfo *signer, struct candidate *candidate,
                                            struct base_bytes content, const char **ret_digest,
                                            int64_t *ret_signing_time_us)
{
    struct certs_finding finding = candidate_key_check(candidate);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = candidate->backend->message_verify(signer, candidate->cert, content, ret_digest);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = check_signed_extras(signer, candidate, ret_signing_time_us);
    return finding;
}

static struct certs_finding check_certificate(struct certs_trust *trust, struct certs_cache *cache,
                                              struct candidate *candidate, const struct limits *limits, int64_t now_us)
{
    if (!candidate->leaf) {
        struct certs_finding finding =
            certs_leaf_verify(trust, candidate->cert, candidate->backend, candidate->key_kind, candidate->sha256,
                              now_us, limits->moment, &candidate->leaf);
        if (finding.verdict != CERTS_VERDICT_VALID)
            return finding;
        if (limits->moment == CERTS_LEAF_NOW)
            certs_cache_append(cache, trust, candidate->leaf);
    }
    return certs_profile_check(&candidate->leaf->profile, limits->use, &trust->options);
}

static struct certs_finding message_fill(const struct certs_leaf *leaf, struct base_bytes content,
                                         struct certs_message *message, struct certs_message *ret_message)
{
    base_buffer_init(&message->content, content.len);
    if (base_buffer_append(&message->content, content) < 0)
        return certs_finding_failed();
    message->signer = leaf->identity;
    message->signature = leaf->key_kind;
    *ret_message = *message;
    return valid;
}

static struct certs_finding verify_envelope(struct certs_trust *trust, struct certs_cache *cache,
                                            const struct certs_envelope *envelope, const struct limits *limits,
                                            int64_t now_us, struct certs_message *ret_message)
{
    CMS_SignerInfo *signer = NULL;
    struct base_bytes content;
    struct candidate candidate BASE_CLEANUP(candidate_clear) = {0};
    struct certs_message message = {0};
    struct certs_finding finding = check_form(envelope->cms, limits, &signer, &content);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = candidate_find(trust, cache, envelope, signer, now_us, &candidate);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = check_signature(signer, &candidate, content, &message.digest, &message.signing_time_us);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = check_certificate(trust, cache, &candidate, limits, now_us);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = message_fill(candidate.leaf, content, &message, ret_message);
    return finding;
}

static struct certs_finding verify(struct certs_trust *trust, struct certs_cache *cache, struct base_bytes received,
                                   const struct limits *limits, int64_t now_us, struct certs_message *ret_message)
{
    if (received.len > limits->received_max)
        return invalid("form: too large");
    struct base_buffer scratch BASE_CLEANUP(base_buffer_clear) = {0};
    base_buffer_init(&scratch, received.len + 4);
    struct base_bytes binary;
    int r = certs_armor_decode(received, &scratch, &binary);
    struct certs_envelope envelope BASE_CLEANUP(certs_envelope_clear) = {0};
    if (r == 0)
        r = certs_envelope_parse(binary, &envelope);
    if (r == -ENOMEM)
        return certs_finding_failed();
    if (r < 0)
        return invalid("form: not one CMS SignedData in DER, BER, PEM or base64");
    struct certs_finding finding = verify_envelope(trust, cache, &envelope, limits, now_us, ret_message);
    ERR_clear_error();
    return finding;
}

struct certs_finding certs_cms_verify(struct certs_trust *trust, struct certs_cache *cache, struct base_bytes received,
                                      int64_t now_us, struct certs_message *ret_message)
{
    static const struct limits limits = {CERTS_USE_SIGNER, CERTS_LEAF_NOW, CERTS_CMS_BYTES_MAX, CERTS_CMS_CONTENT_MAX};
    return verify(trust, cache, received, &limits, now_us, ret_message);
}

struct certs_finding certs_cms_past_verify(struct certs_trust *trust, struct base_bytes received, int64_t at_us,
                                           struct certs_message *ret_message)
{
    static const struct limits limits = {CERTS_USE_SIGNER, CERTS_LEAF_PAST, CERTS_CMS_BYTES_MAX, CERTS_CMS_CONTENT_MAX};
    return verify(trust, NULL, received, &limits, at_us, ret_message);
}

struct certs_finding certs_cms_answer_verify(struct certs_trust *trust, struct certs_cache *cache,
                                             struct base_bytes received, int64_t now_us,
                                             struct certs_message *ret_message)
{
    static const struct limits limits = {CERTS_USE_SYSTEM, CERTS_LEAF_NOW, CERTS_ANSWER_BYTES_MAX, CERTS_ANSWER_CONTENT_MAX};
    return verify(trust, cache, received, &limits, now_us, ret_message);
}
