#include "gateway/adapters/https.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { HEADER_BYTES_MAX = 64 * 1024, IDLE_MAX_S = 4, ATTEMPTS_MAX = 2 };

struct adapter_https_line {
    const struct adapter_https_settings *settings;
    CURL *curl;
    struct curl_slist *resolve;
};

struct exchange {
    struct adapter_https_response *response;
    size_t header_bytes;
    unsigned sent; /* how often a connection stood and the request was about to go over it */
    bool is_excess;
};

/* ---- What libcurl calls ---- */

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t len = size * count;
    if (base_buffer_append(&exchange->response->body, base_bytes_of(data, len)) == 0)
        return len;
    exchange->is_excess = true;
    return 0;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    (void) data;
    struct exchange *exchange = context;
    exchange->header_bytes += size * count;
    if (exchange->header_bytes <= HEADER_BYTES_MAX)
        return size * count;
    exchange->is_excess = true;
    return 0;
}

/* The connection stands: what follows is the request. A second time means that libcurl found the first connection
 * closed after the request had gone over it, and would repeat it. */
static int note_sending(void *context, char *peer, char *own, int peer_port, int own_port)
{
    (void) peer;
    (void) own;
    (void) peer_port;
    (void) own_port;
    struct exchange *exchange = context;
    exchange->sent++;
    return exchange->sent > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- A line ---- */

static CURLcode set_trust(CURL *curl, const struct adapter_https_settings *settings)
{
    const struct {
        CURLoption option;
        const struct base_buffer *content;
    } blobs[] = {{CURLOPT_CAINFO_BLOB, &settings->ca},
                 {CURLOPT_SSLCERT_BLOB, &settings->certificate},
                 {CURLOPT_SSLKEY_BLOB, &settings->key}};
    CURLcode code = CURLE_OK;
    for (size_t i = 0; code == CURLE_OK && i < BASE_ARRAY_LENGTH(blobs); i++) {
        struct curl_blob blob = {
            .data = blobs[i].content->data, .len = blobs[i].content->len, .flags = CURL_BLOB_NOCOPY};
        code = curl_easy_setopt(curl, blobs[i].option, &blob);
    }
    /* No authority of the machine's own; an encrypted key is not asked about on a terminal. */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "") : code;
}

static CURLcode set_behaviour(CURL *curl)
{
    static const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_PATH_AS_IS, 1},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_MAXCONNECTS, 1},
        {CURLOPT_MAXAGE_CONN, IDLE_MAX_S},
        {CURLOPT_NOPROGRESS, 1},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; code == CURLE_OK && i < BASE_ARRAY_LENGTH(numbers); i++)
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* nor one from the environment */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, note_sending) : code;
}

/* A handle with everything that does not change; NULL when out of memory. */
static CURL *handle_new(const struct adapter_https_settings *settings, struct curl_slist *resolve)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        return NULL;
    CURLcode code = set_behaviour(curl);
    if (code == CURLE_OK)
        code = set_trust(curl, settings);
    if (code == CURLE_OK && resolve)
        code = curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve);
    if (code == CURLE_OK)
        return curl;
    curl_easy_cleanup(curl);
    return NULL;
}

int adapter_https_line_new(const struct adapter_https_settings *settings, struct adapter_https_line **ret_line)
{
    struct adapter_https_line *line = calloc(1, sizeof(*line));
    if (!line)
        return -ENOMEM;
    line->settings = settings;
    if (settings->resolve)
        line->resolve = curl_slist_append(NULL, settings->resolve);
    if (line->resolve || !settings->resolve)
        line->curl = handle_new(settings, line->resolve);
    if (!line->curl) {
        adapter_https_line_free(line);
        return -ENOMEM;
    }
    *ret_line = line;
    return 0;
}

void adapter_https_line_free(struct adapter_https_line *line)
{
    if (!line)
        return;
    curl_easy_cleanup(line->curl);
    curl_slist_free_all(line->resolve);
    free(line);
}

/* ---- An exchange ---- */

/* Adds a line, or on failure frees the whole list. NULL stays NULL. */
static struct curl_slist *add_header(struct curl_slist *take_list, const char *name, const char *value)
{
    char *text = NULL;
    if (asprintf(&text, "%s%s%s", name, value ? ": " : "", value ? value : "") < 0)
        text = NULL;
    struct curl_slist *list = text ? curl_slist_append(take_list, text) : NULL;
    if (!list)
        curl_slist_free_all(take_list);
    free(text);
    return list;
}

static struct curl_slist *headers_of(const struct adapter_https_request *request)
{
    struct curl_slist *list = add_header(NULL, "Accept", request->accept);
    if (list && request->content_type)
        list = add_header(list, "Content-Type", request->content_type);
    if (list) /* the body follows at once: nobody is asked whether it may */
        list = add_header(list, "Expect:", NULL);
    for (size_t i = 0; list && request->headers && request->headers[i]; i++)
        list = add_header(list, request->headers[i], NULL);
    return list;
}

static CURLcode set_method(CURL *curl, const struct adapter_https_request *request)
{
    if (!request->content_type)
        return curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_POST, 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body.len);
    const void *body = request->body.len > 0 ? (const void *) request->body.data : "";
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) : code;
}

static CURLcode set_context(CURL *curl, struct exchange *exchange)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_PREREQDATA, exchange) : code;
}

/* What is left until the deadline, in milliseconds: libcurl takes 0 for no limit. */
static CURLcode set_deadline(CURL *curl, int64_t deadline_us)
{
    int64_t left_ms = (deadline_us - base_clock_monotonic_us()) / 1000;
    long limit_ms = left_ms > 0 ? (long) left_ms : 1;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limit_ms);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, limit_ms) : code;
}

static enum adapter_https_end end_of(CURLcode code, const struct exchange *exchange)
{
    if (exchange->is_excess)
        return ADAPTER_HTTPS_EXCESS;
    if (exchange->sent > 0) {
        if (code == CURLE_OK)
            return ADAPTER_HTTPS_ANSWERED;
        return code == CURLE_OPERATION_TIMEDOUT ? ADAPTER_HTTPS_LATE : ADAPTER_HTTPS_LOST;
    }
    if (code == CURLE_OPERATION_TIMEDOUT)
        return ADAPTER_HTTPS_UNSENT;
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ? ADAPTER_HTTPS_UNTRUSTED
                                                                                    : ADAPTER_HTTPS_UNREACHED;
}

static void read_head(CURL *curl, struct adapter_https_response *response)
{
    const char *type = NULL;
    response->status = 0;
    (void) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response->status);
    (void) curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    size_t len = type ? strcspn(type, "; \t") : 0;
    if (len >= sizeof(response->content_type))
        len = 0;
    for (size_t i = 0; i < len; i++) {
        bool is_upper = type[i] >= 'A' && type[i] <= 'Z';
        response->content_type[i] = (char) (is_upper ? type[i] - 'A' + 'a' : type[i]);
    }
    response->content_type[len] = '\0';
}

static enum adapter_https_end attempt(struct adapter_https_line *line, const struct adapter_https_request *request,
                                      const char *url, struct curl_slist *headers,
                                      struct adapter_https_response *response)
{
    struct exchange exchange = {.response = response};
    CURL *curl = line->curl;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request->is_act ? 1L : 0L);
    if (code == CURLE_OK)
        code = set_method(curl, request);
    if (code == CURLE_OK)
        code = set_context(curl, &exchange);
    if (code == CURLE_OK)
        code = set_deadline(curl, request->deadline_us);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);
    enum adapter_https_end end = end_of(code, &exchange);
    if (end == ADAPTER_HTTPS_ANSWERED)
        read_head(curl, response);
    else
        base_buffer_reset(&response->body);
    return end;
}

/* What was asked about does not stay behind in the handle. */
static void forget(CURL *curl, const char *url)
{
    (void) curl_easy_setopt(curl, CURLOPT_URL, url);
    (void) curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    (void) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
}

void adapter_https_exchange(struct adapter_https_line *line, const struct adapter_https_request *request,
                            struct adapter_https_response *ret_response)
{
    char *url = NULL;
    struct curl_slist *headers = headers_of(request);
    int attempts = request->is_act ? 1 : ATTEMPTS_MAX;
    ret_response->end = ADAPTER_HTTPS_UNREACHED;
    ret_response->status = 0;
    ret_response->content_type[0] = '\0';
    if (asprintf(&url, "%s%s", line->settings->url, request->path) < 0)
        url = NULL;
    for (int i = 0; headers && url && i < attempts && ret_response->end == ADAPTER_HTTPS_UNREACHED; i++)
        ret_response->end = attempt(line, request, url, headers, ret_response);
    forget(line->curl, line->settings->url);
    curl_slist_free_all(headers);
    if (url)
        explicit_bzero(url, strlen(url));
    free(url);
}

/* ---- What an end means ---- */

static const char *words_of(enum adapter_https_end end)
{
    switch (end) {
    case ADAPTER_HTTPS_LOST:
        return "connection lost before the answer";
    case ADAPTER_HTTPS_LATE:
        return "no answer in time";
    case ADAPTER_HTTPS_EXCESS:
        return "answer too large";
    case ADAPTER_HTTPS_UNREACHED:
        return "registry not reached";
    case ADAPTER_HTTPS_UNTRUSTED:
        return "the peer is not shown to be the registry";
    case ADAPTER_HTTPS_UNSENT:
        return "no connection in time";
    case ADAPTER_HTTPS_ANSWERED:
        break;
    }
    return "answered";
}

static bool is_unsent(enum adapter_https_end end)
{
    return end == ADAPTER_HTTPS_UNREACHED || end == ADAPTER_HTTPS_UNTRUSTED || end == ADAPTER_HTTPS_UNSENT;
}

static enum link_outcome outcome_of(enum adapter_https_end end, const struct adapter_call *call)
{
    if (call->mode == LINK_CALL_SETTLE)
        return end == ADAPTER_HTTPS_EXCESS ? LINK_OUTCOME_UNKNOWN : LINK_OUTCOME_UNAVAILABLE;
    if (call->service->is_act)
        return is_unsent(end) ? LINK_OUTCOME_FAILED : LINK_OUTCOME_UNKNOWN;
    return end == ADAPTER_HTTPS_LATE || end == ADAPTER_HTTPS_UNSENT ? LINK_OUTCOME_TIMEOUT : LINK_OUTCOME_FAILED;
}

void adapter_https_conclude(enum adapter_https_end end, const struct adapter_call *call, struct adapter_reply *reply)
{
    enum adapter_health health = end == ADAPTER_HTTPS_EXCESS ? ADAPTER_WELL : ADAPTER_ILL;
    adapter_reply_conclude(reply, outcome_of(end, call), health, words_of(end));
}

bool adapter_https_probe(struct adapter_https_line *line, int64_t deadline_us)
{
    struct adapter_https_response none = {0};
    struct exchange exchange = {.response = &none};
    CURL *curl = handle_new(line->settings, line->resolve); /* its connection cannot be used for anything else */
    if (!curl)
        return false;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, line->settings->url);
    if (code == CURLE_OK)
        code = set_context(curl, &exchange);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    if (code == CURLE_OK)
        code = set_deadline(curl, deadline_us);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    return code == CURLE_OK;
}
