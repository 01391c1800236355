/* The HTTP adapter: JSON over HTTPS. Each parameter is encoded where the service's file puts it, each answer is read
 * strictly and mapped to the description's records. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/adapters/adapter.h"
#include "gateway/adapters/http_request.h"
#include "gateway/adapters/https.h"
#include "gateway/adapters/map.h"
#include "gateway/wire/json.h"
#include "gateway/wire/service.h"

enum { POINTER_STEP_MAX = 256 };

struct http_service {
    char *method, *path_text, *records, *settle_text;
    struct base_config_pairs request_lines, map_lines;
    struct adapter_path *path, *settle; /* settle: NULL where the registry cannot be asked */
    struct adapter_body *body;          /* NULL for GET */
    struct adapter_map *map;
};

struct adapter_line {
    const struct adapter_registry_settings *settings;
    struct adapter_https_line *https;
};

/* ---- Settings ---- */

static int http_registry_new(struct adapter_registry_settings *settings, struct adapter_keys *keys)
{
    settings->own = calloc(1, sizeof(struct adapter_https_settings));
    if (!settings->own)
        return -ENOMEM;
    adapter_https_keys(settings->own, "http", keys);
    return 0;
}

static int http_registry_check(struct adapter_registry_settings *settings, const char *folder, char **ret_error)
{
    return adapter_https_check(settings->own, "http", folder, ret_error);
}

static void http_registry_free(struct adapter_registry_settings *settings)
{
    adapter_https_clear(settings->own);
    free(settings->own);
}

static int http_reach(const struct adapter_registry_settings *settings, struct adapter_reach *ret_reach)
{
    const struct adapter_https_settings *own = settings->own;
    *ret_reach = (struct adapter_reach){.resolves_names = own->resolves_names};
    return 0;
}

static size_t list_keys(struct http_service *own, struct base_config_key ret_keys[static 6])
{
    const struct base_config_key keys[] = {
        {"http", "method", BASE_CONFIG_TEXT, &own->method, "GET", 3, 4, "GET or POST"},
        {"http", "path", BASE_CONFIG_TEXT, &own->path_text, NULL, 1, 2048, "path with {name} of parameters"},
        {"http", "records", BASE_CONFIG_TEXT, &own->records, "", 0, 256, "JSON pointer to the records"},
        {"http", "settle", BASE_CONFIG_TEXT, &own->settle_text, "", 0, 2048, "path to what became of {query}"},
        {"request", "member", BASE_CONFIG_PAIRS, &own->request_lines, NULL, 0, ADAPTER_BODY_LINES_MAX, "of the body"},
        {"map", "member", BASE_CONFIG_PAIRS, &own->map_lines, NULL, 0, ADAPTER_MAP_LINES_MAX, "where it is found"},
    };
    memcpy(ret_keys, keys, sizeof(keys));
    return BASE_ARRAY_LENGTH(keys);
}

static int http_service_new(struct adapter_service *service, struct adapter_keys *keys)
{
    struct http_service *own = calloc(1, sizeof(*own));
    if (!own)
        return -ENOMEM;
    service->own = own;
    struct base_config_key list[6];
    size_t count = list_keys(own, list);
    for (size_t i = 0; i < count; i++)
        adapter_keys_add(keys, list[i]);
    return 0;
}

static void http_service_free(struct adapter_service *service)
{
    struct http_service *own = service->own;
    if (!own)
        return;
    struct base_config_key list[6];
    base_config_clear(list, list_keys(own, list));
    adapter_path_free(own->path);
    adapter_path_free(own->settle);
    adapter_body_free(own->body);
    adapter_map_free(own->map);
    free(own);
}

/* A parameter that is not sent would make the registry answer a wider question than was permitted. */
static int check_parameters(const struct adapter_service *service, char **ret_error)
{
    const struct http_service *own = service->own;
    for (size_t i = 0; i < service->parameter_count; i++) {
        const char *name = service->parameters[i];
        if (!adapter_path_takes(own->path, name) && !(own->body && adapter_body_takes(own->body, name)))
            return adapter_fail(ret_error, "[http] path: the parameter %s is not sent", name);
    }
    return 0;
}

static const char *check_method(const struct adapter_service *service, bool *ret_posts)
{
    const struct http_service *own = service->own;
    *ret_posts = strcmp(own->method, "POST") == 0;
    if (!*ret_posts && strcmp(own->method, "GET") != 0)
        return "[http] method: must be GET or POST";
    if (!*ret_posts && service->is_act)
        return "[http] method: an act is sent by POST";
    if (!*ret_posts && own->request_lines.count > 0)
        return "[request]: a GET has no body";
    return own->records[0] && own->records[0] != '/' ? "[http] records: not a JSON pointer" : NULL;
}

static int check_settle(const struct adapter_service *service, char **ret_error)
{
    struct http_service *own = service->own;
    if (!own->settle_text[0])
        return 0;
    int r = adapter_path_new(own->settle_text, "[http] settle", service, &own->settle, ret_error);
    if (r == 0 && !adapter_path_takes(own->settle, "query"))
        r = adapter_fail(ret_error, "[http] settle: does not take {query}");
    return r;
}

static int http_service_check(struct adapter_service *service, const struct wire_service *described,
                              const char *folder, char **ret_error)
{
    (void) folder;
    struct http_service *own = service->own;
    const json_t *description = wire_service_description(described);
    bool posts;
    const char *what = check_method(service, &posts);
    if (what)
        return adapter_fail(ret_error, "%s", what);
    int r = adapter_path_new(own->path_text, "[http] path", service, &own->path, ret_error);
    if (r == 0 && posts)
        r = adapter_body_new(description, &own->request_lines, service, &own->body, ret_error);
    if (r == 0)
        r = check_parameters(service, ret_error);
    if (r == 0)
        r = check_settle(service, ret_error);
    return r == 0 ? adapter_map_new(description, &own->map_lines, &own->map, ret_error) : r;
}

/* ---- Lines ---- */

static int http_line_new(const struct adapter_registry_settings *settings, struct adapter_line **ret_line)
{
    struct adapter_line *line = calloc(1, sizeof(*line));
    if (!line)
        return -ENOMEM;
    line->settings = settings;
    int r = adapter_https_line_new(settings->own, &line->https);
    if (r < 0)
        free(line);
    else
        *ret_line = line;
    return r;
}

static void http_line_free(struct adapter_line *line)
{
    if (line)
        adapter_https_line_free(line->https);
    free(line);
}

static bool http_probe(struct adapter_line *line, int64_t deadline_us)
{
    return adapter_https_probe(line->https, deadline_us);
}

/* ---- Answers ---- */

/* One step of a JSON pointer (RFC 6901) without its slash; false when it is too long. */
static bool read_step(const char **pointer, char ret_step[static POINTER_STEP_MAX])
{
    const char *c = *pointer + 1;
    size_t len = 0;
    for (; *c && *c != '/'; c++) {
        if (len + 1 == POINTER_STEP_MAX)
            return false;
        char byte = *c;
        if (byte == '~' && (c[1] == '0' || c[1] == '1'))
            byte = *++c == '0' ? '~' : '/';
        ret_step[len++] = byte;
    }
    ret_step[len] = '\0';
    *pointer = c;
    return true;
}

static const json_t *follow(const json_t *value, const char *pointer)
{
    char step[POINTER_STEP_MAX];
    while (value && *pointer)
        value = read_step(&pointer, step) ? json_object_get(value, step) : NULL;
    return value;
}

/* What a whole answer of the right status holds. NULL when it has become records; else why it has not. */
static const char *take_records(const struct adapter_line *line, const struct http_service *own,
                                const struct adapter_https_response *response, size_t *ret_count,
                                struct adapter_reply *reply, char detail[static ADAPTER_MAP_DETAIL_MAX])
{
    char fault[WIRE_JSON_FAULT_MAX];
    json_t *answer BASE_CLEANUP(wire_json_cleanup) = NULL, *records BASE_CLEANUP(wire_json_cleanup) = NULL;
    if (strcmp(response->content_type, "application/json") != 0)
        return "answer is not of the type application/json";
    if (wire_json_parse(base_buffer_view(&response->body), LINK_RECORDS_MAX, &answer, fault) != 0)
        return "answer is not strict JSON";
    const json_t *found = follow(answer, own->records);
    if (!found || json_is_null(found))
        return "answer has no records where they should be";
    if (adapter_map_apply(own->map, found, false, (size_t) line->settings->records, &records, detail) != 0)
        return detail[0] ? detail : "no memory";
    if (wire_json_canonical(records, &reply->records) != 0 || base_buffer_error(&reply->records) != 0)
        return "records cannot be passed on";
    *ret_count = json_array_size(records);
    return NULL;
}

/* The registry, or we at it, are out of order; others are matters of one question. */
static enum adapter_health health_of(long status)
{
    bool is_ill = status >= 500 || status == 401 || status == 403 || status == 408 || status == 429;
    return is_ill ? ADAPTER_ILL : ADAPTER_WELL;
}

/* A plain refusal of a request means that it was not done. */
static bool is_refusal(long status)
{
    return status >= 400 && status < 500 && status != 408 && status != 409;
}

static void conclude_status(const struct adapter_call *call, long status, struct adapter_reply *reply)
{
    char detail[48];
    enum link_outcome outcome = LINK_OUTCOME_FAILED;
    if (call->mode == LINK_CALL_SETTLE || (call->service->is_act && !is_refusal(status)))
        outcome = LINK_OUTCOME_UNKNOWN;
    snprintf(detail, sizeof(detail), "registry answered with HTTP status %ld", status);
    adapter_reply_conclude(reply, outcome, health_of(status), detail);
}

/* An act that was answered was done, or not: an answer that nobody understands says neither. */
static void conclude_misfit(const struct adapter_call *call, const char *why, struct adapter_reply *reply)
{
    bool is_unknown = call->mode == LINK_CALL_SETTLE || call->service->is_act;
    base_buffer_reset(&reply->records);
    adapter_reply_conclude(reply, is_unknown ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED, ADAPTER_WELL, why);
}

static void conclude(const struct adapter_line *line, const struct adapter_call *call,
                     const struct adapter_https_response *response, struct adapter_reply *reply)
{
    char detail[ADAPTER_MAP_DETAIL_MAX] = "";
    size_t count = 0;
    bool is_made = call->service->is_act && call->mode == LINK_CALL_ASK && response->status == 201;
    if (response->end != ADAPTER_HTTPS_ANSWERED) {
        adapter_https_conclude(response->end, call, reply);
        return;
    }
    if (response->status != 200 && !is_made) {
        conclude_status(call, response->status, reply);
        return;
    }
    const char *why = take_records(line, call->service->own, response, &count, reply, detail);
    if (why) {
        conclude_misfit(call, why, reply);
    } else if (call->mode == LINK_CALL_SETTLE && count == 0) {
        base_buffer_reset(&reply->records);
        adapter_reply_conclude(reply, LINK_OUTCOME_FAILED, ADAPTER_WELL, "the registry has not done it");
    } else {
        adapter_reply_conclude(reply, LINK_OUTCOME_ANSWERED, ADAPTER_WELL, "");
    }
}

/* ---- Calls ---- */

static void exchange(struct adapter_line *line, const struct adapter_call *call, const char *path,
                     const struct base_buffer *body, struct adapter_reply *reply)
{
    struct adapter_https_response response = {0};
    base_buffer_init(&response.body, LINK_RECORDS_MAX);
    const struct adapter_https_request request = {
        .path = path,
        .accept = "application/json",
        .content_type = body ? "application/json" : NULL,
        .body = body ? base_buffer_view(body) : base_bytes_of(NULL, 0),
        .is_act = call->service->is_act && call->mode == LINK_CALL_ASK,
        .deadline_us = call->deadline_us,
    };
    adapter_https_exchange(line->https, &request, &response);
    conclude(line, call, &response, reply);
    base_buffer_clear(&response.body);
}

/* Nothing was sent. */
static void conclude_unfit(const struct adapter_call *call, struct adapter_reply *reply)
{
    bool settles = call->mode == LINK_CALL_SETTLE;
    adapter_reply_conclude(reply, settles ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_FAILED, ADAPTER_UNTOLD,
                           "a parameter does not fit into the request");
}

static void ask(struct adapter_line *line, const struct adapter_call *call, const struct adapter_path *path,
                const struct adapter_body *body, struct adapter_reply *reply)
{
    struct base_buffer path_bytes BASE_CLEANUP(base_buffer_clear), body_bytes BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&path_bytes, ADAPTER_PATH_MAX);
    base_buffer_init(&body_bytes, ADAPTER_BODY_MAX);
    int r = adapter_path_make(path, call, &path_bytes);
    if (r == 0 && body)
        r = adapter_body_make(body, call, &body_bytes);
    if (r == 0)
        r = base_buffer_append_u8(&path_bytes, '\0');
    if (r == 0)
        exchange(line, call, (const char *) path_bytes.data, body ? &body_bytes : NULL, reply);
    else
        conclude_unfit(call, reply);
}

static void http_call(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    const struct http_service *own = call->service->own;
    ask(line, call, own->path, own->body, ret_reply);
}

static void http_settle(struct adapter_line *line, const struct adapter_call *call, struct adapter_reply *ret_reply)
{
    const struct http_service *own = call->service->own;
    if (own->settle)
        ask(line, call, own->settle, NULL, ret_reply);
    else
        adapter_reply_conclude(ret_reply, LINK_OUTCOME_UNKNOWN, ADAPTER_UNTOLD, "this registry cannot be asked that");
}

const struct adapter_kind adapter_kind_http = {
    .name = "http",
    .registry_new = http_registry_new,
    .registry_check = http_registry_check,
    .registry_free = http_registry_free,
    .reach = http_reach,
    .service_new = http_service_new,
    .service_check = http_service_check,
    .service_free = http_service_free,
    .line_new = http_line_new,
    .line_free = http_line_free,
    .call = http_call,
    .settle = http_settle,
    .probe = http_probe,
};
