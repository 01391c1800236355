/* Proves: a user is found by name or number, and nothing else is one. */
#include "base/user.h"
#include "tests/check_main.h"

#include <errno.h>

START_TEST(names_and_numbers)
{
    uid_t uid = 1;
    ck_assert_int_eq(base_user_find("root", &uid), 0);
    ck_assert_uint_eq(uid, 0);
    ck_assert_int_eq(base_user_find("4242424", &uid), 0); /* needs no entry */
    ck_assert_uint_eq(uid, 4242424);
    ck_assert_int_eq(base_user_find("4294967294", &uid), 0);
    ck_assert_uint_eq(uid, 4294967294U);
}
END_TEST

START_TEST(nobody)
{
    /* 4294967295 is (uid_t) -1; the longer ones would come round to 0, who is root. */
    static const char *const wrong[] = {
        "", "no-such-user-here", "-1", "+1", " 0", "0x0", "0 ", "4294967295", "4294967296", "18446744073709551616"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        uid_t uid = 77;
        ck_assert_msg(base_user_find(wrong[i], &uid) == -ENOENT, "found: \"%s\"", wrong[i]);
        ck_assert_uint_eq(uid, 77);
    }
}
END_TEST

CHECK_MAIN("base/user", names_and_numbers, nobody)
