/* What every kind of adapter offers (SQL now; HTTP and SOAP join as one file each) and what it is given. A registry's
 * worker threads each hold one line to it and use it for one call after the other. */
#ifndef GATEWAY_ADAPTERS_ADAPTER_H
#define GATEWAY_ADAPTERS_ADAPTER_H

#include "base/buffer.h"
#include "gateway/adapters/settings.h"
#include "gateway/link/adapter_message.h"
#include "gateway/link/channel.h"

/* One call on its way. */
struct adapter_call {
    uint64_t id;
    const struct adapter_service *service;
    int64_t arrival_us, deadline_us; /* on the monotonic clock */
    char query[40];                  /* the query's UUID */
    char *values[LINK_PARAMS_MAX];   /* in the order of service->parameters; NULL for one that was not given */
    struct link_channel *channel;    /* who asked; a reference of its own, or NULL */
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

struct adapter_line;

struct adapter_kind {
    const char *name;
    /* Whether the registry's settings make sense: at start, without asking anybody. -EINVAL with a text that the caller
     * frees, and never holds a credential. */
    int (*check)(const struct adapter_registry_settings *settings, char **ret_error);
    /* The folder of the unix socket it connects to, freed by the caller; NULL in it where it uses the network. */
    int (*socket_folder)(const struct adapter_registry_settings *settings, char **ret_folder);
    /* A line that is not connected yet. -ENOMEM. The settings outlive it. */
    int (*line_new)(const struct adapter_registry_settings *settings, struct adapter_line **ret_line);
    void (*line_free)(struct adapter_line *line);
    /* Asks once and fills every field of the reply, whose records are an empty buffer. Returns at the call's deadline. */
    void (*call)(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply);
    /* Whether the registry can be reached; asks about nobody. */
    bool (*probe)(struct adapter_line *line, int64_t deadline_us);
    /* Ends what a call left running. May wait for the registry without limit: on a thread of its own. */
    void (*discard)(void *take_leftover);
};

extern const struct adapter_kind adapter_kind_sql;

/* NULL for an unknown name. */
const struct adapter_kind *adapter_kind_find(const char *name);

/* Wipes the values and drops the channel. Accepts NULL. */
void adapter_call_free(struct adapter_call *call);

#endif
