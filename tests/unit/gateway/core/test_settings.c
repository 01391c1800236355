/* The gateway's configuration: what is left out has a safe default, what is mandatory, unknown or out of range is refused
 * by its name, users are looked up, and a database over a network is refused. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "gateway/core/settings.h"
#include "tests/check_main.h"

#define GATEWAY "[gateway]\nfront_socket = /f\nfront_user = 4242\nadapter_socket = /a\nadapter_user = 4343\n"
#define DATABASE "[database]\nconninfo = host=/run/pg dbname=qao\n"
#define REST                                                                                                            \
    "[log]\norigin = o\nkey = /k\nhigh_water = /h\n[trust]\nca = /c\ncrl = /l\n[answer]\ncertificate = /ac\nkey = /ak\n" \
    "[seal]\nvault = /v\nescrow = /e\n[subjects]\nkeys = /s\n[uploads]\ncertificate = /uc\nkey = /uk\n"

static char path[] = "/tmp/qao-core-settings-XXXXXX";

static void path_remove(void)
{
    unlink(path);
}

static int read_text(const char *text, struct core_settings *settings, char **ret_error)
{
    if (path[sizeof(path) - 2] == 'X') { /* each test runs in a process of its own */
        int fd = mkstemp(path);
        ck_assert_int_ge(fd, 0);
        close(fd);
        ck_assert_int_eq(atexit(path_remove), 0);
    }
    ck_assert_int_eq(base_file_replace(path, base_bytes_text(text), 0600), 0);
    return core_settings_read(path, settings, ret_error);
}

START_TEST(the_least_file_gets_safe_defaults)
{
    struct core_settings settings;
    char *error = NULL;
    int r = read_text(GATEWAY DATABASE REST, &settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "no words");
    ck_assert_uint_eq(settings.front_uid, 4242);
    ck_assert_uint_eq(settings.adapter_uid, 4343);
    ck_assert_str_eq(settings.database_folder, "/run/pg");
    ck_assert(settings.check_digits);
    ck_assert(settings.require_protected_carrier); /* R21 */
    ck_assert(!settings.renew_high_water);
    ck_assert_int_eq(settings.window_seconds, 300); /* as PROTOCOL-QUERY has it */
    ck_assert_int_gt(settings.refusals_per_minute, 0);
    ck_assert_int_gt(settings.explains_per_minute, 0);
    ck_assert_int_gt(settings.queries_per_minute, settings.explains_per_minute);
    ck_assert_int_gt(settings.acts_per_minute, 0);
    ck_assert_int_gt(settings.in_flight_max, 0);
    ck_assert_int_gt(settings.hold_replies_max, 0);
    ck_assert_int_gt(settings.connections_max, 0);
    core_settings_clear(&settings);
    ck_assert_ptr_null(settings.origin);
    ck_assert_ptr_null(settings.database_folder);
}
END_TEST

static const struct {
    const char *text, *error; /* the words that name the fault */
} refused[] = {
    {GATEWAY DATABASE, "[log] origin: missing"},
    {GATEWAY REST, "[database] conninfo: missing"},
    {GATEWAY DATABASE REST "[query]\nqueries = 1\n", "[query] queries: unknown key"},
    {GATEWAY DATABASE REST "[query]\nwindow_seconds = 3601\n", "[query] window_seconds: number outside"},
    {GATEWAY DATABASE REST "[query]\nqueries_per_minute = -1\n", "[query] queries_per_minute: number outside"},
    {GATEWAY DATABASE REST "[registry]\nacts_per_minute = 0\n", "[registry] acts_per_minute: number outside"},
    {"[gateway]\nfront_socket = /f\nfront_user = no such person\nadapter_socket = /a\nadapter_user = 1\n" DATABASE REST,
     "gateway.front_user: no such user"},
    {"[gateway]\nfront_socket = /f\nfront_user = 1\nadapter_socket = /a\nadapter_user = no such person\n" DATABASE REST,
     "gateway.adapter_user: no such user"},
    {GATEWAY "[database]\nconninfo = host=db.example dbname=qao\n" REST, "the gateway speaks to no network"},
    {GATEWAY "[database]\nconninfo = host=/run/pg hostaddr=192.0.2.1\n" REST, "the gateway speaks to no network"},
};

START_TEST(what_is_wrong_is_named)
{
    struct core_settings settings;
    char *error = NULL;
    ck_assert_int_eq(read_text(refused[_i].text, &settings, &error), -EINVAL);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strstr(error, refused[_i].error) != NULL, "%s", error);
    free(error);
    ck_assert_ptr_null(settings.origin); /* nothing is left to free */
    ck_assert_ptr_null(settings.database_folder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway settings");
    TCase *tests = tcase_create("settings");
    tcase_add_test(tests, the_least_file_gets_safe_defaults);
    tcase_add_loop_test(tests, what_is_wrong_is_named, 0, (int)BASE_ARRAY_LENGTH(refused));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
