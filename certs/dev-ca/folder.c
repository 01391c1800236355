#include "base/file.h"
#include "certs/dev-ca/dev_ca.h"
#include "certs/dev-ca/state.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

enum { REVOKED_BYTES_MAX = 8 << 20 };

static int path_join(const char *folder, const char *name, char ret_path[static PATH_MAX])
{
    int len = snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);
    return len > 0 && len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int file_read(const char *folder, const char *name, enum base_file_secrecy secrecy, struct base_buffer *out)
{
    char path[PATH_MAX];
    int r = path_join(folder, name, path);
    return r < 0 ? r : base_file_read(path, secrecy, out);
}

static int authority_read(const char *folder, const char *cert_name, const char *key_name,
                          struct certs_dev_authority *authority)
{
    struct base_buffer cert BASE_CLEANUP(base_buffer_clear), key BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cert, CERTS_DEV_PEM_MAX);
    base_buffer_init(&key, CERTS_DEV_PEM_MAX);
    int r = file_read(folder, cert_name, BASE_FILE_PUBLIC, &cert);
    if (r == 0)
        r = file_read(folder, key_name, BASE_FILE_SECRET, &key);
    if (r < 0)
        return r;
    BIO *cert_bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(base_buffer_view(&cert));
    BIO *key_bio BASE_CLEANUP(certs_bio_freep) = certs_bio_of(base_buffer_view(&key));
    if (!cert_bio || !key_bio)
        return -ENOMEM;
    authority->cert = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
    authority->key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
    bool fits = authority->cert && authority->key && X509_check_private_key(authority->cert, authority->key) == 1;
    ERR_clear_error();
    return fits ? 0 : -EBADMSG;
}

static int revoked_parse(struct certs_dev_ca *ca, char *text)
{
    char *state = NULL;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        char serial[CERTS_DEV_SERIAL_TEXT_MAX];
        int64_t at_us = 0;
        if (sscanf(line, "%63[0-9A-F] %" SCNd64, serial, &at_us) != 2)
            return -EBADMSG;
        int r = certs_dev_revoked_append(ca, serial, at_us);
        if (r < 0)
            return r;
    }
    return 0;
}

static int revoked_read(const char *folder, struct certs_dev_ca *ca)
{
    struct base_buffer list BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&list, REVOKED_BYTES_MAX);
    int r = file_read(folder, "revoked", BASE_FILE_PUBLIC, &list);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    char *text = base_buffer_take_text(&list);
    r = text ? revoked_parse(ca, text) : -EBADMSG;
    free(text);
    return r;
}

int certs_dev_ca_read(const char *folder, struct certs_dev_ca **ret_ca)
{
    struct certs_dev_ca *ca = calloc(1, sizeof *ca);
    if (!ca)
        return -ENOMEM;
    int r = authority_read(folder, "root.pem", "root.key", &ca->root);
    if (r == 0)
        r = authority_read(folder, "issuing.pem", "issuing.key", &ca->issuing);
    if (r == 0)
        r = revoked_read(folder, ca);
    if (r < 0)
        certs_dev_ca_free(ca);
    else
        *ret_ca = ca;
    return r;
}

static int file_write(const char *folder, const char *name, const struct base_buffer *content, unsigned mode)
{
    char path[PATH_MAX];
    int r = path_join(folder, name, path);
    return r < 0 ? r : base_file_replace(path, base_buffer_view(content), mode);
}

static int authority_write(const char *folder, const char *cert_name, const char *key_name,
                           const struct certs_dev_authority *authority)
{
    struct base_buffer cert BASE_CLEANUP(base_buffer_clear), key BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cert, CERTS_DEV_PEM_MAX);
    base_buffer_init(&key, CERTS_DEV_PEM_MAX);
    int r = certs_dev_pem_cert(authority->cert, &cert);
    if (r == 0)
        r = certs_dev_pem_key(authority->key, &key);
    if (r == 0)
        r = file_write(folder, key_name, &key, 0600);
    return r < 0 ? r : file_write(folder, cert_name, &cert, 0644);
}

int certs_dev_ca_write(const struct certs_dev_ca *ca, const char *folder)
{
    struct base_buffer list BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&list, REVOKED_BYTES_MAX);
    for (size_t i = 0; i < ca->revoked_count; i++)
        base_buffer_printf(&list, "%s %" PRId64 "\n", ca->revoked[i].serial, ca->revoked[i].at_us);
    int r = base_buffer_error(&list);
    if (r == 0)
        r = file_write(folder, "revoked", &list, 0644);
    if (r == 0)
        r = authority_write(folder, "issuing.pem", "issuing.key", &ca->issuing);
    /* The root last: a folder that was not written to the end has none, and is made anew. */
    return r < 0 ? r : authority_write(folder, "root.pem", "root.key", &ca->root);
}
