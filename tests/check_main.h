/* The main() of a test program: CHECK_MAIN("what is tested", test_a, test_b, ...) names its tests in order. Each runs in a
 * process of its own, for 120 seconds at most. */
#ifndef TESTS_CHECK_MAIN_H
#define TESTS_CHECK_MAIN_H

#include <check.h>

/* set_up before each test and tear_down after it, both in its process; either may be NULL. What main() returns. */
static inline int check_main_run(const char *title, SFun set_up, SFun tear_down, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(title);
    TCase *tcase = tcase_create(title);
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#define CHECK_MAIN_WITH(title, set_up, tear_down, ...)                                                                 \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        const TTest *const tests[] = {__VA_ARGS__};                                                                    \
        return check_main_run(title, set_up, tear_down, tests, sizeof(tests) / sizeof(tests[0]));                      \
    }

#define CHECK_MAIN(title, ...) CHECK_MAIN_WITH(title, NULL, NULL, __VA_ARGS__)

#endif
