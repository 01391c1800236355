/* One HTTP request from its first line to its reply.
 *
 * Runs in libmicrohttpd's threads, but for front_request_answer() and front_request_fail(), which the thread calls that
 * took the request out of front_waiting: it alone then owns it, until it resumes the connection. */
#ifndef GATEWAY_FRONT_REQUEST_H
#define GATEWAY_FRONT_REQUEST_H

#include "gateway/front/connection.h"
#include "gateway/front/problem.h"

#include <microhttpd.h>

struct front_request;

/* At the first line, path as sent. NULL when out of memory: the connection is then closed. */
struct front_request *front_request_new(struct front_connection *connection, const char *path) BASE_MUST_USE;

/* libmicrohttpd's access handler: header, body (front_body_take), reply (front_reply_send). */
enum MHD_Result front_request_handle(struct front_request *request, struct MHD_Connection *mhd, const char *method,
                                     const char *data, size_t *data_len);

/* The request is over; is_sent: the whole reply was handed to the kernel. Accepts NULL. */
void front_request_free(struct front_request *request, bool is_sent);

/* Ends the wait with the gateway's reply, which is copied; -ENOMEM ends it as front_request_fail() does. */
void front_request_answer(struct front_request *request, const struct link_reply *reply);
/* Ends the wait with a 503: FRONT_PROBLEM_OVERLOADED only where the request surely was not sent. */
void front_request_fail(struct front_request *request, enum front_problem problem);

#endif
