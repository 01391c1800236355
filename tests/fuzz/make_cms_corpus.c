/* make_cms_corpus FOLDER: signed messages for the fuzz target "cms", and the trust they verify under. Made anew in each
 * build, because no key lies in the repository. */
#include "base/encoding.h"
#include "base/file.h"
#include "fixture.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

static const char content[] = "qao-fuzz {\"v\":\"qao.query/1\",\"id\":1}";
static const char *folder;

static void store(const char *name, struct base_bytes bytes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (base_file_replace(path, bytes, 0644) < 0)
        abort();
}

static void store_trust(const struct fixture *fixture)
{
    struct base_buffer ca, crl;
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    base_buffer_init(&crl, CERTS_CA_BYTES_MAX);
    if (certs_dev_ca_certs(fixture->ca, &ca) < 0 ||
        certs_dev_ca_crl(fixture->ca, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &crl) < 0)
        abort();
    store("ca.pem", base_buffer_view(&ca));
    store("crl.pem", base_buffer_view(&crl));
    base_buffer_clear(&ca);
    base_buffer_clear(&crl);
}

static void store_text_forms(const struct base_buffer *message)
{
    struct base_buffer text;
    base_buffer_init(&text, CERTS_CMS_BYTES_MAX);
    base_base64_encode(base_buffer_view(message), &text);
    store("base64", base_buffer_view(&text));
    base_buffer_reset(&text);
    base_buffer_append_text(&text, "-----BEGIN CMS-----\n");
    base_base64_encode(base_buffer_view(message), &text);
    base_buffer_append_text(&text, "\n-----END CMS-----\n");
    store("pem", base_buffer_view(&text));
    base_buffer_clear(&text);
}

/* Indefinite lengths, as a streaming signer writes. */
static void store_ber(const struct fixture *fixture)
{
    struct base_buffer message;
    base_buffer_init(&message, CERTS_CMS_BYTES_MAX);
    const struct fixture_file files[] = {{"content", base_bytes_text(content)},
                                         {"cert.pem", base_buffer_view(&fixture->rsa.cert_pem)},
                                         {"key.pem", base_buffer_view(&fixture->rsa.key_pem)}};
    fixture_openssl("cms -sign -binary -in content -signer cert.pem -inkey key.pem -nodetach -stream -outform DER",
                    files, 3, &message);
    store("ber", base_buffer_view(&message));
    base_buffer_clear(&message);
}

/* A test, because the fixture's assertions work in one only. */
START_TEST(make_corpus)
{
    struct fixture fixture;
    fixture_init(&fixture);
    store_trust(&fixture);
    struct base_buffer message = fixture_message(&fixture.rsa, content);
    store("rsa", base_buffer_view(&message));
    store("cert", base_buffer_view(&fixture.rsa.cert_der));
    store_text_forms(&message);
    store_ber(&fixture);
    base_buffer_clear(&message);

    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SINGLE);
    request.reuse_key_pem = base_bytes_of(NULL, 0);
    request.key = CERTS_DEV_KEY_P384;
    struct certs_dev_leaf leaf = fixture_issue(&fixture, &request);
    message = fixture_message(&leaf, content);
    store("p384", base_buffer_view(&message));
    base_buffer_clear(&message);
    certs_dev_leaf_clear(&leaf);
    request.key = CERTS_DEV_KEY_GOST;
    leaf = fixture_issue(&fixture, &request);
    store("cert-gost", base_buffer_view(&leaf.cert_der));
    certs_dev_leaf_clear(&leaf);
    fixture_clear(&fixture);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    Suite *suite = suite_create("corpus of signed messages");
    TCase *tests = tcase_create("make");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, make_corpus);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
