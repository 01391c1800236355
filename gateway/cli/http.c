#include "gateway/cli/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t body_write(char *data, size_t size, size_t count, void *context)
{
    struct base_buffer *body = context;
    return base_buffer_append(body, base_bytes_of(data, size * count)) ? 0 : size * count;
}

/* One transfer, and what the server said of our certificate by a TLS alert (RFC 8446 section 6; 0 for none). libcurl's
 * words for alerts differ from version to version, so the number is taken from OpenSSL itself. */
struct transfer {
    CURL *curl;
    long timeout_s; /* 0: the default */
    int alert;
    char error[CURL_ERROR_SIZE];
};

static void alert_take(const SSL *ssl, int where, int value)
{
    struct transfer *transfer = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (transfer && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) != SSL3_AD_CLOSE_NOTIFY)
        transfer->alert = value & 0xff;
}

static CURLcode alerts_watch(CURL *curl, void *ssl_ctx, void *context)
{
    (void) curl;
    SSL_CTX_set_app_data(ssl_ctx, context);
    SSL_CTX_set_info_callback(ssl_ctx, alert_take);
    return CURLE_OK;
}

static enum cli_http alert_name(int alert)
{
    switch (alert) {
    case SSL3_AD_CERTIFICATE_EXPIRED:
        return CLI_HTTP_CERTIFICATE_EXPIRED;
    case SSL3_AD_CERTIFICATE_REVOKED:
        return CLI_HTTP_CERTIFICATE_REVOKED;
    case SSL3_AD_UNSUPPORTED_CERTIFICATE:
        return CLI_HTTP_CERTIFICATE_PROFILE;
    case TLS1_AD_UNKNOWN_CA:
        return CLI_HTTP_CERTIFICATE_UNTRUSTED;
    case SSL3_AD_BAD_CERTIFICATE:
    case SSL3_AD_CERTIFICATE_UNKNOWN:
    case TLS13_AD_CERTIFICATE_REQUIRED:
    case TLS1_AD_ACCESS_DENIED:
        return CLI_HTTP_CERTIFICATE_REFUSED;
    default:
        return CLI_HTTP_UNREACHABLE;
    }
}

static enum cli_http failure_name(CURLcode code)
{
    switch ((int) code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return CLI_HTTP_SERVER_UNTRUSTED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
        return CLI_HTTP_UNREACHABLE;
    default:
        return CLI_HTTP_FAILED;
    }
}

/* "application/json; charset=utf-8" -> "application/json" */
static void content_type_take(CURL *curl, char ret_type[static CLI_HTTP_TYPE_MAX])
{
    const char *type = NULL;
    ret_type[0] = '\0';
    if (curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK || !type)
        return;
    size_t len = strcspn(type, "; \t");
    if (len >= CLI_HTTP_TYPE_MAX)
        return;
    for (size_t i = 0; i < len; i++)
        ret_type[i] = (char) tolower((unsigned char) type[i]);
    ret_type[len] = '\0';
}

static int options_set(struct transfer *transfer)
{
    CURL *curl = transfer->curl;
    return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->error) ||
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) || curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) ||
           curl_easy_setopt(curl, CURLOPT_PROXY, "") ||
           curl_easy_setopt(curl, CURLOPT_TIMEOUT,
                            transfer->timeout_s > 0 ? transfer->timeout_s : (long) CLI_HTTP_TIMEOUT_S) ||
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long) CLI_HTTP_CONNECT_TIMEOUT_S);
}

/* ret_is_lost: the connection stood and was lost, and nothing said why. */
static enum cli_http perform(struct transfer *transfer, struct cli_http_reply *ret_reply,
                             char ret_error[static CLI_HTTP_ERROR_MAX], bool *ret_is_lost)
{
    CURL *curl = transfer->curl;
    struct base_buffer *body = &ret_reply->body;
    *ret_is_lost = false;
    base_buffer_reset(body);
    if (options_set(transfer) || curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_write) ||
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, body)) {
        snprintf(ret_error, CLI_HTTP_ERROR_MAX, "libcurl lacks an option that is needed");
        return CLI_HTTP_FAILED;
    }
    CURLcode code = curl_easy_perform(curl);
    if (base_buffer_error(body)) {
        snprintf(ret_error, CLI_HTTP_ERROR_MAX, "the reply is longer than %zu bytes", body->max);
        return CLI_HTTP_FAILED;
    }
    if (code != CURLE_OK) {
        snprintf(ret_error, CLI_HTTP_ERROR_MAX, "%s", transfer->error[0] ? transfer->error : curl_easy_strerror(code));
        *ret_is_lost = transfer->alert == 0 && (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
                                                code == CURLE_GOT_NOTHING || code == CURLE_SSL_CONNECT_ERROR);
        return transfer->alert ? alert_name(transfer->alert) : failure_name(code);
    }
    curl_off_t retry_after = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret_reply->status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    ret_reply->retry_after_s = retry_after > 0 && retry_after < 86400 ? (long) retry_after : 0;
    content_type_take(curl, ret_reply->content_type);
    ret_error[0] = '\0';
    return CLI_HTTP_REPLIED;
}

static struct curl_blob blob_of(struct base_bytes bytes)
{
    return (struct curl_blob){.data = (void *) (uintptr_t) bytes.data, .len = bytes.len, .flags = CURL_BLOB_COPY};
}

/* Our certificate, their authorities, and nothing that the machine trusts besides. */
static int tls_set(struct transfer *transfer, const struct cli_http_peer *peer)
{
    CURL *curl = transfer->curl;
    struct curl_blob cert = blob_of(peer->cert_pem);
    struct curl_blob key = blob_of(peer->key_pem);
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") ||
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2) ||
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) || curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) ||
           curl_easy_setopt(curl, CURLOPT_CAINFO, peer->ca_path) || curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) ||
           curl_easy_setopt(curl, CURLOPT_CRLFILE, peer->crl_path) ||
           curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, "PEM") || curl_easy_setopt(curl, CURLOPT_SSLKEYTYPE, "PEM") ||
           curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &cert) || curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key) ||
           curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, alerts_watch) ||
           curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, transfer);
}

static struct curl_slist *headers_new(const struct cli_http_request *request)
{
    char line[256];
    struct curl_slist *list = curl_slist_append(NULL, "Accept: application/json, application/problem+json");
    const char *const pairs[][2] = {{"Accept-Language", request->accept_language},
                                    {"Content-Type", request->content_type}};
    for (size_t i = 0; list && i < BASE_ARRAY_LENGTH(pairs); i++) {
        if (!pairs[i][1])
            continue;
        snprintf(line, sizeof line, "%s: %s", pairs[i][0], pairs[i][1]);
        struct curl_slist *longer = curl_slist_append(list, line);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
    }
    /* Without this curl waits a second for a "100 Continue" before it sends a larger body. */
    struct curl_slist *longer = list ? curl_slist_append(list, "Expect:") : NULL;
    if (list && !longer)
        curl_slist_free_all(list);
    return longer;
}

/* With TLS 1.3 a server says no to our certificate only after we began to send: the connection may be reset before the
 * alert is read. A handshake of TLS 1.2, in which the alert comes before anything is sent, tells what it was. The query
 * is not sent again. */
static enum cli_http alert_ask(const struct cli_http_peer *peer)
{
    struct transfer transfer = {.curl = curl_easy_init()};
    CURL *curl = transfer.curl;
    if (curl && !options_set(&transfer) && !tls_set(&transfer, peer) &&
        !curl_easy_setopt(curl, CURLOPT_URL, peer->url) &&
        !curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                          (long) CURL_SSLVERSION_TLSv1_2 | (long) CURL_SSLVERSION_MAX_TLSv1_2) &&
        !curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L) &&
        !curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long) CLI_HTTP_CONNECT_TIMEOUT_S))
        (void) curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    return alert_name(transfer.alert);
}

enum cli_http cli_http_send(const struct cli_http_peer *peer, const struct cli_http_request *request,
                            struct cli_http_reply *ret_reply, char ret_error[static CLI_HTTP_ERROR_MAX])
{
    enum cli_http outcome = CLI_HTTP_FAILED;
    bool is_lost = false;
    char *url = NULL;
    struct curl_slist *headers = headers_new(request);
    struct transfer transfer = {.curl = curl_easy_init(), .timeout_s = request->timeout_s};
    CURL *curl = transfer.curl;
    snprintf(ret_error, CLI_HTTP_ERROR_MAX, "out of memory");
    if (!curl || !headers || asprintf(&url, "%s%s", peer->url, request->path) < 0) {
        url = NULL;
        goto done;
    }
    if (tls_set(&transfer, peer) || curl_easy_setopt(curl, CURLOPT_URL, url) ||
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers)) {
        snprintf(ret_error, CLI_HTTP_ERROR_MAX, "libcurl cannot use these certificates; it needs its OpenSSL form");
        goto done;
    }
    if (request->content_type &&
        (curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body.len) ||
         curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data ? (const char *) request->body.data : "")))
        goto done;
    outcome = perform(&transfer, ret_reply, ret_error, &is_lost);
    if (is_lost)
        outcome = alert_ask(peer);
done:
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    free(url);
    return outcome;
}

enum cli_http cli_http_fetch(const char *url, struct cli_http_reply *ret_reply,
                             char ret_error[static CLI_HTTP_ERROR_MAX])
{
    enum cli_http outcome = CLI_HTTP_FAILED;
    bool is_lost = false;
    struct transfer transfer = {.curl = curl_easy_init()};
    CURL *curl = transfer.curl;
    snprintf(ret_error, CLI_HTTP_ERROR_MAX, "out of memory");
    if (curl && !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") && !curl_easy_setopt(curl, CURLOPT_URL, url))
        outcome = perform(&transfer, ret_reply, ret_error, &is_lost);
    curl_easy_cleanup(curl);
    return outcome;
}

void cli_http_reply_init(struct cli_http_reply *reply, size_t body_max_bytes)
{
    *reply = (struct cli_http_reply){.status = 0};
    base_buffer_init(&reply->body, body_max_bytes);
}

void cli_http_reply_clear(struct cli_http_reply *reply)
{
    base_buffer_clear(&reply->body);
}
