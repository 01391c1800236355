/* Which refusals are violations of the Rules (clause 44), and which only tell somebody that a query was wrong. */
#include <string.h>

#include "gateway/core/violation.h"
#include "base/result.h"
#include "tests/check_main.h"

static struct wire_codes only(enum wire_code code)
{
    struct wire_codes codes = {0};
    wire_codes_add(&codes, code);
    return codes;
}

START_TEST(each_code_by_itself)
{
    char text[CORE_VIOLATION_TEXT_MAX];
    for (unsigned code = WIRE_CODE_NONE + 1; code < WIRE_CODE_COUNT; code++) {
        bool is_cause = code == WIRE_CODE_SIGNER_NOT_CONNECTION || code == WIRE_CODE_NETWORK_NOT_ALLOWED ||
                        code == WIRE_CODE_QUERY_REPLAYED || code == WIRE_CODE_SIGNATURE_INVALID;
        const char *found = core_violation_find(
            &(struct core_violation_facts){.codes = only((enum wire_code)code)}, text);
        if (is_cause)
            ck_assert_str_eq(found, wire_code_text((enum wire_code)code));
        else
            ck_assert_msg(!found, "%s", wire_code_text((enum wire_code)code));
        bool is_ours = code == WIRE_CODE_MAINTENANCE || code == WIRE_CODE_CASE_UNCHECKED; /* nobody's fault who asks */
        ck_assert(core_violation_counts(only((enum wire_code)code)) == !is_ours);
    }
    ck_assert_ptr_null(core_violation_find(&(struct core_violation_facts){0}, text));
    ck_assert(!core_violation_counts((struct wire_codes){0}));
}
END_TEST

START_TEST(a_block_is_one_only_as_a_block)
{
    char text[CORE_VIOLATION_TEXT_MAX];
    struct core_violation_facts facts = {.codes = only(WIRE_CODE_OFFICER_BLOCKED)};
    ck_assert_ptr_null(core_violation_find(&facts, text));
    facts.is_blocked = true;
    ck_assert_str_eq(core_violation_find(&facts, text), "officer-blocked");
    facts.codes = only(WIRE_CODE_CASE_MISSING);
    ck_assert_ptr_null(core_violation_find(&facts, text));
}
END_TEST

START_TEST(all_at_once_have_room)
{
    char text[CORE_VIOLATION_TEXT_MAX];
    struct core_violation_facts facts = {.codes = {~UINT64_C(0)}, .is_blocked = true, .is_run = true};
    facts.codes.set &= ~(UINT64_C(1) << WIRE_CODE_SIGNER_NOT_CONNECTION);
    ck_assert_str_eq(core_violation_find(&facts, text),
                     "signature-invalid query-replayed network-not-allowed officer-blocked refusals");
}
END_TEST

/* A colleague who sends an old query of mine from elsewhere cannot make me a replayer, or one who asks while blocked. */
START_TEST(nobody_is_blamed_for_what_another_sent)
{
    char text[CORE_VIOLATION_TEXT_MAX];
    struct core_violation_facts facts = {.codes = {~UINT64_C(0)}, .is_blocked = true, .is_run = true};
    ck_assert_str_eq(core_violation_find(&facts, text), "signer-not-connection");
}
END_TEST

CHECK_MAIN("violations", each_code_by_itself, a_block_is_one_only_as_a_block, all_at_once_have_room,
           nobody_is_blamed_for_what_another_sent)
