#include "gateway/adapters/settings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/data.h"
#include "base/file.h"
#include "gateway/adapters/adapter.h"
#include "gateway/wire/service.h"

enum { FILE_MAX_BYTES = 64 * 1024 };

static int fail(const char *place, const char *what, char **ret_error)
{
    if (asprintf(ret_error, "%s: %s", place, what) < 0)
        *ret_error = NULL;
    return -EINVAL;
}

static void registry_free(struct adapter_registry_settings *registry)
{
    if (!registry)
        return;
    free(registry->name);
    free(registry->adapter);
    if (registry->kind)
        registry->kind->registry_free(registry);
    free(registry);
}

static void service_free(struct adapter_service *service)
{
    if (!service)
        return;
    free(service->registry_name);
    free(service->parameter_list);
    if (service->registry)
        service->registry->kind->service_free(service);
    for (size_t i = 0; i < service->parameter_count; i++)
        free(service->parameters[i]);
    free(service);
}

void adapter_settings_free(struct adapter_settings *settings)
{
    if (!settings)
        return;
    free(settings->socket);
    free(settings->gateway_user);
    free(settings->registries_folder);
    free(settings->services_folder);
    free(settings->descriptions_folder);
    free(settings->log_level);
    for (size_t i = 0; i <= ADAPTER_SERVICE_COUNT; i++)
        service_free(settings->services[i]);
    for (size_t i = 0; i < settings->registry_count; i++)
        registry_free(settings->registries[i]);
    free(settings);
}

static int load_main(const char *path, struct adapter_settings *settings, char **ret_error)
{
    const struct base_config_key keys[] = {
        {"adapter", "socket", BASE_CONFIG_TEXT, &settings->socket, NULL, 1, 107, "path to listen at"},
        {"adapter", "gateway_user", BASE_CONFIG_TEXT, &settings->gateway_user, NULL, 1, 64, "who may connect"},
        {"adapter", "registries", BASE_CONFIG_TEXT, &settings->registries_folder, NULL, 1, 0, "folder, NAME.ini each"},
        {"adapter", "services", BASE_CONFIG_TEXT, &settings->services_folder, NULL, 1, 0, "folder, NN.ini each"},
        {"adapter", "descriptions", BASE_CONFIG_TEXT, &settings->descriptions_folder, "", 0, 0,
         "folder of service descriptions; empty: the installed ones"},
        {"adapter", "may_connect_inet", BASE_CONFIG_BOOL, &settings->may_connect_inet, "no", 0, 0,
         "registries are reached over the network"},
        {"adapter", "log_level", BASE_CONFIG_TEXT, &settings->log_level, "info", 1, 16, "error, warning, info, debug"},
    };
    int r = base_config_load(path, keys, BASE_ARRAY_LENGTH(keys), ret_error);
    if (r < 0 || settings->descriptions_folder[0])
        return r;
    free(settings->descriptions_folder);
    settings->descriptions_folder = NULL;
    r = base_data_path("schema/services", &settings->descriptions_folder);
    return r < 0 ? fail(path, "the installed service descriptions are missing", ret_error) : 0;
}

/* Credentials stand in it: only its owner may read it. */
static int check_secrecy(const char *path, char **ret_error)
{
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, FILE_MAX_BYTES);
    int r = base_file_read(path, BASE_FILE_SECRET, &content);
    if (r == 0)
        return 0;
    char words[BASE_FILE_WORDS_MAX];
    base_file_explain(path, r, words);
    return fail(path, words, ret_error);
}

static int read_registry(const char *path, struct adapter_registry_settings *registry, char **ret_error)
{
    const struct base_config_key common[] = {
        {"registry", "adapter", BASE_CONFIG_TEXT, &registry->adapter, NULL, 1, 16, "kind of adapter: sql, http, soap"},
        {"limits", "connections_max", BASE_CONFIG_INTEGER, &registry->connections, "4", 1, 1024, "calls at once"},
        {"limits", "queue_max", BASE_CONFIG_INTEGER, &registry->queue, "64", 1, 10000, "calls that wait"},
        {"limits", "deadline_ms", BASE_CONFIG_INTEGER, &registry->deadline_ms, "5000", 10, 600000, "of one call"},
        {"limits", "records_max", BASE_CONFIG_INTEGER, &registry->records, "2000", 1, 10000, "of one answer"},
        {"breaker", "failures", BASE_CONFIG_INTEGER, &registry->breaker_failures, "5", 1, 1000, "in a row, then open"},
        {"breaker", "pause_ms", BASE_CONFIG_INTEGER, &registry->breaker_pause_ms, "1000", 10, 600000, "to first probe"},
        {"breaker", "pause_max_ms", BASE_CONFIG_INTEGER, &registry->breaker_pause_max_ms, "30000", 10, 3600000,
         "longest pause between probes"},
        {"later", "pending_max", BASE_CONFIG_INTEGER, &registry->pending, "1000", 1, 100000, "answers awaited"},
        {"later", "pending_s", BASE_CONFIG_INTEGER, &registry->pending_s, "3600", 1, 86400, "how long one is awaited"},
        {"later", "pollers_max", BASE_CONFIG_INTEGER, &registry->pollers, "2", 1, 64, "polls at once"},
        {"later", "poll_ms", BASE_CONFIG_INTEGER, &registry->poll_ms, "500", 10, 600000, "to the first poll"},
        {"later", "poll_max_ms", BASE_CONFIG_INTEGER, &registry->poll_max_ms, "30000", 10, 3600000,
         "longest pause between polls"},
    };
    struct adapter_keys keys = {0};
    int r = registry->kind->registry_new(registry, &keys);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(common); i++)
        adapter_keys_add(&keys, common[i]);
    return r < 0 ? r : base_config_load(path, keys.items, keys.count, ret_error);
}

/* The kind says which keys its file has. */
static int find_kind(const char *path, const struct adapter_kind **ret_kind, char **ret_error)
{
    char *name = NULL;
    int r = base_config_peek(path, "registry", "adapter", &name, ret_error);
    if (r < 0)
        return r;
    *ret_kind = name ? adapter_kind_find(name) : NULL;
    free(name);
    return *ret_kind ? 0 : fail(path, "[registry] adapter: no such kind of adapter", ret_error);
}

/* Moves a kind's words behind the file's name. */
static int fail_in(const char *path, int r, char *take_what, char **ret_error)
{
    if (r == -EINVAL)
        r = fail(path, take_what ? take_what : "settings not usable", ret_error);
    free(take_what);
    return r;
}

static int load_registry(const char *folder, const char *file, struct adapter_registry_settings **ret_registry,
                         char **ret_error)
{
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", folder, file) >= (int) sizeof(path))
        return fail(folder, "path too long", ret_error);
    struct adapter_registry_settings *registry = calloc(1, sizeof(*registry));
    if (!registry)
        return -ENOMEM;
    int r = check_secrecy(path, ret_error);
    if (r == 0)
        r = find_kind(path, &registry->kind, ret_error);
    if (r == 0)
        r = read_registry(path, registry, ret_error);
    if (r == 0) {
        char *what = NULL;
        registry->name = strndup(file, strlen(file) - strlen(".ini"));
        r = registry->name ? registry->kind->registry_check(registry, folder, &what) : -ENOMEM;
        r = fail_in(path, r, what, ret_error);
    }
    if (r < 0)
        registry_free(registry);
    else
        *ret_registry = registry;
    return r;
}

/* The sandbox lets nothing onto the network unless the whole configuration says so. */
static int check_reach(struct adapter_settings *settings, const struct adapter_registry_settings *registry,
                       char **ret_error)
{
    struct adapter_reach reach = {0};
    int r = registry->kind->reach(registry, &reach);
    if (r == 0 && !reach.socket_folder && !settings->may_connect_inet)
        r = fail(registry->name, "is reached over the network, but [adapter] may_connect_inet is no", ret_error);
    settings->resolves_names = settings->resolves_names || reach.resolves_names;
    free(reach.socket_folder);
    return r;
}

static int is_ini(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return plain > 0 && plain <= ADAPTER_REGISTRY_NAME_MAX && strcmp(name + plain, ".ini") == 0;
}

static int load_registries(struct adapter_settings *settings, char **ret_error)
{
    struct dirent **entries = NULL;
    int count = scandir(settings->registries_folder, &entries, is_ini, alphasort);
    if (count < 0)
        return fail(settings->registries_folder, strerror(errno), ret_error);
    int r = count > ADAPTER_REGISTRIES_MAX ? fail(settings->registries_folder, "too many registries", ret_error) : 0;
    for (int i = 0; i < count; i++) {
        if (r == 0)
            r = load_registry(settings->registries_folder, entries[i]->d_name,
                              &settings->registries[settings->registry_count], ret_error);
        if (r == 0)
            r = check_reach(settings, settings->registries[settings->registry_count++], ret_error);
        free(entries[i]);
    }
    free(entries);
    return r;
}

static int split_parameters(struct adapter_service *service, const char *path, char **ret_error)
{
    char *save = NULL, *list = service->parameter_list;
    for (char *name = strtok_r(list, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
        if (service->parameter_count == LINK_PARAMS_MAX)
            return fail(path, "[service] parameters: more than 16", ret_error);
        for (size_t i = 0; i < service->parameter_count; i++)
            if (strcmp(service->parameters[i], name) == 0)
                return fail(path, "[service] parameters: a name stands twice", ret_error);
        service->parameters[service->parameter_count] = strdup(name);
        if (!service->parameters[service->parameter_count])
            return -ENOMEM;
        service->parameter_count++;
    }
    return 0;
}

static bool has_parameter(const struct adapter_service *service, const char *name)
{
    for (size_t i = 0; i < service->parameter_count; i++)
        if (strcmp(service->parameters[i], name) == 0)
            return true;
    return false;
}

/* A parameter that the statement does not take would make the registry answer a wider question than was permitted. */
static int check_mapping(struct adapter_service *service, const struct wire_service *described, const char *path,
                         char **ret_error)
{
    json_t *request = json_object_get(wire_service_description(described), "request");
    json_t *properties = json_object_get(request, "properties"), *value;
    const char *name;
    json_object_foreach (properties, name, value)
        if (!has_parameter(service, name))
            return fail(path, "[service] parameters: one of the service's description is missing", ret_error);
    service->is_act = wire_service_kind(described) == WIRE_SERVICE_ACT;
    bool takes_query = has_parameter(service, "query");
    if (service->parameter_count != json_object_size(properties) + (takes_query ? 1 : 0))
        return fail(path, "[service] parameters: one is not in the service's description", ret_error);
    if (service->is_act && !takes_query)
        return fail(path, "[service] parameters: an act takes query, by which it is done only once", ret_error);
    return 0;
}

/* The registry says which keys the service's file has. */
static int find_registry(const struct adapter_settings *settings, struct adapter_service *service, const char *path,
                         char **ret_error)
{
    char *name = NULL;
    int r = base_config_peek(path, "service", "registry", &name, ret_error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < settings->registry_count; i++) {
        if (name && strcmp(settings->registries[i]->name, name) == 0)
            service->registry = settings->registries[i];
    }
    if (!service->registry)
        r = fail(path,
                 name ? "[service] registry: no such file in the registries' folder" : "[service] registry: missing",
                 ret_error);
    free(name);
    return r;
}

static int read_service(const char *path, struct adapter_service *service, char **ret_error)
{
    const struct base_config_key common[] = {
        {"service", "registry", BASE_CONFIG_TEXT, &service->registry_name, NULL, 1, 32, "name of its registry"},
        {"service", "parameters", BASE_CONFIG_TEXT, &service->parameter_list, NULL, 1, 600, "names, in order"},
    };
    struct adapter_keys keys = {0};
    int r = service->registry->kind->service_new(service, &keys);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(common); i++)
        adapter_keys_add(&keys, common[i]);
    return r < 0 ? r : base_config_load(path, keys.items, keys.count, ret_error);
}

static int complete_service(const struct adapter_settings *settings, struct adapter_service *service,
                            const struct wire_service *described, const char *path, char **ret_error)
{
    int r = split_parameters(service, path, ret_error);
    if (r == 0)
        r = check_mapping(service, described, path, ret_error);
    if (r < 0)
        return r;
    char *what = NULL;
    r = service->registry->kind->service_check(service, described, settings->services_folder, &what);
    return fail_in(path, r, what, ret_error);
}

static void keep_service(struct adapter_settings *settings, struct adapter_service *take_service)
{
    for (size_t i = 0; i < settings->registry_count; i++) {
        struct adapter_registry_settings *registry = settings->registries[i];
        if (registry != take_service->registry)
            continue;
        registry->has_acts = registry->has_acts || take_service->is_act;
        registry->has_pends = registry->has_pends || take_service->pends;
    }
    settings->services[take_service->number] = take_service;
}

static int load_service(struct adapter_settings *settings, const struct wire_services *descriptions, unsigned number,
                        char **ret_error)
{
    char path[4096];
    int len = number == 0 ? snprintf(path, sizeof(path), "%s/case.ini", settings->services_folder)
                          : snprintf(path, sizeof(path), "%s/%02u.ini", settings->services_folder, number);
    if (len < 0 || len >= (int) sizeof(path))
        return fail(settings->services_folder, "path too long", ret_error);
    struct adapter_service *service = calloc(1, sizeof(*service));
    if (!service)
        return -ENOMEM;
    service->number = number;
    int r = find_registry(settings, service, path, ret_error);
    const struct wire_service *described =
        number == 0 ? wire_services_case(descriptions) : wire_service_find(descriptions, number);
    if (r == 0 && !described)
        r = fail(path, "the service has no description", ret_error);
    if (r == 0)
        r = read_service(path, service, ret_error);
    if (r == 0)
        r = complete_service(settings, service, described, path, ret_error);
    if (r == 0) {
        keep_service(settings, service);
        return 0;
    }
    service_free(service);
    if (r == -ENOENT) { /* a service without an adapter is no error */
        free(*ret_error);
        *ret_error = NULL;
        return 0;
    }
    return r;
}

static int load_services(struct adapter_settings *settings, char **ret_error)
{
    struct wire_services *descriptions = NULL;
    int r = wire_services_new(settings->descriptions_folder, &descriptions, ret_error);
    if (r < 0)
        return r;
    for (unsigned number = 0; r == 0 && number <= ADAPTER_SERVICE_COUNT; number++)
        r = load_service(settings, descriptions, number, ret_error);
    wire_services_free(descriptions);
    return r;
}

int adapter_settings_load(const char *path, struct adapter_settings **ret_settings, char **ret_error)
{
    *ret_error = NULL;
    struct adapter_settings *settings = calloc(1, sizeof(*settings));
    if (!settings)
        return -ENOMEM;
    int r = load_main(path, settings, ret_error);
    if (r == 0)
        r = load_registries(settings, ret_error);
    if (r == 0)
        r = load_services(settings, ret_error);
    if (r < 0)
        adapter_settings_free(settings);
    else
        *ret_settings = settings;
    return r;
}
