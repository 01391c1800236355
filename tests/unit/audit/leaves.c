#include "tests/unit/audit/leaves.h"

#include "audit/tree.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t digest_a[32] = {0xaa}, digest_b[32] = {0xbb}, digest_c[32] = {0xcc};
static const char *const bases[] = {"operative_search", "search_measures"};
static const char *const duties[] = {"app4.1"};
static const struct audit_leaf_mac params = {3, {0x11}};
static const struct audit_leaf_mac subjects[] = {{3, {0x22}}, {4, {0x33}}};

struct audit_leaf_query leaves_query(unsigned number, uint8_t id[static BASE_UUID_BYTES])
{
    memset(id, 0x40, BASE_UUID_BYTES);
    for (unsigned i = 0; i < 4; i++)
        id[15 - i] = (uint8_t) (number >> (8 * i));
    return (struct audit_leaf_query){
        .arrival_us = LEAVES_AT_US,
        .key = {"500101200007", id, 0},
        .actor = {.iin = "500101200007",
                  .body = "300140000015",
                  .unit = "A-1",
                  .role = 2,
                  .registration = 12,
                  .registration_version = 1,
                  .registration_state = "active",
                  .agreement_version = 1,
                  .bases = {bases, 2},
                  .duties = {duties, 1},
                  .network_allowed = AUDIT_LEAF_YES},
        .connection = {"127.0.0.1", "500101200007", "300140000015", digest_a},
        .signer_certificate = digest_b,
        .crls = {digest_c},
        .query = {digest_a, digest_b, 2048},
        .signed_at_us = LEAVES_AT_US - 1000000,
        .message = "qao.query/1",
        .service = 37,
        .basis = "search_measures",
        .case_number = "265500121000123",
        .article = "216/2",
        .params = &params,
        .subjects = subjects,
        .subject_count = 2,
        .effect = "permit",
        .citations = base_bytes_text("[{\"appendix\":3,\"clause\":4,\"column\":1,\"row\":37}]"),
        .edition = "2022-04-29",
        .edition_sha256 = digest_c,
    };
}

void leaves_request(unsigned number, struct base_buffer *out)
{
    uint8_t id[BASE_UUID_BYTES];
    struct audit_leaf_query query = leaves_query(number, id);
    if (audit_leaf_query_encode(AUDIT_KIND_QUERY_REQUEST, &query, out) != 0)
        abort();
}

void leaves_conclusion(enum audit_kind kind, unsigned number, const struct audit_hash *request, struct base_buffer *out)
{
    static const char *const reasons[] = {"officer-blocked"};
    uint8_t id[BASE_UUID_BYTES];
    struct audit_leaf_query query = leaves_query(number, id);
    struct audit_leaf_conclusion conclusion = {
        .at_us = LEAVES_AT_US + 5000,
        .key = query.key,
        .request = request,
    };
    if (kind == AUDIT_KIND_QUERY_RESULT) {
        conclusion.outcome = "answered";
        conclusion.answer = (struct audit_leaf_blob){digest_a, digest_b, 4096};
        conclusion.has_counts = true;
        conclusion.records = 3;
        conclusion.adapter_us = 2500;
    }
    if (kind == AUDIT_KIND_QUERY_SETTLED)
        conclusion.outcome = "done";
    if (kind == AUDIT_KIND_QUERY_WITHHELD)
        conclusion.reasons = (struct audit_leaf_names){reasons, 1};
    if (audit_leaf_conclusion_encode(kind, &conclusion, out) != 0)
        abort();
}
