/* Step 8: asking a registry through qao-adapter. Worker threads. */
#ifndef GATEWAY_CORE_CALL_H
#define GATEWAY_CORE_CALL_H

#include "gateway/core/request.h"

/* Sends the query's parameters in request->call_mode; who settles waits for nothing that comes later (unknown); resume is called by a worker once request->answer tells an outcome, whatever it is. */
void core_call_send(struct core_request *take_request, void (*resume)(struct core_request *request));

/* Appends the body of a call about the request: its own query id, or for a part one that follows from signer, id and part. The
 * buffer's errors. */
int core_call_encode(const struct core_request *request, uint64_t call, enum link_call_mode mode,
                     struct base_buffer *out) BASE_MUST_USE;

/* Whether what the request asks now changes a registry: what nobody described may, the register of cases does not. */
bool core_call_acts(const struct core_request *request);

enum core_records {
    CORE_RECORDS_UNFIT = 0, /* no answer to this query; request->fault says why */
    CORE_RECORDS_FIT,
};

/* Step 9, after an answer: checks request->records against the service's description, removes the amounts of an
 * abbreviated answer, and leaves the canonical array. */
enum core_records core_records_check(struct core_request *request) BASE_MUST_USE;

#endif
