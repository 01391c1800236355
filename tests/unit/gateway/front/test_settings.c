/* Proves: the front's configuration is read with its units and its safe defaults, and what contradicts itself or would
 * open the plain listener to a network is refused by name. */
#include "gateway/front/settings.h"
#include "tests/check_main.h"
#include "tests/text_file.h"

#include <errno.h>
#include <stdlib.h>

#define LEAST                                                                                                          \
    "[listen]\naddress = 192.0.2.1\n[tls]\ncertificate = /c\nkey = /k\n[trust]\nca = /a\ncrl = /l\n"                   \
    "[gateway]\nsocket = /s\nuser = 4242424\n"

START_TEST(the_least_file_gets_safe_defaults)
{
    struct front_settings settings = {0};
    char *error = NULL;
    int r = front_settings_read(text_file(LEAST), &settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "no words");
    ck_assert_str_eq(settings.listen_address, "192.0.2.1");
    ck_assert_int_eq(settings.listen_port, 8443);
    ck_assert_str_eq(settings.local_address, "127.0.0.1");
    ck_assert(settings.check_digits);
    ck_assert(settings.require_protected_carrier);
    ck_assert_uint_eq(settings.gateway_uid, 4242424);
    ck_assert_int_eq(settings.body_bytes_max, 256 * 1024);
    ck_assert_int_eq(settings.upload_bytes_max, 10 * 1024 * 1024);
    ck_assert_int_gt(settings.uploads_max, 0);
    ck_assert_int_gt(settings.connections_per_address_max, 0);
    ck_assert_int_le(settings.connections_per_address_max, settings.connections_max);
    front_settings_clear(&settings);
}
END_TEST

START_TEST(seconds_become_microseconds)
{
    struct front_settings settings = {0};
    char *error = NULL;
    const char *path = text_file(LEAST "[deadlines]\nhandshake_seconds = 1\nheader_seconds = 2\nbody_seconds = 3\n"
                                       "reply_seconds = 4\nsend_seconds = 5\nidle_seconds = 6\nconnection_seconds = 7\n"
                                       "drain_seconds = 0\n[refusals]\nwindow_seconds = 9\ncertificates_max = 10\n"
                                       "[limits]\nconnections_max = 11\nconnections_per_address_max = 11\n");
    ck_assert_int_eq(front_settings_read(path, &settings, &error), 0);
    ck_assert_int_eq(settings.handshake_us, 1000000);
    ck_assert_int_eq(settings.header_us, 2000000);
    ck_assert_int_eq(settings.body_us, 3000000);
    ck_assert_int_eq(settings.reply_us, 4000000);
    ck_assert_int_eq(settings.send_us, 5000000);
    ck_assert_int_eq(settings.idle_us, 6000000);
    ck_assert_int_eq(settings.connection_us, 7000000);
    ck_assert_int_eq(settings.drain_us, 0);
    ck_assert_int_eq(settings.refusal_window_us, 9000000);
    ck_assert_int_eq(settings.refusal_certificates_max, 10); /* a count stays one */
    ck_assert_int_eq(settings.connections_max, 11);
    front_settings_clear(&settings);
}
END_TEST

START_TEST(what_cannot_be_meant_is_refused)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {LEAST "[local]\naddress = 192.0.2.1\n", "[local] address: not a loopback address"},
        {LEAST "[local]\naddress = 0.0.0.0\n", "[local] address: not a loopback address"},
        {LEAST "[local]\naddress = ::\n", "[local] address: not a loopback address"},
        {LEAST "[local]\naddress = localhost\n", "[local] address: not a loopback address"},
        {LEAST "[limits]\nconnections_max = 2\nconnections_per_address_max = 3\n",
         "[limits] connections_per_address_max: more than connections_max"},
        {LEAST "[limits]\nbody_bytes_max = 262145\n", "[limits] body_bytes_max: number outside the allowed range"},
        {LEAST "[limits]\nupload_bytes_max = 10485761\n", "[limits] upload_bytes_max: number outside the allowed range"},
        {LEAST "[limits]\nuploads_max = 0\n", "[limits] uploads_max: number outside the allowed range"},
        {LEAST "[limits]\nin_flight_max = 0\n", "[limits] in_flight_max: number outside the allowed range"},
        {LEAST "[deadlines]\nheader_seconds = 0\n", "[deadlines] header_seconds: number outside the allowed range"},
        {LEAST "[deadlines]\nheader = 1\n", "[deadlines] header: unknown key"}, /* without its unit */
        {"[listen]\naddress = officers.example\n[tls]\ncertificate = /c\nkey = /k\n[trust]\nca = /a\ncrl = /l\n"
         "[gateway]\nsocket = /s\nuser = 0\n",
         "[listen] address: not a numeric address"},
        {"[listen]\naddress = ::1\n[tls]\ncertificate = /c\nkey = /k\n[trust]\nca = /a\ncrl = /l\n"
         "[gateway]\nsocket = /s\nuser = no-such-user-here\n",
         "[gateway] user: no such user"},
        {"[listen]\naddress = ::1\n[tls]\ncertificate = /c\n[trust]\nca = /a\ncrl = /l\n"
         "[gateway]\nsocket = /s\nuser = 0\n",
         "[tls] key: missing"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++) {
        struct front_settings settings = {0};
        char *error = NULL;
        ck_assert_msg(front_settings_read(text_file(bad[i].text), &settings, &error) == -EINVAL, "read: %s", bad[i].words);
        ck_assert_ptr_nonnull(error);
        ck_assert_msg(strstr(error, bad[i].words) != NULL, "got: %s", error);
        ck_assert_ptr_null(settings.listen_address);
        free(error);
    }
}
END_TEST

CHECK_MAIN("front/settings", the_least_file_gets_safe_defaults, seconds_become_microseconds,
           what_cannot_be_meant_is_refused)
