/* What every kind of adapter offers (one file each, or a few) and what it is given. A registry's worker threads each
 * hold one line to it and use it for one call after the other; a registry that answers later has pollers besides. */
#ifndef GATEWAY_ADAPTERS_ADAPTER_H
#define GATEWAY_ADAPTERS_ADAPTER_H

#include "base/buffer.h"
#include "base/config.h"
#include "gateway/adapters/settings.h"
#include "gateway/link/adapter_message.h"
#include "gateway/link/channel.h"

struct wire_service;

/* One call on its way. */
struct adapter_call {
    uint64_t id;
    const struct adapter_service *service;
    enum link_call_mode mode;
    int64_t arrival_us, deadline_us; /* on the monotonic clock */
    char query[40];                  /* the query's UUID */
    char *values[LINK_PARAMS_MAX];   /* in the order of service->parameters; NULL for one that was not given */
    struct link_channel *channel;    /* who asked; a reference of its own, or NULL */
    /* Of a call that pends; the room's own. */
    struct adapter_call *next;
    int64_t poll_us, pause_us, until_us;
};

/* Whether the registry is to be asked further. Each failure moves its breaker. */
enum adapter_health {
    ADAPTER_ILL = 0, /* not reached, silent, or out of order */
    ADAPTER_WELL,
    ADAPTER_UNTOLD, /* the call says nothing about it */
};

struct adapter_reply {
    enum link_outcome outcome;
    enum adapter_health health;
    struct base_buffer records;       /* answered: a JSON array of objects, canonical */
    char detail[LINK_DETAIL_MAX + 1]; /* otherwise: printable ASCII without personal data */
    void *leftover;                   /* what adapter_kind.discard() has yet to end; NULL for nothing */
};

/* Fills all but records and leftover. detail is one of the adapter's own texts. */
void adapter_reply_conclude(struct adapter_reply *reply, enum link_outcome outcome, enum adapter_health health,
                            const char *detail);

/* A kind's own keys in a file, and where their values go. */
enum { ADAPTER_KEYS_MAX = 40 };
struct adapter_keys {
    size_t count;
    struct base_config_key items[ADAPTER_KEYS_MAX];
};

/* Adds one key; there must be room. */
void adapter_keys_add(struct adapter_keys *keys, struct base_config_key key);

/* What it must still reach once the sandbox is closed. */
struct adapter_reach {
    char *socket_folder; /* of the unix socket it connects to, freed by the caller; NULL where it uses the network */
    bool resolves_names; /* over the network, by a name */
};

struct adapter_line;

struct adapter_kind {
    const char *name; /* of the kind, and of its section in both files */

    /* Settings of a registry: own is allocated and its keys are added; then, once the file is read, it is checked and
     * completed (files with certificates are read now: nothing is read later), without asking anybody; folder is where the
     * registry's file lies. Before any thread is made and outside the sandbox: here a library is prepared. -EINVAL with a text that the caller frees, and that
     * never holds a credential; -ENOMEM. free accepts own == NULL and half-built settings, and wipes credentials. */
    int (*registry_new)(struct adapter_registry_settings *settings, struct adapter_keys *keys);
    int (*registry_check)(struct adapter_registry_settings *settings, const char *folder, char **ret_error);
    void (*registry_free)(struct adapter_registry_settings *settings);
    int (*reach)(const struct adapter_registry_settings *settings, struct adapter_reach *ret_reach);

    /* The same for a service of such a registry, whose common part is complete when it is checked; check sets pends.
     * folder is that of the service's file. */
    int (*service_new)(struct adapter_service *service, struct adapter_keys *keys);
    int (*service_check)(struct adapter_service *service, const struct wire_service *described, const char *folder,
                         char **ret_error);
    void (*service_free)(struct adapter_service *service);

    /* A line that is not connected yet. -ENOMEM. The settings outlive it. free accepts NULL. */
    int (*line_new)(const struct adapter_registry_settings *settings, struct adapter_line **ret_line);
    void (*line_free)(struct adapter_line *line);
    /* Asks once and fills every field of the reply, whose records are an empty buffer. Returns at the call's deadline.
     * PENDING only for a service that pends: the registry took it, and settle() is asked again and again. */
    void (*call)(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply);
    /* What became of a query that was sent before: never does it. ANSWERED with records: it was done. FAILED: the
     * registry itself says that it was not done, or that it failed for good. PENDING: it is still being done. UNAVAILABLE
     * or UNKNOWN: this time nobody could say. */
    void (*settle)(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply);
    /* Whether the registry can be reached; asks about nobody. */
    bool (*probe)(struct adapter_line *line, int64_t deadline_us);
    /* Ends what a call left running. May wait for the registry without limit: on a thread of its own. NULL where no call
     * leaves anything. */
    void (*discard)(void *take_leftover);
};

extern const struct adapter_kind adapter_kind_sql, adapter_kind_http, adapter_kind_soap;

/* NULL for an unknown name. */
const struct adapter_kind *adapter_kind_find(const char *name);

/* Fills *ret_error for a check: -EINVAL. */
int adapter_fail(char **ret_error, const char *format, ...) BASE_PRINTF(2, 3);

/* The value of a parameter by its name (query: the query's id): NULL when it was not given, or is none of the service's.
 * Borrowed. */
const char *adapter_call_value(const struct adapter_call *call, const char *name);

/* Wipes the values and drops the channel. Accepts NULL. */
void adapter_call_free(struct adapter_call *call);

#endif
