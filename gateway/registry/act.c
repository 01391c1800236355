#include "gateway/registry/act.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/json.h"
#include "gateway/registry/rights.h"
#include "gateway/wire/json.h"

/* ---- members of an act that fits its schema ---- */

static const char *text_at(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static bool is_null(const json_t *object, const char *member)
{
    return json_is_null(json_object_get(object, member));
}

static bool is_text(const json_t *object, const char *member, const char *text)
{
    const char *value = text_at(object, member);
    return value && strcmp(value, text) == 0;
}

/* The time, or 0 when it is null. */
static int64_t time_at(const json_t *object, const char *member)
{
    int64_t at_us = 0;
    const char *text = text_at(object, member);
    return text && base_time_parse(base_bytes_text(text), &at_us) == 0 ? at_us : 0;
}

/* ---- rights ---- */

static void rights_check(const json_t *rights, const struct registry_act_facts *facts, struct wire_codes *codes)
{
    struct policy_rights asked = registry_rights_read(rights);
    registry_rights_check(facts->edition, &asked, codes);
    if (!is_null(rights, "until") && time_at(rights, "until") <= facts->at_us)
        wire_codes_add(codes, WIRE_CODE_PERIOD_WRONG);
}

/* ---- each type ---- */

static bool statements_hold(const json_t *statements)
{
    const char *name;
    const json_t *statement;
    json_object_foreach((json_t *)(uintptr_t)statements, name, statement)
        if (!json_is_true(statement))
            return false;
    return true;
}

static void application_check(const json_t *act, const struct registry_act_facts *facts, struct wire_codes *codes)
{
    const json_t *form = json_object_get(act, "form"), *rights = json_object_get(act, "rights");
    bool is_block = is_text(act, "kind", "block");
    if (!is_text(form, "iin", facts->iin) || !is_text(form, "bin", facts->bin))
        wire_codes_add(codes, WIRE_CODE_FORM_MISMATCH);
    bool is_whole = statements_hold(json_object_get(act, "statements")) && json_is_null(rights) == is_block &&
                    (is_block ? !is_null(form, "block_reason") : !is_null(act, "scan"));
    if (!is_whole)
        wire_codes_add(codes, WIRE_CODE_FORM_INCOMPLETE);
    if (!json_is_null(rights))
        rights_check(rights, facts, codes);
}

static void decision_check(const json_t *act, const struct registry_act_facts *facts, struct wire_codes *codes)
{
    const json_t *rights = json_object_get(act, "rights");
    bool is_refusal = is_text(act, "outcome", "refused");
    if (json_is_null(rights) != is_refusal || (is_refusal && is_null(act, "reason")))
        wire_codes_add(codes, WIRE_CODE_FORM_INCOMPLETE);
    if (!json_is_null(rights))
        rights_check(rights, facts, codes);
}

/* The officer signs the text itself, so that what was agreed to can be shown without the register. */
static void agreement_check(const json_t *act, const struct registry_act_facts *facts, struct wire_codes *codes)
{
    const struct registry_inner *inner = facts->inner;
    char digest[65];
    if (!inner || !inner->is_valid || strcmp(inner->iin, facts->iin) != 0 || strcmp(inner->bin, facts->bin) != 0) {
        wire_codes_add(codes, WIRE_CODE_ACT_MALFORMED);
        return;
    }
    base_hex_digest(inner->digest, digest);
    if (!is_text(act, "digest", digest))
        wire_codes_add(codes, WIRE_CODE_DIGEST_MISMATCH);
}

/* An end may be absent, not before its begin. */
static void period_check(const json_t *act, const char *begin, const char *end, struct wire_codes *codes)
{
    if (!is_null(act, end) && time_at(act, end) < time_at(act, begin))
        wire_codes_add(codes, WIRE_CODE_PERIOD_WRONG);
}

static void enrolment_check(const json_t *act, const struct registry_act_facts *facts, struct wire_codes *codes)
{
    if (!is_text(act, "iin", facts->iin) || !is_text(act, "bin", facts->bin) ||
        !is_text(json_object_get(act, "body"), "bin", facts->bin))
        wire_codes_add(codes, WIRE_CODE_FORM_MISMATCH);
    if (!is_text(act, "system_role", "administrator") || !is_text(act, "state", "active"))
        wire_codes_add(codes, WIRE_CODE_FORM_INCOMPLETE);
}

void registry_act_check(const struct wire_act *act, const struct registry_act_facts *facts, struct wire_codes *codes)
{
    switch (wire_act_type_name(act->type)) {
    case WIRE_ACT_APPLICATION:
        application_check(act->act, facts, codes);
        return;
    case WIRE_ACT_DECISION:
        decision_check(act->act, facts, codes);
        return;
    case WIRE_ACT_AGREEMENT:
        agreement_check(act->act, facts, codes);
        return;
    case WIRE_ACT_JOURNAL:
        period_check(act->act, "started_at", "ended_at", codes);
        return;
    case WIRE_ACT_ANNOUNCEMENT:
        period_check(act->act, "begins_at", "ends_at", codes);
        return;
    case WIRE_ACT_ENROLMENT:
        enrolment_check(act->act, facts, codes);
        return;
    case WIRE_ACT_BODY:
    case WIRE_ACT_UNIT:
    case WIRE_ACT_APPOINTMENT:
    case WIRE_ACT_WITHDRAWAL:
    case WIRE_ACT_AGREEMENT_TEXT:
    case WIRE_ACT_BLOCK:
    case WIRE_ACT_SUSPENSION:
    case WIRE_ACT_SETTING:
    case WIRE_ACT_VIOLATION:
    case WIRE_ACT_CONTACT:
    case WIRE_ACT_IMPORT:
    case WIRE_ACT_IMPORT_END:
        return;
    case WIRE_ACT_NONE:
    case WIRE_ACT_COUNT:
        break;
    }
    wire_codes_add(codes, WIRE_CODE_ACT_MALFORMED);
}

/* ---- the envelope ---- */

/* What policy knows and the register does not: the appendix of the role that is asked for or given; and on what the rows of an
 * import were checked. */
static void extra_encode(const struct registry_envelope *envelope, struct base_json *json)
{
    const json_t *act = envelope->act->act, *rights = json_object_get(act, "rights");
    const struct policy_edition *edition = envelope->facts->edition;
    unsigned role = (unsigned)json_integer_value(json_object_get(rights, "role"));
    unsigned appendix = edition ? policy_edition_role_appendix(edition, role) : 0;
    base_json_object_begin(json);
    if (rights) { /* null rights too: then the role is none */
        base_json_name(json, "appendix");
        if (appendix)
            base_json_integer(json, (int64_t)appendix);
        else
            base_json_null(json);
    }
    if (wire_act_type_name(envelope->act->type) == WIRE_ACT_AGREEMENT)
        base_json_member_text(json, "text", text_at(act, "language"));
    if (wire_act_type_name(envelope->act->type) == WIRE_ACT_IMPORT)
        base_json_member_text(json, "mark", envelope->facts->import_mark);
    base_json_object_end(json);
}

int registry_envelope_encode(const struct registry_envelope *envelope, struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer act;
    base_buffer_init(&act, REGISTRY_ENVELOPE_BYTES_MAX);
    int r = wire_json_canonical(envelope->act->act, &act);
    if (r < 0)
        return r;
    char at[BASE_TIME_TEXT_MAX];
    base_time_format_us(envelope->facts->at_us, at);
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "act");
    base_json_raw(&json, base_buffer_view(&act));
    base_json_member_text(&json, "at", at);
    base_json_member_text(&json, "bin", envelope->facts->bin);
    base_json_member_hex(&json, "digest", base_bytes_of(envelope->digest, 32));
    base_json_name(&json, "extra");
    extra_encode(envelope, &json);
    base_json_member_text(&json, "id", envelope->act->head.id_text);
    base_json_member_text(&json, "iin", envelope->facts->iin);
    base_json_member_text(&json, "kind", wire_act_type_kind(envelope->act->type));
    base_json_member_text(&json, "peer", envelope->peer && envelope->peer[0] ? envelope->peer : NULL);
    base_json_member_text(&json, "type", wire_act_type_text(envelope->act->type));
    base_json_object_end(&json);
    return base_json_end(&json);
}
