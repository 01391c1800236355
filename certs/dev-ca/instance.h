/* What the command qao-dev-ca keeps in an instance folder: ca/, keys/ and people/. Inside this folder only. Results are
 * 0, CERTS_DEV_KEPT when everything was already there, or a negative errno with an error printed to standard error. */
#ifndef CERTS_DEV_CA_INSTANCE_H
#define CERTS_DEV_CA_INSTANCE_H

#include "certs/dev-ca/dev_ca.h"

enum { CERTS_DEV_KEPT = 1 };

struct certs_dev_instance {
    const char *folder;
    int64_t now_us;
    int lock; /* held while the command runs */
    struct certs_dev_ca *ca;
};

/* Locks the authority's folder and reads it; makes it when may_make. ret_made tells whether it was made. */
int certs_dev_instance_open(const char *folder, int64_t now_us, unsigned key_bits, bool may_make,
                            struct certs_dev_instance *ret_instance, bool *ret_made) BASE_MUST_USE;
void certs_dev_instance_close(struct certs_dev_instance *instance);

/* ca/crl.pem: the CRLs of both authorities, because a chain check needs both. Good for the given minutes from now;
 * zero or less makes them out of date. */
int certs_dev_instance_crl(const struct certs_dev_instance *instance, int64_t minutes) BASE_MUST_USE;

/* people/<name>/: request says whose and which; single gives one certificate for login and signature. */
int certs_dev_instance_person(const struct certs_dev_instance *instance, const char *name,
                              const struct certs_dev_request *request, bool single, bool renew) BASE_MUST_USE;

/* keys/<name>.pem and .key. A server's is made anew when it lacks a name or ends within a week. */
int certs_dev_instance_key(const struct certs_dev_instance *instance, const char *name,
                           const struct certs_dev_request *request, bool renew) BASE_MUST_USE;

/* Remembers the certificate in this file as revoked. */
int certs_dev_instance_revoke(const struct certs_dev_instance *instance, const char *path) BASE_MUST_USE;

#endif
