#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Landlock ---- */

/* What newer kernels added; the header of the build machine may be older than the kernel it runs on. */
enum {
    FS_FIRST = (1 << 13) - 1, /* every right of ABI 1 */
    FS_REFER = 1 << 13,
    FS_TRUNCATE = 1 << 14,
    FS_IOCTL_DEVICE = 1 << 15,
    FS_RESOLVE_UNIX = 1 << 16,
    NET_BIND_TCP = 1 << 0,
    NET_CONNECT_TCP = 1 << 1,
    SCOPE_ABSTRACT_UNIX = 1 << 0,
    SCOPE_SIGNAL = 1 << 1
};

struct ruleset_attributes {
    uint64_t fs, net, scoped;
};

/* The first ABI that knows each right. */
static uint64_t known_file_rights(int abi)
{
    uint64_t rights = FS_FIRST;
    rights |= abi >= 2 ? FS_REFER : 0;
    rights |= abi >= 3 ? FS_TRUNCATE : 0;
    rights |= abi >= 5 ? FS_IOCTL_DEVICE : 0;
    rights |= abi >= 9 ? FS_RESOLVE_UNIX : 0;
    return rights;
}

static int rule_add(int ruleset, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct stat found;
    int r = fstat(fd, &found) == 0 ? 0 : -errno;
    if (r == 0) {
        const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEVICE | FS_RESOLVE_UNIX;
        struct landlock_path_beneath_attr rule = {.allowed_access = S_ISDIR(found.st_mode) ? rights : rights & of_files,
                                                  .parent_fd = fd};
        if (rule.allowed_access != 0 &&
            syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
            r = -errno;
    }
    close(fd);
    return r;
}

static int rules_add(int ruleset, const char *const *paths, uint64_t rights)
{
    for (size_t i = 0; paths && paths[i]; i++) {
        int r = rule_add(ruleset, paths[i], rights);
        if (r < 0)
            return r;
    }
    return 0;
}

static int ruleset_fill(int ruleset, const struct base_sandbox *sandbox, uint64_t known)
{
    const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    const uint64_t writing = reading | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                             LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_SOCK | FS_REFER | FS_TRUNCATE;
    int r = rules_add(ruleset, sandbox->read_paths, reading & known);
    if (r == 0)
        r = rules_add(ruleset, sandbox->write_paths, writing & known);
    return r == 0 ? rules_add(ruleset, sandbox->socket_paths, FS_RESOLVE_UNIX & known) : r;
}

/* 0 with the ABI, which is 0 where the kernel was built or started without Landlock. */
static int restrict_files(const struct base_sandbox *sandbox, int *ret_abi)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0 && errno != ENOSYS && errno != EOPNOTSUPP)
        return -errno;
    *ret_abi = 0;
    if (abi < 1)
        return 0;
    struct ruleset_attributes handled = {.fs = known_file_rights((int) abi)};
    if (abi >= 4)
        handled.net = (uint64_t) NET_BIND_TCP | (sandbox->may_connect_inet ? 0 : NET_CONNECT_TCP);
    if (abi >= 6)
        handled.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
    /* Older kernels take the longer struct as long as what they do not know is zero. */
    long ruleset = syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
    if (ruleset < 0)
        return -errno;
    int r = ruleset_fill((int) ruleset, sandbox, handled.fs);
    if (r == 0 && syscall(SYS_landlock_restrict_self, (int) ruleset, 0) != 0)
        r = -errno;
    close((int) ruleset);
    *ret_abi = r == 0 ? (int) abi : 0;
    return r;
}

/* ---- seccomp ---- */

/* What a threaded program needs that serves sockets, keeps files and does arithmetic. A name that this machine's kernel
 * interface does not have is passed over. */
/* clang-format off */
static const char *const allowed[] = {
    "accept", "accept4", "access", "alarm", "arch_prctl", "bind", "brk", "chdir", "chmod", "clock_getres",
    "clock_gettime", "clock_nanosleep", "close", "close_range", "connect", "copy_file_range", "dup", "dup2", "dup3",
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2",
    "exit", "exit_group", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchmod", "fchmodat", "fcntl",
    "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "futex", "futex_waitv", "getcpu", "getcwd",
    "getdents", "getdents64", "getegid", "geteuid", "getgid", "getgroups", "getitimer", "getpeername", "getpgrp",
    "getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit", "getrusage",
    "get_robust_list", "getsockname", "getsockopt", "gettid", "gettimeofday", "getuid", "link", "linkat", "listen",
    "lseek", "lstat", "madvise", "membarrier", "mincore", "mkdir", "mkdirat", "mlock", "mlock2", "mremap", "msync",
    "munlock", "munmap", "nanosleep", "newfstatat", "open", "openat", "openat2", "pipe", "pipe2", "poll", "ppoll",
    "pread64", "preadv", "preadv2", "prlimit64", "pselect6", "pwrite64", "pwritev", "pwritev2", "read", "readlink",
    "readlinkat", "readv", "recvfrom", "recvmmsg", "recvmsg", "rename", "renameat", "renameat2", "restart_syscall",
    "rmdir", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
    "rt_sigtimedwait", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
    "sched_get_priority_min", "sched_yield", "select", "sendfile", "set_robust_list", "set_tid_address", "setitimer",
    "setsockopt", "shutdown", "sigaltstack", "signalfd4", "socketpair", "stat", "statfs", "statx", "symlink",
    "symlinkat", "sync_file_range", "sysinfo", "tgkill", "time", "timer_create", "timer_delete", "timer_gettime",
    "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime", "times", "truncate", "umask", "uname",
    "unlink", "unlinkat", "utimensat", "write", "writev"
};
/* clang-format on */

/* Denied by name, so that the error says it: everything else unknown gives ENOSYS, as on an older kernel. */
/* clang-format off */
static const char *const forbidden[] = {
    "acct", "add_key", "bpf", "chown", "chroot", "delete_module", "execve", "execveat", "fanotify_init", "fchown",
    "fchownat", "finit_module", "fork", "fsmount", "fsopen", "init_module", "io_uring_enter", "io_uring_register",
    "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "kill", "lchown", "mknod",
    "mknodat", "mount", "mount_setattr", "move_mount", "name_to_handle_at", "open_by_handle_at", "open_tree",
    "perf_event_open", "personality", "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "pivot_root", "pkey_mprotect",
    "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "reboot", "request_key",
    "setdomainname", "setfsgid", "setfsuid", "setgid", "setgroups", "sethostname", "setns", "setregid", "setresgid",
    "setresuid", "setreuid", "setuid", "swapoff", "swapon", "tkill", "umount2", "unshare", "userfaultfd", "vfork"
};
/* clang-format on */

/* -1 from libseccomp's resolver, or one of its negative numbers for calls of other machines: not here. */
static int rules_by_name(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number < 0)
            continue;
        int r = seccomp_rule_add(filter, action, number, 0);
        if (r < 0)
            return r;
    }
    return 0;
}

struct rule {
    uint32_t action;
    int number;
    struct scmp_arg_cmp argument;
};

static const uint32_t allow = SCMP_ACT_ALLOW, not_permitted = SCMP_ACT_ERRNO(EPERM), no_access = SCMP_ACT_ERRNO(EACCES);

static int rules_add_conditional(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int r = rules[i].number < 0
                    ? 0
                    : seccomp_rule_add_array(filter, rules[i].action, rules[i].number, 1, &rules[i].argument);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Threads but no processes: clone3 keeps its flags in memory, where a filter cannot look, so glibc must fall back. */
static int rules_for_memory_and_threads(scmp_filter_ctx filter)
{
    const struct rule rules[] = {
        {allow, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)},
        {not_permitted, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)},
        {allow, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {not_permitted, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)},
        {allow, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, 0)},
        {allow, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE)},
        {allow, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_EXEC)},
        {not_permitted, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE | PROT_EXEC)},
        {allow, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)},
        {allow, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_NAME)},
        {allow, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_DUMPABLE)},
        {allow, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_DUMPABLE)},
        {allow, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_NO_NEW_PRIVS)},
        {allow, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_SECCOMP)},
    };
    return rules_add_conditional(filter, rules, BASE_ARRAY_LENGTH(rules));
}

/* MSG_FASTOPEN would connect without connect(). Netlink is for the resolver alone, which asks for its own addresses. */
static int rules_for_sockets(scmp_filter_ctx filter, bool may_connect_inet)
{
    const uint32_t inet = may_connect_inet ? allow : no_access;
    const struct rule rules[] = {
        {allow, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX)},
        {inet, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET)},
        {inet, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET6)},
        {inet, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_NETLINK)},
        {no_access, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNSPEC)},
        {no_access, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_GT, AF_NETLINK)},
        {allow, SCMP_SYS(sendto), SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0)},
        {allow, SCMP_SYS(sendmsg), SCMP_A2(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0)},
        {allow, SCMP_SYS(sendmmsg), SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0)},
        {allow, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONREAD)},
        {allow, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONBIO)},
        {allow, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIOCLEX)},
        {allow, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCOUTQ)}, /* SIOCOUTQ is the same number */
        {allow, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS)},   /* isatty() */
    };
    return rules_add_conditional(filter, rules, BASE_ARRAY_LENGTH(rules));
}

static int filter_fill(scmp_filter_ctx filter, const struct base_sandbox *sandbox)
{
    int r = rules_by_name(filter, allow, allowed, BASE_ARRAY_LENGTH(allowed));
    if (r == 0)
        r = rules_by_name(filter, not_permitted, forbidden, BASE_ARRAY_LENGTH(forbidden));
    if (r == 0)
        r = rules_for_memory_and_threads(filter);
    return r == 0 ? rules_for_sockets(filter, sandbox->may_connect_inet) : r;
}

/* The kernel tells a missing filter mode (EINVAL) from a missing filter (EFAULT). */
static bool kernel_has_filters(void)
{
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) != 0 && errno == EFAULT;
}

static int restrict_calls(const struct base_sandbox *sandbox, bool *ret_done)
{
    *ret_done = false;
    if (!kernel_has_filters())
        return 0;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!filter)
        return -ENOMEM;
    /* A tree instead of a list, where this libseccomp can: the filter runs at every call. */
    (void) seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    int r = filter_fill(filter, sandbox);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    *ret_done = r == 0;
    return r;
}

const char *base_sandbox_missing(int landlock_abi)
{
    if (landlock_abi < 1)
        return "files,tcp-connect,tcp-bind,abstract-sockets,signals,unix-socket-paths";
    if (landlock_abi < 4)
        return "tcp-connect,tcp-bind,abstract-sockets,signals,unix-socket-paths";
    if (landlock_abi < 6)
        return "abstract-sockets,signals,unix-socket-paths";
    return landlock_abi < 9 ? "unix-socket-paths" : "";
}

int base_sandbox_enter(const struct base_sandbox *sandbox, struct base_sandbox_state *ret_state)
{
    struct base_sandbox_state state = {0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    int r = restrict_files(sandbox, &state.landlock_abi);
    state.landlock = state.landlock_abi > 0;
    if (r == 0)
        r = restrict_calls(sandbox, &state.seccomp);
    if (r < 0)
        return r;
    *ret_state = state;
    return 0;
}
