#include "tests/unit/gateway/adapters/soap_fixture.h"

#include "base/clock.h"
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_sign.h"
#include "gateway/adapters/xml_read.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *drain(BIO *bio)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    char *text = strndup(data, (size_t) len);
    BIO_free(bio);
    ck_assert_ptr_nonnull(text);
    return text;
}

struct fixture_pem fixture_pem_new(const char *kind, unsigned bits)
{
    EVP_PKEY *key =
        bits > 0 ? EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t) bits) : EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
    X509 *x509 = X509_new();
    ck_assert(key && x509);
    const time_t now = FIXTURE_NOW_US / 1000000, half_a_year = 182 * 86400;
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    ASN1_TIME_set(X509_getm_notBefore(x509), now - half_a_year);
    ASN1_TIME_set(X509_getm_notAfter(x509), now + half_a_year);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, (const unsigned char *) "registry", -1,
                               -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_set_pubkey(x509, key);
    ck_assert_int_gt(X509_sign(x509, key, EVP_sha256()), 0);
    BIO *certificate_pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_X509(certificate_pem, x509), 1);
    ck_assert_int_eq(PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL), 1);
    X509_free(x509);
    EVP_PKEY_free(key);
    return (struct fixture_pem){.certificate = drain(certificate_pem), .key = drain(key_pem)};
}

void fixture_pem_clear(struct fixture_pem *pem)
{
    free(pem->certificate);
    free(pem->key);
    *pem = (struct fixture_pem){0};
}

struct fixture_signer fixture_signer_new(const char *kind, unsigned bits)
{
    ck_assert_int_eq(adapter_key_libraries_init(), 0);
    struct fixture_signer signer = {.pem = fixture_pem_new(kind, bits)};
    const char *error = NULL;
    ck_assert_int_eq(
        adapter_key_new(base_bytes_text(signer.pem.certificate), base_bytes_text(signer.pem.key), &signer.key, &error),
        0);
    ck_assert_int_eq(adapter_pins_new(base_bytes_text(signer.pem.certificate), &signer.pins, &error), 0);
    return signer;
}

void fixture_signer_clear(struct fixture_signer *signer)
{
    adapter_key_free(signer->key);
    adapter_pins_free(signer->pins);
    fixture_pem_clear(&signer->pem);
}

static const char answer[] =
    "<soap:Envelope xmlns:soap=\"" ADAPTER_NS_SOAP "\"><soap:Header/><soap:Body>"
    "<t:SendMessageResponse xmlns:t=\"" ADAPTER_NS_SYNC "\"><response><responseInfo>"
    "<messageId>a1</messageId><correlationId>q1</correlationId><responseDate>2026-11-22T12:00:00+05:00</responseDate>"
    "<status><code>Success</code><message>ok</message></status></responseInfo>"
    "<responseData><data><person><iin>500101100000</iin><note of=\"a &amp; b\">&lt;x&gt;</note></person></data>"
    "</responseData></response></t:SendMessageResponse></soap:Body></soap:Envelope>";

char *fixture_answer_new(const struct fixture_signer *signer)
{
    xmlDoc *document = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_text(answer), &document), 0);
    ck_assert_int_eq(adapter_sign_body(signer->key, document, "id-1"), 0);
    struct base_buffer text;
    base_buffer_init(&text, ADAPTER_XML_BYTES_MAX);
    ck_assert_int_eq(adapter_envelope_write(document, &text), 0);
    xmlFreeDoc(document);
    char *taken = base_buffer_take_text(&text);
    ck_assert_ptr_nonnull(taken);
    return taken;
}

char *fixture_replace(char *take_text, const char *old, const char *new)
{
    char *at = strstr(take_text, old), *made = NULL;
    ck_assert_msg(at && !strstr(at + 1, old), "'%s' does not stand exactly once", old);
    *at = 0;
    ck_assert_int_gt(asprintf(&made, "%s%s%s", take_text, new, at + strlen(old)), 0);
    free(take_text);
    return made;
}

char *fixture_between(const char *text, const char *begin, const char *end)
{
    const char *from = strstr(text, begin);
    const char *to = from ? strstr(from, end) : NULL;
    ck_assert(from && to);
    char *made = strndup(from, (size_t) (to - from) + strlen(end));
    ck_assert_ptr_nonnull(made);
    return made;
}
