/* What a program gives up once it has started: Landlock for the file system, seccomp for system calls. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>

struct base_sandbox {
    const char *const *read_paths;   /* files and folders that may still be read; NULL-terminated, NULL for none */
    const char *const *write_paths;  /* folders in which files may be read, written, made and renamed; likewise */
    const char *const *socket_paths; /* folders whose unix sockets may be connected to; likewise */
    bool
        may_connect_inet; /* outgoing TCP connections; without it socket(AF_INET*) and connect() to them fail: EACCES */
};

enum { BASE_SANDBOX_ABI_TCP = 4 }; /* the first Landlock ABI that rules TCP: Linux 6.7 */

struct base_sandbox_state {
    bool landlock; /* false: this kernel lacks it */
    bool seccomp;
    int landlock_abi; /* TCP is ruled from 4 on, abstract sockets and signals from 6, unix sockets by path from 9 */
};

/* Enters the sandbox for this thread and all it starts later: call before threads are made. No new privileges, no
 * execve, no fork, no ptrace, no memory both writable and executable, no kernel module, mount, keyring, io_uring or bpf
 * call afterwards (EPERM); no new listening TCP port where Landlock can tell; a system call not known here gives
 * ENOSYS. A mechanism that the kernel lacks is told in ret_state and left out, so that the program can log it; any
 * other failure
 * (-ENOENT for a path that is not there) is a negative errno. Files and sockets already open stay usable. */
int base_sandbox_enter(const struct base_sandbox *sandbox, struct base_sandbox_state *ret_state) BASE_MUST_USE;

/* What a kernel of this ABI does not enforce, for a log line: words joined by commas, empty when nothing is missing.
 * Below 4 a process that holds an accepted TCP socket can disconnect it and connect it elsewhere, which no filter of
 * system calls can tell from a connect() to a unix socket. Static. */
const char *base_sandbox_missing(int landlock_abi);

#endif
