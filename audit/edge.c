#include "audit/edge.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Kept full tiles of level 0 (the last 16,384 entries and more) and of all levels above: 1 MiB at most. */
enum { KEPT_LOW = 64, KEPT_HIGH = 8, PROOFS_MAX = 64, FETCHED_MAX = 128 };

struct kept_tile {
    unsigned level;
    uint64_t index;
    struct audit_tile_nodes *nodes; /* NULL: a free place */
};

struct kept_ring {
    struct kept_tile *tiles;
    size_t max, next;
};

struct audit_edge {
    const struct audit_store *store;
    pthread_rwlock_t lock;
    bool has_head;
    struct audit_head head;
    struct audit_tree *tree;
    struct kept_tile low_tiles[KEPT_LOW], high_tiles[KEPT_HIGH];
    struct kept_ring low, high;
};

int audit_edge_new(const struct audit_store *store, struct audit_edge **ret_edge)
{
    struct audit_edge *edge = calloc(1, sizeof(*edge));
    if (!edge)
        return -ENOMEM;
    pthread_rwlock_init(&edge->lock, NULL);
    edge->store = store;
    edge->low = (struct kept_ring){edge->low_tiles, KEPT_LOW, 0};
    edge->high = (struct kept_ring){edge->high_tiles, KEPT_HIGH, 0};
    if (audit_tree_new(&edge->tree) < 0) {
        audit_edge_free(edge);
        return -ENOMEM;
    }
    *ret_edge = edge;
    return 0;
}

void audit_edge_free(struct audit_edge *edge)
{
    if (!edge)
        return;
    for (size_t i = 0; i < KEPT_LOW; i++)
        free(edge->low_tiles[i].nodes);
    for (size_t i = 0; i < KEPT_HIGH; i++)
        free(edge->high_tiles[i].nodes);
    audit_tree_free(edge->tree);
    pthread_rwlock_destroy(&edge->lock);
    free(edge);
}

/* A tile that cannot be kept for want of memory is read from the store when it is needed. */
static void ring_put(struct kept_ring *ring, const struct audit_edge_tile *tile)
{
    struct kept_tile *place = &ring->tiles[ring->next];
    if (!place->nodes)
        place->nodes = malloc(sizeof(*place->nodes));
    if (!place->nodes)
        return;
    place->level = tile->level;
    place->index = tile->index;
    *place->nodes = *tile->nodes;
    ring->next = (ring->next + 1) % ring->max;
}

void audit_edge_publish(struct audit_edge *edge, const struct audit_tree *tree, const struct audit_head *head,
                        const struct audit_edge_tile *tiles, size_t count)
{
    pthread_rwlock_wrlock(&edge->lock);
    audit_tree_copy(edge->tree, tree);
    edge->head = *head;
    edge->has_head = true;
    for (size_t i = 0; i < count; i++)
        ring_put(tiles[i].level == 0 ? &edge->low : &edge->high, &tiles[i]);
    pthread_rwlock_unlock(&edge->lock);
}

int audit_edge_head_read(struct audit_edge *edge, struct audit_head *ret_head)
{
    pthread_rwlock_rdlock(&edge->lock);
    bool has_head = edge->has_head;
    if (has_head)
        *ret_head = edge->head;
    pthread_rwlock_unlock(&edge->lock);
    return has_head ? 0 : -EAGAIN;
}

static const struct audit_tile_nodes *tiles_find(const struct kept_tile *tiles, size_t count, unsigned level,
                                                 uint64_t index)
{
    for (size_t i = 0; i < count; i++)
        if (tiles[i].nodes && tiles[i].index == index && tiles[i].level == level)
            return tiles[i].nodes;
    return NULL;
}

static const struct audit_tile_nodes *kept_find(const struct audit_edge *edge, unsigned level, uint64_t index)
{
    return level == 0 ? tiles_find(edge->low_tiles, KEPT_LOW, level, index)
                      : tiles_find(edge->high_tiles, KEPT_HIGH, level, index);
}

/* One reading of proofs: what it had to fetch, and what it misses. */
struct reading {
    struct audit_edge *edge;
    struct kept_tile fetched[FETCHED_MAX];
    size_t fetched_count;
    unsigned missing_level;
    uint64_t missing_index;
};

static void reading_clear(struct reading *reading)
{
    for (size_t i = 0; i < reading->fetched_count; i++)
        free(reading->fetched[i].nodes);
}

/* With the lock held. */
static int node_read(void *context, unsigned height, uint64_t index, struct audit_hash *ret_hash)
{
    struct reading *reading = context;
    int r = audit_tree_node_read(reading->edge->tree, height, index, ret_hash);
    if (r != AUDIT_NODE_ELSEWHERE)
        return r;
    unsigned level = height / 8, inner = height % 8;
    uint64_t tile = index >> (8 - inner);
    const struct audit_tile_nodes *nodes = kept_find(reading->edge, level, tile);
    if (!nodes)
        nodes = tiles_find(reading->fetched, reading->fetched_count, level, tile);
    if (!nodes) {
        reading->missing_level = level;
        reading->missing_index = tile;
        return AUDIT_NODE_ELSEWHERE;
    }
    *ret_hash = *audit_tile_nodes_at(nodes, inner, (unsigned) (index & ((UINT64_C(1) << (8 - inner)) - 1)));
    return 0;
}

/* Without the lock: the store may take its time. */
static int missing_fetch(struct reading *reading)
{
    if (reading->fetched_count == FETCHED_MAX)
        return -E2BIG;
    struct audit_hash *hashes = malloc(AUDIT_TILE_BYTES);
    struct audit_tile_nodes *nodes = malloc(sizeof(*nodes));
    int r = -ENOMEM;
    if (hashes && nodes)
        r = reading->edge->store->tile_read(reading->edge->store->context, reading->missing_level,
                                            reading->missing_index, hashes);
    if (r == 0) {
        audit_tile_nodes_fill(nodes, hashes, AUDIT_TILE_WIDTH);
        reading->fetched[reading->fetched_count++] =
            (struct kept_tile){reading->missing_level, reading->missing_index, BASE_TAKE(nodes)};
    }
    free(nodes);
    free(hashes);
    return r == AUDIT_STORE_NONE ? -ENODATA : r;
}

static int paths_read(struct reading *reading, const uint64_t *indexes, size_t count, struct audit_proof *ret_proofs,
                      struct audit_head *ret_head)
{
    struct audit_node_source source = {reading, node_read};
    pthread_rwlock_rdlock(&reading->edge->lock);
    int r = reading->edge->has_head ? 0 : -EAGAIN;
    if (r == 0)
        *ret_head = reading->edge->head;
    for (size_t i = 0; r == 0 && i < count; i++) {
        ret_proofs[i].index = indexes[i];
        r = indexes[i] >= ret_head->size
                ? -ERANGE
                : audit_inclusion_read(&source, indexes[i], ret_head->size, ret_proofs[i].path, &ret_proofs[i].count);
    }
    pthread_rwlock_unlock(&reading->edge->lock);
    return r;
}

static void proofs_free(struct audit_proof **proofs)
{
    free(*proofs);
}

int audit_edge_proofs(struct audit_edge *edge, const uint64_t *indexes, const struct base_bytes *leaves, size_t count,
                      struct base_buffer *texts)
{
    if (count == 0 || count > PROOFS_MAX)
        return -EINVAL;
    BASE_CLEANUP(proofs_free) struct audit_proof *proofs = calloc(count, sizeof(*proofs));
    if (!proofs)
        return -ENOMEM;
    BASE_CLEANUP(reading_clear) struct reading reading;
    reading.edge = edge;
    reading.fetched_count = 0;
    struct audit_head head;
    int r;
    while ((r = paths_read(&reading, indexes, count, proofs, &head)) == AUDIT_NODE_ELSEWHERE) {
        r = missing_fetch(&reading);
        if (r < 0)
            break;
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        proofs[i].checkpoint = base_bytes_of(head.checkpoint, head.checkpoint_len);
        r = audit_proof_leaf_encode(&proofs[i], leaves ? leaves[i] : base_bytes_of(NULL, 0), &texts[i]);
    }
    return r;
}

int audit_edge_tile_read(struct audit_edge *edge, unsigned level, uint64_t index, unsigned width,
                         struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
{
    if (width < 1 || width > AUDIT_TILE_WIDTH)
        return -EINVAL;
    pthread_rwlock_rdlock(&edge->lock);
    int r = edge->has_head ? 0 : -EAGAIN;
    unsigned published = r == 0 && level < AUDIT_TREE_LEVELS ? audit_tile_width(edge->head.size, level, index) : 0;
    const struct audit_hash *hashes = NULL;
    if (r == 0 && published < width)
        r = AUDIT_STORE_NONE;
    if (r == 0 && published < AUDIT_TILE_WIDTH) {
        hashes = audit_tree_open(edge->tree, level, &published);
    } else if (r == 0) {
        const struct audit_tile_nodes *nodes = kept_find(edge, level, index);
        hashes = nodes ? nodes->hashes : NULL;
    }
    if (hashes)
        memcpy(ret_hashes, hashes, width * sizeof(*hashes));
    pthread_rwlock_unlock(&edge->lock);
    if (r != 0 || hashes)
        return r;
    r = edge->store->tile_read(edge->store->context, level, index, ret_hashes);
    return r == AUDIT_STORE_NONE ? -ENODATA : r;
}
