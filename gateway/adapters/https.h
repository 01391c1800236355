/* One line to a registry over HTTPS (libcurl), for the kinds of adapter that speak HTTP: mutual TLS 1.2 or later, the
 * peer's host name verified against the registry's own CA and no other, HTTP/1.1, no redirect, no proxy, no cookie, no
 * compression. What matters of an exchange is whether the registry can have seen the request: an act that it may have
 * seen is never taken for one that was not done, and nothing is ever sent twice behind our back. */
#ifndef GATEWAY_ADAPTERS_HTTPS_H
#define GATEWAY_ADAPTERS_HTTPS_H

#include "gateway/adapters/adapter.h"

/* Keys of a registry's file: url, address, ca, certificate, key. */
struct adapter_https_settings {
    char *url;     /* https://host[:port][/path], without a slash at its end */
    char *address; /* the host's numeric address; empty: its name is resolved */
    char *ca_path, *certificate_path, *key_path;
    struct base_buffer ca, certificate, key; /* PEM */
    char *resolve; /* host:port:address, as libcurl takes it; NULL without an address */
    bool resolves_names;
    bool is_prepared; /* libcurl is */
};

/* Adds the keys, which stand in that section. The struct is zeroed. */
void adapter_https_keys(struct adapter_https_settings *settings, const char *section, struct adapter_keys *keys);
/* Checks them and reads the files, which are looked for in the folder unless they begin with a slash; prepares libcurl:
 * before any thread is made. */
int adapter_https_check(struct adapter_https_settings *settings, const char *section, const char *folder,
                        char **ret_error) BASE_MUST_USE;
/* Wipes the key. Accepts NULL and half-built settings. */
void adapter_https_clear(struct adapter_https_settings *settings);

struct adapter_https_line;

/* -ENOMEM. The settings outlive the line. */
int adapter_https_line_new(const struct adapter_https_settings *settings,
                           struct adapter_https_line **ret_line) BASE_MUST_USE;
/* Accepts NULL. */
void adapter_https_line_free(struct adapter_https_line *line);

struct adapter_https_request {
    const char *path; /* after the registry's url; begins with a slash; already percent-encoded */
    const char *accept;
    const char *content_type;    /* of the body; NULL: a GET without a body, else a POST */
    const char *const *headers;  /* further ones, "Name: value"; NULL-terminated, NULL for none */
    struct base_bytes body;
    bool is_act; /* a new connection, and one attempt: a question may be tried again while nothing has been sent */
    int64_t deadline_us;
};

/* How an exchange ended. */
enum adapter_https_end {
    ADAPTER_HTTPS_LOST = 0,  /* sent; no whole answer came */
    ADAPTER_HTTPS_LATE,      /* sent; no whole answer at the deadline */
    ADAPTER_HTTPS_EXCESS,    /* sent; the answer is larger than allowed */
    ADAPTER_HTTPS_ANSWERED,  /* sent; a whole answer, of whatever status */
    ADAPTER_HTTPS_UNREACHED, /* nothing was sent: no connection */
    ADAPTER_HTTPS_UNTRUSTED, /* nothing was sent: it did not show that it is the registry */
    ADAPTER_HTTPS_UNSENT,    /* nothing was sent: no connection before the deadline */
};

struct adapter_https_response {
    enum adapter_https_end end;
    long status;           /* answered */
    char content_type[64]; /* without its parameters, in lower case; empty when there was none or a longer one */
    struct base_buffer body;
};

/* Fills every field of the response, whose body is an empty buffer that says how much is allowed. */
void adapter_https_exchange(struct adapter_https_line *line, const struct adapter_https_request *request,
                            struct adapter_https_response *ret_response);

/* For every end but ANSWERED: what it means for the call. Of a call that settles nothing is known then. */
void adapter_https_conclude(enum adapter_https_end end, const struct adapter_call *call, struct adapter_reply *reply);

/* A connection with TLS, over which nothing is asked. */
bool adapter_https_probe(struct adapter_https_line *line, int64_t deadline_us);

#endif
