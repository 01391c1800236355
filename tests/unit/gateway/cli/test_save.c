/* Proves that the papers of a query only go into a folder that nobody else can write to, and never over others. */
#include "gateway/cli/save.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(test_folder)
{
    char folder[] = "/tmp/qao-save-XXXXXX";
    struct stat status;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(cli_save_prepare("new"), 0);
    ck_assert_int_eq(stat("new", &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0700);
    ck_assert_int_eq(cli_save_prepare("new"), 0); /* empty still */
    ck_assert_int_eq(chmod("new", 0755), 0);
    ck_assert_int_eq(cli_save_prepare("new"), 0);
    ck_assert_int_eq(chmod("new", 0770), 0);
    ck_assert_int_eq(cli_save_prepare("new"), -EPERM);
    ck_assert_int_eq(chmod("new", 01777), 0);
    ck_assert_int_eq(cli_save_prepare("new"), -EPERM);
    ck_assert_int_eq(chmod("new", 0700), 0);
    ck_assert_int_eq(cli_save_query("new", base_bytes_text("x")), 0);
    ck_assert_int_eq(cli_save_prepare("new"), -EEXIST);
    ck_assert_int_eq(cli_save_prepare("new/query.p7m"), -ENOTDIR);
    if (geteuid() == 0) { /* only root can give a folder away */
        ck_assert_int_eq(mkdir("theirs", 0755), 0);
        ck_assert_int_eq(chown("theirs", 65534, 65534), 0);
        ck_assert_int_eq(cli_save_prepare("theirs"), -EPERM);
        ck_assert_int_eq(rmdir("theirs"), 0);
    } else {
        ck_assert_int_eq(cli_save_prepare("/usr"), -EPERM);
    }
    ck_assert_int_eq(unlink("new/query.p7m"), 0);
    ck_assert_int_eq(rmdir("new"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

CHECK_MAIN("gateway/cli/save", test_folder)
