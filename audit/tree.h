/* The Merkle tree of RFC 6962 §2.1 over SHA-256, grown at its right edge and cut into tiles of 256 hashes (C2SP
 * tlog-tiles). The open tile of each level is held in memory with all hashes inside it, so that an append costs about
 * one hash and a proof of a recent entry costs no reading. */
#ifndef AUDIT_TREE_H
#define AUDIT_TREE_H

#include "audit/store.h"

enum {
    AUDIT_TREE_LEVELS = 8, /* of tiles: enough for 2^63 entries */
    AUDIT_PROOF_HASHES_MAX = 64,
};

/* SHA-256(0x00 || leaf). Any thread. */
struct audit_hash audit_hash_leaf(struct base_bytes leaf);
/* SHA-256(0x01 || left || right). Any thread. */
struct audit_hash audit_hash_node(const struct audit_hash *left, const struct audit_hash *right);
/* SHA-256 of nothing: the root of the empty tree. */
struct audit_hash audit_hash_empty(void);
bool audit_hash_equal(const struct audit_hash *a, const struct audit_hash *b);

struct audit_tree;

/* An empty tree. -ENOMEM. */
int audit_tree_new(struct audit_tree **ret_tree) BASE_MUST_USE;
/* Accepts NULL. */
void audit_tree_free(struct audit_tree *tree);
/* Makes tree equal to from. Cannot fail. */
void audit_tree_copy(struct audit_tree *tree, const struct audit_tree *from);

/* A tile with the hashes inside it: height 0 to 7 above the tile's level. A plain value. */
struct audit_tile_nodes {
    struct audit_hash hashes[2 * AUDIT_TILE_WIDTH - 2];
};

/* Computes the inner hashes of the first count hashes (0 to 256). */
void audit_tile_nodes_fill(struct audit_tile_nodes *nodes, const struct audit_hash *hashes, size_t count);
/* The caller answers for (index + 1) << height being at most the number of hashes. Borrowed. */
const struct audit_hash *audit_tile_nodes_at(const struct audit_tile_nodes *nodes, unsigned height, unsigned index);
/* The hash that a full tile makes in the level above. */
struct audit_hash audit_tile_nodes_hash(const struct audit_tile_nodes *nodes);

/* Called when a tile became full, lowest level first. All is borrowed. */
typedef void audit_tree_full(void *context, unsigned level, uint64_t index, const struct audit_tile_nodes *nodes);

/* Appends one entry's hash. full may be NULL. */
void audit_tree_append(struct audit_tree *tree, const struct audit_hash *leaf_hash, audit_tree_full *full,
                       void *context);
uint64_t audit_tree_size(const struct audit_tree *tree);
struct audit_hash audit_tree_root(const struct audit_tree *tree);

/* Rebuilds the right edge of a tree of that size from the hashes of its open tiles, level by level (number of hashes at
 * level l: (size >> 8l) mod 256). hashes[l] may be NULL where that is zero. */
void audit_tree_restore(struct audit_tree *tree, uint64_t size,
                        const struct audit_hash *const hashes[AUDIT_TREE_LEVELS]);

/* The number of hashes of tile (level, index) in a tree of that size: 0 to 256. */
unsigned audit_tile_width(uint64_t size, unsigned level, uint64_t index);
/* Where proofs find the hashes of a tree. node_read gives the hash of the complete subtree of 2^height entries that
 * begins at entry index << height. A non-zero result ends the proof and is returned by it. */
struct audit_node_source {
    void *context;
    int (*node_read)(void *context, unsigned height, uint64_t index, struct audit_hash *ret_hash);
};

enum { AUDIT_NODE_ELSEWHERE = 1 };
/* The nodes of the open tiles; AUDIT_NODE_ELSEWHERE for one in a full tile, -EINVAL for one beyond the tree. */
int audit_tree_node_read(const struct audit_tree *tree, unsigned height, uint64_t index,
                         struct audit_hash *ret_hash) BASE_MUST_USE;
/* The hashes of the open tile of a level as far as they are: count may be 0. Borrowed until the next append. */
const struct audit_hash *audit_tree_open(const struct audit_tree *tree, unsigned level, unsigned *ret_count);

/* The root of the first size entries. */
int audit_root_read(const struct audit_node_source *source, uint64_t size, struct audit_hash *ret_root) BASE_MUST_USE;
/* RFC 6962 §2.1.1 and §2.1.2; the entry's sibling comes first. -EINVAL when index >= size, old > size or old == 0. */
int audit_inclusion_read(const struct audit_node_source *source, uint64_t index, uint64_t size,
                         struct audit_hash ret_path[static AUDIT_PROOF_HASHES_MAX], size_t *ret_count) BASE_MUST_USE;
int audit_consistency_read(const struct audit_node_source *source, uint64_t old, uint64_t size,
                           struct audit_hash ret_path[static AUDIT_PROOF_HASHES_MAX], size_t *ret_count) BASE_MUST_USE;

enum audit_proof_verdict {
    AUDIT_PROOF_WRONG = 0,
    AUDIT_PROOF_RIGHT,
};

/* RFC 9162 §2.1.3.2 and §2.1.4.2. */
enum audit_proof_verdict audit_inclusion_verify(const struct audit_hash *leaf_hash, uint64_t index, uint64_t size,
                                                const struct audit_hash *path, size_t count,
                                                const struct audit_hash *root);
enum audit_proof_verdict audit_consistency_verify(uint64_t old, const struct audit_hash *old_root, uint64_t size,
                                                  const struct audit_hash *root, const struct audit_hash *path,
                                                  size_t count);

#endif
