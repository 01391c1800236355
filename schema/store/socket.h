/* Where the database listens, so that a program may shut itself off from all else before it connects. */
#ifndef SCHEMA_STORE_SOCKET_H
#define SCHEMA_STORE_SOCKET_H

#include "base/result.h"

/* The folder of the unix socket that conninfo (libpq keywords or URI) names, libpq's own usual one when it names none; the
 * caller frees. -EINVAL when conninfo cannot be read, or names anything else: a network host or address, more than one
 * place, a service file. Any thread. */
int store_socket_find(const char *conninfo, char **ret_folder) BASE_MUST_USE;

#endif
