/* Proofs over a tree whose nodes are read from somewhere, and their verification. */
#include "audit/tree.h"

#include <errno.h>

/* The largest power of two below count, which is at least 2 (RFC 6962 §2.1). */
static uint64_t split(uint64_t count)
{
    return UINT64_C(1) << (63 - __builtin_clzll(count - 1));
}

/* MTH of entries begin to end-1, a subtree that RFC 6962's splitting makes: complete subtrees from the left, each
 * smaller than the one before, folded from the right. */
static int range_read(const struct audit_node_source *source, uint64_t begin, uint64_t end, struct audit_hash *ret_hash)
{
    struct audit_hash parts[64];
    size_t count = 0;
    for (uint64_t at = begin; at < end;) {
        unsigned height = 63 - (unsigned) __builtin_clzll(end - at);
        int r = source->node_read(source->context, height, at >> height, &parts[count]);
        if (r != 0)
            return r;
        count++;
        at += UINT64_C(1) << height;
    }
    struct audit_hash hash = parts[--count];
    while (count > 0)
        hash = audit_hash_node(&parts[--count], &hash);
    *ret_hash = hash;
    return 0;
}

int audit_root_read(const struct audit_node_source *source, uint64_t size, struct audit_hash *ret_root)
{
    if (size == 0) {
        *ret_root = audit_hash_empty();
        return 0;
    }
    return range_read(source, 0, size, ret_root);
}

static void reverse(struct audit_hash *path, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct audit_hash other = path[i];
        path[i] = path[count - 1 - i];
        path[count - 1 - i] = other;
    }
}

/* A subtree, and the hashes passed by on the way down to it. */
struct descent {
    const struct audit_node_source *source;
    uint64_t begin, end;
    struct audit_hash *path;
    size_t count;
};

/* One level down, into the half that holds entry at; the hash of the other half joins the path. */
static int descend(struct descent *descent, uint64_t at)
{
    uint64_t middle = descent->begin + split(descent->end - descent->begin);
    bool is_left = at < middle;
    int r = is_left ? range_read(descent->source, middle, descent->end, &descent->path[descent->count])
                    : range_read(descent->source, descent->begin, middle, &descent->path[descent->count]);
    if (r != 0)
        return r;
    descent->count++;
    if (is_left)
        descent->end = middle;
    else
        descent->begin = middle;
    return 0;
}

int audit_inclusion_read(const struct audit_node_source *source, uint64_t index, uint64_t size,
                         struct audit_hash ret_path[static AUDIT_PROOF_HASHES_MAX], size_t *ret_count)
{
    struct descent descent = {.source = source, .end = size, .path = ret_path};
    if (index >= size)
        return -EINVAL;
    while (descent.end - descent.begin > 1) {
        int r = descend(&descent, index);
        if (r != 0)
            return r;
    }
    reverse(ret_path, descent.count);
    *ret_count = descent.count;
    return 0;
}

int audit_consistency_read(const struct audit_node_source *source, uint64_t old, uint64_t size,
                           struct audit_hash ret_path[static AUDIT_PROOF_HASHES_MAX], size_t *ret_count)
{
    struct descent descent = {.source = source, .end = size, .path = ret_path};
    if (old == 0 || old > size)
        return -EINVAL;
    while (old != descent.end) {
        int r = descend(&descent, old - 1);
        if (r != 0)
            return r;
    }
    /* The old root itself is known to the one who asks; a part of it is not. */
    if (descent.begin > 0) {
        int r = range_read(source, descent.begin, descent.end, &ret_path[descent.count]);
        if (r != 0)
            return r;
        descent.count++;
    }
    reverse(ret_path, descent.count);
    *ret_count = descent.count;
    return 0;
}

/* The way from a leaf to the root: the place of the node reached in its level, and the last place there. */
struct climb {
    uint64_t at, last;
};

/* One level up; for a node without a right sibling, past the levels in which it stands alone. True when the path's next
 * hash is the left sibling. */
static bool climb_step(struct climb *climb)
{
    bool is_right = climb->at % 2 == 1 || climb->at == climb->last;
    if (is_right)
        for (; climb->at % 2 == 0 && climb->at != 0; climb->at >>= 1)
            climb->last >>= 1;
    climb->at >>= 1;
    climb->last >>= 1;
    return is_right;
}

enum audit_proof_verdict audit_inclusion_verify(const struct audit_hash *leaf_hash, uint64_t index, uint64_t size,
                                                const struct audit_hash *path, size_t count,
                                                const struct audit_hash *root)
{
    if (index >= size)
        return AUDIT_PROOF_WRONG;
    struct climb climb = {.at = index, .last = size - 1};
    struct audit_hash hash = *leaf_hash;
    for (size_t i = 0; i < count; i++) {
        if (climb.last == 0)
            return AUDIT_PROOF_WRONG;
        hash = climb_step(&climb) ? audit_hash_node(&path[i], &hash) : audit_hash_node(&hash, &path[i]);
    }
    return climb.last == 0 && audit_hash_equal(&hash, root) ? AUDIT_PROOF_RIGHT : AUDIT_PROOF_WRONG;
}

enum audit_proof_verdict audit_consistency_verify(uint64_t old, const struct audit_hash *old_root, uint64_t size,
                                                  const struct audit_hash *root, const struct audit_hash *path,
                                                  size_t count)
{
    if (old == 0 || old > size)
        return AUDIT_PROOF_WRONG;
    if (old == size)
        return count == 0 && audit_hash_equal(old_root, root) ? AUDIT_PROOF_RIGHT : AUDIT_PROOF_WRONG;
    struct climb climb = {.at = old - 1, .last = size - 1};
    for (; climb.at % 2 == 1; climb.at >>= 1)
        climb.last >>= 1;
    /* A complete old tree is its own first hash. */
    bool is_complete = (old & (old - 1)) == 0;
    if (!is_complete && count == 0)
        return AUDIT_PROOF_WRONG;
    size_t next = is_complete ? 0 : 1;
    struct audit_hash old_hash = is_complete ? *old_root : path[0];
    struct audit_hash new_hash = old_hash;
    for (; next < count; next++) {
        if (climb.last == 0)
            return AUDIT_PROOF_WRONG;
        if (climb_step(&climb)) {
            old_hash = audit_hash_node(&path[next], &old_hash);
            new_hash = audit_hash_node(&path[next], &new_hash);
        } else {
            new_hash = audit_hash_node(&new_hash, &path[next]);
        }
    }
    bool is_right = climb.last == 0 && audit_hash_equal(&old_hash, old_root) && audit_hash_equal(&new_hash, root);
    return is_right ? AUDIT_PROOF_RIGHT : AUDIT_PROOF_WRONG;
}
