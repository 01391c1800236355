/* Proves: only a whole network with its length is one, and none that names bits behind it. */
#include "base/network.h"
#include "tests/check_main.h"

START_TEST(networks)
{
    static const char *const good[] = {"0.0.0.0/0", "10.0.0.0/8", "192.168.7.255/32", "192.0.2.128/25", "::/0",
                                       "2001:db8::/32", "2001:db8::1/128", "fe80::/10"};
    static const char *const bad[] = {"",           "10.0.0.0",    "10.0.0.0/",  "10.0.0.0/33",  "10.0.0.1/8",     "10/8",
                                      "10.0.0.0/08", "10.0.0.0/-1", "/8",         "2001:db8::1/32", "2001:db8::/129", "::/0/0",
                                      "10.0.0.0/8 ", " 10.0.0.0/8", "010.0.0.0/8", "fe80::%eth0/64", "10.0.0.0/0008"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(base_network_is_wellformed(base_bytes_text(good[i])), "refused %s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!base_network_is_wellformed(base_bytes_text(bad[i])), "accepted %s", bad[i]);
    ck_assert(!base_network_is_wellformed(base_bytes_of("10.0.0.0\0/8", 11)));
}
END_TEST

CHECK_MAIN("base/network", networks)
