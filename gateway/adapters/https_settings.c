/* Settings of a registry that is reached over HTTPS. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "gateway/adapters/https.h"

enum { PEM_BYTES_MAX = 256 * 1024 };

void adapter_https_keys(struct adapter_https_settings *settings, const char *section, struct adapter_keys *keys)
{
    const struct base_config_key own[] = {
        {section, "url", BASE_CONFIG_TEXT, &settings->url, NULL, 1, 1024, "https://host[:port][/path]"},
        {section, "address", BASE_CONFIG_TEXT, &settings->address, "", 0, 45, "numeric address of the host"},
        {section, "ca", BASE_CONFIG_TEXT, &settings->ca_path, NULL, 1, 0, "file: the authority that is believed"},
        {section, "certificate", BASE_CONFIG_TEXT, &settings->certificate_path, NULL, 1, 0, "file: ours"},
        {section, "key", BASE_CONFIG_TEXT, &settings->key_path, NULL, 1, 0, "file: its key, a secret"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(own); i++)
        adapter_keys_add(keys, own[i]);
}

void adapter_https_clear(struct adapter_https_settings *settings)
{
    if (!settings)
        return;
    free(settings->url);
    free(settings->address);
    free(settings->ca_path);
    free(settings->certificate_path);
    free(settings->key_path);
    free(settings->resolve);
    base_buffer_clear(&settings->ca);
    base_buffer_clear(&settings->certificate);
    base_buffer_clear(&settings->key);
    if (settings->is_prepared)
        curl_global_cleanup();
    *settings = (struct adapter_https_settings){0};
}

/* ---- The address ---- */

static bool is_numeric(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    return curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = part_of(url, part);
    bool has = text != NULL;
    curl_free(text);
    return has;
}

/* What a url may not have: whoever writes it expects it to mean something, and here it would not. */
static const char *check_url(CURLU *url, const char *text)
{
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_PATH_AS_IS | CURLU_DISALLOW_USER) != CURLUE_OK)
        return "not an address";
    if (strncmp(text, "https://", strlen("https://")) != 0)
        return "must begin with https://";
    if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
        return "may not have a query part or a fragment";
    return NULL;
}

static int keep_resolve(struct adapter_https_settings *settings, const char *host, const char *port)
{
    bool is_six = strchr(settings->address, ':') != NULL;
    return asprintf(&settings->resolve, "%s:%s:%s%s%s", host, port, is_six ? "[" : "", settings->address,
                    is_six ? "]" : "") < 0
               ? -ENOMEM
               : 0;
}

static int read_host(struct adapter_https_settings *settings, CURLU *url)
{
    char *host = part_of(url, CURLUPART_HOST), *port = part_of(url, CURLUPART_PORT);
    int r = host && port ? 0 : -ENOMEM;
    if (r == 0 && settings->address[0])
        r = keep_resolve(settings, host, port);
    else if (r == 0)
        settings->resolves_names = host[0] != '[' && !is_numeric(host);
    curl_free(host);
    curl_free(port);
    return r;
}

static int check_address(struct adapter_https_settings *settings, const char *section, char **ret_error)
{
    CURLU *url = curl_url();
    if (!url)
        return -ENOMEM;
    size_t len = strlen(settings->url);
    while (len > 0 && settings->url[len - 1] == '/')
        settings->url[--len] = '\0';
    const char *what = check_url(url, settings->url);
    int r = what ? adapter_fail(ret_error, "[%s] url: %s", section, what) : 0;
    if (r == 0 && settings->address[0] && !is_numeric(settings->address))
        r = adapter_fail(ret_error, "[%s] address: not a numeric address", section);
    if (r == 0)
        r = read_host(settings, url);
    curl_url_cleanup(url);
    return r;
}

/* ---- The files ---- */

struct pem {
    const char *name, *path;
    enum base_file_secrecy secrecy;
    struct base_buffer *content;
};

static int read_pem(const struct pem *pem, const char *section, const char *folder, char **ret_error)
{
    char path[4096], words[BASE_FILE_WORDS_MAX];
    int len = pem->path[0] == '/' ? snprintf(path, sizeof(path), "%s", pem->path)
                                  : snprintf(path, sizeof(path), "%s/%s", folder, pem->path);
    if (len >= (int) sizeof(path))
        return adapter_fail(ret_error, "[%s] %s: path too long", section, pem->name);
    base_buffer_init(pem->content, PEM_BYTES_MAX);
    int r = base_file_read(path, pem->secrecy, pem->content);
    if (r < 0) {
        base_file_explain(path, r, words);
        return adapter_fail(ret_error, "[%s] %s: %s", section, pem->name, words);
    }
    return 0;
}

/* Never asks for a pass phrase. */
static int no_phrase(char *text, int size, int is_writing, void *context)
{
    (void) text;
    (void) size;
    (void) is_writing;
    (void) context;
    return -1;
}

static X509 *certificate_of(const struct base_buffer *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->data, (int) pem->len);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, no_phrase, NULL) : NULL;
    BIO_free(bio);
    return certificate;
}

static EVP_PKEY *key_of(const struct base_buffer *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->data, (int) pem->len);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_phrase, NULL) : NULL;
    BIO_free(bio);
    return key;
}

/* libcurl would find these only when it connects. */
static int check_pair(const struct adapter_https_settings *settings, const char *section, char **ret_error)
{
    X509 *ca = certificate_of(&settings->ca), *certificate = certificate_of(&settings->certificate);
    EVP_PKEY *key = key_of(&settings->key);
    int r = 0;
    if (!ca)
        r = adapter_fail(ret_error, "[%s] ca: no certificate in it", section);
    else if (!certificate)
        r = adapter_fail(ret_error, "[%s] certificate: no certificate in it", section);
    else if (!key)
        r = adapter_fail(ret_error, "[%s] key: no private key in it, or an encrypted one", section);
    else if (X509_check_private_key(certificate, key) != 1)
        r = adapter_fail(ret_error, "[%s] key: is not that of the certificate", section);
    X509_free(ca);
    X509_free(certificate);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return r;
}

int adapter_https_check(struct adapter_https_settings *settings, const char *section, const char *folder,
                        char **ret_error)
{
    const struct pem pems[] = {
        {"ca", settings->ca_path, BASE_FILE_PUBLIC, &settings->ca},
        {"certificate", settings->certificate_path, BASE_FILE_PUBLIC, &settings->certificate},
        {"key", settings->key_path, BASE_FILE_SECRET, &settings->key},
    };
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    settings->is_prepared = true;
    int r = check_address(settings, section, ret_error);
    for (size_t i = 0; r == 0 && i < BASE_ARRAY_LENGTH(pems); i++)
        r = read_pem(&pems[i], section, folder, ret_error);
    return r == 0 ? check_pair(settings, section, ret_error) : r;
}
