/* Proves: the incremental tree has the root of RFC 6962's definition at every size from 0 to 600 and around a full
 * second level; its tiles hold the leaf hashes; a tree restored from its open tiles goes on alike; every inclusion and
 * consistency proof of every small tree verifies, and none does with one bit changed, a hash missing or a hash more. */
#include "tests/check_main.h"
#include "tests/unit/audit/memory_tree.h"

#include <errno.h>
#include <stdio.h>

enum { SMALL_SIZES = 600, LARGE_SIZE = 66200 };

static void tree_free(struct audit_tree **tree)
{
    audit_tree_free(*tree);
}

static struct audit_hash *numbered_leaves(size_t count)
{
    struct audit_hash *leaves = calloc(count, sizeof(*leaves));
    ck_assert_ptr_nonnull(leaves);
    for (size_t i = 0; i < count; i++)
        leaves[i] = numbered_leaf(i);
    return leaves;
}

START_TEST(roots_of_all_small_sizes)
{
    struct audit_hash *leaves = numbered_leaves(SMALL_SIZES);
    BASE_CLEANUP(tree_free) struct audit_tree *tree = NULL;
    ck_assert_int_eq(audit_tree_new(&tree), 0);
    for (size_t size = 0; size <= SMALL_SIZES; size++) {
        struct audit_hash root = audit_tree_root(tree), expected = plain_root(leaves, size);
        ck_assert_uint_eq(audit_tree_size(tree), size);
        ck_assert_msg(audit_hash_equal(&root, &expected), "size %zu", size);
        if (size < SMALL_SIZES)
            audit_tree_append(tree, &leaves[size], NULL, NULL);
    }
    free(leaves);
}
END_TEST

struct seen_tiles {
    const struct audit_hash *leaves;
    size_t level0, level1;
};

static void check_tile(void *context, unsigned level, uint64_t index, const struct audit_tile_nodes *nodes)
{
    struct seen_tiles *seen = context;
    struct audit_hash hash = audit_tile_nodes_hash(nodes), expected;
    if (level == 0) {
        ck_assert_uint_eq(index, seen->level0++);
        ck_assert_mem_eq(nodes->hashes, seen->leaves + index * 256, AUDIT_TILE_BYTES);
        expected = plain_root(seen->leaves + index * 256, 256);
    } else {
        ck_assert_uint_eq(level, 1);
        ck_assert_uint_eq(index, seen->level1++);
        expected = plain_root(seen->leaves + index * 65536, 65536);
    }
    ck_assert(audit_hash_equal(&hash, &expected));
}

START_TEST(tiles_and_roots_around_a_full_second_level)
{
    struct audit_hash *leaves = numbered_leaves(LARGE_SIZE);
    struct seen_tiles seen = {.leaves = leaves};
    BASE_CLEANUP(tree_free) struct audit_tree *tree = NULL;
    ck_assert_int_eq(audit_tree_new(&tree), 0);
    for (size_t size = 1; size <= LARGE_SIZE; size++) {
        audit_tree_append(tree, &leaves[size - 1], check_tile, &seen);
        bool is_checked =
            (size >= 65530 && size <= 65545) || (size >= 65536 + 250 && size <= 65536 + 260) || size == LARGE_SIZE;
        if (!is_checked)
            continue;
        struct audit_hash root = audit_tree_root(tree), expected = plain_root(leaves, size);
        ck_assert_msg(audit_hash_equal(&root, &expected), "size %zu", size);
    }
    ck_assert_uint_eq(seen.level0, LARGE_SIZE / 256);
    ck_assert_uint_eq(seen.level1, 1);
    free(leaves);
}
END_TEST

START_TEST(a_restored_tree_goes_on_alike)
{
    static const uint64_t sizes[] = {0, 1, 255, 256, 257, 511, 600, 65535, 65536, 65537, 65536 + 256, 66000};
    struct audit_hash *leaves = numbered_leaves(LARGE_SIZE);
    BASE_CLEANUP(tree_free) struct audit_tree *tree = NULL;
    BASE_CLEANUP(tree_free) struct audit_tree *restored = NULL;
    BASE_CLEANUP(tree_free) struct audit_tree *copy = NULL;
    ck_assert_int_eq(audit_tree_new(&tree), 0);
    ck_assert_int_eq(audit_tree_new(&restored), 0);
    ck_assert_int_eq(audit_tree_new(&copy), 0);
    size_t at = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(sizes); i++) {
        while (at < sizes[i])
            audit_tree_append(tree, &leaves[at++], NULL, NULL);
        const struct audit_hash *hashes[AUDIT_TREE_LEVELS];
        for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++) {
            unsigned count;
            hashes[level] = audit_tree_open(tree, level, &count);
            ck_assert_uint_eq(count, audit_tile_width(at, level, (at >> (8 * level)) / 256));
        }
        audit_tree_restore(restored, at, hashes);
        audit_tree_copy(copy, restored);
        for (size_t next = at; next < at + 100; next++) {
            audit_tree_append(copy, &leaves[next], NULL, NULL);
            struct audit_hash root = audit_tree_root(copy);
            if (next == at + 99) {
                struct audit_hash expected = plain_root(leaves, next + 1);
                ck_assert(audit_hash_equal(&root, &expected));
            }
        }
        struct audit_hash root = audit_tree_root(restored), expected = audit_tree_root(tree);
        ck_assert(audit_hash_equal(&root, &expected));
    }
    free(leaves);
}
END_TEST

START_TEST(nodes_of_open_tiles_and_no_others)
{
    BASE_CLEANUP(tree_free) struct audit_tree *tree = NULL;
    struct audit_hash *leaves = numbered_leaves(600);
    struct plain_leaves plain = {leaves, 600};
    struct audit_hash hash, expected;
    ck_assert_int_eq(audit_tree_new(&tree), 0);
    ck_assert_int_eq(audit_tree_node_read(tree, 0, 0, &hash), -EINVAL);
    for (size_t i = 0; i < 600; i++)
        audit_tree_append(tree, &leaves[i], NULL, NULL);
    for (unsigned height = 0; height < 10; height++) {
        for (uint64_t index = 0; index <= 600u >> height; index++) {
            int r = audit_tree_node_read(tree, height, index, &hash);
            bool is_inside = (index + 1) << height <= 600;
            bool is_open = is_inside && (height < 8 ? index << height >= 512 : true);
            ck_assert_int_eq(r, !is_inside ? -EINVAL : is_open ? 0 : AUDIT_NODE_ELSEWHERE);
            if (r != 0)
                continue;
            ck_assert_int_eq(plain_node_read(&plain, height, index, &expected), 0);
            ck_assert(audit_hash_equal(&hash, &expected));
        }
    }
    free(leaves);
}
END_TEST

enum { PROOF_SIZES = 40 };

START_TEST(every_inclusion_proof_and_no_other)
{
    struct audit_hash *leaves = numbered_leaves(PROOF_SIZES);
    for (size_t size = 1; size <= PROOF_SIZES; size++) {
        struct plain_leaves plain = {leaves, size};
        struct audit_node_source source = {&plain, plain_node_read};
        struct audit_hash root = plain_root(leaves, size), path[AUDIT_PROOF_HASHES_MAX];
        size_t count;
        ck_assert_int_eq(audit_inclusion_read(&source, size, size, path, &count), -EINVAL);
        for (size_t index = 0; index < size; index++) {
            ck_assert_int_eq(audit_inclusion_read(&source, index, size, path, &count), 0);
            ck_assert_int_eq(audit_inclusion_verify(&leaves[index], index, size, path, count, &root),
                             AUDIT_PROOF_RIGHT);
            for (size_t bit = 0; bit < count * 256; bit++) {
                path[bit / 256].bytes[bit / 8 % 32] ^= (uint8_t) (1u << bit % 8);
                ck_assert_int_eq(audit_inclusion_verify(&leaves[index], index, size, path, count, &root),
                                 AUDIT_PROOF_WRONG);
                path[bit / 256].bytes[bit / 8 % 32] ^= (uint8_t) (1u << bit % 8);
            }
            path[count] = root;
            ck_assert_int_eq(audit_inclusion_verify(&leaves[index], index, size, path, count + 1, &root),
                             AUDIT_PROOF_WRONG);
            if (count > 0)
                ck_assert_int_eq(audit_inclusion_verify(&leaves[index], index, size, path, count - 1, &root),
                                 AUDIT_PROOF_WRONG);
            for (size_t other = 0; other <= size; other++)
                if (other != index)
                    ck_assert_int_eq(audit_inclusion_verify(&leaves[index], other, size, path, count, &root),
                                     AUDIT_PROOF_WRONG);
        }
    }
    free(leaves);
}
END_TEST

START_TEST(every_consistency_proof_and_no_other)
{
    struct audit_hash *leaves = numbered_leaves(PROOF_SIZES);
    for (size_t size = 1; size <= PROOF_SIZES; size++) {
        struct plain_leaves plain = {leaves, size};
        struct audit_node_source source = {&plain, plain_node_read};
        struct audit_hash root = plain_root(leaves, size), path[AUDIT_PROOF_HASHES_MAX];
        size_t count;
        ck_assert_int_eq(audit_consistency_read(&source, 0, size, path, &count), -EINVAL);
        ck_assert_int_eq(audit_consistency_read(&source, size + 1, size, path, &count), -EINVAL);
        for (size_t old = 1; old <= size; old++) {
            struct audit_hash old_root = plain_root(leaves, old), wrong = old_root;
            wrong.bytes[31] ^= 1;
            ck_assert_int_eq(audit_consistency_read(&source, old, size, path, &count), 0);
            ck_assert_int_eq(audit_consistency_verify(old, &old_root, size, &root, path, count), AUDIT_PROOF_RIGHT);
            ck_assert_int_eq(audit_consistency_verify(old, &wrong, size, &root, path, count), AUDIT_PROOF_WRONG);
            for (size_t bit = 0; bit < count * 256; bit++) {
                path[bit / 256].bytes[bit / 8 % 32] ^= (uint8_t) (1u << bit % 8);
                ck_assert_int_eq(audit_consistency_verify(old, &old_root, size, &root, path, count), AUDIT_PROOF_WRONG);
                path[bit / 256].bytes[bit / 8 % 32] ^= (uint8_t) (1u << bit % 8);
            }
            path[count] = root;
            ck_assert_int_eq(audit_consistency_verify(old, &old_root, size, &root, path, count + 1), AUDIT_PROOF_WRONG);
            if (count > 0)
                ck_assert_int_eq(audit_consistency_verify(old, &old_root, size, &root, path, count - 1),
                                 AUDIT_PROOF_WRONG);
        }
    }
    free(leaves);
}
END_TEST

CHECK_MAIN("audit/tree", roots_of_all_small_sizes, tiles_and_roots_around_a_full_second_level,
           a_restored_tree_goes_on_alike, nodes_of_open_tiles_and_no_others, every_inclusion_proof_and_no_other,
           every_consistency_proof_and_no_other)
