#include "fixture.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    ck_assert_int_eq(certs_dev_ca_new(NOW_US, 2048, &fixture->ca), 0);
    struct certs_dev_request request = fixture_request(fixture, CERTS_DEV_SIGN);
    fixture->rsa = fixture_issue(fixture, &request);
    fixture->trust = fixture_trust(fixture, CERTS_DEV_CRL_BOTH, NOW_US - SECOND_US, NOW_US + DAY_US,
                                   &(struct certs_trust_options){0});
}

void fixture_clear(struct fixture *fixture)
{
    certs_trust_unref(fixture->trust);
    certs_dev_leaf_clear(&fixture->rsa);
    certs_dev_ca_free(fixture->ca);
}

struct certs_dev_request fixture_request(const struct fixture *fixture, enum certs_dev_kind kind)
{
    struct certs_dev_request request = {
        .kind = kind,
        .iin = IIN,
        .bin = BIN,
        .surname = "СЫНАҚОВ",
        .given = "СЫНАҚ",
        .organisation = "СЫНАҚ ОРГАНЫ",
        .reuse_key_pem = base_buffer_view(&fixture->rsa.key_pem),
    };
    return request;
}

struct certs_dev_leaf fixture_issue(const struct fixture *fixture, const struct certs_dev_request *request)
{
    struct certs_dev_leaf leaf;
    ck_assert_int_eq(certs_dev_ca_issue(fixture->ca, request, NOW_US, &leaf), 0);
    return leaf;
}

struct certs_trust *fixture_trust(const struct fixture *fixture, enum certs_dev_crl which, int64_t this_update_us,
                                  int64_t next_update_us, const struct certs_trust_options *options)
{
    struct base_buffer ca BASE_CLEANUP(base_buffer_clear), crl BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    base_buffer_init(&crl, 1 << 20);
    ck_assert_int_eq(certs_dev_ca_certs(fixture->ca, &ca), 0);
    ck_assert_int_eq(certs_dev_ca_crl(fixture->ca, which, this_update_us, next_update_us, &crl), 0);
    struct certs_trust *trust = NULL;
    char *error = NULL;
    int r = certs_trust_new(base_buffer_view(&ca), base_buffer_view(&crl), options, &trust, &error);
    ck_assert_msg(r == 0, "trust: %s", error ? error : "no text");
    return trust;
}

struct certs_signer *fixture_signer(const struct certs_dev_leaf *leaf)
{
    struct certs_signer *signer = NULL;
    ck_assert_int_eq(certs_signer_parse_pem(base_buffer_view(&leaf->cert_pem), base_buffer_view(&leaf->key_pem), NULL,
                                            &signer, NULL),
                     0);
    return signer;
}

struct base_buffer fixture_message(const struct certs_dev_leaf *leaf, const char *content)
{
    struct base_buffer message;
    base_buffer_init(&message, CERTS_ANSWER_BYTES_MAX);
    struct certs_signer *signer = fixture_signer(leaf);
    ck_assert_int_eq(certs_cms_sign(signer, base_bytes_text(content), NOW_US, &message), 0);
    certs_signer_free(signer);
    return message;
}

void fixture_openssl(const char *arguments, const struct fixture_file *files, size_t count, struct base_buffer *out)
{
    char folder[] = "/tmp/qao-certs-XXXXXX";
    char command[4096], path[256];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        ck_assert_int_eq(base_file_replace(path, files[i].content, 0600), 0);
    }
    snprintf(command, sizeof command, "(cd %s && openssl %s); s=$?; rm -r %s; exit $s", folder, arguments, folder);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    char chunk[4096];
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, pipe)) > 0;)
        ck_assert_int_eq(base_buffer_append(out, base_bytes_of(chunk, got)), 0);
    ck_assert_int_eq(pclose(pipe), 0);
}

int fixture_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
