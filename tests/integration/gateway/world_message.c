/* What people sign in a test, as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "base/clock.h"
#include "tests/integration/gateway/world.h"

/* The id given, or a new one, and the time of signing. */
static void head_make(const char *given_id, long age_s, char ret_id[37], char ret_at[BASE_TIME_TEXT_MAX])
{
    uuid_t uuid;
    uuid_generate(uuid);
    uuid_unparse_lower(uuid, ret_id);
    if (given_id)
        snprintf(ret_id, 37, "%s", given_id);
    struct base_clock clock = base_clock_system();
    base_time_format(base_clock_now_us(&clock) - age_s * INT64_C(1000000), ret_at);
}

char *world_query_text(const struct world *world, const struct world_query *query, char ret_id[37])
{
    char id[37], at[BASE_TIME_TEXT_MAX], *text = NULL;
    head_make(query->id, query->age_s, id, at);
    char optional[512] = "";
    const struct {
        const char *name, *value;
    } members[] = {{"duty", query->duty}, {"case", query->case_number}, {"article", query->article}};
    for (size_t i = 0; i < 3; i++)
        if (members[i].value)
            snprintf(optional + strlen(optional), sizeof(optional) - strlen(optional), ",\"%s\":\"%s\"", members[i].name,
                     members[i].value);
    char service[128];
    if (query->services)
        snprintf(service, sizeof(service), "\"v\":\"qao.inquiry/1\",\"services\":[%s]", query->services);
    else
        snprintf(service, sizeof(service), "\"v\":\"qao.query/1\",\"service\":%d", query->service ? query->service : 11);
    int len = asprintf(&text, "{%s,\"id\":\"%s\",\"at\":\"%s\",\"to\":\"%s\",\"basis\":\"%s\",\"params\":%s%s%s}", service,
                       id, at, query->to ? query->to : world->origin,
                       query->basis ? query->basis : "operative_search",
                       query->params ? query->params : "{\"iin\":\"" POLICE_IIN "\"}", optional,
                       query->more ? query->more : "");
    ck_assert_int_gt(len, 0);
    if (ret_id)
        memcpy(ret_id, id, sizeof(id));
    return text;
}

char *world_act_text(const struct world *world, const struct world_act *act, char ret_id[37])
{
    char id[37], at[BASE_TIME_TEXT_MAX], *text = NULL;
    head_make(NULL, act->age_s, id, at);
    ck_assert_int_gt(asprintf(&text, "{\"v\":\"qao.%s/1\",\"id\":\"%s\",\"at\":\"%s\",\"to\":\"%s\",\"act\":%s}", act->type, id, at,
                              world->origin, act->act),
                     0);
    if (ret_id)
        memcpy(ret_id, id, sizeof(id));
    return text;
}
