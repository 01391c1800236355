#include "certs/envelope.h"

#include "certs/der.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>

void certs_envelope_clear(struct certs_envelope *envelope)
{
    CMS_ContentInfo_free(envelope->cms);
    base_buffer_clear(&envelope->binary);
    *envelope = (struct certs_envelope){0};
}

static CMS_ContentInfo *cms_parse(struct base_bytes binary)
{
    if (binary.len > LONG_MAX)
        return NULL;
    const unsigned char *at = binary.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) binary.len);
    ERR_clear_error();
    if (cms && at == binary.data + binary.len)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

/* The parts of a definite-length SignedData (RFC 5652 5.1): what stands before and after the certificates. */
struct parts {
    struct base_bytes type;   /* contentType, whole */
    struct base_bytes before; /* version, digestAlgorithms, encapContentInfo */
    struct base_bytes certs;
    struct base_bytes after; /* crls, signerInfos */
};

static bool split(struct base_bytes binary, struct parts *ret_parts)
{
    struct certs_der info, type, explicit, data, element;
    struct base_bytes rest = binary;
    if (!certs_der_take(&rest, CERTS_DER_SEQUENCE, &info) || rest.len != 0)
        return false;
    rest = info.content;
    if (!certs_der_take(&rest, CERTS_DER_OID, &type) || !certs_der_take(&rest, CERTS_DER_CONTEXT_0, &explicit) ||
        rest.len != 0)
        return false;
    rest = explicit.content;
    if (!certs_der_take(&rest, CERTS_DER_SEQUENCE, &data) || rest.len != 0)
        return false;
    rest = data.content;
    if (!certs_der_take(&rest, CERTS_DER_INTEGER, &element) || !certs_der_take(&rest, CERTS_DER_SET, &element) ||
        !certs_der_take(&rest, CERTS_DER_SEQUENCE, &element))
        return false;
    struct base_bytes before = base_bytes_of(data.content.data, (size_t) (rest.data - data.content.data));
    struct certs_der certs;
    if (!certs_der_take(&rest, CERTS_DER_CONTEXT_0, &certs))
        return false;
    *ret_parts = (struct parts){.type = type.whole, .before = before, .certs = certs.content, .after = rest};
    return true;
}

static int joined(const struct parts *parts, struct base_buffer *out)
{
    uint8_t data[6], explicit[6], info[6];
    size_t data_len = parts->before.len + parts->after.len;
    size_t data_header = certs_der_header(CERTS_DER_SEQUENCE, data_len, data);
    size_t explicit_len = data_header + data_len;
    size_t explicit_header = certs_der_header(CERTS_DER_CONTEXT_0, explicit_len, explicit);
    size_t info_len = parts->type.len + explicit_header + explicit_len;
    size_t info_header = certs_der_header(CERTS_DER_SEQUENCE, info_len, info);
    base_buffer_init(out, info_header + info_len);
    base_buffer_append(out, base_bytes_of(info, info_header));
    base_buffer_append(out, parts->type);
    base_buffer_append(out, base_bytes_of(explicit, explicit_header));
    base_buffer_append(out, base_bytes_of(data, data_header));
    base_buffer_append(out, parts->before);
    base_buffer_append(out, parts->after);
    return base_buffer_error(out);
}

/* Only plain certificates: RFC 5652's other choices ([0]-[3]) are no X.509 certificates of today. */
static int certs_list(struct base_bytes certs, struct certs_envelope *envelope)
{
    while (certs.len > 0) {
        struct certs_der cert;
        if (envelope->count == CERTS_ENVELOPE_CERTS_MAX || !certs_der_take(&certs, CERTS_DER_SEQUENCE, &cert))
            return -EBADMSG;
        envelope->certs[envelope->count++] = cert.whole;
    }
    return 0;
}

static int parse_definite(const struct parts *parts, struct certs_envelope *envelope)
{
    int r = certs_list(parts->certs, envelope);
    if (r == 0)
        r = joined(parts, &envelope->binary);
    if (r < 0)
        return r;
    envelope->cms = cms_parse(base_buffer_view(&envelope->binary));
    return envelope->cms ? 0 : -EBADMSG;
}

static int cert_copy(X509 *cert, struct certs_envelope *envelope, size_t *ret_len)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    if (len < 0)
        return -ENOMEM;
    int r = base_buffer_append(&envelope->binary, base_bytes_of(der, (size_t) len));
    OPENSSL_free(der);
    *ret_len = (size_t) len;
    return r;
}

/* Any other form is left to OpenSSL whole, which costs parsing the certificates. */
static int parse_other(struct base_bytes binary, struct certs_envelope *envelope)
{
    envelope->cms = cms_parse(binary);
    if (!envelope->cms || OBJ_obj2nid(CMS_get0_type(envelope->cms)) != NID_pkcs7_signed)
        return -EBADMSG;
    STACK_OF(X509) *certs = CMS_get1_certs(envelope->cms);
    int count = certs ? sk_X509_num(certs) : 0;
    int r = count > CERTS_ENVELOPE_CERTS_MAX ? -EBADMSG : 0;
    size_t lengths[CERTS_ENVELOPE_CERTS_MAX] = {0};
    base_buffer_init(&envelope->binary, 2 * binary.len);
    for (int i = 0; r == 0 && i < count; i++)
        r = cert_copy(sk_X509_value(certs, i), envelope, &lengths[i]);
    sk_X509_pop_free(certs, X509_free);
    ERR_clear_error();
    const uint8_t *at = envelope->binary.data;
    for (int i = 0; r == 0 && i < count; i++) {
        envelope->certs[envelope->count++] = base_bytes_of(at, lengths[i]);
        at += lengths[i];
    }
    return r;
}

int certs_envelope_parse(struct base_bytes binary, struct certs_envelope *ret_envelope)
{
    struct certs_envelope envelope = {0};
    struct parts parts;
    int r = split(binary, &parts) ? parse_definite(&parts, &envelope) : parse_other(binary, &envelope);
    if (r == 0 && OBJ_obj2nid(CMS_get0_type(envelope.cms)) != NID_pkcs7_signed)
        r = -EBADMSG;
    if (r < 0) {
        certs_envelope_clear(&envelope);
        return r;
    }
    *ret_envelope = envelope;
    return 0;
}
