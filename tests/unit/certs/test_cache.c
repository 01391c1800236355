/* Proves that the cache answers only for what would be answered without it: dropped with the snapshot, at expiry, when
 * full, never keeping what was refused, and the same under many threads. */
#include "certs/cache.h"
#include "fixture.h"

#include <errno.h>
#include <pthread.h>

static struct fixture fixture;
static struct certs_cache *cache;
static const struct certs_trust_options plain = {0};

static void setup(void)
{
    fixture_init(&fixture);
    ck_assert_int_eq(certs_cache_new(2, &cache), 0);
}

static void teardown(void)
{
    certs_cache_free(cache);
    fixture_clear(&fixture);
}

static struct certs_finding peer(struct certs_trust *trust, const struct certs_dev_leaf *leaf, int64_t now_us)
{
    struct certs_identity identity;
    return certs_peer_verify(trust, cache, base_buffer_view(&leaf->cert_der), now_us, &identity);
}

START_TEST(test_hit)
{
    ck_assert_valid(peer(fixture.trust, &fixture.rsa, NOW_US));
    ck_assert_valid(peer(fixture.trust, &fixture.rsa, NOW_US));
    struct certs_cache_counts counts = certs_cache_counts(cache);
    ck_assert_uint_eq(counts.entries, 1);
    ck_assert_uint_eq(counts.hits, 1);
    ck_assert_uint_eq(counts.misses, 1);
}
END_TEST

/* Each use has its own profile, though the chain was verified once. */
START_TEST(test_profile_each_time)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_AUTH);
    struct certs_dev_leaf auth = fixture_issue(&fixture, &request);
    struct base_buffer message = fixture_message(&auth, "x");
    struct certs_message verified = {0};
    ck_assert_valid(peer(fixture.trust, &auth, NOW_US));
    ck_assert_finding(certs_cms_verify(fixture.trust, cache, base_buffer_view(&message), NOW_US, &verified),
                      CERTS_VERDICT_PROFILE, "key usage: not a signing certificate");
    ck_assert_uint_eq(certs_cache_counts(cache).hits, 1);
    base_buffer_clear(&message);
    certs_dev_leaf_clear(&auth);
}
END_TEST

/* A revocation takes effect with the next snapshot, for connection and signature alike. */
START_TEST(test_new_snapshot)
{
    struct base_buffer message = fixture_message(&fixture.rsa, "x");
    struct certs_message verified = {0};
    ck_assert_valid(certs_cms_verify(fixture.trust, cache, base_buffer_view(&message), NOW_US, &verified));
    certs_message_clear(&verified);
    ck_assert_int_eq(certs_dev_ca_revoke(fixture.ca, base_buffer_view(&fixture.rsa.cert_pem), NOW_US), 0);
    struct certs_trust *next = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &plain);
    ck_assert_finding(certs_cms_verify(next, cache, base_buffer_view(&message), NOW_US, &verified),
                      CERTS_VERDICT_REVOKED, "revoked");
    ck_assert_finding(peer(next, &fixture.rsa, NOW_US), CERTS_VERDICT_REVOKED, "revoked");
    struct certs_cache_counts counts = certs_cache_counts(cache);
    ck_assert_uint_eq(counts.entries, 0);
    ck_assert_uint_eq(counts.drops, 1);
    certs_trust_unref(next);
    base_buffer_clear(&message);
}
END_TEST

START_TEST(test_times_each_time)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.not_before_us = NOW_US;
    request.not_after_us = NOW_US + 10 * SECOND_US;
    struct certs_dev_leaf brief = fixture_issue(&fixture, &request);
    ck_assert_valid(peer(fixture.trust, &brief, NOW_US));
    ck_assert_valid(peer(fixture.trust, &brief, NOW_US + 11 * SECOND_US - 1));
    ck_assert_finding(peer(fixture.trust, &brief, NOW_US + 11 * SECOND_US), CERTS_VERDICT_EXPIRED, "validity: over");
    ck_assert_uint_eq(certs_cache_counts(cache).entries, 0);
    ck_assert_valid(peer(fixture.trust, &fixture.rsa, NOW_US));
    ck_assert_finding(peer(fixture.trust, &fixture.rsa, NOW_US + DAY_US + SECOND_US), CERTS_VERDICT_UNTRUSTED,
                      "crl-out-of-date: ");
    certs_dev_leaf_clear(&brief);
}
END_TEST

START_TEST(test_refused_not_kept)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    request.self_signed = true;
    struct certs_dev_leaf forged = fixture_issue(&fixture, &request);
    for (int i = 0; i < 2; i++)
        ck_assert_finding(peer(fixture.trust, &forged, NOW_US), CERTS_VERDICT_UNTRUSTED, "chain: ");
    struct certs_cache_counts counts = certs_cache_counts(cache);
    ck_assert_uint_eq(counts.entries, 0);
    ck_assert_uint_eq(counts.misses, 2);
    certs_dev_leaf_clear(&forged);
}
END_TEST

/* Full at two, it drops the one longest unused. */
START_TEST(test_eviction)
{
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    struct certs_dev_leaf leaves[3];
    for (size_t i = 0; i < 3; i++)
        leaves[i] = fixture_issue(&fixture, &request);
    ck_assert_valid(peer(fixture.trust, &leaves[0], NOW_US));
    ck_assert_valid(peer(fixture.trust, &leaves[1], NOW_US));
    ck_assert_valid(peer(fixture.trust, &leaves[0], NOW_US));
    ck_assert_valid(peer(fixture.trust, &leaves[2], NOW_US)); /* drops 1 */
    ck_assert_uint_eq(certs_cache_counts(cache).entries, 2);
    ck_assert_valid(peer(fixture.trust, &leaves[0], NOW_US));
    ck_assert_uint_eq(certs_cache_counts(cache).hits, 2);
    ck_assert_valid(peer(fixture.trust, &leaves[1], NOW_US));
    ck_assert_uint_eq(certs_cache_counts(cache).hits, 2);
    for (size_t i = 0; i < 3; i++)
        certs_dev_leaf_clear(&leaves[i]);
}
END_TEST

START_TEST(test_sizes)
{
    struct certs_cache *other = NULL;
    ck_assert_int_eq(certs_cache_new(0, &other), -EINVAL);
    ck_assert_int_eq(certs_cache_new(1, &other), 0);
    certs_cache_free(other);
    certs_cache_free(NULL);
}
END_TEST

enum { THREADS = 4, ROUNDS = 200, LEAVES = 3 };

struct work {
    struct certs_trust *trusts[2];
    struct certs_dev_leaf leaves[LEAVES];
    struct base_buffer messages[LEAVES];
    unsigned failed[THREADS];
};

struct worker {
    struct work *work;
    size_t number;
};

/* check's assertions are for the main thread: a worker counts what is wrong. Under the second trust leaf 0 is revoked.
 */
static void *run_worker(void *context)
{
    struct worker *worker = context;
    struct work *work = worker->work;
    for (size_t i = 0; i < ROUNDS; i++) {
        size_t which = (i + worker->number) % LEAVES, trust = (i / 50 + worker->number) % 2;
        struct certs_message message = {0};
        struct certs_identity identity;
        enum certs_verdict wanted = which == 0 && trust == 1 ? CERTS_VERDICT_REVOKED : CERTS_VERDICT_VALID;
        struct certs_finding finding =
            certs_cms_verify(work->trusts[trust], cache, base_buffer_view(&work->messages[which]), NOW_US, &message);
        work->failed[worker->number] += finding.verdict != wanted;
        finding = certs_peer_verify(work->trusts[trust], cache, base_buffer_view(&work->leaves[which].cert_der), NOW_US,
                                    &identity);
        work->failed[worker->number] += finding.verdict != wanted;
        certs_message_clear(&message);
    }
    return NULL;
}

START_TEST(test_threads)
{
    struct work work = {0};
    struct certs_dev_request request = fixture_request(&fixture, CERTS_DEV_SIGN);
    for (size_t i = 0; i < LEAVES; i++) {
        work.leaves[i] = fixture_issue(&fixture, &request);
        work.messages[i] = fixture_message(&work.leaves[i], "x");
    }
    work.trusts[0] = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &plain);
    ck_assert_int_eq(certs_dev_ca_revoke(fixture.ca, base_buffer_view(&work.leaves[0].cert_pem), NOW_US), 0);
    work.trusts[1] = fixture_trust(&fixture, CERTS_DEV_CRL_BOTH, NOW_US, NOW_US + DAY_US, &plain);
    pthread_t threads[THREADS];
    struct worker workers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.work = &work, .number = i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_worker, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_uint_eq(work.failed[i], 0);
    }
    struct certs_cache_counts counts = certs_cache_counts(cache);
    ck_assert_uint_gt(counts.hits, 0);
    ck_assert_uint_le(counts.entries, 2);
    for (size_t i = 0; i < LEAVES; i++) {
        base_buffer_clear(&work.messages[i]);
        certs_dev_leaf_clear(&work.leaves[i]);
    }
    certs_trust_unref(work.trusts[0]);
    certs_trust_unref(work.trusts[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("certs/cache");
    TCase *tests = tcase_create("cache");
    tcase_add_unchecked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_hit);
    tcase_add_test(tests, test_profile_each_time);
    tcase_add_test(tests, test_new_snapshot);
    tcase_add_test(tests, test_times_each_time);
    tcase_add_test(tests, test_refused_not_kept);
    tcase_add_test(tests, test_eviction);
    tcase_add_test(tests, test_sizes);
    tcase_add_test(tests, test_threads);
    suite_add_tcase(suite, tests);
    return fixture_run(suite);
}
