/* Limits are set as far as allowed, and it is told when they are not. */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/process.h"
#include "tests/check_main.h"

START_TEST(test_files)
{
    struct rlimit limit = {.rlim_cur = 100, .rlim_max = 200};
    size_t now = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert(base_process_files_raise(50, &now));
    ck_assert_uint_eq(now, 100); /* never lowered */
    ck_assert(base_process_files_raise(150, &now));
    ck_assert_uint_eq(now, 150);
    ck_assert(!base_process_files_raise(300, &now));
    ck_assert_uint_eq(now, 200);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 200);
}
END_TEST

START_TEST(test_core)
{
    ck_assert(base_process_core_forbid());
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 0);
    ck_assert_uint_eq(limit.rlim_max, 0);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0), 0);
}
END_TEST

CHECK_MAIN("base/process", test_files, test_core)
