/* Waits for what is under way at the gateway: a query whose registry answers later, or the parts of an inquiry. */
#ifndef GATEWAY_CLI_FOLLOW_H
#define GATEWAY_CLI_FOLLOW_H

#include "gateway/cli/content.h"
#include "gateway/cli/outcome.h"

enum { CLI_FOLLOW_SECONDS_MAX = 86400 };

/* One that is waited for. */
struct cli_followed {
    unsigned part; /* 0: the message itself */
    long service;
    bool is_concluded;
    struct cli_outcome outcome; /* the last look; AWAY before there was one */
};

struct cli_follow {
    const char *id;             /* of the message */
    const uint8_t *sent_sha256; /* NULL: not known */
    long seconds;               /* 0: looks once */
    struct cli_followed *items;
    size_t count;
    /* Told once of each that is concluded, in the order of their ends; may be NULL. */
    void (*concluded)(void *context, const struct cli_followed *item);
    void *context;
};

/* Of a message that was sent in this session. Looks with growing pauses until each is concluded, the time is over or Ctrl-C came. The caller clears the items'
 * outcomes. True when all are concluded. */
bool cli_follow(struct cli_session *session, struct cli_follow *follow);

/* "--wait": 0 to CLI_FOLLOW_SECONDS_MAX, NULL for 60. False for anything else. */
bool cli_follow_seconds_parse(const char *text, long *ret_seconds);

/* Appends how to look later: "qao status ID --part 2". */
void cli_follow_hint_append(const struct cli_session *session, const char *id, unsigned part, struct base_buffer *out);

#endif
