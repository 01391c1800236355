#include "gateway/core/case.h"

#include <openssl/sha.h>
#include <stdio.h>

#include "base/log.h"
#include "gateway/core/call.h"
#include "gateway/core/decide.h"
#include "gateway/wire/json.h"
#include "policy/case.h"

void core_case_clear(struct core_case *found)
{
    json_decref(found->document);
    *found = (struct core_case){.state = CORE_CASE_NONE};
}

static bool is_concerned(const struct core_request *request)
{
    return request->gateway->settings->has_case_register && request->query.wellformed &&
           policy_case_check(&request->gateway->case_pattern, request->query.case_number) == POLICY_CASE_WELLFORMED;
}

bool core_case_wanted(struct core_request *request)
{
    if (!is_concerned(request) || !request->registered || request->officer.claimed ||
        wire_codes_have(request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION))
        return false;
    struct wire_codes codes = request->codes;
    request->codes = (struct wire_codes){0};
    core_standing_check(request);
    bool stands = wire_codes_empty(request->codes);
    request->codes = codes;
    return stands;
}

/* ---- what the register says ---- */

/* An answer that fits and is about this very case; anything else is none. */
static bool answer_take(struct core_request *request, struct core_case *found)
{
    char name[] = "case", value[POLICY_CASE_PATTERN_MAX + 1];
    struct wire_faults faults = {0};
    struct wire_params asked = {.count = 1, .items = {{.name = name, .value = value, .identifier = WIRE_IDENTIFIER_CASE}}};
    snprintf(value, sizeof(value), "%.*s", (int)request->query.case_number.len, (const char *)request->query.case_number.data);
    if (request->answer.outcome != LINK_OUTCOME_ANSWERED ||
        wire_json_parse(base_buffer_view(&request->records), LINK_RECORDS_MAX, &found->document, NULL) != 0 ||
        wire_service_answer_check(wire_services_case(request->gateway->services), &asked, found->document, &faults) != 0)
        return false;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer canonical;
    base_buffer_init(&canonical, LINK_RECORDS_MAX);
    if (wire_json_canonical(found->document, &canonical) < 0)
        return false;
    SHA256(canonical.data, canonical.len, found->digest);
    found->record = json_array_get(found->document, 0);
    return true;
}

static void register_told(struct core_request *request)
{
    struct core_case *found = &request->case_found;
    core_case_clear(found);
    if (answer_take(request, found)) {
        found->state = CORE_CASE_CHECKED;
    } else {
        base_log(BASE_LOG_WARNING, "event=case-unchecked query=%s outcome=%d", request->query.id_text,
                 (int)request->answer.outcome);
        core_case_clear(found);
        found->state = CORE_CASE_UNCHECKED;
    }
    base_buffer_clear(&request->records);
    request->answer = (struct link_answer){.outcome = LINK_OUTCOME_UNKNOWN};
    request->is_case_call = false;
    request->case_told(request);
}

void core_case_ask(struct core_request *take_request, void (*resume)(struct core_request *request))
{
    take_request->case_told = resume;
    take_request->is_case_call = true;
    core_call_send(take_request, register_told);
}

/* ---- what follows from it ---- */

static bool is_listed(const json_t *list, struct base_bytes text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (base_bytes_equal(base_bytes_of(json_string_value(item), json_string_length(item)), text))
            return true;
    }
    return false;
}

static const struct core_case *found_of(const struct core_request *request)
{
    return request->origin ? &request->origin->case_found : &request->case_found;
}

static struct wire_codes codes_of(const struct core_request *request, const struct core_case *found)
{
    struct wire_codes codes = {0};
    const json_t *record = found->record;
    if (found->state != CORE_CASE_CHECKED) {
        wire_codes_add(&codes, WIRE_CODE_CASE_UNCHECKED);
        return codes;
    }
    if (!record) {
        wire_codes_add(&codes, WIRE_CODE_CASE_UNKNOWN);
        return codes;
    }
    if (!json_is_null(json_object_get(record, "closed")))
        wire_codes_add(&codes, WIRE_CODE_CASE_CLOSED);
    if (!is_listed(json_object_get(record, "bodies"), base_bytes_text(request->officer.bin)))
        wire_codes_add(&codes, WIRE_CODE_CASE_NOT_OF_BODY);
    if (request->query.article.data && !is_listed(json_object_get(record, "articles"), request->query.article))
        wire_codes_add(&codes, WIRE_CODE_ARTICLE_NOT_OF_CASE);
    return codes;
}

void core_case_decide(struct core_request *request)
{
    const struct core_case *found = found_of(request);
    bool is_for_parts = request->query.is_inquiry && request->part == 0; /* each is decided by itself */
    if (is_for_parts || !is_concerned(request))
        return;
    if (found->state != CORE_CASE_NONE || wire_codes_empty(request->codes))
        request->codes.set |= codes_of(request, found).set;
}

const char *core_case_verdict(const struct core_request *request, const uint8_t **ret_digest)
{
    const struct core_case *found = found_of(request);
    *ret_digest = NULL;
    if (found->state == CORE_CASE_NONE || !is_concerned(request))
        return NULL;
    if (found->state == CORE_CASE_CHECKED)
        *ret_digest = found->digest;
    enum wire_code first = wire_codes_first(codes_of(request, found));
    return first == WIRE_CODE_NONE ? "open" : wire_code_text(first);
}
