/* The gateway's configuration: what is left out has a safe default, what is mandatory, unknown or out of range is refused
 * by its name, users are looked up, and a database over a network is refused. */
#include <errno.h>
#include <stdlib.h>

#include "gateway/core/settings.h"
#include "tests/check_main.h"
#include "tests/text_file.h"

#define GATEWAY "[gateway]\nfront_socket = /f\nfront_user = 4242\nadapter_socket = /a\nadapter_user = 4343\n"
#define DATABASE "[database]\nconninfo = host=/run/pg dbname=qao\n"
#define REST                                                                                                            \
    "[log]\norigin = o\nkey = /k\nhigh_water = /h\n[trust]\nca = /c\ncrl = /l\n[answer]\ncertificate = /ac\nkey = /ak\n" \
    "[seal]\nvault = /v\nescrow = /e\n[subjects]\nkeys = /s\n[uploads]\ncertificate = /uc\nkey = /uk\n"

START_TEST(the_least_file_gets_safe_defaults)
{
    struct core_settings settings;
    char *error = NULL;
    int r = core_settings_read(text_file(GATEWAY DATABASE REST), &settings, &error);
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

START_TEST(what_is_wrong_is_named)
{
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
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(refused); i++) {
        struct core_settings settings;
        char *error = NULL;
        ck_assert_msg(core_settings_read(text_file(refused[i].text), &settings, &error) == -EINVAL, "read: %s", refused[i].error);
        ck_assert_ptr_nonnull(error);
        ck_assert_msg(strstr(error, refused[i].error) != NULL, "%s", error);
        free(error);
        ck_assert_ptr_null(settings.origin); /* nothing is left to free */
        ck_assert_ptr_null(settings.database_folder);
    }
}
END_TEST

CHECK_MAIN("gateway settings", the_least_file_gets_safe_defaults, what_is_wrong_is_named)
