/* Proves: roots, tiles, entry bundles, checkpoint, cosignature, proofs and keys are byte for byte those of
 * tests/vectors/tlog.json, which were made by other implementations of the same formats. */
#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "base/encoding.h"
#include "tests/check_main.h"
#include "tests/unit/audit/memory_tree.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>

enum { ENTRIES = 300 };

static json_t *vectors_open(void)
{
    json_t *vectors = json_load_file(VECTORS, 0, NULL);
    ck_assert_ptr_nonnull(vectors);
    return vectors;
}

static const char *vector(const json_t *vectors, const char *name)
{
    const char *text = json_string_value(json_object_get(vectors, name));
    ck_assert_ptr_nonnull(text);
    return text;
}

static void leaves_fill(struct audit_hash leaves[ENTRIES])
{
    for (size_t i = 0; i < ENTRIES; i++)
        leaves[i] = numbered_leaf(i);
}

static void assert_base64(const struct audit_hash *hash, const char *expected)
{
    struct base_buffer text;
    base_buffer_init(&text, 64);
    ck_assert_int_eq(base_base64_encode(base_bytes_of(hash->bytes, 32), &text), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&text), expected));
    base_buffer_clear(&text);
}

static void assert_digest(const void *data, size_t len, const char *expected)
{
    uint8_t digest[32];
    char text[65];
    ck_assert(EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL));
    base_hex_digest(digest, text);
    ck_assert_str_eq(text, expected);
}

static struct audit_signer *signer_of(const char *name, const char *seed_hex)
{
    struct base_buffer seed;
    struct audit_signer *signer;
    base_buffer_init(&seed, 32);
    ck_assert_int_eq(base_hex_decode(base_bytes_text(seed_hex), &seed), 0);
    ck_assert_int_eq(audit_signer_new(name, seed.data, &signer), 0);
    base_buffer_clear(&seed);
    return signer;
}

START_TEST(roots)
{
    json_t *vectors = vectors_open();
    struct audit_hash leaves[ENTRIES];
    leaves_fill(leaves);
    struct audit_tree *tree;
    ck_assert_int_eq(audit_tree_new(&tree), 0);
    size_t found = 0;
    for (size_t size = 0; size <= ENTRIES; size++) {
        char name[16];
        snprintf(name, sizeof(name), "%zu", size);
        const char *expected = json_string_value(json_object_get(json_object_get(vectors, "roots"), name));
        if (expected) {
            struct audit_hash root = audit_tree_root(tree);
            assert_base64(&root, expected);
            found++;
        }
        if (size < ENTRIES)
            audit_tree_append(tree, &leaves[size], NULL, NULL);
    }
    ck_assert_uint_eq(found, json_object_size(json_object_get(vectors, "roots")));

    unsigned count;
    const struct audit_hash *open = audit_tree_open(tree, 0, &count);
    ck_assert_uint_eq(count, 44);
    assert_digest(open, 44 * 32, vector(vectors, "tile/0/001.p/44.sha256"));
    assert_digest(leaves, 256 * 32, vector(vectors, "tile/0/000.sha256"));
    open = audit_tree_open(tree, 1, &count);
    ck_assert_uint_eq(count, 1);
    char text[65];
    base_hex_digest(open[0].bytes, text);
    ck_assert_str_eq(text, vector(vectors, "tile/1/000.p/1.hex"));
    audit_tree_free(tree);
    json_decref(vectors);
}
END_TEST

START_TEST(checkpoint_and_keys)
{
    json_t *vectors = vectors_open();
    struct audit_signer *log = signer_of("qao-aaj.example/journal", vector(vectors, "log_seed"));
    struct audit_signer *witness = signer_of("witness.example/prosecutor", vector(vectors, "witness_seed"));
    char text[AUDIT_VKEY_MAX];
    audit_vkey_encode(audit_signer_vkey(log), text);
    ck_assert_str_eq(text, vector(vectors, "log_vkey"));
    struct audit_vkey cosigner = audit_vkey_cosigner(audit_signer_vkey(witness));
    audit_vkey_encode(&cosigner, text);
    ck_assert_str_eq(text, vector(vectors, "witness_vkey"));
    struct audit_vkey parsed;
    ck_assert_int_eq(audit_vkey_parse(base_bytes_text(vector(vectors, "witness_vkey")), &parsed), 0);
    ck_assert_int_eq(parsed.type, AUDIT_KEY_COSIGNATURE);

    struct audit_hash leaves[ENTRIES];
    leaves_fill(leaves);
    struct audit_hash root = plain_root(leaves, ENTRIES);
    struct audit_head head;
    ck_assert_int_eq(audit_checkpoint_sign(log, ENTRIES, &root, &head), 0);
    struct base_bytes note = base_bytes_of(head.checkpoint, head.checkpoint_len);
    ck_assert(base_bytes_equal_text(note, vector(vectors, "checkpoint_300")));
    ck_assert_int_eq(audit_head_verify(&head, audit_signer_vkey(log)), AUDIT_NOTE_VERIFIED);

    /* The witness's line over the checkpoint's text, with the time the vector carries. */
    struct base_bytes unsigned_text = base_bytes_of(note.data, note.len);
    const char *end = strstr(vector(vectors, "checkpoint_300"), "\n\n");
    unsigned_text.len = (size_t) (end - vector(vectors, "checkpoint_300")) + 1;
    struct base_buffer line;
    base_buffer_init(&line, 4096);
    const char *expected = vector(vectors, "cosignature_line");
    struct base_buffer blob;
    base_buffer_init(&blob, 128);
    const char *base64 = strrchr(expected, ' ') + 1;
    ck_assert_int_eq(base_base64_decode(base_bytes_of(base64, strlen(base64) - 1), &blob), 0);
    uint64_t time_s = 0;
    for (size_t i = 4; i < 12; i++)
        time_s = time_s << 8 | blob.data[i];
    ck_assert_int_eq(audit_note_cosign(witness, unsigned_text, time_s, &line), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&line), expected));

    struct base_buffer both;
    base_buffer_init(&both, 8192);
    base_buffer_append(&both, note);
    base_buffer_append(&both, base_buffer_view(&line));
    struct audit_vkey keys[] = {*audit_signer_vkey(log), parsed};
    struct audit_note opened;
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&both), keys, 2, &opened), AUDIT_NOTE_VERIFIED);
    ck_assert_uint_eq(opened.known_mask, 3);
    ck_assert_uint_eq(opened.cosigned_at_s[1], time_s);
    base_buffer_clear(&both);
    base_buffer_clear(&blob);
    base_buffer_clear(&line);
    audit_signer_free(log);
    audit_signer_free(witness);
    json_decref(vectors);
}
END_TEST

static void assert_path(const struct audit_hash *path, size_t count, const json_t *expected)
{
    ck_assert_uint_eq(count, json_array_size(expected));
    for (size_t i = 0; i < count; i++)
        assert_base64(&path[i], json_string_value(json_array_get(expected, i)));
}

START_TEST(proofs)
{
    json_t *vectors = vectors_open();
    struct audit_hash leaves[ENTRIES], path[AUDIT_PROOF_HASHES_MAX];
    leaves_fill(leaves);
    struct plain_leaves plain = {leaves, ENTRIES};
    struct audit_node_source source = {&plain, plain_node_read};
    size_t count;
    ck_assert_int_eq(audit_consistency_read(&source, 257, ENTRIES, path, &count), 0);
    assert_path(path, count, json_object_get(vectors, "consistency_257_300"));
    ck_assert_int_eq(audit_inclusion_read(&source, 260, ENTRIES, path, &count), 0);
    assert_path(path, count, json_object_get(vectors, "inclusion_260_in_300"));

    const char *text = vector(vectors, "tlog_proof");
    struct audit_vkey log;
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    ck_assert_int_eq(audit_vkey_parse(base_bytes_text(vector(vectors, "log_vkey")), &log), 0);
    ck_assert_int_eq(audit_proof_verify(base_bytes_text(text), &log, &leaves[260], &proof, &checkpoint),
                     AUDIT_PROOF_CHECK_RIGHT);
    ck_assert_uint_eq(proof.index, 260);
    ck_assert_uint_eq(checkpoint.size, ENTRIES);
    ck_assert_int_eq(audit_proof_verify(base_bytes_text(text), &log, &leaves[261], &proof, &checkpoint),
                     AUDIT_PROOF_CHECK_PATH);
    ck_assert_int_eq(audit_vkey_parse(base_bytes_text(vector(vectors, "witness_vkey")), &log), 0);
    ck_assert_int_eq(audit_proof_verify(base_bytes_text(text), &log, &leaves[260], &proof, &checkpoint),
                     AUDIT_PROOF_CHECK_CHECKPOINT);

    struct base_buffer again;
    base_buffer_init(&again, AUDIT_NOTE_MAX);
    ck_assert_int_eq(audit_proof_encode(&proof, &again), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&again), text));
    base_buffer_clear(&again);
    json_decref(vectors);
}
END_TEST

CHECK_MAIN("audit/vectors", roots, checkpoint_and_keys, proofs)
