/* The only place where an outcome becomes an HTTP response. */
#ifndef GATEWAY_FRONT_REPLY_H
#define GATEWAY_FRONT_REPLY_H

#include "gateway/front/connection.h"
#include "gateway/front/problem.h"

#include <microhttpd.h>

struct front_body;

/* An owned copy of the gateway's reply. */
struct front_reply {
    unsigned status; /* 0: none came */
    bool wants_delivery;
    size_t header_count;
    struct {
        char *name, *value; /* inside text */
    } headers[LINK_REPLY_HEADERS_MAX];
    char *text;
    struct front_body *body;
};

/* Wiped when freed: it may be an answer about a person. */
struct front_body {
    size_t len;
    uint8_t data[];
};

/* -ENOMEM, or -EBADMSG when a header cannot stand in HTTP. */
int front_reply_copy(const struct link_reply *reply, struct front_reply *ret_reply) BASE_MUST_USE;
/* Wipes the body. Accepts a zeroed struct. */
void front_reply_clear(struct front_reply *reply);

/* Each hands a response to libmicrohttpd, or gives MHD_NO, which closes the connection. The body is taken out of the
 * reply. */
enum MHD_Result front_reply_send(struct front_connection *connection, struct MHD_Connection *mhd,
                                 struct front_reply *reply, bool is_head);
enum MHD_Result front_reply_send_problem(struct front_connection *connection, struct MHD_Connection *mhd,
                                         enum front_problem problem, enum front_language language,
                                         bool ends_connection);
/* 200, for a probe that asks whether this process lives. */
enum MHD_Result front_reply_send_alive(struct MHD_Connection *mhd);
/* The gateway's metrics, if it gave any, and then the front's own. */
enum MHD_Result front_reply_send_metrics(struct front_connection *connection, struct MHD_Connection *mhd,
                                         struct front_reply *reply);

#endif
