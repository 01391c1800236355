/* Step 12: what the officer is told. Each call ends the request's work here: it is freed, or waits for word of its
 * delivery. Any thread. */
#ifndef GATEWAY_CORE_SEND_H
#define GATEWAY_CORE_SEND_H

#include "gateway/core/request.h"
#include "gateway/wire/reply.h"

/* A body of our own making with status 200. */
void core_page_send(struct core_request *take_request, const char *content_type, struct base_bytes body);

/* The body of a reply, with the receipt of the request's record. */
typedef int core_receipted_encode(const struct core_request *request, const struct wire_receipt *receipt,
                                  struct base_buffer *out);

/* 202 for what goes on, with the receipt of the request's record, Location of where to look and Retry-After; where that cannot
 * be had, that it is to be looked for. The request stays the caller's, and is replied to. */
void core_accepted_tell(struct core_request *request, core_receipted_encode *encode, unsigned retry_s);

/* A problem about what was asked over HTTP, or one that left no record: neither signed nor receipted. allow may be NULL;
 * retry_s 0 leaves Retry-After out. */
void core_problem_send(struct core_request *take_request, enum wire_code code, const char *allow, unsigned retry_s);

/* 503: the log or the register is away, nothing is known to be recorded, and so nothing is said of what was asked. */
void core_log_away_send(struct core_request *take_request);

/* 429: asked too often, to come again after wait_us. Nothing is recorded, nor said of what was asked. */
void core_too_many_send(struct core_request *take_request, int64_t wait_us);

/* 503 for what stands in the log and cannot be told now: note says what is to be done, and no Retry-After that it be sent
 * again. The request has still something to do. */
void core_later_tell(struct core_request *request, enum wire_note note);

/* Keeps request->reply for the officer, as long as the registration is the one that the result was confirmed with. */
void core_answer_hold(const struct core_request *request);

/* The request's codes as a signed problem with the receipt of its records, told or, where nobody is connected, kept. detail
 * replaces the first code's words, or NULL. */
void core_refusal_send(struct core_request *take_request, const char *detail);

/* Step 10: builds request->answer_json of request->records, and signed_der over it. Negative when it cannot be signed. */
int core_answer_sign(struct core_request *request) BASE_MUST_USE;

/* Builds the receipted reply in request->reply, from answer_json, signed_der and the records that are durable. Negative
 * when a proof cannot be had. */
int core_answer_encode(struct core_request *request) BASE_MUST_USE;

/* Sends request->reply (or the DER alone) and waits for word of its delivery; what becomes of it is core_delivery's. */
void core_answer_send(struct core_request *take_request, void (*undelivered)(struct core_request *request));

/* Word of a reply: LINK_FRONT_DELIVERY, the loss of a channel, or a deadline. */
void core_delivery_take(struct core_gateway *gateway, const struct link_channel *channel, uint64_t id, bool delivered);
void core_delivery_lose(struct core_gateway *gateway, const struct link_channel *channel);
void core_delivery_expire(struct core_gateway *gateway, int64_t monotonic_us);

/* A problem without a request, for a full house: code overloaded. */
void core_overload_send(struct core_gateway *gateway, struct link_channel *channel, const struct link_request *http);

/* A receipt with the proofs it borrows. Starts zeroed. */
struct core_receipt {
    struct wire_receipt wire;
    struct base_buffer proofs[WIRE_RECEIPT_RECORDS_MAX];
};
void core_receipt_clear(struct core_receipt *receipt);

/* Fills a zeroed receipt of these entries; the caller clears it, also after an error. */
int core_receipt_read(struct core_gateway *gateway, const struct core_entry *const *entries, size_t count,
                      struct core_receipt *receipt) BASE_MUST_USE;

#endif
