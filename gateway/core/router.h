/* Which page a request asks for. */
#ifndef GATEWAY_CORE_ROUTER_H
#define GATEWAY_CORE_ROUTER_H

#include "base/bytes.h"
#include "gateway/link/front_message.h"
#include "gateway/wire/code.h"

enum core_page {
    CORE_PAGE_NONE = 0,
    CORE_PAGE_QUERY,       /* POST /v1/queries */
    CORE_PAGE_EXPLAIN,     /* POST /v1/explain */
    CORE_PAGE_ACT,         /* POST /v1/acts */
    CORE_PAGE_REGISTRY,    /* GET /v1/registry/{rest}, with its query string */
    CORE_PAGE_UPLOAD,      /* POST /v1/uploads */
    CORE_PAGE_SCAN,        /* GET /v1/scans/{rest} */
    CORE_PAGE_OUTCOME,     /* GET /v1/queries/{rest}: an id, or id/part */
    CORE_PAGE_SERVICES,    /* GET /v1/services */
    CORE_PAGE_SERVICE,     /* GET /v1/services/{rest} */
    CORE_PAGE_CHECKPOINT,  /* GET /v1/log/checkpoint */
    CORE_PAGE_TILE,        /* GET /v1/log/tile/{rest} */
    CORE_PAGE_HEALTH,      /* GET /healthz, local listener */
    CORE_PAGE_READY,       /* GET /readyz, local listener */
    CORE_PAGE_METRICS,     /* GET /metrics, local listener */
    CORE_PAGE_COUNT
};

struct core_route {
    enum core_page page;
    enum wire_code refusal;  /* with CORE_PAGE_NONE: why */
    const char *allow;       /* with method-not-allowed: "GET" or "POST"; static */
    struct base_bytes rest;  /* of the path, borrowed */
};

/* Paths are matched as they are, without decoding: none of ours needs an escape. A query string is refused with
 * not-found where no page takes one; it is part of rest where one does. Signed messages must be of a CMS content type, uploads
 * of one of theirs. Any thread. */
struct core_route core_route_find(const struct link_request *request);

/* A number in the rest of a path: decimal, without a leading zero, 1 to max (at most 9,999); 0 for anything else. */
unsigned core_route_number(struct base_bytes text, unsigned max);

/* "query", "explain", ... for metrics; static. */
const char *core_page_text(enum core_page page);

#endif
