/* What qao-front and qao-gateway say to each other, framed by base/frame.h. The front knows no domain word: it hands on
 * what it saw of HTTP and TLS, and gives back what it is told. Views are borrowed from the frame they were read from.
 * Byte layout: docs/ARCHITECTURE.md, "Between our processes". */
#ifndef GATEWAY_LINK_FRONT_MESSAGE_H
#define GATEWAY_LINK_FRONT_MESSAGE_H

#include "base/buffer.h"
#include "base/reader.h"

enum {
    LINK_FRONT_REQUEST = 1,  /* front -> gateway */
    LINK_FRONT_REPLY = 2,    /* gateway -> front */
    LINK_FRONT_DELIVERY = 3, /* front -> gateway: what became of a reply that asked for it */
    LINK_FRONT_REFUSAL = 4,  /* front -> gateway: handshakes it refused */
    LINK_FRONT_TRUST = 5,    /* gateway -> front: trust anchors or CRL were renewed, read them again */
};

enum {
    LINK_MESSAGE_BODY_MAX = 256 * 1024, /* bytes of a request body that is a signed message in its largest form */
    LINK_BODY_MAX = 10 * 1024 * 1024,   /* of any: an upload */
    LINK_REPLY_BODY_MAX = 16 * 1024 * 1024,
    LINK_HEADER_MAX = 1024, /* bytes of one header value, and of the path */
    LINK_REPLY_HEADERS_MAX = 8,
    LINK_CERTIFICATE_MAX = 16 * 1024, /* bytes of one DER certificate */
    LINK_REQUEST_FRAME_MAX = LINK_BODY_MAX + LINK_CERTIFICATE_MAX + 8 * LINK_HEADER_MAX,
    LINK_REPLY_FRAME_MAX = LINK_REPLY_BODY_MAX + 32 * LINK_HEADER_MAX,
};

enum link_listener {
    LINK_LISTENER_UNKNOWN = 0,
    LINK_LISTENER_OFFICERS, /* TLS with a client certificate */
    LINK_LISTENER_LOCAL,    /* plain, loopback: /healthz, /readyz, /metrics */
};

struct link_request {
    uint64_t id;         /* of this request, unique while the front runs */
    uint64_t connection; /* of its connection, likewise */
    int64_t arrival_us;  /* when the last byte of the body had come */
    enum link_listener listener;
    struct base_bytes peer_address; /* "127.0.0.1" or "2001:db8::1" */
    struct base_bytes method;
    struct base_bytes path;                                  /* as sent, with its query string */
    struct base_bytes content_type, accept, accept_language; /* empty when absent */
    struct base_bytes certificate; /* DER of the verified peer; empty on the local listener */
    struct base_bytes body;
};

struct link_header {
    struct base_bytes name, value;
};

struct link_reply {
    uint64_t id;
    unsigned status;
    bool wants_delivery; /* tell with LINK_FRONT_DELIVERY whether the body left for good */
    size_t header_count;
    struct link_header headers[LINK_REPLY_HEADERS_MAX];
    struct base_bytes body;
};

struct link_delivery {
    uint64_t id;
    bool delivered;
};

/* Handshakes refused since the last such message: of one known certificate, or of all others together. */
struct link_refusal {
    int64_t at_us;
    uint32_t count;
    uint8_t verdict;                /* enum certs_verdict */
    struct base_bytes peer_address; /* empty when aggregated */
    struct base_bytes certificate;  /* DER, empty when aggregated or none was sent */
    struct base_bytes detail;       /* certs_verdict's detail text */
};

/* Encoders append the body of a frame and return the buffer's error. */
int link_request_encode(const struct link_request *request, struct base_buffer *out);
int link_reply_encode(const struct link_reply *reply, struct base_buffer *out);
int link_delivery_encode(const struct link_delivery *delivery, struct base_buffer *out);
int link_refusal_encode(const struct link_refusal *refusal, struct base_buffer *out);

/* -EBADMSG for anything that is not exactly one message within the limits above; nothing is written then. */
int link_request_parse(struct base_bytes body, struct link_request *ret_request) BASE_MUST_USE;
int link_reply_parse(struct base_bytes body, struct link_reply *ret_reply) BASE_MUST_USE;
int link_delivery_parse(struct base_bytes body, struct link_delivery *ret_delivery) BASE_MUST_USE;
int link_refusal_parse(struct base_bytes body, struct link_refusal *ret_refusal) BASE_MUST_USE;

#endif
