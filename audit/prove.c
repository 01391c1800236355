/* A proof from a whole log that lies somewhere. */
#include "audit/export.h"
#include "audit/proof.h"
#include "audit/tree.h"

#include <errno.h>
#include <stdlib.h>

struct source_nodes {
    const struct audit_source *source;
    uint64_t size;
    bool has_tile;
    unsigned level;
    uint64_t index;
    struct audit_hash hashes[AUDIT_TILE_WIDTH];
    struct audit_tile_nodes nodes;
};

struct hashing {
    struct audit_hash *hashes;
    size_t count;
};

static int entry_visit(void *context, uint64_t index, struct base_bytes leaf)
{
    struct hashing *hashing = context;
    (void) index;
    hashing->hashes[hashing->count++] = audit_hash_leaf(leaf);
    return 0;
}

/* A partial tile that the source does not keep is made from what lies below it. */
static int partial_make(struct source_nodes *nodes, unsigned level, uint64_t index, unsigned width)
{
    const struct audit_source *source = nodes->source;
    uint64_t first = index * AUDIT_TILE_WIDTH;
    if (level == 0) {
        struct hashing hashing = {.hashes = nodes->hashes};
        return source->entries_read(source->context, nodes->size, first, first + width, entry_visit, &hashing);
    }
    struct audit_hash below[AUDIT_TILE_WIDTH];
    for (unsigned i = 0; i < width; i++) {
        int r = source->tile_read(source->context, level - 1, first + i, AUDIT_TILE_WIDTH, below);
        if (r != 0)
            return r;
        audit_tile_nodes_fill(&nodes->nodes, below, AUDIT_TILE_WIDTH);
        nodes->hashes[i] = audit_tile_nodes_hash(&nodes->nodes);
    }
    return 0;
}

static int tile_load(struct source_nodes *nodes, unsigned level, uint64_t index)
{
    const struct audit_source *source = nodes->source;
    unsigned width = audit_tile_width(nodes->size, level, index);
    nodes->has_tile = false;
    int r = source->tile_read(source->context, level, index, width, nodes->hashes);
    if (r == AUDIT_STORE_NONE && width < AUDIT_TILE_WIDTH)
        r = partial_make(nodes, level, index, width);
    if (r != 0)
        return r == AUDIT_STORE_NONE ? -ENODATA : r;
    audit_tile_nodes_fill(&nodes->nodes, nodes->hashes, width);
    nodes->has_tile = true;
    nodes->level = level;
    nodes->index = index;
    return 0;
}

static int node_read(void *context, unsigned height, uint64_t index, struct audit_hash *ret_hash)
{
    struct source_nodes *nodes = context;
    unsigned level = height / 8, inner = height % 8;
    uint64_t tile = index >> (8 - inner);
    if (!nodes->has_tile || nodes->level != level || nodes->index != tile) {
        int r = tile_load(nodes, level, tile);
        if (r != 0)
            return r;
    }
    *ret_hash = *audit_tile_nodes_at(&nodes->nodes, inner, (unsigned) (index & ((UINT64_C(1) << (8 - inner)) - 1)));
    return 0;
}

static void nodes_free(struct source_nodes **nodes)
{
    free(*nodes);
}

int audit_source_prove(const struct audit_source *source, const struct audit_vkey *log, uint64_t index,
                       struct base_buffer *out)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer note;
    BASE_CLEANUP(nodes_free) struct source_nodes *nodes = calloc(1, sizeof(*nodes));
    base_buffer_init(&note, AUDIT_NOTE_MAX);
    int r = nodes ? source->checkpoint_read(source->context, &note) : -ENOMEM;
    if (r != 0)
        return r;
    struct audit_checkpoint checkpoint;
    if (audit_checkpoint_verify(base_buffer_view(&note), log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        return -EBADMSG;
    if (index >= checkpoint.size)
        return AUDIT_STORE_NONE;
    nodes->source = source;
    nodes->size = checkpoint.size;
    const struct audit_node_source reading = {nodes, node_read};
    struct audit_proof proof = {.index = index, .checkpoint = base_buffer_view(&note)};
    struct audit_hash leaf_hash;
    r = node_read(nodes, 0, index, &leaf_hash);
    if (r == 0)
        r = audit_inclusion_read(&reading, index, checkpoint.size, proof.path, &proof.count);
    if (r != 0)
        return r;
    /* A proof that does not hold is worse than none. */
    if (audit_inclusion_verify(&leaf_hash, index, checkpoint.size, proof.path, proof.count, &checkpoint.root) !=
        AUDIT_PROOF_RIGHT)
        return -EBADMSG;
    return audit_proof_encode(&proof, out);
}
