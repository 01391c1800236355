/* Numeric network addresses, and the sockets that listen at them. */
#ifndef GATEWAY_FRONT_ADDRESS_H
#define GATEWAY_FRONT_ADDRESS_H

#include "base/result.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { FRONT_ADDRESS_TEXT_MAX = 64 };

struct front_address {
    struct sockaddr_storage storage;
    socklen_t len;
};

/* "192.0.2.1" or "2001:db8::1". -EINVAL for anything else. */
int front_address_parse(const char *text, uint16_t port, struct front_address *ret_address) BASE_MUST_USE;

/* 127.0.0.0/8 and ::1. */
bool front_address_is_loopback(const struct front_address *address);

/* The numeric text without the port; an IPv4 address mapped into IPv6 is written as IPv4. Empty for other families. */
void front_address_write(const struct sockaddr *address, char ret_text[static FRONT_ADDRESS_TEXT_MAX]);

/* A non-blocking socket that listens at the address, and the port it got. -EADDRINUSE, -EACCES and the like. */
int front_address_listen(const struct front_address *address, int *ret_fd, uint16_t *ret_port) BASE_MUST_USE;

#endif
