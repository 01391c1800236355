#include "gateway/core/entry.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tree.h"
#include "base/log.h"
#include "certs/seal.h"
#include "gateway/core/case.h"
#include "gateway/core/request.h"
#include "gateway/registry/facts.h"
#include "gateway/wire/json.h"
#include "policy/encode.h"
#include "schema/store/blob.h"

void core_entry_clear(struct core_entry *entry)
{
    base_buffer_clear(&entry->leaf);
    base_buffer_clear(&entry->sealed);
    memset(entry, 0, sizeof(*entry));
}

static int leaf_take(void *context, uint64_t index, struct base_bytes leaf)
{
    struct core_entry *entry = context;
    entry->record.index = index;
    entry->record.entry.leaf_hash = audit_hash_leaf(leaf);
    entry->durable = true;
    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    return base_buffer_append(&entry->leaf, leaf);
}

int core_entry_read(const struct core_gateway *gateway, uint64_t index, struct core_entry *entry)
{
    const struct audit_store *store = &gateway->audit_store;
    core_entry_clear(entry);
    return store->entries_read(store->context, index, index + 1, leaf_take, entry);
}

static void digest(struct base_bytes bytes, uint8_t ret_digest[static STORE_DIGEST_BYTES])
{
    SHA256(bytes.data, bytes.len, ret_digest);
}

/* ---- what a leaf is made of ---- */

static struct audit_leaf_names names_of(const struct store_names *names, const char *ret_pointers[STORE_NAMES_MAX])
{
    for (size_t i = 0; i < names->count; i++)
        ret_pointers[i] = names->names[i];
    return (struct audit_leaf_names){.names = ret_pointers, .count = names->count};
}

static struct audit_leaf_names codes_of(struct wire_codes codes, const char *ret_pointers[AUDIT_LEAF_NAMES_MAX])
{
    size_t count = 0;
    for (enum wire_code code = wire_codes_first(codes); code != WIRE_CODE_NONE && count < AUDIT_LEAF_NAMES_MAX;
         code = wire_codes_after(codes, code))
        ret_pointers[count++] = wire_code_text(code);
    return (struct audit_leaf_names){.names = ret_pointers, .count = count};
}

/* The column form: names separated by one space. */
static const char *reasons_text(struct core_entry *entry, const struct audit_leaf_names *reasons)
{
    size_t at = 0;
    for (size_t i = 0; i < reasons->count; i++) {
        int len = snprintf(entry->reasons + at, sizeof(entry->reasons) - at, "%s%s", i ? " " : "", reasons->names[i]);
        at += len > 0 ? (size_t)len : 0;
        if (at >= sizeof(entry->reasons))
            return entry->reasons;
    }
    return reasons->count > 0 ? entry->reasons : NULL;
}

/* What jansson gave is NUL-terminated and holds no other NUL. */
static const char *text_of(struct base_bytes text)
{
    return (const char *)text.data;
}

static struct audit_leaf_key key_of(const struct core_request *request)
{
    if (!request->has_message || !(request->query.parts & WIRE_QUERY_ID))
        return (struct audit_leaf_key){.iin = NULL};
    return (struct audit_leaf_key){.iin = request->message.signer.iin, .id = request->query.id, .part = request->part};
}

/* The signer where there is one, else whoever is connected. */
static struct audit_leaf_actor actor_of(const struct core_request *request, const char *bases[STORE_NAMES_MAX],
                                        const char *duties[STORE_NAMES_MAX])
{
    const struct certs_identity *identity = request->has_message ? &request->message.signer : &request->peer;
    struct audit_leaf_actor actor = {.iin = identity->iin, .body = identity->bin};
    if (!request->registered)
        return actor;
    const struct store_officer *officer = &request->officer;
    actor.body = officer->bin;
    actor.unit = officer->unit_code[0] ? officer->unit_code : NULL;
    actor.role = officer->role;
    actor.registration = officer->registration;
    actor.registration_version = officer->version;
    actor.registration_state = registry_state_text(officer->state);
    actor.granted_until_us = officer->granted_until_us;
    actor.agreement_version = officer->agreement_version;
    actor.bases = names_of(&officer->bases, bases);
    actor.duties = names_of(&officer->duties, duties);
    actor.network_allowed = officer->network_allowed ? AUDIT_LEAF_YES : AUDIT_LEAF_NO;
    return actor;
}

static struct audit_leaf_connection connection_of(const struct core_request *request, const char *address)
{
    const struct certs_identity *peer = &request->peer;
    return (struct audit_leaf_connection){
        .address = address, .iin = peer->iin, .bin = peer->bin, .certificate = peer->sha256};
}

static void crls_take(const struct core_request *request, const uint8_t *ret_crls[AUDIT_LEAF_CRLS_MAX])
{
    size_t count = 0;
    if (request->has_message)
        ret_crls[count++] = request->message.signer.crl_sha256;
    if (count == 0 || memcmp(ret_crls[0], request->peer.crl_sha256, CERTS_DIGEST_BYTES) != 0)
        ret_crls[count] = request->peer.crl_sha256;
}

static int subject_order(const void *left, const void *right)
{
    const struct store_subject *a = left, *b = right;
    if (a->kid != b->kid)
        return a->kid < b->kid ? -1 : 1;
    return memcmp(a->mac, b->mac, sizeof(a->mac));
}

/* Keyed digests of whom the query is about, and of its parameters. */
static int subjects_make(struct core_request *request, struct core_entry *entry,
                         struct audit_leaf_mac ret_subjects[AUDIT_LEAF_SUBJECTS_MAX],
                         struct audit_leaf_mac *ret_params)
{
    const struct core_subjects *keys = request->gateway->subjects;
    uint32_t kid = core_subjects_kid(keys);
    size_t count = 0;
    for (size_t i = 0; i < request->params.count; i++) {
        const struct wire_param *param = &request->params.items[i];
        if (param->identifier == WIRE_IDENTIFIER_NONE)
            continue;
        struct store_subject *subject = &entry->subjects[count++];
        subject->kid = kid;
        int r = core_subject_mac(keys, kid, wire_identifier_text(param->identifier), base_bytes_text(param->value),
                                 subject->mac);
        if (r < 0)
            return r;
    }
    qsort(entry->subjects, count, sizeof(entry->subjects[0]), subject_order);
    for (size_t i = 0; i < count; i++) {
        ret_subjects[i].kid = entry->subjects[i].kid;
        memcpy(ret_subjects[i].mac, entry->subjects[i].mac, sizeof(ret_subjects[i].mac));
    }
    entry->columns.subjects = entry->subjects;
    entry->columns.subject_count = count;
    *ret_params = (struct audit_leaf_mac){0};
    if (!request->query.params)
        return 0;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer canonical;
    base_buffer_init(&canonical, WIRE_QUERY_BYTES_MAX * 2);
    int r = wire_json_canonical(request->query.params, &canonical);
    if (r == -EINVAL && !wire_codes_empty(request->codes))
        return 0; /* a name that no service has: refused, and kept only in the sealed query */
    if (r < 0)
        return r;
    ret_params->kid = kid;
    return core_subject_mac(keys, kid, "params", base_buffer_view(&canonical), ret_params->mac);
}

/* Seals the bytes and puts them beside the entry. */
static int seal(struct core_request *request, struct core_entry *entry, const char *kind, struct base_bytes plain)
{
    base_buffer_init(&entry->sealed, STORE_BLOB_MAX);
    int r = certs_seal(request->gateway->recipients, plain, &entry->sealed);
    if (r < 0)
        return r;
    struct base_bytes sealed = base_buffer_view(&entry->sealed);
    entry->blob = (struct store_blob){.kind = kind, .content = sealed};
    digest(sealed, entry->blob.digest);
    if (sealed.len > STORE_BLOB_SMALL_MAX) {
        r = store_blob_put(request->gateway->pool, entry->blob.digest, sealed, &entry->blob.large);
        if (r < 0)
            return r;
        entry->blob.content = base_bytes_of(NULL, 0);
    }
    entry->columns.blobs = &entry->blob;
    entry->columns.blob_count = 1;
    return 0;
}

/* ---- to the writer ---- */

/* The writer's thread: the outcome is noted, everything else is a worker's. */
static void entry_done(struct audit_record *record, enum audit_outcome outcome)
{
    struct core_entry *entry = (struct core_entry *)((char *)record - offsetof(struct core_entry, record));
    struct core_request *request = record->owner;
    entry->outcome = outcome;
    entry->durable = outcome == AUDIT_OUTCOME_DURABLE;
    core_request_queue(request, request->resume);
}

static int entry_append(struct core_request *request, struct core_entry *entry,
                        void (*resume)(struct core_request *request))
{
    if (store_record_check(&entry->columns) < 0)
        return -EINVAL;
    entry->outcome = AUDIT_OUTCOME_UNKNOWN;
    request->resume = resume;
    audit_record_init(&entry->record, base_buffer_view(&entry->leaf), &entry->columns,
                      store_record_weight(&entry->columns), entry_done, request);
    int r = audit_writer_append(request->gateway->writer, &entry->record);
    return r > 0 ? CORE_ENTRY_UNAVAILABLE : r;
}

static void key_to_columns(const struct audit_leaf_key *key, struct store_record *columns)
{
    columns->id = key->id;
    columns->part = (int)key->part;
}

/* What was not for want of memory will not succeed another time either. */
static int appended(int r, const char *kind)
{
    if (r >= 0 || r == -ENOMEM)
        return r;
    base_log(BASE_LOG_ERROR, "event=record-not-built kind=%s error=%d", kind, -r);
    return CORE_ENTRY_UNFIT;
}

/* ---- step 7 ---- */

static void query_to_leaf(const struct core_request *request, struct audit_leaf_query *leaf)
{
    const struct wire_query *query = &request->query;
    leaf->signed_at_us = query->parts & WIRE_QUERY_AT ? query->at_us : 0;
    leaf->message = query->wellformed ? wire_query_type(query) : NULL;
    leaf->service = (int)query->service;
    if (query->parts & WIRE_QUERY_GROUND) {
        leaf->basis = policy_basis_name(query->basis);
        leaf->duty = query->duty != POLICY_DUTY_NONE ? policy_duty_name(query->duty) : NULL;
    }
    leaf->case_number = text_of(query->case_number);
    leaf->article = text_of(query->article);
    leaf->ordered_by = text_of(query->ordered_by);
    leaf->recipient = text_of(query->recipient);
}

static void leaf_to_columns(const struct audit_leaf_query *leaf, struct core_entry *entry)
{
    struct store_record *columns = &entry->columns;
    columns->iin = leaf->actor.iin;
    columns->body = leaf->actor.body;
    columns->unit = leaf->actor.unit;
    columns->role = leaf->actor.role;
    columns->service = leaf->service;
    columns->basis = leaf->basis;
    columns->duty = leaf->duty;
    columns->case_number = leaf->case_number;
    columns->article = leaf->article;
    columns->effect = leaf->effect;
    columns->reasons = reasons_text(entry, &leaf->reasons);
    key_to_columns(&leaf->key, columns);
}

static const char *violation_of(const struct core_request *request, struct core_entry *entry)
{
    const struct core_violation_facts facts = {
        .codes = request->codes,
        .is_blocked = request->registered && request->officer.state == STORE_OFFICER_BLOCKED,
        .is_run = request->is_run,
    };
    return core_violation_find(&facts, entry->violation);
}

/* The column of a claim; what must use its id up and does not is not to be recorded. */
static int claim_take(enum core_claim claim, bool is_needed, bool *ret_claims)
{
    switch (claim) {
    case CORE_CLAIM_ID:
        *ret_claims = true;
        return 0;
    case CORE_CLAIM_NOTHING:
        break;
    }
    *ret_claims = false;
    return is_needed ? -EPERM : 0;
}

/* What an inquiry asks for, in its order. */
static int services_encode(const struct wire_query *query, struct base_buffer *out)
{
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_name(&json, "services");
    base_json_array_begin(&json);
    for (size_t i = 0; i < query->service_count; i++)
        base_json_integer(&json, query->services[i]);
    base_json_array_end(&json);
    base_json_object_end(&json);
    return base_json_end(&json);
}

static int request_append(struct core_request *request, enum audit_kind kind, enum core_claim claim,
                          void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->first;
    const char *bases[STORE_NAMES_MAX], *duties[STORE_NAMES_MAX], *reasons[AUDIT_LEAF_NAMES_MAX];
    struct audit_leaf_mac subjects[AUDIT_LEAF_SUBJECTS_MAX], params = {0};
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    entry->columns.kind = audit_kind_name(kind);
    entry->columns.at_us = request->arrival_us;
    entry->columns.opens = audit_kind_opens(kind);
    bool confirms = kind == AUDIT_KIND_QUERY_REQUEST || kind == AUDIT_KIND_QUERY_INQUIRY;
    int claimed = claim_take(claim, confirms, &entry->columns.claims);
    if (claimed < 0)
        return claimed;

    digest(request->http.body, entry->plain_digest);
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    struct audit_leaf_query leaf = {
        .arrival_us = request->arrival_us,
        .key = key_of(request),
        .actor = actor_of(request, bases, duties),
        .connection = connection_of(request, address),
        .query = {.sha256 = entry->plain_digest, .bytes = (int64_t)request->http.body.len},
        .reasons = codes_of(request->codes, reasons),
    };
    crls_take(request, leaf.crls);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer citations;
    base_buffer_init(&citations, AUDIT_LEAF_MAX);
    if (request->has_message) {
        leaf.signer_certificate = request->message.signer.sha256;
        query_to_leaf(request, &leaf);
        if (kind != AUDIT_KIND_QUERY_INQUIRY)
            leaf.case_verdict = core_case_verdict(request, &leaf.case_answer);
        int r = subjects_make(request, entry, subjects, &params);
        /* Of parts the message itself is beside part 0. */
        if (r == 0 && kind != AUDIT_KIND_QUERY_EXPLAINED && request->part == 0)
            r = seal(request, entry, "query", request->http.body);
        if (r < 0)
            return r;
        leaf.query.sealed = entry->columns.blob_count > 0 ? entry->blob.digest : NULL;
        leaf.subjects = subjects;
        leaf.subject_count = entry->columns.subject_count;
        leaf.params = params.kid ? &params : NULL;
    }
    if (request->edition) {
        struct base_json json;
        base_json_begin(&json, &citations);
        policy_citations_encode(&request->decision, &json);
        int r = base_json_end(&json);
        if (r < 0)
            return r;
        leaf.effect = policy_effect_name(wire_codes_empty(request->codes) ? request->decision.effect
                                                                          : POLICY_EFFECT_DENY);
        leaf.citations = base_buffer_view(&citations);
        leaf.edition = policy_edition_id(request->edition);
        leaf.edition_sha256 = policy_edition_sha256(request->edition);
    }
    BASE_CLEANUP(base_buffer_clear) struct base_buffer services;
    base_buffer_init(&services, AUDIT_LEAF_MAX);
    if (kind == AUDIT_KIND_QUERY_INQUIRY) {
        int r = services_encode(&request->query, &services);
        if (r < 0)
            return r;
        leaf.data = base_buffer_view(&services);
    }
    if (confirms)
        entry->columns.confirm = (struct store_confirm){request->officer.registration, request->officer.version};

    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    int r = audit_leaf_query_encode(kind, &leaf, &entry->leaf);
    if (r < 0)
        return r;
    leaf_to_columns(&leaf, entry);
    if (kind == AUDIT_KIND_QUERY_REFUSED)
        entry->columns.violation = violation_of(request, entry);
    return entry_append(request, entry, resume);
}

/* Who is connected, the digest of what came, and why it is refused: nothing here is the sender's choice, so that it can
 * always be written. */
int core_entry_minimal_append(struct core_request *request, void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->first;
    const char *reasons[AUDIT_LEAF_NAMES_MAX];
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    entry->columns.kind = audit_kind_name(AUDIT_KIND_QUERY_REFUSED);
    entry->columns.at_us = request->arrival_us;
    entry->is_minimal = true;
    digest(request->http.body, entry->plain_digest);
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    const struct audit_leaf_query leaf = {
        .arrival_us = request->arrival_us,
        .actor = {.iin = request->peer.iin, .body = request->peer.bin},
        .connection = connection_of(request, address[0] ? address : NULL),
        .query = {.sha256 = entry->plain_digest, .bytes = (int64_t)request->http.body.len},
        .reasons = codes_of(request->codes, reasons),
    };
    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    int r = audit_leaf_query_encode(AUDIT_KIND_QUERY_REFUSED, &leaf, &entry->leaf);
    if (r < 0)
        return r;
    leaf_to_columns(&leaf, entry);
    entry->columns.violation = violation_of(request, entry);
    return entry_append(request, entry, resume);
}

int core_entry_request_append(struct core_request *request, enum audit_kind kind, enum core_claim claim,
                              void (*resume)(struct core_request *request))
{
    return appended(request_append(request, kind, claim, resume), audit_kind_name(kind));
}

/* ---- step 10 ---- */

static struct audit_leaf_conclusion conclusion_of(const struct core_request *request)
{
    return (struct audit_leaf_conclusion){
        .at_us = core_now_us(request->gateway),
        .key = key_of(request),
        .request = &request->first.record.entry.leaf_hash,
    };
}

static int conclusion_append(struct core_request *request, struct core_entry *entry, enum audit_kind kind,
                             const struct audit_leaf_conclusion *leaf, void (*resume)(struct core_request *request))
{
    entry->columns.kind = audit_kind_name(kind);
    entry->columns.at_us = leaf->at_us;
    entry->columns.iin = leaf->key.iin;
    entry->columns.outcome = leaf->outcome;
    entry->columns.reasons = reasons_text(entry, &leaf->reasons);
    key_to_columns(&leaf->key, &entry->columns);
    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    int r = audit_leaf_conclusion_encode(kind, leaf, &entry->leaf);
    return r < 0 ? r : entry_append(request, entry, resume);
}

/* The signed answer, sealed beside the entry; or what the registry sent though it was no answer: kept only as a digest, to be
 * compared with its own copy. */
static int answer_to_leaf(struct core_request *request, struct core_entry *entry, struct audit_leaf_conclusion *leaf,
                          struct audit_leaf_mac *received)
{
    if (request->signed_der.len > 0) {
        struct base_bytes answer = base_buffer_view(&request->signed_der);
        digest(answer, entry->plain_digest);
        int r = seal(request, entry, "answer", answer);
        leaf->answer = (struct audit_leaf_blob){entry->plain_digest, entry->blob.digest, (int64_t)answer.len};
        return r;
    }
    if (request->records.len == 0)
        return 0;
    received->kid = core_subjects_kid(request->gateway->subjects);
    leaf->received = received;
    return core_subject_mac(request->gateway->subjects, received->kid, "received", base_buffer_view(&request->records),
                            received->mac);
}

int core_entry_conclusion_append(struct core_request *request, enum audit_kind kind, const char *outcome, bool confirm,
                                 void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->second;
    const char *reasons[AUDIT_LEAF_NAMES_MAX];
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    entry->columns.concludes = request->first.record.index;
    if (confirm)
        entry->columns.confirm = (struct store_confirm){request->officer.registration, request->officer.version};
    struct audit_leaf_conclusion leaf = conclusion_of(request);
    leaf.outcome = outcome;
    leaf.adapter_us = request->answer.duration_us;
    if (kind == AUDIT_KIND_QUERY_WITHHELD)
        leaf.reasons = codes_of(request->codes, reasons);
    struct audit_leaf_mac received = {0};
    int r = answer_to_leaf(request, entry, &leaf, &received);
    if (r < 0)
        return r;
    if (leaf.answer.sha256) {
        leaf.has_counts = true;
        leaf.records = (int64_t)request->record_count;
        leaf.amounts_removed = (int64_t)request->amounts_removed;
    }
    return conclusion_append(request, entry, kind, &leaf, resume);
}

/* ---- step 12 ---- */

int core_entry_undelivered_append(struct core_request *request, void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->third;
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    struct audit_leaf_conclusion leaf = conclusion_of(request);
    return conclusion_append(request, entry, AUDIT_KIND_QUERY_UNDELIVERED, &leaf, resume);
}

int core_entry_pending_append(struct core_request *request, int64_t due_us, void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->third;
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    struct audit_leaf_conclusion leaf = conclusion_of(request);
    leaf.due_us = due_us;
    return conclusion_append(request, entry, AUDIT_KIND_QUERY_PENDING, &leaf, resume);
}

int core_entry_settled_append(struct core_request *request, const char *outcome,
                              void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->second;
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    struct audit_leaf_conclusion leaf = conclusion_of(request);
    leaf.outcome = outcome;
    leaf.adapter_us = request->answer.duration_us;
    struct audit_leaf_mac received = {0};
    int r = answer_to_leaf(request, entry, &leaf, &received);
    return r < 0 ? r : conclusion_append(request, entry, AUDIT_KIND_QUERY_SETTLED, &leaf, resume);
}

int core_entry_delivered_append(struct core_request *request, const struct core_hold_right *right,
                                void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->third;
    core_entry_clear(entry);
    entry->columns = STORE_RECORD_INIT;
    entry->columns.confirm = (struct store_confirm){right->registration, right->version};
    const struct audit_leaf_conclusion leaf = {
        .at_us = core_now_us(request->gateway),
        .key = {.iin = request->peer.iin, .id = request->query.id, .part = request->part},
        .request = &right->request,
    };
    return conclusion_append(request, entry, AUDIT_KIND_QUERY_DELIVERED, &leaf, resume);
}

/* ---- acts ---- */

/* The role in which the person takes an act of this type; NULL when none of them is held. */
static const struct store_person_role *role_of(const struct core_request *request)
{
    const struct store_person *person = &request->person;
    const char *wanted;
    if (!request->has_person || !request->act.type)
        return NULL;
    for (size_t i = 0; (wanted = wire_act_type_by(request->act.type, i)) != NULL; i++)
        for (size_t j = 0; j < person->role_count; j++)
            if (person->roles[j].state == STORE_OFFICER_ACTIVE && strcmp(person->roles[j].system_role, wanted) == 0)
                return &person->roles[j];
    return NULL;
}

static struct audit_leaf_actor act_actor_of(const struct core_request *request)
{
    const struct certs_identity *identity = request->has_message ? &request->message.signer : &request->peer;
    struct audit_leaf_actor actor = {.iin = identity->iin, .body = identity->bin};
    const struct store_person_role *role = role_of(request);
    if (request->has_person)
        actor.network_allowed = request->person.network_allowed ? AUDIT_LEAF_YES : AUDIT_LEAF_NO;
    if (role) {
        actor.system_role = role->system_role;
        actor.registration = role->registration;
        actor.registration_version = role->version;
        actor.registration_state = registry_state_text(role->state);
    }
    return actor;
}

/* Of an act what its description marks; of a refusal that, its kind and why. */
static int act_data_encode(const struct core_request *request, struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer logged;
    base_buffer_init(&logged, AUDIT_LEAF_MAX);
    int r = request->act.wellformed ? wire_act_logged_encode(&request->act, &logged) : 0;
    if (r < 0)
        return r;
    if (wire_codes_empty(request->codes))
        return base_buffer_append(out, base_buffer_view(&logged));
    const char *reasons[AUDIT_LEAF_NAMES_MAX];
    struct audit_leaf_names names = codes_of(request->codes, reasons);
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    if (logged.len > 0) {
        base_json_name(&json, "act");
        base_json_raw(&json, base_buffer_view(&logged));
    }
    if (request->act.type)
        base_json_member_text(&json, "kind", wire_act_type_kind(request->act.type));
    base_json_name(&json, "reasons");
    base_json_array_begin(&json);
    for (size_t i = 0; i < names.count; i++)
        base_json_text(&json, names.names[i]);
    base_json_array_end(&json);
    base_json_object_end(&json);
    return base_json_end(&json);
}

static int act_append(struct core_request *request, enum core_claim claim, void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->first;
    bool is_refused = !wire_codes_empty(request->codes);
    bool has_key = request->has_message && (request->act.head.parts & WIRE_HEAD_ID);
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    core_entry_clear(entry);
    digest(request->http.body, entry->plain_digest);
    BASE_CLEANUP(base_buffer_clear) struct base_buffer data;
    base_buffer_init(&data, AUDIT_LEAF_MAX);
    entry->columns = STORE_RECORD_INIT;
    bool claims;
    int r = claim_take(claim, !is_refused, &claims);
    if (r == 0)
        r = act_data_encode(request, &data);
    /* A message that is taken is the register's, in clear; one that is refused is nobody's to read. */
    if (r == 0 && is_refused && request->has_message)
        r = seal(request, entry, "act", request->http.body);
    if (r < 0)
        return r;
    struct audit_leaf_event leaf = {
        .kind = is_refused ? "admin.refused" : wire_act_type_kind(request->act.type),
        .at_us = request->arrival_us,
        .actor = act_actor_of(request),
        .connection = connection_of(request, address[0] ? address : NULL),
        .signer_certificate = request->has_message ? request->message.signer.sha256 : NULL,
        .act = {.sha256 = entry->plain_digest,
                .sealed = entry->columns.blob_count > 0 ? entry->blob.digest : NULL,
                .bytes = (int64_t)request->http.body.len},
        .data = base_buffer_view(&data),
    };
    if (has_key)
        leaf.key = (struct audit_leaf_key){.iin = request->message.signer.iin, .id = request->act.head.id};
    crls_take(request, leaf.crls);
    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    r = audit_leaf_event_encode(&leaf, &entry->leaf);
    if (r < 0)
        return r;
    entry->columns.kind = leaf.kind;
    entry->columns.at_us = leaf.at_us;
    entry->columns.iin = leaf.actor.iin;
    entry->columns.body = leaf.actor.body;
    entry->columns.claims = claims && has_key;
    entry->columns.act = is_refused ? NULL : &request->change;
    if (is_refused) {
        const char *reasons[AUDIT_LEAF_NAMES_MAX];
        struct audit_leaf_names names = codes_of(request->codes, reasons);
        entry->columns.reasons = reasons_text(entry, &names);
        entry->columns.violation = violation_of(request, entry);
    }
    key_to_columns(&leaf.key, &entry->columns);
    return entry_append(request, entry, resume);
}

int core_entry_act_append(struct core_request *request, enum core_claim claim, void (*resume)(struct core_request *request))
{
    return appended(act_append(request, claim, resume), "admin");
}

/* ---- what is not about a query ---- */

/* A reading by the person connected; data is a canonical object. */
static int reading_append(struct core_request *request, const char *kind, const struct audit_leaf_actor *actor,
                          struct base_bytes data, void (*resume)(struct core_request *request))
{
    struct core_entry *entry = &request->first;
    char address[CORE_ADDRESS_MAX];
    core_request_address(request, address);
    core_entry_clear(entry);
    struct audit_leaf_event leaf = {
        .kind = kind,
        .at_us = request->arrival_us,
        .actor = *actor,
        .connection = connection_of(request, address),
        .data = data,
    };
    crls_take(request, leaf.crls);
    base_buffer_init(&entry->leaf, AUDIT_LEAF_MAX);
    int r = audit_leaf_event_encode(&leaf, &entry->leaf);
    if (r < 0)
        return r;
    entry->columns = STORE_RECORD_INIT;
    entry->columns.kind = kind;
    entry->columns.at_us = leaf.at_us;
    entry->columns.iin = request->peer.iin; /* as the person's, and it lives as long as the record */
    entry->columns.body = request->peer.bin;
    return entry_append(request, entry, resume);
}

int core_entry_reading_append(struct core_request *request, const struct store_person *person, const char *system_role,
                              struct base_bytes tile, void (*resume)(struct core_request *request))
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer data;
    base_buffer_init(&data, LINK_HEADER_MAX * 2);
    struct base_json json;
    base_json_begin(&json, &data);
    base_json_object_begin(&json);
    base_json_member_string(&json, "tile", tile);
    base_json_object_end(&json);
    int r = base_json_end(&json);
    const struct audit_leaf_actor actor = {.iin = person->iin, .body = person->bin, .system_role = system_role};
    return r < 0 ? r : reading_append(request, "log.read", &actor, base_buffer_view(&data), resume);
}

/* As what a person sees most. */
static const char *widest_role(const struct store_person *person)
{
    static const char *const roles[] = {"administrator", "official", "responsible", "prosecutor", "witness"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(roles); i++)
        if (store_person_is(person, roles[i]))
            return roles[i];
    return NULL;
}

int core_entry_admin_read_append(struct core_request *request, const struct core_entry_reading *reading,
                                 void (*resume)(struct core_request *request))
{
    const struct core_subjects *keys = request->gateway->subjects;
    uint8_t mac[CORE_SUBJECT_MAC_BYTES];
    int r = core_subject_mac(keys, core_subjects_kid(keys), "filter", reading->filter, mac);
    if (r == 0)
        r = core_person_find(request, &request->peer, &request->person);
    if (r < 0)
        return r;
    const struct audit_leaf_actor actor = {.iin = request->peer.iin,
                                           .body = request->peer.bin,
                                           .system_role = r == 0 ? widest_role(&request->person) : NULL};
    BASE_CLEANUP(base_buffer_clear) struct base_buffer data;
    base_buffer_init(&data, LINK_HEADER_MAX);
    struct base_json json;
    base_json_begin(&json, &data);
    base_json_object_begin(&json);
    base_json_member_text(&json, "collection", reading->collection);
    base_json_member_integer(&json, "count", (int64_t)reading->count);
    base_json_name(&json, "filter");
    base_json_object_begin(&json);
    base_json_member_integer(&json, "kid", core_subjects_kid(keys));
    base_json_member_hex(&json, "mac", base_bytes_of(mac, sizeof(mac)));
    base_json_object_end(&json);
    base_json_object_end(&json);
    r = base_json_end(&json);
    return r < 0 ? r : reading_append(request, "admin.read", &actor, base_buffer_view(&data), resume);
}

enum audit_outcome core_entry_unknown_append(struct audit_writer *writer, int64_t now_us, const char *iin,
                                             const uint8_t *id, int part, uint64_t request,
                                             const struct audit_hash *request_hash)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer leaf;
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    const struct audit_leaf_conclusion conclusion = {
        .at_us = now_us,
        .key = {.iin = iin, .id = id, .part = (uint32_t)part},
        .request = request_hash,
    };
    if (audit_leaf_conclusion_encode(AUDIT_KIND_QUERY_UNKNOWN, &conclusion, &leaf) < 0)
        return AUDIT_OUTCOME_POISON;
    struct store_record columns = STORE_RECORD_INIT;
    columns.kind = audit_kind_name(AUDIT_KIND_QUERY_UNKNOWN);
    columns.at_us = now_us;
    columns.iin = iin;
    columns.id = id;
    columns.part = part;
    columns.concludes = request;
    struct audit_record record;
    audit_record_init(&record, base_buffer_view(&leaf), &columns, store_record_weight(&columns), NULL, NULL);
    return audit_writer_append_wait(writer, &record);
}
