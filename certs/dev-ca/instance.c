#include "certs/dev-ca/instance.h"

#include "base/file.h"
#include "certs/dev-ca/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t minute_us = INT64_C(60) * 1000000, week_us = INT64_C(7) * 86400 * 1000000;

static int failed(int error, const char *what)
{
    fprintf(stderr, "qao-dev-ca: %s: %s\n", what, strerror(-error));
    return error;
}

static int path_of(const struct certs_dev_instance *instance, const char *below, char ret_path[static PATH_MAX])
{
    int len = snprintf(ret_path, PATH_MAX, "%s/%s", instance->folder, below);
    return len > 0 && len < PATH_MAX ? 0 : failed(-ENAMETOOLONG, instance->folder);
}

static int folder_make(const struct certs_dev_instance *instance, const char *below, mode_t mode)
{
    char path[PATH_MAX];
    int r = path_of(instance, below, path);
    if (r < 0)
        return r;
    return mkdir(path, mode) == 0 || errno == EEXIST ? 0 : failed(-errno, path);
}

static int file_write(const struct certs_dev_instance *instance, const char *below, struct base_bytes content,
                      unsigned mode)
{
    char path[PATH_MAX];
    int r = path_of(instance, below, path);
    if (r < 0)
        return r;
    r = base_file_replace(path, content, mode);
    return r < 0 ? failed(r, path) : 0;
}

static bool file_is_there(const struct certs_dev_instance *instance, const char *below)
{
    char path[PATH_MAX];
    struct stat info;
    return path_of(instance, below, path) == 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
}

static int lock_take(struct certs_dev_instance *instance, bool may_make)
{
    char path[PATH_MAX];
    int r = 0;
    if (may_make && mkdir(instance->folder, 0755) < 0 && errno != EEXIST)
        return failed(-errno, instance->folder);
    if (may_make)
        r = folder_make(instance, "ca", 0755);
    if (r == 0 && may_make)
        r = folder_make(instance, "ca/private", 0700);
    if (r == 0)
        r = path_of(instance, "ca/private/lock", path);
    if (r < 0)
        return r;
    instance->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (instance->lock < 0 && errno == ENOENT) {
        fprintf(stderr, "qao-dev-ca: there is no authority in %s; make one with: qao-dev-ca init %s\n",
                instance->folder, instance->folder);
        return -ENOENT;
    }
    return instance->lock >= 0 && flock(instance->lock, LOCK_EX) == 0 ? 0 : failed(-errno, path);
}

static int certs_write(const struct certs_dev_instance *instance)
{
    struct base_buffer certs BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&certs, CERTS_DEV_PEM_MAX);
    int r = certs_dev_ca_certs(instance->ca, &certs);
    return r < 0 ? failed(r, "ca.pem") : file_write(instance, "ca/ca.pem", base_buffer_view(&certs), 0644);
}

int certs_dev_instance_open(const char *folder, int64_t now_us, unsigned key_bits, bool may_make,
                            struct certs_dev_instance *ret_instance, bool *ret_made)
{
    struct certs_dev_instance instance = {.folder = folder, .now_us = now_us, .lock = -1};
    char private[PATH_MAX];
    bool made = false;
    int r = lock_take(&instance, may_make);
    if (r == 0)
        r = path_of(&instance, "ca/private", private);
    if (r == 0) {
        r = certs_dev_ca_read(private, &instance.ca);
        made = r == -ENOENT && may_make;
        if (made)
            r = certs_dev_ca_new(now_us, key_bits, &instance.ca);
        if (r == 0 && made)
            r = certs_dev_ca_write(instance.ca, private);
        if (r < 0)
            failed(r, private);
    }
    if (r == 0 && (made || !file_is_there(&instance, "ca/ca.pem")))
        r = certs_write(&instance);
    if (r < 0) {
        certs_dev_instance_close(&instance);
        return r;
    }
    *ret_instance = instance;
    *ret_made = made;
    return 0;
}

void certs_dev_instance_close(struct certs_dev_instance *instance)
{
    certs_dev_ca_free(instance->ca);
    instance->ca = NULL;
    if (instance->lock >= 0)
        close(instance->lock);
    instance->lock = -1;
}

int certs_dev_instance_crl(const struct certs_dev_instance *instance, int64_t minutes)
{
    struct base_buffer crl BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&crl, 64 << 20);
    /* Begun a little in the past, for machines whose clock is behind. */
    int64_t next_us = instance->now_us + minutes * minute_us;
    int64_t this_us = (minutes > 0 ? instance->now_us : next_us) - 5 * minute_us;
    int r = certs_dev_ca_crl(instance->ca, CERTS_DEV_CRL_BOTH, this_us, next_us, &crl);
    return r < 0 ? failed(r, "crl.pem") : file_write(instance, "ca/crl.pem", base_buffer_view(&crl), 0644);
}

/* Meets the authority's rule for passwords: 6 to 32 characters with upper case, lower case and digit. */
static int password_make(char ret_password[static 25])
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789";
    unsigned char random[24];
    if (RAND_bytes(random, sizeof random) != 1)
        return -EIO;
    for (size_t i = 0; i < sizeof random; i++)
        ret_password[i] = alphabet[random[i] % (sizeof alphabet - 1)];
    ret_password[0] = (char) ('A' + random[0] % 26);
    ret_password[1] = (char) ('a' + random[1] % 26);
    ret_password[2] = (char) ('0' + random[2] % 10);
    ret_password[24] = '\0';
    return 0;
}

enum { PERSON_PATH_MAX = 200 };

static int person_write(const struct certs_dev_instance *instance, const char *name, const char *file,
                        struct base_bytes content, unsigned mode)
{
    char below[PERSON_PATH_MAX];
    snprintf(below, sizeof below, "people/%s/%s", name, file);
    return file_write(instance, below, content, mode);
}

static int person_store(const struct certs_dev_instance *instance, const char *name, const struct certs_dev_leaf *auth,
                        const struct certs_dev_leaf *sign)
{
    char password[25];
    struct base_buffer box BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&box, CERTS_DEV_PEM_MAX);
    int r = password_make(password);
    if (r == 0)
        r = certs_dev_pkcs12(sign, password, true, &box);
    if (r < 0)
        return failed(r, "sign.p12");
    r = person_write(instance, name, "auth.key", base_buffer_view(&auth->key_pem), 0600);
    if (r == 0)
        r = person_write(instance, name, "auth.pem", base_buffer_view(&auth->cert_pem), 0644);
    if (r == 0)
        r = person_write(instance, name, "sign.key", base_buffer_view(&sign->key_pem), 0600);
    if (r == 0)
        r = person_write(instance, name, "sign.pem", base_buffer_view(&sign->cert_pem), 0644);
    if (r == 0)
        r = person_write(instance, name, "password", base_bytes_text(password), 0600);
    /* The last, so that a person who was not written to the end lacks it and is made anew. */
    if (r == 0)
        r = person_write(instance, name, "sign.p12", base_buffer_view(&box), 0600);
    OPENSSL_cleanse(password, sizeof password);
    return r;
}

static int person_issue(const struct certs_dev_instance *instance, const char *name,
                        const struct certs_dev_request *request, bool single)
{
    struct certs_dev_leaf auth BASE_CLEANUP(certs_dev_leaf_clear) = {0};
    struct certs_dev_leaf sign BASE_CLEANUP(certs_dev_leaf_clear) = {0};
    struct certs_dev_request wanted = *request;
    wanted.kind = single ? CERTS_DEV_SINGLE : CERTS_DEV_SIGN;
    int r = certs_dev_ca_issue(instance->ca, &wanted, instance->now_us, &sign);
    wanted.kind = CERTS_DEV_AUTH;
    if (r == 0 && !single)
        r = certs_dev_ca_issue(instance->ca, &wanted, instance->now_us, &auth);
    return r < 0 ? failed(r, name) : person_store(instance, name, single ? &sign : &auth, &sign);
}

int certs_dev_instance_person(const struct certs_dev_instance *instance, const char *name,
                              const struct certs_dev_request *request, bool single, bool renew)
{
    char below[PERSON_PATH_MAX];
    snprintf(below, sizeof below, "people/%s/sign.p12", name);
    if (!renew && file_is_there(instance, below))
        return CERTS_DEV_KEPT;
    snprintf(below, sizeof below, "people/%s", name);
    int r = folder_make(instance, "people", 0755);
    if (r == 0)
        r = folder_make(instance, below, 0755);
    return r < 0 ? r : person_issue(instance, name, request, single);
}

static bool name_fits(X509 *cert, const char *name)
{
    int matches = X509_check_ip_asc(cert, name, 0); /* -2: no address */
    return matches == -2 ? X509_check_host(cert, name, 0, 0, NULL) == 1 : matches == 1;
}

static bool key_is_usable(const struct certs_dev_instance *instance, const char *below,
                          const struct certs_dev_request *request)
{
    char path[PATH_MAX];
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&pem, CERTS_DEV_PEM_MAX);
    if (path_of(instance, below, path) < 0 || base_file_read(path, BASE_FILE_PUBLIC, &pem) < 0)
        return false;
    BIO *bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(base_buffer_view(&pem));
    X509 *cert BASE_CLEANUP(certs_x509_freep) = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    int64_t until_us = 0;
    bool usable = cert && certs_time_parse(X509_get0_notAfter(cert), &until_us) == 0 &&
                  (request->kind != CERTS_DEV_SERVER || until_us > instance->now_us + week_us);
    for (const char *const *name = request->dns_names; usable && name && *name; name++)
        usable = name_fits(cert, *name);
    ERR_clear_error();
    return usable;
}

int certs_dev_instance_key(const struct certs_dev_instance *instance, const char *name,
                           const struct certs_dev_request *request, bool renew)
{
    char cert_below[PERSON_PATH_MAX], key_below[PERSON_PATH_MAX];
    snprintf(cert_below, sizeof cert_below, "keys/%s.pem", name);
    snprintf(key_below, sizeof key_below, "keys/%s.key", name);
    if (!renew && file_is_there(instance, key_below) && key_is_usable(instance, cert_below, request))
        return CERTS_DEV_KEPT;
    struct certs_dev_leaf leaf BASE_CLEANUP(certs_dev_leaf_clear) = {0};
    int r = folder_make(instance, "keys", 0755);
    if (r == 0) {
        r = certs_dev_ca_issue(instance->ca, request, instance->now_us, &leaf);
        if (r < 0)
            failed(r, name);
    }
    if (r == 0)
        r = file_write(instance, key_below, base_buffer_view(&leaf.key_pem), 0600);
    return r < 0 ? r : file_write(instance, cert_below, base_buffer_view(&leaf.cert_pem), 0644);
}

int certs_dev_instance_revoke(const struct certs_dev_instance *instance, const char *path)
{
    char private[PATH_MAX];
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&pem, CERTS_DEV_PEM_MAX);
    int r = path_of(instance, "ca/private", private);
    if (r < 0)
        return r;
    r = base_file_read(path, BASE_FILE_PUBLIC, &pem);
    if (r == 0)
        r = certs_dev_ca_revoke(instance->ca, base_buffer_view(&pem), instance->now_us);
    if (r == -EBADMSG)
        fprintf(stderr, "qao-dev-ca: %s: not a certificate of this authority\n", path);
    else if (r < 0)
        failed(r, path);
    if (r < 0)
        return r;
    r = certs_dev_ca_write(instance->ca, private);
    return r < 0 ? failed(r, private) : 0;
}
