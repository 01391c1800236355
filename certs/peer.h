/* The certificate of a TLS connection: chain, validity, CRL, profile of the connection. */
#ifndef CERTS_PEER_H
#define CERTS_PEER_H

#include "base/bytes.h"
#include "base/result.h"
#include "certs/cache.h"
#include "certs/identity.h"
#include "certs/trust.h"
#include "certs/verdict.h"

/* leaf_der is the peer's own certificate; what else it sent is not looked at (all authorities are in the trust). cache
 * may be NULL. ret_identity is written only with CERTS_VERDICT_VALID. Any thread. */
struct certs_finding certs_peer_verify(struct certs_trust *trust, struct certs_cache *cache, struct base_bytes leaf_der,
                                       int64_t now_us, struct certs_identity *ret_identity) BASE_MUST_USE;

#endif
