#include "gateway/core/enrol.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "audit/leaf.h"
#include "certs/cms.h"
#include "gateway/core/act.h"
#include "gateway/core/outcome.h"
#include "gateway/registry/act.h"
#include "gateway/wire/act.h"
#include "gateway/wire/json.h"
#include "schema/store/act.h"
#include "schema/store/query.h"

enum { TEXT_MAX = 1000 };

/* What is known of the message on its way. */
struct enrolment {
    struct core_gateway *gateway;
    struct base_bytes received;
    int64_t at_us;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    struct certs_message message;
    json_t *document;
    struct wire_act act;
    struct base_buffer envelope, data, leaf;
};

static void enrolment_clear(struct enrolment *enrolment)
{
    certs_message_clear(&enrolment->message);
    json_decref(enrolment->document);
    base_buffer_clear(&enrolment->envelope);
    base_buffer_clear(&enrolment->data);
    base_buffer_clear(&enrolment->leaf);
}

static int refuse(const char *code, const char *detail, char **ret_error)
{
    if (asprintf(ret_error, "%s%s%s", code, detail[0] ? ": " : "", detail) < 0)
        *ret_error = NULL;
    return CORE_ENROL_REFUSED;
}

static int message_read(struct enrolment *enrolment, char **ret_error)
{
    struct core_gateway *gateway = enrolment->gateway;
    char faults[TEXT_MAX];
    BASE_CLEANUP(certs_trust_unrefp) struct certs_trust *trust = core_trust_ref(gateway->trust);
    struct certs_finding finding =
        certs_cms_verify(trust, gateway->cache, enrolment->received, enrolment->at_us, &enrolment->message);
    if (finding.verdict != CERTS_VERDICT_VALID)
        return refuse(wire_code_text(core_outcome_of_verdict(finding.verdict)), finding.detail, ret_error);
    int r = wire_act_parse(gateway->acts, base_buffer_view(&enrolment->message.content), gateway->settings->origin,
                           &enrolment->document, &enrolment->act);
    if (r < 0)
        return r;
    if (enrolment->act.type && wire_act_type_name(enrolment->act.type) != WIRE_ACT_ENROLMENT) {
        enrolment->act.wellformed = false;
        wire_head_fault(enrolment->act.fault, "v", "not qao.enrolment/1");
    }
    wire_act_faults_text(&enrolment->act, sizeof(faults), faults);
    return enrolment->act.wellformed ? 0 : refuse(wire_code_text(WIRE_CODE_ACT_MALFORMED), faults, ret_error);
}

/* All reasons, in words. */
static int reasons_tell(struct core_gateway *gateway, struct wire_codes codes, char **ret_error)
{
    char text[TEXT_MAX] = "";
    for (enum wire_code code = wire_codes_first(codes); code != WIRE_CODE_NONE; code = wire_codes_after(codes, code)) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s%s: %s", used > 0 ? "; " : "", wire_code_text(code),
                 wire_message_detail(gateway->messages, code, WIRE_EN));
    }
    return refuse("refused", text, ret_error);
}

static int act_check(struct enrolment *enrolment, char **ret_error)
{
    struct core_gateway *gateway = enrolment->gateway;
    const struct certs_identity *signer = &enrolment->message.signer;
    const struct wire_head *head = &enrolment->act.head;
    const struct registry_act_facts facts = {
        .iin = signer->iin,
        .bin = signer->bin,
        .at_us = enrolment->at_us,
        .edition = policy_edition_at(gateway->editions, enrolment->at_us),
    };
    const struct registry_envelope envelope = {.act = &enrolment->act, .facts = &facts, .digest = enrolment->digest};
    struct wire_codes codes = {0};
    struct store_names reasons;
    struct store_query claimed;
    core_time_check(gateway, head->at_us, enrolment->at_us, &codes);
    registry_act_check(&enrolment->act, &facts, &codes);
    base_buffer_init(&enrolment->envelope, REGISTRY_ENVELOPE_BYTES_MAX + 1);
    int r = registry_envelope_encode(&envelope, &enrolment->envelope);
    if (r == 0)
        r = base_buffer_append(&enrolment->envelope, base_bytes_of("", 1));
    if (r == 0)
        r = store_act_check(gateway->pool, (const char *)enrolment->envelope.data, &reasons);
    if (r == 0)
        r = core_act_codes_parse(&reasons, &codes);
    if (r == 0)
        r = store_query_find(gateway->pool, signer->iin, head->id, 0, &claimed);
    if (r < 0)
        return r;
    if (r == 0)
        wire_codes_add(&codes, WIRE_CODE_QUERY_REPLAYED);
    return wire_codes_empty(codes) ? 0 : reasons_tell(gateway, codes, ret_error);
}

static int leaf_make(struct enrolment *enrolment)
{
    const struct certs_identity *signer = &enrolment->message.signer;
    base_buffer_init(&enrolment->data, AUDIT_LEAF_MAX);
    base_buffer_init(&enrolment->leaf, AUDIT_LEAF_MAX);
    int r = wire_act_logged_encode(&enrolment->act, &enrolment->data);
    const struct audit_leaf_event leaf = {
        .kind = wire_act_type_kind(enrolment->act.type),
        .at_us = enrolment->at_us,
        .key = {.iin = signer->iin, .id = enrolment->act.head.id},
        .actor = {.iin = signer->iin, .body = signer->bin},
        .signer_certificate = signer->sha256,
        .crls = {signer->crl_sha256},
        .act = {.sha256 = enrolment->digest, .bytes = (int64_t)enrolment->received.len},
        .data = base_buffer_view(&enrolment->data),
    };
    return r < 0 ? r : audit_leaf_event_encode(&leaf, &enrolment->leaf);
}

static int act_append(struct enrolment *enrolment, uint64_t *ret_index, char **ret_error)
{
    const struct certs_identity *signer = &enrolment->message.signer;
    const struct store_act change = {.envelope = (const char *)enrolment->envelope.data,
                                     .signed_message = enrolment->received};
    struct store_record columns = STORE_RECORD_INIT;
    columns.kind = wire_act_type_kind(enrolment->act.type);
    columns.at_us = enrolment->at_us;
    columns.iin = signer->iin;
    columns.body = signer->bin;
    columns.id = enrolment->act.head.id;
    columns.claims = true;
    columns.act = &change;
    struct audit_record record;
    audit_record_init(&record, base_buffer_view(&enrolment->leaf), &columns, store_record_weight(&columns), NULL, NULL);
    switch (audit_writer_append_wait(enrolment->gateway->writer, &record)) {
    case AUDIT_OUTCOME_DURABLE:
        *ret_index = record.index;
        return 0;
    case AUDIT_OUTCOME_CLAIMED:
        return refuse(wire_code_text(WIRE_CODE_QUERY_REPLAYED), "", ret_error);
    case AUDIT_OUTCOME_CHANGED:
        return refuse(wire_code_text(WIRE_CODE_ALREADY_SO), "", ret_error);
    case AUDIT_OUTCOME_POISON:
        return -EINVAL;
    case AUDIT_OUTCOME_UNKNOWN:
    case AUDIT_OUTCOME_UNAVAILABLE:
        break;
    }
    return -ENOTCONN;
}

int core_enrol(struct core_gateway *gateway, struct base_bytes message, uint64_t *ret_index, char **ret_error)
{
    BASE_CLEANUP(enrolment_clear) struct enrolment enrolment = {
        .gateway = gateway, .received = message, .at_us = core_now_us(gateway)};
    *ret_error = NULL;
    SHA256(message.data, message.len, enrolment.digest);
    int r = message_read(&enrolment, ret_error);
    if (r == 0)
        r = act_check(&enrolment, ret_error);
    if (r == 0)
        r = leaf_make(&enrolment);
    if (r == 0)
        r = act_append(&enrolment, ret_index, ret_error);
    if (r < 0 && asprintf(ret_error, "the entry could not be made: %s", strerror(-r)) < 0)
        *ret_error = NULL;
    return r;
}
