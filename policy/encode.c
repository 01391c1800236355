#include "policy/encode.h"

static void citation_encode(const struct policy_citation *citation, struct base_json *json)
{
    base_json_object_begin(json);
    if (citation->appendix)
        base_json_member_integer(json, "appendix", citation->appendix);
    base_json_member_integer(json, "clause", citation->clause);
    if (citation->column)
        base_json_member_integer(json, "column", citation->column);
    if (citation->readings) {
        base_json_name(json, "readings");
        base_json_array_begin(json);
        for (uint64_t rest = citation->readings; rest; rest &= rest - 1) {
            unsigned number = (unsigned) __builtin_ctzll(rest);
            char id[] = {'R', (char) ('0' + number / 10), (char) ('0' + number % 10)};
            base_json_string(json, base_bytes_of(id, sizeof(id)));
        }
        base_json_array_end(json);
    }
    if (citation->row)
        base_json_member_integer(json, "row", citation->row);
    base_json_object_end(json);
}

void policy_citations_encode(const struct policy_decision *decision, struct base_json *json)
{
    base_json_array_begin(json);
    for (unsigned i = 0; i < decision->citation_count; i++)
        citation_encode(&decision->citations[i], json);
    base_json_array_end(json);
}

void policy_reasons_encode(const struct policy_decision *decision, struct base_json *json)
{
    base_json_array_begin(json);
    for (unsigned reason = 1; reason <= POLICY_REASON_MAX; reason++)
        if (policy_decision_has(decision, (enum policy_reason) reason))
            base_json_text(json, policy_reason_name((enum policy_reason) reason));
    base_json_array_end(json);
}

static void needs_encode(const struct policy_decision *decision, struct base_json *json)
{
    base_json_array_begin(json);
    if (decision->needs & POLICY_NEED_CASE)
        base_json_text(json, "case");
    if (decision->needs & POLICY_NEED_ARTICLE)
        base_json_text(json, "article");
    base_json_array_end(json);
}

static void encode(const struct policy_decision *decision, const struct policy_edition *edition, bool whole,
                   struct base_json *json)
{
    base_json_object_begin(json);
    base_json_name(json, "citations");
    policy_citations_encode(decision, json);
    if (whole) {
        base_json_name(json, "doubtful");
        base_json_bool(json, decision->doubtful);
    }
    base_json_member_text(json, "edition", policy_edition_id(edition));
    base_json_member_text(json, "edition_sha256", policy_edition_sha256_text(edition));
    base_json_member_text(json, "effect", policy_effect_name(decision->effect));
    if (whole) {
        base_json_name(json, "needs");
        needs_encode(decision, json);
        base_json_name(json, "reasons");
        policy_reasons_encode(decision, json);
    }
    base_json_object_end(json);
}

void policy_decision_encode(const struct policy_decision *decision, const struct policy_edition *edition,
                            struct base_json *json)
{
    encode(decision, edition, false, json);
}

void policy_decision_encode_whole(const struct policy_decision *decision, const struct policy_edition *edition,
                                  struct base_json *json)
{
    encode(decision, edition, true, json);
}
