/* The machine's users. */
#ifndef BASE_USER_H
#define BASE_USER_H

#include "base/result.h"

#include <sys/types.h>

/* The user of a name, or of a number, which is taken as it is: a container may know no names. -ENOENT for neither.
 * Before a sandbox closes the file system. One thread. */
int base_user_find(const char *text, uid_t *ret_uid) BASE_MUST_USE;

#endif
