/* make_certs DIR [BITS]: certificates, keys and CRLs for the tests of qao-front, made new at every run by the stand-in
 * authority, whose RSA keys have BITS bits (2048). Prints nothing; exit 1 on a failure. */
#include "base/clock.h"
#include "base/file.h"
#include "certs/dev-ca/dev_ca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEM_MAX = 1 << 20 };

static const int64_t HOUR_US = 3600LL * 1000000, DAY_US = 24 * 3600LL * 1000000;

static void fail(const char *what)
{
    fprintf(stderr, "make_certs: %s\n", what);
    exit(1);
}

static void put(const char *folder, const char *name, struct base_bytes content)
{
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int) sizeof(path) ||
        base_file_replace(path, content, 0600) != 0)
        fail(name);
}

static void put_leaf(const char *folder, const char *name, struct certs_dev_ca *ca,
                     const struct certs_dev_request *request, int64_t now_us, bool is_revoked)
{
    struct certs_dev_leaf leaf;
    memset(&leaf, 0, sizeof(leaf));
    base_buffer_init(&leaf.cert_pem, PEM_MAX);
    base_buffer_init(&leaf.cert_der, PEM_MAX);
    base_buffer_init(&leaf.key_pem, PEM_MAX);
    if (certs_dev_ca_issue(ca, request, now_us, &leaf) != 0)
        fail(name);
    if (is_revoked && certs_dev_ca_revoke(ca, base_buffer_view(&leaf.cert_pem), now_us) != 0)
        fail(name);
    char file[128];
    (void) snprintf(file, sizeof(file), "%s.pem", name);
    put(folder, file, base_buffer_view(&leaf.cert_pem));
    (void) snprintf(file, sizeof(file), "%s.key", name);
    put(folder, file, base_buffer_view(&leaf.key_pem));
    (void) snprintf(file, sizeof(file), "%s.der", name);
    put(folder, file, base_buffer_view(&leaf.cert_der));
    certs_dev_leaf_clear(&leaf);
}

static void put_crl(const char *folder, const char *name, const struct certs_dev_ca *ca, int64_t from_us, int64_t to_us)
{
    struct base_buffer crl BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&crl, PEM_MAX);
    if (certs_dev_ca_crl(ca, CERTS_DEV_CRL_BOTH, from_us, to_us, &crl) != 0)
        fail(name);
    put(folder, name, base_buffer_view(&crl));
}

static struct certs_dev_request person(const char *iin)
{
    return (struct certs_dev_request){.kind = CERTS_DEV_AUTH,
                                      .role = CERTS_DEV_EMPLOYEE,
                                      .iin = iin,
                                      .bin = "300140000015",
                                      .surname = "ТЕСТОВ",
                                      .given = "ТЕСТ",
                                      .organisation = "ТЕСТ"};
}

static struct certs_dev_ca *new_ca(int64_t now_us, unsigned bits)
{
    struct certs_dev_ca *ca = NULL;
    if (certs_dev_ca_new(now_us, bits, &ca) != 0)
        fail("authority");
    return ca;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        fail("usage: make_certs DIR [BITS]");
    unsigned bits = argc == 3 ? (unsigned) strtoul(argv[2], NULL, 10) : 2048;
    const char *folder = argv[1];
    struct base_clock clock = base_clock_system();
    int64_t now_us = base_clock_now_us(&clock);
    struct certs_dev_ca *ca = new_ca(now_us, bits);
    struct base_buffer authorities BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&authorities, PEM_MAX);
    if (certs_dev_ca_certs(ca, &authorities) != 0)
        fail("ca.pem");
    put(folder, "ca.pem", base_buffer_view(&authorities));

    const struct certs_dev_request server = {.kind = CERTS_DEV_SERVER, .common_name = "localhost"};
    struct certs_dev_request officer = person("500101100000"), ecdsa = person("500101100000"),
                             expired = person("500101200007"), private_person = person("500615100015");
    ecdsa.key = CERTS_DEV_KEY_P256;
    expired.not_before_us = now_us - 20 * DAY_US;
    expired.not_after_us = now_us - DAY_US;
    private_person.role = CERTS_DEV_PRIVATE;
    private_person.bin = private_person.organisation = NULL;
    put_leaf(folder, "server", ca, &server, now_us, false);
    put_leaf(folder, "renewed", ca, &server, now_us, false);
    put_leaf(folder, "officer", ca, &officer, now_us, false);
    put_leaf(folder, "ecdsa", ca, &ecdsa, now_us, false);
    put_leaf(folder, "expired", ca, &expired, now_us, false);
    put_leaf(folder, "private", ca, &private_person, now_us, false);
    put_leaf(folder, "revoked", ca, &officer, now_us, true);
    put_crl(folder, "crl.pem", ca, now_us - HOUR_US, now_us + DAY_US);
    put_crl(folder, "crl-stale.pem", ca, now_us - 2 * DAY_US, now_us - DAY_US);
    put_leaf(folder, "lapsing", ca, &officer, now_us, true);
    put_crl(folder, "crl-later.pem", ca, now_us - HOUR_US, now_us + DAY_US);
    certs_dev_ca_free(ca);

    struct certs_dev_ca *other = new_ca(now_us, bits);
    put_leaf(folder, "stranger", other, &officer, now_us, false);
    certs_dev_ca_free(other);
    return 0;
}
