/* Who took which act, and what stands against it: as decide.h of queries. Each step adds the codes that hold to
 * request->codes. Worker threads. */
#ifndef GATEWAY_CORE_ACT_H
#define GATEWAY_CORE_ACT_H

#include "gateway/core/decide.h"

/* The act in the signed message; faults are told in request->fault. -ENOMEM. */
int core_act_read(struct core_request *request) BASE_MUST_USE;

/* What the register knows of the signer, and whether the id is used up. The store's errors. */
int core_act_find(struct core_request *request) BASE_MUST_USE;

/* Everything that can be said against the act now: by itself, by policy, by the register. Fills request->change of one that
 * may be taken. May be called again: it begins with what was said of the signer. The store's errors, -ENOMEM. */
int core_act_decide(struct core_request *request) BASE_MUST_USE;

/* Whether the act's record uses the id up. */
enum core_claim core_act_claim(const struct core_request *request);

/* The codes the register answered with. -EBADMSG when one is none of ours: nothing may be taken on such an answer. */
int core_act_codes_parse(const struct store_names *reasons, struct wire_codes *codes) BASE_MUST_USE;

#endif
