/* Proves: a known certificate is reported at once and then counted, all others are one number, a crowd cannot make more
 * messages than the window allows, nothing is counted twice or lost while the gateway is away. */
#include "gateway/front/refusals.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <stdlib.h>

enum { WINDOW_US = 1000, KNOWN_MAX = 4 };

struct sink {
    bool is_away;
    unsigned messages, known, others, known_total, others_total;
    char last_detail[256];
    uint8_t last_verdict;
};

static int take(void *context, const struct link_refusal *refusal)
{
    struct sink *sink = context;
    if (sink->is_away)
        return 1;
    sink->messages++;
    sink->last_verdict = refusal->verdict;
    memcpy(sink->last_detail, refusal->detail.data, refusal->detail.len);
    sink->last_detail[refusal->detail.len] = '\0';
    if (refusal->certificate.len > 0) {
        sink->known++;
        sink->known_total += refusal->count;
        ck_assert(base_bytes_equal_text(refusal->peer_address, "192.0.2.1"));
    } else {
        sink->others++;
        sink->others_total += refusal->count;
        ck_assert_uint_eq(refusal->peer_address.len, 0);
    }
    return 0;
}

static void add(struct front_refusals *refusals, enum certs_verdict verdict, const char *detail,
                const char *certificate)
{
    struct front_refusal refusal = {.finding = {.verdict = verdict},
                                    .absent = !certificate,
                                    .certificate = base_bytes_text(certificate),
                                    .peer_address = "192.0.2.1",
                                    .at_us = 1};
    snprintf(refusal.finding.detail, sizeof(refusal.finding.detail), "%s", detail);
    front_refusals_add(refusals, &refusal);
}

static struct front_refusals *new_refusals(void)
{
    struct front_refusals *refusals;
    ck_assert_int_eq(front_refusals_new(KNOWN_MAX, WINDOW_US, &refusals), 0);
    return refusals;
}

START_TEST(a_known_certificate_is_told_at_once_and_then_counted)
{
    struct sink sink = {0};
    struct front_refusals *refusals = new_refusals();
    front_refusals_send(refusals, 10, take, &sink);
    ck_assert_uint_eq(sink.messages, 0);
    add(refusals, CERTS_VERDICT_REVOKED, "revoked", "A");
    front_refusals_send(refusals, 20, take, &sink);
    ck_assert_uint_eq(sink.known_total, 1);
    ck_assert_uint_eq(sink.last_verdict, CERTS_VERDICT_REVOKED);
    ck_assert_str_eq(sink.last_detail, "revoked");
    for (int i = 0; i < 5; i++)
        add(refusals, CERTS_VERDICT_REVOKED, "revoked", "A");
    add(refusals, CERTS_VERDICT_EXPIRED, "validity: over", "B");
    front_refusals_send(refusals, 30, take, &sink);
    ck_assert_uint_eq(sink.messages, 2);
    ck_assert_uint_eq(sink.known_total, 2);
    front_refusals_send(refusals, 20 + WINDOW_US, take, &sink);
    ck_assert_uint_eq(sink.messages, 3);
    ck_assert_uint_eq(sink.known_total, 7);
    /* A new window: told at once again. */
    add(refusals, CERTS_VERDICT_REVOKED, "revoked", "A");
    front_refusals_send(refusals, 30 + WINDOW_US, take, &sink);
    ck_assert_uint_eq(sink.known_total, 8);
    ck_assert_uint_eq(sink.others, 0);
    front_refusals_free(refusals);
}
END_TEST

START_TEST(strangers_are_one_number)
{
    struct sink sink = {0};
    struct front_refusals *refusals = new_refusals();
    char name[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        add(refusals, CERTS_VERDICT_UNTRUSTED, "chain", name);
    }
    add(refusals, CERTS_VERDICT_UNKNOWN, "", NULL);
    front_refusals_send(refusals, 10, take, &sink);
    ck_assert_uint_eq(sink.messages, 0);
    front_refusals_send(refusals, 10 + WINDOW_US, take, &sink);
    ck_assert_uint_eq(sink.messages, 1);
    ck_assert_uint_eq(sink.others_total, 1001);
    ck_assert_str_eq(sink.last_detail, "absent=1 crowded=0 untrusted=1000");
    front_refusals_send(refusals, 10 + 3 * WINDOW_US, take, &sink);
    ck_assert_uint_eq(sink.messages, 1);
    front_refusals_free(refusals);
}
END_TEST

START_TEST(a_crowd_of_known_certificates_is_capped)
{
    struct sink sink = {0};
    struct front_refusals *refusals = new_refusals();
    char name[16];
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 100; i++) {
            snprintf(name, sizeof(name), "%d", i);
            add(refusals, CERTS_VERDICT_REVOKED, "revoked", name);
        }
        front_refusals_send(refusals, 10 + round, take, &sink);
    }
    ck_assert_uint_eq(sink.messages, KNOWN_MAX);
    front_refusals_send(refusals, 10 + WINDOW_US, take, &sink);
    ck_assert_uint_eq(sink.messages, 2 * KNOWN_MAX + 1);
    ck_assert_uint_eq(sink.known_total + sink.others_total, 5000);
    front_refusals_free(refusals);
}
END_TEST

START_TEST(nothing_is_lost_while_the_gateway_is_away)
{
    struct sink sink = {.is_away = true};
    struct front_refusals *refusals = new_refusals();
    add(refusals, CERTS_VERDICT_REVOKED, "revoked", "A");
    add(refusals, CERTS_VERDICT_UNTRUSTED, "chain", "B");
    for (int64_t now_us = 0; now_us < 10 * WINDOW_US; now_us += WINDOW_US / 2)
        front_refusals_send(refusals, now_us, take, &sink);
    add(refusals, CERTS_VERDICT_REVOKED, "revoked", "A");
    sink.is_away = false;
    front_refusals_send(refusals, 20 * WINDOW_US, take, &sink);
    ck_assert_uint_eq(sink.known_total, 2);
    ck_assert_uint_eq(sink.others_total, 1);
    front_refusals_free(refusals);
}
END_TEST

/* What was found before the chain was looked at says nothing about whose certificate it is. */
START_TEST(only_a_good_chain_makes_a_certificate_known)
{
    static const struct {
        enum certs_verdict verdict;
        const char *detail;
        bool is_known;
    } cases[] = {
        {CERTS_VERDICT_REVOKED, "revoked", true},
        {CERTS_VERDICT_EXPIRED, "validity: over", true},
        {CERTS_VERDICT_PROFILE, "holder: a private person's certificate", true},
        {CERTS_VERDICT_PROFILE, "algorithm 1.2.398.3.10.1.1.2.3.2 not supported", false},
        {CERTS_VERDICT_PROFILE, "key: too weak, too large or of an unknown kind", false},
        {CERTS_VERDICT_PROFILE, "extension: critical and not known", false},
        {CERTS_VERDICT_UNTRUSTED, "chain: no issuer", false},
        {CERTS_VERDICT_UNTRUSTED, "crl-out-of-date: of the certificate's issuer", false},
        {CERTS_VERDICT_SIGNATURE_INVALID, "", false},
        {CERTS_VERDICT_UNKNOWN, "", false},
        {CERTS_VERDICT_VALID, "valid", false},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct certs_finding finding = {.verdict = cases[i].verdict};
        snprintf(finding.detail, sizeof(finding.detail), "%s", cases[i].detail);
        ck_assert_msg(front_refusals_is_known(&finding) == cases[i].is_known, "%s", cases[i].detail);
    }
}
END_TEST

CHECK_MAIN("front/refusals", a_known_certificate_is_told_at_once_and_then_counted, strangers_are_one_number,
           a_crowd_of_known_certificates_is_capped, nothing_is_lost_while_the_gateway_is_away,
           only_a_good_chain_makes_a_certificate_known)
