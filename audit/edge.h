/* The published state of a running log: newest head, right edge of its tree, and the tiles that became full lately. One
 * thread publishes; any thread reads. */
#ifndef AUDIT_EDGE_H
#define AUDIT_EDGE_H

#include "audit/proof.h"
#include "audit/tree.h"

struct audit_edge;

/* The store's tile_read serves what is no longer in memory; it outlives the edge. */
int audit_edge_new(const struct audit_store *store, struct audit_edge **ret_edge) BASE_MUST_USE;
/* Accepts NULL. */
void audit_edge_free(struct audit_edge *edge);

/* A tile that became full; copied when published. */
struct audit_edge_tile {
    unsigned level;
    uint64_t index;
    const struct audit_tile_nodes *nodes;
};

/* Makes a committed head the newest: copies the open tiles of tree, which has head's size, and keeps the full tiles. */
void audit_edge_publish(struct audit_edge *edge, const struct audit_tree *tree, const struct audit_head *head,
                        const struct audit_edge_tile *tiles, size_t count);

/* As audit_writer_head_read(), _proofs() and _tile_read(). */
int audit_edge_head_read(struct audit_edge *edge, struct audit_head *ret_head) BASE_MUST_USE;
int audit_edge_proofs(struct audit_edge *edge, const uint64_t *indexes, const struct base_bytes *leaves, size_t count,
                      struct base_buffer *texts) BASE_MUST_USE;
int audit_edge_tile_read(struct audit_edge *edge, unsigned level, uint64_t index, unsigned width,
                         struct audit_hash ret_hashes[AUDIT_TILE_WIDTH]) BASE_MUST_USE;

#endif
