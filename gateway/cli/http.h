/* One HTTPS request to the gateway with mutual TLS, by libcurl. */
#ifndef GATEWAY_CLI_HTTP_H
#define GATEWAY_CLI_HTTP_H

#include "base/buffer.h"

enum {
    CLI_HTTP_REPLY_MAX = 32 << 20, /* bytes of a reply's body */
    CLI_HTTP_ERROR_MAX = 256,
    CLI_HTTP_TYPE_MAX = 128,
    CLI_HTTP_TIMEOUT_S = 120, /* of the whole request: a registry may be slow */
    CLI_HTTP_CONNECT_TIMEOUT_S = 15,
};

/* Whom to trust and who we are. Borrowed. */
struct cli_http_peer {
    const char *url;                     /* "https://host:port", without a path */
    const char *ca_path;                 /* PEM: the only authorities trusted */
    const char *crl_path;                /* PEM: CRLs of all of them */
    struct base_bytes cert_pem, key_pem; /* of the client certificate */
};

struct cli_http_request {
    const char *path;
    const char *content_type; /* NULL with GET */
    const char *accept_language;
    struct base_bytes body;
    long timeout_s; /* of the whole request; 0: CLI_HTTP_TIMEOUT_S */
};

struct cli_http_reply {
    long status;
    long retry_after_s;                   /* 0 when the reply does not say */
    char content_type[CLI_HTTP_TYPE_MAX]; /* lower case, without parameters; "" when absent */
    struct base_buffer body;
};

/* How a request ended. */
enum cli_http {
    CLI_HTTP_FAILED = 0,       /* nothing sensible came: error says what */
    CLI_HTTP_UNREACHABLE,      /* no connection, or it was lost before the reply was whole */
    CLI_HTTP_SERVER_UNTRUSTED, /* the gateway's certificate does not verify against ca_path, crl_path and its name */
    CLI_HTTP_CERTIFICATE_UNTRUSTED, /* the gateway refused our certificate by a TLS alert ... */
    CLI_HTTP_CERTIFICATE_EXPIRED,
    CLI_HTTP_CERTIFICATE_REVOKED,
    CLI_HTTP_CERTIFICATE_PROFILE,
    CLI_HTTP_CERTIFICATE_REFUSED, /* ... that does not say why */
    CLI_HTTP_REPLIED,
};

/* Sends the request (POST where there is a content type, else GET) and waits. TLS 1.2 or newer, no redirects, no proxy,
 * no credentials from the environment. ret_reply must be initialised by cli_http_reply_init() and is filled only with
 * REPLIED; ret_error always. Needs curl_global_init(). */
enum cli_http cli_http_send(const struct cli_http_peer *peer, const struct cli_http_request *request,
                            struct cli_http_reply *ret_reply, char ret_error[static CLI_HTTP_ERROR_MAX]);

/* A plain GET without TLS or credentials, for CRLs: REPLIED, UNREACHABLE or FAILED (also when the body is longer than
 * ret_reply->body may be). */
enum cli_http cli_http_fetch(const char *url, struct cli_http_reply *ret_reply,
                             char ret_error[static CLI_HTTP_ERROR_MAX]);

void cli_http_reply_init(struct cli_http_reply *reply, size_t body_max_bytes);
/* Accepts a zeroed struct. */
void cli_http_reply_clear(struct cli_http_reply *reply);

#endif
