/* Proves which signed messages are accepted and which are refused, with the finding each gets. The messages of others
 * are made by the openssl program, so that signing and verifying do not only agree with each other. */
#include "base/encoding.h"
#include "fixture.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

static struct fixture fixture;
static const char content[] = "{\"v\":\"qao.query/1\"}";

static void setup(void)
{
    fixture_init(&fixture);
}

static void teardown(void)
{
    fixture_clear(&fixture);
}

static struct certs_finding verify(struct base_bytes bytes, struct certs_message *message)
{
    *message = (struct certs_message){0};
    return certs_cms_verify(fixture.trust, NULL, bytes, NOW_US, message);
}

static void assert_accepted(struct base_bytes bytes)
{
    struct certs_message message;
    ck_assert_valid(verify(bytes, &message));
    ck_assert(base_bytes_equal_text(base_buffer_view(&message.content), content));
    ck_assert_str_eq(message.signer.iin, IIN);
    ck_assert_str_eq(message.signer.bin, BIN);
    certs_message_clear(&message);
}

static void assert_refused(struct base_bytes bytes, enum certs_verdict verdict, const char *detail)
{
    struct certs_message message;
    ck_assert_finding(verify(bytes, &message), verdict, detail);
    ck_assert_ptr_null(message.content.data);
}

static void assert_invalid(struct base_bytes bytes, const char *detail)
{
    assert_refused(bytes, CERTS_VERDICT_SIGNATURE_INVALID, detail);
}

/* openssl cms over the content with the fixture's certificate (and others given by name). */
static struct base_buffer openssl(const char *arguments, const struct certs_dev_leaf *leaf,
                                  const struct certs_dev_leaf *second)
{
    struct base_buffer out, ca BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 1 << 20);
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    ck_assert_int_eq(certs_dev_ca_certs(fixture.ca, &ca), 0);
    const struct fixture_file files[] = {
        {"ca.pem", base_buffer_view(&ca)},
        {"content", base_bytes_text(content)},
        {"cert.pem", base_buffer_view(&leaf->cert_pem)},
        {"key.pem", base_buffer_view(&leaf->key_pem)},
        {"cert2.pem", second ? base_buffer_view(&second->cert_pem) : base_bytes_text("")},
        {"key2.pem", second ? base_buffer_view(&second->key_pem) : base_bytes_text("")},
    };
    fixture_openssl(arguments, files, BASE_ARRAY_LENGTH(files), &out);
    return out;
}

#define SIGN "cms -sign -binary -in content -signer cert.pem -inkey key.pem "

/* What the program `openssl` signs, in each of its forms. */
static const char *const accepted[] = {
    SIGN "-nodetach -outform DER",
    SIGN "-nodetach -outform DER -nosmimecap",
    SIGN "-nodetach -outform DER -md sha384",
    SIGN "-nodetach -outform DER -md sha512",
    SIGN "-nodetach -outform DER -cades",
    SIGN "-nodetach -outform DER -keyid",
    SIGN "-nodetach -outform DER -stream",
    SIGN "-nodetach -outform PEM",
    SIGN "-nodetach -outform DER | base64",
    SIGN "-nodetach -outform DER | base64 -w 0",
    SIGN "-nodetach -outform DER | base64 | sed s/$/'\\r'/",
    SIGN "-nodetach -outform PEM | sed s/CMS/PKCS7/",
    SIGN "-nodetach -outform DER -certfile ca.pem",
    SIGN "-nodetach -outform DER -stream -certfile ca.pem",
};

START_TEST(test_openssl_accepted)
{
    struct base_buffer message = openssl(accepted[_i], &fixture.rsa, NULL);
    assert_accepted(base_buffer_view(&message));
    base_buffer_clear(&message);
}
END_TEST

static const struct {
    const char *arguments, *detail;
} refused[] = {
    {SIGN "-outform DER", "form: the content is not attached"},
    {SIGN "-nodetach -outform DER -nocerts", "form: the signer's certificate is not inside"},
    {SIGN "-nodetach -outform DER -noattr", "attributes: none are signed"},
    {SIGN "-nodetach -outform DER -md sha1", "digest: 1.3.14.3.2.26 not accepted"},
    {SIGN "-nodetach -outform DER -md sha224", "digest: 2.16.840.1.101.3.4.2.4 not accepted"},
    {SIGN "-nodetach -outform DER -econtent_type 1.2.840.113549.1.9.16.1.2", "form: the content is not of type data"},
    {SIGN "-nodetach -outform DER -keyopt rsa_padding_mode:pss",
     "signature: algorithm 1.2.840.113549.1.1.10 not accepted here"},
    {SIGN "-nodetach -outform DER -signer cert2.pem -inkey key2.pem", "form: not exactly one signer"},
    {"cms -sign -nodetach -binary -in content -outform SMIME -signer cert.pem -inkey key.pem", "form: not one CMS"},
    {"cms -data_create -in content -outform DER", "form: not one CMS"},
    {"cms -encrypt -aes256 -in content -outform DER cert.pem", "form: not one CMS"},
    {"cms -digest_create -in content -outform DER", "form: not one CMS"},
    {SIGN "-nodetach -outform DER | cat - content", "form: not one CMS"},
    {SIGN "-nodetach -outform DER -stream | cat - content", "form: not one CMS"},
    {SIGN "-nodetach -outform PEM | cat - content", "form: not one CMS"},
    {SIGN "-nodetach -outform PEM | cat content -", "form: not one CMS"},
    {SIGN "-nodetach -outform PEM | sed s/CMS/CERTIFICATE/", "form: not one CMS"},
    {SIGN "-nodetach -outform PEM | sed 's/-----END CMS-----//'", "form: not one CMS"},
    {SIGN "-nodetach -outform DER | base64 | tr M '*'", "form: not one CMS"},
};

START_TEST(test_openssl_refused)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.reuse_key_pem = base_bytes_of(NULL, 0);
    request.key = CERTS_DEV_KEY_P256;
    struct certs_dev_leaf second = fixture_issue(&fixture, &request);
    struct base_buffer message = openssl(refused[_i].arguments, &fixture.rsa, &second);
    assert_invalid(base_buffer_view(&message), refused[_i].detail);
    base_buffer_clear(&message);
    certs_dev_leaf_clear(&second);
}
END_TEST

START_TEST(test_nothing)
{
    assert_invalid(base_bytes_text(""), "form: not one CMS");
    assert_invalid(base_bytes_text("\n \n"), "form: not one CMS");
    assert_invalid(base_bytes_text("-----BEGIN CMS-----\n-----END CMS-----\n"), "form: not one CMS");
    assert_invalid(base_bytes_text("-----BEGIN CMS-----"), "form: not one CMS");
    assert_invalid(base_bytes_text("0"), "form: not one CMS");
}
END_TEST

/* The limits themselves are accepted, one byte more is not. */
START_TEST(test_limits)
{
    char *text = malloc(CERTS_CMS_CONTENT_MAX + 2);
    memset(text, 'a', CERTS_CMS_CONTENT_MAX + 1);
    text[CERTS_CMS_CONTENT_MAX] = '\0';
    struct base_buffer fits = fixture_message(&fixture.rsa, text);
    text[CERTS_CMS_CONTENT_MAX] = 'a';
    text[CERTS_CMS_CONTENT_MAX + 1] = '\0';
    struct base_buffer over = fixture_message(&fixture.rsa, text);
    free(text);
    struct certs_message message;
    ck_assert_valid(verify(base_buffer_view(&fits), &message));
    ck_assert_uint_eq(message.content.len, CERTS_CMS_CONTENT_MAX);
    certs_message_clear(&message);
    assert_invalid(base_buffer_view(&over), "form: the content is too large");
    base_buffer_clear(&fits);
    base_buffer_clear(&over);

    uint8_t *large = calloc(1, CERTS_CMS_BYTES_MAX + 1);
    large[0] = 0x30;
    assert_invalid(base_bytes_of(large, CERTS_CMS_BYTES_MAX + 1), "form: too large");
    assert_invalid(base_bytes_of(large, CERTS_CMS_BYTES_MAX), "form: not one CMS");
    free(large);
}
END_TEST

START_TEST(test_message_fields)
{
    struct base_buffer signed_message = fixture_message(&fixture.rsa, content);
    struct certs_message message;
    ck_assert_valid(verify(base_buffer_view(&signed_message), &message));
    ck_assert_str_eq(message.digest, "sha256");
    ck_assert_str_eq(message.signature, "rsa");
    ck_assert_int_eq(message.signing_time_us, NOW_US);
    ck_assert_int_eq(message.signer.not_before_us, NOW_US - 3600 * SECOND_US);
    ck_assert_int_eq(message.signer.not_after_us, NOW_US + 365 * DAY_US + SECOND_US - 1);
    certs_message_clear(&message);
    base_buffer_clear(&signed_message);
}
END_TEST

/* An empty content is content all the same. */
START_TEST(test_empty_content)
{
    struct base_buffer signed_message = fixture_message(&fixture.rsa, "");
    struct certs_message message;
    ck_assert_valid(verify(base_buffer_view(&signed_message), &message));
    ck_assert_uint_eq(message.content.len, 0);
    certs_message_clear(&message);
    base_buffer_clear(&signed_message);
}
END_TEST

static const struct {
    enum certs_dev_key key;
    const char *signature, *digest;
} ec_keys[] = {
    {CERTS_DEV_KEY_P256, "ecdsa-p256", "sha256"},
    {CERTS_DEV_KEY_P384, "ecdsa-p384", "sha384"},
    {CERTS_DEV_KEY_RSA_3072, "rsa", "sha256"},
};

START_TEST(test_keys_accepted)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.reuse_key_pem = base_bytes_of(NULL, 0);
    request.key = ec_keys[_i].key;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct base_buffer signed_message = fixture_message(&leaf, content);
    struct certs_message message;
    ck_assert_valid(verify(base_buffer_view(&signed_message), &message));
    ck_assert_str_eq(message.signature, ec_keys[_i].signature);
    ck_assert_str_eq(message.digest, ec_keys[_i].digest);
    certs_message_clear(&message);
    base_buffer_clear(&signed_message);
    certs_dev_leaf_clear(&leaf);
}
END_TEST

START_TEST(test_weak_key)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.reuse_key_pem = base_bytes_of(NULL, 0);
    request.key = CERTS_DEV_KEY_RSA_1024;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct base_buffer message = openssl(SIGN "-nodetach -outform DER", &leaf, NULL);
    assert_invalid(base_buffer_view(&message), "key: too weak");
    base_buffer_clear(&message);
    certs_dev_leaf_clear(&leaf);
}
END_TEST

/* Every rule about the certificate, as the finding of a message signed with it. The key is the fixture's throughout. */
struct rule {
    const char *name;
    void (*change)(struct certs_dev_request *request);
    enum certs_verdict verdict;
    const char *detail;
};

static void rule_head(struct certs_dev_request *r)
{
    r->role = CERTS_DEV_HEAD;
}
static void rule_signatory(struct certs_dev_request *r)
{
    r->role = CERTS_DEV_SIGNATORY;
}
static void rule_single(struct certs_dev_request *r)
{
    r->kind = CERTS_DEV_SINGLE;
}
static void rule_key_file(struct certs_dev_request *r)
{
    r->key_file = true;
}
static void rule_auth(struct certs_dev_request *r)
{
    r->kind = CERTS_DEV_AUTH;
}
static void rule_system(struct certs_dev_request *r)
{
    r->kind = CERTS_DEV_SYSTEM;
}
static void rule_private(struct certs_dev_request *r)
{
    r->role = CERTS_DEV_PRIVATE;
}
static void rule_staff(struct certs_dev_request *r)
{
    r->role = CERTS_DEV_STAFF;
}
static void rule_no_iin(struct certs_dev_request *r)
{
    r->iin = NULL;
}
static void rule_no_bin(struct certs_dev_request *r)
{
    r->bin = NULL;
}
static void rule_iin_digit(struct certs_dev_request *r)
{
    r->iin = "500101100001";
}
static void rule_bin_digit(struct certs_dev_request *r)
{
    r->bin = "300140000016";
}
static void rule_iin_short(struct certs_dev_request *r)
{
    r->iin = "50010110000";
}
static void rule_iin_letters(struct certs_dev_request *r)
{
    r->iin = "50010110000O";
}
static void rule_two_iins(struct certs_dev_request *r)
{
    r->second_iin = true;
}
static void rule_sha1(struct certs_dev_request *r)
{
    r->sha1 = true;
}
static void rule_self_signed(struct certs_dev_request *r)
{
    r->self_signed = true;
}
static void rule_ca(struct certs_dev_request *r)
{
    r->is_ca = true;
}
static void rule_critical(struct certs_dev_request *r)
{
    r->unknown_critical = true;
}
static void rule_by_root(struct certs_dev_request *r)
{
    r->by_root = true;
}

static void rule_expired(struct certs_dev_request *r)
{
    r->not_before_us = NOW_US - 2 * 365 * DAY_US;
    r->not_after_us = NOW_US - SECOND_US;
}

static void rule_last_second(struct certs_dev_request *r)
{
    r->not_before_us = NOW_US - DAY_US;
    r->not_after_us = NOW_US;
}

static void rule_first_second(struct certs_dev_request *r)
{
    r->not_before_us = NOW_US;
    r->not_after_us = NOW_US + DAY_US;
}

static void rule_not_yet(struct certs_dev_request *r)
{
    r->not_before_us = NOW_US + SECOND_US;
    r->not_after_us = NOW_US + DAY_US;
}

static const struct rule signer_rules[] = {
    {"head", rule_head, CERTS_VERDICT_VALID, "valid"},
    {"signatory", rule_signatory, CERTS_VERDICT_VALID, "valid"},
    {"single", rule_single, CERTS_VERDICT_VALID, "valid"},
    {"key file", rule_key_file, CERTS_VERDICT_PROFILE, "key store: a protected carrier is required"},
    {"last second", rule_last_second, CERTS_VERDICT_VALID, "valid"},
    {"first second", rule_first_second, CERTS_VERDICT_VALID, "valid"},
    {"issued by the root", rule_by_root, CERTS_VERDICT_VALID, "valid"},
    {"login certificate", rule_auth, CERTS_VERDICT_PROFILE, "key usage: not a signing certificate"},
    {"information system", rule_system, CERTS_VERDICT_PROFILE, "key usage: not a signing certificate"},
    {"private person", rule_private, CERTS_VERDICT_PROFILE, "holder: a private person's certificate"},
    {"other staff", rule_staff, CERTS_VERDICT_PROFILE, "holder: not an organisation's employee"},
    {"no IIN", rule_no_iin, CERTS_VERDICT_PROFILE, "iin: missing"},
    {"no BIN", rule_no_bin, CERTS_VERDICT_PROFILE, "bin: missing"},
    {"IIN check digit", rule_iin_digit, CERTS_VERDICT_PROFILE, "iin: malformed or wrong check digit"},
    {"BIN check digit", rule_bin_digit, CERTS_VERDICT_PROFILE, "bin: malformed or wrong check digit"},
    {"IIN of eleven digits", rule_iin_short, CERTS_VERDICT_PROFILE, "iin: malformed"},
    {"IIN with a letter", rule_iin_letters, CERTS_VERDICT_PROFILE, "iin: malformed"},
    {"two IINs", rule_two_iins, CERTS_VERDICT_PROFILE, "iin: more than one"},
    {"SHA-1", rule_sha1, CERTS_VERDICT_PROFILE, "algorithm 1.2.840.113549.1.1.5 not supported"},
    {"authority", rule_ca, CERTS_VERDICT_PROFILE, "basic constraints: an authority's certificate"},
    {"critical extension", rule_critical, CERTS_VERDICT_PROFILE, "extension: critical and not known"},
    {"signed by itself", rule_self_signed, CERTS_VERDICT_UNTRUSTED, "chain: "},
    {"expired", rule_expired, CERTS_VERDICT_EXPIRED, "validity: over"},
    {"not yet valid", rule_not_yet, CERTS_VERDICT_EXPIRED, "validity: not yet begun"},
};

START_TEST(test_signer_rule)
{
    const struct rule *rule = &signer_rules[_i];
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    rule->change(&request);
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct base_buffer signed_message = fixture_message(&leaf, content);
    struct certs_message message = {0};
    /* Twice over one cache: what was refused cold is refused warm. */
    struct certs_cache *cache = NULL;
    ck_assert_int_eq(certs_cache_new(4, &cache), 0);
    for (int i = 0; i < 2; i++) {
        struct certs_finding finding =
            certs_cms_verify(fixture.trust, cache, base_buffer_view(&signed_message), NOW_US, &message);
        ck_assert_finding(finding, rule->verdict, rule->detail);
        certs_message_clear(&message);
    }
    certs_cache_free(cache);
    base_buffer_clear(&signed_message);
    certs_dev_leaf_clear(&leaf);
}
END_TEST

static const struct rule connection_rules[] = {
    {"login certificate", rule_auth, CERTS_VERDICT_VALID, "valid"},
    {"single", rule_single, CERTS_VERDICT_VALID, "valid"},
    {"head", rule_head, CERTS_VERDICT_VALID, "valid"},
    {"information system", rule_system, CERTS_VERDICT_PROFILE, "extended key usage: neither"},
    {"private person", rule_private, CERTS_VERDICT_PROFILE, "holder: a private person's certificate"},
    {"other staff", rule_staff, CERTS_VERDICT_PROFILE, "holder: not an organisation's employee"},
    {"no IIN", rule_no_iin, CERTS_VERDICT_PROFILE, "iin: missing"},
    {"no BIN", rule_no_bin, CERTS_VERDICT_PROFILE, "bin: missing"},
    {"SHA-1", rule_sha1, CERTS_VERDICT_PROFILE, "algorithm 1.2.840.113549.1.1.5 not supported"},
    {"signed by itself", rule_self_signed, CERTS_VERDICT_UNTRUSTED, "chain: "},
    {"expired", rule_expired, CERTS_VERDICT_EXPIRED, "validity: over"},
    {"not yet valid", rule_not_yet, CERTS_VERDICT_EXPIRED, "validity: not yet begun"},
};

START_TEST(test_connection_rule)
{
    const struct rule *rule = &connection_rules[_i];
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    rule->change(&request);
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct certs_identity identity = {0};
    struct certs_finding finding =
        certs_peer_verify(fixture.trust, NULL, base_buffer_view(&leaf.cert_der), NOW_US, &identity);
    ck_assert_finding(finding, rule->verdict, rule->detail);
    ck_assert_str_eq(identity.iin, rule->verdict == CERTS_VERDICT_VALID ? IIN : "");
    certs_dev_leaf_clear(&leaf);
}
END_TEST

/* What zeroed options refuse passes where each option says so, and only there: the authority's test numbers, and a key
 * file. The configuration's words have the sense of their names. */
START_TEST(test_options)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    rule_iin_digit(&request);
    struct certs_dev_leaf test_number = fixture_issue(&fixture, &request);
    request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.key_file = true;
    struct certs_dev_leaf in_file = fixture_issue(&fixture, &request);
    for (int i = 0; i < 4; i++) {
        bool check_digits = i & 1, require_protected_carrier = i & 2;
        const struct certs_trust_options options = certs_trust_options_of(check_digits, require_protected_carrier);
        struct certs_trust *trust = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &options);
        struct certs_identity identity = {0};
        struct certs_finding number_found =
            certs_peer_verify(trust, NULL, base_buffer_view(&test_number.cert_der), NOW_US, &identity);
        if (check_digits) {
            ck_assert_finding(number_found, CERTS_VERDICT_PROFILE, "iin: malformed or wrong check digit");
        } else {
            ck_assert_valid(number_found);
            ck_assert_str_eq(identity.iin, "500101100001");
        }
        struct certs_finding file_found =
            certs_peer_verify(trust, NULL, base_buffer_view(&in_file.cert_der), NOW_US, &identity);
        if (require_protected_carrier)
            ck_assert_finding(file_found, CERTS_VERDICT_PROFILE, "key store: a protected carrier is required");
        else
            ck_assert_valid(file_found);
        certs_trust_unref(trust);
    }
    const struct certs_trust_options strict = certs_trust_options_of(true, true), zeroed = {0};
    ck_assert_int_eq(strict.check_digits, zeroed.check_digits);
    ck_assert_int_eq(strict.protected_carrier, zeroed.protected_carrier);
    certs_dev_leaf_clear(&test_number);
    certs_dev_leaf_clear(&in_file);
}
END_TEST

/* A certificate of today's authority: GOST 34.10-2015. Refused by its OID on a connection. */
START_TEST(test_gost_connection)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SINGLE);
    request.key = CERTS_DEV_KEY_GOST;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct certs_identity identity;
    ck_assert_finding(certs_peer_verify(fixture.trust, NULL, base_buffer_view(&leaf.cert_der), NOW_US, &identity),
                      CERTS_VERDICT_PROFILE, "algorithm 1.2.398.3.10.1.1.2.2 not supported");
    certs_dev_leaf_clear(&leaf);
}
END_TEST

/* And in a message: the certificate replaces the signer's own in a message of the same issuer and serial number, which
 * is what a verifier sees before it can check anything. */
START_TEST(test_gost_message)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SINGLE);
    request.key = CERTS_DEV_KEY_GOST;
    struct certs_dev_leaf gost = fixture_issue(&fixture, &request);
    const unsigned char *at = gost.cert_der.data;
    X509 *cert = d2i_X509(NULL, &at, (long) gost.cert_der.len);
    struct base_buffer signed_message = openssl(SIGN "-nodetach -nocerts -outform DER", &fixture.rsa, NULL);
    at = signed_message.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) signed_message.len);
    ck_assert_ptr_nonnull(cert);
    ck_assert_ptr_nonnull(cms);
    X509_NAME *issuer = NULL;
    ASN1_INTEGER *serial = NULL;
    CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    ck_assert_int_eq(CMS_SignerInfo_get0_signer_id(info, NULL, &issuer, &serial), 1);
    const ASN1_INTEGER *wanted = X509_get0_serialNumber(cert);
    ck_assert_int_eq(ASN1_STRING_set(serial, ASN1_STRING_get0_data(wanted), ASN1_STRING_length(wanted)), 1);
    ck_assert_int_eq(CMS_add1_cert(cms, cert), 1);
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    ck_assert_int_gt(len, 0);
    assert_refused(base_bytes_of(der, (size_t) len), CERTS_VERDICT_PROFILE,
                   "algorithm 1.2.398.3.10.1.1.2.2 not supported");
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    X509_free(cert);
    base_buffer_clear(&signed_message);
    certs_dev_leaf_clear(&gost);
}
END_TEST

/* Ed25519 is a sound algorithm, but not one of the profile. */
START_TEST(test_other_algorithm)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_AUTH);
    request.reuse_key_pem = base_bytes_of(NULL, 0);
    request.key = CERTS_DEV_KEY_ED25519;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct certs_identity identity;
    ck_assert_finding(certs_peer_verify(fixture.trust, NULL, base_buffer_view(&leaf.cert_der), NOW_US, &identity),
                      CERTS_VERDICT_PROFILE, "algorithm 1.3.101.112 not supported");
    certs_dev_leaf_clear(&leaf);
}
END_TEST

/* The signature of one certificate never passes as that of another with the same key and holder: signing-certificate
 * and signer id bind the certificate itself. */
START_TEST(test_certificate_swapped)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    struct certs_dev_leaf twin = fixture_issue(&fixture, &request);
    struct base_buffer message = openssl(SIGN "-nodetach -nocerts -outform DER -keyid -cades", &fixture.rsa, NULL);
    const unsigned char *at = message.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) message.len);
    at = twin.cert_der.data;
    X509 *cert = d2i_X509(NULL, &at, (long) twin.cert_der.len);
    ck_assert_int_eq(CMS_add1_cert(cms, cert), 1);
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    assert_invalid(base_bytes_of(der, (size_t) len), "attributes: signing-certificate names another certificate");
    OPENSSL_free(der);
    X509_free(cert);
    CMS_ContentInfo_free(cms);
    base_buffer_clear(&message);
    certs_dev_leaf_clear(&twin);
}
END_TEST

/* The gateway's answer: only an information system signs one, and an officer cannot. */
/* Kept messages: as of their entry's moment, whatever became of the certificate since. */
START_TEST(test_past)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.not_before_us = NOW_US - 10 * DAY_US;
    request.not_after_us = NOW_US - DAY_US;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct base_buffer kept = fixture_message(&leaf, content);
    const struct {
        int64_t at_us;
        enum certs_verdict verdict;
        const char *detail;
    } cases[] = {
        {NOW_US, CERTS_VERDICT_EXPIRED, "validity: over"},
        {NOW_US - DAY_US, CERTS_VERDICT_VALID, "valid"},
        {NOW_US - 5 * DAY_US, CERTS_VERDICT_VALID, "valid"}, /* CRLs that were issued since */
        {NOW_US - 10 * DAY_US - SECOND_US, CERTS_VERDICT_EXPIRED, "validity: not yet begun"},
    };
    struct certs_message message = {0};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct certs_finding finding =
            certs_cms_past_verify(fixture.trust, base_buffer_view(&kept), cases[i].at_us, &message);
        ck_assert_finding(finding, cases[i].verdict, cases[i].detail);
        certs_message_clear(&message);
    }
    /* Of now nothing is softened. */
    assert_refused(base_buffer_view(&kept), CERTS_VERDICT_EXPIRED, "validity: over");
    kept.data[kept.len / 2] ^= 1;
    ck_assert_int_ne(certs_cms_past_verify(fixture.trust, base_buffer_view(&kept), NOW_US - 5 * DAY_US, &message).verdict,
                     CERTS_VERDICT_VALID);
    base_buffer_clear(&kept);
    certs_dev_leaf_clear(&leaf);
}
END_TEST

/* Revoked at a moment: what was signed before stays, what was signed then or after does not. */
START_TEST(test_past_revoked)
{
    const struct certs_trust_options options = {CERTS_CHECK_DIGITS_REQUIRED};
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.not_before_us = NOW_US - 10 * DAY_US;
    request.not_after_us = NOW_US + 10 * DAY_US;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    struct base_buffer kept = fixture_message(&leaf, content);
    ck_assert_int_eq(certs_dev_ca_revoke(fixture.ca, base_buffer_view(&leaf.cert_pem), NOW_US - 5 * DAY_US), 0);
    struct certs_trust *trust = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &options);
    struct certs_trust *old = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US - 9 * DAY_US, NOW_US - 8 * DAY_US, &options);
    struct certs_message message = {0};
    ck_assert_valid(certs_cms_past_verify(trust, base_buffer_view(&kept), NOW_US - 5 * DAY_US - SECOND_US, &message));
    certs_message_clear(&message);
    ck_assert_finding(certs_cms_past_verify(trust, base_buffer_view(&kept), NOW_US - 5 * DAY_US, &message), CERTS_VERDICT_REVOKED,
                      "revoked");
    ck_assert_finding(certs_cms_past_verify(trust, base_buffer_view(&kept), NOW_US, &message), CERTS_VERDICT_REVOKED, "revoked");
    /* CRLs that end before that moment say nothing of it. */
    ck_assert_finding(certs_cms_past_verify(old, base_buffer_view(&kept), NOW_US - 7 * DAY_US, &message),
                      CERTS_VERDICT_UNTRUSTED, "crl-out-of-date");
    certs_trust_unref(trust);
    certs_trust_unref(old);
    base_buffer_clear(&kept);
    certs_dev_leaf_clear(&leaf);
}
END_TEST

START_TEST(test_answer)
{
    struct certs_dev_request request = {.kind = CERTS_DEV_SYSTEM, .bin = BIN, .common_name = "АЖ СЫНАҚ"};
    struct certs_dev_leaf system = fixture_issue(&fixture, &request);
    struct base_buffer answer = fixture_message(&system, content), forged = fixture_message(&fixture.rsa, content);
    struct certs_message message = {0};
    ck_assert_valid(certs_cms_answer_verify(fixture.trust, NULL, base_buffer_view(&answer), NOW_US, &message));
    ck_assert_str_eq(message.signer.bin, BIN);
    ck_assert_str_eq(message.signer.iin, "");
    ck_assert_str_eq(message.signature, "ecdsa-p256");
    certs_message_clear(&message);
    ck_assert_finding(certs_cms_answer_verify(fixture.trust, NULL, base_buffer_view(&forged), NOW_US, &message),
                      CERTS_VERDICT_PROFILE, "holder: not an information system");
    assert_refused(base_buffer_view(&answer), CERTS_VERDICT_PROFILE, "key usage: not a signing certificate");
    base_buffer_clear(&answer);
    base_buffer_clear(&forged);
    certs_dev_leaf_clear(&system);
}
END_TEST

/* The openssl program accepts what we sign, with the content we gave. */
START_TEST(test_openssl_verifies_ours)
{
    struct base_buffer ca BASE_CLEANUP(base_buffer_clear), out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    base_buffer_init(&out, 1 << 20);
    ck_assert_int_eq(certs_dev_ca_certs(fixture.ca, &ca), 0);
    struct base_buffer message = fixture_message(&fixture.rsa, content);
    const struct fixture_file files[] = {{"m", base_buffer_view(&message)}, {"ca.pem", base_buffer_view(&ca)}};
    fixture_openssl("cms -verify -cades -binary -inform DER -in m -CAfile ca.pem -attime 1795330800 2>/dev/null", files,
                    2, &out);
    ck_assert(base_bytes_equal_text(base_buffer_view(&out), content));
    base_buffer_clear(&message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certs/cms");
    TCase *tests = tcase_create("cms");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_openssl_accepted, 0, BASE_ARRAY_LENGTH(accepted));
    tcase_add_loop_test(tests, test_openssl_refused, 0, BASE_ARRAY_LENGTH(refused));
    tcase_add_test(tests, test_nothing);
    tcase_add_test(tests, test_limits);
    tcase_add_test(tests, test_message_fields);
    tcase_add_test(tests, test_empty_content);
    tcase_add_loop_test(tests, test_keys_accepted, 0, BASE_ARRAY_LENGTH(ec_keys));
    tcase_add_test(tests, test_weak_key);
    tcase_add_loop_test(tests, test_signer_rule, 0, BASE_ARRAY_LENGTH(signer_rules));
    tcase_add_loop_test(tests, test_connection_rule, 0, BASE_ARRAY_LENGTH(connection_rules));
    tcase_add_test(tests, test_options);
    tcase_add_test(tests, test_gost_connection);
    tcase_add_test(tests, test_gost_message);
    tcase_add_test(tests, test_other_algorithm);
    tcase_add_test(tests, test_certificate_swapped);
    tcase_add_test(tests, test_past);
    tcase_add_test(tests, test_past_revoked);
    tcase_add_test(tests, test_answer);
    tcase_add_test(tests, test_openssl_verifies_ours);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
