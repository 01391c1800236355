/* Proves: only numeric addresses are taken, loopback is told from the rest, and peers are written without their port.
 */
#include "gateway/front/address.h"
#include "tests/check_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

START_TEST(only_numbers_are_addresses)
{
    struct front_address address;
    ck_assert_int_eq(front_address_parse("192.0.2.1", 1, &address), 0);
    ck_assert_int_eq(front_address_parse("2001:db8::1", 1, &address), 0);
    static const char *const wrong[] = {"", "localhost", "192.0.2", "192.0.2.256", "[::1]", "::1%lo", " 127.0.0.1"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_int_eq(front_address_parse(wrong[i], 1, &address), -EINVAL);
}
END_TEST

START_TEST(loopback_is_known)
{
    static const struct {
        const char *text;
        bool is_loopback;
    } cases[] = {{"127.0.0.1", true},  {"127.255.0.9", true}, {"::1", true},         {"0.0.0.0", false},
                 {"128.0.0.1", false}, {"::", false},         {"2001:db8::1", false}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct front_address address;
        ck_assert_int_eq(front_address_parse(cases[i].text, 1, &address), 0);
        ck_assert_int_eq(front_address_is_loopback(&address), cases[i].is_loopback);
    }
}
END_TEST

START_TEST(peers_are_written_without_port)
{
    static const char *const cases[][2] = {
        {"192.0.2.1", "192.0.2.1"}, {"2001:db8::1", "2001:db8::1"}, {"::ffff:192.0.2.1", "192.0.2.1"}};
    char text[FRONT_ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        struct front_address address;
        ck_assert_int_eq(front_address_parse(cases[i][0], 443, &address), 0);
        front_address_write((struct sockaddr *) &address.storage, text);
        ck_assert_str_eq(text, cases[i][1]);
    }
    struct sockaddr other = {.sa_family = AF_UNIX};
    front_address_write(&other, text);
    ck_assert_str_eq(text, "");
    front_address_write(NULL, text);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_socket_listens_where_it_says)
{
    struct front_address address, taken;
    int fd = -1, second = -1;
    uint16_t port = 0, second_port = 0;
    ck_assert_int_eq(front_address_parse("127.0.0.1", 0, &address), 0);
    ck_assert_int_eq(front_address_listen(&address, &fd, &port), 0);
    ck_assert_uint_ne(port, 0);
    ck_assert_int_eq(front_address_parse("127.0.0.1", port, &taken), 0);
    ck_assert_int_eq(front_address_listen(&taken, &second, &second_port), -EADDRINUSE);
    ck_assert_int_eq(second, -1);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *) &taken.storage, taken.len), 0);
    close(client);
    close(fd);
}
END_TEST

CHECK_MAIN("front/address", only_numbers_are_addresses, loopback_is_known, peers_are_written_without_port,
           a_socket_listens_where_it_says)
