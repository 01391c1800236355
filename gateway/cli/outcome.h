/* What became of an own query or of a part of an inquiry (GET /v1/queries/{id}), and its reply while the gateway holds
 * it: checked like one that came at once. */
#ifndef GATEWAY_CLI_OUTCOME_H
#define GATEWAY_CLI_OUTCOME_H

#include "gateway/cli/session.h"

enum { CLI_OUTCOME_STATE_MAX = 24, CLI_PART_MAX = 9999 };

/* Zero tells nothing: look again later. */
enum cli_outcome_word {
    CLI_OUTCOME_AWAY = 0,  /* the gateway has no word now */
    CLI_OUTCOME_NONE,      /* not recorded: never sent, or not yet */
    CLI_OUTCOME_OPEN,      /* recorded, and not concluded */
    CLI_OUTCOME_CONCLUDED, /* and no reply is held */
    CLI_OUTCOME_HELD,      /* and the reply, an answer or a problem, is right */
    CLI_OUTCOME_REFUSED,   /* the gateway does not tell: its problem is the reply */
    CLI_OUTCOME_WRONG,     /* what came is not to be believed: fault and detail say why */
};

/* Which one is looked up. Borrowed. */
struct cli_outcome_key {
    const char *id;
    unsigned part;              /* 0: the message itself */
    long service;               /* 0: not known */
    const uint8_t *sent_sha256; /* of the message; NULL: not known */
    bool is_sent_now;           /* in this session: no proof of it is older than what was seen before */
};

struct cli_outcome {
    enum cli_outcome_word word;
    json_t *page; /* qao.outcome/1; owned; NULL when none came */
    char state[CLI_OUTCOME_STATE_MAX];
    struct cli_reply reply; /* with HELD and REFUSED */
    long status, retry_after_s; /* of a problem */
    enum cli_fault fault;       /* with WRONG */
    char detail[CLI_REPLY_DETAIL_MAX];
};

/* Appends nothing to any screen. The caller clears ret_outcome, which must be zeroed or cleared. */
void cli_outcome_look(struct cli_session *session, const struct cli_outcome_key *key, struct cli_outcome *ret_outcome);
/* The same of a page that is there already. */
void cli_outcome_take(struct cli_session *session, const struct cli_outcome_key *key, json_t *take_page,
                      struct cli_outcome *ret_outcome);
/* Accepts a zeroed struct. */
void cli_outcome_clear(struct cli_outcome *outcome);

/* The exit status that this outcome means for who asked. */
int cli_outcome_exit(const struct cli_outcome *outcome);

/* "/v1/queries/{id}" or "/v1/queries/{id}/{part}". */
enum { CLI_OUTCOME_PATH_MAX = 72 };
void cli_outcome_path(const char *id, unsigned part, char ret_path[static CLI_OUTCOME_PATH_MAX]);

#endif
