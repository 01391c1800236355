/* A signature counts only in the one accepted form, over the very Body that is read, by a pinned certificate; whatever
 * else a message may be made of, nothing of it is believed. */
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_sign.h"
#include "gateway/adapters/soap_verify.h"
#include "gateway/adapters/xml_read.h"
#include "tests/check_main.h"
#include "tests/unit/gateway/adapters/soap_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DS "http://www.w3.org/2000/09/xmldsig#"

static struct fixture_signer rsa, curve, stranger;

static void setup(void)
{
    if (rsa.key)
        return;
    rsa = fixture_signer_new("RSA", 2048);
    curve = fixture_signer_new("P-256", 0);
    stranger = fixture_signer_new("RSA", 2048);
}

/* What is found about a text, and what of it would be read. */
static enum adapter_finding verify_at(const struct adapter_pins *pins, const char *text, int64_t now_us,
                                      struct base_buffer *seen)
{
    xmlDoc *document = NULL;
    base_buffer_init(seen, ADAPTER_XML_BYTES_MAX);
    if (adapter_xml_read(base_bytes_text(text), &document) != 0)
        return ADAPTER_FINDING_MALFORMED;
    enum adapter_finding finding = adapter_verify_body(pins, document, now_us, seen);
    if (finding != ADAPTER_FINDING_SIGNED)
        ck_assert_uint_eq(seen->len, 0);
    xmlFreeDoc(document);
    return finding;
}

static enum adapter_finding verify(const struct adapter_pins *pins, const char *text)
{
    struct base_buffer seen;
    enum adapter_finding finding = verify_at(pins, text, FIXTURE_NOW_US, &seen);
    base_buffer_clear(&seen);
    return finding;
}

/* Spoils an answer signed with RSA at one place. */
static void expect(enum adapter_finding finding, const char *old, const char *new)
{
    setup();
    char *text = fixture_replace(fixture_answer_new(&rsa), old, new);
    ck_assert_msg(verify(rsa.pins, text) == finding, "'%s' for '%s': %s", new, old,
                  adapter_finding_words(verify(rsa.pins, text)));
    free(text);
}

START_TEST(test_what_is_signed_is_what_is_read)
{
    setup();
    const struct fixture_signer *const signers[] = {&rsa, &curve};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(signers); i++) {
        char *text = fixture_answer_new(signers[i]);
        struct base_buffer seen;
        ck_assert_int_eq(verify_at(signers[i]->pins, text, FIXTURE_NOW_US, &seen), ADAPTER_FINDING_SIGNED);
        char *body = base_buffer_take_text(&seen);
        ck_assert_ptr_nonnull(strstr(body, "<iin>500101100000</iin><note of=\"a &amp; b\">&lt;x&gt;</note>"));
        ck_assert_int_eq(strncmp(body, "<soap:Body ", 11), 0);
        ck_assert_str_eq(body + strlen(body) - 12, "</soap:Body>");
        free(body);
        free(text);
    }
}
END_TEST

START_TEST(test_only_pinned_certificates_in_their_time)
{
    setup();
    char *text = fixture_answer_new(&rsa);
    ck_assert_int_eq(verify(stranger.pins, text), ADAPTER_FINDING_STRANGER);
    const int64_t year_us = INT64_C(366) * 86400 * 1000000;
    struct base_buffer seen;
    ck_assert_int_eq(verify_at(rsa.pins, text, FIXTURE_NOW_US + year_us, &seen), ADAPTER_FINDING_STRANGER);
    ck_assert_int_eq(verify_at(rsa.pins, text, FIXTURE_NOW_US - year_us, &seen), ADAPTER_FINDING_STRANGER);
    free(text);

    char *both = NULL;
    const char *error = NULL;
    struct adapter_pins *pins = NULL;
    ck_assert_int_gt(asprintf(&both, "%s%s", stranger.pem.certificate, rsa.pem.certificate), 0);
    ck_assert_int_eq(adapter_pins_new(base_bytes_text(both), &pins, &error), 0);
    text = fixture_answer_new(&rsa);
    ck_assert_int_eq(verify(pins, text), ADAPTER_FINDING_SIGNED);
    free(text);
    text = fixture_answer_new(&curve);
    ck_assert_int_eq(verify(pins, text), ADAPTER_FINDING_STRANGER);
    adapter_pins_free(pins);
    free(both);
    free(text);
}
END_TEST

START_TEST(test_a_pinned_name_on_anothers_signature)
{
    setup();
    char *text = fixture_answer_new(&stranger);
    text = fixture_replace(text, adapter_key_certificate(stranger.key), adapter_key_certificate(rsa.key));
    ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_WRONG);
    free(text);
    text = fixture_answer_new(&stranger);
    text = fixture_replace(text, adapter_key_certificate(stranger.key), adapter_key_certificate(curve.key));
    ck_assert_int_eq(verify(curve.pins, text), ADAPTER_FINDING_WRONG); /* an RSA method for a curve's key */
    free(text);
}
END_TEST

START_TEST(test_unsigned)
{
    expect(ADAPTER_FINDING_MALFORMED, "<soap:Header>", "<soap:Header><a/></soap:Header><soap:Header>");
    setup();
    char *text = fixture_answer_new(&rsa);
    char *signature = fixture_between(text, "<ds:Signature ", "</ds:Signature>");
    text = fixture_replace(text, signature, "");
    ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_UNSIGNED);
    free(signature);
    free(text);
}
END_TEST

START_TEST(test_no_word_of_the_body_may_differ)
{
    expect(ADAPTER_FINDING_WRONG, "500101100000", "500101200007");
    expect(ADAPTER_FINDING_WRONG, "<code>Success", "<code>Failure");
    expect(ADAPTER_FINDING_WRONG, "of=\"a", "of=\"b");
    expect(ADAPTER_FINDING_WRONG, "<person>", "<person><x/>");
    expect(ADAPTER_FINDING_WRONG, "<person>", "<person xmlns=\"urn:x\">");
    expect(ADAPTER_FINDING_WRONG, "<person>", "<person> ");
    expect(ADAPTER_FINDING_WRONG, "<ds:DigestValue>", "<ds:DigestValue>A");
    expect(ADAPTER_FINDING_WRONG, "<ds:SignatureValue>", "<ds:SignatureValue>A");
}
END_TEST

/* Every bit of an answer is turned once: it stays signed only where what is read stays the same. */
START_TEST(test_bits_flipped)
{
    setup();
    char *text = fixture_answer_new(&curve);
    struct base_buffer whole, seen;
    ck_assert_int_eq(verify_at(curve.pins, text, FIXTURE_NOW_US, &whole), ADAPTER_FINDING_SIGNED);
    size_t len = strlen(text), kept = 0;
    for (size_t i = 0; i < len; i++) {
        char old = text[i];
        text[i] = (char) (old ^ (1 << (i % 7)));
        if (verify_at(curve.pins, text, FIXTURE_NOW_US, &seen) == ADAPTER_FINDING_SIGNED) {
            ck_assert(base_bytes_equal(base_buffer_view(&seen), base_buffer_view(&whole)));
            kept++;
        }
        base_buffer_clear(&seen);
        text[i] = old;
    }
    ck_assert_uint_lt(kept, len / 4); /* what no signature covers: header, certificate's line ends, prefixes */
    base_buffer_clear(&whole);
    free(text);
}
END_TEST

START_TEST(test_cut_anywhere)
{
    setup();
    char *text = fixture_answer_new(&curve);
    for (size_t len = strlen(text) - 2; len > 0; len -= len > 97 ? 97 : len) { /* the last byte is a line feed */
        text[len] = 0;
        ck_assert_int_eq(verify(curve.pins, text), ADAPTER_FINDING_MALFORMED);
    }
    free(text);
}
END_TEST

/* The signed Body is kept where nobody reads, another stands in its place (McIntosh, Austel 2005). */
START_TEST(test_wrapping)
{
    setup();
    static const char *const evil_bodies[] = {
        "<soap:Body><evil/></soap:Body>",
        "<soap:Body xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" "
        "wsu:Id=\"id-2\"><evil/></soap:Body>",
        "<soap:Body xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" "
        "wsu:Id=\"id-1\"><evil/></soap:Body>",
        "<soap:Body Id=\"id-1\"><evil/></soap:Body>",
        "<soap:Body xml:id=\"id-1\"><evil/></soap:Body>",
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(evil_bodies); i++) {
        char *text = fixture_answer_new(&rsa);
        char *body = fixture_between(text, "<soap:Body ", "</soap:Body>"), *wrapped = NULL;
        text = fixture_replace(text, body, evil_bodies[i]);
        ck_assert_int_gt(asprintf(&wrapped, "<w>%s</w></soap:Header>", body), 0);
        text = fixture_replace(text, "</soap:Header>", wrapped);
        ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_MALFORMED);
        free(text);

        /* Inside the very Body that is read. */
        text = fixture_answer_new(&rsa);
        free(wrapped);
        char *evil = strdup(evil_bodies[i]);
        ck_assert_int_gt(asprintf(&wrapped, "<evil/>%s", body), 0);
        evil = fixture_replace(evil, "<evil/>", wrapped);
        text = fixture_replace(text, body, evil);
        ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_MALFORMED);
        free(evil);
        free(wrapped);
        free(body);
        free(text);
    }
}
END_TEST

START_TEST(test_two_bodies)
{
    expect(ADAPTER_FINDING_MALFORMED, "</soap:Body>", "</soap:Body><soap:Body><evil/></soap:Body>");
    expect(ADAPTER_FINDING_MALFORMED, "</soap:Header>", "</soap:Header><soap:Body><evil/></soap:Body>");
    expect(ADAPTER_FINDING_MALFORMED, "<soap:Header>", "<x/><soap:Header>");
    /* An id of the same value anywhere, in any spelling. */
    expect(ADAPTER_FINDING_MALFORMED, "</soap:Header>", "<a Id=\"id-1\"/></soap:Header>");
    expect(ADAPTER_FINDING_MALFORMED, "</soap:Header>", "<a xml:id=\"id-1\"/></soap:Header>");
    expect(ADAPTER_FINDING_MALFORMED, "<person>", "<person id=\"id-1\">");
}
END_TEST

START_TEST(test_one_signature_with_one_reference)
{
    setup();
    char *text = fixture_answer_new(&rsa);
    char *signature = fixture_between(text, "<ds:Signature ", "</ds:Signature>"), *twice = NULL;
    ck_assert_int_gt(asprintf(&twice, "%s%s", signature, signature), 0);
    text = fixture_replace(text, signature, twice);
    ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_MALFORMED);
    free(text);
    text = fixture_answer_new(&rsa);
    char *reference = fixture_between(text, "<ds:Reference ", "</ds:Reference>");
    free(twice);
    ck_assert_int_gt(asprintf(&twice, "%s%s", reference, reference), 0);
    text = fixture_replace(text, reference, twice);
    ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_MALFORMED);
    free(text);
    text = fixture_replace(fixture_answer_new(&rsa), reference, "");
    ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_MALFORMED);
    free(text);
    free(reference);
    free(twice);
    free(signature);
    expect(ADAPTER_FINDING_MALFORMED, "</soap:Header>", "<ds:Signature xmlns:ds=\"" DS "\"/></soap:Header>");
    expect(ADAPTER_FINDING_MALFORMED, "</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>");
    expect(ADAPTER_FINDING_MALFORMED, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>a</ds:KeyName>");
}
END_TEST

START_TEST(test_references_and_transforms)
{
    static const char *const uris[] = {
        "", "#", "#id-2", "file:///etc/passwd", "http://127.0.0.1/", "#xpointer(/)", "#xpointer(id('id-1'))", "id-1"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(uris); i++) {
        char uri[64];
        snprintf(uri, sizeof(uri), "URI=\"%s\"", uris[i]);
        expect(ADAPTER_FINDING_MALFORMED, "URI=\"#id-1\"", uri);
    }
    expect(ADAPTER_FINDING_MALFORMED, "URI=\"#id-1\"", "");
    expect(ADAPTER_FINDING_MALFORMED, "URI=\"#id-1\"", "URI=\"#id-1\" Type=\"" DS "Manifest\"");
    static const char *const transforms[] = {"http://www.w3.org/TR/1999/REC-xslt-19991116",
                                             "http://www.w3.org/TR/1999/REC-xpath-19991116",
                                             "http://www.w3.org/2002/06/xmldsig-filter2",
                                             "http://www.w3.org/2001/04/xmldsig-more/xptr",
                                             DS "enveloped-signature",
                                             DS "base64",
                                             "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(transforms); i++) {
        char transform[128];
        snprintf(transform, sizeof(transform), "<ds:Transforms><ds:Transform Algorithm=\"%s\"/>", transforms[i]);
        expect(ADAPTER_FINDING_MALFORMED, "<ds:Transforms>", transform);
        setup();
        char *text = fixture_answer_new(&rsa);
        char *present = fixture_between(text, "<ds:Transform ", "/>");
        snprintf(transform, sizeof(transform), "<ds:Transform Algorithm=\"%s\"/>", transforms[i]);
        text = fixture_replace(text, present, transform);
        ck_assert_int_eq(verify(rsa.pins, text), ADAPTER_FINDING_MALFORMED);
        free(present);
        free(text);
    }
    expect(ADAPTER_FINDING_MALFORMED, "<ds:Transforms>", "<ds:Transforms xmlns:x=\"urn:x\" x:a=\"1\">");
}
END_TEST

START_TEST(test_algorithms)
{
    static const char *const methods[] = {DS "rsa-sha1", DS "hmac-sha1", DS "dsa-sha1",
                                          "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
                                          "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(methods); i++)
        expect(ADAPTER_FINDING_MALFORMED, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", methods[i]);
    expect(ADAPTER_FINDING_MALFORMED, "http://www.w3.org/2001/04/xmlenc#sha256", DS "sha1");
    expect(ADAPTER_FINDING_WRONG, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
           "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256");
    expect(ADAPTER_FINDING_MALFORMED, "#X509v3\"", "#X509PKIPathv1\"");
}
END_TEST

/* A comment is in no canonical form, so it is not read either: text before and behind it does not fall apart. */
START_TEST(test_comments_are_not_seen)
{
    setup();
    char *text = fixture_replace(fixture_answer_new(&rsa), "5001011", "5001<!-- x -->011");
    struct base_buffer seen;
    ck_assert_int_eq(verify_at(rsa.pins, text, FIXTURE_NOW_US, &seen), ADAPTER_FINDING_SIGNED);
    char *body = base_buffer_take_text(&seen);
    ck_assert_ptr_nonnull(strstr(body, "<iin>500101100000</iin>"));
    free(body);
    free(text);
}
END_TEST

/* ---- Data with a signature of its own ---- */

static const char data[] = "<Response xmlns=\"urn:d\"><BIN>300140000015</BIN><!-- c --></Response>";

static char *signed_data_new(const struct fixture_signer *signer)
{
    xmlDoc *document = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_text(data), &document), 0);
    ck_assert_int_eq(adapter_sign_enveloped(signer->key, document), 0);
    struct base_buffer text;
    base_buffer_init(&text, ADAPTER_XML_BYTES_MAX);
    ck_assert_int_eq(adapter_envelope_write(document, &text), 0);
    xmlFreeDoc(document);
    return base_buffer_take_text(&text);
}

static enum adapter_finding verify_data(const struct fixture_signer *signer, const char *text, char **ret_seen)
{
    xmlDoc *document = NULL;
    struct base_buffer seen;
    base_buffer_init(&seen, ADAPTER_XML_BYTES_MAX);
    ck_assert_int_eq(adapter_xml_read(base_bytes_text(text), &document), 0);
    enum adapter_finding finding = adapter_verify_enveloped(signer->pins, document, FIXTURE_NOW_US, &seen);
    xmlFreeDoc(document);
    if (ret_seen)
        *ret_seen = base_buffer_take_text(&seen);
    base_buffer_clear(&seen);
    return finding;
}

START_TEST(test_enveloped)
{
    setup();
    char *text = signed_data_new(&rsa), *seen = NULL;
    ck_assert_int_eq(verify_data(&rsa, text, &seen), ADAPTER_FINDING_SIGNED);
    /* All but the signature; a reference to the whole document leaves comments out (XML-Signature §4.4.3.3). */
    ck_assert_str_eq(seen, "<Response xmlns=\"urn:d\"><BIN>300140000015</BIN></Response>");
    ck_assert_int_eq(verify_data(&stranger, text, NULL), ADAPTER_FINDING_STRANGER);
    ck_assert_int_eq(verify_data(&rsa, data, NULL), ADAPTER_FINDING_UNSIGNED);
    free(seen);
    free(text);
    static const struct {
        const char *old, *new;
        enum adapter_finding finding;
    } spoils[] = {
        {"300140000015", "300141000010", ADAPTER_FINDING_WRONG},
        {"<!-- c -->", "<c/>", ADAPTER_FINDING_WRONG},
        {"URI=\"\"", "URI=\"#a\"", ADAPTER_FINDING_MALFORMED},
        {"</ds:Signature>", "</ds:Signature><ds:Signature xmlns:ds=\"" DS "\"/>", ADAPTER_FINDING_MALFORMED},
        {"Algorithm=\"" DS "enveloped-signature\"", "Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"",
         ADAPTER_FINDING_MALFORMED},
        {"<ds:Transforms>", "<ds:Transforms><ds:Transform Algorithm=\"" DS "enveloped-signature\"/>",
         ADAPTER_FINDING_MALFORMED},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(spoils); i++) {
        text = fixture_replace(signed_data_new(&curve), spoils[i].old, spoils[i].new);
        ck_assert_int_eq(verify_data(&curve, text, NULL), spoils[i].finding);
        free(text);
    }
    /* Deeper than the root: it would not cover what stands around it for whoever reads the root. */
    text = signed_data_new(&rsa);
    char *root = fixture_between(text, "<Response", "</Response>"), *wrapped = NULL;
    ck_assert_int_gt(asprintf(&wrapped, "<Response xmlns=\"urn:d\">%s</Response>", root), 0);
    text = fixture_replace(text, root, wrapped);
    ck_assert_int_eq(verify_data(&rsa, text, NULL), ADAPTER_FINDING_MALFORMED);
    free(wrapped);
    free(root);
    free(text);
}
END_TEST

START_TEST(test_keys)
{
    ck_assert_int_eq(adapter_key_libraries_init(), 0);
    setup();
    struct adapter_key *key = NULL;
    struct adapter_pins *pins = NULL;
    const char *error = NULL;
    struct fixture_pem weak = fixture_pem_new("RSA", 1024), odd = fixture_pem_new("P-521", 0);
    ck_assert_int_eq(adapter_pins_new(base_bytes_text(weak.certificate), &pins, &error), -EINVAL);
    ck_assert_int_eq(adapter_pins_new(base_bytes_text(odd.certificate), &pins, &error), -EINVAL);
    ck_assert_int_eq(adapter_pins_new(base_bytes_text("none"), &pins, &error), -EINVAL);
    ck_assert_str_eq(error, "no certificate in PEM");
    ck_assert_int_eq(
        adapter_key_new(base_bytes_text(rsa.pem.certificate), base_bytes_text(stranger.pem.key), &key, &error),
        -EINVAL);
    ck_assert_str_eq(error, "key and certificate do not belong together");
    ck_assert_int_eq(adapter_key_new(base_bytes_text(rsa.pem.certificate), base_bytes_text("none"), &key, &error),
                     -EINVAL);
    ck_assert_ptr_null(key);
    ck_assert_ptr_null(pins);
    fixture_pem_clear(&weak);
    fixture_pem_clear(&odd);
}
END_TEST

CHECK_MAIN("gateway/adapters/soap_verify", test_what_is_signed_is_what_is_read,
           test_only_pinned_certificates_in_their_time, test_a_pinned_name_on_anothers_signature, test_unsigned,
           test_no_word_of_the_body_may_differ, test_bits_flipped, test_cut_anywhere, test_wrapping, test_two_bodies,
           test_one_signature_with_one_reference, test_references_and_transforms, test_algorithms,
           test_comments_are_not_seen, test_enveloped, test_keys)
