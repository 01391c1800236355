#include "gateway/adapters/soap_settings.h"

#include "base/file.h"
#include "gateway/wire/service.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A registry ---- */

int adapter_soap_registry_new(struct adapter_registry_settings *settings, struct adapter_keys *keys)
{
    struct adapter_soap_registry *own = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    settings->own = own;
    adapter_https_keys(&own->https, "soap", keys);
    const struct base_config_key more[] = {
        {"soap", "sync_path", BASE_CONFIG_TEXT, &own->sync_path, "/soap/sync", 1, 256, "the synchronous channel"},
        {"soap", "async_path", BASE_CONFIG_TEXT, &own->async_path, "/soap/async", 1, 256, "the asynchronous channel"},
        {"soap", "sender", BASE_CONFIG_TEXT, &own->sender, NULL, 1, 64, "senderId by which we are known"},
        {"soap", "password", BASE_CONFIG_TEXT, &own->password, "", 0, 64, "of the sender; empty: none is sent"},
        {"soap", "sign_certificate", BASE_CONFIG_TEXT, &own->sign_certificate_path, NULL, 1, 0, "PEM: we sign as this"},
        {"soap", "sign_key", BASE_CONFIG_TEXT, &own->sign_key_path, NULL, 1, 0, "PEM: its private key"},
        {"soap", "answer_certificate", BASE_CONFIG_TEXT, &own->answer_certificate_path, NULL, 1, 0,
         "PEM: answers are signed as one of these"},
        {"soap", "data_certificate", BASE_CONFIG_TEXT, &own->data_certificate_path, "", 0, 0,
         "PEM: signed data inside is signed as one of these; empty: as answers are"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(more); i++)
        adapter_keys_add(keys, more[i]);
    return 0;
}

/* A file beside the one that names it, unless its path begins with a slash. */
static int read_file(const char *folder, const char *path, const char *key, enum base_file_secrecy secrecy,
                     struct base_buffer *out, char **ret_error)
{
    char whole[PATH_MAX];
    int len = path[0] == '/' ? snprintf(whole, sizeof(whole), "%s", path)
                             : snprintf(whole, sizeof(whole), "%s/%s", folder, path);
    if (len >= (int) sizeof(whole))
        return adapter_fail(ret_error, "[soap] %s: path too long", key);
    int r = base_file_read(whole, secrecy, out);
    if (r == 0)
        return 0;
    char words[BASE_FILE_WORDS_MAX];
    base_file_explain(whole, r, words);
    return adapter_fail(ret_error, "[soap] %s: %s: %s", key, whole, words);
}

static int read_key(struct adapter_soap_registry *own, const char *folder, char **ret_error)
{
    struct base_buffer certificate BASE_CLEANUP(base_buffer_clear), key BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&certificate, ADAPTER_KEY_PEM_BYTES_MAX);
    base_buffer_init(&key, ADAPTER_KEY_PEM_BYTES_MAX);
    int r =
        read_file(folder, own->sign_certificate_path, "sign_certificate", BASE_FILE_PUBLIC, &certificate, ret_error);
    if (r == 0)
        r = read_file(folder, own->sign_key_path, "sign_key", BASE_FILE_SECRET, &key, ret_error);
    if (r < 0)
        return r;
    const char *what = "not usable";
    r = adapter_key_new(base_buffer_view(&certificate), base_buffer_view(&key), &own->key, &what);
    return r == -EINVAL ? adapter_fail(ret_error, "[soap] sign_certificate, sign_key: %s", what) : r;
}

static int read_pins(const char *folder, const char *path, const char *key, struct adapter_pins **ret_pins,
                     char **ret_error)
{
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&pem, ADAPTER_KEY_PEM_BYTES_MAX);
    int r = read_file(folder, path, key, BASE_FILE_PUBLIC, &pem, ret_error);
    if (r < 0)
        return r;
    const char *what = "not usable";
    r = adapter_pins_new(base_buffer_view(&pem), ret_pins, &what);
    return r == -EINVAL ? adapter_fail(ret_error, "[soap] %s: %s", key, what) : r;
}

int adapter_soap_registry_check(struct adapter_registry_settings *settings, const char *folder, char **ret_error)
{
    struct adapter_soap_registry *own = settings->own;
    if (own->sync_path[0] != '/' || own->async_path[0] != '/')
        return adapter_fail(ret_error, "[soap] sync_path, async_path: must begin with a slash");
    if (adapter_key_libraries_init() < 0)
        return adapter_fail(ret_error, "libxml2 and xmlsec cannot be started");
    int r = adapter_https_check(&own->https, "soap", folder, ret_error);
    if (r == 0)
        r = read_key(own, folder, ret_error);
    if (r == 0)
        r = read_pins(folder, own->answer_certificate_path, "answer_certificate", &own->pins, ret_error);
    if (r == 0 && own->data_certificate_path[0])
        r = read_pins(folder, own->data_certificate_path, "data_certificate", &own->data_pins, ret_error);
    return r;
}

void adapter_soap_registry_free(struct adapter_registry_settings *settings)
{
    struct adapter_soap_registry *own = settings->own;
    if (!own)
        return;
    adapter_https_clear(&own->https);
    if (own->password)
        explicit_bzero(own->password, strlen(own->password));
    char *const texts[] = {own->sync_path,
                           own->async_path,
                           own->sender,
                           own->password,
                           own->sign_certificate_path,
                           own->sign_key_path,
                           own->answer_certificate_path,
                           own->data_certificate_path};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++)
        free(texts[i]);
    adapter_key_free(own->key);
    adapter_pins_free(own->pins);
    adapter_pins_free(own->data_pins);
    free(own);
    settings->own = NULL;
}

/* ---- A service ---- */

int adapter_soap_service_new(struct adapter_service *service, struct adapter_keys *keys)
{
    struct adapter_soap_service *own = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    service->own = own;
    const struct base_config_key more[] = {
        {"soap", "service_id", BASE_CONFIG_TEXT, &own->service_id, NULL, 1, 128, "in the register of interactions"},
        {"soap", "channel", BASE_CONFIG_TEXT, &own->channel, "sync", 1, 8, "sync or async"},
        {"soap", "request", BASE_CONFIG_TEXT, &own->request_path, NULL, 1, 0, "template of what is asked"},
        {"soap", "settle", BASE_CONFIG_TEXT, &own->settle_path, "", 0, 0,
         "template that asks what became of {query}; synchronous channel only"},
        {"soap", "records", BASE_CONFIG_TEXT, &own->records, "", 0, 256,
         "path to the records, names joined by /; empty: the data itself"},
        {"soap", "data", BASE_CONFIG_TEXT, &own->data, "node", 1, 8, "node or string"},
        {"soap", "signed", BASE_CONFIG_BOOL, &own->is_signed, "no", 0, 0, "the document in the string is signed"},
        {"map", "member", BASE_CONFIG_PAIRS, &own->lines, NULL, 0, ADAPTER_MAP_LINES_MAX, "where it is found"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(more); i++)
        adapter_keys_add(keys, more[i]);
    return 0;
}

/* What an envelope says besides the parameters, and a request may repeat. */
enum { BUILT_IN_COUNT = 3 };
static const char *const built_in[BUILT_IN_COUNT] = {"query", "now", "sender"};

static int read_template(const struct adapter_soap_service *own, const char *folder, const char *path, const char *key,
                         const char *const *names, size_t name_count, size_t demanded_count,
                         struct adapter_template **ret_template, char **ret_error)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, ADAPTER_TEMPLATE_BYTES_MAX);
    int r = read_file(folder, path, key, BASE_FILE_PUBLIC, &text, ret_error);
    if (r < 0)
        return r;
    const char *what = "not usable";
    r = adapter_template_new(base_buffer_view(&text), names, name_count, demanded_count, ret_template, &what);
    if (r == -EINVAL)
        return adapter_fail(ret_error, "[soap] %s: %s: %s", key, path, what);
    if (r == 0 && own->form == ADAPTER_SOAP_NODE && !adapter_xml_is(adapter_template_root(*ret_template), NULL, "data"))
        return adapter_fail(ret_error, "[soap] %s: %s: its root must be <data> in no namespace", key, path);
    return r;
}

static int read_templates(const struct adapter_service *service, const char *folder, char **ret_error)
{
    struct adapter_soap_service *own = service->own;
    const char *names[LINK_PARAMS_MAX + BUILT_IN_COUNT];
    size_t count = 0;
    for (; count < service->parameter_count; count++)
        names[count] = service->parameters[count];
    for (size_t i = 0; i < BUILT_IN_COUNT; i++)
        names[count++] = built_in[i];
    int r = read_template(own, folder, own->request_path, "request", names, count, service->parameter_count,
                          &own->request, ret_error);
    if (r == 0 && own->settle_path[0])
        r = read_template(own, folder, own->settle_path, "settle", built_in, BUILT_IN_COUNT, 1, &own->settle,
                          ret_error);
    return r;
}

static int take_words(struct adapter_service *service, char **ret_error)
{
    struct adapter_soap_service *own = service->own;
    if (strcmp(own->channel, "sync") != 0 && strcmp(own->channel, "async") != 0)
        return adapter_fail(ret_error, "[soap] channel: must be sync or async");
    if (strcmp(own->data, "node") != 0 && strcmp(own->data, "string") != 0)
        return adapter_fail(ret_error, "[soap] data: must be node or string");
    service->pends = strcmp(own->channel, "async") == 0;
    own->form = strcmp(own->data, "string") == 0 ? ADAPTER_SOAP_STRING : ADAPTER_SOAP_NODE;
    if (own->is_signed && own->form != ADAPTER_SOAP_STRING)
        return adapter_fail(ret_error, "[soap] signed: only the document in a string carries a signature of its own");
    if (service->pends && own->settle_path[0])
        return adapter_fail(ret_error, "[soap] settle: the asynchronous channel tells by itself");
    return 0;
}

int adapter_soap_service_check(struct adapter_service *service, const struct wire_service *described,
                               const char *folder, char **ret_error)
{
    struct adapter_soap_service *own = service->own;
    int r = take_words(service, ret_error);
    if (r == 0)
        r = read_templates(service, folder, ret_error);
    return r == 0 ? adapter_map_new(wire_service_description(described), &own->lines, &own->map, ret_error) : r;
}

void adapter_soap_service_free(struct adapter_service *service)
{
    struct adapter_soap_service *own = service->own;
    if (!own)
        return;
    char *const texts[] = {own->service_id, own->channel, own->request_path, own->settle_path, own->records, own->data};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++)
        free(texts[i]);
    base_config_clear(&(const struct base_config_key){.type = BASE_CONFIG_PAIRS, .value = &own->lines}, 1);
    adapter_template_free(own->request);
    adapter_template_free(own->settle);
    adapter_map_free(own->map);
    free(own);
    service->own = NULL;
}
