#include "gateway/front/settings.h"

#include "base/config.h"
#include "base/user.h"
#include "gateway/front/address.h"
#include "gateway/link/front_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 40, SECOND_US = 1000000 };

/* The table borrows the struct it fills. Times are read in seconds and turned into microseconds afterwards. */
static size_t list_keys(struct front_settings *s, struct base_config_key keys[static KEYS_MAX])
{
    const enum base_config_type text = BASE_CONFIG_TEXT, integer = BASE_CONFIG_INTEGER, yes_no = BASE_CONFIG_BOOL;
    const struct base_config_key table[] = {
        {"listen", "address", text, &s->listen_address, NULL, 1, 63, "numeric address that officers connect to"},
        {"listen", "port", integer, &s->listen_port, "8443", 0, 65535, "its port; 0 takes a free one and logs it"},
        {"local", "address", text, &s->local_address, "127.0.0.1", 1, 63,
         "loopback address for /healthz, /readyz and /metrics, without TLS"},
        {"local", "port", integer, &s->local_port, "8444", 0, 65535, "its port; 0 takes a free one and logs it"},
        {"tls", "certificate", text, &s->certificate_path, NULL, 1, 0,
         "PEM file: the server certificate and its issuers; ECDSA P-256 is the fast choice"},
        {"tls", "key", text, &s->key_path, NULL, 1, 0, "PEM file: its private key, readable by the front's user alone"},
        {"trust", "ca", text, &s->ca_path, NULL, 1, 0, "PEM file: every authority certificate, roots and issuing ones"},
        {"trust", "crl", text, &s->crl_path, NULL, 1, 0,
         "PEM file: their CRLs; read again when it changes, on SIGHUP, and when the gateway says so"},
        {"trust", "check_digits", yes_no, &s->check_digits, "yes", 0, 0,
         "IIN and BIN of certificates carry a right check digit; no only for the authority's test numbers"},
        {"trust", "require_protected_carrier", yes_no, &s->require_protected_carrier, "yes", 0, 0,
         "refuse a certificate whose key is marked as kept in a file"},
        {"gateway", "socket", text, &s->gateway_socket, NULL, 1, 107, "unix socket on which qao-gateway listens"},
        {"gateway", "user", text, &s->gateway_user, NULL, 1, 63, "user name or number that qao-gateway runs under"},
        {"limits", "threads", integer, &s->threads, "2", 1, 64, "threads that serve officers' connections"},
        {"limits", "connections_max", integer, &s->connections_max, "2048", 1, 65536, "open connections in all"},
        {"limits", "connections_per_address_max", integer, &s->connections_per_address_max, "256", 1, 65536,
         "open connections from one address"},
        {"limits", "in_flight_max", integer, &s->in_flight_max, "512", 1, 65536,
         "requests being received or waiting for the gateway; one more is answered 503"},
        {"limits", "body_bytes_max", integer, &s->body_bytes_max, "262144", 1, LINK_MESSAGE_BODY_MAX,
         "longest request body but of an upload"},
        {"limits", "upload_bytes_max", integer, &s->upload_bytes_max, "10485760", 1, LINK_BODY_MAX,
         "longest body of type application/pdf, image/png, image/jpeg or application/json"},
        {"limits", "uploads_max", integer, &s->uploads_max, "4", 1, 64,
         "bodies over body_bytes_max at once, each up to twice upload_bytes_max of memory; one more is answered 503"},
        {"limits", "uploads_per_peer_max", integer, &s->uploads_per_peer_max, "2", 1, 64,
         "of these from one address, and of one certificate"},
        {"deadlines", "handshake_seconds", integer, &s->handshake_us, "10", 1, 3600, "for the TLS handshake"},
        {"deadlines", "header_seconds", integer, &s->header_us, "10", 1, 3600, "for a request's header, whole"},
        {"deadlines", "body_seconds", integer, &s->body_us, "30", 1, 3600, "for a request's body, whole"},
        {"deadlines", "upload_seconds", integer, &s->upload_us, "120", 1, 3600, "for the body of an upload, whole"},
        {"deadlines", "reply_seconds", integer, &s->reply_us, "60", 1, 3600, "how long the gateway may take"},
        {"deadlines", "send_seconds", integer, &s->send_us, "120", 1, 3600, "for taking a reply, whole"},
        {"deadlines", "idle_seconds", integer, &s->idle_us, "75", 1, 86400, "between two requests of a connection"},
        {"deadlines", "connection_seconds", integer, &s->connection_us, "3600", 1, 86400,
         "after which a connection is closed at its next pause"},
        {"deadlines", "drain_seconds", integer, &s->drain_us, "15", 0, 3600,
         "that requests under way get when the front is told to stop"},
        {"refusals", "window_seconds", integer, &s->refusal_window_us, "60", 1, 3600,
         "over which refused handshakes are counted together"},
        {"refusals", "certificates_max", integer, &s->refusal_certificates_max, "64", 1, 4096,
         "known certificates reported by themselves in one window; the others are only counted"},
    };
    _Static_assert(BASE_ARRAY_LENGTH(table) <= KEYS_MAX, "room for every key");
    memcpy(keys, table, sizeof(table));
    return BASE_ARRAY_LENGTH(table);
}

static void scale_times(struct front_settings *s)
{
    int64_t *const times[] = {&s->handshake_us, &s->header_us,     &s->body_us, &s->upload_us, &s->reply_us,         &s->send_us,
                              &s->idle_us,      &s->connection_us, &s->drain_us, &s->refusal_window_us};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(times); i++)
        *times[i] *= SECOND_US;
}

static int fail(char **ret_error, const char *path, const char *what)
{
    if (asprintf(ret_error, "%s: %s", path, what) < 0)
        *ret_error = NULL;
    return -EINVAL;
}

static int check(const char *path, struct front_settings *s, char **ret_error)
{
    struct front_address address;
    if (front_address_parse(s->listen_address, (uint16_t) s->listen_port, &address) != 0)
        return fail(ret_error, path, "[listen] address: not a numeric address");
    if (front_address_parse(s->local_address, (uint16_t) s->local_port, &address) != 0 ||
        !front_address_is_loopback(&address))
        return fail(ret_error, path, "[local] address: not a loopback address; this listener has no TLS");
    if (base_user_find(s->gateway_user, &s->gateway_uid) != 0)
        return fail(ret_error, path, "[gateway] user: no such user");
    if (s->connections_per_address_max > s->connections_max)
        return fail(ret_error, path, "[limits] connections_per_address_max: more than connections_max");
    return 0;
}

int front_settings_read(const char *path, struct front_settings *ret_settings, char **ret_error)
{
    struct front_settings s = {0};
    struct base_config_key keys[KEYS_MAX];
    size_t count = list_keys(&s, keys);
    int r = base_config_load(path, keys, count, ret_error);
    if (r < 0)
        return r;
    r = check(path, &s, ret_error);
    if (r < 0) {
        base_config_clear(keys, count);
        return r;
    }
    scale_times(&s);
    *ret_settings = s;
    return 0;
}

void front_settings_clear(struct front_settings *settings)
{
    struct base_config_key keys[KEYS_MAX];
    size_t count = list_keys(settings, keys);
    base_config_clear(keys, count);
}

void front_settings_write_help(FILE *out)
{
    struct front_settings unused = {0};
    struct base_config_key keys[KEYS_MAX];
    base_config_help_write(keys, list_keys(&unused, keys), out);
}
