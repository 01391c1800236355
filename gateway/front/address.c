#include "gateway/front/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

int front_address_parse(const char *text, uint16_t port, struct front_address *ret_address)
{
    struct front_address address = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(&address.storage, &v4, sizeof(v4));
        address.len = sizeof(v4);
    } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        memcpy(&address.storage, &v6, sizeof(v6));
        address.len = sizeof(v6);
    } else {
        return -EINVAL;
    }
    *ret_address = address;
    return 0;
}

bool front_address_is_loopback(const struct front_address *address)
{
    if (address->storage.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &address->storage, sizeof(v4));
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    if (address->storage.ss_family != AF_INET6)
        return false;
    struct sockaddr_in6 v6;
    memcpy(&v6, &address->storage, sizeof(v6));
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

void front_address_write(const struct sockaddr *address, char ret_text[static FRONT_ADDRESS_TEXT_MAX])
{
    ret_text[0] = '\0';
    if (!address)
        return;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        (void) inet_ntop(AF_INET, &v4.sin_addr, ret_text, FRONT_ADDRESS_TEXT_MAX);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            (void) inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], ret_text, FRONT_ADDRESS_TEXT_MAX);
        else
            (void) inet_ntop(AF_INET6, &v6.sin6_addr, ret_text, FRONT_ADDRESS_TEXT_MAX);
    }
}

static int set_up(int fd, const struct front_address *address, uint16_t *ret_port)
{
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *) &address->storage, address->len) != 0 || listen(fd, BACKLOG) != 0)
        return -errno;
    struct sockaddr_storage bound;
    socklen_t len = sizeof(bound);
    if (getsockname(fd, (struct sockaddr *) &bound, &len) != 0)
        return -errno;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memcpy(&v4, &bound, sizeof(v4));
    memcpy(&v6, &bound, sizeof(v6));
    *ret_port = ntohs(bound.ss_family == AF_INET ? v4.sin_port : v6.sin6_port);
    return 0;
}

int front_address_listen(const struct front_address *address, int *ret_fd, uint16_t *ret_port)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    uint16_t port = 0;
    int r = set_up(fd, address, &port);
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    *ret_port = port;
    return 0;
}
