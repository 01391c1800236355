/* What an operator sets for qao-front: one INI file, every key documented by front_settings_write_help(). */
#ifndef GATEWAY_FRONT_SETTINGS_H
#define GATEWAY_FRONT_SETTINGS_H

#include "base/result.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct front_settings {
    char *listen_address;
    int64_t listen_port; /* 0: any free port, told in the log */
    char *local_address;
    int64_t local_port;
    char *certificate_path, *key_path;
    char *ca_path, *crl_path;
    bool check_digits, require_protected_carrier;
    char *gateway_socket;
    char *gateway_user;
    uid_t gateway_uid; /* of gateway_user */
    int64_t threads, connections_max, connections_per_address_max, in_flight_max, body_bytes_max;
    int64_t upload_bytes_max, uploads_max, uploads_per_peer_max;
    /* Absolute, from the moment each phase begins. */
    int64_t handshake_us, header_us, body_us, upload_us, reply_us, send_us, idle_us, connection_us, drain_us;
    int64_t refusal_window_us, refusal_certificates_max;
};

/* Reads and checks the file. -EINVAL, -ENOENT and what base_config_load() returns; then nothing is owned and ret_error
 * (freed by the caller) says why. One thread. */
int front_settings_read(const char *path, struct front_settings *ret_settings, char **ret_error) BASE_MUST_USE;
/* Accepts a zeroed struct. */
void front_settings_clear(struct front_settings *settings);

/* Every section and key with its default and meaning. */
void front_settings_write_help(FILE *out);

#endif
