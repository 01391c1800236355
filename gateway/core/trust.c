#include "gateway/core/trust.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "schema/store/crl.h"

struct stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct core_trust {
    pthread_mutex_t mutex;
    struct certs_trust *snapshot;
    char *ca_path, *crl_path;
    struct certs_trust_options options;
    struct store_pool *pool;
    struct stamp ca_stamp, crl_stamp;
};

static struct stamp stamp_of(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return (struct stamp){0};
    return (struct stamp){status.st_dev, status.st_ino, status.st_size, status.st_ctim};
}

static bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static int64_t time_us(const ASN1_TIME *at)
{
    struct tm utc;
    if (!at || ASN1_TIME_to_tm(at, &utc) != 1)
        return 0;
    return (int64_t)timegm(&utc) * 1000000;
}

static int crl_keep(struct store_pool *pool, X509_CRL *list)
{
    uint8_t *der = NULL, *issuer = NULL;
    int der_len = i2d_X509_CRL(list, &der);
    int issuer_len = i2d_X509_NAME(X509_CRL_get_issuer(list), &issuer);
    int r = -ENOMEM;
    if (der_len > 0 && issuer_len > 0) {
        struct store_crl crl = {
            .this_update_us = time_us(X509_CRL_get0_lastUpdate(list)),
            .next_update_us = time_us(X509_CRL_get0_nextUpdate(list)),
            .issuer = base_bytes_of(issuer, (size_t)issuer_len),
            .der = base_bytes_of(der, (size_t)der_len),
        };
        SHA256(der, (size_t)der_len, crl.digest);
        r = store_crl_put(pool, &crl);
    }
    OPENSSL_free(der);
    OPENSSL_free(issuer);
    return r;
}

/* Every list of the file, so that what a leaf names can always be found. */
static int crls_keep(struct store_pool *pool, struct base_bytes pem)
{
    BIO *bio = pem.len <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
    if (!bio)
        return -ENOMEM;
    int r = 0;
    X509_CRL *list;
    while (r == 0 && (list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL) {
        r = crl_keep(pool, list);
        X509_CRL_free(list);
    }
    ERR_clear_error(); /* the end of the file is one for OpenSSL */
    BIO_free(bio);
    return r;
}

/* Both files as one snapshot whose lists are in the store. */
static int snapshot_read(const struct core_trust *trust, struct certs_trust **ret_snapshot, char **ret_error)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer ca, crl;
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    base_buffer_init(&crl, CERTS_CRL_BYTES_MAX);
    const char *failed = trust->ca_path;
    int r = base_file_read(trust->ca_path, BASE_FILE_PUBLIC, &ca);
    if (r == 0) {
        failed = trust->crl_path;
        r = base_file_read(trust->crl_path, BASE_FILE_PUBLIC, &crl);
    }
    if (r < 0) {
        if (asprintf(ret_error, "%s: %s", failed, strerror(-r)) < 0)
            *ret_error = NULL;
        return r;
    }
    BASE_CLEANUP(certs_trust_unrefp) struct certs_trust *snapshot = NULL;
    r = certs_trust_new(base_buffer_view(&ca), base_buffer_view(&crl), &trust->options, &snapshot, ret_error);
    if (r < 0)
        return r;
    r = crls_keep(trust->pool, base_buffer_view(&crl));
    if (r < 0) {
        if (asprintf(ret_error, "the revocation lists cannot be kept in the store: %s", strerror(-r)) < 0)
            *ret_error = NULL;
        return r;
    }
    *ret_snapshot = BASE_TAKE(snapshot);
    return 0;
}

void core_trust_free(struct core_trust *trust)
{
    if (!trust)
        return;
    certs_trust_unref(trust->snapshot);
    pthread_mutex_destroy(&trust->mutex);
    free(trust->ca_path);
    free(trust->crl_path);
    free(trust);
}

static void freep(struct core_trust **trust)
{
    core_trust_free(*trust);
}

int core_trust_new(const char *ca_path, const char *crl_path, const struct certs_trust_options *options,
                   struct store_pool *pool, struct core_trust **ret_trust, char **ret_error)
{
    BASE_CLEANUP(freep) struct core_trust *trust = calloc(1, sizeof(*trust));
    if (!trust)
        return -ENOMEM;
    pthread_mutex_init(&trust->mutex, NULL);
    trust->ca_path = strdup(ca_path);
    trust->crl_path = strdup(crl_path);
    trust->options = *options;
    trust->pool = pool;
    if (!trust->ca_path || !trust->crl_path)
        return -ENOMEM;
    trust->ca_stamp = stamp_of(ca_path);
    trust->crl_stamp = stamp_of(crl_path);
    int r = snapshot_read(trust, &trust->snapshot, ret_error);
    if (r < 0)
        return r;
    *ret_trust = BASE_TAKE(trust);
    return 0;
}

struct certs_trust *core_trust_ref(struct core_trust *trust)
{
    pthread_mutex_lock(&trust->mutex);
    struct certs_trust *snapshot = certs_trust_ref(trust->snapshot);
    pthread_mutex_unlock(&trust->mutex);
    return snapshot;
}

enum core_trust_change core_trust_check(struct core_trust *trust, bool force, char **ret_error)
{
    *ret_error = NULL;
    struct stamp ca = stamp_of(trust->ca_path), crl = stamp_of(trust->crl_path);
    if (!force && stamp_equal(&ca, &trust->ca_stamp) && stamp_equal(&crl, &trust->crl_stamp))
        return CORE_TRUST_SAME;
    struct certs_trust *snapshot = NULL;
    if (snapshot_read(trust, &snapshot, ret_error) < 0)
        return CORE_TRUST_UNUSABLE; /* stamps stay as they were: tried again at the next check */
    trust->ca_stamp = ca;
    trust->crl_stamp = crl;
    pthread_mutex_lock(&trust->mutex);
    struct certs_trust *old = trust->snapshot;
    trust->snapshot = snapshot;
    pthread_mutex_unlock(&trust->mutex);
    certs_trust_unref(old);
    return CORE_TRUST_RENEWED;
}
