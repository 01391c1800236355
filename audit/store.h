/* What the log needs of the place where it lies. The log is written and verified against this interface only;
 * schema/store/ implements it over PostgreSQL, tests/unit/audit/ in memory with faults on demand.
 *
 * The store holds, for one log, entries (sequence number, leaf, and what the record's owner wants stored beside it),
 * full tiles, and heads. It refuses a second head of one size and a head whose prev_size is not the newest size. */
#ifndef AUDIT_STORE_H
#define AUDIT_STORE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"

enum {
    AUDIT_HASH_BYTES = 32,
    AUDIT_TILE_WIDTH = 256,
    AUDIT_TILE_BYTES = AUDIT_TILE_WIDTH * AUDIT_HASH_BYTES,
    AUDIT_LEAF_MAX = 65535,      /* bytes of one leaf: C2SP tlog-tiles entry bundles carry a 16-bit length */
    AUDIT_CHECKPOINT_MAX = 4096, /* bytes of a signed checkpoint */
    AUDIT_BATCH_RECORDS_MAX = 1024,
    AUDIT_BATCH_BYTES_MAX = 16 << 20, /* leaves and what is stored beside them */
};

struct audit_hash {
    uint8_t bytes[AUDIT_HASH_BYTES];
};

struct audit_head {
    uint64_t size; /* entries */
    struct audit_hash root;
    size_t checkpoint_len;
    char checkpoint[AUDIT_CHECKPOINT_MAX]; /* the signed note; not NUL-terminated */
};

/* A full tile; its hash is the entry it makes in the level above. */
struct audit_tile {
    unsigned level;
    uint64_t index;
    struct audit_hash hash;
    struct audit_hash hashes[AUDIT_TILE_WIDTH];
};

/* One record on its way into the log. */
struct audit_entry {
    struct base_bytes leaf;
    struct audit_hash leaf_hash;
    const void
        *beside; /* the owner's, handed to the store as it is: what to store, claim and confirm with this entry */
    size_t beside_bytes; /* its weight in a batch */
};

/* One transaction: entries prev_size .. head->size-1, the tiles they complete, and the head. */
struct audit_batch {
    uint64_t prev_size;
    const struct audit_entry *const *entries;
    size_t count;
    const struct audit_tile *tiles;
    size_t tile_count;
    const struct audit_head *head;
};

enum audit_commit {
    AUDIT_COMMIT_UNKNOWN = 0, /* may or may not have happened: connection lost, or a warning came with COMMIT */
    AUDIT_COMMIT_DONE,        /* durable */
    AUDIT_COMMIT_REFUSED,     /* surely rolled back because of an entry; see culprit */
    AUDIT_COMMIT_CONFLICT,    /* surely rolled back: another writer's head is there */
    AUDIT_COMMIT_NOT_SENT, /* surely did not happen: no connection, or refused for a reason no entry is to blame for */
};

/* Why the store refused one entry. */
enum audit_refusal {
    AUDIT_REFUSAL_POISON = 0, /* the store cannot hold it; nothing else is known */
    AUDIT_REFUSAL_CLAIMED,    /* what it claims was claimed before (a replay) */
    AUDIT_REFUSAL_CHANGED,    /* what it confirms is no longer so (a registration has a newer version) */
};

enum { AUDIT_CULPRIT_UNKNOWN = -1 };

struct audit_commit_result {
    enum audit_commit commit;
    long culprit; /* index into the batch, or AUDIT_CULPRIT_UNKNOWN; only with AUDIT_COMMIT_REFUSED */
    enum audit_refusal refusal;
};

/* Called for each entry in order; a non-zero answer stops the reading and is returned by it. */
typedef int audit_entry_visit(void *context, uint64_t index, struct base_bytes leaf);
typedef int audit_tile_visit(void *context, const struct audit_tile *tile);

struct audit_store {
    void *context;
    /* Commits the batch in one transaction. Blocks up to the store's own deadline. Writer thread only. */
    struct audit_commit_result (*batch_append)(void *context, const struct audit_batch *batch);
    /* Makes a usable connection, dropping the old one; 0 only when nothing sent on an earlier connection can be
     * committed any more (the store holds a lock for as long as a connection lives). -EBUSY while another connection
     * holds the log, else a negative errno. Writer thread only. */
    int (*connect)(void *context);
    /* The newest head; AUDIT_STORE_NONE for an empty log. Writer thread only. */
    int (*head_read)(void *context, struct audit_head *ret_head);
    /* A commit of its own that fails when what is visible is not yet as durable as COMMIT promises. Writer thread only.
     */
    int (*barrier)(void *context);
    /* Under one repeatable-read snapshot: the newest head, for each level above 0 the hashes (only level, index and
     * hash are set) of the full tiles below that belong to the open tile of that level, and the leaves of the open tile
     * of level 0. Writer thread only. */
    int (*snapshot_read)(void *context, struct audit_head *ret_head, audit_tile_visit *tile_visit,
                         audit_entry_visit *entry_visit, void *visit_context);
    /* A full tile, by any thread. AUDIT_STORE_NONE when it is not there. */
    int (*tile_read)(void *context, unsigned level, uint64_t index, struct audit_hash ret_hashes[AUDIT_TILE_WIDTH]);
    /* Entries first .. end-1 in order, by any thread. -ENODATA when one is missing. */
    int (*entries_read)(void *context, uint64_t first, uint64_t end, audit_entry_visit *visit, void *visit_context);
};

enum { AUDIT_STORE_NONE = 1 };

#endif
