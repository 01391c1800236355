/* A stand-in authority and the certificates the tests need, made anew in each program. One moment, NOW_US, stands for
 * the present: no test looks at the machine's clock. Keys are shared between certificates to save time. */
#ifndef TESTS_UNIT_CERTS_FIXTURE_H
#define TESTS_UNIT_CERTS_FIXTURE_H

#include "certs/cms.h"
#include "certs/dev-ca/dev_ca.h"
#include "certs/peer.h"
#include "certs/trust.h"

#include <check.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US (86400 * SECOND_US)
#define NOW_US (INT64_C(1795330800) * SECOND_US) /* 2026-11-22T12:00:00+05:00 */

#define IIN "500101100000"
#define OTHER_IIN "500101200007"
#define BIN "300140000015"

struct fixture {
    struct certs_dev_ca *ca;
    struct certs_trust *trust; /* both CRLs, good for a day, nobody revoked */
    struct certs_dev_leaf rsa; /* a signing certificate; its key serves the others */
};

void fixture_init(struct fixture *fixture);
void fixture_clear(struct fixture *fixture);

/* A request for a signing certificate of the officer with the fixture's key; to be changed for the test's purpose. */
struct certs_dev_request fixture_request(const struct fixture *fixture, enum certs_dev_kind kind);

struct certs_dev_leaf fixture_issue(const struct fixture *fixture, const struct certs_dev_request *request);

/* A snapshot with the authority's CRLs as they are now, for the given span. */
struct certs_trust *fixture_trust(const struct fixture *fixture, enum certs_dev_crl which, int64_t this_update_us,
                                  int64_t next_update_us, const struct certs_trust_options *options);

struct certs_signer *fixture_signer(const struct certs_dev_leaf *leaf);

/* A message by certs_cms_sign(), to be cleared by the caller. */
struct base_buffer fixture_message(const struct certs_dev_leaf *leaf, const char *content);

/* Runs `openssl` with these arguments (white space separates) in a new folder into which the files were written, and
 * appends what it printed. */
struct fixture_file {
    const char *name;
    struct base_bytes content;
};
void fixture_openssl(const char *arguments, const struct fixture_file *files, size_t count, struct base_buffer *out);

#define ck_assert_finding(finding_, verdict_, detail_)                                                                 \
    do {                                                                                                               \
        struct certs_finding finding_value = (finding_);                                                               \
        ck_assert_str_eq(certs_verdict_name(finding_value.verdict), certs_verdict_name(verdict_));                     \
        ck_assert_msg(strncmp(finding_value.detail, (detail_), strlen(detail_)) == 0, "detail is \"%s\", not \"%s\"",  \
                      finding_value.detail, (detail_));                                                                \
    } while (0)

#define ck_assert_valid(finding_) ck_assert_finding(finding_, CERTS_VERDICT_VALID, "valid")

/* Runs one suite; the value main() returns. */
int fixture_run(Suite *suite);

#endif
