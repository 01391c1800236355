#include "base/user.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>

int base_user_find(const char *text, uid_t *ret_uid)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    /* The highest number means "no user" to the kernel. */
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && number < UINT32_MAX) {
        *ret_uid = (uid_t) number;
        return 0;
    }
    const struct passwd *user = getpwnam(text);
    if (!user)
        return -ENOENT;
    *ret_uid = user->pw_uid;
    return 0;
}
