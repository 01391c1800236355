#include "gateway/core/violation.h"

#include <stdio.h>
#include <string.h>

#include "base/result.h"

static void cause_add(char text[static CORE_VIOLATION_TEXT_MAX], const char *cause)
{
    size_t used = strlen(text);
    snprintf(text + used, CORE_VIOLATION_TEXT_MAX - used, "%s%s", used > 0 ? " " : "", cause);
}

const char *core_violation_find(const struct core_violation_facts *facts, char ret_text[static CORE_VIOLATION_TEXT_MAX])
{
    static const enum wire_code causes[] = {
        WIRE_CODE_SIGNATURE_INVALID,
        WIRE_CODE_QUERY_REPLAYED,
        WIRE_CODE_NETWORK_NOT_ALLOWED,
    };
    ret_text[0] = '\0';
    /* The entry is the signer's, but another sent it: where from, how often and when says nothing of the signer, whom anybody
     * could blame with an old query of his. */
    if (wire_codes_have(facts->codes, WIRE_CODE_SIGNER_NOT_CONNECTION)) {
        cause_add(ret_text, wire_code_text(WIRE_CODE_SIGNER_NOT_CONNECTION));
        return ret_text;
    }
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(causes); i++)
        if (wire_codes_have(facts->codes, causes[i]))
            cause_add(ret_text, wire_code_text(causes[i]));
    if (facts->is_blocked && wire_codes_have(facts->codes, WIRE_CODE_OFFICER_BLOCKED))
        cause_add(ret_text, wire_code_text(WIRE_CODE_OFFICER_BLOCKED));
    if (facts->is_run)
        cause_add(ret_text, "refusals");
    return ret_text[0] ? ret_text : NULL;
}

bool core_violation_counts(struct wire_codes codes)
{
    codes.set &= ~(UINT64_C(1) << WIRE_CODE_MAINTENANCE | UINT64_C(1) << WIRE_CODE_CASE_UNCHECKED);
    return !wire_codes_empty(codes);
}
