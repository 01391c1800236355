#include "gateway/front/request.h"

#include "gateway/front/delivery.h"
#include "gateway/front/peers.h"
#include "gateway/front/problem.h"
#include "gateway/front/reply.h"
#include "gateway/front/trust.h"
#include "gateway/front/waiting.h"
#include "gateway/link/channel.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    /* A refused body up to this size is read and thrown away, so that the connection survives the refusal. */
    DISCARD_MAX = 1024 * 1024,
    FRAME_ROUGH_BYTES = 512,
};

enum stage {
    STAGE_HEADER,  /* nothing decided yet */
    STAGE_BODY,    /* the body is collected */
    STAGE_DISCARD, /* the body is read and dropped; the problem is answered at its end */
    STAGE_WAITING, /* the connection is suspended */
    STAGE_REPLY,   /* the reply, or a problem, is ready */
};

struct front_request {
    struct front_connection *connection;
    struct MHD_Connection *mhd;
    enum stage stage;
    bool is_head, ends_connection;
    bool is_upload, is_uploader;   /* counted in front->uploads, front->uploaders */
    char uploader[FRONT_ADDRESS_TEXT_MAX]; /* the certificate, as it is counted */
    uint64_t id;       /* place among those under way; 0 for none */
    uint64_t body_len; /* announced */
    enum front_problem problem;
    struct base_buffer body;
    struct front_reply reply;
    size_t path_len;
    char path[];
};

struct front_request *front_request_new(struct front_connection *connection, const char *path)
{
    size_t len = strnlen(path, LINK_HEADER_MAX + 1);
    struct front_request *request = calloc(1, sizeof(*request) + len + 1);
    if (!request)
        return NULL;
    request->connection = connection;
    request->path_len = len;
    memcpy(request->path, path, len);
    base_buffer_init(&request->body, LINK_BODY_MAX);
    front_connection_enter(connection, FRONT_PHASE_HEADER);
    return request;
}

void front_request_free(struct front_request *request, bool is_sent)
{
    if (!request)
        return;
    struct front *front = request->connection->front;
    if (request->reply.wants_delivery) {
        if (is_sent && request->problem == FRONT_PROBLEM_NONE)
            front_deliveries_add(front->deliveries, request->id, request->connection->fd);
        else
            front_delivery_report(front, request->id, false);
    }
    if (request->id != 0)
        front_waiting_release(front->waiting, request->id);
    front_connection_enter(request->connection, FRONT_PHASE_IDLE);
    base_buffer_clear(&request->body);
    if (request->is_upload)
        front_peers_release(front->uploads, request->connection->peer_address);
    if (request->is_uploader)
        front_peers_release(front->uploaders, request->uploader);
    front_reply_clear(&request->reply);
    free(request);
}

/* The two questions that the front answers itself, wholly or in part. */
static bool asks_local(const struct front_request *request, const char *path)
{
    return request->connection->listener == LINK_LISTENER_LOCAL &&
           base_bytes_equal_text(base_bytes_of(request->path, request->path_len), path);
}

static struct base_bytes header_of(struct MHD_Connection *mhd, const char *name)
{
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(mhd, MHD_HEADER_KIND, name, strlen(name), &value, &len) != MHD_YES || !value)
        return base_bytes_of(NULL, 0);
    return base_bytes_of(value, len);
}

/* ---- header ---- */

struct framing {
    unsigned lengths, encodings;
    bool is_number, has_bad_name;
    uint64_t length;
};

static bool parse_length(const char *text, size_t len, uint64_t *ret_length)
{
    uint64_t value = 0;
    if (len == 0 || len > 18)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t) (text[i] - '0');
    }
    *ret_length = value;
    return true;
}

/* libmicrohttpd keeps what stands between a name and its colon as part of the name; others would not. */
static bool is_name(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] == 0x7f)
            return false;
    return len > 0;
}

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                  const char *value, size_t value_len)
{
    struct framing *framing = context;
    (void) kind;
    framing->has_bad_name = framing->has_bad_name || !is_name(name, name_len);
    if (name_len == 14 && strncasecmp(name, "Content-Length", 14) == 0) {
        framing->lengths++;
        framing->is_number = value && parse_length(value, value_len, &framing->length);
    } else if (name_len == 17 && strncasecmp(name, "Transfer-Encoding", 17) == 0) {
        framing->encodings++;
    }
    return MHD_YES;
}

/* Two readings of where a request ends are one too many: whoever sends both lengths, or one twice, is refused, also
 * where RFC 9112 §6.3 would allow to choose; white space in a name is refused by §5.1. A body needs its length. */
static enum front_problem check_framing(const struct framing *framing, const char *method)
{
    if (framing->has_bad_name || framing->lengths > 1 || (framing->lengths > 0 && framing->encodings > 0))
        return FRONT_PROBLEM_BAD_REQUEST;
    if (framing->encodings > 0)
        return FRONT_PROBLEM_LENGTH_REQUIRED;
    if (framing->lengths == 1 && !framing->is_number)
        return FRONT_PROBLEM_BAD_REQUEST;
    bool needs_body = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    return needs_body && framing->lengths == 0 ? FRONT_PROBLEM_LENGTH_REQUIRED : FRONT_PROBLEM_NONE;
}

/* Types whose bodies may be long; parameters are the gateway's to judge. */
static bool is_upload_type(struct base_bytes type)
{
    static const char *const types[] = {"application/pdf", "image/png", "image/jpeg", "application/json"};
    size_t len = 0;
    while (len < type.len && type.data[len] != ';' && type.data[len] != ' ')
        len++;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(types); i++)
        if (len == strlen(types[i]) && strncasecmp((const char *) type.data, types[i], len) == 0)
            return true;
    return false;
}

static uint64_t body_max(const struct front_request *request)
{
    const struct front_settings *settings = request->connection->front->settings;
    bool is_upload = is_upload_type(header_of(request->mhd, MHD_HTTP_HEADER_CONTENT_TYPE));
    return (uint64_t) (is_upload ? settings->upload_bytes_max : settings->body_bytes_max);
}

static enum front_problem check_header(const struct front_request *request, const struct framing *framing,
                                       const char *method)
{
    enum front_problem problem = check_framing(framing, method);
    if (problem != FRONT_PROBLEM_NONE)
        return problem;
    if (framing->length > body_max(request))
        return FRONT_PROBLEM_TOO_LARGE;
    static const char *const passed[] = {MHD_HTTP_HEADER_CONTENT_TYPE, MHD_HTTP_HEADER_ACCEPT,
                                         MHD_HTTP_HEADER_ACCEPT_LANGUAGE};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(passed); i++)
        if (header_of(request->mhd, passed[i]).len > LINK_HEADER_MAX)
            return FRONT_PROBLEM_BAD_REQUEST;
    return request->path_len > LINK_HEADER_MAX || strlen(method) > 32 ? FRONT_PROBLEM_BAD_REQUEST : FRONT_PROBLEM_NONE;
}

static enum MHD_Result send_problem(struct front_request *request)
{
    enum front_language language = front_language_find(header_of(request->mhd, MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
    front_connection_enter(request->connection, FRONT_PHASE_SEND);
    return front_reply_send_problem(request->connection, request->mhd, request->problem, language,
                                    request->ends_connection);
}

/* Answers at once where the body's end is not known or too far away (the connection then ends), else after it. */
static enum MHD_Result refuse(struct front_request *request, enum front_problem problem, const struct framing *framing)
{
    front_counters_add(&request->connection->front->counters, problem == FRONT_PROBLEM_OVERLOADED
                                                                  ? FRONT_COUNT_REQUESTS_OVERLOADED
                                                                  : FRONT_COUNT_REQUESTS_MALFORMED);
    request->problem = problem;
    if (problem == FRONT_PROBLEM_LENGTH_REQUIRED || framing->has_bad_name || framing->encodings > 0 ||
        framing->lengths > 1 || framing->length > DISCARD_MAX) {
        request->stage = STAGE_REPLY;
        request->ends_connection = true;
        return send_problem(request);
    }
    request->stage = STAGE_DISCARD;
    return MHD_YES;
}

/* So many bytes of its SHA-256 as have room; "-" without a certificate. */
static void uploader_write(const struct front_connection *connection, char ret_text[static FRONT_ADDRESS_TEXT_MAX])
{
    struct base_bytes der = front_connection_certificate(connection);
    uint8_t digest[32];
    snprintf(ret_text, FRONT_ADDRESS_TEXT_MAX, "-");
    if (der.len == 0 || gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.len, digest) != 0)
        return;
    for (size_t i = 0; i < 16; i++)
        snprintf(ret_text + 2 * i, 3, "%02x", digest[i]);
}

/* A place for a long body: one of those there are, of those of its address and of its certificate, so that nobody holds them
 * all by sending slowly. Its memory is not touched before its bytes come. */
static enum front_problem upload_begin(struct front_request *request, uint64_t len)
{
    struct front *front = request->connection->front;
    if (len <= (uint64_t) front->settings->body_bytes_max)
        return FRONT_PROBLEM_NONE;
    uploader_write(request->connection, request->uploader);
    request->is_uploader = front_peers_take(front->uploaders, request->uploader) == 0;
    if (!request->is_uploader)
        return FRONT_PROBLEM_OVERLOADED;
    request->is_upload = front_peers_take(front->uploads, request->connection->peer_address) == 0;
    if (!request->is_upload)
        return FRONT_PROBLEM_OVERLOADED;
    if (!base_buffer_extend(&request->body, (size_t) len))
        return FRONT_PROBLEM_OVERLOADED;
    base_buffer_reset(&request->body);
    front_connection_enter(request->connection, FRONT_PHASE_UPLOAD);
    return FRONT_PROBLEM_NONE;
}

static enum MHD_Result begin(struct front_request *request, const char *method)
{
    struct front *front = request->connection->front;
    front_counters_add(&front->counters, FRONT_COUNT_REQUESTS);
    request->is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (front_connection_check(request->connection) != CERTS_VERDICT_VALID)
        return MHD_NO;
    struct framing framing = {0};
    (void) MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, see_header, &framing);
    front_connection_enter(request->connection, FRONT_PHASE_BODY);
    enum front_problem problem = check_header(request, &framing, method);
    bool needs_place = !asks_local(request, "/healthz");
    if (problem == FRONT_PROBLEM_NONE && needs_place &&
        front_waiting_reserve(front->waiting, request, &request->id) != 0)
        problem = FRONT_PROBLEM_OVERLOADED;
    if (problem == FRONT_PROBLEM_NONE)
        problem = upload_begin(request, framing.length);
    if (problem != FRONT_PROBLEM_NONE)
        return refuse(request, problem, &framing);
    request->body_len = framing.length;
    request->stage = STAGE_BODY;
    return MHD_YES;
}

static enum MHD_Result send_reply(struct front_request *request)
{
    struct front_connection *connection = request->connection;
    front_connection_enter(connection, FRONT_PHASE_SEND);
    if (asks_local(request, "/metrics"))
        return front_reply_send_metrics(connection, request->mhd, &request->reply);
    if (request->problem != FRONT_PROBLEM_NONE)
        return send_problem(request);
    return front_reply_send(connection, request->mhd, &request->reply, request->is_head);
}

/* ---- body and the way to the gateway ---- */

static enum MHD_Result front_body_take(struct front_request *request, const char *data, size_t *data_len)
{
    size_t len = *data_len;
    *data_len = 0;
    if (request->stage == STAGE_DISCARD)
        return MHD_YES;
    if (request->stage != STAGE_BODY || request->body.len + len > request->body_len ||
        base_buffer_append(&request->body, base_bytes_of(data, len)) != 0)
        return MHD_NO;
    return MHD_YES;
}

static int send_request(struct front_request *request, const char *method)
{
    const struct front_connection *connection = request->connection;
    struct front *front = connection->front;
    const struct link_request message = {
        .id = request->id,
        .connection = connection->id,
        .arrival_us = base_clock_now_us(&front->clock),
        .listener = connection->listener,
        .peer_address = base_bytes_text(connection->peer_address),
        .method = base_bytes_text(method),
        .path = base_bytes_of(request->path, request->path_len),
        .content_type = header_of(request->mhd, MHD_HTTP_HEADER_CONTENT_TYPE),
        .accept = header_of(request->mhd, MHD_HTTP_HEADER_ACCEPT),
        .accept_language = header_of(request->mhd, MHD_HTTP_HEADER_ACCEPT_LANGUAGE),
        .certificate = front_connection_certificate(connection),
        .body = base_buffer_view(&request->body),
    };
    struct base_buffer frame BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&frame, LINK_REQUEST_FRAME_MAX);
    /* Room for all of it at once instead of by doubling. */
    (void) base_buffer_extend(&frame, FRAME_ROUGH_BYTES + message.certificate.len + message.body.len);
    base_buffer_reset(&frame);
    int r = link_request_encode(&message, &frame);
    base_buffer_clear(&request->body); /* the frame holds it */
    return r < 0 ? r : link_client_send(front->link, LINK_FRONT_REQUEST, base_buffer_view(&frame));
}

/* With the connection suspended, so that the reply may come at any moment. */
static enum MHD_Result hand_over(struct front_request *request, const char *method)
{
    struct front *front = request->connection->front;
    uint64_t id = request->id;
    request->stage = STAGE_WAITING;
    front_connection_enter(request->connection, FRONT_PHASE_REPLY);
    MHD_suspend_connection(request->mhd);
    if (front_waiting_begin(front->waiting, id, base_clock_monotonic_us() + front->settings->reply_us) != 0) {
        front_request_fail(request, FRONT_PROBLEM_OVERLOADED);
        return MHD_YES;
    }
    int r = send_request(request, method);
    /* Another thread may have taken it meanwhile, because the gateway was lost: then it is that thread's. */
    struct front_request *mine = r != 0 ? front_waiting_take(front->waiting, id) : NULL;
    if (mine)
        front_request_fail(mine, r == LINK_CHANNEL_LOST ? FRONT_PROBLEM_OUTCOME_UNKNOWN : FRONT_PROBLEM_OVERLOADED);
    return MHD_YES;
}

static enum MHD_Result end_of_body(struct front_request *request, const char *method)
{
    if (request->stage == STAGE_DISCARD) {
        request->stage = STAGE_REPLY;
        return send_reply(request);
    }
    if (request->stage != STAGE_BODY || request->body.len != request->body_len)
        return MHD_NO;
    if (asks_local(request, "/healthz")) {
        request->stage = STAGE_REPLY;
        return front_reply_send_alive(request->mhd);
    }
    /* The body may have taken long: what was revoked meanwhile asks nothing any more. */
    if (front_connection_check(request->connection) != CERTS_VERDICT_VALID)
        return MHD_NO;
    return hand_over(request, method);
}

/* ---- reply ---- */

void front_request_answer(struct front_request *request, const struct link_reply *reply)
{
    if (front_reply_copy(reply, &request->reply) != 0) {
        request->reply.wants_delivery = reply->wants_delivery;
        front_request_fail(request, FRONT_PROBLEM_OUTCOME_UNKNOWN);
        return;
    }
    request->stage = STAGE_REPLY;
    MHD_resume_connection(request->mhd);
}

void front_request_fail(struct front_request *request, enum front_problem problem)
{
    front_counters_add(&request->connection->front->counters, FRONT_COUNT_REQUESTS_OVERLOADED);
    request->problem = problem;
    request->stage = STAGE_REPLY;
    MHD_resume_connection(request->mhd);
}

enum MHD_Result front_request_handle(struct front_request *request, struct MHD_Connection *mhd, const char *method,
                                     const char *data, size_t *data_len)
{
    request->mhd = mhd;
    switch (request->stage) {
    case STAGE_HEADER:
        return begin(request, method);
    case STAGE_BODY:
    case STAGE_DISCARD:
        return *data_len > 0 ? front_body_take(request, data, data_len) : end_of_body(request, method);
    case STAGE_REPLY:
        return send_reply(request);
    case STAGE_WAITING:
        return MHD_NO;
    }
    return MHD_NO;
}
