/* Refused handshakes: known certificates are recorded one by one up to a cap, all else is one record of a window, and what
 * the log does not take now is kept, neither lost nor recorded twice. The log is played here. */
#include <openssl/sha.h>
#include <string.h>

#include "audit/leaf.h"
#include "base/encoding.h"
#include "certs/verdict.h"
#include "gateway/core/refusals.h"
#include "tests/check_main.h"

enum { CAP = 60, RECORDS_MAX = 100 };

#define SECOND_US INT64_C(1000000)
#define BEGIN_US (INT64_C(1795330800) * SECOND_US) /* 2026-11-22T12:00:00+05:00 */

static struct core_refusals *refusals;
static enum audit_outcome outcome = AUDIT_OUTCOME_DURABLE;
static size_t count, asked;
static char leaves[RECORDS_MAX][2048];

enum audit_outcome __wrap_audit_writer_append_wait(struct audit_writer *writer, struct audit_record *record);
enum audit_outcome __wrap_audit_writer_append_wait(struct audit_writer *writer, struct audit_record *record)
{
    (void)writer;
    asked++;
    if (outcome != AUDIT_OUTCOME_DURABLE)
        return outcome;
    struct base_bytes leaf = record->entry.leaf;
    ck_assert_uint_lt(count, RECORDS_MAX);
    ck_assert_uint_lt(leaf.len, sizeof(leaves[0]));
    memcpy(leaves[count], leaf.data, leaf.len);
    leaves[count++][leaf.len] = '\0';
    return outcome;
}

static void add(enum certs_verdict verdict, uint32_t times, const char *address, const char *certificate)
{
    const struct link_refusal refusal = {
        .at_us = BEGIN_US,
        .count = times,
        .verdict = (uint8_t)verdict,
        .peer_address = base_bytes_text(address),
        .certificate = base_bytes_text(certificate),
    };
    core_refusals_add(refusals, &refusal);
}

static void begin(void)
{
    ck_assert_int_eq(base_clock_zone_init(), 0);
    ck_assert_int_eq(core_refusals_new(&refusals), 0);
}

static void record(int64_t after_s, bool force)
{
    core_refusals_record(refusals, NULL, BEGIN_US + after_s * SECOND_US, force);
}

static void expect(size_t index, const char *words)
{
    ck_assert_uint_lt(index, count);
    ck_assert_msg(strstr(leaves[index], words) != NULL, "%s is not in %s", words, leaves[index]);
}

START_TEST(a_certificate_is_recorded_at_once_and_strangers_together)
{
    uint8_t hash[32];
    char digest[65];
    begin();
    add(CERTS_VERDICT_REVOKED, 1, "192.0.2.7", "DER");
    add(CERTS_VERDICT_UNTRUSTED, 1000, "", "");
    add(CERTS_VERDICT_UNTRUSTED, 5, "", "");
    add(CERTS_VERDICT_EXPIRED, 2, "", "");
    record(59, false);
    ck_assert_uint_eq(count, 1);
    SHA256((const uint8_t *)"DER", 3, hash);
    base_hex_digest(hash, digest);
    expect(0, digest);
    expect(0, "192.0.2.7");
    expect(0, "\"reasons\":{\"revoked\":1}");
    record(60, false);
    ck_assert_uint_eq(count, 2);
    expect(1, "\"reasons\":{\"expired\":2,\"untrusted\":1005}");
    record(200, true); /* the window is empty */
    ck_assert_uint_eq(count, 2);
    core_refusals_free(refusals);
}
END_TEST

/* Whoever mints certificates adds a number to one record, and no record. */
START_TEST(certificates_beyond_the_cap_are_counted)
{
    begin();
    for (unsigned i = 0; i < CAP + 40; i++)
        add(CERTS_VERDICT_UNTRUSTED, 1, "192.0.2.7", "DER");
    record(0, true);
    ck_assert_uint_eq(count, CAP + 1);
    expect(CAP, "\"reasons\":{\"untrusted\":40}");
    add(CERTS_VERDICT_UNTRUSTED, 1, "192.0.2.7", "DER"); /* a new window */
    record(0, false);
    ck_assert_uint_eq(count, CAP + 2);
    core_refusals_free(refusals);
}
END_TEST

START_TEST(what_the_log_does_not_take_is_kept)
{
    begin();
    add(CERTS_VERDICT_REVOKED, 1, "192.0.2.7", "DER");
    add(CERTS_VERDICT_EXPIRED, 3, "", "");
    outcome = AUDIT_OUTCOME_UNAVAILABLE;
    record(61, true);
    ck_assert_uint_eq(asked, 1); /* no further try while the log is away */
    outcome = AUDIT_OUTCOME_DURABLE;
    record(62, false);
    ck_assert_uint_eq(count, 2);
    expect(0, "\"revoked\":1");
    expect(1, "\"expired\":3");
    add(CERTS_VERDICT_EXPIRED, 4, "", "");
    outcome = AUDIT_OUTCOME_UNAVAILABLE;
    record(140, true);
    add(CERTS_VERDICT_EXPIRED, 5, "", "");
    outcome = AUDIT_OUTCOME_DURABLE;
    record(141, true);
    ck_assert_uint_eq(count, 3);
    expect(2, "\"expired\":9");
    core_refusals_free(refusals);
}
END_TEST

/* One that cannot be recorded at all stops no other. */
START_TEST(a_poisoned_one_is_passed_over)
{
    begin();
    add(CERTS_VERDICT_REVOKED, 1, "192.0.2.7", "DER");
    outcome = AUDIT_OUTCOME_POISON;
    record(0, false);
    outcome = AUDIT_OUTCOME_DURABLE;
    add(CERTS_VERDICT_EXPIRED, 1, "192.0.2.8", "other");
    record(1, false);
    ck_assert_uint_eq(count, 1);
    expect(0, "192.0.2.8");
    core_refusals_free(refusals);
}
END_TEST

START_TEST(a_request_we_refuse_ourselves_is_one_too)
{
    begin();
    const struct link_request request = {.peer_address = base_bytes_text("192.0.2.9"), .certificate = base_bytes_text("DER")};
    core_refusals_add_request(refusals, &request, WIRE_CODE_CERTIFICATE_REVOKED, BEGIN_US);
    const struct link_refusal strange = {.at_us = BEGIN_US, .count = 1, .verdict = 250};
    core_refusals_add(refusals, &strange);
    record(60, false);
    ck_assert_uint_eq(count, 2);
    expect(0, "\"revoked\":1");
    expect(0, "192.0.2.9");
    expect(1, "\"unknown\":1");
    core_refusals_free(refusals);
}
END_TEST

CHECK_MAIN("refused handshakes", a_certificate_is_recorded_at_once_and_strangers_together,
           certificates_beyond_the_cap_are_counted, what_the_log_does_not_take_is_kept, a_poisoned_one_is_passed_over,
           a_request_we_refuse_ourselves_is_one_too)
