#include "gateway/adapters/adapter.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct adapter_kind *adapter_kind_find(const char *name)
{
    static const struct adapter_kind *const kinds[] = {&adapter_kind_sql, &adapter_kind_http, &adapter_kind_soap};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(kinds); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

void adapter_keys_add(struct adapter_keys *keys, struct base_config_key key)
{
    keys->items[keys->count++] = key;
}

int adapter_fail(char **ret_error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(ret_error, format, arguments) < 0)
        *ret_error = NULL;
    va_end(arguments);
    return -EINVAL;
}

void adapter_reply_conclude(struct adapter_reply *reply, enum link_outcome outcome, enum adapter_health health,
                            const char *detail)
{
    reply->outcome = outcome;
    reply->health = health;
    snprintf(reply->detail, sizeof(reply->detail), "%s", detail);
}

const char *adapter_call_value(const struct adapter_call *call, const char *name)
{
    if (strcmp(name, "query") == 0)
        return call->query;
    for (size_t i = 0; i < call->service->parameter_count; i++)
        if (strcmp(call->service->parameters[i], name) == 0)
            return call->values[i];
    return NULL;
}

void adapter_call_free(struct adapter_call *call)
{
    if (!call)
        return;
    for (size_t i = 0; i < LINK_PARAMS_MAX; i++) {
        if (call->values[i])
            explicit_bzero(call->values[i], strlen(call->values[i]));
        free(call->values[i]);
    }
    link_channel_unref(call->channel);
    free(call);
}
