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

int audit_inclusion_read(const struct audit_node_source *source, uint64_t index, uint64_t size,
                         struct audit_hash ret_path[static AUDIT_PROOF_HASHES_MAX], size_t *ret_count)
{
    if (index >= size)
        return -EINVAL;
    uint64_t begin = 0, end = size;
    size_t count = 0;
    while (end - begin > 1) {
        uint64_t middle = begin + split(end - begin);
        bool is_left = index < middle;
        int r = is_left ? range_read(source, middle, end, &ret_path[count])
                        : range_read(source, begin, middle, &ret_path[count]);
        if (r != 0)
            return r;
        count++;
        if (is_left)
            end = middle;
        else
            begin = middle;
    }
    reverse(ret_path, count);
    *ret_count = count;
    return 0;
}

int audit_consistency_read(const struct audit_node_source *source, uint64_t old, uint64_t size,
                           struct audit_hash ret_path[static AUDIT_PROOF_HASHES_MAX], size_t *ret_count)
{
    if (old == 0 || old > size)
        return -EINVAL;
    uint64_t begin = 0, end = size;
    size_t count = 0;
    while (old != end) {
        uint64_t middle = begin + split(end - begin);
        bool is_left = old <= middle;
        int r = is_left ? range_read(source, middle, end, &ret_path[count])
                        : range_read(source, begin, middle, &ret_path[count]);
        if (r != 0)
            return r;
        count++;
        if (is_left)
            end = middle;
        else
            begin = middle;
    }
    /* The old root itself is known to the one who asks; a part of it is not. */
    if (begin > 0) {
        int r = range_read(source, begin, end, &ret_path[count]);
        if (r != 0)
            return r;
        count++;
    }
    reverse(ret_path, count);
    *ret_count = count;
    return 0;
}

enum audit_proof_verdict audit_inclusion_verify(const struct audit_hash *leaf_hash, uint64_t index, uint64_t size,
                                                const struct audit_hash *path, size_t count,
                                                const struct audit_hash *root)
{
    if (index >= size)
        return AUDIT_PROOF_WRONG;
    uint64_t at = index, last = size - 1;
    struct audit_hash hash = *leaf_hash;
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return AUDIT_PROOF_WRONG;
        if (at % 2 == 1 || at == last) {
            hash = audit_hash_node(&path[i], &hash);
            for (; at % 2 == 0 && at != 0; at >>= 1)
                last >>= 1;
        } else {
            hash = audit_hash_node(&hash, &path[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && audit_hash_equal(&hash, root) ? AUDIT_PROOF_RIGHT : AUDIT_PROOF_WRONG;
}

enum audit_proof_verdict audit_consistency_verify(uint64_t old, const struct audit_hash *old_root, uint64_t size,
                                                  const struct audit_hash *root, const struct audit_hash *path,
                                                  size_t count)
{
    if (old == 0 || old > size)
        return AUDIT_PROOF_WRONG;
    if (old == size)
        return count == 0 && audit_hash_equal(old_root, root) ? AUDIT_PROOF_RIGHT : AUDIT_PROOF_WRONG;
    size_t next = 0;
    uint64_t at = old - 1, last = size - 1;
    for (; at % 2 == 1; at >>= 1)
        last >>= 1;
    /* A complete old tree is its own first hash. */
    bool is_complete = (old & (old - 1)) == 0;
    if (!is_complete && count == 0)
        return AUDIT_PROOF_WRONG;
    struct audit_hash old_hash = is_complete ? *old_root : path[next++];
    struct audit_hash new_hash = old_hash;
    for (; next < count; next++) {
        if (last == 0)
            return AUDIT_PROOF_WRONG;
        if (at % 2 == 1 || at == last) {
            old_hash = audit_hash_node(&path[next], &old_hash);
            new_hash = audit_hash_node(&path[next], &new_hash);
            for (; at % 2 == 0 && at != 0; at >>= 1)
                last >>= 1;
        } else {
            new_hash = audit_hash_node(&new_hash, &path[next]);
        }
        at >>= 1;
        last >>= 1;
    }
    bool is_right = last == 0 && audit_hash_equal(&old_hash, old_root) && audit_hash_equal(&new_hash, root);
    return is_right ? AUDIT_PROOF_RIGHT : AUDIT_PROOF_WRONG;
}
