/* A log's tree in its plainest form, written apart from audit/tree.c: all leaf hashes, and RFC 6962's definitions word
 * by word. For the tests. */
#ifndef TESTS_MEMORY_TREE_H
#define TESTS_MEMORY_TREE_H

#include "audit/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static inline size_t plain_split(size_t count)
{
    size_t k = 1;
    while (2 * k < count)
        k *= 2;
    return k;
}

/* MTH(D[count]) of RFC 6962 §2.1. */
static inline struct audit_hash plain_root(const struct audit_hash *leaves, size_t count)
{
    if (count == 0)
        return audit_hash_empty();
    if (count == 1)
        return leaves[0];
    size_t k = plain_split(count);
    struct audit_hash left = plain_root(leaves, k), right = plain_root(leaves + k, count - k);
    return audit_hash_node(&left, &right);
}

/* A node source over all leaf hashes. */
struct plain_leaves {
    const struct audit_hash *leaves;
    size_t count;
};

static inline int plain_node_read(void *context, unsigned height, uint64_t index, struct audit_hash *ret_hash)
{
    const struct plain_leaves *plain = context;
    size_t width = (size_t) 1 << height;
    if ((index + 1) * width > plain->count)
        return -ERANGE;
    *ret_hash = plain_root(plain->leaves + index * width, width);
    return 0;
}

static inline struct audit_hash numbered_leaf(size_t number)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "entry-%zu", number);
    return audit_hash_leaf(base_bytes_of(text, (size_t) len));
}

#endif
