#include "gateway/cli/wait.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

int cli_wait_begin(struct cli_wait *wait, long seconds)
{
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    *wait = (struct cli_wait){.deadline_us = base_clock_monotonic_us() + (int64_t) seconds * 1000000};
    wait->signals = signalfd(-1, &interrupt, SFD_CLOEXEC | SFD_NONBLOCK);
    if (wait->signals < 0)
        return -errno;
    if (sigprocmask(SIG_BLOCK, &interrupt, &wait->before) == 0)
        return 0;
    int error = errno;
    close(wait->signals);
    return -error;
}

bool cli_wait_pause(struct cli_wait *wait, int64_t pause_us)
{
    int64_t until_us = base_clock_monotonic_us() + pause_us;
    if (until_us > wait->deadline_us)
        until_us = wait->deadline_us;
    for (;;) {
        struct pollfd ready = {.fd = wait->signals, .events = POLLIN};
        int64_t left_us = until_us - base_clock_monotonic_us();
        int r = poll(&ready, 1, left_us > 0 ? (int) ((left_us + 999) / 1000) : 0);
        if (r > 0)
            wait->is_stopped = true;
        if (r > 0 || (r < 0 && errno != EINTR))
            return false;
        if (r == 0 && base_clock_monotonic_us() >= until_us)
            return until_us < wait->deadline_us;
    }
}

void cli_wait_end(struct cli_wait *wait)
{
    struct signalfd_siginfo taken;
    while (read(wait->signals, &taken, sizeof taken) == (ssize_t) sizeof taken)
        continue; /* else it would end the program once it is given back */
    sigprocmask(SIG_SETMASK, &wait->before, NULL);
    close(wait->signals);
}
