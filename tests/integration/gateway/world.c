#include "tests/integration/gateway/world.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "audit/note.h"
#include "base/clock.h"
#include "base/file.h"
#include "certs/cms.h"
#include "gateway/link/channel.h"
#include "tests/check_main.h"
#include "tests/integration/schema/cluster.h"

enum { WAIT_S = 10, PENDING_MAX = 4096, LATER_MAX = 64 };

static char folder[64];
static struct {
    const char *name, *iin, *bin;
    struct certs_signer *auth, *sign;
    struct base_buffer auth_der;
} people[PEOPLE] = {
    [POLICE] = {.name = "police", .iin = POLICE_IIN, .bin = POLICE_BIN},
    [SECOND] = {.name = "second", .iin = SECOND_IIN, .bin = SECOND_BIN},
    [THIRD] = {.name = "third", .iin = THIRD_IIN, .bin = POLICE_BIN},
    [FOURTH] = {.name = "fourth", .iin = FOURTH_IIN, .bin = FOURTH_BIN},
};

struct pending {
    uint64_t id;
    bool is_query, answered;
    struct world_reply reply;
};

struct world_inner {
    pid_t pid;
    struct link_client *front;
    struct link_server *adapter;
    bool front_open, adapter_open;
    char config[96], front_socket[96], adapter_socket[96];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t next_id;
    size_t pending_count;
    struct pending pending[PENDING_MAX];
    size_t later_count;
    struct {
        struct link_channel *channel;
        uint64_t id;
    } later[LATER_MAX];
};

static void die(const char *what)
{
    fprintf(stderr, "world: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void run(const char *format, ...) BASE_PRINTF(1, 2);
static void run(const char *format, ...)
{
    char command[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    if (system(command) != 0)
        die(command);
}

static struct certs_signer *signer_of(const char *name, const char *kind)
{
    char cert[160], key[160];
    char *error = NULL;
    struct certs_signer *signer = NULL;
    snprintf(cert, sizeof(cert), "%s/people/%s/%s.pem", folder, name, kind);
    snprintf(key, sizeof(key), "%s/people/%s/%s.key", folder, name, kind);
    if (certs_signer_read_pem(cert, key, NULL, &signer, &error) < 0)
        die(error ? error : cert);
    return signer;
}

static void world_make(void)
{
    const char *dev_ca = getenv("QAO_DEV_CA");
    if (base_clock_zone_init() < 0)
        die("time zone");
    snprintf(folder, sizeof(folder), "/tmp/qao-world.XXXXXX");
    if (!mkdtemp(folder))
        die("mkdtemp");
    run("'%s' init %s --bits 2048 >/dev/null", dev_ca, folder);
    for (unsigned i = 0; i < PEOPLE; i++) {
        run("'%s' person %s %s --iin %s --bin %s --surname ТЕСТ --given ТЕСТ --organisation Орган >/dev/null", dev_ca, folder,
            people[i].name, people[i].iin, people[i].bin);
        people[i].auth = signer_of(people[i].name, "auth");
        people[i].sign = signer_of(people[i].name, "sign");
        base_buffer_init(&people[i].auth_der, LINK_CERTIFICATE_MAX);
        if (certs_signer_cert_der(people[i].auth, &people[i].auth_der) < 0)
            die("certificate");
    }
    run("'%s' system %s answer --bin %s --organisation Оператор >/dev/null", dev_ca, folder, SECOND_BIN);
    run("'%s' sealing %s vault >/dev/null && '%s' sealing %s escrow >/dev/null && '%s' sealing %s uploads >/dev/null", dev_ca, folder,
        dev_ca, folder, dev_ca, folder);
    run("(umask 077 && printf '1 %064d\\n' 7 >%s/subject.key)", 0, folder);
}

static void world_unmake(void)
{
    for (unsigned i = 0; i < PEOPLE; i++) {
        certs_signer_free(people[i].auth);
        certs_signer_free(people[i].sign);
        base_buffer_clear(&people[i].auth_der);
    }
    run("rm -rf %s", folder);
}

int world_run(const char *title, const TTest *const *tests, size_t count)
{
    world_make();
    int status = check_main_run(title, NULL, NULL, tests, count);
    world_unmake();
    return status;
}

struct certs_trust *world_trust(void)
{
    char ca[96], crl[96], *error = NULL;
    struct certs_trust *trust = NULL;
    const struct certs_trust_options options = {0};
    snprintf(ca, sizeof(ca), "%s/ca/ca.pem", folder);
    snprintf(crl, sizeof(crl), "%s/ca/crl.pem", folder);
    ck_assert_msg(certs_trust_read(ca, crl, &options, &trust, &error) == 0, "%s", error);
    return trust;
}

struct audit_vkey world_vkey(const struct world *world)
{
    char key[128];
    struct audit_signer *signer = NULL;
    snprintf(key, sizeof(key), "%s/log.%d.key", folder, getpid());
    ck_assert_int_eq(audit_signer_read(key, world->origin, &signer), 0);
    struct audit_vkey vkey = *audit_signer_vkey(signer);
    audit_signer_free(signer);
    return vkey;
}

/* ---- the front's end ---- */

static void front_opened(void *context, struct link_channel *channel)
{
    struct world *world = context;
    (void)channel;
    pthread_mutex_lock(&world->inner->mutex);
    world->inner->front_open = true;
    pthread_cond_broadcast(&world->inner->changed);
    pthread_mutex_unlock(&world->inner->mutex);
}

static void text_take(char *to, size_t size, struct base_bytes from)
{
    snprintf(to, size, "%.*s", (int)from.len, (const char *)from.data);
}

static void header_take(struct world_reply *reply, const struct link_header *header)
{
    if (base_bytes_equal_text(header->name, "Content-Type"))
        text_take(reply->content_type, sizeof(reply->content_type), header->value);
    if (base_bytes_equal_text(header->name, "Retry-After"))
        text_take(reply->retry_after, sizeof(reply->retry_after), header->value);
    if (base_bytes_equal_text(header->name, "Cache-Control"))
        text_take(reply->cache_control, sizeof(reply->cache_control), header->value);
    if (base_bytes_equal_text(header->name, "Allow"))
        text_take(reply->allow, sizeof(reply->allow), header->value);
}

static void front_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    struct world *world = context;
    struct world_inner *inner = world->inner;
    struct link_reply message;
    if (type != LINK_FRONT_REPLY)
        return;
    ck_assert_int_eq(link_reply_parse(body, &message), 0);
    struct world_reply reply = {.status = message.status, .wants_delivery = message.wants_delivery};
    for (size_t i = 0; i < message.header_count; i++)
        header_take(&reply, &message.headers[i]);
    base_buffer_init(&reply.body, LINK_REPLY_BODY_MAX);
    base_buffer_append(&reply.body, message.body);
    pthread_mutex_lock(&inner->mutex);
    size_t i = 0;
    while (i < inner->pending_count && inner->pending[i].id != message.id)
        i++;
    ck_assert_msg(i < inner->pending_count && !inner->pending[i].answered, "a second or unasked reply");
    inner->pending[i].reply = reply;
    inner->pending[i].answered = true;
    pthread_cond_broadcast(&inner->changed);
    pthread_mutex_unlock(&inner->mutex);
    if (message.wants_delivery && world->delivery != NO_WORD) {
        const struct link_delivery delivery = {.id = message.id, .delivered = world->delivery == DELIVERED};
        struct base_buffer frame;
        base_buffer_init(&frame, 64);
        link_delivery_encode(&delivery, &frame);
        ck_assert_int_eq(link_channel_send(channel, LINK_FRONT_DELIVERY, base_buffer_view(&frame)), 0);
        base_buffer_clear(&frame);
    }
}

/* Waits for *flag under the lock. */
static void wait_for(struct world_inner *inner, const bool *flag, const char *what)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&inner->mutex);
    while (!*flag)
        if (pthread_cond_timedwait(&inner->changed, &inner->mutex, &until) == ETIMEDOUT)
            break;
    bool done = *flag;
    pthread_mutex_unlock(&inner->mutex);
    ck_assert_msg(done, "waited in vain: %s", what);
}

static void front_start(struct world *world)
{
    const struct link_handler handler = {.frame = front_frame, .opened = front_opened, .context = world};
    world->inner->front_open = false;
    ck_assert_int_eq(link_client_new(world->inner->front_socket, getuid(), LINK_REPLY_FRAME_MAX, &handler,
                                     &world->inner->front),
                     0);
    wait_for(world->inner, &world->inner->front_open, "the gateway's socket");
}

void world_front_restart(struct world *world)
{
    link_client_free(world->inner->front);
    front_start(world);
}

/* ---- the adapter's end ---- */

static void adapter_opened(void *context, struct link_channel *channel)
{
    struct world *world = context;
    (void)channel;
    pthread_mutex_lock(&world->inner->mutex);
    world->inner->adapter_open = true;
    pthread_cond_broadcast(&world->inner->changed);
    pthread_mutex_unlock(&world->inner->mutex);
}

static void answer_send(struct world *world, struct link_channel *channel, uint64_t id, enum link_outcome outcome,
                        const char *records)
{
    struct link_answer answer = {.id = id, .duration_us = 1000, .outcome = outcome};
    if (outcome == LINK_OUTCOME_ANSWERED)
        answer.records = base_bytes_text(records ? records : world->records);
    else
        answer.detail = base_bytes_text("as the test wants");
    struct base_buffer frame;
    base_buffer_init(&frame, LINK_ANSWER_FRAME_MAX);
    ck_assert_int_eq(link_answer_encode(&answer, &frame), 0);
    ck_assert_int_eq(link_channel_send(channel, LINK_ADAPTER_ANSWER, base_buffer_view(&frame)), 0);
    base_buffer_clear(&frame);
}

void world_answer_later(struct world *world, enum link_outcome outcome)
{
    struct world_inner *inner = world->inner;
    for (size_t i = 0; i < inner->later_count; i++) {
        answer_send(world, inner->later[i].channel, inner->later[i].id, outcome, NULL);
        link_channel_unref(inner->later[i].channel);
    }
    inner->later_count = 0;
}

static void later_note(struct world *world, struct link_channel *channel, uint64_t id)
{
    struct world_inner *inner = world->inner;
    ck_assert_uint_lt(inner->later_count, LATER_MAX);
    inner->later[inner->later_count].channel = link_channel_ref(channel);
    inner->later[inner->later_count++].id = id;
}

/* A query's own id, or one that follows from a part's: then at least as many requests are durable as were asked. */
static void durable_check(const struct world *world, const char *id)
{
    if (cluster_number("select count(*) from entry where kind = 'query.request' and id = $1::uuid and part = 0", id, NULL) == 1)
        return;
    ck_assert_msg(world_count(world, "kind = 'query.request'") > (long)world->calls,
                  "asked of a registry before the request was durable");
}

/* The register of cases, which is asked before there is a record. */
static void case_answer(struct world *world, struct link_channel *channel, uint64_t id, const char *params)
{
    pthread_mutex_lock(&world->inner->mutex);
    world->case_calls++;
    snprintf(world->last_case, sizeof(world->last_case), "%s", params);
    pthread_mutex_unlock(&world->inner->mutex);
    if (world->case_adapter == ADAPTER_SILENT)
        return;
    answer_send(world, channel, id, world->case_adapter == ADAPTER_ANSWERS ? LINK_OUTCOME_ANSWERED : world->case_outcome,
                world->case_records);
}

static void adapter_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    struct world *world = context;
    struct link_call call;
    ck_assert_uint_eq(type, LINK_ADAPTER_CALL);
    ck_assert_int_eq(link_call_parse(body, &call), 0);
    char id[40], params[512] = "";
    text_take(id, sizeof(id), call.query);
    for (size_t i = 0; i < call.param_count; i++)
        snprintf(params + strlen(params), sizeof(params) - strlen(params), "%.*s=%.*s ", (int)call.params[i].name.len,
                 (const char *)call.params[i].name.data, (int)call.params[i].value.len,
                 (const char *)call.params[i].value.data);
    if (call.mode == LINK_CALL_SETTLE) {
        pthread_mutex_lock(&world->inner->mutex);
        world->settles++;
        pthread_mutex_unlock(&world->inner->mutex);
        answer_send(world, channel, call.id, world->outcome, NULL);
        return;
    }
    if (call.service == 0) {
        case_answer(world, channel, call.id, params);
        return;
    }
    durable_check(world, id);
    if (world->before_answer)
        world->before_answer(world);
    pthread_mutex_lock(&world->inner->mutex);
    world->calls++;
    memcpy(world->last_params, params, sizeof(params));
    pthread_cond_broadcast(&world->inner->changed);
    pthread_mutex_unlock(&world->inner->mutex);
    const char *records = world->records_of ? world->records_of(world, call.service, params) : world->records;
    switch (world->adapter) {
    case ADAPTER_ANSWERS:
        answer_send(world, channel, call.id, records ? LINK_OUTCOME_ANSWERED : LINK_OUTCOME_FAILED, records);
        return;
    case ADAPTER_FAILS:
        answer_send(world, channel, call.id, world->outcome, NULL);
        return;
    case ADAPTER_LATER:
        later_note(world, channel, call.id);
        answer_send(world, channel, call.id, LINK_OUTCOME_PENDING, NULL);
        return;
    case ADAPTER_SILENT:
        return;
    }
}

void world_adapter_start(struct world *world)
{
    const struct link_handler handler = {.frame = adapter_frame, .opened = adapter_opened, .context = world};
    uid_t user = getuid();
    world->inner->adapter_open = false;
    ck_assert_int_eq(link_server_new(world->inner->adapter_socket, 0600, &user, 1, LINK_CALL_FRAME_MAX, &handler,
                                     &world->inner->adapter),
                     0);
    if (world->inner->pid > 0)
        wait_for(world->inner, &world->inner->adapter_open, "the gateway at the adapter's socket");
}

void world_adapter_stop(struct world *world)
{
    link_server_free(world->inner->adapter);
    world->inner->adapter = NULL;
}

void world_wait_calls(struct world *world, unsigned calls)
{
    struct world_inner *inner = world->inner;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&inner->mutex);
    while (world->calls < calls)
        if (pthread_cond_timedwait(&inner->changed, &inner->mutex, &until) == ETIMEDOUT)
            break;
    unsigned found = world->calls;
    pthread_mutex_unlock(&inner->mutex);
    ck_assert_uint_eq(found, calls);
}

/* ---- the program ---- */

static void config_write(struct world *world)
{
    FILE *file = fopen(world->inner->config, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "[gateway]\nfront_socket = %s\nfront_user = %u\nadapter_socket = %s\nadapter_user = %u\nworkers = 4\n"
            "[database]\nconninfo = host=%s dbname=qao user=qao_gateway\ndeadline_ms = 2000\n"
            "[log]\norigin = %s\nkey = %s/log.%d.key\nhigh_water = %s/high-water.%d\n"
            "[trust]\nca = %s/ca/ca.pem\ncrl = %s/ca/crl.pem\n"
            "[answer]\ncertificate = %s/keys/answer.pem\nkey = %s/keys/answer.key\n"
            "[seal]\nvault = %s/keys/vault.pem\nescrow = %s/keys/escrow.pem\n"
            "[uploads]\ncertificate = %s/keys/uploads.pem\nkey = %s/keys/uploads.key\n"
            "[subjects]\nkeys = %s/subject.key\n"
            "%s\n",
            world->inner->front_socket, getuid(), world->inner->adapter_socket, getuid(), getenv("PGHOST"), world->origin,
            folder, getpid(), folder, getpid(), folder, folder, folder, folder, folder, folder, folder, folder, folder,
            world->settings ? world->settings : "");
    fclose(file);
}

const char *world_uploads_renew(void)
{
    static char path[128];
    char command[640];
    snprintf(path, sizeof(path), "%s/keys/uploads-before", folder);
    snprintf(command, sizeof(command), "cd %s/keys && mv uploads.pem uploads-before.pem && mv uploads.key uploads-before.key && '%s' sealing %s uploads >/dev/null",
             folder, getenv("QAO_DEV_CA"), folder);
    ck_assert_int_eq(system(command), 0);
    return path;
}

void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->inner = calloc(1, sizeof(*world->inner));
    ck_assert_ptr_nonnull(world->inner);
    pthread_mutex_init(&world->inner->mutex, NULL);
    pthread_cond_init(&world->inner->changed, NULL);
    uuid_t uuid;
    char text[37];
    uuid_generate(uuid);
    uuid_unparse_lower(uuid, text);
    snprintf(world->origin, sizeof(world->origin), "test.example/%.8s", text);
    snprintf(world->inner->config, sizeof(world->inner->config), "%s/gateway.%d.ini", folder, getpid());
    snprintf(world->inner->front_socket, sizeof(world->inner->front_socket), "%s/front.%d", folder, getpid());
    snprintf(world->inner->adapter_socket, sizeof(world->inner->adapter_socket), "%s/adapter.%d", folder, getpid());
    world->records = "[]";
    char key[128];
    struct audit_signer *signer = NULL;
    snprintf(key, sizeof(key), "%s/log.%d.key", folder, getpid());
    ck_assert_int_eq(audit_signer_write_new(key, world->origin, &signer), 0);
    audit_signer_free(signer);
    cluster_log_make(world->origin, 1 << 20);
    world_register(POLICE, "active", 2, ALL_BASES, "{app4.1}", true);
    world_register(SECOND, "active", 1, ALL_BASES, "{app7.1}", true);
}

void world_start(struct world *world)
{
    struct world_inner *inner = world->inner;
    config_write(world);
    fflush(NULL);
    inner->pid = fork();
    ck_assert_int_ge(inner->pid, 0);
    if (inner->pid == 0) {
        if (world->fault)
            setenv("QAO_TEST_FAULT", world->fault, 1);
        execl(getenv(world->fault ? "QAO_FAULTY_GATEWAY" : "QAO_GATEWAY"), "qao-gateway", "--config", inner->config, (char *)NULL);
        _exit(127);
    }
    front_start(world);
    if (!inner->adapter)
        world_adapter_start(world);
    else
        wait_for(inner, &inner->adapter_open, "the gateway at the adapter's socket");
}

int world_enrol(struct world *world, struct base_bytes message)
{
    char path[128];
    int status = 0;
    config_write(world);
    snprintf(path, sizeof(path), "%s/enrolment.%d", folder, getpid());
    ck_assert_int_eq(base_file_replace(path, message, 0644), 0);
    fflush(NULL);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        execl(getenv("QAO_GATEWAY"), "qao-gateway", "--config", world->inner->config, "--enrol", path, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* place is the folder its output "out" is in. */
static bool is_whole(const struct world *world, char place[static 96])
{
    char vkey[AUDIT_VKEY_MAX], path[160], command[640];
    struct audit_vkey key = world_vkey(world);
    audit_vkey_encode(&key, vkey);
    snprintf(place, 96, "%s/verify.%d", folder, getpid());
    snprintf(command, sizeof(command), "mkdir -p %s/log && printf 'host=%s dbname=qao user=qao_reader\n' >%s/database.conninfo",
             place, getenv("PGHOST"), place);
    ck_assert_int_eq(system(command), 0);
    snprintf(path, sizeof(path), "%s/log/log.vkey", place);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text(vkey), 0644), 0);
    snprintf(command, sizeof(command), "'%s' audit verify --instance %s >%s/out 2>&1", getenv("QAO_CLI"), place, place);
    return system(command) == 0;
}

void world_verify(const struct world *world)
{
    char place[96], command[160];
    if (is_whole(world, place))
        return;
    snprintf(command, sizeof(command), "cat %s/out", place);
    ck_abort_msg("the log is not whole (%d)", system(command));
}

void world_expect_fault(const struct world *world, const char *fault)
{
    char place[96], command[640];
    ck_assert(!is_whole(world, place));
    snprintf(command, sizeof(command), "grep -qF -- 'FAULT: %s' %s/out || { cat %s/out; exit 1; }", fault, place, place);
    ck_assert_int_eq(system(command), 0);
}

static int gateway_end(struct world *world, int signal)
{
    int status = 0;
    kill(world->inner->pid, signal);
    ck_assert_int_eq(waitpid(world->inner->pid, &status, 0), world->inner->pid);
    world->inner->pid = 0;
    link_client_free(world->inner->front);
    world->inner->front = NULL;
    world_adapter_stop(world);
    return status;
}

void world_stop(struct world *world)
{
    int status = gateway_end(world, SIGTERM);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the gateway ended with %d", status);
}

void world_kill(struct world *world)
{
    gateway_end(world, SIGKILL);
}

void world_clear(struct world *world)
{
    if (world->inner->pid > 0)
        world_stop(world);
    for (size_t i = 0; i < world->inner->pending_count; i++)
        world_reply_clear(&world->inner->pending[i].reply);
    pthread_mutex_destroy(&world->inner->mutex);
    pthread_cond_destroy(&world->inner->changed);
    free(world->inner);
}

/* ---- messages ---- */

struct base_buffer world_sign(enum world_person signer, const char *text)
{
    struct base_buffer der;
    struct base_clock clock = base_clock_system();
    base_buffer_init(&der, CERTS_CMS_BYTES_MAX);
    ck_assert_int_eq(certs_cms_sign(people[signer].sign, base_bytes_text(text), base_clock_now_us(&clock), &der), 0);
    return der;
}

struct base_buffer world_query_sign(const struct world *world, enum world_person signer, const struct world_query *query,
                                    char ret_id[37])
{
    char *text = world_query_text(world, query, ret_id);
    struct base_buffer message = world_sign(signer, text);
    free(text);
    return message;
}

struct base_buffer world_act_sign(const struct world *world, enum world_person signer, const struct world_act *act,
                                  char ret_id[37])
{
    char *text = world_act_text(world, act, ret_id);
    struct base_buffer message = world_sign(signer, text);
    free(text);
    return message;
}

void world_reply_clear(struct world_reply *reply)
{
    base_buffer_clear(&reply->body);
    json_decref(reply->json);
    memset(reply, 0, sizeof(*reply));
}

static uint64_t send_request(struct world *world, const struct link_request *request)
{
    struct world_inner *inner = world->inner;
    struct link_request with_id = *request;
    pthread_mutex_lock(&inner->mutex);
    ck_assert_uint_lt(inner->pending_count, PENDING_MAX);
    with_id.id = ++inner->next_id;
    inner->pending[inner->pending_count++] =
        (struct pending){.id = with_id.id,
                         .is_query = base_bytes_equal_text(request->path, "/v1/queries")};
    pthread_mutex_unlock(&inner->mutex);
    struct base_buffer frame;
    base_buffer_init(&frame, LINK_REQUEST_FRAME_MAX);
    ck_assert_int_eq(link_request_encode(&with_id, &frame), 0);
    ck_assert_int_eq(link_client_send(inner->front, LINK_FRONT_REQUEST, base_buffer_view(&frame)), 0);
    base_buffer_clear(&frame);
    return with_id.id;
}

/* Nothing is shown whose two records are not in the database. */
static void promise_check(const struct pending *pending)
{
    if (!pending->is_query || pending->reply.status != 200)
        return;
    if (!pending->reply.json)
        return; /* the signed answer alone names no record */
    const char *id = json_string_value(json_object_get(json_object_get(pending->reply.json, "answer"), "query"));
    ck_assert_ptr_nonnull(id);
    ck_assert_msg(cluster_number("select count(*) from entry q join conclusion c on (c.log_id, c.request_seq) = (q.log_id, q.seq)"
                                 " join entry r on (r.log_id, r.seq) = (c.log_id, c.seq)"
                                 " where q.kind = 'query.request' and r.kind = 'query.result' and q.id = $1::uuid and q.part = 0",
                                 id, NULL) == 1,
                  "a 200 without both records");
}

struct world_reply world_take(struct world *world, uint64_t id)
{
    struct world_inner *inner = world->inner;
    pthread_mutex_lock(&inner->mutex);
    size_t i = 0;
    while (inner->pending[i].id != id)
        i++;
    pthread_mutex_unlock(&inner->mutex);
    wait_for(inner, &inner->pending[i].answered, "a reply");
    struct world_reply *reply = &inner->pending[i].reply;
    if (strstr(reply->content_type, "json"))
        reply->json = json_loadb((const char *)reply->body.data, reply->body.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(reply->cache_control, "no-store");
    promise_check(&inner->pending[i]);
    struct world_reply taken = *reply;
    memset(reply, 0, sizeof(*reply));
    return taken;
}

static uint64_t officer_send(struct world *world, enum world_person connection, const char *method, const char *path,
                             const char *content_type, const char *accept, const char *language, const char *address,
                             struct base_bytes body)
{
    const struct link_request request = {
        .connection = 1,
        .listener = LINK_LISTENER_OFFICERS,
        .peer_address = base_bytes_text(address ? address : "127.0.0.1"),
        .method = base_bytes_text(method),
        .path = base_bytes_text(path),
        .content_type = base_bytes_text(content_type ? content_type : "application/pkcs7-mime"),
        .accept = base_bytes_text(accept ? accept : ""),
        .accept_language = base_bytes_text(language ? language : "en"),
        .certificate = base_buffer_view(&people[connection].auth_der),
        .body = body,
    };
    return send_request(world, &request);
}

struct world_reply world_send_as(struct world *world, enum world_person connection, const char *method,
                                 const char *path, const char *content_type, const char *accept, const char *language,
                                 const char *address, struct base_bytes body)
{
    return world_take(world, officer_send(world, connection, method, path, content_type, accept, language, address, body));
}

struct world_reply world_send(struct world *world, enum world_person connection, const char *method, const char *path,
                              struct base_bytes body)
{
    return world_send_as(world, connection, method, path, NULL, NULL, NULL, NULL, body);
}

uint64_t world_post(struct world *world, enum world_person connection, const char *path, struct base_bytes body)
{
    return officer_send(world, connection, "POST", path, NULL, NULL, NULL, NULL, body);
}

uint64_t world_get(struct world *world, enum world_person connection, const char *path)
{
    return officer_send(world, connection, "GET", path, NULL, NULL, NULL, NULL, base_bytes_of(NULL, 0));
}

struct world_reply world_probe(struct world *world, const char *path)
{
    const struct link_request request = {
        .listener = LINK_LISTENER_LOCAL,
        .peer_address = base_bytes_text("127.0.0.1"),
        .method = base_bytes_text("GET"),
        .path = base_bytes_text(path),
    };
    return world_take(world, send_request(world, &request));
}

static struct world_reply query_send(struct world *world, enum world_person person, const char *path,
                                     const struct world_query *query)
{
    struct base_buffer message = world_query_sign(world, person, query, NULL);
    struct world_reply reply = world_send(world, person, "POST", path, base_buffer_view(&message));
    base_buffer_clear(&message);
    return reply;
}

struct world_reply world_ask(struct world *world, enum world_person person, const struct world_query *query)
{
    return query_send(world, person, "/v1/queries", query);
}

struct world_reply world_explain(struct world *world, enum world_person person, const struct world_query *query)
{
    return query_send(world, person, "/v1/explain", query);
}
