/* Proves that keys are read from PEM and PKCS #12, ours and the openssl program's, and that every failure is told. */
#include "base/file.h"
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture fixture;

static void setup(void)
{
    fixture_init(&fixture);
}

static void teardown(void)
{
    fixture_clear(&fixture);
}

static struct base_buffer run_openssl(const char *arguments)
{
    struct base_buffer out;
    base_buffer_init(&out, 1 << 20);
    const struct fixture_file files[] = {{"cert.pem", base_buffer_view(&fixture.rsa.cert_pem)},
                                         {"key.pem", base_buffer_view(&fixture.rsa.key_pem)}};
    fixture_openssl(arguments, files, 2, &out);
    return out;
}

/* What it signs verifies, and its certificate is the one given. */
static void assert_signs(struct certs_signer *signer)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear), der BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, 1 << 20);
    base_buffer_init(&der, 1 << 20);
    struct certs_message message = {0};
    ck_assert_int_eq(certs_cms_sign(signer, base_bytes_text("x"), NOW_US, &out), 0);
    ck_assert_valid(certs_cms_verify(fixture.trust, NULL, base_buffer_view(&out), NOW_US, &message));
    ck_assert_int_eq(certs_signer_cert_der(signer, &der), 0);
    ck_assert(base_bytes_equal(base_buffer_view(&der), base_buffer_view(&fixture.rsa.cert_der)));
    certs_message_clear(&message);
    certs_signer_free(signer);
}

static const char *const boxes[] = {
    "pkcs12 -export -legacy -in cert.pem -inkey key.pem -passout pass:Secret1",
    "pkcs12 -export -in cert.pem -inkey key.pem -passout pass:Secret1",
    "pkcs12 -export -legacy -macalg sha1 -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-3DES -in cert.pem -inkey key.pem "
    "-passout pass:Secret1",
};

START_TEST(test_pkcs12_of_openssl)
{
    struct base_buffer box = run_openssl(boxes[_i]);
    struct certs_signer *signer = NULL;
    char *error = NULL;
    ck_assert_int_eq(certs_signer_parse_pkcs12(base_buffer_view(&box), "Secret2", &signer, &error), -EKEYREJECTED);
    ck_assert_str_eq(error, "the password is wrong");
    free(error);
    ck_assert_int_eq(certs_signer_parse_pkcs12(base_buffer_view(&box), NULL, &signer, NULL), -EKEYREJECTED);
    ck_assert_int_eq(certs_signer_parse_pkcs12(base_buffer_view(&box), "Secret1", &signer, NULL), 0);
    assert_signs(signer);
    base_buffer_clear(&box);
}
END_TEST

START_TEST(test_pkcs12_of_dev_ca)
{
    struct base_buffer box;
    base_buffer_init(&box, 1 << 20);
    struct certs_signer *signer = NULL;
    ck_assert_int_eq(certs_dev_pkcs12(&fixture.rsa, "Secret1", _i == 1, &box), 0);
    ck_assert_int_eq(certs_signer_parse_pkcs12(base_buffer_view(&box), "Secret1", &signer, NULL), 0);
    assert_signs(signer);
    for (size_t len = 0; len < box.len; len += 61)
        ck_assert_int_ne(certs_signer_parse_pkcs12(base_bytes_of(box.data, len), "Secret1", &signer, NULL), 0);
    base_buffer_clear(&box);
}
END_TEST

START_TEST(test_pem)
{
    struct certs_signer *signer = fixture_signer(&fixture.rsa);
    struct base_buffer cert BASE_CLEANUP(base_buffer_clear), key BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cert, 1 << 20);
    base_buffer_init(&key, 1 << 20);
    ck_assert_int_eq(certs_signer_cert_pem(signer, &cert), 0);
    ck_assert_int_eq(certs_signer_key_pem(signer, &key), 0);
    certs_signer_free(signer);
    ck_assert_int_eq(certs_signer_parse_pem(base_buffer_view(&cert), base_buffer_view(&key), NULL, &signer, NULL), 0);
    assert_signs(signer);
}
END_TEST

START_TEST(test_pem_encrypted)
{
    struct base_buffer key = run_openssl("pkcs8 -topk8 -in key.pem -v2 aes-256-cbc -passout pass:Secret1");
    struct base_bytes cert = base_buffer_view(&fixture.rsa.cert_pem);
    struct certs_signer *signer = NULL;
    char *error = NULL;
    ck_assert_int_eq(certs_signer_parse_pem(cert, base_buffer_view(&key), NULL, &signer, &error), -EKEYREJECTED);
    ck_assert_str_eq(error, "the key is encrypted and no password was given");
    free(error);
    ck_assert_int_eq(certs_signer_parse_pem(cert, base_buffer_view(&key), "wrong", &signer, NULL), -EKEYREJECTED);
    ck_assert_int_eq(certs_signer_parse_pem(cert, base_buffer_view(&key), "Secret1", &signer, NULL), 0);
    assert_signs(signer);
    base_buffer_clear(&key);
}
END_TEST

START_TEST(test_unusable)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.reuse_key_pem = base_bytes_of(NULL, 0);
    struct certs_dev_leaf other = fixture_issue(&fixture, &request);
    struct certs_signer *signer = NULL;
    char *error = NULL;
    ck_assert_int_eq(certs_signer_parse_pem(base_buffer_view(&fixture.rsa.cert_pem), base_buffer_view(&other.key_pem),
                                            NULL, &signer, &error),
                     -EBADMSG);
    ck_assert_str_eq(error, "the key is not that of the certificate");
    free(error);
    ck_assert_int_eq(certs_signer_parse_pem(base_bytes_text("x"), base_bytes_text("y"), NULL, &signer, &error),
                     -EBADMSG);
    ck_assert_str_eq(error, "there is no certificate and key inside");
    free(error);
    ck_assert_int_eq(certs_signer_parse_pkcs12(base_bytes_text("x"), "p", &signer, &error), -EBADMSG);
    ck_assert_str_eq(error, "not a PKCS #12 file");
    free(error);
    ck_assert_int_eq(certs_signer_parse_pkcs12(base_bytes_text(""), "p", &signer, NULL), -EBADMSG);
    ck_assert_ptr_null(signer);
    certs_dev_leaf_clear(&other);
}
END_TEST

/* Keys that a message may not be signed with are refused before anything is: nothing is signed under another algorithm's
 * name. */
static const char *const strange_keys[] = {
    "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048",
    "-newkey ec -pkeyopt ec_paramgen_curve:P-521",
    "-newkey ec -pkeyopt ec_paramgen_curve:secp256k1",
    "-newkey rsa:1024",
    "-newkey ed25519",
};

START_TEST(test_strange_key)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments,
             "req -x509 %s -nodes -subj /CN=x -keyout own.key -out own.pem 2>own.log && cat own.key own.pem",
             strange_keys[_i]);
    struct base_buffer pair = run_openssl(arguments);
    struct certs_signer *signer = NULL;
    char *error = NULL;
    ck_assert_int_eq(
        certs_signer_parse_pem(base_buffer_view(&pair), base_buffer_view(&pair), NULL, &signer, &error), -EOPNOTSUPP);
    ck_assert_str_eq(error, "key: too weak, too large or of an unknown kind");
    ck_assert_ptr_null(signer);
    free(error);
    base_buffer_clear(&pair);
}
END_TEST

/* A key that others may read is refused, whatever it holds. */
START_TEST(test_files)
{
    char folder[] = "/tmp/qao-signer-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(base_file_replace("cert.pem", base_buffer_view(&fixture.rsa.cert_pem), 0644), 0);
    ck_assert_int_eq(base_file_replace("key.pem", base_buffer_view(&fixture.rsa.key_pem), 0600), 0);
    struct certs_signer *signer = NULL;
    char *error = NULL;
    ck_assert_int_eq(certs_signer_read_pem("cert.pem", "key.pem", NULL, &signer, NULL), 0);
    assert_signs(signer);
    signer = NULL;
    ck_assert_int_eq(chmod("key.pem", 0640), 0);
    ck_assert_int_eq(certs_signer_read_pem("cert.pem", "key.pem", NULL, &signer, &error), -EPERM);
    ck_assert_str_eq(error,
                     "key.pem: holds a secret, but others than its owner may use it (mode 640): chmod 600 it first");
    free(error);
    ck_assert_int_eq(certs_signer_read_pkcs12("key.pem", "p", &signer, NULL), -EPERM);
    ck_assert_int_eq(certs_signer_read_pkcs12("none", "p", &signer, NULL), -ENOENT);
    ck_assert_ptr_null(signer);
    unlink("cert.pem");
    unlink("key.pem");
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certs/signer");
    TCase *tests = tcase_create("signer");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_pkcs12_of_openssl, 0, BASE_ARRAY_LENGTH(boxes));
    tcase_add_loop_test(tests, test_pkcs12_of_dev_ca, 0, 2);
    tcase_add_test(tests, test_pem);
    tcase_add_test(tests, test_pem_encrypted);
    tcase_add_test(tests, test_unusable);
    tcase_add_loop_test(tests, test_strange_key, 0, BASE_ARRAY_LENGTH(strange_keys));
    tcase_add_test(tests, test_files);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
