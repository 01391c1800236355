/* Proves: inside the sandbox a program still serves sockets, threads and its own folders, and can do nothing else: no
 * other file, no program, no process, no tracing, no outgoing connection, no executable memory. What a kernel without
 * Landlock cannot enforce is not asked of it. Each test enters the sandbox in a process of its own. */
#include "base/buffer.h"
#include "base/file.h"
#include "base/sandbox.h"
#include "tests/check_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[64], readable[96], writable[96], other[96];

static struct base_bytes text(const char *value)
{
    return base_bytes_text(value);
}

static void put(const char *in, const char *name)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/%s", in, name);
    ck_assert_int_eq(base_file_replace(path, text("content"), 0600), 0);
}

/* The sandboxed process may not remove what it made: a second one does, as soon as the first has ended. */
static void remove_folders_afterwards(void)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t cleaner = fork();
    ck_assert_int_ge(cleaner, 0);
    if (cleaner > 0) {
        close(ends[0]);
        return;
    }
    char nothing;
    close(ends[1]);
    (void) setpgid(0, 0);
    while (read(ends[0], &nothing, 1) > 0)
        ;
    static const char *const names[] = {"readable/file", "writable/file", "writable/s", "other/file",
                                        "other/s",       "readable",      "writable",   "other"};
    if (chdir(folder) == 0)
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(names); i++)
            (void) remove(names[i]);
    (void) remove(folder);
    _exit(0);
}

static void make_folders(void)
{
    snprintf(folder, sizeof(folder), "/tmp/qao-sandbox-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(readable, sizeof(readable), "%s/readable", folder);
    snprintf(writable, sizeof(writable), "%s/writable", folder);
    snprintf(other, sizeof(other), "%s/other", folder);
    ck_assert_int_eq(mkdir(readable, 0700) | mkdir(writable, 0700) | mkdir(other, 0700), 0);
    put(readable, "file");
    put(writable, "file");
    put(other, "file");
    remove_folders_afterwards();
}

static struct base_sandbox_state enter(bool may_connect_inet)
{
    const char *const read_paths[] = {readable, NULL}, *const write_paths[] = {writable, NULL};
    const struct base_sandbox sandbox = {
        .read_paths = read_paths, .write_paths = write_paths, .may_connect_inet = may_connect_inet};
    struct base_sandbox_state state;
    ck_assert_int_eq(base_sandbox_enter(&sandbox, &state), 0);
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    return state;
}

static int open_error(const char *in, const char *name, int flags)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/%s", in, name);
    int fd = open(path, flags, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

START_TEST(files_outside_the_named_folders_are_closed)
{
    make_folders();
    struct base_sandbox_state state = enter(false);
    ck_assert_int_eq(open_error(readable, "file", O_RDONLY), 0);
    ck_assert_int_eq(open_error(writable, "file", O_RDWR), 0);
    put(writable, "file"); /* a new file, then renamed over the old one */
    if (!state.landlock)
        return;
    ck_assert_int_ge(state.landlock_abi, 1);
    ck_assert_int_eq(open_error(readable, "file", O_WRONLY), EACCES);
    ck_assert_int_eq(open_error(readable, "new", O_WRONLY | O_CREAT), EACCES);
    ck_assert_int_eq(open_error(other, "file", O_RDONLY), EACCES);
    ck_assert_int_eq(open_error("/etc", "passwd", O_RDONLY), EACCES);
    ck_assert_int_eq(open_error("/proc/self", "maps", O_RDONLY), EACCES);
}
END_TEST

START_TEST(a_named_path_must_exist)
{
    const char *const paths[] = {"/nowhere/at/all", NULL};
    const struct base_sandbox sandbox = {.read_paths = paths};
    struct base_sandbox_state state;
    int r = base_sandbox_enter(&sandbox, &state);
    ck_assert(r == -ENOENT || (r == 0 && !state.landlock));
}
END_TEST

START_TEST(a_single_file_may_be_named)
{
    make_folders();
    char path[160];
    snprintf(path, sizeof(path), "%s/file", other);
    const char *const paths[] = {path, NULL};
    const struct base_sandbox sandbox = {.read_paths = paths};
    struct base_sandbox_state state;
    ck_assert_int_eq(base_sandbox_enter(&sandbox, &state), 0);
    ck_assert_int_eq(open_error(other, "file", O_RDONLY), 0);
    if (state.landlock)
        ck_assert_int_eq(open_error(readable, "file", O_RDONLY), EACCES);
}
END_TEST

START_TEST(no_program_and_no_process_is_started)
{
    make_folders();
    struct base_sandbox_state state = enter(true);
    ck_assert(state.seccomp); /* every kernel this is built for has it */
    char *const arguments[] = {NULL};
    ck_assert_int_eq(execve("/bin/true", arguments, arguments), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) syscall(SYS_clone, 17 /* SIGCHLD: a process */, 0, 0, 0, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) ptrace(PTRACE_TRACEME, 0, NULL, NULL), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) syscall(SYS_keyctl, 0, 0, 0, 0, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) syscall(SYS_bpf, 0, NULL, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) syscall(SYS_io_uring_setup, 1, NULL), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) syscall(SYS_mount, NULL, NULL, NULL, 0, NULL), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq((int) syscall(SYS_kill, getppid(), 0), -1);
    ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(memory_is_never_writable_and_executable)
{
    make_folders();
    (void) enter(false);
    void *both = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_eq(both, MAP_FAILED);
    ck_assert_int_eq(errno, EPERM);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(page, MAP_FAILED);
    ck_assert_int_eq(mprotect(page, 4096, PROT_READ | PROT_EXEC), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(mprotect(page, 4096, PROT_READ), 0);
}
END_TEST

static int listen_on_loopback(struct sockaddr_in *ret_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *) &address, &len), 0);
    *ret_address = address;
    return fd;
}

static int connect_to(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return errno;
    int r = connect(fd, (const struct sockaddr *) address, sizeof(*address)) == 0 ? 0 : errno;
    close(fd);
    return r;
}

START_TEST(no_outgoing_connection_without_leave)
{
    make_folders();
    struct sockaddr_in address;
    int listening = listen_on_loopback(&address);
    int ready = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect_to(&address), 0);
    struct base_sandbox_state state = enter(false);
    ck_assert_int_eq(socket(AF_INET, SOCK_STREAM, 0), -1);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(socket(AF_INET6, SOCK_STREAM, 0), -1);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(socket(AF_NETLINK, SOCK_RAW, 0), -1);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(socket(AF_PACKET, SOCK_RAW, 0), -1);
    ck_assert_int_eq(errno, EACCES);
    /* What listened before still takes connections. */
    int taken = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(taken, 0);
    if (state.landlock_abi >= 4) {
        ck_assert_int_eq(connect(ready, (struct sockaddr *) &address, sizeof(address)), -1);
        ck_assert_int_eq(errno, EACCES);
    }
}
END_TEST

START_TEST(with_leave_connections_go_out)
{
    make_folders();
    struct sockaddr_in address;
    int listening = listen_on_loopback(&address);
    (void) enter(true);
    ck_assert_int_eq(connect_to(&address), 0);
    ck_assert_int_ge(accept4(listening, NULL, NULL, SOCK_CLOEXEC), 0);
}
END_TEST

static void *take_part(void *argument)
{
    *(int *) argument = 1;
    return argument;
}

START_TEST(threads_unix_sockets_and_memory_still_work)
{
    make_folders();
    (void) enter(false);
    pthread_t thread;
    int took_part = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, take_part, &took_part), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(took_part, 1);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", writable);
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server, (struct sockaddr *) &address, sizeof(address)), 0);
    ck_assert_int_eq(listen(server, 1), 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *) &address, sizeof(address)), 0);
    void *memory = malloc(64 << 20);
    ck_assert_ptr_nonnull(memory);
    free(memory);
}
END_TEST

/* A unix socket outside the named folders: kernels that can tell, refuse. */
START_TEST(unix_sockets_elsewhere_are_closed_where_the_kernel_can)
{
    make_folders();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", other);
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server, (struct sockaddr *) &address, sizeof(address)), 0);
    ck_assert_int_eq(listen(server, 1), 0);
    struct base_sandbox_state state = enter(false);
    int r = connect(client, (struct sockaddr *) &address, sizeof(address));
    ck_assert_int_eq(r, state.landlock_abi >= 9 ? -1 : 0);
}
END_TEST

/* Linux: TCP is ruled from ABI 4 on, abstract sockets and signals from 6. */
START_TEST(what_an_old_kernel_lacks_is_named)
{
    ck_assert_ptr_nonnull(strstr(base_sandbox_missing(0), "files"));
    ck_assert_ptr_null(strstr(base_sandbox_missing(1), "files"));
    ck_assert_ptr_nonnull(strstr(base_sandbox_missing(3), "tcp-connect"));
    ck_assert_ptr_null(strstr(base_sandbox_missing(4), "tcp"));
    ck_assert_ptr_nonnull(strstr(base_sandbox_missing(5), "signals"));
    ck_assert_ptr_null(strstr(base_sandbox_missing(6), "signals"));
    ck_assert_str_eq(base_sandbox_missing(9), "");
}
END_TEST

CHECK_MAIN("base/sandbox", files_outside_the_named_folders_are_closed, a_named_path_must_exist,
           a_single_file_may_be_named, no_program_and_no_process_is_started, memory_is_never_writable_and_executable,
           no_outgoing_connection_without_leave, with_leave_connections_go_out,
           threads_unix_sockets_and_memory_still_work, unix_sockets_elsewhere_are_closed_where_the_kernel_can,
           what_an_old_kernel_lacks_is_named)
