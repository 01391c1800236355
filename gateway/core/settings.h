/* The configuration of qao-gateway: an INI file, all of whose keys are in settings.c. */
#ifndef GATEWAY_CORE_SETTINGS_H
#define GATEWAY_CORE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/config.h"
#include "base/result.h"

/* The pair in use, and earlier ones. */
enum { CORE_UPLOAD_OPENERS_MAX = 17 };

/* Texts are owned. */
struct core_settings {
    char *front_socket, *front_user, *adapter_socket, *adapter_user;
    uid_t front_uid, adapter_uid; /* of the two users */
    int64_t workers, in_flight_max, stop_seconds;
    char *log_level;

    char *conninfo, *database_folder; /* the folder is the one that conninfo names */
    int64_t connections_max, database_deadline_ms;

    char *origin, *log_key, *high_water, *witnessed;
    int64_t heartbeat_seconds;
    bool renew_high_water;

    char *ca, *crl;
    bool check_digits, require_protected_carrier;

    char *answer_certificate, *answer_key, *vault, *escrow, *subject_keys;
    char *upload_certificate, *upload_key;
    struct base_config_pairs upload_earlier; /* name and path without its ending */

    char *editions, *case_pattern, *services, *acts, *messages; /* "" for the program's own data, but the pattern */

    int64_t window_seconds, adapter_timeout_ms, hold_seconds, hold_replies_max, refusals_per_minute, explains_per_minute;
    int64_t pending_seconds, pending_max, settles_per_minute;
    int64_t links_nodes_max, links_edges_max, links_parts_max, links_at_once, links_seconds;
    int64_t queries_per_minute, acts_per_minute;
    bool has_case_register;
    int64_t case_timeout_ms;

    int64_t reads_per_minute, uploads_per_hour;
};

/* Reads the file, looks the users up, and finds the database's socket. On an error ret_error (freed by the caller) says what; nothing is owned then. */
int core_settings_read(const char *path, struct core_settings *ret_settings, char **ret_error) BASE_MUST_USE;
void core_settings_clear(struct core_settings *settings);

/* Every key with its default and meaning, for --help. */
void core_settings_help_write(FILE *out);

#endif
