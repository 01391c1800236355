/* Verification of a whole log by anyone who has its bytes and the log's key. */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "audit/leaf.h"
#include "audit/note.h"
#include "audit/source.h"

enum audit_fault {
    AUDIT_FAULT_CHECKPOINT = 0, /* missing, malformed, of another log, or not signed by its key */
    AUDIT_FAULT_SHORTER,        /* less than the checkpoint one already holds, or not its continuation */
    AUDIT_FAULT_ROOT,           /* the entries do not make the checkpoint's root */
    AUDIT_FAULT_TILE,           /* a tile is missing or is not what the entries make */
    AUDIT_FAULT_ENTRY_MISSING,
    AUDIT_FAULT_LEAF,       /* not canonical, or not well-formed for its kind */
    AUDIT_FAULT_KEY_TWICE,  /* a request whose leaf was there before and is still open */
    AUDIT_FAULT_CONCLUSION, /* concludes no open request */
    AUDIT_FAULT_SETTLED,    /* settles what is not unknown, or was settled before */
    AUDIT_FAULT_DELIVERY,   /* speaks of an answer to a request that had none before it */
    AUDIT_FAULT_UNFINISHED, /* a request without a conclusion at the end of the log */
    AUDIT_FAULT_SOURCE,     /* the source could not be read: errno in detail */
};

/* An English sentence part for people. Static. */
const char *audit_fault_text(enum audit_fault fault);

struct audit_verify_config {
    const struct audit_source *source;
    const struct audit_vkey *log;
    struct base_bytes known; /* a signed checkpoint one already holds, which this log must continue; empty for none */
    unsigned threads;        /* 0 means 2 */
    bool allow_unfinished;   /* a running log has requests under way: they are counted, and are no fault */
    /* Called for each fault from the thread of the caller. level and index name the entry (level 0) or the tile.
     * detail may be NULL. */
    void (*fault)(void *context, enum audit_fault fault, unsigned level, uint64_t index, const char *detail);
    /* Now and then, with the number of entries done; may be NULL. Same thread as the caller. */
    void (*progress)(void *context, uint64_t done, uint64_t size);
    void *context;
};

struct audit_verify_counts {
    uint64_t size;
    struct audit_hash root;  /* as the checkpoint says */
    uint64_t entries, tiles; /* checked */
    uint64_t requests, refused, explained, results, withheld, unknown, pending, settled, undelivered, delivered, others;
    uint64_t unfinished;
    uint64_t faults;
};

/* 0 when the verification was carried out, whatever it found: a log is whole when faults is 0. -ENOMEM, or -EIO when
 * no thread could be started. */
int audit_verify(const struct audit_verify_config *config, struct audit_verify_counts *ret_counts) BASE_MUST_USE;

#endif
