/* Proves: a note, a checkpoint or a proof with any bit flipped or any byte cut never verifies as what it was; unknown
 * signatures are ignored, a known one that fails rejects; the text of a key, and of a tile's name, has one form only;
 * key files are secret and never overwritten. */
#include "audit/proof.h"
#include "audit/tile_path.h"
#include "tests/check_main.h"
#include "tests/unit/audit/memory_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct audit_signer *signer_of(const char *name, uint8_t first)
{
    uint8_t seed[AUDIT_KEY_BYTES] = {first};
    struct audit_signer *signer;
    ck_assert_int_eq(audit_signer_new(name, seed, &signer), 0);
    return signer;
}

static void note_of(const struct audit_signer *signer, const char *text, struct base_buffer *out)
{
    base_buffer_init(out, AUDIT_NOTE_MAX);
    ck_assert_int_eq(audit_note_sign(signer, base_bytes_text(text), out), 0);
}

START_TEST(every_flipped_bit_and_cut_byte)
{
    struct audit_signer *signer = signer_of("log.example/a", 1);
    struct base_buffer note;
    note_of(signer, "one\n\ntwo\n", &note);
    struct audit_note opened;
    const struct audit_vkey *key = audit_signer_vkey(signer);
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), key, 1, &opened), AUDIT_NOTE_VERIFIED);
    ck_assert(base_bytes_equal_text(opened.text, "one\n\ntwo\n"));
    for (size_t bit = 0; bit < 8 * note.len; bit++) {
        note.data[bit / 8] ^= (uint8_t) (1u << bit % 8);
        ck_assert_msg(audit_note_verify(base_buffer_view(&note), key, 1, &opened) != AUDIT_NOTE_VERIFIED, "bit %zu",
                      bit);
        note.data[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
    for (size_t len = 0; len < note.len; len++)
        ck_assert_int_eq(audit_note_verify(base_bytes_of(note.data, len), key, 1, &opened), AUDIT_NOTE_MALFORMED);
    for (size_t begin = 1; begin < note.len; begin++)
        ck_assert_int_ne(audit_note_verify(base_bytes_of(note.data + begin, note.len - begin), key, 1, &opened),
                         AUDIT_NOTE_VERIFIED);
    base_buffer_clear(&note);
    audit_signer_free(signer);
}
END_TEST

/* Appends the signature lines of a second note over the same text. */
static void lines_append(struct base_buffer *note, const struct base_buffer *other)
{
    const uint8_t *at = memmem(other->data, other->len, "\n\n\xe2", 3);
    ck_assert_ptr_nonnull(at);
    base_buffer_append(note, base_bytes_of(at + 2, other->len - (size_t) (at + 2 - other->data)));
}

START_TEST(known_and_unknown_signatures)
{
    struct audit_signer *log = signer_of("log.example/a", 1), *other = signer_of("log.example/a", 2);
    struct audit_signer *witness = signer_of("witness.example/w", 3);
    struct base_buffer note, second;
    note_of(log, "text\n", &note);
    note_of(other, "text\n", &second);
    lines_append(&note, &second);
    ck_assert_int_eq(audit_note_cosign(witness, base_bytes_text("text\n"), 1234567, &note), 0);
    struct audit_vkey keys[3] = {*audit_signer_vkey(log), audit_vkey_cosigner(audit_signer_vkey(witness)),
                                 *audit_signer_vkey(witness)};
    struct audit_note opened;
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), keys, 3, &opened), AUDIT_NOTE_VERIFIED);
    ck_assert_uint_eq(opened.known_mask, 3);
    ck_assert_uint_eq(opened.cosigned_at_s[1], 1234567);
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), &keys[2], 1, &opened), AUDIT_NOTE_UNSIGNED);
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), keys, 0, &opened), AUDIT_NOTE_UNSIGNED);

    /* The witness's line claims another time: known, and wrong. */
    uint8_t *line = memmem(note.data, note.len, "witness.example/w ", 18);
    ck_assert_ptr_nonnull(line);
    line[18 + 14] = line[18 + 14] == 'A' ? 'B' : 'A';
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), keys, 2, &opened), AUDIT_NOTE_WRONG);
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), keys, 1, &opened), AUDIT_NOTE_VERIFIED);

    /* Sixteen signatures are read, and more than the limit are not. */
    base_buffer_reset(&note);
    ck_assert_int_eq(audit_note_sign(log, base_bytes_text("text\n"), &note), 0);
    for (int i = 1; i < 16; i++)
        lines_append(&note, &second);
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), keys, 1, &opened), AUDIT_NOTE_VERIFIED);
    for (int i = 16; i <= AUDIT_NOTE_SIGNATURES_MAX; i++)
        lines_append(&note, &second);
    ck_assert_int_eq(audit_note_verify(base_buffer_view(&note), keys, 1, &opened), AUDIT_NOTE_MALFORMED);
    base_buffer_clear(&note);
    base_buffer_clear(&second);
    audit_signer_free(log);
    audit_signer_free(other);
    audit_signer_free(witness);
}
END_TEST

START_TEST(what_is_not_signed)
{
    struct audit_signer *signer = signer_of("log.example/a", 1);
    struct base_buffer out;
    base_buffer_init(&out, 4096);
    static const char *const texts[] = {"", "no newline", "tab\t\n", "\xff\n", "nul\x01\n"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++)
        ck_assert_int_eq(audit_note_sign(signer, base_bytes_text(texts[i]), &out), -EINVAL);
    struct audit_signer *none;
    static const char *const names[] = {"",
                                        "a b",
                                        "a+b",
                                        "a\nb",
                                        "a\xc2\xa0"
                                        "b",
                                        "a\xe2\x80\xa8"
                                        "b",
                                        "\xff"};
    static const uint8_t seed[AUDIT_KEY_BYTES] = {1};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(names); i++)
        ck_assert_int_eq(audit_signer_new(names[i], seed, &none), -EINVAL);
    base_buffer_clear(&out);
    audit_signer_free(signer);
}
END_TEST

START_TEST(checkpoints)
{
    struct audit_signer *signer = signer_of("log.example/a", 1), *other = signer_of("log.example/b", 1);
    struct audit_head head;
    struct audit_hash root = audit_hash_empty();
    ck_assert_int_eq(audit_checkpoint_sign(signer, 0, &root, &head), 0);
    ck_assert_ptr_nonnull(
        memmem(head.checkpoint, head.checkpoint_len, "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", 48));
    ck_assert_int_eq(audit_head_verify(&head, audit_signer_vkey(signer)), AUDIT_NOTE_VERIFIED);
    ck_assert_int_eq(audit_head_verify(&head, audit_signer_vkey(other)), AUDIT_NOTE_UNSIGNED);
    struct audit_head changed = head;
    changed.size = 1;
    ck_assert_int_eq(audit_head_verify(&changed, audit_signer_vkey(signer)), AUDIT_NOTE_WRONG);
    changed = head;
    changed.root.bytes[0] ^= 1;
    ck_assert_int_eq(audit_head_verify(&changed, audit_signer_vkey(signer)), AUDIT_NOTE_WRONG);

    struct audit_checkpoint checkpoint;
#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    ck_assert_int_eq(audit_checkpoint_parse(base_bytes_text("o\n12\n" ROOT "\n"), &checkpoint), 0);
    ck_assert_uint_eq(checkpoint.size, 12);
    ck_assert_int_eq(audit_checkpoint_parse(base_bytes_text("o\n12\n" ROOT "\nextension\n"), &checkpoint), 0);
    static const char *const wrong[] = {"",
                                        "o\n",
                                        "o\n12\n",
                                        "o\n12\n" ROOT,
                                        "\n12\n" ROOT "\n",
                                        "o\n012\n" ROOT "\n",
                                        "o\n+1\n" ROOT "\n",
                                        "o\n-1\n" ROOT "\n",
                                        "o\n\n" ROOT "\n",
                                        "o\n99999999999999999999\n" ROOT "\n",
                                        "o\n1\nAAAA\n",
                                        "o\n1\n" ROOT "=\n",
                                        "o\n12\n" ROOT "\n\n",
                                        "o\n12\n" ROOT "\nextension"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_msg(audit_checkpoint_parse(base_bytes_text(wrong[i]), &checkpoint) == -EBADMSG, "%s", wrong[i]);

    /* A right signature of the log's key over a checkpoint of another origin is not the log's checkpoint. */
    struct base_buffer note;
    note_of(signer, "log.example/b\n12\n" ROOT "\n", &note);
    ck_assert_int_eq(audit_checkpoint_verify(base_buffer_view(&note), audit_signer_vkey(signer), &checkpoint),
                     AUDIT_NOTE_MALFORMED);
    base_buffer_clear(&note);
    audit_signer_free(signer);
    audit_signer_free(other);
}
END_TEST

START_TEST(keys_have_one_form)
{
    static const char *const wrong[] = {
        "",
        "name",
        "name+8fa0327e",
        "qao-aaj.example/journal+8fa0327f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "qao-aaj.example/journal+8FA0327E+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "qao-aaj.example/journal+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG",
        "qao-aaj.example/journal+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 ",
        "qao-aaj.example/journal+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n\n",
        "other+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        " +8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"};
    struct audit_vkey key;
    ck_assert_int_eq(audit_vkey_parse(base_bytes_text("qao-aaj.example/journal+8fa0327e+"
                                                      "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"),
                                      &key),
                     0);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_msg(audit_vkey_parse(base_bytes_text(wrong[i]), &key) == -EBADMSG, "%s", wrong[i]);
    ck_assert_int_eq(audit_vkey_parse(base_bytes_text("a+00000000+BgAA"), &key), -ENOTSUP);
}
END_TEST

#define LABEL "PRIVATE KEY"

START_TEST(key_files)
{
    char folder[] = "/tmp/qao-audit-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log.key", folder);
    struct audit_signer *made, *read;
    ck_assert_int_eq(audit_signer_read(path, "log.example/a", &read), -ENOENT);
    ck_assert_int_eq(audit_signer_write_new(path, "log.example/a", &made), 0);
    ck_assert_int_eq(audit_signer_write_new(path, "log.example/a", &read), -EEXIST);
    ck_assert_int_eq(audit_signer_read(path, "log.example/a", &read), 0);
    ck_assert_mem_eq(audit_signer_vkey(made)->key, audit_signer_vkey(read)->key, AUDIT_KEY_BYTES);
    audit_signer_free(read);
    audit_signer_free(made);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(audit_signer_read(path, "log.example/a", &read), -EPERM);
    FILE *file = fopen(path, "w");
    fputs("-----BEGIN " LABEL "-----\nAAAA\n-----END " LABEL "-----\n", file); /* three zero bytes: no key */
    fclose(file);
    ck_assert_int_eq(chmod(path, 0600), 0);
    ck_assert_int_eq(audit_signer_read(path, "log.example/a", &read), -EBADMSG);
    unlink(path);
    rmdir(folder);
}
END_TEST

START_TEST(every_damaged_proof)
{
    enum { SIZE = 21, INDEX = 13 };
    struct audit_signer *signer = signer_of("log.example/a", 1);
    struct audit_hash leaves[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        leaves[i] = numbered_leaf(i);
    struct plain_leaves plain = {leaves, SIZE};
    struct audit_node_source source = {&plain, plain_node_read};
    struct audit_hash root = plain_root(leaves, SIZE);
    struct audit_head head;
    struct audit_proof proof = {.index = INDEX}, read;
    struct audit_checkpoint checkpoint;
    ck_assert_int_eq(audit_checkpoint_sign(signer, SIZE, &root, &head), 0);
    ck_assert_int_eq(audit_inclusion_read(&source, INDEX, SIZE, proof.path, &proof.count), 0);
    proof.checkpoint = base_bytes_of(head.checkpoint, head.checkpoint_len);
    struct base_buffer text;
    base_buffer_init(&text, AUDIT_PROOF_TEXT_MAX);
    ck_assert_int_eq(audit_proof_encode(&proof, &text), 0);
    const struct audit_vkey *key = audit_signer_vkey(signer);
    ck_assert_int_eq(audit_proof_verify(base_buffer_view(&text), key, &leaves[INDEX], &read, &checkpoint),
                     AUDIT_PROOF_CHECK_RIGHT);
    for (size_t bit = 0; bit < 8 * text.len; bit++) {
        text.data[bit / 8] ^= (uint8_t) (1u << bit % 8);
        ck_assert_msg(audit_proof_verify(base_buffer_view(&text), key, &leaves[INDEX], &read, &checkpoint) !=
                          AUDIT_PROOF_CHECK_RIGHT,
                      "bit %zu", bit);
        text.data[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
    for (size_t len = 0; len < text.len; len++)
        ck_assert_int_ne(audit_proof_verify(base_bytes_of(text.data, len), key, &leaves[INDEX], &read, &checkpoint),
                         AUDIT_PROOF_CHECK_RIGHT);
    /* The optional line of extra bytes is read, and says nothing about the proof. */
    struct base_buffer extra;
    base_buffer_init(&extra, AUDIT_PROOF_TEXT_MAX);
    static const size_t first_line_len = sizeof("c2sp.org/tlog-proof@v1\n") - 1;
    base_buffer_append_text(&extra, "c2sp.org/tlog-proof@v1\nextra AAAA\n");
    base_buffer_append(&extra, base_bytes_of(text.data + first_line_len, text.len - first_line_len));
    ck_assert_int_eq(audit_proof_verify(base_buffer_view(&extra), key, &leaves[INDEX], &read, &checkpoint),
                     AUDIT_PROOF_CHECK_RIGHT);
    ck_assert(base_bytes_equal_text(read.extra, "AAAA"));
    base_buffer_clear(&extra);
    base_buffer_clear(&text);
    audit_signer_free(signer);
}
END_TEST

START_TEST(tile_names)
{
    static const struct {
        struct audit_tile_path path;
        const char *text;
    } right[] = {
        {{false, 0, 0, 256}, "tile/0/000"},
        {{false, 0, 5, 256}, "tile/0/005"},
        {{false, 3, 1234067, 256}, "tile/3/x001/x234/067"},
        {{false, 63, 999, 1}, "tile/63/999.p/1"},
        {{false, 1, 1000, 255}, "tile/1/x001/000.p/255"},
        {{true, 0, 256, 44}, "tile/entries/256.p/44"},
        {{true, 0, UINT64_MAX, 256}, "tile/entries/x018/x446/x744/x073/x709/x551/615"},
    };
    static const char *const wrong[] = {"",
                                        "tile",
                                        "tile/",
                                        "tile/0",
                                        "tile/0/",
                                        "tile/0/5",
                                        "tile/0/0005",
                                        "tile/00/005",
                                        "tile/64/005",
                                        "tile/0/x000/005",
                                        "tile/0/x001",
                                        "tile/0/001/005",
                                        "tile/0/005.p/0",
                                        "tile/0/005.p/256",
                                        "tile/0/005.p/01",
                                        "tile/0/005.p/",
                                        "tile/0/005.p",
                                        "tile/0/005/",
                                        "tile/0/005 ",
                                        "/tile/0/005",
                                        "tile/0/00a",
                                        "tile/entries",
                                        "tile/entries/5",
                                        "tile/-1/005",
                                        "tile/0/../005",
                                        "tile/entries/x018/x446/x744/x073/x709/x551/616",
                                        "tile/entries/x001/x018/x446/x744/x073/x709/x551/615"};
    struct audit_tile_path path;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(right); i++) {
        char text[AUDIT_TILE_PATH_MAX];
        audit_tile_path_encode(&right[i].path, text);
        ck_assert_str_eq(text, right[i].text);
        ck_assert_int_eq(audit_tile_path_parse(base_bytes_text(text), &path), 0);
        ck_assert(path.is_entries == right[i].path.is_entries && path.level == right[i].path.level &&
                  path.index == right[i].path.index && path.width == right[i].path.width);
    }
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(wrong); i++)
        ck_assert_msg(audit_tile_path_parse(base_bytes_text(wrong[i]), &path) == -EBADMSG, "%s", wrong[i]);
}
END_TEST

CHECK_MAIN("audit/note", every_flipped_bit_and_cut_byte, known_and_unknown_signatures, what_is_not_signed, checkpoints,
           keys_have_one_form, key_files, every_damaged_proof, tile_names)
