/* qao-adapter: asks registries for the gateway. Holds registry credentials and nothing else. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/sandbox.h"
#include "base/user.h"
#include "gateway/adapters/desk.h"

enum { EXIT_USAGE = 2, COUNT_EVERY_S = 60, RESOLVER_FILES_MAX = 5, LINE_FILES_MAX = 4, OTHER_FILES = 128 };

static const char help[] =
    "Usage: qao-adapter --config FILE [--check-config]\n"
    "Asks state registries what the gateway hands it, and nothing else.\n"
    "\n"
    "  --config FILE    the configuration\n"
    "  --check-config   read and check everything, ask nobody: 0 usable, 2 not\n"
    "  --help           this text\n"
    "\n"
    "Configuration, [adapter]:\n"
    "  socket            path to listen at, at most 107 bytes\n"
    "  gateway_user      the only user who may connect\n"
    "  registries        folder with NAME.ini for each registry, readable by its owner alone\n"
    "  services          folder with NN.ini for each service\n"
    "  descriptions      folder of service descriptions; empty for the installed ones\n"
    "  may_connect_inet  yes where some registry is reached over the network; default no\n"
    "  log_level         error, warning, info (default) or debug\n"
    "NAME.ini: [registry] adapter = sql, http or soap, and a section of that name with what it needs;\n"
    "  [limits] connections_max 4, queue_max 64, deadline_ms 5000, records_max 2000;\n"
    "  [breaker] failures 5, pause_ms 1000, pause_max_ms 30000;\n"
    "  [later] pending_max 1000, pending_s 3600, pollers_max 2, poll_ms 500, poll_max_ms 30000\n"
    "NN.ini: [service] registry, parameters; [sql], [http] or [soap] how it is asked; [map] where its members are found\n"
    "All keys: docs/PROTOCOL-SERVICES.md\n";

static const char *const outcome_words[] = {
    [LINK_OUTCOME_UNKNOWN] = "unknown", [LINK_OUTCOME_ANSWERED] = "answered", [LINK_OUTCOME_UNAVAILABLE] = "unavailable",
    [LINK_OUTCOME_FAILED] = "failed",   [LINK_OUTCOME_TIMEOUT] = "timeout",
    [LINK_OUTCOME_UNCONNECTED] = "unconnected", [LINK_OUTCOME_PENDING] = "pending",
};

static void log_answer(void *context, const struct adapter_call *call, const struct adapter_reply *reply,
                       int64_t duration_us)
{
    (void) context;
    enum base_log_level level = BASE_LOG_INFO;
    if (reply->outcome == LINK_OUTCOME_ANSWERED)
        level = BASE_LOG_DEBUG;
    else if (reply->outcome == LINK_OUTCOME_UNKNOWN)
        level = BASE_LOG_WARNING;
    base_log(level, "event=call query=%s service=%u registry=%s outcome=%s duration_us=%" PRId64 " detail=\"%s\"",
             call->query, call->service->number, call->service->registry->name, outcome_words[reply->outcome],
             duration_us, reply->detail);
}

static void log_breaker(void *context, const struct adapter_registry_settings *settings,
                        enum adapter_breaker_state state)
{
    static const char *const words[] = {
        [ADAPTER_BREAKER_OPEN] = "open", [ADAPTER_BREAKER_HALF_OPEN] = "half-open", [ADAPTER_BREAKER_CLOSED] = "closed"};
    (void) context;
    base_log(state == ADAPTER_BREAKER_OPEN ? BASE_LOG_WARNING : BASE_LOG_INFO, "event=breaker registry=%s state=%s",
             settings->name, words[state]);
}

static void log_malformed(void *context, uint16_t type)
{
    (void) context;
    base_log(BASE_LOG_ERROR, "event=malformed-frame type=%u", type);
}

static void log_counts(const struct adapter_desk *desk)
{
    for (size_t i = 0; i < adapter_desk_registry_count(desk); i++) {
        struct adapter_registry *registry = adapter_desk_registry(desk, i);
        struct adapter_registry_counts counts;
        adapter_registry_count(registry, &counts);
        uint64_t all = 0;
        for (size_t j = 0; j < BASE_ARRAY_LENGTH(counts.outcomes); j++)
            all += counts.outcomes[j];
        if (all == 0)
            continue;
        base_log(BASE_LOG_INFO,
                 "event=counts registry=%s answered=%" PRIu64 " failed=%" PRIu64 " timeout=%" PRIu64
                 " unavailable=%" PRIu64 " refused=%" PRIu64 " unknown=%" PRIu64 " waiting=%zu pending=%zu",
                 adapter_registry_settings_of(registry)->name, counts.outcomes[LINK_OUTCOME_ANSWERED],
                 counts.outcomes[LINK_OUTCOME_FAILED], counts.outcomes[LINK_OUTCOME_TIMEOUT],
                 counts.outcomes[LINK_OUTCOME_UNAVAILABLE], counts.refused, counts.outcomes[LINK_OUTCOME_UNKNOWN],
                 counts.waiting, counts.pending);
    }
}

static bool set_log_level(const char *word)
{
    static const char *const words[] = {"error", "warning", "info", "debug"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(words); i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        base_log_level_set((enum base_log_level) i);
        return true;
    }
    return false;
}

/* What the C library reads to resolve a name, as far as it is there. */
static void list_resolver_files(const char *ret_paths[static RESOLVER_FILES_MAX + 1])
{
    static const char *const files[RESOLVER_FILES_MAX] = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
                                                          "/etc/host.conf", "/etc/gai.conf"};
    size_t count = 0;
    for (size_t i = 0; i < RESOLVER_FILES_MAX; i++)
        if (access(files[i], R_OK) == 0)
            ret_paths[count++] = files[i];
    ret_paths[count] = NULL;
}

/* Closes all but what registries need. Called before any thread is made. */
static int enter_sandbox(const struct adapter_settings *settings)
{
    char *folders[ADAPTER_REGISTRIES_MAX + 1] = {0};
    size_t count = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < settings->registry_count; i++) {
        struct adapter_reach reach = {0};
        r = settings->registries[i]->kind->reach(settings->registries[i], &reach);
        char *folder = reach.socket_folder;
        if (!folder)
            continue;
        if (access(folder, F_OK) == 0) {
            folders[count++] = folder;
            continue;
        }
        /* A registry that is away may not keep all others from being asked. */
        base_log(BASE_LOG_WARNING, "event=no-socket-folder registry=%s reached=after-a-restart-only",
                 settings->registries[i]->name);
        free(folder);
    }
    const char *name_paths[RESOLVER_FILES_MAX + 1] = {0};
    list_resolver_files(name_paths);
    char *own = base_file_folder(settings->socket);
    const char *const write_paths[] = {own, NULL};
    const struct base_sandbox sandbox = {
        .write_paths = write_paths, /* the socket is removed at the end */
        .read_paths = settings->resolves_names ? name_paths : NULL,
        .socket_paths = (const char *const *) folders,
        .may_connect_inet = settings->may_connect_inet,
    };
    struct base_sandbox_state state = {0};
    if (r == 0)
        r = own ? base_sandbox_enter(&sandbox, &state) : -ENOMEM;
    if (r == 0)
        base_log(BASE_LOG_INFO, "event=sandbox landlock=%s seccomp=%s", state.landlock ? "yes" : "no",
                 state.seccomp ? "yes" : "no");
    free(own);
    for (size_t i = 0; i < count; i++)
        free(folders[i]);
    return r;
}

/* Waits for SIGTERM or SIGINT, telling the counts now and then. */
static void wait_for_end(const sigset_t *ends, const struct adapter_desk *desk)
{
    for (;;) {
        const struct timespec every = {.tv_sec = COUNT_EVERY_S};
        int signal = sigtimedwait(ends, NULL, &every);
        if (signal == SIGTERM || signal == SIGINT)
            return;
        if (signal < 0 && errno == EAGAIN)
            log_counts(desk);
    }
}

/* Each line has a connection, and what its library wakes itself with. */
static void raise_file_limit(const struct adapter_settings *settings)
{
    size_t wanted = OTHER_FILES, limit;
    for (size_t i = 0; i < settings->registry_count; i++)
        wanted += LINE_FILES_MAX * (size_t) (settings->registries[i]->connections + settings->registries[i]->pollers);
    if (!base_process_files_raise(wanted, &limit))
        base_log(BASE_LOG_WARNING, "event=few-files limit=%zu wanted=%zu", limit, wanted);
}

static int serve(const struct adapter_settings *settings, uid_t gateway)
{
    /* Credentials in memory must not end in a core file. */
    if (!base_process_core_forbid())
        base_log(BASE_LOG_WARNING, "event=core-files-allowed error=%d", errno);
    raise_file_limit(settings);
    sigset_t ends;
    clearenv(); /* libpq takes settings from it that no configuration shows */
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    int r = enter_sandbox(settings);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=sandbox-failed error=\"%s\"", strerror(-r));
        return r;
    }
    const struct adapter_desk_watcher watcher = {
        .answered = log_answer, .moved = log_breaker, .malformed = log_malformed};
    struct adapter_desk *desk = NULL;
    struct link_server *server = NULL;
    r = adapter_desk_new(settings, &watcher, &desk);
    if (r == 0) {
        struct link_handler handler = adapter_desk_handler(desk);
        r = link_server_new(settings->socket, 0666, &gateway, 1, LINK_CALL_FRAME_MAX, &handler, &server);
    }
    if (r == 0) {
        base_log(BASE_LOG_INFO, "event=started registries=%zu", settings->registry_count);
        wait_for_end(&ends, desk);
        base_log(BASE_LOG_INFO, "event=stopping");
        log_counts(desk);
        adapter_desk_stop(desk);
    } else {
        base_log(BASE_LOG_ERROR, "event=start-failed error=\"%s\"", strerror(-r));
    }
    link_server_free(server);
    adapter_desk_free(desk);
    return r;
}

/* Checks what only the program can. The text says what is wrong; NULL when all is well. */
static const char *complete_settings(const struct adapter_settings *settings, uid_t *ret_gateway)
{
    if (!set_log_level(settings->log_level))
        return "[adapter] log_level: must be error, warning, info or debug";
    return base_user_find(settings->gateway_user, ret_gateway) == 0 ? NULL : "[adapter] gateway_user: no such user";
}

static int run(const char *path, bool only_check)
{
    struct adapter_settings *settings = NULL;
    char *error = NULL;
    uid_t gateway = 0;
    int r = adapter_settings_load(path, &settings, &error);
    const char *what = r == 0 ? complete_settings(settings, &gateway) : NULL;
    int status = EXIT_USAGE;
    if (r < 0)
        fprintf(stderr, "qao-adapter: %s\n", error ? error : strerror(-r));
    else if (what)
        fprintf(stderr, "qao-adapter: %s: %s\n", path, what);
    else if (only_check)
        status = puts("configuration is usable") < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    else
        status = serve(settings, gateway) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    free(error);
    adapter_settings_free(settings);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *path = NULL;
    bool only_check = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        if (option == 'c')
            path = optarg;
        else if (option == 'k')
            only_check = true;
        else
            return EXIT_USAGE;
    }
    if (!path || optind != argc) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (base_clock_zone_init() < 0) {
        base_log(BASE_LOG_ERROR, "event=start-failed error=\"the time zone Asia/Almaty is missing\"");
        return EXIT_FAILURE;
    }
    return run(path, only_check);
}
