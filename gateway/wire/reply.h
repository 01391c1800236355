/* What the gateway sends back about a query (docs/PROTOCOL-QUERY.md), as canonical JSON. Any thread. */
#ifndef GATEWAY_WIRE_REPLY_H
#define GATEWAY_WIRE_REPLY_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "gateway/wire/code.h"
#include "gateway/wire/message.h"
#include "policy/decision.h"
#include "policy/edition.h"

enum { WIRE_RECEIPT_RECORDS_MAX = 2 };

/* Which records of the log a reply rests on: the request's, then the result's where there is one. All borrowed. */
struct wire_receipt {
    const char *log; /* origin */
    size_t count;
    struct {
        uint64_t index;
        const uint8_t *leaf_hash; /* 32 bytes */
        struct base_bytes proof;  /* .tlog-proof text */
    } records[WIRE_RECEIPT_RECORDS_MAX];
};

/* Writes the object under "receipt". */
void wire_receipt_encode(const struct wire_receipt *receipt, struct base_json *json);

/* The signed part of a reply. All borrowed. */
struct wire_answer {
    const char *query; /* id */
    int64_t at_us;
    unsigned service;
    const struct policy_decision *decision;
    const struct policy_edition *edition;
    struct base_bytes decided; /* instead of the two, as a record has it: a canonical object; empty: none */
    struct base_bytes records; /* canonical JSON: an array of objects */
    const char *notice;
};

/* Appends the canonical bytes that are signed. The buffer's errors, -EINVAL for a text that is not UTF-8. */
int wire_answer_encode(const struct wire_answer *answer, struct base_buffer *out) BASE_MUST_USE;

/* That an act was taken. All borrowed. */
struct wire_acknowledgement {
    const char *act; /* id */
    int64_t at_us;   /* arrival: the moment the register has */
    const char *kind, *type;
};

/* As wire_answer_encode(). */
int wire_acknowledgement_encode(const struct wire_acknowledgement *acknowledgement, struct base_buffer *out) BASE_MUST_USE;

/* Appends the whole reply; answer holds the bytes as signed, signed_der the CMS over them. receipt is NULL where there
 * is no proof: such a reply is only ever held. */
int wire_reply_encode(struct base_bytes answer, struct base_bytes signed_der, const struct wire_receipt *receipt,
                      struct base_buffer *out) BASE_MUST_USE;

/* The registry answers later. All borrowed. */
struct wire_pending {
    const char *query; /* id */
    unsigned service;
    int64_t until_us; /* how long is waited */
};

/* Appends the reply with 202; receipt names the request's record. The buffer's errors. */
int wire_pending_encode(const struct wire_pending *pending, const struct wire_receipt *receipt,
                        struct base_buffer *out) BASE_MUST_USE;

/* An inquiry was recorded, its parts are asked. All borrowed. */
struct wire_inquiry_accepted {
    const char *query; /* id */
    const unsigned *services;
    size_t service_count; /* parts are numbered from 1 in this order */
};

/* As wire_pending_encode(). */
int wire_inquiry_accepted_encode(const struct wire_inquiry_accepted *accepted, const struct wire_receipt *receipt,
                                 struct base_buffer *out) BASE_MUST_USE;

/* A refusal or failure. All borrowed. */
struct wire_problem {
    struct wire_codes codes; /* at least one; the first is the type */
    unsigned status;
    enum wire_language language;
    const char *query;                      /* id, or NULL */
    const char *fault;                      /* what more can be said, in English; NULL */
    struct base_bytes faults;               /* canonical array of an import's; empty: none */
    const char *detail;                     /* instead of the first code's; NULL */
    const struct policy_decision *decision; /* whose citations support the reasons; NULL when none was made */
};

/* Appends a reply that was made without its receipt, now with it. -EBADMSG when it is none, -ENOMEM, the buffer's errors. */
int wire_reply_receipt_add(struct base_bytes reply, const struct wire_receipt *receipt,
                           struct base_buffer *out) BASE_MUST_USE;

/* Appends the problem. Without signed_der (empty) and receipt (NULL) these are the bytes to be signed. */
int wire_problem_encode(const struct wire_messages *messages, const struct wire_problem *problem,
                        struct base_bytes signed_der, const struct wire_receipt *receipt,
                        struct base_buffer *out) BASE_MUST_USE;

/* What a query would be decided as. */
struct wire_explanation {
    const char *query;
    int64_t at_us;
    unsigned service;
    const struct policy_decision *decision; /* its effect is deny when codes has any */
    const struct policy_edition *edition;   /* NULL: none in force */
    struct wire_codes codes;
    enum wire_language language;
};

/* Appends the whole reply of POST /v1/explain. The buffer's errors. */
int wire_explanation_encode(const struct wire_messages *messages, const struct wire_explanation *explanation,
                            const struct wire_receipt *receipt, struct base_buffer *out) BASE_MUST_USE;

/* An array of {"citations","code","title"} for all codes, in order. decision may be NULL. */
void wire_reasons_encode(const struct wire_messages *messages, struct wire_codes codes,
                         const struct policy_decision *decision, enum wire_language language, struct base_json *json);

/* The code of a reason of the policy. */
enum wire_code wire_code_of_reason(enum policy_reason reason);

/* ["case","article"] of bits of enum policy_need. */
void wire_needs_encode(unsigned needs, struct base_json *json);

#endif
