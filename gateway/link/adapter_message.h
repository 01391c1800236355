/* What qao-gateway and qao-adapter say to each other, framed by base/frame.h. The adapter is told what to ask, never who
 * asks or why. Views are borrowed from the frame. Byte layout: docs/ARCHITECTURE.md, "Between our processes". */
#ifndef GATEWAY_LINK_ADAPTER_MESSAGE_H
#define GATEWAY_LINK_ADAPTER_MESSAGE_H

#include "base/buffer.h"
#include "base/reader.h"

enum {
    LINK_ADAPTER_CALL = 16,   /* gateway -> adapter */
    LINK_ADAPTER_ANSWER = 17, /* adapter -> gateway */
};

enum {
    LINK_PARAMS_MAX = 16,
    LINK_PARAM_BYTES_MAX = 1024,
    LINK_RECORDS_MAX = 8 * 1024 * 1024, /* bytes of one answer */
    LINK_DETAIL_MAX = 256,
    LINK_CALL_FRAME_MAX = LINK_PARAMS_MAX * 2 * (LINK_PARAM_BYTES_MAX + 8) + 256,
    LINK_ANSWER_FRAME_MAX = LINK_RECORDS_MAX + 1024,
};

struct link_param {
    struct base_bytes name, value; /* UTF-8 */
};

enum link_call_mode {
    LINK_CALL_ASK = 0,
    LINK_CALL_SETTLE, /* the query's id was sent before: say what became of it, never do it again */
    LINK_CALL_MODE_COUNT
};

struct link_call {
    uint64_t id;
    unsigned service; /* 1-76; 0: the register of cases */
    enum link_call_mode mode;
    struct base_bytes query; /* the query's UUID: an act is idempotent by it (R13) */
    int64_t timeout_us;      /* from now; the adapter's own deadline may be shorter */
    size_t param_count;
    struct link_param params[LINK_PARAMS_MAX]; /* every value as text */
};

/* Of a call that settles: ANSWERED (it was done: records), FAILED (the registry says it was not), PENDING, UNAVAILABLE,
 * UNCONNECTED or UNKNOWN (nobody could say). */
enum link_outcome {
    LINK_OUTCOME_UNKNOWN = 0, /* an act may or may not have been done */
    LINK_OUTCOME_ANSWERED,
    LINK_OUTCOME_UNAVAILABLE, /* circuit open, or no room: nothing was asked, it may help to ask later */
    LINK_OUTCOME_FAILED,      /* the registry answered with an error, or with what is no answer; an act was not done */
    LINK_OUTCOME_TIMEOUT,     /* a question without an answer in time */
    LINK_OUTCOME_UNCONNECTED, /* no registry is connected for the service: nothing was asked, nor will be later */
    LINK_OUTCOME_PENDING,     /* the registry took it and answers later: another answer with the same call id follows */
    LINK_OUTCOME_COUNT
};

struct link_answer {
    uint64_t id;
    enum link_outcome outcome;
    int64_t duration_us;       /* spent on the registry */
    struct base_bytes records; /* answered: a JSON array of objects */
    struct base_bytes detail;  /* otherwise: why, printable ASCII, without personal data */
};

/* Append a frame's body; out's errors. The parsers read one whole body, views into it: -EBADMSG for a byte too few, too
 * many or over a limit above. */
int link_call_encode(const struct link_call *call, struct base_buffer *out);
int link_answer_encode(const struct link_answer *answer, struct base_buffer *out);
int link_call_parse(struct base_bytes body, struct link_call *ret_call) BASE_MUST_USE;
int link_answer_parse(struct base_bytes body, struct link_answer *ret_answer) BASE_MUST_USE;

#endif
