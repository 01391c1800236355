/* One edition from any source of files: a folder, or the memory of a test. Inner header of the room. */
#ifndef POLICY_LOAD_H
#define POLICY_LOAD_H

#include "policy/order.h"

/* As policy_editions_load_one(), but gives the edition itself; free it with policy_edition_free(). ret_error must point
 * to NULL and may stay NULL for what is no fault of the files. */
int policy_edition_load(const struct policy_source *source, policy_digest_function *digest,
                        struct policy_edition **ret_edition, char **ret_error) BASE_MUST_USE;

/* Accepts NULL. */
void policy_edition_free(struct policy_edition *edition);

#endif
