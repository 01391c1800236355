/* qao-front: takes officers' connections. Holds the TLS key and the authority's certificates, nothing else. */
#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/sandbox.h"
#include "gateway/front/connection.h"
#include "gateway/front/server.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REFRESH_NS = 500 * 1000 * 1000, OTHER_FILES = 128 };

enum { EXIT_USAGE = 2 };

static void write_usage(FILE *out)
{
    fprintf(out, "usage: qao-front --config FILE [--check-config]\n"
                 "\n"
                 "Takes the connections of officers (TLS with a client certificate) and hands their requests to\n"
                 "qao-gateway. SIGHUP reads certificates and CRLs again; SIGTERM stops after what is under way.\n"
                 "\n"
                 "FILE is an INI file:\n");
    front_settings_write_help(out);
}

/* Every connection may need a second descriptor for its delivery report. */
static void raise_file_limit(const struct front_settings *settings)
{
    size_t wanted = (size_t) (settings->connections_max + settings->in_flight_max + OTHER_FILES), limit;
    if (!base_process_files_raise(wanted, &limit))
        base_log(BASE_LOG_WARNING, "event=few-files limit=%zu wanted=%zu", limit, wanted);
}

/* The key in memory must not end in a core file. */
static void forbid_core_files(void)
{
    if (!base_process_core_forbid())
        base_log(BASE_LOG_WARNING, "event=core-files-allowed error=%d", errno);
}

/* Folders, because a renewed file is a new file. */
static int enter_sandbox(const struct front_settings *s)
{
    char *ca = base_file_folder(s->ca_path), *crl = base_file_folder(s->crl_path);
    char *certificate = base_file_folder(s->certificate_path), *key = base_file_folder(s->key_path);
    char *gateway = base_file_folder(s->gateway_socket);
    const char *const readable[] = {ca, crl, certificate, key, NULL};
    const char *const connectable[] = {gateway, NULL};
    const struct base_sandbox sandbox = {.read_paths = readable, .socket_paths = connectable};
    struct base_sandbox_state state = {0};
    int r = ca && crl && certificate && key && gateway ? base_sandbox_enter(&sandbox, &state) : -ENOMEM;
    free(ca);
    free(crl);
    free(certificate);
    free(key);
    free(gateway);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=sandbox-failed error=%d", -r);
        return r;
    }
    base_log(state.landlock_abi >= BASE_SANDBOX_ABI_TCP && state.seccomp ? BASE_LOG_INFO : BASE_LOG_WARNING,
             "event=sandboxed landlock=%s abi=%d seccomp=%s missing=\"%s\"", state.landlock ? "yes" : "kernel-lacks-it",
             state.landlock_abi, state.seccomp ? "yes" : "kernel-lacks-it", base_sandbox_missing(state.landlock_abi));
    return 0;
}

/* Opens what the configuration names, as run() will; asks nobody. */
static int check(const struct front_settings *settings)
{
    char *error = NULL;
    struct front_trust *trust = NULL;
    int r = front_trust_new(settings, front_connection_verify, &trust, &error);
    if (r < 0)
        fprintf(stderr, "qao-front: %s\n", error ? error : strerror(-r));
    else
        puts("configuration is usable");
    free(error);
    front_trust_free(trust);
    return r;
}

static void serve(struct front_server *server, const sigset_t *signals)
{
    const struct timespec pause = {.tv_nsec = REFRESH_NS};
    int signal_number;
    do {
        signal_number = sigtimedwait(signals, NULL, &pause);
        front_server_refresh(server, signal_number == SIGHUP);
    } while (signal_number != SIGTERM && signal_number != SIGINT);
    base_log(BASE_LOG_INFO, "event=stopping");
}

static int run(const struct front_settings *settings)
{
    char *error = NULL;
    struct front_server *server = NULL;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    forbid_core_files();
    raise_file_limit(settings);
    int r = front_server_new(settings, &server, &error);
    if (r < 0) {
        base_log(BASE_LOG_ERROR, "event=start-failed error=%d detail=\"%s\"", -r, error ? error : strerror(-r));
        free(error);
        return r;
    }
    r = enter_sandbox(settings);
    if (r == 0)
        r = front_server_start(server);
    if (r == 0) {
        base_log(BASE_LOG_INFO, "event=listening port=%u local_port=%u", front_server_port(server),
                 front_server_local_port(server));
        serve(server, &signals);
    } else {
        base_log(BASE_LOG_ERROR, "event=start-failed error=%d", -r);
    }
    front_server_stop(server);
    front_server_free(server);
    base_log(BASE_LOG_INFO, "event=stopped");
    return r;
}

/* Long bodies have mappings of their own, which are given back when they are freed: the allocator would otherwise learn to keep
 * memory of their size. */
static void memory_set(void)
{
    enum { OWN_MAPPING_BYTES = 1 << 20 };
    (void) mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
}

int main(int argc, char **argv)
{
    memory_set();
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check-config", no_argument, NULL, 'k'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *config = NULL;
    bool check_only = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c') {
            config = optarg;
        } else if (option == 'k') {
            check_only = true;
        } else {
            write_usage(option == 'h' ? stdout : stderr);
            return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
        }
    }
    if (!config || optind != argc) {
        write_usage(stderr);
        return EXIT_USAGE;
    }
    struct front_settings settings = {0};
    char *error = NULL;
    if (front_settings_read(config, &settings, &error) < 0) {
        fprintf(stderr, "qao-front: %s\n", error ? error : config);
        free(error);
        return EXIT_USAGE;
    }
    int r = check_only ? check(&settings) : run(&settings);
    front_settings_clear(&settings);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
