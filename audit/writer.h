/* The one writer of a log. Any thread queues records; the writer's own thread takes all that is queued, extends the
 * tree, signs the checkpoint and commits everything in one transaction. A record is acknowledged only when the commit
 * is known to be durable and the high-water file, synced, says so too. */
#ifndef AUDIT_WRITER_H
#define AUDIT_WRITER_H

#include "audit/note.h"
#include "audit/store.h"
#include "base/clock.h"

enum audit_outcome {
    AUDIT_OUTCOME_UNKNOWN = 0, /* may or may not be in the log: never to be treated as there, nor as absent */
    AUDIT_OUTCOME_DURABLE,     /* in the log for good; record->index is its number */
    AUDIT_OUTCOME_CLAIMED,     /* not appended: what it claims was claimed before (a replay) */
    AUDIT_OUTCOME_CHANGED,     /* not appended: what it confirms has changed */
    AUDIT_OUTCOME_POISON,      /* not appended: the store cannot hold it */
    AUDIT_OUTCOME_UNAVAILABLE, /* surely not appended: the log cannot be written now */
};

/* One record on its way. Lives with its owner, who may not touch it between append and done, and frees it after. */
struct audit_record {
    struct audit_entry entry;
    /* Called once from the writer's thread; must be short and must not wait. The record is the owner's again. */
    void (*done)(struct audit_record *record, enum audit_outcome outcome);
    void *owner;
    uint64_t index; /* DURABLE: the entry's number */
};

/* Fills a record and hashes its leaf, which is borrowed until done. beside as in struct audit_entry. */
void audit_record_init(struct audit_record *record, struct base_bytes leaf, const void *beside, size_t beside_bytes,
                       void (*done)(struct audit_record *record, enum audit_outcome outcome), void *owner);

struct audit_writer_config {
    const struct audit_store *store;   /* outlives the writer */
    const struct audit_signer *signer; /* its name is the log's origin; outlives the writer */
    const char *high_water_path;       /* copied */
    struct base_clock clock;
    size_t queue_max;            /* records waiting; 0 means 8,192 */
    int64_t heartbeat_us;        /* a log.heartbeat after so long without an append; 0: none */
    int64_t resolve_us;          /* how long a batch of unknown outcome holds its records; 0 means 5 s */
    const char *program;         /* name and version for log.start, copied */
    struct base_bytes witnessed; /* the newest checkpoint a witness holds; empty for none; borrowed by start */
    bool renew_high_water;       /* operator's word: a missing high-water file of a log with entries is made anew */
    /* What the store wants beside the writer's own records (log.start, log.heartbeat); called by start and by the
     * writer's thread, the answer is used until its next call. NULL: nothing. */
    void (*beside)(void *context, const char *kind, int64_t at_us, const void **ret_beside, size_t *ret_beside_bytes);
    void *beside_context;
};

struct audit_writer;

/* -EINVAL, -ENOMEM. */
int audit_writer_new(const struct audit_writer_config *config, struct audit_writer **ret_writer) BASE_MUST_USE;

/* Why a log is not opened. */
enum audit_start {
    AUDIT_START_UNAVAILABLE = 0,    /* the store cannot be reached or read: try again later */
    AUDIT_START_BUSY,               /* another writer holds the log */
    AUDIT_START_BROKEN,             /* entries, tiles, root or signature of the newest head do not fit together */
    AUDIT_START_BEHIND,             /* the store holds less than the high-water file or the witness saw */
    AUDIT_START_FORKED,             /* the store's history is not the one the file or the witness saw */
    AUDIT_START_HIGH_WATER_MISSING, /* no file, though the log has entries */
    AUDIT_START_HIGH_WATER_BROKEN,  /* unreadable, of another log, or not signed by its key */
    AUDIT_START_READY,
};

/* A sentence for the operator. */
const char *audit_start_text(enum audit_start start);

/* Recovery (DESIGN "The log", Start), then a durable log.start, then the thread. Anything but READY leaves the writer
 * unstarted; start may be called again, unless the writer was stopped: BUSY. */
enum audit_start audit_writer_start(struct audit_writer *writer);

/* Refuses further records, appends what is queued, ends the thread. Every record has been answered when it returns. */
void audit_writer_stop(struct audit_writer *writer);
/* Stops and frees. Accepts NULL. No other thread may use the writer any more. */
void audit_writer_free(struct audit_writer *writer);

/* Named conditions of append: the record stays the caller's and done is not called. */
enum {
    AUDIT_WRITER_FULL = 1,    /* 503 with Retry-After */
    AUDIT_WRITER_STOPPED = 2, /* stopped, not started, or another writer was seen */
};

/* Queues a record; never waits. -EMSGSIZE for an empty leaf, one over AUDIT_LEAF_MAX, or a record heavier than a batch.
 * Any thread. */
int audit_writer_append(struct audit_writer *writer, struct audit_record *take_record) BASE_MUST_USE;

/* As append, and waits for the outcome; not from the writer's thread. UNAVAILABLE also for FULL, STOPPED and EMSGSIZE.
 * For programs that write a record now and then. */
enum audit_outcome audit_writer_append_wait(struct audit_writer *writer, struct audit_record *record);

enum audit_writer_state {
    AUDIT_WRITER_STATE_STOPPED = 0, /* for good: never started, stopped, or another writer was seen */
    AUDIT_WRITER_STATE_UNAVAILABLE, /* the newest attempt failed; tries again */
    AUDIT_WRITER_STATE_RUNNING,
};

struct audit_writer_status {
    enum audit_writer_state state;
    int64_t last_durable_us; /* wall clock of the newest durable append */
    uint64_t size;
    uint64_t batches, records, refused, resent; /* since start */
    size_t queued;
};

/* Any thread, without waiting for the store. */
void audit_writer_status_read(struct audit_writer *writer, struct audit_writer_status *ret_status);
/* The newest durable head. Any thread. -EAGAIN before start. */
int audit_writer_head_read(struct audit_writer *writer, struct audit_head *ret_head) BASE_MUST_USE;

/* Appends to texts[i] the .tlog-proof of entry indexes[i], all against one checkpoint; at most 64. leaves[i] goes into
 * its "extra" line, so that the text can be checked with nothing but the log's key (leaves may be NULL, and one empty,
 * for none; the caller answers for it being the entry). Recent entries are answered from memory; older ones by store.tile_read. -ERANGE for an index beyond the checkpoint, -EAGAIN before
 * start, else the store's errors. Any thread. */
int audit_writer_proofs(struct audit_writer *writer, const uint64_t *indexes, const struct base_bytes *leaves,
                        size_t count, struct base_buffer *texts) BASE_MUST_USE;
/* The hashes of a tile as it is in the newest head (for GET /v1/log/tile/…): width of 1 to 256 must be published, that
 * is at most the tile's width now. AUDIT_STORE_NONE when it is not. Any thread. */
int audit_writer_tile_read(struct audit_writer *writer, unsigned level, uint64_t index, unsigned width,
                           struct audit_hash ret_hashes[AUDIT_TILE_WIDTH]) BASE_MUST_USE;

#endif
