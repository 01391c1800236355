/* Writing leaves. What a kind must and may hold is said once, by the reader (leaf_parse.c): every leaf is read back
 * before it is handed out, so that none is appended that a verifier would call malformed. */
#include "audit/leaf.h"

#include "audit/canonical.h"
#include "base/clock.h"
#include "base/json.h"

#include <errno.h>

enum { DIGEST_BYTES = 32 };

static void text(struct base_json *json, const char *name, const char *value)
{
    if (value)
        base_json_member_text(json, name, value);
}

static void integer(struct base_json *json, const char *name, int64_t value)
{
    if (value != 0)
        base_json_member_integer(json, name, value);
}

static void digest(struct base_json *json, const char *name, const uint8_t *value)
{
    if (value)
        base_json_member_hex(json, name, base_bytes_of(value, DIGEST_BYTES));
}

static void instant(struct base_json *json, const char *name, int64_t at_us)
{
    char shown[BASE_TIME_TEXT_MAX];
    if (at_us == 0)
        return;
    base_time_format_us(at_us, shown);
    base_json_member_text(json, name, shown);
}

static void names(struct base_json *json, const char *name, const struct audit_leaf_names *list)
{
    if (list->count == 0)
        return;
    base_json_name(json, name);
    base_json_array_begin(json);
    for (size_t i = 0; i < list->count; i++)
        base_json_text(json, list->names[i]);
    base_json_array_end(json);
}

static void mac_value(struct base_json *json, const struct audit_leaf_mac *mac)
{
    base_json_object_begin(json);
    base_json_member_integer(json, "kid", mac->kid);
    base_json_member_hex(json, "mac", base_bytes_of(mac->mac, sizeof(mac->mac)));
    base_json_object_end(json);
}

static void mac(struct base_json *json, const char *name, const struct audit_leaf_mac *value)
{
    if (!value)
        return;
    base_json_name(json, name);
    mac_value(json, value);
}

static void blob(struct base_json *json, const char *name, const struct audit_leaf_blob *value)
{
    if (!value->sha256)
        return;
    base_json_name(json, name);
    base_json_object_begin(json);
    base_json_member_integer(json, "bytes", value->bytes);
    digest(json, "sealed", value->sealed);
    digest(json, "sha256", value->sha256);
    base_json_object_end(json);
}

static void key(struct base_json *json, const struct audit_leaf_key *value)
{
    char uuid[BASE_UUID_TEXT_MAX];
    if (!value->iin || !value->id)
        return;
    base_uuid_encode(value->id, uuid);
    base_json_name(json, "key");
    base_json_object_begin(json);
    base_json_member_text(json, "id", uuid);
    base_json_member_text(json, "iin", value->iin);
    base_json_member_integer(json, "part", value->part);
    base_json_object_end(json);
}

static void actor(struct base_json *json, const struct audit_leaf_actor *value)
{
    if (!value->iin)
        return;
    base_json_name(json, "actor");
    base_json_object_begin(json);
    integer(json, "agreement_version", value->agreement_version);
    names(json, "bases", &value->bases);
    text(json, "body", value->body);
    names(json, "duties", &value->duties);
    instant(json, "granted_until", value->granted_until_us);
    base_json_member_text(json, "iin", value->iin);
    if (value->network_allowed != AUDIT_LEAF_NOT_KNOWN) {
        base_json_name(json, "network_allowed");
        base_json_bool(json, value->network_allowed == AUDIT_LEAF_YES);
    }
    integer(json, "registration", value->registration);
    text(json, "registration_state", value->registration_state);
    integer(json, "registration_version", value->registration_version);
    integer(json, "role", value->role);
    text(json, "system_role", value->system_role);
    text(json, "unit", value->unit);
    base_json_object_end(json);
}

static void connection(struct base_json *json, const struct audit_leaf_connection *value)
{
    if (!value->address && !value->iin && !value->bin && !value->certificate)
        return;
    base_json_name(json, "connection");
    base_json_object_begin(json);
    text(json, "address", value->address);
    text(json, "bin", value->bin);
    digest(json, "certificate", value->certificate);
    text(json, "iin", value->iin);
    base_json_object_end(json);
}

static void crls(struct base_json *json, const uint8_t *const digests[AUDIT_LEAF_CRLS_MAX])
{
    if (!digests[0])
        return;
    base_json_name(json, "crls");
    base_json_array_begin(json);
    for (size_t i = 0; i < AUDIT_LEAF_CRLS_MAX && digests[i]; i++)
        base_json_hex(json, base_bytes_of(digests[i], DIGEST_BYTES));
    base_json_array_end(json);
}

static void signer(struct base_json *json, const uint8_t *certificate)
{
    if (!certificate)
        return;
    base_json_name(json, "signer");
    base_json_object_begin(json);
    digest(json, "certificate", certificate);
    base_json_object_end(json);
}

static void edition(struct base_json *json, const char *id, const uint8_t *sha256)
{
    if (!id)
        return;
    base_json_name(json, "edition");
    base_json_object_begin(json);
    base_json_member_text(json, "id", id);
    digest(json, "sha256", sha256);
    base_json_object_end(json);
}

static void subjects(struct base_json *json, const struct audit_leaf_mac *list, size_t count)
{
    if (count == 0)
        return;
    base_json_name(json, "subjects");
    base_json_array_begin(json);
    for (size_t i = 0; i < count; i++)
        mac_value(json, &list[i]);
    base_json_array_end(json);
}

/* Ends the leaf that begins at offset begin of out, and reads it back. */
static int finish(struct base_json *json, struct base_buffer *out, size_t begin)
{
    base_json_member_text(json, "v", AUDIT_LEAF_VERSION);
    base_json_object_end(json);
    int r = base_json_end(json);
    if (r < 0)
        return r;
    if (out->len - begin > AUDIT_LEAF_MAX)
        return -ENOBUFS;
    struct audit_leaf_view view;
    return audit_leaf_parse(base_bytes_of(out->data + begin, out->len - begin), &view) == 0 ? 0 : -EINVAL;
}

int audit_leaf_query_encode(enum audit_kind kind, const struct audit_leaf_query *query, struct base_buffer *out)
{
    struct base_json json;
    size_t begin = out->len;
    if (kind != AUDIT_KIND_QUERY_REQUEST && kind != AUDIT_KIND_QUERY_REFUSED && kind != AUDIT_KIND_QUERY_EXPLAINED &&
        kind != AUDIT_KIND_QUERY_INQUIRY)
        return -EINVAL;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    actor(&json, &query->actor);
    text(&json, "article", query->article);
    instant(&json, "at", query->arrival_us);
    text(&json, "basis", query->basis);
    text(&json, "case", query->case_number);
    if (query->case_verdict) {
        base_json_name(&json, "case_check");
        base_json_object_begin(&json);
        digest(&json, "sha256", query->case_answer);
        base_json_member_text(&json, "verdict", query->case_verdict);
        base_json_object_end(&json);
    }
    if (query->citations.len > 0) {
        base_json_name(&json, "citations");
        base_json_raw(&json, query->citations);
    }
    connection(&json, &query->connection);
    crls(&json, query->crls);
    if (query->data.len > 0) {
        base_json_name(&json, "data");
        base_json_raw(&json, query->data);
    }
    text(&json, "duty", query->duty);
    edition(&json, query->edition, query->edition_sha256);
    text(&json, "effect", query->effect);
    key(&json, &query->key);
    base_json_member_text(&json, "kind", audit_kind_name(kind));
    text(&json, "message", query->message);
    text(&json, "ordered_by", query->ordered_by);
    mac(&json, "params", query->params);
    blob(&json, "query", &query->query);
    names(&json, "reasons", &query->reasons);
    text(&json, "recipient", query->recipient);
    integer(&json, "service", query->service);
    instant(&json, "signed_at", query->signed_at_us);
    signer(&json, query->signer_certificate);
    subjects(&json, query->subjects, query->subject_count);
    return finish(&json, out, begin);
}

int audit_leaf_conclusion_encode(enum audit_kind kind, const struct audit_leaf_conclusion *conclusion,
                                 struct base_buffer *out)
{
    struct base_json json;
    size_t begin = out->len;
    if (!audit_kind_concludes(kind) && kind != AUDIT_KIND_QUERY_PENDING && kind != AUDIT_KIND_QUERY_SETTLED &&
        kind != AUDIT_KIND_QUERY_UNDELIVERED && kind != AUDIT_KIND_QUERY_DELIVERED)
        return -EINVAL;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    integer(&json, "adapter_us", conclusion->adapter_us);
    blob(&json, "answer", &conclusion->answer);
    instant(&json, "at", conclusion->at_us);
    if (conclusion->has_counts) {
        base_json_name(&json, "counts");
        base_json_object_begin(&json);
        base_json_member_integer(&json, "amounts_removed", conclusion->amounts_removed);
        base_json_member_integer(&json, "records", conclusion->records);
        base_json_object_end(&json);
    }
    instant(&json, "due", conclusion->due_us);
    key(&json, &conclusion->key);
    base_json_member_text(&json, "kind", audit_kind_name(kind));
    text(&json, "outcome", conclusion->outcome);
    names(&json, "reasons", &conclusion->reasons);
    mac(&json, "received", conclusion->received);
    if (conclusion->request)
        digest(&json, "request", conclusion->request->bytes);
    return finish(&json, out, begin);
}

int audit_leaf_event_encode(const struct audit_leaf_event *event, struct base_buffer *out)
{
    struct base_json json;
    size_t begin = out->len;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    blob(&json, "act", &event->act);
    actor(&json, &event->actor);
    instant(&json, "at", event->at_us);
    connection(&json, &event->connection);
    crls(&json, event->crls);
    if (event->data.len > 0) {
        base_json_name(&json, "data");
        base_json_raw(&json, event->data);
    }
    key(&json, &event->key);
    base_json_member_text(&json, "kind", event->kind);
    signer(&json, event->signer_certificate);
    return finish(&json, out, begin);
}

int audit_leaf_refusal_encode(const struct audit_leaf_refusal *refusal, struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer data;
    base_buffer_init(&data, AUDIT_LEAF_MAX);
    struct base_json json;
    base_json_begin(&json, &data);
    base_json_object_begin(&json);
    base_json_name(&json, "reasons");
    base_json_object_begin(&json);
    for (size_t i = 0; i < refusal->reason_count; i++)
        base_json_member_integer(&json, refusal->reasons[i].reason, refusal->reasons[i].count);
    base_json_object_end(&json);
    instant(&json, "since", refusal->since_us);
    base_json_object_end(&json);
    int r = base_json_end(&json);
    if (r < 0)
        return r;
    struct audit_leaf_event event = {
        .kind = audit_kind_name(AUDIT_KIND_CONNECTION_REFUSED),
        .at_us = refusal->at_us,
        .connection = refusal->connection,
        .data = base_buffer_view(&data),
    };
    return refusal->reason_count > 0 ? audit_leaf_event_encode(&event, out) : -EINVAL;
}

bool audit_leaf_text_equal(struct base_bytes view_text, struct base_bytes utf8)
{
    if (memchr(view_text.data ? view_text.data : (const uint8_t *) "", '\\', view_text.len) == NULL)
        return base_bytes_equal(view_text, utf8);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer decoded;
    base_buffer_init(&decoded, AUDIT_LEAF_MAX);
    return audit_canonical_decode(view_text, &decoded) == 0 && base_bytes_equal(base_buffer_view(&decoded), utf8);
}

int audit_leaf_text_decode(struct base_bytes view_text, struct base_buffer *out)
{
    return audit_canonical_decode(view_text, out);
}
