/* Drives the command qao-dev-ca (its path is the first argument) and proves that what it leaves in an instance folder
 * is what the rest of the project relies on: shape, modes, profile, repetition, revocation. The command asks the
 * machine's clock, so this test does too. */
#include "base/clock.h"
#include "base/file.h"
#include "certs/seal.h"
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;
static char folder[] = "/tmp/qao dev ca XXXXXX"; /* a path with spaces */

#define PERSON " --iin " IIN " --bin " BIN " --surname СЫНАҚОВ --given СЫНАҚ --organisation 'СЫНАҚ ОРГАНЫ'"

/* Exit status of qao-dev-ca with these arguments; @ stands for the instance folder. */
static int run(const char *arguments)
{
    struct base_buffer command;
    base_buffer_init(&command, 8192);
    base_buffer_printf(&command, "'%s' ", program);
    for (const char *c = arguments; *c; c++) {
        if (*c == '@')
            base_buffer_printf(&command, "'%s'", folder);
        else
            base_buffer_append_u8(&command, (uint8_t) *c);
    }
    base_buffer_append_text(&command, " >/dev/null 2>&1");
    char *text = base_buffer_take_text(&command);
    ck_assert_ptr_nonnull(text);
    int status = system(text);
    free(text);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char *path_of(const char *below)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, below);
    return path;
}

static struct base_buffer content_of(const char *below)
{
    struct base_buffer content;
    base_buffer_init(&content, 1 << 20);
    ck_assert_int_eq(base_file_read(path_of(below), BASE_FILE_PUBLIC, &content), 0);
    return content;
}

static void setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(run("init @ --bits 2048"), 0);
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static int64_t now_us(void)
{
    struct base_clock clock = base_clock_system();
    return base_clock_now_us(&clock);
}

static struct certs_trust *trust_read(void)
{
    char ca[512];
    snprintf(ca, sizeof ca, "%s", path_of("ca/ca.pem"));
    struct certs_trust *trust = NULL;
    char *error = NULL;
    int r = certs_trust_read(ca, path_of("ca/crl.pem"), &(struct certs_trust_options){0}, &trust, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "no text");
    return trust;
}

/* The finding for a message signed with sign.p12 and its password. */
static struct certs_finding signs(const char *name)
{
    char below[128];
    snprintf(below, sizeof below, "people/%s/password", name);
    struct base_buffer password = content_of(below), message;
    base_buffer_init(&message, 1 << 20);
    char *text = base_buffer_take_text(&password);
    snprintf(below, sizeof below, "people/%s/sign.p12", name);
    struct certs_signer *signer = NULL;
    ck_assert_int_eq(certs_signer_read_pkcs12(path_of(below), text, &signer, NULL), 0);
    ck_assert_int_eq(certs_cms_sign(signer, base_bytes_text("x"), now_us(), &message), 0);
    struct certs_trust *trust = trust_read();
    struct certs_message verified = {0};
    struct certs_finding finding = certs_cms_verify(trust, NULL, base_buffer_view(&message), now_us(), &verified);
    certs_message_clear(&verified);
    certs_trust_unref(trust);
    certs_signer_free(signer);
    base_buffer_clear(&message);
    free(text);
    return finding;
}

static struct certs_finding connects(const char *name, struct certs_identity *ret_identity)
{
    char cert[512], below[128];
    snprintf(below, sizeof below, "people/%s/auth.pem", name);
    snprintf(cert, sizeof cert, "%s", path_of(below));
    snprintf(below, sizeof below, "people/%s/auth.key", name);
    struct certs_signer *signer = NULL;
    ck_assert_int_eq(certs_signer_read_pem(cert, path_of(below), NULL, &signer, NULL), 0);
    struct base_buffer der;
    base_buffer_init(&der, CERTS_LEAF_BYTES_MAX);
    ck_assert_int_eq(certs_signer_cert_der(signer, &der), 0);
    struct certs_trust *trust = trust_read();
    struct certs_finding finding = certs_peer_verify(trust, NULL, base_buffer_view(&der), now_us(), ret_identity);
    certs_trust_unref(trust);
    certs_signer_free(signer);
    base_buffer_clear(&der);
    return finding;
}

static mode_t mode_of(const char *below)
{
    struct stat info;
    ck_assert_int_eq(stat(path_of(below), &info), 0);
    return info.st_mode & 0777;
}

START_TEST(test_person)
{
    struct certs_identity identity;
    ck_assert_int_eq(run("person @ police" PERSON), 0);
    ck_assert_valid(signs("police"));
    ck_assert_valid(connects("police", &identity));
    ck_assert_str_eq(identity.iin, IIN);
    ck_assert_str_eq(identity.bin, BIN);
    static const char *const secrets[] = {"people/police/auth.key", "people/police/sign.key", "people/police/sign.p12",
                                          "people/police/password", "ca/private/root.key",    "ca/private/issuing.key"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(secrets); i++)
        ck_assert_uint_eq(mode_of(secrets[i]), 0600);
    ck_assert_uint_eq(mode_of("people/police/sign.pem"), 0644);
    ck_assert_uint_eq(mode_of("ca/private"), 0700);
}
END_TEST

/* The profile as the openssl program prints it, not as our own reader sees it. */
START_TEST(test_profile)
{
    ck_assert_int_eq(run("person @ head --role head --patronymic СЫНАҚҰЛЫ" PERSON), 0);
    struct base_buffer cert = content_of("people/head/sign.pem"), shown;
    base_buffer_init(&shown, 1 << 20);
    const struct fixture_file files[] = {{"c", base_buffer_view(&cert)}};
    fixture_openssl("x509 -in c -noout -subject -nameopt utf8,esc_ctrl,sname,sep_multiline -ext "
                    "keyUsage,extendedKeyUsage,certificatePolicies",
                    files, 1, &shown);
    char *text = base_buffer_take_text(&shown);
    static const char *const lines[] = {
        "CN=СЫНАҚОВ СЫНАҚ\n",
        "SN=СЫНАҚОВ\n",
        "serialNumber=IIN" IIN "\n",
        "C=KZ\n",
        "O=СЫНАҚ ОРГАНЫ\n",
        "OU=BIN" BIN "\n",
        "GN=СЫНАҚҰЛЫ\n",
        "Digital Signature, Non Repudiation\n",
        "E-mail Protection, 1.2.398.3.3.4.1.2, 1.2.398.3.3.4.1.2.1\n",
        "Policy: 1.2.398.3.3.2\n",
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(lines); i++)
        ck_assert_msg(strstr(text, lines[i]) != NULL, "missing: %s in %s", lines[i], text);
    free(text);
    base_buffer_clear(&cert);
}
END_TEST

START_TEST(test_kinds_of_people)
{
    struct certs_identity identity;
    ck_assert_int_eq(run("person @ one --single" PERSON), 0);
    ck_assert_valid(signs("one"));
    ck_assert_valid(connects("one", &identity));
    ck_assert_int_eq(run("person @ late --expired" PERSON), 0);
    ck_assert_finding(signs("late"), CERTS_VERDICT_EXPIRED, "validity: over");
    ck_assert_finding(connects("late", &identity), CERTS_VERDICT_EXPIRED, "validity: over");
}
END_TEST

START_TEST(test_repeated)
{
    ck_assert_int_eq(run("person @ again" PERSON), 0);
    struct base_buffer ca = content_of("ca/ca.pem"), key = content_of("people/again/sign.key");
    ck_assert_int_eq(run("init @"), 0);
    ck_assert_int_eq(run("person @ again" PERSON), 0);
    struct base_buffer ca_now = content_of("ca/ca.pem"), key_now = content_of("people/again/sign.key");
    ck_assert(base_bytes_equal(base_buffer_view(&ca), base_buffer_view(&ca_now)));
    ck_assert(base_bytes_equal(base_buffer_view(&key), base_buffer_view(&key_now)));
    base_buffer_clear(&key_now);
    ck_assert_int_eq(run("person @ again --renew" PERSON), 0);
    key_now = content_of("people/again/sign.key");
    ck_assert(!base_bytes_equal(base_buffer_view(&key), base_buffer_view(&key_now)));
    ck_assert_valid(signs("again"));
    base_buffer_clear(&ca);
    base_buffer_clear(&key);
    base_buffer_clear(&ca_now);
    base_buffer_clear(&key_now);
}
END_TEST

/* Revocation outlives the command, and the next one's CRL. */
START_TEST(test_revoke)
{
    struct certs_identity identity;
    ck_assert_int_eq(run("person @ gone" PERSON), 0);
    ck_assert_int_eq(run("revoke @ @/people/gone/sign.pem"), 0);
    ck_assert_finding(signs("gone"), CERTS_VERDICT_REVOKED, "revoked");
    ck_assert_int_eq(run("crl @ --days 2"), 0);
    ck_assert_int_eq(run("revoke @ @/people/gone/sign.pem"), 0);
    ck_assert_finding(signs("gone"), CERTS_VERDICT_REVOKED, "revoked");
    ck_assert_valid(connects("gone", &identity));
    ck_assert_int_eq(run("revoke @ @/ca/ca.pem"), 1);
    ck_assert_int_eq(run("revoke @ @/none"), 1);
}
END_TEST

START_TEST(test_crl)
{
    struct certs_identity identity;
    ck_assert_int_eq(run("person @ any" PERSON), 0);
    ck_assert_int_eq(run("crl @ --minutes 0"), 0);
    struct certs_finding finding = connects("any", &identity);
    for (int i = 0; i < 40 && finding.verdict == CERTS_VERDICT_VALID; i++) { /* good to the end of this second */
        usleep(50000);
        finding = connects("any", &identity);
    }
    ck_assert_finding(finding, CERTS_VERDICT_UNTRUSTED, "crl-out-of-date: ");
    ck_assert_int_eq(run("crl @ --minutes 5"), 0);
    ck_assert_valid(connects("any", &identity));
    struct certs_trust *trust = trust_read();
    int64_t left_us = certs_trust_next_update_us(trust) - now_us();
    ck_assert_int_gt(left_us, 4 * 60 * SECOND_US);
    ck_assert_int_le(left_us, 5 * 60 * SECOND_US);
    certs_trust_unref(trust);
}
END_TEST

START_TEST(test_other_keys)
{
    ck_assert_int_eq(run("server @ --name gateway.example --name 10.1.2.3"), 0);
    ck_assert_int_eq(run("system @ answers --bin 300141000010 --organisation 'СЫНАҚ'"), 0);
    ck_assert_int_eq(run("sealing @ vault"), 0);
    struct base_buffer server = content_of("keys/server.pem"), ca = content_of("ca/ca.pem"), shown;
    base_buffer_init(&shown, 1 << 20);
    const struct fixture_file files[] = {{"c", base_buffer_view(&server)}, {"ca", base_buffer_view(&ca)}};
    fixture_openssl("verify -CAfile ca -purpose sslserver -verify_hostname gateway.example c && openssl verify -CAfile "
                    "ca -verify_ip 10.1.2.3 c && openssl verify -CAfile ca -verify_hostname localhost c && openssl "
                    "verify -CAfile ca -verify_ip 127.0.0.1 c",
                    files, 2, &shown);
    ck_assert_int_eq(run("server @ --name gateway.example"), 0);
    struct base_buffer kept = content_of("keys/server.pem");
    ck_assert(base_bytes_equal(base_buffer_view(&kept), base_buffer_view(&server)));

    char cert[512];
    snprintf(cert, sizeof cert, "%s", path_of("keys/answers.pem"));
    struct certs_signer *signer = NULL;
    ck_assert_int_eq(certs_signer_read_pem(cert, path_of("keys/answers.key"), NULL, &signer, NULL), 0);
    struct base_buffer answer;
    base_buffer_init(&answer, 1 << 20);
    ck_assert_int_eq(certs_cms_sign(signer, base_bytes_text("x"), now_us(), &answer), 0);
    struct certs_trust *trust = trust_read();
    struct certs_message message = {0};
    ck_assert_valid(certs_cms_answer_verify(trust, NULL, base_buffer_view(&answer), now_us(), &message));
    ck_assert_str_eq(message.signer.bin, "300141000010");
    certs_message_clear(&message);
    certs_trust_unref(trust);
    certs_signer_free(signer);

    struct base_buffer vault = content_of("keys/vault.pem");
    struct certs_recipients *recipients = NULL;
    ck_assert_int_eq(certs_recipients_new(base_buffer_view(&vault), &recipients, NULL), 0);
    certs_recipients_free(recipients);
    base_buffer_clear(&vault);
    base_buffer_clear(&answer);
    base_buffer_clear(&kept);
    base_buffer_clear(&server);
    base_buffer_clear(&ca);
    base_buffer_clear(&shown);
}
END_TEST

static const struct {
    const char *arguments;
    int status;
} uses[] = {
    {"--help", 0},
    {"", 2},
    {"init", 2},
    {"init @ more", 2},
    {"nothing @", 2},
    {"person @ police --iin " IIN, 2},
    {"person @ ../police" PERSON, 2},
    {"person @ '' " PERSON, 2},
    {"person @ police --role king" PERSON, 2},
    {"crl @ --minutes soon", 2},
    {"crl @ --unknown", 2},
    {"init @ --bits 1024", 2},
    {"system @ answers", 2},
    {"crl @/none", 1},
    {"server @ --name a,b", 1},
};

START_TEST(test_use)
{
    ck_assert_int_eq(run(uses[_i].arguments), uses[_i].status);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    program = argv[1];
    Suite *suite = suite_create("certs/dev_ca");
    TCase *tests = tcase_create("dev_ca");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_person);
    tcase_add_test(tests, test_profile);
    tcase_add_test(tests, test_kinds_of_people);
    tcase_add_test(tests, test_repeated);
    tcase_add_test(tests, test_revoke);
    tcase_add_test(tests, test_crl);
    tcase_add_test(tests, test_other_keys);
    tcase_add_loop_test(tests, test_use, 0, BASE_ARRAY_LENGTH(uses));
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
