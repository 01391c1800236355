/* qao-gateway: verifies, decides, logs, signs. Faces no network: qao-front and qao-adapter do. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "certs/cms.h"
#include "gateway/core/duty.h"
#include "gateway/core/enrol.h"
#include "gateway/core/gateway.h"
#include "gateway/core/refusals.h"
#include "gateway/core/sweep.h"

enum { STEP_MS = 500, SWEEP_S = 15, TRUST_COMPLAINT_S = 60 };

static int usage(FILE *out)
{
    fprintf(out, "usage: qao-gateway --config FILE [--check-config | --enrol MESSAGE]\n"
                 "Decides signed queries and keeps the log. SIGTERM stops, SIGHUP reads certificates and revocation "
                 "lists again.\n"
                 "--enrol records the first administrator, by a message they signed, and ends: 0 done, 1 could not, 3 "
                 "refused.\n");
    return out == stdout ? 0 : 2;
}

static int log_level_set(const char *text)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (unsigned level = 0; level < BASE_ARRAY_LENGTH(names); level++)
        if (strcmp(text, names[level]) == 0) {
            base_log_level_set((enum base_log_level)level);
            return 0;
        }
    fprintf(stderr, "qao-gateway: gateway.log_level: error, warning, info or debug\n");
    return -EINVAL;
}

/* Everything was read: from now on only the trust, the high-water file and three sockets are needed. */
static int sandbox_enter(const struct core_settings *settings)
{
    char *ca = base_file_folder(settings->ca), *crl = base_file_folder(settings->crl);
    char *high_water = base_file_folder(settings->high_water);
    char *front = base_file_folder(settings->front_socket), *adapter = base_file_folder(settings->adapter_socket);
    int r = -ENOMEM;
    if (ca && crl && high_water && front && adapter) {
        const char *const read_paths[] = {ca, crl, "/usr/share/zoneinfo", "/etc/ssl", "/etc/passwd", "/etc/nsswitch.conf", NULL};
        const char *const write_paths[] = {high_water, front, NULL};
        const char *const socket_paths[] = {adapter, settings->database_folder, NULL};
        const struct base_sandbox sandbox = {
            .read_paths = read_paths, .write_paths = write_paths, .socket_paths = socket_paths};
        struct base_sandbox_state state;
        r = base_sandbox_enter(&sandbox, &state);
        if (r == 0)
            base_log(state.landlock_abi >= BASE_SANDBOX_ABI_TCP && state.seccomp ? BASE_LOG_INFO : BASE_LOG_WARNING,
                     "event=sandbox landlock=%s abi=%d seccomp=%s missing=\"%s\"", state.landlock ? "yes" : "no",
                     state.landlock_abi, state.seccomp ? "yes" : "no", base_sandbox_missing(state.landlock_abi));
        else
            base_log(BASE_LOG_ERROR, "event=sandbox-failed error=%d", -r);
    }
    free(ca);
    free(crl);
    free(high_water);
    free(front);
    free(adapter);
    return r;
}

static void trust_look(struct core_gateway *gateway, bool force, int64_t *complained_us)
{
    char *error = NULL;
    int64_t now_us = base_clock_monotonic_us();
    switch (core_trust_check(gateway->trust, force, &error)) {
    case CORE_TRUST_SAME:
        break;
    case CORE_TRUST_RENEWED:
        base_log(BASE_LOG_INFO, "event=trust-renewed");
        core_gateway_trust_tell(gateway);
        break;
    case CORE_TRUST_UNUSABLE:
        if (*complained_us == 0 || now_us - *complained_us > INT64_C(1000000) * TRUST_COMPLAINT_S) {
            base_log(BASE_LOG_ERROR, "event=trust-unusable reason=\"%s\"", error ? error : "unknown");
            *complained_us = now_us;
        }
        break;
    }
    free(error);
}

/* Longer than a request can live: what the registry may take, the log's own deadlines, and a margin. One that lives longer
 * all the same finds itself concluded and shows nothing. */
static int64_t life_max_us(const struct core_gateway *gateway)
{
    enum { MARGIN_S = 60 };
    return gateway->settings->adapter_timeout_ms * 1000 + gateway->settings->database_deadline_ms * 2000 +
           INT64_C(1000000) * MARGIN_S;
}

static void sweep(struct core_gateway *gateway, int64_t *swept_us)
{
    int64_t now_us = base_clock_monotonic_us();
    /* What is owed has a conclusion of its own, better than "unknown": it goes first. */
    if (now_us - *swept_us < INT64_C(1000000) * SWEEP_S || atomic_load(&gateway->owing) > 0)
        return;
    size_t count = 0;
    *swept_us = now_us;
    int r = core_sweep(gateway, core_now_us(gateway) - life_max_us(gateway), &count);
    if (r < 0)
        base_log(BASE_LOG_WARNING, "event=sweep-failed error=%d", -r);
    if (count > 0)
        base_log(BASE_LOG_WARNING, "event=unfinished-concluded count=%zu", count);
}

/* What is done now and then, until a signal says stop. */
static void attend(struct core_gateway *gateway, const sigset_t *signals)
{
    const struct timespec step = {.tv_sec = STEP_MS / 1000, .tv_nsec = STEP_MS % 1000 * 1000000L};
    int64_t complained_us = 0, swept_us = base_clock_monotonic_us();
    struct core_duty duty = {0};
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &step);
        if (signal == SIGTERM || signal == SIGINT)
            return;
        trust_look(gateway, signal == SIGHUP, &complained_us);
        core_refusals_record(gateway->refusals, gateway->writer, core_now_us(gateway), false);
        sweep(gateway, &swept_us);
        core_duty_attend(gateway, &duty);
    }
}

static int run(const struct core_settings *settings)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before any thread: they inherit it */
    if (prctl(PR_SET_DUMPABLE, 0) < 0 || base_clock_zone_init() < 0) {
        fprintf(stderr, "qao-gateway: no time zone data of Asia/Almaty from 2024 or later\n");
        return 1;
    }
    char *error = NULL;
    struct core_gateway *gateway = NULL;
    base_log(BASE_LOG_INFO, "event=starting log=%s", settings->origin);
    int r = core_gateway_new(settings, &gateway, &error);
    if (r == 0)
        r = sandbox_enter(settings);
    if (r == 0)
        r = core_gateway_start(gateway, &error);
    if (r == 0) {
        base_log(BASE_LOG_INFO, "event=ready");
        attend(gateway, &signals);
        base_log(BASE_LOG_INFO, "event=stopping in_flight=%zu", (size_t)atomic_load(&gateway->in_flight));
    } else {
        base_log(BASE_LOG_ERROR, "event=not-started reason=\"%s\"", error ? error : "out of memory");
    }
    core_gateway_free(gateway);
    if (r == 0)
        base_log(BASE_LOG_INFO, "event=stopped");
    free(error);
    return r == 0 ? 0 : 1;
}

/* Text as a line of standard error. */
static int complain(int status, const char *what, const char *error)
{
    fprintf(stderr, "qao-gateway: %s%s%s\n", what, what[0] ? ": " : "", error ? error : "out of memory");
    return status;
}

/* The gateway may not be running: its log has one writer. */
static int enrol(const struct core_settings *settings, const char *path)
{
    enum { REFUSED = 3 };
    if (prctl(PR_SET_DUMPABLE, 0) < 0 || base_clock_zone_init() < 0)
        return complain(1, "", "no time zone data of Asia/Almaty from 2024 or later");
    BASE_CLEANUP(base_buffer_clear) struct base_buffer message;
    base_buffer_init(&message, CERTS_CMS_BYTES_MAX);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &message);
    if (r < 0)
        return complain(1, path, strerror(-r));
    char *error = NULL;
    struct core_gateway *gateway = NULL;
    uint64_t index = 0;
    r = core_gateway_new(settings, &gateway, &error);
    if (r == 0)
        r = core_gateway_open(gateway, &error);
    if (r == 0)
        r = core_enrol(gateway, base_buffer_view(&message), &index, &error);
    core_gateway_free(gateway);
    int status = r == 0 ? 0 : complain(r == CORE_ENROL_REFUSED ? REFUSED : 1, "not enrolled", error);
    if (r == 0)
        printf("enrolled: entry %llu of %s\n", (unsigned long long)index, settings->origin);
    free(error);
    return status;
}

static int settings_check(const struct core_settings *settings)
{
    char *error = NULL;
    struct core_gateway *gateway = NULL;
    int r = core_gateway_new(settings, &gateway, &error);
    core_gateway_free(gateway);
    if (r < 0)
        fprintf(stderr, "qao-gateway: %s\n", error ? error : strerror(-r));
    else
        puts("configuration is usable");
    free(error);
    return r < 0 ? 1 : 0;
}

/* Long bodies have mappings of their own, which are given back when they are freed: the allocator would otherwise learn to keep
 * memory of their size. */
static void memory_set(void)
{
    enum { OWN_MAPPING_BYTES = 1 << 20 };
    (void)mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
}

int main(int argc, char **argv)
{
    memory_set();
    const char *path = NULL, *message = NULL;
    bool check = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            path = argv[++i];
        else if (strcmp(argv[i], "--check-config") == 0)
            check = true;
        else if (strcmp(argv[i], "--enrol") == 0 && i + 1 < argc)
            message = argv[++i];
        else if (strcmp(argv[i], "--help") == 0) {
            usage(stdout);
            core_settings_help_write(stdout);
            return 0;
        } else
            return usage(stderr);
    }
    if (!path || (check && message))
        return usage(stderr);
    struct core_settings settings;
    char *error = NULL;
    if (core_settings_read(path, &settings, &error) < 0) {
        fprintf(stderr, "qao-gateway: %s\n", error ? error : "out of memory");
        free(error);
        return 2;
    }
    int status = 2;
    if (log_level_set(settings.log_level) == 0)
        status = check     ? settings_check(&settings)
                 : message ? enrol(&settings, message)
                           : run(&settings);
    core_settings_clear(&settings);
    return status;
}
