#include "certs/peer.h"

#include "certs/cache_inner.h"
#include "certs/finding.h"
#include "certs/trust_state.h"

struct certs_finding certs_peer_verify(struct certs_trust *trust, struct certs_cache *cache, struct base_bytes leaf_der,
                                       int64_t now_us, struct certs_identity *ret_identity)
{
    if (leaf_der.len > CERTS_LEAF_BYTES_MAX)
        return certs_finding_of(CERTS_VERDICT_UNTRUSTED, "certificate: too large");
    struct certs_leaf *leaf BASE_CLEANUP(certs_leaf_unrefp) = NULL;
    struct certs_finding finding = certs_cache_verify(cache, trust, leaf_der, now_us, &leaf);
    if (finding.verdict == CERTS_VERDICT_VALID)
        finding = certs_profile_check(&leaf->profile, CERTS_USE_CONNECTION, &trust->options);
    if (finding.verdict == CERTS_VERDICT_VALID)
        *ret_identity = leaf->identity;
    return finding;
}
