#include "gateway/front/reply.h"

#include "gateway/front/trust.h"
#include "gateway/front/waiting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS_MAX = 1024 * 1024 };

static bool is_token(struct base_bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f || name.data[i] == ':')
            return false;
    return name.len > 0;
}

static bool is_value(struct base_bytes value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] < ' ' || value.data[i] == 0x7f)
            return false;
    return true;
}

static char *append_text(char **at, struct base_bytes bytes)
{
    char *text = *at;
    if (bytes.len > 0)
        memcpy(text, bytes.data, bytes.len);
    text[bytes.len] = '\0';
    *at += bytes.len + 1;
    return text;
}

int front_reply_copy(const struct link_reply *reply, struct front_reply *ret_reply)
{
    struct front_reply copy = {
        .status = reply->status, .wants_delivery = reply->wants_delivery, .header_count = reply->header_count};
    size_t text_len = 1;
    for (size_t i = 0; i < reply->header_count; i++) {
        if (!is_token(reply->headers[i].name) || !is_value(reply->headers[i].value))
            return -EBADMSG;
        text_len += reply->headers[i].name.len + reply->headers[i].value.len + 2;
    }
    copy.text = malloc(text_len);
    copy.body = malloc(sizeof(*copy.body) + reply->body.len);
    if (!copy.text || !copy.body) {
        free(copy.text);
        free(copy.body);
        return -ENOMEM;
    }
    char *at = copy.text;
    for (size_t i = 0; i < reply->header_count; i++) {
        copy.headers[i].name = append_text(&at, reply->headers[i].name);
        copy.headers[i].value = append_text(&at, reply->headers[i].value);
    }
    copy.body->len = reply->body.len;
    if (reply->body.len > 0)
        memcpy(copy.body->data, reply->body.data, reply->body.len);
    *ret_reply = copy;
    return 0;
}

static void free_body(void *body_pointer)
{
    struct front_body *body = body_pointer;
    if (body)
        explicit_bzero(body->data, body->len);
    free(body);
}

void front_reply_clear(struct front_reply *reply)
{
    free_body(reply->body);
    free(reply->text);
    *reply = (struct front_reply){0};
}

/* Clause 26: answers are not to be kept by anything on the way, nor by the browser. */
static bool add_fixed_headers(struct MHD_Response *response, const struct front_connection *connection)
{
    bool added = MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
                 MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES;
    if (connection && connection->listener == LINK_LISTENER_OFFICERS)
        added = added && MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000") == MHD_YES;
    if (connection && front_connection_is_ending(connection))
        added = added && MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
    return added;
}

/* Takes the response in any case. */
static enum MHD_Result queue(struct MHD_Connection *mhd, unsigned status, struct MHD_Response *take_response,
                             bool is_complete)
{
    enum MHD_Result result = is_complete ? MHD_queue_response(mhd, status, take_response) : MHD_NO;
    MHD_destroy_response(take_response);
    return result;
}

enum MHD_Result front_reply_send(struct front_connection *connection, struct MHD_Connection *mhd,
                                 struct front_reply *reply, bool is_head)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        reply->body->len, reply->body->data, free_body, reply->body);
    if (!response)
        return MHD_NO;
    /* A body follows the header unless the method or the status forbids one. */
    if (reply->body->len > 0 && !is_head && reply->status != MHD_HTTP_NO_CONTENT &&
        reply->status != MHD_HTTP_NOT_MODIFIED)
        front_connection_hold(connection);
    reply->body = NULL; /* the response's now */
    bool complete = add_fixed_headers(response, connection);
    for (size_t i = 0; i < reply->header_count; i++)
        complete =
            complete && MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) == MHD_YES;
    return queue(mhd, reply->status, response, complete);
}

enum MHD_Result front_reply_send_problem(struct front_connection *connection, struct MHD_Connection *mhd,
                                         enum front_problem problem, enum front_language language, bool ends_connection)
{
    struct base_bytes body = front_problem_body(problem, language);
    /* The static text is only read; the type of the parameter is older than const. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, (void *) (uintptr_t) body.data, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    bool complete =
        add_fixed_headers(response, connection) &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/problem+json") == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_LANGUAGE, front_language_name(language)) == MHD_YES;
    if (ends_connection)
        complete = complete && MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
    if (problem == FRONT_PROBLEM_OVERLOADED)
        complete = complete && MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "2") == MHD_YES;
    return queue(mhd, front_problem_status(problem), response, complete);
}

enum MHD_Result front_reply_send_alive(struct MHD_Connection *mhd)
{
    static char text[] = "ok\n";
    struct MHD_Response *response = MHD_create_response_from_buffer(3, text, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    bool complete = add_fixed_headers(response, NULL) &&
                    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain") == MHD_YES;
    return queue(mhd, MHD_HTTP_OK, response, complete);
}

static int append_own_metrics(struct front *front, struct base_buffer *out)
{
    const struct front_gauge gauges[] = {
        {"connections_open", "Open connections of both listeners.",
         (int64_t) front_connections_count(front->connections)},
        {"requests_in_flight", "Requests being received or waiting.", (int64_t) front_waiting_count(front->waiting)},
        {"gateway_up", "1 while connected to the gateway.", atomic_load(&front->gateway_up)},
        {"crl_next_update_seconds", "Unix time at which the first CRL in use goes out of date.",
         front_trust_next_update_us(front->trust) / 1000000},
    };
    return front_counters_write(&front->counters, gauges, BASE_ARRAY_LENGTH(gauges), out);
}

enum MHD_Result front_reply_send_metrics(struct front_connection *connection, struct MHD_Connection *mhd,
                                         struct front_reply *reply)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, METRICS_MAX);
    if (reply->status == MHD_HTTP_OK)
        (void) base_buffer_append(&text, base_bytes_of(reply->body->data, reply->body->len));
    if (append_own_metrics(connection->front, &text) != 0)
        return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_buffer(text.len, text.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    bool complete =
        add_fixed_headers(response, connection) &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; version=0.0.4") == MHD_YES;
    return queue(mhd, MHD_HTTP_OK, response, complete);
}
