/* Refused handshakes on their way to the gateway's log: a certificate that our authority issued is reported by itself,
 * all others are one count for a window of time. Minting certificates costs a stranger nothing; filling the log with
 * them must not be possible: in one window at most two messages for each of a fixed number of certificates, and one. */
#ifndef GATEWAY_FRONT_REFUSALS_H
#define GATEWAY_FRONT_REFUSALS_H

#include "base/bytes.h"
#include "base/result.h"
#include "certs/verdict.h"
#include "gateway/link/front_message.h"

struct front_refusals;

/* One refused handshake. */
struct front_refusal {
    struct certs_finding finding;
    bool absent;                   /* no certificate was sent */
    struct base_bytes certificate; /* DER; empty when absent */
    const char *peer_address;
    int64_t at_us;
};

/* -ENOMEM. certificates_max: how many are told apart in one window of window_us. */
int front_refusals_new(size_t certificates_max, int64_t window_us, struct front_refusals **ret_refusals) BASE_MUST_USE;
/* Accepts NULL. */
void front_refusals_free(struct front_refusals *refusals);

/* Counts it. Any thread; waits for nobody. */
void front_refusals_add(struct front_refusals *refusals, const struct front_refusal *refusal);

/* Sends what is due now (monotonic clock): the first refusal of a certificate at once, the rest at the end of the
 * window. send returns 0, or not 0 when the message was not taken: it is then kept for the next call. One thread. */
void front_refusals_send(struct front_refusals *refusals, int64_t now_us,
                         int (*send)(void *context, const struct link_refusal *refusal), void *context);

/* True when the finding means that the chain was found good: only such a certificate is known. */
bool front_refusals_is_known(const struct certs_finding *finding);

#endif
