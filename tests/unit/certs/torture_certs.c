/* Proves: whatever allocation of certs/, or of OpenSSL on its behalf, fails: a revoked signer, a changed message and a
 * trust without a CRL never become valid; what is said to be valid, signed or sealed is so; nothing leaks. */
#include "certs/peer.h"
#include "certs/seal.h"
#include "fixture.h"
#include "tests/check_main.h"
#include "tests/unit/torture/torture.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static struct fixture fixture;
static struct certs_dev_leaf revoked, login, vault;
static struct base_buffer ca, crl, good, bad, changed;
static struct certs_trust *trust;
static struct certs_signer *signer;
static struct certs_recipients *recipients;
static const char content[] = "the content of a message";

static int trust_of(struct certs_trust **ret_trust)
{
    char *error = NULL;
    const struct certs_trust_options options = {0};
    int r = certs_trust_new(base_buffer_view(&ca), base_buffer_view(&crl), &options, ret_trust, &error);
    free(error);
    return r;
}

/* A trust made under failures, by which the good message is valid or refused, and the others are refused. */
static int load(void *context)
{
    (void) context;
    struct certs_trust *made;
    struct certs_message message;
    int r = trust_of(&made);
    if (r < 0)
        return r;
    torture_pause();
    bool is_valid = certs_cms_verify(made, NULL, base_buffer_view(&good), NOW_US, &message).verdict == CERTS_VERDICT_VALID;
    if (is_valid)
        certs_message_clear(&message);
    torture_assert(certs_cms_verify(made, NULL, base_buffer_view(&bad), NOW_US, &message).verdict ==
                   CERTS_VERDICT_REVOKED);
    torture_assert(is_valid);
    torture_resume();
    certs_trust_unref(made);
    return 0;
}

static int valid(void *context)
{
    struct certs_cache **cache = context;
    struct certs_message message;
    struct certs_finding finding =
        certs_cms_verify(trust, cache ? *cache : NULL, base_buffer_view(&good), NOW_US, &message);
    if (finding.verdict != CERTS_VERDICT_VALID)
        return 1;
    torture_assert(base_bytes_equal_text(base_buffer_view(&message.content), content));
    torture_assert(strcmp(message.signer.iin, IIN) == 0 && strcmp(message.signer.bin, BIN) == 0);
    certs_message_clear(&message);
    return 0;
}

static int cached(void *context)
{
    (void) context;
    struct certs_cache *cache;
    int r = certs_cache_new(8, &cache);
    if (r < 0)
        return r;
    r = valid(&cache);
    if (r == 0)
        r = valid(&cache);
    certs_cache_free(cache);
    return r;
}

/* 0 when it is refused, whatever for. */
static int refused(void *context)
{
    const struct base_buffer *received = context;
    struct certs_message message;
    struct certs_cache *cache = NULL;
    if (certs_cache_new(8, &cache) < 0)
        cache = NULL;
    for (int i = 0; i < 2; i++)
        torture_assert(certs_cms_verify(trust, cache, base_buffer_view(received), NOW_US, &message).verdict !=
                       CERTS_VERDICT_VALID);
    certs_cache_free(cache);
    return 0;
}

static int peer(void *context)
{
    const struct certs_dev_leaf *leaf = context;
    struct certs_identity identity;
    struct certs_finding finding = certs_peer_verify(trust, NULL, base_buffer_view(&leaf->cert_der), NOW_US, &identity);
    torture_assert(finding.verdict != CERTS_VERDICT_VALID || (leaf == &login && strcmp(identity.iin, IIN) == 0));
    return (finding.verdict == CERTS_VERDICT_VALID) != (leaf == &login);
}

/* With a key that has not been through failures before, or with one that has (context). */
static int sign(void *context)
{
    struct certs_signer *const *used = context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = CERTS_ANSWER_BYTES_MAX};
    struct certs_message message;
    torture_pause();
    BASE_CLEANUP(certs_signer_freep) struct certs_signer *fresh = used ? NULL : fixture_signer(&fixture.rsa);
    torture_resume();
    int r = certs_cms_sign(used ? *used : fresh, base_bytes_text(content), NOW_US, &out);
    if (r < 0)
        return r;
    torture_pause();
    torture_assert(certs_cms_verify(fixture.trust, NULL, base_buffer_view(&out), NOW_US, &message).verdict ==
                   CERTS_VERDICT_VALID);
    certs_message_clear(&message);
    torture_resume();
    return 0;
}

/* The same key through all failures: it may refuse for a while, and signs again in the end. */
static int sign_on(void *context)
{
    enum { BLINDING_USES = 32 };
    int r = sign(context);
    if (r == 0 || torture_is_failing())
        return r;
    for (int i = 0; r != 0 && i < BLINDING_USES; i++)
        r = sign(context);
    return r;
}

static int key(void *context)
{
    (void) context;
    struct certs_signer *made;
    char *error = NULL;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer pem = {.max = 1 << 16};
    int r = certs_signer_parse_pem(base_buffer_view(&fixture.rsa.cert_pem), base_buffer_view(&fixture.rsa.key_pem), NULL,
                                   &made, &error);
    free(error);
    if (r < 0)
        return r;
    r = certs_signer_cert_pem(made, &pem);
    torture_assert(r < 0 || base_bytes_equal(base_buffer_view(&pem), base_buffer_view(&fixture.rsa.cert_pem)));
    certs_signer_free(made);
    return r;
}

static int recipient(void *context)
{
    (void) context;
    struct certs_recipients *made;
    char *error = NULL;
    int r = certs_recipients_new(base_buffer_view(&vault.cert_pem), &made, &error);
    free(error);
    if (r < 0)
        return r;
    torture_assert(certs_recipients_count(made) == 1);
    certs_recipients_free(made);
    return 0;
}

/* Sealed with a new content key each time, and opened again, by a key that no failure has touched. */
static int seal(void *context)
{
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer sealed = {.max = 1 << 16}, opened = {.max = 1 << 16};
    torture_pause();
    certs_recipients_free(recipients);
    BASE_CLEANUP(certs_signer_freep) struct certs_signer *opener = fixture_signer(&vault);
    ck_assert_int_eq(certs_recipients_new(base_buffer_view(&vault.cert_pem), &recipients, NULL), 0);
    torture_resume();
    int r = certs_seal(recipients, base_bytes_text(content), &sealed);
    if (r < 0)
        return r;
    torture_pause();
    torture_assert(certs_unseal(opener, base_buffer_view(&sealed), &opened) == 0);
    torture_assert(base_bytes_equal_text(base_buffer_view(&opened), content));
    base_buffer_clear(&opened);
    torture_resume();
    r = certs_unseal(opener, base_buffer_view(&sealed), &opened);
    torture_assert(r < 0 || base_bytes_equal_text(base_buffer_view(&opened), content));
    return r;
}

static void setup(void)
{
    fixture_init(&fixture);
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    revoked = fixture_issue(&fixture, &request);
    request = fixture_request(&fixture, CERTS_DEV_AUTH);
    login = fixture_issue(&fixture, &request);
    vault = fixture_issue(&fixture, &(struct certs_dev_request){.kind = CERTS_DEV_SEALING, .common_name = "vault"});
    ck_assert_int_eq(certs_dev_ca_revoke(fixture.ca, base_buffer_view(&revoked.cert_pem), NOW_US - SECOND_US), 0);
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    base_buffer_init(&crl, 1 << 20);
    ck_assert_int_eq(certs_dev_ca_certs(fixture.ca, &ca), 0);
    ck_assert_int_eq(certs_dev_ca_crl(fixture.ca, CERTS_DEV_CRL_BOTH, NOW_US - SECOND_US, NOW_US + DAY_US, &crl), 0);
    ck_assert_int_eq(trust_of(&trust), 0);
    good = fixture_message(&fixture.rsa, content);
    changed = fixture_message(&fixture.rsa, content);
    bad = fixture_message(&revoked, content);
    uint8_t *at = memmem(changed.data, changed.len, content, strlen(content));
    ck_assert_ptr_nonnull(at);
    at[0] ^= 1;
    signer = fixture_signer(&fixture.rsa);
}

static void teardown(void)
{
    certs_recipients_free(recipients);
    certs_signer_free(signer);
    certs_trust_unref(trust);
    struct base_buffer *const buffers[] = {&ca, &crl, &good, &bad, &changed};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(buffers); i++)
        base_buffer_clear(buffers[i]);
    certs_dev_leaf_clear(&revoked);
    certs_dev_leaf_clear(&login);
    certs_dev_leaf_clear(&vault);
    fixture_clear(&fixture);
}

START_TEST(all)
{
    setup();
    torture_run("trust", load, NULL);
    torture_run("valid message", valid, NULL);
    torture_run("valid message, cached", cached, NULL);
    torture_run("revoked signer", refused, &bad);
    torture_run("changed message", refused, &changed);
    torture_run("connection", peer, &login);
    torture_run("connection with a signing certificate", peer, &revoked);
    torture_run("sign", sign, NULL);
    torture_run("sign with one key", sign_on, &signer);
    torture_run("key", key, NULL);
    torture_run("recipients", recipient, NULL);
    torture_run("seal", seal, NULL);
    teardown();
}
END_TEST

/* Before OpenSSL's first allocation. */
static __attribute__((constructor)) void hook(void)
{
    CRYPTO_set_mem_functions(torture_crypto_malloc, torture_crypto_realloc, torture_crypto_free);
}

CHECK_MAIN("allocations of certs/ that fail", all)
