/* Replies that could not be delivered, or were ready too late: kept for a time, encrypted (AES-256-GCM) under a key that
 * is made at start and lives only in this memory. Any thread. */
#ifndef GATEWAY_CORE_HOLD_H
#define GATEWAY_CORE_HOLD_H

#include "audit/store.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/idnum.h"
#include "base/result.h"

enum { CORE_HOLD_ID_BYTES = 16, CORE_HOLD_SHOWINGS_MAX = 16 };

/* Whose reply, and to what: borrowed. */
struct core_hold_key {
    const char *iin;   /* of the officer */
    const uint8_t *id; /* CORE_HOLD_ID_BYTES of the signed message */
    unsigned part;     /* of it; 0: the message itself */
};

/* By what right the officer was to have the reply, and which request it answers. */
struct core_hold_right {
    char bin[BASE_IDNUM_TEXT_MAX]; /* of the body registered in */
    int64_t registration;
    int32_t version;
    struct audit_hash request; /* leaf hash of the request's record */
    bool is_unproved;          /* kept without its receipt */
    bool is_problem;           /* a refusal or failure, not an answer */
};

struct core_hold;

/* At most max replies of together at most max_bytes, each for keep_us. When there is no room, the oldest goes; of a
 * person who has an eighth or more, his own oldest. -ENOMEM, -EIO when there is
 * no randomness. */
int core_hold_new(size_t max, size_t max_bytes, int64_t keep_us, struct core_hold **ret_hold) BASE_MUST_USE;
/* Wipes the key. Accepts NULL. */
void core_hold_free(struct core_hold *hold);

/* Named condition: no such reply, or its time is over. */
enum { CORE_HOLD_NONE = 1 };

/* Keeps a reply for its officer, instead of an older one of the same key. -ENOBUFS when it is larger than all that may be
 * kept, -ENOMEM, -EIO. */
int core_hold_put(struct core_hold *hold, const struct core_hold_key *key,
                  const struct core_hold_right *right, struct base_bytes reply, int64_t now_us) BASE_MUST_USE;

/* By what right a reply may be shown. CORE_HOLD_NONE. */
int core_hold_right_find(struct core_hold *hold, const struct core_hold_key *key,
                         int64_t now_us, struct core_hold_right *ret_right) BASE_MUST_USE;

/* Drops the reply, if there is one. */
void core_hold_drop(struct core_hold *hold, const struct core_hold_key *key);

/* Appends the reply; it stays until its time is over, or it was read CORE_HOLD_SHOWINGS_MAX times (each showing is a
 * record in the log). CORE_HOLD_NONE, out's errors, -EIO. */
int core_hold_read(struct core_hold *hold, const struct core_hold_key *key, int64_t now_us,
                   struct base_buffer *out) BASE_MUST_USE;

/* Drops what is over. */
void core_hold_expire(struct core_hold *hold, int64_t now_us);

/* How many are kept at this moment. */
size_t core_hold_count(struct core_hold *hold);

#endif
