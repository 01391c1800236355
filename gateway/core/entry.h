/* The records of a query in the log: leaf, columns and sealed message, and their way to the writer. */
#ifndef GATEWAY_CORE_ENTRY_H
#define GATEWAY_CORE_ENTRY_H

#include "audit/leaf.h"
#include "audit/writer.h"
#include "base/buffer.h"
#include "gateway/core/hold.h"
#include "gateway/core/violation.h"
#include "schema/store/officer.h"
#include "schema/store/record.h"

struct core_request;
struct core_gateway;

enum { CORE_REASONS_TEXT_MAX = 1000 };

/* One record. Zeroed is none. */
struct core_entry {
    struct base_buffer leaf, sealed;
    uint8_t plain_digest[STORE_DIGEST_BYTES]; /* of what was sealed, or of bytes that were not kept */
    struct store_blob blob;
    struct store_record columns;
    struct store_subject subjects[STORE_RECORD_SUBJECTS_MAX];
    char reasons[CORE_REASONS_TEXT_MAX];
    char violation[CORE_VIOLATION_TEXT_MAX];
    struct audit_record record;
    enum audit_outcome outcome;
    bool is_minimal; /* a refusal that names only connection, bytes and reasons */
    bool durable; /* record.index and record.entry.leaf_hash may be told */
};

void core_entry_clear(struct core_entry *entry);

/* An entry of the log as it stands there: leaf, index and leaf hash, durable. entry is cleared before. The store's errors. */
int core_entry_read(const struct core_gateway *gateway, uint64_t index, struct core_entry *entry) BASE_MUST_USE;

/* Each builds a record and hands it to the writer; request->resume is called by a worker when the outcome is in the
 * entry. 0: the request is no longer the caller's. A positive condition or a negative errno: it still is, and nothing
 * was recorded. */
enum {
    CORE_ENTRY_UNAVAILABLE = 1, /* the log takes no record now */
    CORE_ENTRY_UNFIT = 2,       /* this record cannot be made */
};

/* Whether a record uses the message's id up, for the signer. */
enum core_claim {
    CORE_CLAIM_NOTHING = 0,
    CORE_CLAIM_ID,
};

/* Step 7, request->first. kind: query.request confirms the registration and must claim the id, for what could be sent again
 * is not to be asked; query.refused claims it when told so; query.explained never, and is without the message itself, of
 * which only the digest stays. query.inquiry is as query.request, and opens nothing. CORE_ENTRY_UNFIT. */
int core_entry_request_append(struct core_request *request, enum audit_kind kind, enum core_claim claim,
                              void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* Instead of a record that cannot be made: a query.refused with connection, digest and the reasons in request->codes,
 * which claims nothing. */
int core_entry_minimal_append(struct core_request *request,
                              void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* Step 10, request->second, concluding request->first. kind: query.result with its outcome, and with confirm only while
 * the registration is as it was decided upon; query.withheld with the reasons in request->codes; query.unknown. */
int core_entry_conclusion_append(struct core_request *request, enum audit_kind kind, const char *outcome, bool confirm,
                                 void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* Step 12, request->third. */
int core_entry_undelivered_append(struct core_request *request,
                                  void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* query.pending, request->third: the registry answers later, until due_us. */
int core_entry_pending_append(struct core_request *request, int64_t due_us,
                              void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* query.settled, request->second: what the registry says became of the act of request->first ("done" with the answer in
 * request->signed_der, "not-done", "unknown"). */
int core_entry_settled_append(struct core_request *request, const char *outcome,
                              void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* query.delivered, request->third: the reply to the peer's query request->query.id is about to be shown. Confirms the
 * registration that the right names. */
int core_entry_delivered_append(struct core_request *request, const struct core_hold_right *right,
                                void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* An act, request->first: admin.* with the change of the register in request->change, or admin.refused with the reasons in
 * request->codes and the message itself sealed. One that is taken must claim its id. CORE_ENTRY_UNFIT. */
int core_entry_act_append(struct core_request *request, enum core_claim claim,
                          void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* A page of the register about to be shown. Borrowed. */
struct core_entry_reading {
    const char *collection;
    struct base_bytes filter; /* canonical JSON: in the leaf as a keyed digest, for it may name whom it is about */
    size_t count;             /* items on the page */
};

/* admin.read, request->first: the person connected reads of other people (clause 48). */
int core_entry_admin_read_append(struct core_request *request, const struct core_entry_reading *reading,
                                 void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* log.read, request->first: an official reads part of the log, named by its tile. */
int core_entry_reading_append(struct core_request *request, const struct store_person *person, const char *system_role,
                              struct base_bytes tile, void (*resume)(struct core_request *request)) BASE_MUST_USE;

/* query.unknown for a request without a conclusion; waits for the log. For the start and the sweep of the main thread. */
enum audit_outcome core_entry_unknown_append(struct audit_writer *writer, int64_t now_us, const char *iin,
                                             const uint8_t *id, int part, uint64_t request,
                                             const struct audit_hash *request_hash) BASE_MUST_USE;

#endif
