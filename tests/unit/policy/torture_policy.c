/* Proves: an edition that is loaded while an allocation fails is refused, or is the edition: every one of its 13,680
 * lines is as it should be, never one more open. Deciding and explaining allocate nothing; what is written of them is
 * whole or an error. */
#include "policy/encode.h"
#include "policy/explain.h"
#include "policy/listing.h"
#include "support.h"
#include "tests/check_main.h"
#include "tests/unit/torture/torture.h"

#include <stdlib.h>

static struct policy_line lines[POLICY_LINE_COUNT];
static const struct policy_edition *edition;
static struct policy_decision decision;
static char *written;

/* support's copy of the real edition, with digests of support's kind. */
static int load(void *context)
{
    struct policy_editions *set = NULL;
    char *error = NULL;
    int r = policy_editions_load(context, support_digest, &set, &error);
    free(error);
    if (r < 0) {
        torture_assert(!set);
        return r;
    }
    torture_assert(policy_editions_count(set) == 1);
    const struct policy_edition *made = policy_edition_by_index(set, 0);
    for (unsigned i = 0; i < POLICY_LINE_COUNT; i++) {
        struct policy_line line = policy_line_at(made, i);
        torture_assert(line.effect == lines[i].effect && line.needs == lines[i].needs);
    }
    torture_assert(strcmp(policy_edition_sha256_text(made), policy_edition_sha256_text(edition)) == 0);
    policy_editions_free(set);
    return 0;
}

static int encode(void *context)
{
    const struct policy_facts *facts = context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 16};
    struct policy_explanation explanation;
    struct policy_decision again;
    policy_decide(edition, facts, &again);
    policy_explain(edition, facts, &explanation);
    torture_assert(policy_decision_equal(&again, &decision) && policy_decision_equal(&explanation.decision, &decision));
    struct base_json json;
    base_json_begin(&json, &out);
    policy_decision_encode_whole(&again, edition, &json);
    int r = base_json_end(&json);
    torture_assert(r < 0 || base_bytes_equal_text(base_buffer_view(&out), written));
    return r;
}

START_TEST(all)
{
    char *parent = support_folder();
    const struct support_edits none = {.stale_digests = false};
    struct policy_edition *real = support_edition(NULL);
    edition = real;
    support_write(parent, policy_edition_id(edition), &none);
    for (unsigned i = 0; i < POLICY_LINE_COUNT; i++)
        lines[i] = policy_line_at(edition, i);
    struct policy_facts facts = {.role = 2, .basis = POLICY_BASIS_OPERATIVE_SEARCH, .service = 11};
    policy_facts_grant_all(edition, &facts);
    policy_decide(edition, &facts, &decision);
    struct base_buffer out = {.max = 1 << 16};
    struct base_json json;
    base_json_begin(&json, &out);
    policy_decision_encode_whole(&decision, edition, &json);
    ck_assert_int_eq(base_json_end(&json), 0);
    written = base_buffer_take_text(&out);
    ck_assert_ptr_nonnull(written);
    torture_failing("edition", load, parent);
    torture_failing("decision", encode, &facts);
    free(written);
    policy_edition_free(real);
    support_folder_remove(parent);
    free(parent);
}
END_TEST

CHECK_MAIN("allocations of policy/ that fail", all)
