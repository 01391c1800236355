#include "base/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

bool base_process_files_raise(size_t wanted, size_t *ret_limit)
{
    struct rlimit limit;
    *ret_limit = 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    rlim_t before = limit.rlim_cur;
    if (before < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = before;
    }
    *ret_limit = (size_t) limit.rlim_cur;
    return limit.rlim_cur >= wanted;
}

bool base_process_core_forbid(void)
{
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0;
}
