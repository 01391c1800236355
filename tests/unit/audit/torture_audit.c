/* Proves: whatever allocation of audit/, or of OpenSSL on its behalf, fails: nothing wrong ever verifies, what is right
 * is taken or fails; a writer that starts, appends and answers DURABLE has the record in its log; nothing leaks. */
#include "audit/checkpoint.h"
#include "audit/export.h"
#include "audit/proof.h"
#include "audit/verify.h"
#include "tests/check_main.h"
#include "tests/unit/audit/leaves.h"
#include "tests/unit/audit/memory_tree.h"
#include "tests/unit/audit/rig.h"
#include "tests/unit/torture/torture.h"

#include <ftw.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct rig rig;
static struct audit_source source;
static struct base_buffer expected, other;
static char folder[128];

enum { INDEX = 301 };

static int leaf(void *context)
{
    (void) context;
    uint8_t id[BASE_UUID_BYTES];
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = AUDIT_LEAF_MAX}, text = {.max = 256};
    struct audit_leaf_query query = leaves_query(5, id);
    query.ordered_by = "a \"b\"";
    int r = audit_leaf_query_encode(AUDIT_KIND_QUERY_REQUEST, &query, &out);
    if (r < 0)
        return r;
    struct audit_leaf_view view;
    torture_assert(audit_leaf_parse(base_buffer_view(&out), &view) == 0);
    torture_assert(view.service == 37 && view.subject_count == 2 && base_bytes_equal_text(view.effect, "permit"));
    r = audit_leaf_text_decode(view.ordered_by, &text);
    torture_assert(r < 0 || base_bytes_equal_text(base_buffer_view(&text), query.ordered_by));
    return r;
}

static int event(void *context)
{
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = AUDIT_LEAF_MAX};
    const struct audit_leaf_refusal_count reasons[] = {{"expired", 2}, {"revoked", 1}};
    const struct audit_leaf_refusal refusal = {.at_us = LEAVES_AT_US, .reasons = reasons, .reason_count = 2};
    const struct audit_leaf_event started = {
        .kind = "log.start", .at_us = LEAVES_AT_US, .data = base_bytes_text("{\"origin\":\"a\"}")};
    struct audit_leaf_view view;
    int r = audit_leaf_refusal_encode(&refusal, &out);
    if (r < 0)
        return r;
    torture_assert(audit_leaf_parse(base_buffer_view(&out), &view) == 0);
    base_buffer_clear(&out);
    r = audit_leaf_event_encode(&started, &out);
    torture_assert(r < 0 || audit_leaf_parse(base_buffer_view(&out), &view) == 0);
    return r;
}

/* A key, a note by it, its cosignature; and the same note with one byte changed. */
static int note(void *context)
{
    static const char text[] = "log.example/a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    static const uint8_t seed[AUDIT_KEY_BYTES] = {1};
    bool *is_forged = context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = AUDIT_NOTE_MAX};
    struct audit_signer *signer;
    int r = audit_signer_new("log.example/a", seed, &signer);
    if (r < 0)
        return r;
    struct audit_vkey keys[2] = {*audit_signer_vkey(signer), audit_vkey_cosigner(audit_signer_vkey(signer))};
    char encoded[AUDIT_VKEY_MAX];
    audit_vkey_encode(&keys[0], encoded);
    r = audit_vkey_parse(base_bytes_text(encoded), &keys[0]);
    if (r == 0)
        r = audit_note_sign(signer, base_bytes_text(text), &out);
    if (r == 0)
        r = audit_note_cosign(signer, base_bytes_text(text), 12, &out);
    audit_signer_free(signer);
    if (r < 0)
        return r;
    if (*is_forged)
        out.data[14] = '2';
    struct audit_note opened;
    enum audit_note_verdict verdict = audit_note_verify(base_buffer_view(&out), keys, 2, &opened);
    torture_assert(!*is_forged || verdict != AUDIT_NOTE_VERIFIED);
    if (*is_forged)
        return verdict != AUDIT_NOTE_WRONG;
    torture_assert(verdict != AUDIT_NOTE_VERIFIED || (opened.known_mask == 3 && opened.cosigned_at_s[1] == 12));
    return verdict != AUDIT_NOTE_VERIFIED;
}

static int key_file(void *context)
{
    const char *path = context;
    struct audit_signer *signer, *again;
    unlink(path);
    int r = audit_signer_write_new(path, "log.example/a", &signer);
    if (r < 0) {
        torture_assert(access(path, F_OK) < 0);
        return r;
    }
    r = audit_signer_read(path, "log.example/a", &again);
    if (r == 0) {
        torture_assert(memcmp(audit_signer_vkey(signer)->key, audit_signer_vkey(again)->key, AUDIT_KEY_BYTES) == 0);
        audit_signer_free(again);
    }
    audit_signer_free(signer);
    return r;
}

/* The proof of an entry from the store, against that entry and against another. */
static int proof(void *context)
{
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer text = {.max = AUDIT_PROOF_TEXT_MAX};
    const struct audit_vkey *key = audit_signer_vkey(rig.signer);
    int r = audit_source_prove(&source, key, INDEX, &text);
    if (r != 0)
        return r;
    struct audit_hash right = audit_hash_leaf(base_buffer_view(&expected));
    struct audit_hash wrong = audit_hash_leaf(base_buffer_view(&other));
    struct audit_proof read;
    struct audit_checkpoint checkpoint;
    torture_assert(audit_proof_verify(base_buffer_view(&text), key, &wrong, &read, &checkpoint) !=
                   AUDIT_PROOF_CHECK_RIGHT);
    if (audit_proof_verify(base_buffer_view(&text), key, &right, &read, &checkpoint) != AUDIT_PROOF_CHECK_RIGHT)
        return -1;
    torture_assert(read.index == INDEX);
    return 0;
}

/* The whole log: 0 when it verifies. */
static int verify(void *context)
{
    const struct audit_source *from = context;
    struct audit_verify_config config = {.source = from, .log = audit_signer_vkey(rig.signer), .threads = 1};
    struct audit_verify_counts counts;
    int r = audit_verify(&config, &counts);
    if (r < 0)
        return r;
    torture_assert(counts.faults > 0 || counts.entries == memory_store_size(rig.memory));
    return counts.faults > 0;
}

static int verify_damaged(void *context)
{
    memory_store_spoil_leaf(rig.memory, 3);
    int r = verify(context);
    memory_store_spoil_leaf(rig.memory, 3);
    torture_assert(r != 0);
    return r != 1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void) info, (void) type, (void) ftw;
    return remove(path);
}

static int export(void *context)
{
    (void) context;
    struct audit_export_config config = {
        .store = &rig.store, .log = audit_signer_vkey(rig.signer), .folder = folder};
    uint64_t size;
    int error;
    struct audit_folder *exported;
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    enum audit_export result = audit_export_write(&config, &size, &error);
    torture_assert(result == AUDIT_EXPORT_DONE || result == AUDIT_EXPORT_FAILED || result == AUDIT_EXPORT_BROKEN);
    if (result != AUDIT_EXPORT_DONE)
        return 1;
    int r = audit_folder_new(folder, &exported);
    if (r < 0)
        return r;
    struct audit_source from = audit_source_folder(exported);
    r = verify(&from);
    audit_folder_free(exported);
    return r;
}

/* A writer of the rig's log that starts, appends one record, proves it and stops. */
static int writer(void *context)
{
    static unsigned number = 1000;
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer texts = {.max = AUDIT_PROOF_TEXT_MAX};
    struct audit_writer *made;
    int r = audit_writer_new(&rig.config, &made);
    if (r < 0)
        return r;
    enum audit_start start = audit_writer_start(made);
    if (start != AUDIT_START_READY) {
        audit_writer_free(made);
        /* BROKEN: a signature that could not be looked at, of the head or in the file, is not taken as right. */
        torture_assert(start == AUDIT_START_UNAVAILABLE || start == AUDIT_START_BROKEN ||
                       start == AUDIT_START_HIGH_WATER_BROKEN);
        return 1;
    }
    char leaf_text[32];
    struct audit_record record;
    snprintf(leaf_text, sizeof(leaf_text), "leaf %u", number++);
    struct base_bytes bytes = base_bytes_text(leaf_text);
    audit_record_init(&record, bytes, NULL, 0, NULL, NULL);
    enum audit_outcome outcome = audit_writer_append_wait(made, &record);
    size_t count = memory_store_count(rig.memory, bytes);
    torture_assert(outcome == AUDIT_OUTCOME_UNKNOWN || count == (outcome == AUDIT_OUTCOME_DURABLE ? 1 : 0));
    r = outcome == AUDIT_OUTCOME_DURABLE ? 0 : 1;
    if (r == 0) {
        torture_assert(base_bytes_equal(memory_store_leaf(rig.memory, record.index), bytes));
        r = audit_writer_proofs(made, &record.index, &bytes, 1, &texts);
    }
    if (r == 0) {
        struct audit_proof read;
        struct audit_checkpoint checkpoint;
        if (audit_proof_verify(base_buffer_view(&texts), audit_signer_vkey(rig.signer), &record.entry.leaf_hash, &read,
                               &checkpoint) != AUDIT_PROOF_CHECK_RIGHT)
            r = 1;
    }
    audit_writer_free(made);
    return r;
}

static void leaf_append(struct base_buffer *bytes)
{
    struct audit_record record;
    audit_record_init(&record, base_buffer_view(bytes), NULL, 0, NULL, NULL);
    ck_assert_int_eq(audit_writer_append_wait(rig.writer, &record), AUDIT_OUTCOME_DURABLE);
}

/* 200 answered requests, delivered: a log of more than two tiles. */
static void log_fill(void)
{
    struct base_buffer bytes = {.max = AUDIT_LEAF_MAX};
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    for (unsigned i = 0; i < 200; i++) {
        leaves_request(i, &bytes);
        leaf_append(&bytes);
        struct audit_hash request = audit_hash_leaf(base_buffer_view(&bytes));
        base_buffer_reset(&bytes);
        leaves_conclusion(AUDIT_KIND_QUERY_RESULT, i, &request, &bytes);
        leaf_append(&bytes);
        base_buffer_reset(&bytes);
        leaves_conclusion(AUDIT_KIND_QUERY_DELIVERED, i, &request, &bytes);
        leaf_append(&bytes);
        base_buffer_reset(&bytes);
    }
    rig_stop(&rig);
    base_buffer_clear(&bytes);
    base_buffer_append(&expected, memory_store_leaf(rig.memory, INDEX));
    base_buffer_append(&other, memory_store_leaf(rig.memory, INDEX + 1));
}

START_TEST(all)
{
    char path[128];
    bool forged = true, genuine = false;
    base_buffer_init(&expected, AUDIT_LEAF_MAX);
    base_buffer_init(&other, AUDIT_LEAF_MAX);
    rig_init(&rig);
    snprintf(path, sizeof(path), "%s/key", rig.folder);
    snprintf(folder, sizeof(folder), "%s/export", rig.folder);
    torture_failing("leaf", leaf, NULL);
    torture_failing("event", event, NULL);
    torture_run("note", note, &genuine);
    torture_run("forged note", note, &forged);
    torture_run("key file", key_file, path);
    unlink(path);
    log_fill();
    source = audit_source_store(&rig.store);
    torture_run("proof", proof, NULL);
    torture_run("verify", verify, &source);
    torture_run("verify a damaged log", verify_damaged, &source);
    torture_run("export", export, NULL);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    torture_run("writer", writer, NULL);
    base_buffer_clear(&expected);
    base_buffer_clear(&other);
    rig_clear(&rig);
}
END_TEST

/* Before OpenSSL's first allocation. */
static __attribute__((constructor)) void hook(void)
{
    CRYPTO_set_mem_functions(torture_crypto_malloc, torture_crypto_realloc, torture_crypto_free);
}

CHECK_MAIN("allocations of audit/ that fail", all)
