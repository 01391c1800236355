#include "gateway/front/trust.h"

#include "base/file.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { REPEAT_US = 1000000 };

enum { IDENTITIES_MAX = 4096, TLS_FILE_MAX = 256 * 1024, WATCHED = 4 };

struct front_snapshot {
    atomic_int refs;
    struct certs_trust *trust;
    gnutls_certificate_credentials_t credentials;
};

/* What tells one state of a file from another without reading it. */
struct stamp {
    struct timespec modified;
    ino_t inode;
    off_t size;
};

struct front_trust {
    const struct front_settings *settings;
    gnutls_certificate_verify_function *verify;
    struct certs_cache *cache;
    pthread_mutex_t mutex; /* of current */
    struct front_snapshot *current;
    _Atomic uint64_t generation; /* counts snapshots, from 1 */
    struct stamp stamps[WATCHED];
};

static void read_stamps(const struct front_settings *s, struct stamp stamps[static WATCHED])
{
    const char *const paths[WATCHED] = {s->ca_path, s->crl_path, s->certificate_path, s->key_path};
    for (size_t i = 0; i < WATCHED; i++) {
        struct stat found;
        stamps[i] = (struct stamp){0};
        if (stat(paths[i], &found) == 0)
            stamps[i] = (struct stamp){.modified = found.st_mtim, .inode = found.st_ino, .size = found.st_size};
    }
}

static bool stamps_equal(const struct stamp *a, const struct stamp *b)
{
    return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->inode == b->inode && a->size == b->size;
}

bool front_trust_is_outdated(const struct front_trust *trust)
{
    struct stamp now[WATCHED];
    read_stamps(trust->settings, now);
    for (size_t i = 0; i < WATCHED; i++)
        if (!stamps_equal(&now[i], &trust->stamps[i]))
            return true;
    return false;
}

static void set_error(char **ret_error, const char *path, const char *what)
{
    if (asprintf(ret_error, "%s: %s", path, what) < 0)
        *ret_error = NULL;
}

static gnutls_datum_t datum_of(const struct base_buffer *buffer)
{
    return (gnutls_datum_t){.data = buffer->data, .size = (unsigned) buffer->len};
}

static int read_file(const char *path, enum base_file_secrecy secrecy, struct base_buffer *out, char **ret_error)
{
    int r = base_file_read(path, secrecy, out);
    if (r < 0) {
        char words[BASE_FILE_WORDS_MAX];
        base_file_explain(path, r, words);
        set_error(ret_error, path, words);
    }
    return r;
}

static int set_key(gnutls_certificate_credentials_t credentials, const struct front_settings *s, char **ret_error)
{
    struct base_buffer certificate BASE_CLEANUP(base_buffer_clear);
    struct base_buffer key BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&certificate, TLS_FILE_MAX);
    base_buffer_init(&key, TLS_FILE_MAX);
    int r = read_file(s->certificate_path, BASE_FILE_PUBLIC, &certificate, ret_error);
    if (r == 0)
        r = read_file(s->key_path, BASE_FILE_SECRET, &key, ret_error);
    if (r < 0)
        return r;
    gnutls_datum_t certificate_pem = datum_of(&certificate), key_pem = datum_of(&key);
    int tls =
        gnutls_certificate_set_x509_key_mem2(credentials, &certificate_pem, &key_pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (tls < 0) {
        set_error(ret_error, s->certificate_path, gnutls_strerror(tls));
        return -EBADMSG;
    }
    return 0;
}

/* The authorities' names go into the certificate request, so that a browser offers the right certificates. GnuTLS's own
 * check is never used. */
static int set_authorities(gnutls_certificate_credentials_t credentials, const struct front_settings *s,
                           char **ret_error)
{
    struct base_buffer ca BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&ca, CERTS_CA_BYTES_MAX);
    int r = read_file(s->ca_path, BASE_FILE_PUBLIC, &ca, ret_error);
    if (r < 0)
        return r;
    gnutls_datum_t ca_pem = datum_of(&ca);
    /* An authority whose algorithm GnuTLS does not know is left out of the names only. */
    (void) gnutls_certificate_set_x509_trust_mem(credentials, &ca_pem, GNUTLS_X509_FMT_PEM);
    return 0;
}

static int fill_snapshot(struct front_trust *trust, struct front_snapshot *snapshot, char **ret_error)
{
    const struct front_settings *s = trust->settings;
    const struct certs_trust_options options = certs_trust_options_of(s->check_digits, s->require_protected_carrier);
    int r = certs_trust_read(s->ca_path, s->crl_path, &options, &snapshot->trust, ret_error);
    if (r < 0)
        return r;
    if (gnutls_certificate_allocate_credentials(&snapshot->credentials) < 0)
        return -ENOMEM;
    gnutls_certificate_set_verify_function(snapshot->credentials, trust->verify);
    r = set_key(snapshot->credentials, s, ret_error);
    return r < 0 ? r : set_authorities(snapshot->credentials, s, ret_error);
}

int front_trust_reload(struct front_trust *trust, char **ret_error)
{
    struct front_snapshot *snapshot = calloc(1, sizeof(*snapshot));
    if (!snapshot)
        return -ENOMEM;
    atomic_init(&snapshot->refs, 1);
    /* Stamped before reading: what changes meanwhile is read once more. */
    read_stamps(trust->settings, trust->stamps);
    int r = fill_snapshot(trust, snapshot, ret_error);
    if (r < 0) {
        front_snapshot_unref(snapshot);
        return r;
    }
    pthread_mutex_lock(&trust->mutex);
    struct front_snapshot *old = trust->current;
    trust->current = snapshot;
    atomic_fetch_add(&trust->generation, 1);
    pthread_mutex_unlock(&trust->mutex);
    front_snapshot_unref(old);
    return 0;
}

int front_trust_new(const struct front_settings *settings, gnutls_certificate_verify_function *verify,
                    struct front_trust **ret_trust, char **ret_error)
{
    struct front_trust *trust = calloc(1, sizeof(*trust));
    if (!trust)
        return -ENOMEM;
    *trust = (struct front_trust){.settings = settings, .verify = verify};
    pthread_mutex_init(&trust->mutex, NULL);
    int r = certs_cache_new(IDENTITIES_MAX, &trust->cache);
    if (r == 0)
        r = front_trust_reload(trust, ret_error);
    if (r < 0) {
        front_trust_free(trust);
        return r;
    }
    *ret_trust = trust;
    return 0;
}

void front_trust_free(struct front_trust *trust)
{
    if (!trust)
        return;
    front_snapshot_unref(trust->current);
    certs_cache_free(trust->cache);
    pthread_mutex_destroy(&trust->mutex);
    free(trust);
}

struct front_snapshot *front_trust_current(struct front_trust *trust)
{
    pthread_mutex_lock(&trust->mutex);
    struct front_snapshot *snapshot = trust->current;
    atomic_fetch_add(&snapshot->refs, 1);
    pthread_mutex_unlock(&trust->mutex);
    return snapshot;
}

void front_snapshot_unref(struct front_snapshot *snapshot)
{
    if (!snapshot || atomic_fetch_sub(&snapshot->refs, 1) > 1)
        return;
    certs_trust_unref(snapshot->trust);
    if (snapshot->credentials)
        gnutls_certificate_free_credentials(snapshot->credentials);
    free(snapshot);
}

gnutls_certificate_credentials_t front_snapshot_credentials(const struct front_snapshot *snapshot)
{
    return snapshot->credentials;
}

struct certs_finding front_trust_check(struct front_trust *trust, struct base_bytes certificate, int64_t now_us,
                                       struct front_validity *ret_validity)
{
    /* Read before the snapshot: if a new one comes in between, the finding is only repeated less long. */
    uint64_t generation = atomic_load(&trust->generation);
    struct front_snapshot *snapshot = front_trust_current(trust);
    struct certs_identity identity;
    struct certs_finding finding = certs_peer_verify(snapshot->trust, trust->cache, certificate, now_us, &identity);
    if (finding.verdict == CERTS_VERDICT_VALID) {
        int64_t crl_until_us = certs_trust_next_update_us(snapshot->trust);
        int64_t until_us = identity.not_after_us < crl_until_us ? identity.not_after_us : crl_until_us;
        *ret_validity = (struct front_validity){
            .generation = generation,
            .from_us = now_us,
            .until_us = until_us < now_us + REPEAT_US ? until_us : now_us + REPEAT_US,
        };
    }
    front_snapshot_unref(snapshot);
    return finding;
}

enum front_validity_state front_validity_check(const struct front_validity *validity, struct front_trust *trust,
                                               int64_t now_us)
{
    return validity->generation == atomic_load(&trust->generation) && validity->from_us <= now_us &&
                   now_us < validity->until_us
               ? FRONT_VALIDITY_HOLDS
               : FRONT_VALIDITY_LAPSED;
}

int64_t front_trust_next_update_us(struct front_trust *trust)
{
    struct front_snapshot *snapshot = front_trust_current(trust);
    int64_t at_us = certs_trust_next_update_us(snapshot->trust);
    front_snapshot_unref(snapshot);
    return at_us;
}
