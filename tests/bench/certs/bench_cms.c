/* What verifying, signing and sealing cost, against OpenSSL's own CMS_verify() on the same bytes in the same run: a
 * query of 1 KiB, RSA-2048. CPU time of one thread; rounds of all rows in turn, best round of each, so that a busy
 * machine disturbs all alike. Usage: bench_cms [ROUNDS] */
#include "certs/cms.h"
#include "certs/dev-ca/dev_ca.h"
#include "certs/peer.h"
#include "certs/seal.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t second_us = INT64_C(1000000), now_us = INT64_C(1795330800) * INT64_C(1000000);

enum { CONTENT_BYTES = 1024, SEALED_BYTES = 4096, ROUNDS = 7, CALLS = 300 };

static struct {
    struct certs_dev_ca *ca;
    struct certs_trust *trust;
    struct certs_cache *cache;
    struct certs_dev_leaf officer, system, vault, escrow;
    struct certs_signer *system_signer;
    struct certs_recipients *recipients;
    struct base_buffer query, out;
    uint8_t content[SEALED_BYTES];
    X509_STORE *store; /* the peer's: authorities and CRLs */
    X509 *officer_cert;
} bench;

static void must(bool right)
{
    if (right)
        return;
    ERR_print_errors_fp(stderr);
    fputs("bench_cms: a step failed\n", stderr);
    exit(1);
}

/* The bare peer: parse, verify with the certificate inside, read the content. */
static void openssl_verify(unsigned flags)
{
    const unsigned char *at = bench.query.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) bench.query.len);
    BIO *content = BIO_new(BIO_s_mem());
    must(cms && CMS_verify(cms, NULL, bench.store, NULL, content, flags | CMS_BINARY) == 1);
    BIO_free(content);
    CMS_ContentInfo_free(cms);
}

static void run_openssl_chain_cached(void)
{
    openssl_verify(CMS_NO_SIGNER_CERT_VERIFY);
}

static void run_openssl_whole(void)
{
    openssl_verify(0);
}

static void verify(struct certs_cache *cache)
{
    struct certs_message message = {0};
    must(certs_cms_verify(bench.trust, cache, base_buffer_view(&bench.query), now_us, &message).verdict ==
         CERTS_VERDICT_VALID);
    certs_message_clear(&message);
}

static void run_verify_warm(void)
{
    verify(bench.cache);
}

static void run_verify_cold(void)
{
    verify(NULL);
}

static void run_peer_warm(void)
{
    struct certs_identity identity;
    must(certs_peer_verify(bench.trust, bench.cache, base_buffer_view(&bench.officer.cert_der), now_us, &identity)
             .verdict == CERTS_VERDICT_VALID);
}

static void run_sign(void)
{
    base_buffer_reset(&bench.out);
    must(certs_cms_sign(bench.system_signer, base_bytes_of(bench.content, CONTENT_BYTES), now_us, &bench.out) == 0);
}

static void run_seal(void)
{
    base_buffer_reset(&bench.out);
    must(certs_seal(bench.recipients, base_bytes_of(bench.content, SEALED_BYTES), &bench.out) == 0);
}

static struct certs_dev_leaf issue(enum certs_dev_kind kind)
{
    struct certs_dev_request request = {.kind = kind,
                                        .iin = "500101100000",
                                        .bin = "300140000015",
                                        .surname = "СЫНАҚОВ",
                                        .given = "СЫНАҚ",
                                        .organisation = "СЫНАҚ ОРГАНЫ"};
    struct certs_dev_leaf leaf;
    must(certs_dev_ca_issue(bench.ca, &request, now_us, &leaf) == 0);
    return leaf;
}

static struct certs_signer *signer_of(const struct certs_dev_leaf *leaf)
{
    struct certs_signer *signer = NULL;
    must(certs_signer_parse_pem(base_buffer_view(&leaf->cert_pem), base_buffer_view(&leaf->key_pem), NULL, &signer,
                                NULL) == 0);
    return signer;
}

static void store_fill(struct base_bytes ca_pem, struct base_bytes crl_pem)
{
    bench.store = X509_STORE_new();
    BIO *ca = BIO_new_mem_buf(ca_pem.data, (int) ca_pem.len), *crl = BIO_new_mem_buf(crl_pem.data, (int) crl_pem.len);
    for (X509 *cert; (cert = PEM_read_bio_X509(ca, NULL, NULL, NULL)); X509_free(cert))
        must(X509_STORE_add_cert(bench.store, cert) == 1);
    for (X509_CRL *list; (list = PEM_read_bio_X509_CRL(crl, NULL, NULL, NULL)); X509_CRL_free(list))
        must(X509_STORE_add_crl(bench.store, list) == 1);
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(bench.store);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_VERIFY_PARAM_set_time(param, (time_t) (now_us / second_us));
    BIO_free(ca);
    BIO_free(crl);
    ERR_clear_error();
}

static void prepare_trust(void)
{
    struct base_buffer ca, crl;
    base_buffer_init(&ca, 1 << 20);
    base_buffer_init(&crl, 1 << 20);
    must(certs_dev_ca_new(now_us, 2048, &bench.ca) == 0 && certs_dev_ca_certs(bench.ca, &ca) == 0 &&
         certs_dev_ca_crl(bench.ca, CERTS_DEV_CRL_BOTH, now_us, now_us + 86400 * second_us, &crl) == 0);
    must(certs_trust_new(base_buffer_view(&ca), base_buffer_view(&crl), &(struct certs_trust_options){0}, &bench.trust,
                         NULL) == 0 &&
         certs_cache_new(16, &bench.cache) == 0);
    store_fill(base_buffer_view(&ca), base_buffer_view(&crl));
    base_buffer_clear(&ca);
    base_buffer_clear(&crl);
}

static void prepare(void)
{
    prepare_trust();
    bench.officer = issue(CERTS_DEV_SIGN);
    bench.system = issue(CERTS_DEV_SYSTEM);
    bench.vault = issue(CERTS_DEV_SEALING);
    bench.escrow = issue(CERTS_DEV_SEALING);
    bench.system_signer = signer_of(&bench.system);
    memset(bench.content, 'x', sizeof bench.content);
    base_buffer_init(&bench.query, CERTS_CMS_BYTES_MAX);
    base_buffer_init(&bench.out, CERTS_CMS_BYTES_MAX);
    struct certs_signer *officer = signer_of(&bench.officer);
    must(certs_cms_sign(officer, base_bytes_of(bench.content, CONTENT_BYTES), now_us, &bench.query) == 0);
    certs_signer_free(officer);
    struct base_buffer pem;
    base_buffer_init(&pem, 1 << 20);
    base_buffer_append(&pem, base_buffer_view(&bench.vault.cert_pem));
    base_buffer_append(&pem, base_buffer_view(&bench.escrow.cert_pem));
    must(certs_recipients_new(base_buffer_view(&pem), &bench.recipients, NULL) == 0);
    base_buffer_clear(&pem);
}

static double cpu_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double) at.tv_sec * 1e6 + (double) at.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } rows[] = {
        {"CMS_verify, chain cached (the peer)", run_openssl_chain_cached},
        {"certs_cms_verify, warm cache", run_verify_warm},
        {"CMS_verify, whole chain and CRLs", run_openssl_whole},
        {"certs_cms_verify, no cache", run_verify_cold},
        {"certs_peer_verify, warm cache", run_peer_warm},
        {"certs_cms_sign, P-256, 1 KiB", run_sign},
        {"certs_seal, 4 KiB, two RSA-3072", run_seal},
    };
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    double best[BASE_ARRAY_LENGTH(rows)] = {0};
    prepare();
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(rows); i++) {
            double begin = cpu_us();
            for (int call = 0; call < CALLS; call++)
                rows[i].run();
            double each = (cpu_us() - begin) / CALLS;
            if (round == 0 || each < best[i])
                best[i] = each;
        }
    }
    printf("%-40s %10s %8s\n", "1 KiB content, RSA-2048 signer", "us CPU", "ratio");
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(rows); i++)
        printf("%-40s %10.1f %8.2f\n", rows[i].name, best[i], best[i] / best[0]);
    bool reached = best[1] / best[0] <= 0.18 / 0.33;
    printf("certs_cms_verify warm / CMS_verify with cached chain: %.2f (wanted: at most 0.55): %s\n", best[1] / best[0],
           reached ? "reached" : "not reached");
    return reached ? 0 : 1;
}
