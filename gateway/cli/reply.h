/* A reply of the gateway, read strictly and checked: its signature, that it answers our query, and that the log holds
 * the records its receipt names. Clients trust nothing else: what is shown comes from the signed bytes. */
#ifndef GATEWAY_CLI_REPLY_H
#define GATEWAY_CLI_REPLY_H

#include "audit/proof.h"
#include "certs/trust.h"
#include "gateway/cli/fault.h"

#include <jansson.h>

enum { CLI_REPLY_RECORDS_MAX = 2, CLI_REPLY_DETAIL_MAX = 160 };

enum cli_reply_kind {
    CLI_REPLY_OTHER = 0,
    CLI_REPLY_ANSWER,          /* qao.reply/1 */
    CLI_REPLY_EXPLANATION,     /* qao.explained/1 */
    CLI_REPLY_ACKNOWLEDGEMENT, /* qao.reply/1 with a qao.acknowledgement/1: an act was taken */
    CLI_REPLY_PENDING,         /* qao.pending/1: recorded, the registry answers later */
    CLI_REPLY_ACCEPTED,        /* qao.inquiry-reply/1: recorded, its parts are under way */
    CLI_REPLY_PROBLEM,         /* application/problem+json */
};

struct cli_reply_record {
    uint64_t index;
    struct audit_hash leaf_hash;
    int64_t at_us;     /* as the proven record says */
    const char *proof; /* text, borrowed from the document */
};

struct cli_reply {
    enum cli_reply_kind kind;
    json_t *document;      /* the whole reply; owned */
    const json_t *content; /* answer, explanation, or else the document itself; borrowed */
    bool is_signed;
    struct base_buffer signed_der;        /* the gateway's CMS */
    struct base_buffer signed_content;    /* its content: canonical JSON */
    struct certs_identity system;         /* whose signature it is */
    int64_t checked_us;                   /* when it was checked: the rule's now_us */
    size_t record_count;                  /* of the receipt: 0, request, request and result */
    struct cli_reply_record records[CLI_REPLY_RECORDS_MAX];
    struct audit_checkpoint checkpoint; /* newest of the receipt's; texts borrowed from the document */
    struct base_bytes checkpoint_note;  /* empty without a receipt; borrowed likewise */
};

/* What a reply is checked against. Borrowed. */
struct cli_reply_rule {
    struct certs_trust *trust;
    const struct audit_vkey *log;
    int64_t now_us;
    const char *query;          /* our id; NULL when it is not known: then an answer is OTHER_QUERY */
    unsigned part;              /* of an inquiry, from 1; 0: the message itself */
    long service;               /* 0: not known */
    const char *system_bin;     /* whose answers are accepted; NULL: any information system of the authority */
    const uint8_t *sent_sha256; /* of the bytes we sent; NULL: not known */
    const char *act_type;       /* "qao.block/1" when an act was sent, whose id query is; NULL: a query */
};

/* Reads and checks. Whatever the outcome, the caller clears ret_reply; with another fault than NONE only document may
 * be looked at, and nothing in it believed. ret_detail says more in English, "" when there is nothing to say. */
enum cli_fault cli_reply_check(struct base_bytes body, bool is_problem, const struct cli_reply_rule *rule,
                               struct cli_reply *ret_reply, char ret_detail[static CLI_REPLY_DETAIL_MAX]);

/* The same for a reply that is part of a larger document (GET /v1/queries/{id}). take_document is owned from now on. */
enum cli_fault cli_reply_document_check(json_t *take_document, bool is_problem, const struct cli_reply_rule *rule,
                                        struct cli_reply *ret_reply, char ret_detail[static CLI_REPLY_DETAIL_MAX]);

/* Accepts a zeroed struct. */
void cli_reply_clear(struct cli_reply *reply);

#endif
