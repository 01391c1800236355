#include "gateway/core/act.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>

#include "base/encoding.h"
#include "base/log.h"
#include "gateway/core/import_check.h"
#include "gateway/registry/act.h"
#include "schema/store/act.h"
#include "schema/store/query.h"

int core_act_read(struct core_request *request)
{
    int r = wire_act_parse(request->gateway->acts, base_buffer_view(&request->message.content),
                           request->gateway->settings->origin, &request->document, &request->act);
    if (r < 0)
        return r;
    bool is_local = request->act.type && wire_act_type_name(request->act.type) == WIRE_ACT_ENROLMENT;
    if (is_local) {
        request->act.wellformed = false;
        wire_head_fault(request->act.fault, "v", "taken on the server only");
    }
    if (!request->act.wellformed)
        wire_act_faults_text(&request->act, sizeof(request->fault), request->fault);
    return 0;
}

int core_act_find(struct core_request *request)
{
    const struct certs_identity *signer = &request->message.signer;
    int r = core_person_find(request, signer, &request->person);
    request->has_person = r == 0;
    if (r < 0 || !(request->act.head.parts & WIRE_HEAD_ID))
        return r < 0 ? r : 0;
    struct store_query claimed;
    r = store_query_find(request->gateway->pool, signer->iin, request->act.head.id, 0, &claimed);
    request->is_claimed = request->is_claimed || r == 0;
    return r < 0 ? r : 0;
}

/* The signature inside an agreement: decoded, verified, and told by what it signs. content is cleared by the caller. */
static int inner_verify(struct core_request *request, struct certs_message *message, struct registry_inner *ret_inner)
{
    struct core_gateway *gateway = request->gateway;
    const char *text = json_string_value(json_object_get(request->act.act, "signed"));
    BASE_CLEANUP(base_buffer_clear) struct base_buffer der;
    base_buffer_init(&der, CERTS_CMS_BYTES_MAX);
    int r = base_base64_decode(base_bytes_text(text), &der);
    if (r == -EBADMSG) {
        snprintf(request->fault, sizeof(request->fault), "act/signed: not base64");
        return 0;
    }
    if (r < 0)
        return r;
    BASE_CLEANUP(certs_trust_unrefp) struct certs_trust *trust = core_trust_ref(gateway->trust);
    struct certs_finding finding =
        certs_cms_verify(trust, gateway->cache, base_buffer_view(&der), request->arrival_us, message);
    if (finding.verdict != CERTS_VERDICT_VALID) {
        snprintf(request->fault, sizeof(request->fault), "act/signed: %s", finding.detail);
        return 0;
    }
    ret_inner->is_valid = true;
    ret_inner->iin = message->signer.iin;
    ret_inner->bin = message->signer.bin;
    struct base_bytes content = base_buffer_view(&message->content);
    SHA256(content.data, content.len, ret_inner->digest);
    return 0;
}

int core_act_codes_parse(const struct store_names *reasons, struct wire_codes *codes)
{
    for (size_t i = 0; i < reasons->count; i++) {
        enum wire_code code = wire_code_parse(base_bytes_text(reasons->names[i]));
        if (code == WIRE_CODE_NONE) {
            base_log(BASE_LOG_ERROR, "event=reason-unknown");
            return -EBADMSG;
        }
        wire_codes_add(codes, code);
    }
    return 0;
}

static int register_check(struct core_request *request, const struct registry_act_facts *facts)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char address[CORE_ADDRESS_MAX], peer[STORE_PEER_TEXT_MAX];
    struct store_names reasons;
    core_request_address(request, address);
    SHA256(request->http.body.data, request->http.body.len, digest);
    const struct registry_envelope envelope = {
        .act = &request->act, .facts = facts, .peer = store_peer_text(address, peer), .digest = digest};
    base_buffer_clear(&request->envelope);
    base_buffer_init(&request->envelope, REGISTRY_ENVELOPE_BYTES_MAX + 1);
    int r = registry_envelope_encode(&envelope, &request->envelope);
    if (r == 0)
        r = base_buffer_append(&request->envelope, base_bytes_of("", 1));
    if (r < 0)
        return r;
    request->change = (struct store_act){.envelope = (const char *)request->envelope.data,
                                         .signed_message = request->http.body};
    r = store_act_check(request->gateway->pool, request->change.envelope, &reasons);
    return r < 0 ? r : core_act_codes_parse(&reasons, &request->codes);
}

/* Rows are looked at only when nothing else is against the act: whoever may not import learns nothing of them. */
static int rows_check(struct core_request *request)
{
    struct core_gateway *gateway = request->gateway;
    if (atomic_flag_test_and_set(&gateway->import_checking)) {
        wire_codes_add(&request->codes, WIRE_CODE_IMPORT_RUNNING);
        return 0;
    }
    base_buffer_clear(&request->faults);
    base_buffer_init(&request->faults, CORE_IMPORT_FAULTS_BYTES_MAX);
    int r = core_import_check(gateway, &request->message.signer, request->arrival_us, request->act.act, &request->faults);
    atomic_flag_clear(&gateway->import_checking);
    if (r == CORE_IMPORT_WRONG)
        wire_codes_add(&request->codes, WIRE_CODE_IMPORT_WRONG);
    return r < 0 ? r : 0;
}

/* Before the rows are checked: whoever registers an officer afterwards makes it another, and the act is decided again. */
static int mark_read(struct core_request *request, struct base_buffer *mark)
{
    int r = store_import_mark(request->gateway->pool, mark);
    return r < 0 ? r : base_buffer_append_u8(mark, 0);
}

/* What the register has against an act that another signed than who sends it is nobody's to know here: it is refused as it is. */
static int wellformed_decide(struct core_request *request, bool is_other)
{
    enum { MARK_BYTES_MAX = 4096 };
    BASE_CLEANUP(base_buffer_clear) struct base_buffer mark;
    base_buffer_init(&mark, MARK_BYTES_MAX);
    bool is_import = wire_act_type_name(request->act.type) == WIRE_ACT_IMPORT;
    struct certs_message message = {0};
    struct registry_inner inner = {0};
    struct registry_act_facts facts = {
        .iin = request->message.signer.iin,
        .bin = request->message.signer.bin,
        .at_us = request->arrival_us,
        .edition = policy_edition_at(request->gateway->editions, request->arrival_us),
    };
    int r = 0;
    if (wire_act_type_name(request->act.type) == WIRE_ACT_AGREEMENT) {
        facts.inner = &inner;
        r = inner_verify(request, &message, &inner);
    }
    if (r == 0 && is_import)
        r = mark_read(request, &mark);
    if (r == 0) {
        facts.import_mark = is_import ? (const char *)mark.data : NULL;
        registry_act_check(&request->act, &facts, &request->codes);
        if (!is_other)
            r = register_check(request, &facts);
    }
    if (r == 0 && is_import && wire_codes_empty(request->codes))
        r = rows_check(request);
    certs_message_clear(&message);
    return r;
}

int core_act_decide(struct core_request *request)
{
    const struct wire_head *head = &request->act.head;
    bool is_other = wire_codes_have(request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION);
    request->codes = (struct wire_codes){0};
    if (is_other)
        wire_codes_add(&request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION);
    if (head->parts & WIRE_HEAD_AT)
        core_time_check(request->gateway, head->at_us, request->arrival_us, &request->codes);
    if (request->is_claimed)
        wire_codes_add(&request->codes, WIRE_CODE_QUERY_REPLAYED);
    if (request->act.wellformed)
        return wellformed_decide(request, is_other);
    wire_codes_add(&request->codes, WIRE_CODE_ACT_MALFORMED);
    return 0;
}

enum core_claim core_act_claim(const struct core_request *request)
{
    bool claims = request->has_message && request->act.wellformed && !request->is_claimed &&
                  !wire_codes_have(request->codes, WIRE_CODE_SIGNER_NOT_CONNECTION);
    return claims ? CORE_CLAIM_ID : CORE_CLAIM_NOTHING;
}
