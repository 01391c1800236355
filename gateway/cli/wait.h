/* Waiting for somebody else while a person looks on: some seconds, which Ctrl-C ends. */
#ifndef GATEWAY_CLI_WAIT_H
#define GATEWAY_CLI_WAIT_H

#include "base/result.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct cli_wait {
    int signals; /* descriptor */
    sigset_t before;
    int64_t deadline_us; /* monotonic */
    bool is_stopped;     /* by Ctrl-C */
};

/* From now on Ctrl-C ends the waiting instead of the program. The caller ends it. -errno. Main thread. */
int cli_wait_begin(struct cli_wait *wait, long seconds) BASE_MUST_USE;
/* Sleeps that long, or until the time is over or Ctrl-C came. True when the waiting goes on. */
bool cli_wait_pause(struct cli_wait *wait, int64_t pause_us);
/* Gives Ctrl-C back. */
void cli_wait_end(struct cli_wait *wait);

#endif
