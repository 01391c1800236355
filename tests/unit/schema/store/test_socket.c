#include "schema/store/socket.h"

#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>

static void expect(const char *conninfo, const char *folder)
{
    char *found = NULL;
    ck_assert_msg(store_socket_find(conninfo, &found) == 0, "%s", conninfo);
    ck_assert_str_eq(found, folder);
    free(found);
}

/* However conninfo is written: order, quotes, spaces around the sign, URI with and without percent signs, none at all. */
START_TEST(socket_find)
{
    expect("host=/run/db dbname=qao user=qao_gateway", "/run/db");
    expect("dbname=qao\thost = '/run/my db' user=x", "/run/my db");
    expect("dbname='x host=/wrong' host=/right", "/right");
    expect("host=/first host=/second", "/second");
    expect("host='/it\\'s'", "/it's");
    expect("postgresql://qao_gateway@%2Frun%2Fdb/qao", "/run/db");
    expect("postgresql:///qao?host=/run/db&user=x", "/run/db");
    expect("dbname=qao user=qao_gateway", "/var/run/postgresql");
    expect("host='' dbname=qao", "/var/run/postgresql");
}
END_TEST

/* What is no one folder is refused, and nothing is given out: -EINVAL. */
START_TEST(socket_find_refused)
{
    static const char *const wrong[] = {
        "host=db.example dbname=qao",
        "host=/run/db hostaddr=192.0.2.1",
        "host=/run/db,/run/other",
        "host=/run/db,db.example",
        "host=@abstract",
        "service=qao",
        "postgresql://db.example/qao",
        "host=/run/db colour=red",
        "host='/run/db",
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++) {
        char *found = NULL;
        ck_assert_msg(store_socket_find(wrong[i], &found) == -EINVAL, "%s", wrong[i]);
        ck_assert_ptr_null(found);
    }
}
END_TEST

CHECK_MAIN("socket", socket_find, socket_find_refused)
