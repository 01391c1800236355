/* Signed messages and certificates from outside. Whatever comes, the answer with a cache is the answer without, and
 * only what the corpus's officer signed is ever valid. $QAO_FUZZ_CMS is the corpus folder, where ca.pem and crl.pem
 * lie. */
#include "certs/cms.h"
#include "certs/peer.h"
#include "certs/trust.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t now_us = INT64_C(1795330800) * 1000000; /* NOW_US of the corpus */
static struct certs_trust *trust;
static struct certs_cache *cache;

static void prepare(void)
{
    char ca[PATH_MAX], crl[PATH_MAX];
    const char *folder = getenv("QAO_FUZZ_CMS");
    char *error = NULL;
    snprintf(ca, sizeof ca, "%s/ca.pem", folder ? folder : ".");
    snprintf(crl, sizeof crl, "%s/crl.pem", folder ? folder : ".");
    if (certs_trust_read(ca, crl, &(struct certs_trust_options){0}, &trust, &error) < 0 ||
        certs_cache_new(8, &cache) < 0) {
        fprintf(stderr, "set QAO_FUZZ_CMS to the corpus folder (%s)\n", error ? error : "no memory");
        abort();
    }
}

static void check(bool right)
{
    if (!right)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!trust)
        prepare();
    struct base_bytes bytes = base_bytes_of(data, size);
    struct certs_message cold = {0}, warm = {0};
    enum certs_verdict verdict = certs_cms_verify(trust, NULL, bytes, now_us, &cold).verdict;
    check(certs_cms_verify(trust, cache, bytes, now_us, &warm).verdict == verdict);
    if (verdict == CERTS_VERDICT_VALID) {
        static const char begins[] = "qao-fuzz ";
        check(base_bytes_equal(base_buffer_view(&cold.content), base_buffer_view(&warm.content)));
        check(cold.content.len > strlen(begins) && memcmp(cold.content.data, begins, strlen(begins)) == 0);
        check(strcmp(cold.signer.iin, "500101100000") == 0 && strcmp(warm.signer.iin, cold.signer.iin) == 0);
    }
    certs_message_clear(&cold);
    certs_message_clear(&warm);
    check(certs_cms_answer_verify(trust, NULL, bytes, now_us, &cold).verdict != CERTS_VERDICT_VALID);

    struct certs_identity identity;
    if (certs_peer_verify(trust, cache, bytes, now_us, &identity).verdict == CERTS_VERDICT_VALID)
        check(strcmp(identity.iin, "500101100000") == 0);
    return 0;
}
