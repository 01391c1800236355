/* Proves what a trust snapshot accepts, and what an absent, stale or wrong CRL and a revocation lead to. */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct fixture fixture;
static const struct certs_trust_options plain = {0};

static void setup(void)
{
    fixture_init(&fixture);
}

static void teardown(void)
{
    fixture_clear(&fixture);
}

static struct certs_finding peer(struct certs_trust *trust, const struct certs_dev_leaf *leaf, int64_t now_us)
{
    struct certs_identity identity;
    return certs_peer_verify(trust, NULL, base_buffer_view(&leaf->cert_der), now_us, &identity);
}

START_TEST(test_crl_missing)
{
    struct certs_trust *only_root = fixture_trust(&fixture, CERTS_DEV_CRL_ROOT, NOW_US, NOW_US + DAY_US, &plain);
    ck_assert_finding(peer(only_root, &fixture.rsa, NOW_US), CERTS_VERDICT_UNTRUSTED,
                      "crl-missing: of the certificate's issuer");
    struct certs_trust *only_issuing = fixture_trust(&fixture, CERTS_DEV_CRL_ISSUING, NOW_US, NOW_US + DAY_US, &plain);
    ck_assert_finding(peer(only_issuing, &fixture.rsa, NOW_US), CERTS_VERDICT_UNTRUSTED,
                      "crl-missing: of an authority above");
    ck_assert_int_eq(certs_trust_next_update_us(only_issuing), INT64_MIN);
    certs_trust_unref(only_root);
    certs_trust_unref(only_issuing);
}
END_TEST

/* Good in the last second of nextUpdate, out of date in the next. */
START_TEST(test_crl_dates)
{
    struct certs_trust *trust = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + 60 * SECOND_US, &plain);
    ck_assert_int_eq(certs_trust_next_update_us(trust), NOW_US + 60 * SECOND_US);
    ck_assert_valid(peer(trust, &fixture.rsa, NOW_US));
    ck_assert_valid(peer(trust, &fixture.rsa, NOW_US + 61 * SECOND_US - 1));
    ck_assert_finding(peer(trust, &fixture.rsa, NOW_US + 61 * SECOND_US), CERTS_VERDICT_UNTRUSTED, "crl-out-of-date: ");
    ck_assert_finding(peer(trust, &fixture.rsa, NOW_US - 1), CERTS_VERDICT_UNTRUSTED, "crl-not-yet-valid: ");
    certs_trust_unref(trust);
}
END_TEST

START_TEST(test_revoked)
{
    ck_assert_int_eq(certs_dev_ca_revoke(fixture.ca, base_buffer_view(&fixture.rsa.cert_pem), NOW_US), 0);
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    struct certs_dev_leaf other = fixture_issue(&fixture, &request);
    struct certs_trust *trust = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &plain);
    ck_assert_finding(peer(trust, &fixture.rsa, NOW_US), CERTS_VERDICT_REVOKED, "revoked");
    ck_assert_valid(peer(trust, &other, NOW_US));
    ck_assert_valid(peer(fixture.trust, &fixture.rsa, NOW_US)); /* the older snapshot does not know */
    struct base_buffer message = fixture_message(&fixture.rsa, "x");
    struct certs_message verified = {0};
    ck_assert_finding(certs_cms_verify(trust, NULL, base_buffer_view(&message), NOW_US, &verified),
                      CERTS_VERDICT_REVOKED, "revoked");
    base_buffer_clear(&message);
    certs_trust_unref(trust);
    certs_dev_leaf_clear(&other);
}
END_TEST

static struct base_buffer ca_pem(const struct certs_dev_ca *ca)
{
    struct base_buffer pem;
    base_buffer_init(&pem, CERTS_CA_BYTES_MAX);
    ck_assert_int_eq(certs_dev_ca_certs(ca, &pem), 0);
    return pem;
}

static struct base_buffer crl_pem(const struct certs_dev_ca *ca, int64_t this_update_us, int64_t next_update_us)
{
    struct base_buffer pem;
    base_buffer_init(&pem, CERTS_CA_BYTES_MAX);
    ck_assert_int_eq(certs_dev_ca_crl(ca, CERTS_DEV_CRL_BOTH, this_update_us, next_update_us, &pem), 0);
    return pem;
}

/* An authority of the same name with other keys: neither its certificates nor its CRLs count. */
START_TEST(test_other_authority)
{
    struct certs_dev_ca *other = NULL;
    ck_assert_int_eq(certs_dev_ca_new(NOW_US, 2048, &other), 0);
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    struct certs_dev_leaf leaf;
    ck_assert_int_eq(certs_dev_ca_issue(other, &request, NOW_US, &leaf), 0);
    ck_assert_finding(peer(fixture.trust, &leaf, NOW_US), CERTS_VERDICT_UNTRUSTED, "chain: ");

    struct base_buffer ca = ca_pem(fixture.ca), crl = crl_pem(other, NOW_US, NOW_US + DAY_US);
    struct certs_trust *trust = NULL;
    char *error = NULL;
    ck_assert_int_eq(certs_trust_new(base_buffer_view(&ca), base_buffer_view(&crl), &plain, &trust, &error), -EBADMSG);
    ck_assert_str_eq(error, "CRL 1: not signed by any of the authorities");
    free(error);
    base_buffer_clear(&ca);
    base_buffer_clear(&crl);
    certs_dev_leaf_clear(&leaf);
    certs_dev_ca_free(other);
}
END_TEST

/* Of two CRLs of one issuer the newer counts, in whichever order they stand. */
START_TEST(test_newer_crl)
{
    struct base_buffer ca = ca_pem(fixture.ca);
    struct base_buffer older = crl_pem(fixture.ca, NOW_US - DAY_US, NOW_US + DAY_US);
    ck_assert_int_eq(certs_dev_ca_revoke(fixture.ca, base_buffer_view(&fixture.rsa.cert_pem), NOW_US), 0);
    struct base_buffer newer = crl_pem(fixture.ca, NOW_US, NOW_US + DAY_US);
    for (int order = 0; order < 2; order++) {
        struct base_buffer both;
        base_buffer_init(&both, CERTS_CA_BYTES_MAX);
        base_buffer_append(&both, base_buffer_view(order ? &newer : &older));
        base_buffer_append(&both, base_buffer_view(order ? &older : &newer));
        struct certs_trust *trust = NULL;
        ck_assert_int_eq(certs_trust_new(base_buffer_view(&ca), base_buffer_view(&both), &plain, &trust, NULL), 0);
        ck_assert_finding(peer(trust, &fixture.rsa, NOW_US), CERTS_VERDICT_REVOKED, "revoked");
        certs_trust_unref(trust);
        base_buffer_clear(&both);
    }
    base_buffer_clear(&ca);
    base_buffer_clear(&older);
    base_buffer_clear(&newer);
}
END_TEST

static void assert_unusable(struct base_bytes ca, struct base_bytes crl, const char *text)
{
    struct certs_trust *trust = NULL;
    char *error = NULL;
    ck_assert_int_eq(certs_trust_new(ca, crl, &plain, &trust, &error), -EBADMSG);
    ck_assert_ptr_null(trust);
    ck_assert_str_eq(error, text);
    free(error);
}

/* The signature, and with it the last line but one, of a PEM text is changed. */
static void spoil(struct base_buffer *pem)
{
    uint8_t *end = memmem(pem->data, pem->len, "-----END", 8);
    ck_assert_ptr_nonnull(end);
    uint8_t *at = end - 30;
    *at = *at == 'A' ? 'B' : 'A';
}

START_TEST(test_unusable_input)
{
    struct base_buffer ca = ca_pem(fixture.ca), crl = crl_pem(fixture.ca, NOW_US, NOW_US + DAY_US);
    struct base_bytes ca_view = base_buffer_view(&ca), crl_view = base_buffer_view(&crl);
    assert_unusable(base_bytes_text(""), crl_view, "no authority certificate with a supported algorithm");
    assert_unusable(base_bytes_text("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"), crl_view,
                    "authority certificate 1 is unreadable");
    assert_unusable(base_buffer_view(&fixture.rsa.cert_pem), crl_view, "certificate 1 is not an authority's");
    assert_unusable(ca_view, base_bytes_text("-----BEGIN X509 CRL-----\nMII\n-----END X509 CRL-----\n"),
                    "CRL 1 is unreadable");
    assert_unusable(base_bytes_of(ca.data, ca.len - 100), crl_view, "authority certificate 2 is unreadable");
    struct base_buffer reversed = crl_pem(fixture.ca, NOW_US + DAY_US, NOW_US);
    assert_unusable(ca_view, base_buffer_view(&reversed), "CRL 1: unreadable nextUpdate");
    spoil(&crl);
    assert_unusable(ca_view, base_buffer_view(&crl), "CRL 1: not signed by any of the authorities");
    base_buffer_clear(&reversed);
    base_buffer_clear(&ca);
    base_buffer_clear(&crl);
}
END_TEST

/* An issuing certificate without its root ends in no trust; authorities whose time is over do not count. */
START_TEST(test_authorities)
{
    struct base_buffer ca = ca_pem(fixture.ca), crl = crl_pem(fixture.ca, NOW_US, NOW_US + DAY_US);
    const uint8_t *second = memmem(ca.data + 1, ca.len - 1, "-----BEGIN", 10);
    ck_assert_ptr_nonnull(second);
    struct base_bytes issuing_only = base_bytes_of(second, ca.len - (size_t) (second - ca.data));
    struct base_buffer issuing_crl;
    base_buffer_init(&issuing_crl, CERTS_CA_BYTES_MAX);
    ck_assert_int_eq(certs_dev_ca_crl(fixture.ca, CERTS_DEV_CRL_ISSUING, NOW_US, NOW_US + DAY_US, &issuing_crl), 0);
    struct certs_trust *trust = NULL;
    ck_assert_int_eq(certs_trust_new(issuing_only, base_buffer_view(&issuing_crl), &plain, &trust, NULL), 0);
    ck_assert_finding(peer(trust, &fixture.rsa, NOW_US), CERTS_VERDICT_UNTRUSTED,
                      "chain: does not end in a trusted root");
    certs_trust_unref(trust);

    const int64_t later_us = NOW_US + 11 * 365 * DAY_US;
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.not_before_us = NOW_US;
    request.not_after_us = later_us + DAY_US;
    struct certs_dev_leaf lasting = fixture_issue(&fixture, &request);
    trust = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, later_us + DAY_US, &plain);
    ck_assert_finding(peer(trust, &lasting, later_us), CERTS_VERDICT_UNTRUSTED,
                      "chain: an authority's certificate is out of date");
    certs_trust_unref(trust);
    certs_dev_leaf_clear(&lasting);
    base_buffer_clear(&issuing_crl);
    base_buffer_clear(&ca);
    base_buffer_clear(&crl);
}
END_TEST

/* The identity names the CRL that was looked into, as the openssl program digests it. */
START_TEST(test_crl_named)
{
    struct base_buffer issuing BASE_CLEANUP(base_buffer_clear), out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&issuing, CERTS_CA_BYTES_MAX);
    base_buffer_init(&out, 1024);
    ck_assert_int_eq(certs_dev_ca_crl(fixture.ca, CERTS_DEV_CRL_ISSUING, NOW_US, NOW_US + DAY_US, &issuing), 0);
    struct base_buffer ca = ca_pem(fixture.ca), both;
    base_buffer_init(&both, CERTS_CA_BYTES_MAX);
    ck_assert_int_eq(certs_dev_ca_crl(fixture.ca, CERTS_DEV_CRL_ROOT, NOW_US, NOW_US + DAY_US, &both), 0);
    ck_assert_int_eq(base_buffer_append(&both, base_buffer_view(&issuing)), 0);
    struct certs_trust *trust = NULL;
    ck_assert_int_eq(certs_trust_new(base_buffer_view(&ca), base_buffer_view(&both), &plain, &trust, NULL), 0);
    struct certs_identity identity;
    ck_assert_valid(certs_peer_verify(trust, NULL, base_buffer_view(&fixture.rsa.cert_der), NOW_US, &identity));
    const struct fixture_file files[] = {{"crl", base_buffer_view(&issuing)},
                                         {"cert", base_buffer_view(&fixture.rsa.cert_pem)}};
    fixture_openssl("crl -in crl -outform DER | openssl dgst -sha256 -binary", files, 2, &out);
    ck_assert(base_bytes_equal(base_buffer_view(&out), base_bytes_of(identity.crl_sha256, CERTS_DIGEST_BYTES)));
    base_buffer_reset(&out);
    fixture_openssl("x509 -in cert -outform DER | openssl dgst -sha256 -binary", files, 2, &out);
    ck_assert(base_bytes_equal(base_buffer_view(&out), base_bytes_of(identity.sha256, CERTS_DIGEST_BYTES)));
    certs_trust_unref(trust);
    base_buffer_clear(&ca);
    base_buffer_clear(&both);
}
END_TEST

/* CRLs that do not speak for all certificates of their issuer are refused; one that only says where it lies is not. */
START_TEST(test_crl_scope)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CERTS_CA_BYTES_MAX);
    static const char config[] =
        "[ca]\ndefault_ca=a\n[a]\ndatabase=index\ndefault_md=sha256\ncrl_extensions=%s\n"
        "[delta]\n2.5.29.27=critical,ASN1:INTEGER:1\n"
        "[user]\nissuingDistributionPoint=critical,@idp\n[idp]\nonlyuser=TRUE\n"
        "[whole]\nissuingDistributionPoint=critical,@point\n[point]\nfullname=URI:http://127.0.0.1/\n"
        "[odd]\n1.2.398.3.3.99=critical,ASN1:NULL\n";
    static const struct {
        const char *section, *text;
    } cases[] = {{"delta", "CRL 1: a delta CRL"},
                 {"user", "CRL 1: a CRL of partial scope"},
                 {"odd", "CRL 1: a critical extension that is not known"},
                 {"whole", NULL}};
    char text[1024];
    snprintf(text, sizeof text, config, cases[_i].section);
    const struct fixture_file files[] = {{"c", base_bytes_text(text)}, {"index", base_bytes_text("")}};
    /* One authority, its certificate first in the output and its CRL after. */
    fixture_openssl("req -x509 -newkey rsa:2048 -nodes -keyout k -subj /CN=A -days 2 -addext "
                    "keyUsage=critical,keyCertSign,cRLSign -out a 2>/dev/null && cat a && openssl ca -config c -gencrl "
                    "-keyfile k -cert a -crldays 1 2>/dev/null",
                    files, 2, &out);
    struct certs_trust *trust = NULL;
    char *error = NULL;
    int r = certs_trust_new(base_buffer_view(&out), base_buffer_view(&out), &plain, &trust, &error);
    ck_assert_int_eq(r, cases[_i].text ? -EBADMSG : 0);
    if (cases[_i].text)
        ck_assert_str_eq(error, cases[_i].text);
    free(error);
    certs_trust_unref(trust);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certs/trust");
    TCase *tests = tcase_create("trust");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_crl_missing);
    tcase_add_test(tests, test_crl_dates);
    tcase_add_test(tests, test_revoked);
    tcase_add_test(tests, test_other_authority);
    tcase_add_test(tests, test_newer_crl);
    tcase_add_test(tests, test_unusable_input);
    tcase_add_test(tests, test_authorities);
    tcase_add_test(tests, test_crl_named);
    tcase_add_loop_test(tests, test_crl_scope, 0, 4);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
