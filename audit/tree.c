#include "audit/tree.h"

#include <errno.h>
#include <stdlib.h>

struct audit_tree {
    uint64_t size;
    struct {
        unsigned count; /* hashes in the open tile, 0 to 255 */
        struct audit_tile_nodes nodes;
    } levels[AUDIT_TREE_LEVELS];
};

static uint64_t shift_right(uint64_t value, unsigned bits)
{
    return bits < 64 ? value >> bits : 0;
}

/* Where the hashes of one height begin: 256 of height 0, 128 of height 1, down to two of height 7. */
static size_t nodes_offset(unsigned height)
{
    static const size_t all = 2 * AUDIT_TILE_WIDTH;
    return all - (all >> height);
}

static void nodes_add(struct audit_tile_nodes *nodes, unsigned count, const struct audit_hash *hash)
{
    nodes->hashes[count] = *hash;
    unsigned done = count + 1;
    for (unsigned height = 0; height < 7 && done % 2 == 0; height++, done /= 2) {
        const struct audit_hash *row = nodes->hashes + nodes_offset(height);
        nodes->hashes[nodes_offset(height + 1) + done / 2 - 1] = audit_hash_node(&row[done - 2], &row[done - 1]);
    }
}

void audit_tile_nodes_fill(struct audit_tile_nodes *nodes, const struct audit_hash *hashes, size_t count)
{
    for (unsigned i = 0; i < count; i++)
        nodes_add(nodes, i, &hashes[i]);
}

const struct audit_hash *audit_tile_nodes_at(const struct audit_tile_nodes *nodes, unsigned height, unsigned index)
{
    return &nodes->hashes[nodes_offset(height) + index];
}

struct audit_hash audit_tile_nodes_hash(const struct audit_tile_nodes *nodes)
{
    return audit_hash_node(audit_tile_nodes_at(nodes, 7, 0), audit_tile_nodes_at(nodes, 7, 1));
}

int audit_tree_new(struct audit_tree **ret_tree)
{
    struct audit_tree *tree = calloc(1, sizeof(*tree));
    if (!tree)
        return -ENOMEM;
    *ret_tree = tree;
    return 0;
}

void audit_tree_free(struct audit_tree *tree)
{
    free(tree);
}

void audit_tree_copy(struct audit_tree *tree, const struct audit_tree *from)
{
    tree->size = from->size;
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        tree->levels[level].count = from->levels[level].count;
        if (from->levels[level].count > 0)
            tree->levels[level].nodes = from->levels[level].nodes;
    }
}

void audit_tree_append(struct audit_tree *tree, const struct audit_hash *leaf_hash, audit_tree_full *full,
                       void *context)
{
    struct audit_hash hash = *leaf_hash;
    tree->size++;
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        struct audit_tile_nodes *nodes = &tree->levels[level].nodes;
        nodes_add(nodes, tree->levels[level].count, &hash);
        if (++tree->levels[level].count < AUDIT_TILE_WIDTH)
            return;
        tree->levels[level].count = 0;
        if (full)
            full(context, level, shift_right(tree->size, 8 * (level + 1)) - 1, nodes);
        hash = audit_tile_nodes_hash(nodes);
    }
}

uint64_t audit_tree_size(const struct audit_tree *tree)
{
    return tree->size;
}

struct audit_hash audit_tree_root(const struct audit_tree *tree)
{
    struct audit_hash root = audit_hash_empty();
    bool is_first = true;
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        unsigned count = tree->levels[level].count;
        for (unsigned height = 0; height < 8; height++) {
            if ((count >> height & 1) == 0)
                continue;
            const struct audit_hash *left =
                audit_tile_nodes_at(&tree->levels[level].nodes, height, (count >> height) - 1);
            root = is_first ? *left : audit_hash_node(left, &root);
            is_first = false;
        }
    }
    return root;
}

void audit_tree_restore(struct audit_tree *tree, uint64_t size,
                        const struct audit_hash *const hashes[AUDIT_TREE_LEVELS])
{
    tree->size = size;
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
        unsigned count = (unsigned) (size >> (8 * level)) % AUDIT_TILE_WIDTH;
        tree->levels[level].count = count;
        audit_tile_nodes_fill(&tree->levels[level].nodes, hashes[level], count);
    }
}

const struct audit_hash *audit_tree_open(const struct audit_tree *tree, unsigned level, unsigned *ret_count)
{
    *ret_count = tree->levels[level].count;
    return tree->levels[level].nodes.hashes;
}

unsigned audit_tile_width(uint64_t size, unsigned level, uint64_t index)
{
    uint64_t hashes = shift_right(size, 8 * level);
    if (index > hashes / AUDIT_TILE_WIDTH)
        return 0;
    uint64_t left = hashes - index * AUDIT_TILE_WIDTH;
    return left < AUDIT_TILE_WIDTH ? (unsigned) left : AUDIT_TILE_WIDTH;
}

int audit_tree_node_read(const struct audit_tree *tree, unsigned height, uint64_t index, struct audit_hash *ret_hash)
{
    if (height >= 64 || index >= tree->size >> height)
        return -EINVAL;
    unsigned level = height / 8, inner = height % 8;
    if (index >> (8 - inner) != shift_right(tree->size, 8 * (level + 1)))
        return AUDIT_NODE_ELSEWHERE;
    unsigned within = (unsigned) (index & ((UINT64_C(1) << (8 - inner)) - 1));
    *ret_hash = *audit_tile_nodes_at(&tree->levels[level].nodes, inner, within);
    return 0;
}
