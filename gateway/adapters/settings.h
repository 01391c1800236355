/* What qao-adapter is configured with: adapter.ini, one file for each registry (with its credentials) and one for each
 * service, which says how a description's parameters become a request. Loaded once, immutable afterwards. Format:
 * docs/PROTOCOL-SERVICES.md. */
#ifndef GATEWAY_ADAPTERS_SETTINGS_H
#define GATEWAY_ADAPTERS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "gateway/link/adapter_message.h"

enum { ADAPTER_SERVICE_COUNT = 76, ADAPTER_REGISTRIES_MAX = 128, ADAPTER_REGISTRY_NAME_MAX = 32 };

struct adapter_kind;

struct adapter_registry_settings {
    char *name; /* of its file, without .ini; appears in log lines */
    const struct adapter_kind *kind;
    char *adapter; /* the kind's name */
    void *own;     /* the kind's */
    int64_t connections, queue, deadline_ms, records; /* limits */
    int64_t breaker_failures, breaker_pause_ms, breaker_pause_max_ms;
    int64_t pending, pending_s, pollers, poll_ms, poll_max_ms; /* of answers that come later */
    bool has_acts;  /* some service of it acts */
    bool has_pends; /* some service of it is answered later */
};

struct adapter_service {
    unsigned number;
    bool is_act;
    bool pends; /* answered later: a call may come to PENDING */
    char *registry_name, *parameter_list;
    const struct adapter_registry_settings *registry;
    size_t parameter_count;
    char *parameters[LINK_PARAMS_MAX]; /* names; "query" stands for the query's id */
    void *own;                         /* the kind's */
};

struct adapter_settings {
    char *socket;       /* path it listens at */
    char *gateway_user; /* who may connect */
    char *registries_folder, *services_folder, *descriptions_folder;
    bool may_connect_inet;
    bool resolves_names; /* some registry is reached by a name */
    char *log_level;
    size_t registry_count;
    struct adapter_registry_settings *registries[ADAPTER_REGISTRIES_MAX];
    struct adapter_service *services[ADAPTER_SERVICE_COUNT + 1]; /* by number, 0: the register of cases; NULL without an adapter */
};

/* Reads everything and checks it against the service descriptions. On an error *ret_error (freed by the caller) names
 * the file and what is wrong, without any value of a credential. */
int adapter_settings_load(const char *path, struct adapter_settings **ret_settings, char **ret_error) BASE_MUST_USE;
/* Wipes credentials. Accepts NULL and half-built settings. */
void adapter_settings_free(struct adapter_settings *settings);

#endif
