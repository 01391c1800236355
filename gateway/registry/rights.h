/* Rights as they stand in a message or on a page. Any thread. */
#ifndef GATEWAY_REGISTRY_RIGHTS_H
#define GATEWAY_REGISTRY_RIGHTS_H

#include <jansson.h>

#include "base/result.h"
#include "gateway/wire/code.h"
#include "policy/edition.h"
#include "policy/rights.h"

/* A new {"bases", "duties"}: the bases of the role's row in App. 12 and the duties of its appendix (R07). Both empty where no
 * edition is in force, or the role is none. The caller releases it with json_decref(); NULL when out of memory. */
json_t *registry_allowed_encode(const struct policy_edition *edition, unsigned role) BASE_MUST_USE;

/* Adds the code of everything that is against giving these rights: the order's own reasons, and form-incomplete for a duty
 * without the basis within which it is a ground (clause 20). */
void registry_rights_check(const struct policy_edition *edition, const struct policy_rights *rights, struct wire_codes *codes);

/* The members "role", "bases" and "duties" of an object that fits its schema. */
struct policy_rights registry_rights_read(const json_t *object);

#endif
