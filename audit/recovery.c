/* Opening a log: what the store holds must fit together, and must continue what this machine and the witness saw. */
#include "audit/writing.h"

#include <errno.h>
#include <stdlib.h>

/* The open tiles as they come out of the snapshot. */
struct snapshot {
    struct audit_hash *hashes[AUDIT_TREE_LEVELS];
    bool *is_set[AUDIT_TREE_LEVELS];
    size_t counts[AUDIT_TREE_LEVELS];
    bool has_entries[AUDIT_TREE_LEVELS];
    uint64_t firsts[AUDIT_TREE_LEVELS]; /* tile the level's hashes belong to */
};

static void snapshot_clear(struct snapshot *snapshot)
{
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        free(snapshot->hashes[level]);
        free(snapshot->is_set[level]);
    }
}

static int snapshot_init(struct snapshot *snapshot)
{
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        snapshot->hashes[level] = calloc(AUDIT_TILE_WIDTH, sizeof(struct audit_hash));
        snapshot->is_set[level] = calloc(AUDIT_TILE_WIDTH, sizeof(bool));
        if (!snapshot->hashes[level] || !snapshot->is_set[level])
            return -ENOMEM;
    }
    return 0;
}

/* Hash number index of a level: all of one level must belong to one tile, each once. */
static int snapshot_put(struct snapshot *snapshot, unsigned level, uint64_t index, const struct audit_hash *hash)
{
    if (level >= AUDIT_TREE_LEVELS)
        return -EBADMSG;
    size_t at = index % AUDIT_TILE_WIDTH;
    if (snapshot->has_entries[level] && snapshot->firsts[level] != index / AUDIT_TILE_WIDTH)
        return -EBADMSG;
    if (snapshot->is_set[level][at])
        return -EBADMSG;
    snapshot->has_entries[level] = true;
    snapshot->firsts[level] = index / AUDIT_TILE_WIDTH;
    snapshot->is_set[level][at] = true;
    snapshot->hashes[level][at] = *hash;
    snapshot->counts[level]++;
    return 0;
}

static int tile_visit(void *context, const struct audit_tile *tile)
{
    return snapshot_put(context, tile->level + 1, tile->index, &tile->hash);
}

static int entry_visit(void *context, uint64_t index, struct base_bytes leaf)
{
    struct audit_hash hash = audit_hash_leaf(leaf);
    return snapshot_put(context, 0, index, &hash);
}

/* Exactly the hashes that a tree of that size has open, no more and no fewer. */
static bool snapshot_check(const struct snapshot *snapshot, uint64_t size)
{
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        uint64_t hashes = size >> (8 * level);
        size_t open = hashes % AUDIT_TILE_WIDTH;
        if (snapshot->counts[level] != open)
            return false;
        if (open > 0 && snapshot->firsts[level] != hashes / AUDIT_TILE_WIDTH)
            return false;
        for (size_t i = 0; i < open; i++)
            if (!snapshot->is_set[level][i])
                return false;
    }
    return true;
}

static bool is_broken(int error)
{
    return error == -EBADMSG || error == -ENODATA;
}

/* Reads head and open tiles, rebuilds the tree and holds it against root and signature. */
static enum audit_start snapshot_open(struct audit_writer *writer)
{
    const struct audit_store *store = writer->config.store;
    BASE_CLEANUP(snapshot_clear) struct snapshot snapshot = {.counts = {0}};
    if (snapshot_init(&snapshot) < 0)
        return AUDIT_START_UNAVAILABLE;
    struct audit_head head = {.size = 0};
    int r = store->snapshot_read(store->context, &head, tile_visit, entry_visit, &snapshot);
    if (r < 0)
        return is_broken(r) ? AUDIT_START_BROKEN : AUDIT_START_UNAVAILABLE;
    if (r == AUDIT_STORE_NONE)
        head.size = 0;
    if (!snapshot_check(&snapshot, head.size))
        return AUDIT_START_BROKEN;
    audit_tree_restore(writer->tree, head.size, (const struct audit_hash *const *) snapshot.hashes);
    struct audit_hash root = audit_tree_root(writer->tree);
    if (r == AUDIT_STORE_NONE) {
        memset(&writer->head, 0, sizeof(writer->head));
        writer->head.root = root;
        return AUDIT_START_READY;
    }
    if (head.size == 0 || !audit_hash_equal(&root, &head.root) ||
        audit_head_verify(&head, audit_signer_vkey(writer->config.signer)) != AUDIT_NOTE_VERIFIED)
        return AUDIT_START_BROKEN;
    writer->head = head;
    return AUDIT_START_READY;
}

/* Nodes of the rebuilt tree, and of the store's full tiles. */
struct stored_nodes {
    const struct audit_writer *writer;
    bool has_tile;
    unsigned level;
    uint64_t index;
    struct audit_tile_nodes nodes;
    struct audit_hash hashes[AUDIT_TILE_WIDTH];
};

static int node_read(void *context, unsigned height, uint64_t index, struct audit_hash *ret_hash)
{
    struct stored_nodes *stored = context;
    const struct audit_store *store = stored->writer->config.store;
    int r = audit_tree_node_read(stored->writer->tree, height, index, ret_hash);
    if (r != AUDIT_NODE_ELSEWHERE)
        return r;
    unsigned level = height / 8, inner = height % 8;
    uint64_t tile = index >> (8 - inner);
    if (!stored->has_tile || stored->level != level || stored->index != tile) {
        r = store->tile_read(store->context, level, tile, stored->hashes);
        if (r != 0)
            return r == AUDIT_STORE_NONE ? -ENODATA : r;
        audit_tile_nodes_fill(&stored->nodes, stored->hashes, AUDIT_TILE_WIDTH);
        stored->has_tile = true;
        stored->level = level;
        stored->index = tile;
    }
    *ret_hash = *audit_tile_nodes_at(&stored->nodes, inner, (unsigned) (index & ((UINT64_C(1) << (8 - inner)) - 1)));
    return 0;
}

/* The store's log must be the seen one or its continuation, proven by its own tiles. */
static enum audit_start continues(struct audit_writer *writer, uint64_t seen_size, const struct audit_hash *seen_root)
{
    if (seen_size > writer->head.size)
        return AUDIT_START_BEHIND;
    if (seen_size == 0)
        return AUDIT_START_READY;
    struct stored_nodes *stored = calloc(1, sizeof(*stored));
    if (!stored)
        return AUDIT_START_UNAVAILABLE;
    stored->writer = writer;
    struct audit_node_source source = {stored, node_read};
    struct audit_hash path[AUDIT_PROOF_HASHES_MAX];
    size_t count = 0;
    int r = audit_consistency_read(&source, seen_size, writer->head.size, path, &count);
    free(stored);
    if (r != 0)
        return is_broken(r) ? AUDIT_START_BROKEN : AUDIT_START_UNAVAILABLE;
    return audit_consistency_verify(seen_size, seen_root, writer->head.size, &writer->head.root, path, count) ==
                   AUDIT_PROOF_RIGHT
               ? AUDIT_START_READY
               : AUDIT_START_FORKED;
}

/* A log without entries is pinned too: otherwise its first entries could vanish unseen. */
static enum audit_start high_water_create(struct audit_writer *writer)
{
    struct audit_head head = writer->head;
    if (head.size > 0 && !writer->config.renew_high_water)
        return AUDIT_START_HIGH_WATER_MISSING;
    int r = head.size > 0 ? 0 : audit_checkpoint_sign(writer->config.signer, 0, &head.root, &head);
    if (r == 0)
        r = audit_high_water_create(writer->high_water_path, &head);
    return r == 0 ? AUDIT_START_READY : AUDIT_START_HIGH_WATER_BROKEN;
}

static enum audit_start high_water_open(struct audit_writer *writer)
{
    const struct audit_vkey *log = audit_signer_vkey(writer->config.signer);
    struct audit_head seen;
    audit_high_water_free(writer->high_water);
    writer->high_water = NULL;
    int r = audit_high_water_open(writer->high_water_path, log, &writer->high_water, &seen);
    if (r == -ENOENT) {
        enum audit_start start = high_water_create(writer);
        if (start != AUDIT_START_READY)
            return start;
        r = audit_high_water_open(writer->high_water_path, log, &writer->high_water, &seen);
    }
    if (r == -EBUSY)
        return AUDIT_START_BUSY;
    if (r < 0)
        return r == -ENOMEM ? AUDIT_START_UNAVAILABLE : AUDIT_START_HIGH_WATER_BROKEN;
    return continues(writer, seen.size, &seen.root);
}

static enum audit_start witness_compare(struct audit_writer *writer)
{
    struct audit_checkpoint seen;
    if (writer->config.witnessed.len == 0)
        return AUDIT_START_READY;
    if (audit_checkpoint_verify(writer->config.witnessed, audit_signer_vkey(writer->config.signer), &seen) !=
        AUDIT_NOTE_VERIFIED)
        return AUDIT_START_FORKED;
    return continues(writer, seen.size, &seen.root);
}

enum audit_start audit_recovery_run(struct audit_writer *writer)
{
    const struct audit_store *store = writer->config.store;
    int r = store->connect(store->context);
    if (r < 0)
        return r == -EBUSY ? AUDIT_START_BUSY : AUDIT_START_UNAVAILABLE;
    enum audit_start start = snapshot_open(writer);
    if (start == AUDIT_START_READY && store->barrier(store->context) < 0)
        start = AUDIT_START_UNAVAILABLE;
    if (start == AUDIT_START_READY)
        start = high_water_open(writer);
    if (start == AUDIT_START_READY)
        start = witness_compare(writer);
    if (start == AUDIT_START_READY && writer->head.size > 0)
        audit_edge_publish(writer->edge, writer->tree, &writer->head, NULL, 0);
    return start;
}

const char *audit_start_text(enum audit_start start)
{
    switch (start) {
    case AUDIT_START_UNAVAILABLE:
        return "the log's database cannot be reached or read";
    case AUDIT_START_BUSY:
        return "another process writes this log";
    case AUDIT_START_BROKEN:
        return "the log in the database does not fit together: entries, tiles, root or signature of its newest head";
    case AUDIT_START_BEHIND:
        return "the database holds less of the log than was acknowledged or witnessed: it was set back";
    case AUDIT_START_FORKED:
        return "the log in the database is not the one that was acknowledged or witnessed";
    case AUDIT_START_HIGH_WATER_MISSING:
        return "the log has entries but its high-water file is missing: restore it, or have it made anew on purpose";
    case AUDIT_START_HIGH_WATER_BROKEN:
        return "the high-water file cannot be read or written, or belongs to another log";
    case AUDIT_START_READY:
        return "the log is open";
    }
    return "unknown";
}
