#include "certs/ossl.h"

#include "certs/der.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <time.h>

void certs_oid_text(const ASN1_OBJECT *oid, char ret_text[static CERTS_OID_TEXT_MAX])
{
    int len = oid ? OBJ_obj2txt(ret_text, CERTS_OID_TEXT_MAX, oid, 1) : 0;
    if (len <= 0 || len >= CERTS_OID_TEXT_MAX)
        memcpy(ret_text, "?", 2);
}

int certs_time_parse(const ASN1_TIME *time, int64_t *ret_at_us)
{
    struct tm tm;
    if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
        return -EBADMSG;
    *ret_at_us = (int64_t) timegm(&tm) * 1000000;
    return 0;
}

BIO *certs_bio_of(struct base_bytes bytes)
{
    if (bytes.len > INT_MAX)
        return NULL;
    return BIO_new_mem_buf(bytes.len ? (const void *) bytes.data : "", (int) bytes.len);
}

int certs_bio_drain(BIO *bio, struct base_buffer *out)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    if (len < 0)
        return -EIO;
    return base_buffer_append(out, base_bytes_of(data, (size_t) len));
}

int certs_sha256(struct base_bytes bytes, uint8_t ret_sha256[static CERTS_DIGEST_BYTES])
{
    return EVP_Digest(bytes.len ? (const void *) bytes.data : "", bytes.len, ret_sha256, NULL, EVP_sha256(), NULL) == 1
               ? 0
               : -EIO;
}

X509 *certs_x509_parse(struct base_bytes der)
{
    if (der.len == 0 || der.len > LONG_MAX)
        return NULL;
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long) der.len);
    unsigned char *again = NULL;
    int len = cert ? i2d_X509(cert, &again) : -1;
    /* A second encoding of one certificate would give one person two fingerprints. */
    bool same = len >= 0 && at == der.data + der.len && base_bytes_equal(base_bytes_of(again, (size_t) len), der);
    OPENSSL_free(again);
    ERR_clear_error();
    if (same)
        return cert;
    X509_free(cert);
    return NULL;
}

/* Takes what an i2d function allocated. */
static int der_take(unsigned char *take_der, int len, struct base_buffer *out)
{
    int r = len > 0 ? base_buffer_append(out, base_bytes_of(take_der, (size_t) len)) : -EIO;
    OPENSSL_free(take_der);
    return r;
}

int certs_issuer_encode(const X509 *cert, struct base_buffer *out)
{
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(X509_get_issuer_name(cert), &der);
    return der_take(der, len, out);
}

int certs_serial_encode(const X509 *cert, struct base_buffer *out)
{
    unsigned char *der = NULL;
    int len = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &der);
    return der_take(der, len, out);
}

int certs_issuer_serial_encode(const X509 *cert, struct base_buffer *out)
{
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, 16 << 10);
    int r = certs_issuer_encode(cert, &content);
    if (r == 0)
        r = certs_serial_encode(cert, &content);
    if (r < 0)
        return r;
    certs_der_append(out, CERTS_DER_SEQUENCE, base_buffer_view(&content));
    return base_buffer_error(out);
}
