#include "gateway/core/gateway.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/data.h"
#include "base/file.h"
#include "base/log.h"
#include "gateway/core/health.h"
#include "gateway/core/import.h"
#include "gateway/core/pending.h"
#include "gateway/core/settle.h"
#include "gateway/core/refusals.h"
#include "gateway/core/request.h"
#include "gateway/core/send.h"
#include "gateway/core/serve.h"
#include "gateway/core/sweep.h"
#include "gateway/core/timer.h"
#include "gateway/core/worker.h"

enum {
    CACHE_CERTIFICATES = 16384,
    RATE_PEOPLE = 4096,
    RATE_WINDOW_US = 60 * 1000000,
    HOLD_BYTES_MAX = 256 << 20,
    SEALING_BYTES_MAX = 64 << 10,
    REFUSALS_PER_HOUR = 60, /* where nobody set another number */
    QUEUE_MARGIN = 64, /* fronts that count their requests in at the same moment */
    RECORDS_PER_REQUEST = 3,
    STOP_GRACE_US = 2000000,
};
#define RUN_WINDOW_US INT64_C(3600000000)

/* ---- what is read from files ---- */

static int complain(char **ret_error, int error, const char *format, ...) BASE_PRINTF(3, 4);
static int complain(char **ret_error, int error, const char *format, ...)
{
    if (*ret_error)
        return error;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(ret_error, format, arguments) < 0)
        *ret_error = NULL;
    va_end(arguments);
    return error;
}

static int digest_sha256(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    SHA256(bytes.data, bytes.len, ret_digest);
    return 0;
}

/* The setting, or the program's own data when it is empty. The caller frees. */
static int data_path(const char *setting, const char *below, char **ret_path, char **ret_error)
{
    if (setting[0]) {
        *ret_path = strdup(setting);
        return *ret_path ? 0 : -ENOMEM;
    }
    int r = base_data_path(below, ret_path);
    return r < 0 ? complain(ret_error, r, "%s: the program's data folder is missing", below) : 0;
}

static void text_free(char **text)
{
    free(*text);
}

static int policy_read(struct core_gateway *gateway, char **ret_error)
{
    const struct core_settings *settings = gateway->settings;
    BASE_CLEANUP(text_free) char *editions = NULL, *services = NULL, *acts = NULL, *messages = NULL;
    int r = data_path(settings->editions, "policy/editions", &editions, ret_error);
    if (r == 0)
        r = data_path(settings->services, "schema/services", &services, ret_error);
    if (r == 0)
        r = data_path(settings->acts, "schema/acts", &acts, ret_error);
    if (r == 0)
        r = data_path(settings->messages, "schema/messages.tsv", &messages, ret_error);
    if (r == 0)
        r = policy_editions_load(editions, digest_sha256, &gateway->editions, ret_error);
    if (r == 0)
        r = wire_services_new(services, &gateway->services, ret_error);
    if (r == 0)
        r = wire_acts_new(acts, &gateway->acts, ret_error);
    if (r == 0)
        r = wire_messages_read(messages, &gateway->messages, ret_error);
    if (r == 0 && policy_case_pattern_parse(base_bytes_text(settings->case_pattern), &gateway->case_pattern) < 0)
        r = complain(ret_error, -EINVAL, "policy.case_pattern: no pattern of digits");
    if (r == 0 && settings->has_case_register && !wire_services_case(gateway->services))
        r = complain(ret_error, -ENOENT, "case_register.enabled: the services' folder has no case.json");
    return r;
}

/* One certificate of each file. */
static int recipients_read(const char *const paths[], size_t count, struct certs_recipients **ret_recipients, char **ret_error)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer pem;
    base_buffer_init(&pem, SEALING_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        int r = base_file_read(paths[i], BASE_FILE_PUBLIC, &pem);
        if (r < 0)
            return complain(ret_error, r, "%s: %s", paths[i], strerror(-r));
        base_buffer_append_text(&pem, "\n");
    }
    int r = certs_recipients_new(base_buffer_view(&pem), ret_recipients, ret_error);
    if (r == 0 && certs_recipients_count(*ret_recipients) != count)
        r = complain(ret_error, -EINVAL, "seal: vault, escrow and uploads must be one certificate each");
    return r;
}

/* What it seals it must be able to open, else a scan would be lost to those who decide on it. */
static int upload_check(struct core_gateway *gateway, char **ret_error)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer sealed, opened;
    base_buffer_init(&sealed, SEALING_BYTES_MAX);
    base_buffer_init(&opened, SEALING_BYTES_MAX);
    int r = certs_seal(gateway->upload_recipients, base_bytes_text("trial"), &sealed);
    if (r == 0)
        r = certs_unseal(gateway->upload_openers[0], base_buffer_view(&sealed), &opened);
    return r < 0 ? complain(ret_error, r, "%s: does not open what is sealed to %s", gateway->settings->upload_key,
                            gateway->settings->upload_certificate)
                 : 0;
}

static int opener_read(struct core_gateway *gateway, const char *certificate, const char *key, char **ret_error)
{
    size_t count = gateway->upload_opener_count;
    if (count == CORE_UPLOAD_OPENERS_MAX)
        return complain(ret_error, -EINVAL, "earlier_uploads: too many");
    int r = certs_signer_read_pem(certificate, key, NULL, &gateway->upload_openers[count], ret_error);
    if (r == 0)
        gateway->upload_opener_count++;
    return r;
}

static int earlier_read(struct core_gateway *gateway, const char *path, char **ret_error)
{
    BASE_CLEANUP(text_free) char *certificate = NULL, *key = NULL;
    if (asprintf(&certificate, "%s.pem", path) < 0 || asprintf(&key, "%s.key", path) < 0)
        return complain(ret_error, -ENOMEM, "earlier_uploads: out of memory");
    return opener_read(gateway, certificate, key, ret_error);
}

static int sealing_read(struct core_gateway *gateway, char **ret_error)
{
    const struct core_settings *settings = gateway->settings;
    const char *const paths[] = {settings->vault, settings->escrow, settings->upload_certificate};
    int r = recipients_read(paths, 2, &gateway->recipients, ret_error);
    if (r == 0)
        r = recipients_read(paths, 3, &gateway->upload_recipients, ret_error);
    if (r == 0)
        r = opener_read(gateway, settings->upload_certificate, settings->upload_key, ret_error);
    if (r == 0)
        r = upload_check(gateway, ret_error);
    for (size_t i = 0; r == 0 && i < settings->upload_earlier.count; i++)
        r = earlier_read(gateway, settings->upload_earlier.items[i].value, ret_error);
    return r;
}

static int secret_refused(const char *path, int error, char **ret_error)
{
    char words[BASE_FILE_WORDS_MAX];
    base_file_explain(path, error, words);
    return complain(ret_error, error, "%s: %s", path, words);
}

static int keys_read(struct core_gateway *gateway, char **ret_error)
{
    const struct core_settings *settings = gateway->settings;
    int r = core_subjects_read(settings->subject_keys, &gateway->subjects);
    if (r == -EBADMSG)
        return complain(ret_error, r, "%s: not lines of a number and 64 hex digits", settings->subject_keys);
    if (r < 0)
        return secret_refused(settings->subject_keys, r, ret_error);
    r = audit_signer_read(settings->log_key, settings->origin, &gateway->log_signer);
    if (r < 0)
        return secret_refused(settings->log_key, r, ret_error);
    r = certs_signer_read_pem(settings->answer_certificate, settings->answer_key, NULL, &gateway->answer_signer,
                              ret_error);
    return r < 0 ? r : sealing_read(gateway, ret_error);
}

/* ---- what runs ---- */

/* Columns of log.start and log.heartbeat. Called by one thread at a time, as the writer promises. */
static void own_beside(void *context, const char *kind, int64_t at_us, const void **ret_beside,
                       size_t *ret_beside_bytes)
{
    struct core_gateway *gateway = context;
    gateway->own_columns = STORE_RECORD_INIT;
    gateway->own_columns.kind = kind;
    gateway->own_columns.at_us = at_us;
    *ret_beside = &gateway->own_columns;
    *ret_beside_bytes = store_record_weight(&gateway->own_columns);
}

static int store_open(struct core_gateway *gateway, char **ret_error)
{
    const struct core_settings *settings = gateway->settings;
    const struct store_pool_config pool = {.conninfo = settings->conninfo,
                                           .connections = (unsigned)settings->connections_max,
                                           .deadline_us = settings->database_deadline_ms * 1000};
    int r = store_pool_new(&pool, &gateway->pool);
    if (r < 0)
        return complain(ret_error, r, "database: %s",
                        r == -EPROTO ? "its schema is not the one of this program" : strerror(-r));
    const struct store_log_config log = {.conninfo = settings->conninfo,
                                         .origin = settings->origin,
                                         .deadline_us = settings->database_deadline_ms * 1000};
    r = store_log_new(&log, gateway->pool, &gateway->store_log);
    if (r < 0)
        return complain(ret_error, r, "log: %s", strerror(-r));
    gateway->audit_store = store_log_audit(gateway->store_log);
    const struct certs_trust_options trust =
        certs_trust_options_of(settings->check_digits, settings->require_protected_carrier);
    return core_trust_new(settings->ca, settings->crl, &trust, gateway->pool, &gateway->trust, ret_error);
}

/* Before the log goes on: how long nobody wrote into it. A log without heartbeats does not tell. */
static int stop_find(struct core_gateway *gateway)
{
    int64_t newest_us, heartbeat_us = gateway->settings->heartbeat_seconds * 1000000;
    int r = store_log_newest(gateway->pool, gateway->log_id, &newest_us);
    if (r == 0 && heartbeat_us > 0 && heartbeat_us <= core_outage_min_us)
        (void)core_outage_find(newest_us, core_now_us(gateway), &gateway->stop);
    return r < 0 ? r : 0;
}

static int writer_start(struct core_gateway *gateway, char **ret_error)
{
    const struct core_settings *settings = gateway->settings;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer witnessed;
    base_buffer_init(&witnessed, AUDIT_NOTE_MAX);
    int r = settings->witnessed[0] ? base_file_read(settings->witnessed, BASE_FILE_PUBLIC, &witnessed) : 0;
    if (r < 0)
        return complain(ret_error, r, "%s: %s", settings->witnessed, strerror(-r));
    const struct audit_writer_config config = {
        .store = &gateway->audit_store,
        .signer = gateway->log_signer,
        .high_water_path = settings->high_water,
        .clock = gateway->clock,
        .queue_max = (size_t)settings->in_flight_max * RECORDS_PER_REQUEST + QUEUE_MARGIN,
        .heartbeat_us = settings->heartbeat_seconds * 1000000,
        .program = "qao-gateway",
        .witnessed = base_buffer_view(&witnessed),
        .renew_high_water = settings->renew_high_water,
        .beside = own_beside,
        .beside_context = gateway,
    };
    r = store_log_find(gateway->pool, settings->origin, &gateway->log_id);
    if (r == STORE_NONE)
        return complain(ret_error, -ENOENT,
                        "log: the database has no log %s: make it once with qao-migrate --log, or name the right database",
                        settings->origin);
    if (r == 0)
        r = stop_find(gateway);
    if (r == 0)
        r = audit_writer_new(&config, &gateway->writer);
    if (r < 0)
        return complain(ret_error, r, "log: %s", strerror(-r));
    enum audit_start start = audit_writer_start(gateway->writer);
    return start != AUDIT_START_READY ? complain(ret_error, -EIO, "log: %s", audit_start_text(start)) : 0;
}

static int rates_make(struct core_gateway *gateway)
{
    const struct core_settings *settings = gateway->settings;
    const struct {
        int64_t max, window_us;
        struct core_rate **rate;
    } rates[] = {
        {settings->refusals_per_minute, RATE_WINDOW_US, &gateway->rate},
        {settings->explains_per_minute, RATE_WINDOW_US, &gateway->explains},
        {settings->queries_per_minute, RATE_WINDOW_US, &gateway->queries},
        {settings->acts_per_minute, RATE_WINDOW_US, &gateway->act_rate},
        {settings->reads_per_minute, RATE_WINDOW_US, &gateway->reads},
        {settings->uploads_per_hour, RUN_WINDOW_US, &gateway->uploads},
        {0, RUN_WINDOW_US, &gateway->runs},
    };
    int r = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(rates) && r == 0; i++)
        r = core_rate_new((unsigned)rates[i].max, rates[i].window_us, RATE_PEOPLE, rates[i].rate);
    return r;
}

static int parts_make(struct core_gateway *gateway)
{
    const struct core_settings *settings = gateway->settings;
    int r = certs_cache_new(CACHE_CERTIFICATES, &gateway->cache);
    if (r == 0)
        r = rates_make(gateway);
    if (r == 0)
        r = core_settle_new((unsigned)settings->settles_per_minute, &gateway->settle);
    if (r == 0)
        r = core_hold_new((size_t)settings->hold_replies_max, HOLD_BYTES_MAX, settings->hold_seconds * 1000000,
                          &gateway->hold);
    if (r == 0)
        r = core_refusals_new(&gateway->refusals);
    if (r == 0)
        r = core_outages_new(&gateway->outages);
    if (r == 0)
        r = core_waiting_new(&gateway->calls);
    if (r == 0)
        r = core_waiting_new(&gateway->later);
    if (r == 0)
        r = core_waiting_new(&gateway->deliveries);
    if (r == 0)
        r = core_waiting_new(&gateway->owed);
    if (r == 0)
        r = base_queue_new((size_t)settings->in_flight_max + QUEUE_MARGIN, &gateway->work);
    return r;
}

static int gateway_make(const struct core_settings *settings, struct core_gateway **ret_gateway)
{
    struct core_gateway *gateway = calloc(1, sizeof(*gateway));
    if (!gateway)
        return -ENOMEM;
    gateway->settings = settings;
    gateway->clock = base_clock_system();
    atomic_flag_clear(&gateway->import_checking);
    atomic_store(&gateway->refusals_per_hour, REFUSALS_PER_HOUR); /* until the settings are read */
    pthread_mutex_init(&gateway->fronts_mutex, NULL);
    *ret_gateway = gateway;
    return 0;
}

int core_gateway_new(const struct core_settings *settings, struct core_gateway **ret_gateway, char **ret_error)
{
    struct core_gateway *gateway = NULL;
    *ret_error = NULL;
    int r = gateway_make(settings, &gateway);
    if (r == 0)
        r = policy_read(gateway, ret_error);
    if (r == 0)
        r = keys_read(gateway, ret_error);
    if (r == 0)
        r = parts_make(gateway);
    if (r < 0) {
        core_gateway_free(gateway);
        return complain(ret_error, r, "%s", strerror(-r));
    }
    *ret_gateway = gateway;
    return 0;
}

/* ---- frames of the other processes ---- */

static void request_take(struct core_gateway *gateway, struct link_channel *channel, struct base_bytes body)
{
    struct link_request http;
    if (link_request_parse(body, &http) < 0) {
        base_log(BASE_LOG_ERROR, "event=front-frame-malformed bytes=%zu", body.len);
        return;
    }
    if (http.listener != LINK_LISTENER_OFFICERS) {
        core_health_serve(gateway, channel, &http);
        return;
    }
    struct core_request *request = NULL;
    if (atomic_load(&gateway->stopping) ||
        atomic_load(&gateway->in_flight) >= (size_t)gateway->settings->in_flight_max ||
        core_request_new(gateway, channel, body, &request) < 0) {
        core_overload_send(gateway, channel, &http);
        return;
    }
    core_request_queue(request, core_request_serve);
}

static void front_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    struct core_gateway *gateway = context;
    struct link_delivery delivery;
    struct link_refusal refusal;
    if (type == LINK_FRONT_REQUEST) {
        request_take(gateway, channel, body);
    } else if (type == LINK_FRONT_DELIVERY && link_delivery_parse(body, &delivery) == 0) {
        core_delivery_take(gateway, channel, delivery.id, delivery.delivered);
    } else if (type == LINK_FRONT_REFUSAL && link_refusal_parse(body, &refusal) == 0) {
        core_metric_add(&gateway->metrics.connections_refused, refusal.count);
        core_refusals_add(gateway->refusals, &refusal);
    } else {
        base_log(BASE_LOG_ERROR, "event=front-frame-unknown type=%u bytes=%zu", type, body.len);
    }
}

static void front_opened(void *context, struct link_channel *channel)
{
    struct core_gateway *gateway = context;
    base_log(BASE_LOG_INFO, "event=front-connected");
    pthread_mutex_lock(&gateway->fronts_mutex);
    for (size_t i = 0; i < CORE_FRONTS_MAX; i++)
        if (!gateway->fronts[i]) {
            gateway->fronts[i] = link_channel_ref(channel);
            break;
        }
    pthread_mutex_unlock(&gateway->fronts_mutex);
}

static void front_lost(void *context, struct link_channel *channel)
{
    struct core_gateway *gateway = context;
    base_log(BASE_LOG_INFO, "event=front-lost");
    pthread_mutex_lock(&gateway->fronts_mutex);
    for (size_t i = 0; i < CORE_FRONTS_MAX; i++)
        if (gateway->fronts[i] == channel)
            gateway->fronts[i] = link_channel_unref(channel);
    pthread_mutex_unlock(&gateway->fronts_mutex);
    core_delivery_lose(gateway, channel);
}

void core_gateway_trust_tell(struct core_gateway *gateway)
{
    for (size_t i = 0; i < CORE_FRONTS_MAX; i++) {
        pthread_mutex_lock(&gateway->fronts_mutex);
        struct link_channel *channel = gateway->fronts[i] ? link_channel_ref(gateway->fronts[i]) : NULL;
        pthread_mutex_unlock(&gateway->fronts_mutex);
        if (channel && link_channel_send(channel, LINK_FRONT_TRUST, base_bytes_of(NULL, 0)) != 0)
            base_log(BASE_LOG_INFO, "event=trust-not-told");
        link_channel_unref(channel);
    }
}

static void adapter_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    (void)channel;
    if (type == LINK_ADAPTER_ANSWER)
        core_answer_take(context, body);
    else
        base_log(BASE_LOG_ERROR, "event=adapter-frame-unknown type=%u bytes=%zu", type, body.len);
}

static void adapter_opened(void *context, struct link_channel *channel)
{
    (void)context;
    (void)channel;
    base_log(BASE_LOG_INFO, "event=adapter-connected");
}

static void adapter_lost(void *context, struct link_channel *channel)
{
    (void)channel;
    base_log(BASE_LOG_WARNING, "event=adapter-lost");
    core_calls_lose(context);
}

/* ---- start and stop ---- */

static size_t worker_count(const struct core_gateway *gateway)
{
    if (gateway->settings->workers > 0)
        return (size_t)gateway->settings->workers;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 ? (size_t)processors * 2 : 2; /* each waits now and then for the store */
}

int core_gateway_open(struct core_gateway *gateway, char **ret_error)
{
    *ret_error = NULL;
    int r = store_open(gateway, ret_error);
    return r < 0 ? r : writer_start(gateway, ret_error);
}

int core_gateway_start(struct core_gateway *gateway, char **ret_error)
{
    const struct core_settings *settings = gateway->settings;
    const struct link_handler front = {front_frame, front_opened, front_lost, gateway};
    const struct link_handler adapter = {adapter_frame, adapter_opened, adapter_lost, gateway};
    size_t concluded = 0;
    int r = core_gateway_open(gateway, ret_error);
    if (r == 0)
        r = core_sweep(gateway, INT64_MAX, &concluded);
    if (r < 0)
        return complain(ret_error, r, "log: unfinished requests cannot be concluded: %s", strerror(-r));
    if (concluded > 0)
        base_log(BASE_LOG_WARNING, "event=unfinished-concluded count=%zu", concluded);
    r = core_workers_new(gateway->work, worker_count(gateway), &gateway->workers);
    if (r == 0)
        r = core_timer_new(gateway, &gateway->timer);
    if (r == 0)
        r = core_import_new(gateway, &gateway->import);
    if (r < 0)
        return complain(ret_error, r, "threads: %s", strerror(-r));
    r = link_client_new(settings->adapter_socket, settings->adapter_uid, LINK_ANSWER_FRAME_MAX, &adapter,
                        &gateway->adapter);
    if (r < 0)
        return complain(ret_error, r, "%s: %s", settings->adapter_socket, strerror(-r));
    /* Any user may reach the socket's folder that its owner lets in; who it is, SO_PEERCRED tells. */
    r = link_server_new(settings->front_socket, 0666, &settings->front_uid, 1, LINK_REQUEST_FRAME_MAX, &front,
                        &gateway->front);
    return r < 0 ? complain(ret_error, r, "%s: %s", settings->front_socket, strerror(-r)) : 0;
}

static void wait_until_idle(struct core_gateway *gateway, int64_t longest_us)
{
    int64_t until_us = base_clock_monotonic_us() + longest_us;
    const struct timespec step = {.tv_nsec = 5000000};
    while (atomic_load(&gateway->in_flight) > 0 && base_clock_monotonic_us() < until_us)
        nanosleep(&step, NULL);
}

/* Those who still wait when time is up. */
static void waiting_end(struct core_gateway *gateway)
{
    struct core_wait *wait;
    core_pending_stop(gateway);
    if (gateway->calls)
        core_calls_lose(gateway);
    if (gateway->deliveries)
        core_delivery_lose(gateway, NULL);
    while (gateway->owed && (wait = core_waiting_take_any(gateway->owed, NULL)) != NULL)
        core_request_free(wait->owner);
}

static void threads_stop(struct core_gateway *gateway)
{
    atomic_store(&gateway->stopping, true);
    if (gateway->workers) {
        core_pending_stop(gateway);
        wait_until_idle(gateway, gateway->settings->stop_seconds * 1000000);
        waiting_end(gateway);
        wait_until_idle(gateway, STOP_GRACE_US);
    }
    link_server_free(gateway->front);
    link_client_free(gateway->adapter);
    core_timer_free(gateway->timer);
    core_import_free(gateway->import);
    if (gateway->refusals && gateway->writer)
        core_refusals_record(gateway->refusals, gateway->writer, core_now_us(gateway), true);
    if (gateway->work)
        base_queue_close(gateway->work);
    core_workers_free(gateway->workers);
    waiting_end(gateway);
    audit_writer_free(gateway->writer); /* answers every record: its request is freed, since the queue is closed */
}

void core_gateway_free(struct core_gateway *gateway)
{
    if (!gateway)
        return;
    threads_stop(gateway);
    core_waiting_free(gateway->calls);
    core_waiting_free(gateway->later);
    core_waiting_free(gateway->deliveries);
    core_waiting_free(gateway->owed);
    base_queue_free(gateway->work);
    core_refusals_free(gateway->refusals);
    core_outages_free(gateway->outages);
    core_hold_free(gateway->hold);
    core_settle_free(gateway->settle);
    core_rate_free(gateway->rate);
    core_rate_free(gateway->explains);
    core_rate_free(gateway->queries);
    core_rate_free(gateway->act_rate);
    core_rate_free(gateway->runs);
    core_rate_free(gateway->reads);
    core_rate_free(gateway->uploads);
    core_trust_free(gateway->trust);
    certs_cache_free(gateway->cache);
    store_log_free(gateway->store_log);
    store_pool_free(gateway->pool);
    audit_signer_free(gateway->log_signer);
    certs_recipients_free(gateway->recipients);
    certs_recipients_free(gateway->upload_recipients);
    for (size_t i = 0; i < gateway->upload_opener_count; i++)
        certs_signer_free(gateway->upload_openers[i]);
    certs_signer_free(gateway->answer_signer);
    core_subjects_free(gateway->subjects);
    wire_messages_free(gateway->messages);
    wire_acts_free(gateway->acts);
    wire_services_free(gateway->services);
    policy_editions_free(gateway->editions);
    pthread_mutex_destroy(&gateway->fronts_mutex);
    free(gateway);
}
