/* Rights as they stand in a message or on a page. Any thread. */
#ifndef GATEWAY_REGISTRY_RIGHTS_H
#define GATEWAY_REGISTRY_RIGHTS_H

#include <jansson.h>

#include "base/result.h"
#include "policy/edition.h"
#include "policy/rights.h"

/* A new {"bases", "duties"}: the bases of the role's row in App. 12 and the duties of its appendix (R07). Both empty where no
 * edition is in force, or the role is none. The caller releases it with json_decref(); NULL when out of memory. */
json_t *registry_allowed_encode(const struct policy_edition *edition, unsigned role) BASE_MUST_USE;

/* The members "role", "bases" and "duties" of an object that fits its schema. */
struct policy_rights registry_rights_read(const json_t *object);

#endif
