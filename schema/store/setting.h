/* What an administrator sets by an act (qao.setting/1), as it is now. Any thread. */
#ifndef SCHEMA_STORE_SETTING_H
#define SCHEMA_STORE_SETTING_H

#include "schema/store/store.h"

struct store_settings {
    int64_t absence_suspension_days; /* days between the announcement and the suspension (R23); 0: never suspended */
    int64_t refusals_per_hour;       /* of one person: more are a violation (clause 44); 0: any number is none */
};

/* Those that nobody has set are as the protocol says. */
int store_settings_read(struct store_pool *pool, struct store_settings *ret_settings) BASE_MUST_USE;

#endif
