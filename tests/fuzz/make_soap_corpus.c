/* make_soap_corpus FOLDER: signed answers for the fuzz target "soap", and the certificate they are pinned to. Made anew
 * in each build, because no key lies in the repository. */
#include "base/file.h"
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/soap_sign.h"
#include "gateway/adapters/xml_read.h"
#include "tests/unit/gateway/adapters/soap_fixture.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static const char *folder;

static void store(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text(text), 0644), 0);
}

static char *data_new(const struct fixture_signer *signer)
{
    xmlDoc *document = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_text("<d xmlns=\"urn:d\"><bin>300140000015</bin></d>"), &document), 0);
    ck_assert_int_eq(adapter_sign_enveloped(signer->key, document), 0);
    struct base_buffer text;
    base_buffer_init(&text, ADAPTER_XML_BYTES_MAX);
    ck_assert_int_eq(adapter_envelope_write(document, &text), 0);
    xmlFreeDoc(document);
    return base_buffer_take_text(&text);
}

/* A test, because the fixture's assertions work in one only. */
START_TEST(make_corpus)
{
    struct fixture_signer curve = fixture_signer_new("P-256", 0), rsa = fixture_signer_new("RSA", 2048);
    char *both = NULL, *answer = fixture_answer_new(&curve), *data = data_new(&curve);
    ck_assert_int_gt(asprintf(&both, "%s%s", curve.pem.certificate, rsa.pem.certificate), 0);
    store("pin.pem", both);
    store("curve", answer);
    store("data", data);
    char *body = fixture_between(answer, "<soap:Body ", "</soap:Body>"), *wrapped = NULL;
    ck_assert_int_gt(asprintf(&wrapped, "%s</soap:Header>", body), 0);
    char *wrapping = fixture_replace(strdup(answer), body, "<soap:Body><x/></soap:Body>");
    wrapping = fixture_replace(wrapping, "</soap:Header>", wrapped);
    store("wrapping", wrapping);
    free(wrapping);
    free(wrapped);
    free(body);
    free(answer);
    answer = fixture_answer_new(&rsa);
    store("rsa", answer);
    free(answer);
    free(data);
    free(both);
    fixture_signer_clear(&curve);
    fixture_signer_clear(&rsa);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    Suite *suite = suite_create("soap corpus");
    TCase *tcase = tcase_create("soap corpus");
    tcase_add_test(tcase, make_corpus);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_MINIMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
