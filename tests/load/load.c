/* A load of signed queries, or of any other signed messages, on a running gateway: signs them all first, then sends them
 * over so many connections, as fast as they are answered or at a given rate, and tells what came back. Bounded in count
 * and time.
 *
 * Prints one JSON object: answers by status, seconds, rate, latency percentiles in microseconds. With --acknowledged it
 * writes a line for each answer that came with a receipt: id, request index, request leaf, result index, result leaf,
 * separated by tabs, so that a fault run can look for every one of them in the log afterwards. */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <uuid.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "certs/cms.h"
#include "certs/signer.h"

enum { COUNT_MAX = 1000000, CONNECTIONS_MAX = 256, PATH_BYTES = 4096, REPLY_MAX = 1 << 20, STATUS_MAX = 600 };

struct options {
    const char *instance, *person, *basis, *duty, *case_number, *article, *param_name, *param_value, *acknowledged, *content, *path;
    int service;
    long count, connections, rate, seconds;
};

struct query {
    char id[37];
    struct base_buffer signed_bytes;
};

struct load {
    struct options options;
    char url[PATH_BYTES], ca[PATH_BYTES], cert[PATH_BYTES], key[PATH_BYTES], origin[512];
    json_t *content; /* of --content; NULL: queries */
    struct certs_signer *signer;
    struct query *queries;
    int64_t *latencies_us; /* one for each answer, in order of coming */
    int64_t started_us, deadline_us;
    atomic_long next_to_sign, next_to_send, answers, receipts;
    atomic_long by_status[STATUS_MAX]; /* [0]: no answer */
    FILE *acknowledged;
    pthread_mutex_t acknowledged_mutex;
};

static void usage(FILE *out)
{
    fputs("usage: qao-load --instance DIR [--as NAME] [--service N] [--basis B] [--duty D] [--case C] [--article A]\n"
          "                [--param NAME=VALUE] [--count N] [--connections N] [--rate PER_SECOND] [--seconds N]\n"
          "                [--acknowledged FILE] [--content FILE] [--path PATH]\n"
          "Defaults: police, service 5, operative_search, iin=500101100000, 1000 queries, 16 connections, no rate,\n"
          "60 seconds at most. --content: a JSON object to be signed instead, each time with its own id, at and to;\n"
          "--path: where it goes (/v1/queries).\n",
          out);
}

static bool read_number(const char *text, long max, long *ret)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < 1 || value > max)
        return false;
    *ret = value;
    return true;
}

static bool read_option(int option, char *argument, struct options *options)
{
    long number = 0;
    switch (option) {
    case 'i': options->instance = argument; return true;
    case 'w': options->person = argument; return true;
    case 'b': options->basis = argument; return true;
    case 'd': options->duty = argument; return true;
    case 'c': options->case_number = argument; return true;
    case 'a': options->article = argument; return true;
    case 'k': options->acknowledged = argument; return true;
    case 'j': options->content = argument; return true;
    case 'P': options->path = argument; return true;
    case 'n': return read_number(argument, COUNT_MAX, &options->count);
    case 'C': return read_number(argument, CONNECTIONS_MAX, &options->connections);
    case 'r': return read_number(argument, 1000000, &options->rate);
    case 't': return read_number(argument, 3600, &options->seconds);
    case 's':
        options->service = read_number(argument, 76, &number) ? (int) number : 0;
        return options->service != 0;
    case 'p':
        options->param_name = argument;
        argument = strchr(argument, '=');
        if (!argument)
            return false;
        *argument = '\0';
        options->param_value = argument + 1;
        return true;
    default: return false;
    }
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"instance", 1, NULL, 'i'}, {"as", 1, NULL, 'w'},          {"service", 1, NULL, 's'}, {"basis", 1, NULL, 'b'},
        {"duty", 1, NULL, 'd'},     {"case", 1, NULL, 'c'},        {"article", 1, NULL, 'a'}, {"param", 1, NULL, 'p'},
        {"count", 1, NULL, 'n'},    {"connections", 1, NULL, 'C'}, {"rate", 1, NULL, 'r'},    {"seconds", 1, NULL, 't'},
        {"acknowledged", 1, NULL, 'k'}, {"content", 1, NULL, 'j'}, {"path", 1, NULL, 'P'}, {NULL, 0, NULL, 0},
    };
    *options = (struct options){.person = "police",
                                .basis = "operative_search",
                                .service = 5,
                                .path = "/v1/queries",
                                .param_name = "iin",
                                .param_value = "500101100000",
                                .count = 1000,
                                .connections = 16,
                                .seconds = 60};
    int option;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
        if (!read_option(option, optarg, options))
            return false;
    return options->instance && optind == argc;
}

static bool read_line(const char *folder, const char *name, char *ret, size_t max)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    bool ok = file && fgets(ret, (int) max, file);
    if (file)
        fclose(file);
    if (ok)
        ret[strcspn(ret, "\n")] = '\0';
    return ok;
}

/* The log's origin is the name in its vkey, up to the first '+'. */
static bool load_open(struct load *load)
{
    const struct options *options = &load->options;
    char sign_cert[PATH_BYTES], sign_key[PATH_BYTES];
    snprintf(load->ca, PATH_BYTES, "%s/ca/ca.pem", options->instance);
    snprintf(load->cert, PATH_BYTES, "%s/people/%s/auth.pem", options->instance, options->person);
    snprintf(load->key, PATH_BYTES, "%s/people/%s/auth.key", options->instance, options->person);
    snprintf(sign_cert, PATH_BYTES, "%s/people/%s/sign.pem", options->instance, options->person);
    snprintf(sign_key, PATH_BYTES, "%s/people/%s/sign.key", options->instance, options->person);
    char base[2048];
    if (!read_line(options->instance, "gateway.url", base, sizeof(base)) ||
        !read_line(options->instance, "log/log.vkey", load->origin, sizeof(load->origin))) {
        fprintf(stderr, "qao-load: no running instance at %s\n", options->instance);
        return false;
    }
    load->origin[strcspn(load->origin, "+")] = '\0';
    snprintf(load->url, PATH_BYTES, "%s%.256s", base, options->path);
    if (options->content && !json_is_object(load->content = json_load_file(options->content, JSON_REJECT_DUPLICATES, NULL))) {
        fprintf(stderr, "qao-load: %s holds no JSON object\n", options->content);
        return false;
    }
    char *error = NULL;
    if (certs_signer_read_pem(sign_cert, sign_key, NULL, &load->signer, &error) != 0) {
        fprintf(stderr, "qao-load: %s\n", error ? error : sign_key);
        free(error);
        return false;
    }
    if (options->acknowledged && !(load->acknowledged = fopen(options->acknowledged, "we"))) {
        fprintf(stderr, "qao-load: cannot write %s\n", options->acknowledged);
        return false;
    }
    return true;
}

/* The given object as a message of its own. */
static int given_content(const struct load *load, const char *id, const char *at, struct base_buffer *out)
{
    json_t *content = json_copy(load->content);
    int r = !content || json_object_set_new(content, "id", json_string(id)) ||
            json_object_set_new(content, "at", json_string(at)) ||
            json_object_set_new(content, "to", json_string(load->origin));
    char *text = r ? NULL : json_dumps(content, JSON_COMPACT);
    r = text ? base_buffer_append(out, base_bytes_text(text)) : -ENOMEM;
    free(text);
    json_decref(content);
    return r;
}

static int query_content(const struct load *load, const char *id, struct base_buffer *out)
{
    const struct options *options = &load->options;
    char at[BASE_TIME_TEXT_MAX];
    struct base_clock clock = base_clock_system();
    base_time_format(base_clock_now_us(&clock), at);
    if (load->content)
        return given_content(load, id, at, out);
    struct base_json json;
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    if (options->article)
        base_json_member_text(&json, "article", options->article);
    base_json_member_text(&json, "at", at);
    base_json_member_text(&json, "basis", options->basis);
    if (options->case_number)
        base_json_member_text(&json, "case", options->case_number);
    if (options->duty)
        base_json_member_text(&json, "duty", options->duty);
    base_json_member_text(&json, "id", id);
    base_json_name(&json, "params");
    base_json_object_begin(&json);
    base_json_member_text(&json, options->param_name, options->param_value);
    base_json_object_end(&json);
    base_json_member_integer(&json, "service", options->service);
    base_json_member_text(&json, "to", load->origin);
    base_json_member_text(&json, "v", "qao.query/1");
    base_json_object_end(&json);
    return base_json_end(&json);
}

static void *sign_queries(void *context)
{
    struct load *load = context;
    struct base_clock clock = base_clock_system();
    long i;
    while ((i = atomic_fetch_add(&load->next_to_sign, 1)) < load->options.count) {
        struct query *query = &load->queries[i];
        uuid_t id;
        uuid_generate_random(id);
        uuid_unparse_lower(id, query->id);
        struct base_buffer content;
        base_buffer_init(&content, 64 << 10);
        base_buffer_init(&query->signed_bytes, CERTS_CMS_BYTES_MAX);
        if (query_content(load, query->id, &content) != 0 ||
            certs_cms_sign(load->signer, base_buffer_view(&content), base_clock_now_us(&clock),
                           &query->signed_bytes) != 0) {
            fputs("qao-load: signing failed\n", stderr);
            exit(1);
        }
        base_buffer_clear(&content);
    }
    return NULL;
}

static void run_threads(struct load *load, long count, void *(*body)(void *))
{
    pthread_t threads[CONNECTIONS_MAX];
    for (long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, body, load) != 0)
            exit(1);
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    return base_buffer_append(context, base_bytes_of(data, size * count)) == 0 ? size * count : 0;
}

static const char *member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "-";
}

static void acknowledge(struct load *load, const struct query *query, const struct base_buffer *body)
{
    json_t *reply = json_loadb((const char *) body->data, body->len, 0, NULL);
    const json_t *receipt = json_object_get(reply, "receipt");
    const json_t *request = json_object_get(receipt, "request"), *result = json_object_get(receipt, "result");
    if (request) {
        atomic_fetch_add(&load->receipts, 1);
        if (load->acknowledged) {
            pthread_mutex_lock(&load->acknowledged_mutex);
            fprintf(load->acknowledged, "%s\t%lld\t%s\t%lld\t%s\n", query->id,
                    (long long) json_integer_value(json_object_get(request, "index")), member_text(request, "leaf"),
                    result ? (long long) json_integer_value(json_object_get(result, "index")) : -1LL,
                    member_text(result, "leaf"));
            pthread_mutex_unlock(&load->acknowledged_mutex);
        }
    }
    json_decref(reply);
}

/* Waits for the query's turn when a rate is set. False when time is over. */
static bool wait_turn(const struct load *load, long i)
{
    if (load->options.rate > 0) {
        int64_t turn_us = load->started_us + i * 1000000 / load->options.rate;
        int64_t left_us = turn_us - base_clock_monotonic_us();
        if (left_us > 0) {
            struct timespec pause = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
            nanosleep(&pause, NULL);
        }
    }
    return base_clock_monotonic_us() < load->deadline_us;
}

static CURL *connection_open(struct load *load, struct curl_slist *headers, struct base_buffer *body)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        exit(1);
    curl_easy_setopt(curl, CURLOPT_URL, load->url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, load->ca);
    curl_easy_setopt(curl, CURLOPT_SSLCERT, load->cert);
    curl_easy_setopt(curl, CURLOPT_SSLKEY, load->key);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    return curl;
}

static void *send_queries(void *context)
{
    struct load *load = context;
    struct base_buffer body;
    base_buffer_init(&body, REPLY_MAX);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/pkcs7-mime");
    headers = curl_slist_append(headers, "Expect:");
    CURL *curl = connection_open(load, headers, &body);
    long i;
    while ((i = atomic_fetch_add(&load->next_to_send, 1)) < load->options.count && wait_turn(load, i)) {
        struct query *query = &load->queries[i];
        base_buffer_reset(&body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long) query->signed_bytes.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, query->signed_bytes.data);
        int64_t begun_us = base_clock_monotonic_us();
        long status = 0;
        if (curl_easy_perform(curl) == CURLE_OK)
            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        load->latencies_us[atomic_fetch_add(&load->answers, 1)] = base_clock_monotonic_us() - begun_us;
        atomic_fetch_add(&load->by_status[status > 0 && status < STATUS_MAX ? status : 0], 1);
        acknowledge(load, query, &body);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    base_buffer_clear(&body);
    return NULL;
}

static int compare_latencies(const void *a, const void *b)
{
    int64_t left = *(const int64_t *) a, right = *(const int64_t *) b;
    return (left > right) - (left < right);
}

static void report(struct load *load, double seconds)
{
    long answers = atomic_load(&load->answers);
    qsort(load->latencies_us, (size_t) answers, sizeof(int64_t), compare_latencies);
    json_t *statuses = json_object();
    for (int status = 0; status < STATUS_MAX; status++) {
        char name[8];
        snprintf(name, sizeof(name), "%d", status);
        long count = atomic_load(&load->by_status[status]);
        if (count > 0)
            json_object_set_new(statuses, name, json_integer(count));
    }
    json_t *object = json_pack(
        "{s:I, s:o, s:I, s:f, s:f}", "answers", (json_int_t) answers, "statuses", statuses, "receipts",
        (json_int_t) atomic_load(&load->receipts), "seconds", seconds, "per_second", (double) answers / seconds);
    static const struct {
        const char *name;
        double part;
    } parts[] = {{"p50_us", 0.5}, {"p99_us", 0.99}, {"max_us", 1}};
    for (size_t i = 0; answers > 0 && i < BASE_ARRAY_LENGTH(parts); i++)
        json_object_set_new(object, parts[i].name,
                            json_integer(load->latencies_us[(long) ((double) (answers - 1) * parts[i].part)]));
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

int main(int argc, char **argv)
{
    static struct load load = {.acknowledged_mutex = PTHREAD_MUTEX_INITIALIZER};
    if (!read_options(argc, argv, &load.options)) {
        usage(stderr);
        return 2;
    }
    if (base_clock_zone_init() != 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !load_open(&load))
        return 1;
    load.queries = calloc((size_t) load.options.count, sizeof(*load.queries));
    load.latencies_us = calloc((size_t) load.options.count, sizeof(*load.latencies_us));
    if (!load.queries || !load.latencies_us)
        return 1;
    run_threads(&load, 2, sign_queries);
    load.started_us = base_clock_monotonic_us();
    load.deadline_us = load.started_us + load.options.seconds * 1000000;
    run_threads(&load, load.options.connections, send_queries);
    report(&load, (double) (base_clock_monotonic_us() - load.started_us) / 1e6);
    for (long i = 0; i < load.options.count; i++)
        base_buffer_clear(&load.queries[i].signed_bytes);
    free(load.queries);
    free(load.latencies_us);
    json_decref(load.content);
    certs_signer_free(load.signer);
    if (load.acknowledged && fclose(load.acknowledged) != 0)
        return 1;
    return 0;
}
