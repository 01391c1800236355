#include "base/network.h"

#include <arpa/inet.h>
#include <string.h>

/* One to three digits without a leading zero; -1 for anything else. */
static int length_parse(struct base_bytes digits)
{
    int length = 0;
    if (digits.len < 1 || digits.len > 3 || (digits.len > 1 && digits.data[0] == '0'))
        return -1;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return -1;
        length = length * 10 + (digits.data[i] - '0');
    }
    return length;
}

bool base_network_is_wellformed(struct base_bytes text)
{
    char address[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    size_t len = 0;
    while (len < text.len && text.data[len] != '/')
        len++;
    if (len >= text.len || len >= sizeof(address) || memchr(text.data, '\0', len))
        return false;
    memcpy(address, text.data, len);
    address[len] = '\0';
    int family = strchr(address, ':') ? AF_INET6 : AF_INET, bits = family == AF_INET ? 32 : 128;
    int kept = length_parse(base_bytes_of(text.data + len + 1, text.len - len - 1));
    if (kept < 0 || kept > bits || inet_pton(family, address, bytes) != 1)
        return false;
    for (int bit = kept; bit < bits; bit++)
        if (bytes[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}
