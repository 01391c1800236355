/* The authority's certificates and revocation lists as the program uses them now: a snapshot that is replaced when its
 * files change. Each list used is kept in the store, named by its digest in the leaves. */
#ifndef GATEWAY_CORE_TRUST_H
#define GATEWAY_CORE_TRUST_H

#include "certs/trust.h"
#include "schema/store/store.h"

struct core_trust;

/* Reads both files and keeps the lists in the store. On an error ret_error (freed by the caller) says what. */
int core_trust_new(const char *ca_path, const char *crl_path, const struct certs_trust_options *options,
                   struct store_pool *pool, struct core_trust **ret_trust, char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void core_trust_free(struct core_trust *trust);

/* A reference to the snapshot in use. Any thread. */
struct certs_trust *core_trust_ref(struct core_trust *trust);

enum core_trust_change {
    CORE_TRUST_SAME = 0,
    CORE_TRUST_RENEWED,
    CORE_TRUST_UNUSABLE, /* the new files cannot be used: the old snapshot stays, and ages; ret_error says why */
};

/* Reads the files again when one of them is another than before, or always with force. Main thread. */
enum core_trust_change core_trust_check(struct core_trust *trust, bool force, char **ret_error);

#endif
