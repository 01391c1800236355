#include "gateway/cli/reply.h"

#include "audit/leaf.h"
#include "base/encoding.h"
#include "base/uuid.h"
#include "certs/cms.h"
#include "gateway/cli/http.h"
#include "gateway/wire/json.h"

#include <openssl/sha.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void detail_set(char ret_detail[static CLI_REPLY_DETAIL_MAX], const char *words)
{
    snprintf(ret_detail, CLI_REPLY_DETAIL_MAX, "%s", words);
}

/* The bytes that the gateway signed must be the canonical form of what it shows. */
static enum cli_fault content_check(const json_t *shown, const struct base_buffer *signed_content)
{
    struct base_buffer canonical BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&canonical, CLI_HTTP_REPLY_MAX);
    if (wire_json_canonical(shown, &canonical) ||
        !base_bytes_equal(base_buffer_view(&canonical), base_buffer_view(signed_content)))
        return CLI_FAULT_NOT_SIGNED_CONTENT;
    return CLI_FAULT_NONE;
}

static enum cli_fault signature_check(const char *base64, const json_t *shown, const struct cli_reply_rule *rule,
                                      struct cli_reply *reply, char ret_detail[static CLI_REPLY_DETAIL_MAX])
{
    struct certs_message message = {0};
    if (base_base64_decode(base_bytes_text(base64), &reply->signed_der))
        return CLI_FAULT_REPLY_MALFORMED;
    struct certs_finding finding =
        certs_cms_answer_verify(rule->trust, NULL, base_buffer_view(&reply->signed_der), rule->now_us, &message);
    if (finding.verdict != CERTS_VERDICT_VALID) {
        snprintf(ret_detail, CLI_REPLY_DETAIL_MAX, "%s: %s", certs_verdict_name(finding.verdict), finding.detail);
        return CLI_FAULT_SIGNATURE_INVALID;
    }
    enum cli_fault fault = CLI_FAULT_NONE;
    if (rule->system_bin && strcmp(rule->system_bin, message.signer.bin) != 0) {
        detail_set(ret_detail, "signed by another information system");
        fault = CLI_FAULT_SIGNATURE_INVALID;
    } else if (base_buffer_append(&reply->signed_content, base_buffer_view(&message.content))) {
        fault = CLI_FAULT_UNCHECKED;
    } else {
        fault = content_check(shown, &reply->signed_content);
    }
    reply->system = message.signer;
    certs_message_clear(&message);
    reply->is_signed = fault == CLI_FAULT_NONE;
    return fault;
}

/* {"index":1041,"leaf":"<hex>"} */
static bool record_parse(const json_t *object, struct cli_reply_record *ret_record)
{
    const json_t *index = json_object_get(object, "index");
    const char *leaf = text_of(object, "leaf");
    struct base_buffer hash BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&hash, AUDIT_HASH_BYTES);
    if (!json_is_integer(index) || json_integer_value(index) < 0 || !leaf ||
        base_hex_decode(base_bytes_text(leaf), &hash) || hash.len != AUDIT_HASH_BYTES)
        return false;
    ret_record->index = (uint64_t) json_integer_value(index);
    memcpy(ret_record->leaf_hash.bytes, hash.data, AUDIT_HASH_BYTES);
    return true;
}

static bool is_digest_of(struct base_bytes hex, const struct base_buffer *bytes)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char text[65];
    SHA256(bytes->data, bytes->len, digest);
    base_hex_digest(digest, text);
    return base_bytes_equal_text(hex, text);
}

/* A result's record names the request's, and the answer by the digest of its signed bytes. */
static bool result_matches(const struct audit_leaf_view *view, const struct cli_reply *reply)
{
    return audit_hash_equal(&view->request, &reply->records[0].leaf_hash) &&
           (reply->kind != CLI_REPLY_ANSWER || is_digest_of(view->answer.sha256, &reply->signed_der));
}

/* Of a query every record names the signed message and its part; one that could not be read has no key. */
static bool key_matches(const struct audit_leaf_view *view, const struct cli_reply_rule *rule)
{
    uint8_t id[BASE_UUID_BYTES];
    if (rule->act_type || !rule->query || !view->has_key)
        return true;
    return view->key_part == rule->part &&
           base_uuid_parse(base_bytes_text(rule->query), BASE_UUID_ANY_CASE, id) == 0 &&
           memcmp(view->key_id, id, sizeof id) == 0 &&
           (rule->service == 0 || view->service == 0 || view->service == rule->service);
}

/* What is under way has a record of its own kind. */
static bool kind_matches(const struct audit_leaf_view *view, enum cli_reply_kind kind)
{
    if (kind == CLI_REPLY_PENDING)
        return view->kind == AUDIT_KIND_QUERY_REQUEST;
    return kind != CLI_REPLY_ACCEPTED || view->kind == AUDIT_KIND_QUERY_INQUIRY;
}

/* The proof carries the leaf itself, which must be the record of this very query or of its answer. */
static enum cli_fault leaf_check(const struct audit_proof *proof, struct cli_reply_record *record,
                                 bool is_request, const struct cli_reply_rule *rule, const struct cli_reply *reply)
{
    struct base_buffer leaf BASE_CLEANUP(base_buffer_clear);
    struct audit_leaf_view view;
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    if (base_base64_decode(proof->extra, &leaf) || audit_leaf_parse(base_buffer_view(&leaf), &view))
        return CLI_FAULT_RECEIPT_RECORD;
    struct audit_hash hash = audit_hash_leaf(base_buffer_view(&leaf));
    if (!audit_hash_equal(&hash, &record->leaf_hash))
        return CLI_FAULT_RECEIPT_RECORD;
    record->at_us = view.at_us;
    if (!key_matches(&view, rule) || (is_request && !kind_matches(&view, reply->kind)))
        return CLI_FAULT_RECEIPT_RECORD;
    if (is_request && rule->sent_sha256) {
        char hex[65];
        base_hex_digest(rule->sent_sha256, hex);
        const char *kind = reply->kind == CLI_REPLY_ACKNOWLEDGEMENT ? text_of(reply->content, "kind") : NULL;
        if (kind && !base_bytes_equal_text(view.kind_name, kind))
            return CLI_FAULT_RECEIPT_RECORD;
        return base_bytes_equal_text(rule->act_type ? view.act.sha256 : view.query.sha256, hex)
                   ? CLI_FAULT_NONE
                   : CLI_FAULT_RECEIPT_RECORD;
    }
    return is_request || result_matches(&view, reply) ? CLI_FAULT_NONE : CLI_FAULT_RECEIPT_RECORD;
}

static enum cli_fault proof_check(struct cli_reply_record *record, bool is_request, const struct cli_reply_rule *rule,
                                  struct cli_reply *reply)
{
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    enum cli_fault fault = CLI_FAULT_UNCHECKED;
    switch (audit_proof_verify(base_bytes_text(record->proof), rule->log, &record->leaf_hash, &proof, &checkpoint)) {
    case AUDIT_PROOF_CHECK_MALFORMED:
        return CLI_FAULT_REPLY_MALFORMED;
    case AUDIT_PROOF_CHECK_CHECKPOINT:
        return CLI_FAULT_RECEIPT_LOG;
    case AUDIT_PROOF_CHECK_PATH:
        return CLI_FAULT_RECEIPT_PROOF;
    case AUDIT_PROOF_CHECK_RIGHT:
        if (proof.index != record->index)
            return CLI_FAULT_RECEIPT_RECORD;
        fault = leaf_check(&proof, record, is_request, rule, reply);
        if (fault == CLI_FAULT_NONE && (reply->checkpoint_note.len == 0 || checkpoint.size > reply->checkpoint.size)) {
            reply->checkpoint = checkpoint;
            reply->checkpoint_note = proof.checkpoint;
        } else if (fault == CLI_FAULT_NONE && checkpoint.size == reply->checkpoint.size &&
                   !audit_hash_equal(&checkpoint.root, &reply->checkpoint.root)) {
            fault = CLI_FAULT_LOG_SPLIT;
        }
        return fault;
    }
    return fault;
}

/* Both records lie in the log, each where the receipt says, and the result after its request. */
static enum cli_fault receipt_check(const json_t *receipt, const struct cli_reply_rule *rule, struct cli_reply *reply)
{
    static const char *const names[CLI_REPLY_RECORDS_MAX] = {"request", "result"};
    const char *log = text_of(receipt, "log");
    const json_t *proofs = json_object_get(receipt, "proofs");
    if (!log || !json_is_array(proofs))
        return CLI_FAULT_REPLY_MALFORMED;
    if (strcmp(log, rule->log->name) != 0)
        return CLI_FAULT_RECEIPT_LOG;
    size_t count = json_object_get(receipt, names[1]) ? 2 : 1;
    if (json_array_size(proofs) != count)
        return CLI_FAULT_REPLY_MALFORMED;
    for (size_t i = 0; i < count; i++) {
        struct cli_reply_record *record = &reply->records[i];
        const json_t *proof = json_array_get(proofs, i);
        if (!record_parse(json_object_get(receipt, names[i]), record) || !json_is_string(proof))
            return CLI_FAULT_REPLY_MALFORMED;
        record->proof = json_string_value(proof);
        enum cli_fault fault = proof_check(record, i == 0, rule, reply);
        if (fault != CLI_FAULT_NONE)
            return fault;
    }
    if (count == 2 && reply->records[1].index <= reply->records[0].index)
        return CLI_FAULT_RECEIPT_RECORD;
    reply->record_count = count;
    return CLI_FAULT_NONE;
}

static enum cli_fault answer_check(const struct cli_reply_rule *rule, struct cli_reply *reply,
                                   char ret_detail[static CLI_REPLY_DETAIL_MAX])
{
    const json_t *answer = json_object_get(reply->document, "answer");
    const char *base64 = text_of(reply->document, "signed");
    const char *version = text_of(answer, "v");
    const char *query = text_of(answer, "query");
    const json_t *service = json_object_get(answer, "service");
    const json_t *receipt = json_object_get(reply->document, "receipt");
    if (!version || strcmp(version, "qao.answer/1") != 0 || !base64 || !query || !json_is_integer(service) ||
        !json_is_array(json_object_get(json_object_get(answer, "result"), "records")) ||
        !text_of(json_object_get(answer, "decision"), "effect"))
        return CLI_FAULT_REPLY_MALFORMED;
    reply->content = answer;
    enum cli_fault fault = signature_check(base64, answer, rule, reply, ret_detail);
    if (fault != CLI_FAULT_NONE)
        return fault;
    if (!rule->query || strcmp(query, rule->query) != 0 ||
        (rule->service && json_integer_value(service) != rule->service))
        return CLI_FAULT_OTHER_QUERY;
    if (!receipt)
        return CLI_FAULT_RECEIPT_MISSING;
    fault = receipt_check(receipt, rule, reply);
    if (fault == CLI_FAULT_NONE && reply->record_count != 2)
        return CLI_FAULT_RECEIPT_MISSING;
    return fault;
}

/* That our act was taken: signed, of this very act, and with the proof of its entry. */
static enum cli_fault acknowledgement_check(const struct cli_reply_rule *rule, struct cli_reply *reply,
                                            char ret_detail[static CLI_REPLY_DETAIL_MAX])
{
    const json_t *answer = json_object_get(reply->document, "answer");
    const char *base64 = text_of(reply->document, "signed");
    const char *version = text_of(answer, "v");
    const char *act = text_of(answer, "act");
    const char *type = text_of(answer, "type");
    const json_t *receipt = json_object_get(reply->document, "receipt");
    if (!version || strcmp(version, "qao.acknowledgement/1") != 0 || !base64 || !act || !type ||
        !text_of(answer, "kind") || !text_of(answer, "at"))
        return CLI_FAULT_REPLY_MALFORMED;
    reply->content = answer;
    enum cli_fault fault = signature_check(base64, answer, rule, reply, ret_detail);
    if (fault != CLI_FAULT_NONE)
        return fault;
    if (!rule->query || strcmp(act, rule->query) != 0 || strcmp(type, rule->act_type) != 0)
        return CLI_FAULT_OTHER_QUERY;
    if (!receipt)
        return CLI_FAULT_RECEIPT_MISSING;
    fault = receipt_check(receipt, rule, reply);
    return fault == CLI_FAULT_NONE && reply->record_count != 1 ? CLI_FAULT_RECEIPT_RECORD : fault;
}

static enum cli_fault explanation_check(const struct cli_reply_rule *rule, struct cli_reply *reply)
{
    const json_t *receipt = json_object_get(reply->document, "receipt");
    reply->content = json_object_get(reply->document, "explanation");
    const char *query = text_of(reply->content, "query");
    if (!query || !text_of(json_object_get(reply->content, "decision"), "effect"))
        return CLI_FAULT_REPLY_MALFORMED;
    if (rule->query && strcmp(query, rule->query) != 0)
        return CLI_FAULT_OTHER_QUERY;
    return receipt ? receipt_check(receipt, rule, reply) : CLI_FAULT_RECEIPT_MISSING;
}

/* That the query is recorded and waits for its registry. Nothing of it is an answer, so nothing is signed. */
static enum cli_fault pending_check(const struct cli_reply_rule *rule, struct cli_reply *reply)
{
    const json_t *receipt = json_object_get(reply->document, "receipt");
    const json_t *service = json_object_get(reply->document, "service");
    const char *query = text_of(reply->document, "query");
    reply->content = reply->document;
    if (!query || !json_is_integer(service) || !text_of(reply->document, "until"))
        return CLI_FAULT_REPLY_MALFORMED;
    if (!rule->query || strcmp(query, rule->query) != 0 ||
        (rule->service && json_integer_value(service) != rule->service))
        return CLI_FAULT_OTHER_QUERY;
    if (!receipt)
        return CLI_FAULT_RECEIPT_MISSING;
    enum cli_fault fault = receipt_check(receipt, rule, reply);
    return fault == CLI_FAULT_NONE && reply->record_count != 1 ? CLI_FAULT_RECEIPT_RECORD : fault;
}

/* That the inquiry is recorded. Parts are numbered from 1; whether they are those asked for is the caller's to see. */
static enum cli_fault accepted_check(const struct cli_reply_rule *rule, struct cli_reply *reply)
{
    const json_t *receipt = json_object_get(reply->document, "receipt");
    const json_t *parts = json_object_get(reply->document, "parts");
    const char *query = text_of(reply->document, "query");
    reply->content = reply->document;
    if (!query || json_array_size(parts) == 0)
        return CLI_FAULT_REPLY_MALFORMED;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        if (json_integer_value(json_object_get(part, "part")) != (json_int_t) i + 1 ||
            !json_is_integer(json_object_get(part, "service")))
            return CLI_FAULT_REPLY_MALFORMED;
    }
    if (!rule->query || strcmp(query, rule->query) != 0)
        return CLI_FAULT_OTHER_QUERY;
    if (!receipt)
        return CLI_FAULT_RECEIPT_MISSING;
    enum cli_fault fault = receipt_check(receipt, rule, reply);
    return fault == CLI_FAULT_NONE && reply->record_count != 1 ? CLI_FAULT_RECEIPT_RECORD : fault;
}

/* A refusal that was recorded is signed and has a receipt; one that was not has neither. */
static enum cli_fault problem_check(const struct cli_reply_rule *rule, struct cli_reply *reply,
                                    char ret_detail[static CLI_REPLY_DETAIL_MAX])
{
    const json_t *signed_part = json_object_get(reply->document, "signed");
    const json_t *receipt = json_object_get(reply->document, "receipt");
    const char *query = text_of(reply->document, rule->act_type && !json_object_get(reply->document, "query") ? "act"
                                                                                                               : "query");
    reply->content = reply->document;
    if (!text_of(reply->document, "type") || !text_of(reply->document, "title") ||
        !json_is_integer(json_object_get(reply->document, "status")))
        return CLI_FAULT_REPLY_MALFORMED;
    if (rule->query && query && strcmp(query, rule->query) != 0)
        return CLI_FAULT_OTHER_QUERY;
    if (signed_part) {
        const char *base64 = json_string_value(signed_part);
        json_t *shown = json_copy(reply->document);
        if (!shown || !base64) {
            json_decref(shown);
            return CLI_FAULT_REPLY_MALFORMED;
        }
        json_object_del(shown, "signed");
        json_object_del(shown, "receipt");
        enum cli_fault fault = signature_check(base64, shown, rule, reply, ret_detail);
        json_decref(shown);
        if (fault != CLI_FAULT_NONE)
            return fault;
    }
    return receipt ? receipt_check(receipt, rule, reply) : CLI_FAULT_NONE;
}

enum cli_fault cli_reply_document_check(json_t *take_document, bool is_problem, const struct cli_reply_rule *rule,
                                        struct cli_reply *ret_reply, char ret_detail[static CLI_REPLY_DETAIL_MAX])
{
    *ret_reply = (struct cli_reply){.document = take_document, .checked_us = rule->now_us};
    base_buffer_init(&ret_reply->signed_der, CERTS_ANSWER_BYTES_MAX);
    base_buffer_init(&ret_reply->signed_content, CERTS_ANSWER_CONTENT_MAX);
    ret_detail[0] = '\0';
    const char *version = text_of(take_document, "v");
    if (is_problem) {
        ret_reply->kind = CLI_REPLY_PROBLEM;
        return problem_check(rule, ret_reply, ret_detail);
    }
    if (rule->act_type && version && strcmp(version, "qao.reply/1") == 0) {
        ret_reply->kind = CLI_REPLY_ACKNOWLEDGEMENT;
        return acknowledgement_check(rule, ret_reply, ret_detail);
    }
    if (version && strcmp(version, "qao.reply/1") == 0) {
        ret_reply->kind = CLI_REPLY_ANSWER;
        return answer_check(rule, ret_reply, ret_detail);
    }
    if (version && strcmp(version, "qao.explained/1") == 0) {
        ret_reply->kind = CLI_REPLY_EXPLANATION;
        return explanation_check(rule, ret_reply);
    }
    if (version && strcmp(version, "qao.pending/1") == 0) {
        ret_reply->kind = CLI_REPLY_PENDING;
        return pending_check(rule, ret_reply);
    }
    if (version && strcmp(version, "qao.inquiry-reply/1") == 0) {
        ret_reply->kind = CLI_REPLY_ACCEPTED;
        return accepted_check(rule, ret_reply);
    }
    detail_set(ret_detail, "unknown version");
    return CLI_FAULT_REPLY_MALFORMED;
}

enum cli_fault cli_reply_check(struct base_bytes body, bool is_problem, const struct cli_reply_rule *rule,
                               struct cli_reply *ret_reply, char ret_detail[static CLI_REPLY_DETAIL_MAX])
{
    char fault[WIRE_JSON_FAULT_MAX];
    json_t *document = NULL;
    *ret_reply = (struct cli_reply){0};
    ret_detail[0] = '\0';
    int r = wire_json_parse(body, CLI_HTTP_REPLY_MAX, &document, fault);
    if (r == WIRE_JSON_MALFORMED)
        detail_set(ret_detail, fault);
    if (r)
        return r < 0 ? CLI_FAULT_UNCHECKED : CLI_FAULT_REPLY_MALFORMED;
    return cli_reply_document_check(document, is_problem, rule, ret_reply, ret_detail);
}

void cli_reply_clear(struct cli_reply *reply)
{
    json_decref(reply->document);
    base_buffer_clear(&reply->signed_der);
    base_buffer_clear(&reply->signed_content);
    *reply = (struct cli_reply){0};
}
