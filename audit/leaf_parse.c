/* Reading leaves: tables of members in the order canonical JSON has them, walked once. */
#include "audit/canonical.h"
#include "audit/kind.h"
#include "audit/leaf.h"
#include "base/clock.h"

#include <errno.h>
#include <limits.h>

enum field_type {
    FIELD_TEXT,    /* struct base_bytes, not empty */
    FIELD_NAME,    /* the same, of a-z 0-9 _ . - only */
    FIELD_HEX,     /* struct base_bytes of 64 hex digits */
    FIELD_INTEGER, /* int64_t, not negative */
    FIELD_SMALL,   /* int, 1 to 9,999 */
    FIELD_PART,    /* uint32_t */
    FIELD_TIME,    /* int64_t */
    FIELD_FACT,    /* enum audit_leaf_fact */
    FIELD_UUID,    /* uint8_t[16] */
    FIELD_HASH,    /* struct audit_hash */
    FIELD_MAC,     /* struct audit_leaf_mac */
    FIELD_NAMES,   /* array of struct base_bytes, with count and max; every one a FIELD_NAME */
    FIELD_HEXES,   /* the same of FIELD_HEX */
    FIELD_MACS,    /* array of struct audit_leaf_mac, with count and max */
    FIELD_ARRAY,   /* struct base_bytes: any canonical array */
    FIELD_ANY,     /* struct base_bytes: any canonical object */
    FIELD_OBJECT,  /* members of its own, at the same base */
    FIELD_KIND,
    FIELD_VERSION,
};

struct field {
    const char *name;
    enum field_type type;
    bool is_required; /* within an object below the top */
    size_t offset, count_offset, max;
    const struct field *members;
    size_t member_count;
};

#define AT(member) .offset = offsetof(struct audit_leaf_view, member)
#define COUNT(member, maximum) .count_offset = offsetof(struct audit_leaf_view, member), .max = (maximum)
#define MEMBERS(table) .members = (table), .member_count = BASE_ARRAY_LENGTH(table)

static const struct field actor_fields[] = {
    {"agreement_version", FIELD_INTEGER, AT(actor.agreement_version)},
    {"bases", FIELD_NAMES, AT(actor.bases), COUNT(actor.base_count, AUDIT_LEAF_NAMES_MAX)},
    {"body", FIELD_TEXT, AT(actor.body)},
    {"duties", FIELD_NAMES, AT(actor.duties), COUNT(actor.duty_count, AUDIT_LEAF_NAMES_MAX)},
    {"granted_until", FIELD_TIME, AT(actor.granted_until_us)},
    {"iin", FIELD_TEXT, .is_required = true, AT(actor.iin)},
    {"network_allowed", FIELD_FACT, AT(actor.network_allowed)},
    {"registration", FIELD_INTEGER, AT(actor.registration)},
    {"registration_state", FIELD_NAME, AT(actor.registration_state)},
    {"registration_version", FIELD_INTEGER, AT(actor.registration_version)},
    {"role", FIELD_SMALL, AT(actor.role)},
    {"system_role", FIELD_NAME, AT(actor.system_role)},
    {"unit", FIELD_TEXT, AT(actor.unit)},
};

static const struct field connection_fields[] = {
    {"address", FIELD_TEXT, AT(connection.address)},
    {"bin", FIELD_TEXT, AT(connection.bin)},
    {"certificate", FIELD_HEX, AT(connection.certificate)},
    {"iin", FIELD_TEXT, AT(connection.iin)},
};

#define BLOB_FIELDS(blob)                                                                                              \
    {                                                                                                                  \
        {"bytes", FIELD_INTEGER, .is_required = true, AT(blob.bytes)}, {"sealed", FIELD_HEX, AT(blob.sealed)},         \
            {"sha256", FIELD_HEX, .is_required = true, AT(blob.sha256)},                                               \
    }
static const struct field query_fields[] = BLOB_FIELDS(query);
static const struct field answer_fields[] = BLOB_FIELDS(answer);
static const struct field act_fields[] = BLOB_FIELDS(act);

static const struct field case_check_fields[] = {
    {"sha256", FIELD_HEX, AT(case_check.sha256)},
    {"verdict", FIELD_NAME, .is_required = true, AT(case_check.verdict)},
};

static const struct field counts_fields[] = {
    {"amounts_removed", FIELD_INTEGER, .is_required = true, AT(amounts_removed)},
    {"records", FIELD_INTEGER, .is_required = true, AT(records)},
};

static const struct field edition_fields[] = {
    {"id", FIELD_TEXT, .is_required = true, AT(edition)},
    {"sha256", FIELD_HEX, .is_required = true, AT(edition_sha256)},
};

static const struct field key_fields[] = {
    {"id", FIELD_UUID, .is_required = true, AT(key_id)},
    {"iin", FIELD_TEXT, .is_required = true, AT(key_iin)},
    {"part", FIELD_PART, .is_required = true, AT(key_part)},
};

static const struct field signer_fields[] = {
    {"certificate", FIELD_HEX, .is_required = true, AT(signer_certificate)},
};

/* Members of the leaf itself; what each kind may and must have of them is below. */
enum member {
    MEMBER_ACT,
    MEMBER_ACTOR,
    MEMBER_ADAPTER_US,
    MEMBER_ANSWER,
    MEMBER_ARTICLE,
    MEMBER_AT,
    MEMBER_BASIS,
    MEMBER_CASE,
    MEMBER_CASE_CHECK,
    MEMBER_CITATIONS,
    MEMBER_CONNECTION,
    MEMBER_COUNTS,
    MEMBER_CRLS,
    MEMBER_DATA,
    MEMBER_DUE,
    MEMBER_DUTY,
    MEMBER_EDITION,
    MEMBER_EFFECT,
    MEMBER_KEY,
    MEMBER_KIND,
    MEMBER_MESSAGE,
    MEMBER_ORDERED_BY,
    MEMBER_OUTCOME,
    MEMBER_PARAMS,
    MEMBER_QUERY,
    MEMBER_REASONS,
    MEMBER_RECEIVED,
    MEMBER_RECIPIENT,
    MEMBER_REQUEST,
    MEMBER_SERVICE,
    MEMBER_SIGNED_AT,
    MEMBER_SIGNER,
    MEMBER_SUBJECTS,
    MEMBER_V,
};

static const struct field leaf_fields[] = {
    [MEMBER_ACT] = {"act", FIELD_OBJECT, MEMBERS(act_fields)},
    [MEMBER_ACTOR] = {"actor", FIELD_OBJECT, MEMBERS(actor_fields)},
    [MEMBER_ADAPTER_US] = {"adapter_us", FIELD_INTEGER, AT(adapter_us)},
    [MEMBER_ANSWER] = {"answer", FIELD_OBJECT, MEMBERS(answer_fields)},
    [MEMBER_ARTICLE] = {"article", FIELD_TEXT, AT(article)},
    [MEMBER_AT] = {"at", FIELD_TIME, AT(at_us)},
    [MEMBER_BASIS] = {"basis", FIELD_NAME, AT(basis)},
    [MEMBER_CASE] = {"case", FIELD_TEXT, AT(case_number)},
    [MEMBER_CASE_CHECK] = {"case_check", FIELD_OBJECT, MEMBERS(case_check_fields)},
    [MEMBER_CITATIONS] = {"citations", FIELD_ARRAY, AT(citations)},
    [MEMBER_CONNECTION] = {"connection", FIELD_OBJECT, MEMBERS(connection_fields)},
    [MEMBER_COUNTS] = {"counts", FIELD_OBJECT, MEMBERS(counts_fields)},
    [MEMBER_CRLS] = {"crls", FIELD_HEXES, AT(crls), COUNT(crl_count, AUDIT_LEAF_CRLS_MAX)},
    [MEMBER_DATA] = {"data", FIELD_ANY, AT(data)},
    [MEMBER_DUE] = {"due", FIELD_TIME, AT(due_us)},
    [MEMBER_DUTY] = {"duty", FIELD_NAME, AT(duty)},
    [MEMBER_EDITION] = {"edition", FIELD_OBJECT, MEMBERS(edition_fields)},
    [MEMBER_EFFECT] = {"effect", FIELD_NAME, AT(effect)},
    [MEMBER_KEY] = {"key", FIELD_OBJECT, MEMBERS(key_fields)},
    [MEMBER_KIND] = {"kind", FIELD_KIND, AT(kind_name)},
    [MEMBER_MESSAGE] = {"message", FIELD_TEXT, AT(message)},
    [MEMBER_ORDERED_BY] = {"ordered_by", FIELD_TEXT, AT(ordered_by)},
    [MEMBER_OUTCOME] = {"outcome", FIELD_NAME, AT(outcome)},
    [MEMBER_PARAMS] = {"params", FIELD_MAC, AT(params)},
    [MEMBER_QUERY] = {"query", FIELD_OBJECT, MEMBERS(query_fields)},
    [MEMBER_REASONS] = {"reasons", FIELD_NAMES, AT(reasons), COUNT(reason_count, AUDIT_LEAF_NAMES_MAX)},
    [MEMBER_RECEIVED] = {"received", FIELD_MAC, AT(received)},
    [MEMBER_RECIPIENT] = {"recipient", FIELD_TEXT, AT(recipient)},
    [MEMBER_REQUEST] = {"request", FIELD_HASH, AT(request)},
    [MEMBER_SERVICE] = {"service", FIELD_SMALL, AT(service)},
    [MEMBER_SIGNED_AT] = {"signed_at", FIELD_TIME, AT(signed_at_us)},
    [MEMBER_SIGNER] = {"signer", FIELD_OBJECT, MEMBERS(signer_fields)},
    [MEMBER_SUBJECTS] = {"subjects", FIELD_MACS, AT(subjects), COUNT(subject_count, AUDIT_LEAF_SUBJECTS_MAX)},
    [MEMBER_V] = {"v", FIELD_VERSION},
};

#define BIT(member) (UINT64_C(1) << MEMBER_##member)
#define ALWAYS (BIT(AT) | BIT(KIND) | BIT(V))
#define REQUEST_NEEDS                                                                                                  \
    (ALWAYS | BIT(ACTOR) | BIT(BASIS) | BIT(CITATIONS) | BIT(CONNECTION) | BIT(CRLS) | BIT(EDITION) | BIT(EFFECT) |    \
     BIT(KEY) | BIT(MESSAGE) | BIT(QUERY) | BIT(SERVICE) | BIT(SIGNED_AT) | BIT(SIGNER))
#define QUERY_MAY                                                                                                      \
    (REQUEST_NEEDS | BIT(ARTICLE) | BIT(CASE) | BIT(CASE_CHECK) | BIT(DUTY) | BIT(ORDERED_BY) | BIT(PARAMS) | BIT(REASONS) |             \
     BIT(RECIPIENT) | BIT(SUBJECTS))
#define INQUIRY_NEEDS                                                                                                  \
    (ALWAYS | BIT(ACTOR) | BIT(BASIS) | BIT(CONNECTION) | BIT(CRLS) | BIT(DATA) | BIT(KEY) | BIT(MESSAGE) |            \
     BIT(QUERY) | BIT(SIGNED_AT) | BIT(SIGNER))
#define CONCLUSION_NEEDS (ALWAYS | BIT(KEY) | BIT(REQUEST))
#define ANSWER_MAY (BIT(ADAPTER_US) | BIT(ANSWER) | BIT(COUNTS) | BIT(RECEIVED))
#define EVENT_MAY (ALWAYS | BIT(ACT) | BIT(ACTOR) | BIT(CONNECTION) | BIT(CRLS) | BIT(DATA) | BIT(KEY) | BIT(SIGNER))

struct rule {
    uint64_t needs, may;
};

static struct rule rule_of(enum audit_kind kind)
{
    switch (kind) {
    case AUDIT_KIND_QUERY_REQUEST:
        return (struct rule){REQUEST_NEEDS, QUERY_MAY & ~BIT(REASONS)};
    case AUDIT_KIND_QUERY_REFUSED:
        return (struct rule){ALWAYS | BIT(CONNECTION) | BIT(REASONS), QUERY_MAY};
    case AUDIT_KIND_QUERY_EXPLAINED:
        return (struct rule){ALWAYS | BIT(CONNECTION) | BIT(EFFECT) | BIT(QUERY) | BIT(SIGNER), QUERY_MAY};
    case AUDIT_KIND_QUERY_INQUIRY:
        return (struct rule){INQUIRY_NEEDS, INQUIRY_NEEDS | BIT(ARTICLE) | BIT(CASE) | BIT(DUTY) | BIT(ORDERED_BY) |
                                                BIT(PARAMS) | BIT(RECIPIENT)};
    case AUDIT_KIND_QUERY_RESULT:
        return (struct rule){CONCLUSION_NEEDS | BIT(OUTCOME), CONCLUSION_NEEDS | BIT(OUTCOME) | ANSWER_MAY};
    case AUDIT_KIND_QUERY_WITHHELD:
        return (struct rule){CONCLUSION_NEEDS | BIT(REASONS), CONCLUSION_NEEDS | BIT(REASONS) | ANSWER_MAY};
    case AUDIT_KIND_QUERY_UNKNOWN:
        return (struct rule){CONCLUSION_NEEDS, CONCLUSION_NEEDS | BIT(ADAPTER_US) | BIT(RECEIVED)};
    case AUDIT_KIND_QUERY_PENDING:
        return (struct rule){CONCLUSION_NEEDS, CONCLUSION_NEEDS | BIT(ADAPTER_US) | BIT(DUE)};
    case AUDIT_KIND_QUERY_SETTLED:
        return (struct rule){CONCLUSION_NEEDS | BIT(OUTCOME),
                             CONCLUSION_NEEDS | BIT(OUTCOME) | BIT(ADAPTER_US) | BIT(ANSWER) | BIT(RECEIVED)};
    case AUDIT_KIND_QUERY_UNDELIVERED:
        return (struct rule){CONCLUSION_NEEDS, CONCLUSION_NEEDS | BIT(DUE)};
    case AUDIT_KIND_QUERY_DELIVERED:
        return (struct rule){CONCLUSION_NEEDS, CONCLUSION_NEEDS};
    case AUDIT_KIND_CONNECTION_REFUSED:
        return (struct rule){ALWAYS | BIT(DATA), ALWAYS | BIT(DATA) | BIT(CONNECTION)};
    case AUDIT_KIND_LOG_START:
    case AUDIT_KIND_LOG_HEARTBEAT:
    case AUDIT_KIND_LOG_ARCHIVED:
    case AUDIT_KIND_LOG_KEY:
    case AUDIT_KIND_OTHER:
        return (struct rule){ALWAYS, EVENT_MAY};
    }
    return (struct rule){UINT64_MAX, 0};
}

static bool is_name(struct base_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'))
            return false;
    }
    return text.len > 0;
}

static bool is_hex_digest(struct base_bytes text)
{
    if (text.len != 64)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!((text.data[i] >= '0' && text.data[i] <= '9') || (text.data[i] >= 'a' && text.data[i] <= 'f')))
            return false;
    return true;
}

static bool digest_parse(struct base_bytes text, uint8_t ret_digest[32])
{
    if (!is_hex_digest(text))
        return false;
    for (size_t i = 0; i < 32; i++) {
        uint8_t high = text.data[2 * i], low = text.data[2 * i + 1];
        ret_digest[i] =
            (uint8_t) ((high <= '9' ? high - '0' : high - 'a' + 10) << 4 | (low <= '9' ? low - '0' : low - 'a' + 10));
    }
    return true;
}

/* The one form that leaves use: microseconds and the offset of the capital, which was six hours until 29 February 2024
 * and is five since. Which of the two is the writer's matter: a verifier needs no tz database. */
static bool time_parse(struct base_bytes text, int64_t *ret_at_us)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddddd+dd:dd";
    if (text.len != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool is_digit = text.data[i] >= '0' && text.data[i] <= '9';
        if (shape[i] == 'd' ? !is_digit : text.data[i] != (uint8_t) shape[i])
            return false;
    }
    const char *offset = (const char *) text.data + text.len - 6;
    if (memcmp(offset, "+05:00", 6) != 0 && memcmp(offset, "+06:00", 6) != 0)
        return false;
    return base_time_parse(text, ret_at_us) == 0;
}

/* Lower-case words joined by dots: "admin.registered". Names of a table are checked by the table. */
static bool is_kind_name(struct base_bytes text)
{
    if (!is_name(text) || text.len >= AUDIT_LEAF_KIND_MAX)
        return false;
    bool has_dot = false, at_begin = true;
    for (size_t i = 0; i < text.len; i++) {
        bool is_dot = text.data[i] == '.';
        if (at_begin && !(text.data[i] >= 'a' && text.data[i] <= 'z'))
            return false;
        has_dot = has_dot || is_dot;
        at_begin = is_dot;
    }
    return has_dot && !at_begin;
}

static bool kind_parse(struct base_bytes text, struct audit_leaf_view *view)
{
    view->kind = audit_kind_find(text);
    view->kind_name = text;
    bool is_unknown_query = view->kind == AUDIT_KIND_OTHER && text.len > 6 && memcmp(text.data, "query.", 6) == 0;
    return is_kind_name(text) && !is_unknown_query;
}

static bool mac_parse(struct audit_canonical *json, struct audit_leaf_mac *mac)
{
    struct audit_canonical_items items = {.has_begun = false};
    struct base_bytes name;
    if (!audit_canonical_member(json, &items, &name) || !base_bytes_equal_text(name, "kid"))
        return false;
    int64_t kid = audit_canonical_integer(json);
    if (kid < 1 || kid > UINT32_MAX)
        return false;
    mac->kid = (uint32_t) kid;
    if (!audit_canonical_member(json, &items, &name) || !base_bytes_equal_text(name, "mac") ||
        !digest_parse(audit_canonical_string(json), mac->mac))
        return false;
    return !audit_canonical_member(json, &items, &name) && !json->failed;
}

/* Lists are never empty: an empty one is left out. */
static bool list_parse(struct audit_canonical *json, const struct field *field, uint8_t *base)
{
    struct audit_canonical_items items = {.has_begun = false};
    size_t count = 0;
    for (; audit_canonical_element(json, &items); count++) {
        if (count == field->max)
            return false;
        if (field->type == FIELD_MACS) {
            if (!mac_parse(json, (struct audit_leaf_mac *) (void *) (base + field->offset) + count))
                return false;
            continue;
        }
        struct base_bytes text = audit_canonical_string(json);
        if (field->type == FIELD_HEXES ? !is_hex_digest(text) : !is_name(text))
            return false;
        ((struct base_bytes *) (void *) (base + field->offset))[count] = text;
    }
    *(size_t *) (void *) (base + field->count_offset) = count;
    return count > 0 && !json->failed;
}

static bool raw_parse(struct audit_canonical *json, char first, struct base_bytes *ret_raw)
{
    struct base_bytes raw = audit_canonical_value(json);
    if (raw.len == 0 || raw.data[0] != (uint8_t) first)
        return false;
    *ret_raw = raw;
    return true;
}

static bool integer_parse(struct audit_canonical *json, int64_t min, int64_t max, int64_t *ret_value)
{
    int64_t value = audit_canonical_integer(json);
    *ret_value = value;
    return !json->failed && value >= min && value <= max;
}

static bool members_parse(struct audit_canonical *json, const struct field *fields, size_t count, uint8_t *base,
                          uint64_t *ret_seen);

static bool object_parse(struct audit_canonical *json, const struct field *field, uint8_t *base)
{
    uint64_t seen;
    if (!members_parse(json, field->members, field->member_count, base, &seen) || seen == 0)
        return false;
    for (size_t i = 0; i < field->member_count; i++)
        if (field->members[i].is_required && (seen >> i & 1) == 0)
            return false;
    return true;
}

static bool text_parse(struct audit_canonical *json, const struct field *field, struct base_bytes *text)
{
    *text = audit_canonical_string(json);
    if (field->type == FIELD_NAME)
        return is_name(*text);
    if (field->type == FIELD_HEX)
        return is_hex_digest(*text);
    return text->len > 0;
}

static bool small_parse(struct audit_canonical *json, int *value)
{
    int64_t number;
    if (!integer_parse(json, 1, 9999, &number))
        return false;
    *value = (int) number;
    return true;
}

static bool part_parse(struct audit_canonical *json, uint32_t *value)
{
    int64_t number;
    if (!integer_parse(json, 0, UINT32_MAX, &number))
        return false;
    *value = (uint32_t) number;
    return true;
}

static bool fact_parse(struct audit_canonical *json, enum audit_leaf_fact *value)
{
    *value = audit_canonical_bool(json) ? AUDIT_LEAF_YES : AUDIT_LEAF_NO;
    return !json->failed;
}

/* One line for each type: nothing but the choice of who reads it. */
static bool field_parse(struct audit_canonical *json, const struct field *field, uint8_t *base)
{
    void *value = base + field->offset;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_HEX:
        return text_parse(json, field, value);
    case FIELD_INTEGER:
        return integer_parse(json, 0, INT64_MAX, value);
    case FIELD_SMALL:
        return small_parse(json, value);
    case FIELD_PART:
        return part_parse(json, value);
    case FIELD_TIME:
        return time_parse(audit_canonical_string(json), value);
    case FIELD_FACT:
        return fact_parse(json, value);
    case FIELD_UUID:
        return base_uuid_parse(audit_canonical_string(json), BASE_UUID_LOWER_CASE, value) == 0;
    case FIELD_HASH:
        return digest_parse(audit_canonical_string(json), ((struct audit_hash *) value)->bytes);
    case FIELD_MAC:
        return mac_parse(json, value);
    case FIELD_NAMES:
    case FIELD_HEXES:
    case FIELD_MACS:
        return list_parse(json, field, base);
    case FIELD_ARRAY:
        return raw_parse(json, '[', value);
    case FIELD_ANY:
        return raw_parse(json, '{', value);
    case FIELD_OBJECT:
        return object_parse(json, field, base);
    case FIELD_KIND:
        return kind_parse(audit_canonical_string(json), (struct audit_leaf_view *) (void *) base);
    case FIELD_VERSION:
        return base_bytes_equal_text(audit_canonical_string(json), AUDIT_LEAF_VERSION);
    }
    return false;
}

/* Both the table and the object ascend, so that one walk pairs them. */
static bool members_parse(struct audit_canonical *json, const struct field *fields, size_t count, uint8_t *base,
                          uint64_t *ret_seen)
{
    struct audit_canonical_items items = {.has_begun = false};
    struct base_bytes name;
    uint64_t seen = 0;
    size_t at = 0;
    while (audit_canonical_member(json, &items, &name)) {
        while (at < count && !base_bytes_equal_text(name, fields[at].name))
            at++;
        if (at == count || !field_parse(json, &fields[at], base))
            return false;
        seen |= UINT64_C(1) << at;
        at++;
    }
    *ret_seen = seen;
    return !json->failed;
}

/* Counts, kids and the like that tell what is there; the rest of a view is set only where the leaf has it. */
static void view_init(struct audit_leaf_view *view)
{
    static const struct base_bytes none = {0};
    size_t subjects = offsetof(struct audit_leaf_view, subjects);
    memset(view, 0, subjects);
    memset(&view->effect, 0, sizeof(*view) - offsetof(struct audit_leaf_view, effect));
    view->effect = none;
}

static bool effect_check(const struct audit_leaf_view *view)
{
    bool is_deny = base_bytes_equal_text(view->effect, "deny");
    bool is_permit =
        base_bytes_equal_text(view->effect, "permit") || base_bytes_equal_text(view->effect, "abbreviated");
    if (view->effect.len > 0 && !is_deny && !is_permit)
        return false;
    if (view->kind == AUDIT_KIND_QUERY_REQUEST)
        return is_permit;
    return view->kind != AUDIT_KIND_QUERY_REFUSED || !is_permit;
}

/* Nothing is permitted on another word of the register of cases, nor on one that is not there. */
static bool case_check(const struct audit_leaf_view *view)
{
    return view->case_check.verdict.len == 0 ||
           (base_bytes_equal_text(view->case_check.verdict, "open") && view->case_check.sha256.len > 0 &&
            view->case_number.len > 0);
}

/* What a permit rested on must all be there: it is decided again from this record alone. */
static bool request_check(const struct audit_leaf_view *view)
{
    return view->actor.body.len > 0 && view->actor.role > 0 && view->actor.registration_version > 0 &&
           view->actor.agreement_version > 0 && view->actor.base_count > 0 &&
           base_bytes_equal_text(view->actor.registration_state, "active") &&
           view->actor.network_allowed == AUDIT_LEAF_YES && view->connection.address.len > 0 &&
           view->connection.certificate.len > 0 && case_check(view);
}

/* Only what was done has an answer. */
static bool settled_check(const struct audit_leaf_view *view)
{
    if (base_bytes_equal_text(view->outcome, "done"))
        return true;
    return view->answer.sha256.len == 0 && (base_bytes_equal_text(view->outcome, "not-done") ||
                                            base_bytes_equal_text(view->outcome, "unknown"));
}

static bool refusal_check(const struct audit_leaf_view *view)
{
    struct audit_canonical json = audit_canonical_of(view->data);
    struct audit_canonical_items items = {.has_begun = false}, reasons = {.has_begun = false};
    struct base_bytes name;
    int64_t since_us;
    if (!audit_canonical_member(&json, &items, &name) || !base_bytes_equal_text(name, "reasons"))
        return false;
    size_t count = 0;
    for (; audit_canonical_member(&json, &reasons, &name); count++)
        if (!is_name(name) || audit_canonical_integer(&json) < 1)
            return false;
    if (audit_canonical_member(&json, &items, &name) &&
        (!base_bytes_equal_text(name, "since") || !time_parse(audit_canonical_string(&json), &since_us) ||
         audit_canonical_member(&json, &items, &name)))
        return false;
    return count > 0 && audit_canonical_end(&json);
}

int audit_leaf_parse(struct base_bytes leaf, struct audit_leaf_view *ret_view)
{
    if (leaf.len == 0 || leaf.len > AUDIT_LEAF_MAX)
        return -EBADMSG;
    struct audit_canonical json = audit_canonical_of(leaf);
    uint64_t seen;
    view_init(ret_view);
    if (!members_parse(&json, leaf_fields, BASE_ARRAY_LENGTH(leaf_fields), (uint8_t *) ret_view, &seen) ||
        !audit_canonical_end(&json))
        return -EBADMSG;
    struct rule rule = rule_of(ret_view->kind);
    if ((seen & rule.needs) != rule.needs || (seen & ~rule.may) != 0 || !effect_check(ret_view))
        return -EBADMSG;
    ret_view->has_key = (seen & BIT(KEY)) != 0;
    ret_view->has_counts = (seen & BIT(COUNTS)) != 0;
    if (ret_view->kind == AUDIT_KIND_QUERY_REQUEST && !request_check(ret_view))
        return -EBADMSG;
    if (ret_view->kind == AUDIT_KIND_QUERY_SETTLED && !settled_check(ret_view))
        return -EBADMSG;
    if (ret_view->kind == AUDIT_KIND_CONNECTION_REFUSED && !refusal_check(ret_view))
        return -EBADMSG;
    return 0;
}
