/* Proves: a whole log verifies from the store and from its exported folder; every kind of damage to any file or stored
 * row is found and named, and none goes unseen; a request is concluded once and only once, and only an answered one is
 * told of as delivered or undelivered; an export is continued,
 * never published over another log; proofs made from a folder verify. */
#include "audit/checkpoint.h"
#include "audit/export.h"
#include "audit/proof.h"
#include "audit/verify.h"
#include "base/file.h"
#include "tests/check_main.h"
#include "tests/unit/audit/leaves.h"
#include "tests/unit/audit/memory_tree.h"
#include "tests/unit/audit/rig.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct faults {
    size_t counts[AUDIT_FAULT_SOURCE + 1];
    size_t all;
    uint64_t last_index;
    unsigned last_level;
};

static void fault_count(void *context, enum audit_fault fault, unsigned level, uint64_t index, const char *detail)
{
    struct faults *faults = context;
    (void) detail;
    ck_assert_ptr_nonnull(audit_fault_text(fault));
    faults->counts[fault]++;
    faults->all++;
    faults->last_index = index;
    faults->last_level = level;
}

static struct audit_verify_counts verify_known(const struct rig *rig, const struct audit_source *source,
                                               struct base_bytes known, struct faults *faults)
{
    struct audit_verify_counts counts;
    *faults = (struct faults){.all = 0};
    struct audit_verify_config config = {
        .source = source,
        .log = audit_signer_vkey(rig->signer),
        .known = known,
        .fault = fault_count,
        .context = faults,
    };
    ck_assert_int_eq(audit_verify(&config, &counts), 0);
    ck_assert_uint_eq(counts.faults, faults->all);
    return counts;
}

static struct audit_verify_counts verify(const struct rig *rig, const struct audit_source *source,
                                         struct faults *faults)
{
    return verify_known(rig, source, base_bytes_of(NULL, 0), faults);
}

static void leaf_append(struct rig *rig, struct base_buffer *leaf)
{
    struct audit_record record;
    audit_record_init(&record, base_buffer_view(leaf), NULL, 0, NULL, NULL);
    ck_assert_int_eq(audit_writer_append_wait(rig->writer, &record), AUDIT_OUTCOME_DURABLE);
    base_buffer_reset(leaf);
}

/* Requests number first to end-1, each with a conclusion. */
static void stories_append(struct rig *rig, unsigned first, unsigned end)
{
    struct base_buffer leaf;
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    for (unsigned i = first; i < end; i++) {
        leaves_request(i, &leaf);
        struct audit_hash request = audit_hash_leaf(base_buffer_view(&leaf));
        leaf_append(rig, &leaf);
        if (i % 7 == 0) {
            leaves_conclusion(AUDIT_KIND_QUERY_PENDING, i, &request, &leaf);
            leaf_append(rig, &leaf);
        }
        enum audit_kind conclusion = i % 5 == 0   ? AUDIT_KIND_QUERY_UNKNOWN
                                     : i % 3 == 0 ? AUDIT_KIND_QUERY_WITHHELD
                                                  : AUDIT_KIND_QUERY_RESULT;
        leaves_conclusion(conclusion, i, &request, &leaf);
        leaf_append(rig, &leaf);
        if (i % 10 == 0) {
            leaves_conclusion(AUDIT_KIND_QUERY_SETTLED, i, &request, &leaf);
            leaf_append(rig, &leaf);
            leaves_conclusion(AUDIT_KIND_QUERY_DELIVERED, i, &request, &leaf);
            leaf_append(rig, &leaf);
        }
        if (i % 11 == 0 && conclusion == AUDIT_KIND_QUERY_RESULT) {
            leaves_conclusion(AUDIT_KIND_QUERY_UNDELIVERED, i, &request, &leaf);
            leaf_append(rig, &leaf);
            for (unsigned shown = 0; shown < 2; shown++) {
                leaves_conclusion(AUDIT_KIND_QUERY_DELIVERED, i, &request, &leaf);
                leaf_append(rig, &leaf);
            }
        }
    }
    base_buffer_clear(&leaf);
}

enum { STORIES = 300 };

static void rig_fill(struct rig *rig)
{
    rig_init(rig);
    ck_assert_int_eq(rig_start(rig), AUDIT_START_READY);
    stories_append(rig, 0, STORIES);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void) info, (void) type, (void) ftw;
    return remove(path);
}

static void folder_remove(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static enum audit_export export(struct rig *rig, const char *folder) {
    struct audit_export_config config = {.store = &rig->store, .log = audit_signer_vkey(rig->signer), .folder = folder};
    uint64_t size;
    int error;
    enum audit_export result = audit_export_write(&config, &size, &error);
    if (result == AUDIT_EXPORT_DONE) ck_assert_uint_eq(size, memory_store_size(rig->memory));
    return result;
}

START_TEST(a_whole_log)
{
    struct rig rig;
    struct faults faults;
    rig_fill(&rig);
    struct audit_source source = audit_source_store(&rig.store);
    struct audit_verify_counts counts = verify(&rig, &source, &faults);
    ck_assert_uint_eq(faults.all, 0);
    ck_assert_uint_eq(counts.entries, memory_store_size(rig.memory));
    ck_assert_uint_eq(counts.requests, STORIES);
    ck_assert_uint_eq(counts.unknown, 60);
    ck_assert_uint_eq(counts.withheld, 80);
    ck_assert_uint_eq(counts.results, 160);
    ck_assert_uint_eq(counts.pending, 43);
    ck_assert_uint_eq(counts.undelivered, 14);
    ck_assert_uint_eq(counts.delivered, 28 + 30);
    ck_assert_uint_eq(counts.settled, 30);
    ck_assert_uint_eq(counts.others, 1);
    ck_assert_uint_eq(counts.tiles, counts.entries / 256);
    ck_assert_uint_eq(counts.unfinished, 0);
    rig_clear(&rig);
}
END_TEST

START_TEST(stories_that_do_not_fit)
{
    static const struct {
        enum audit_kind kinds[4]; /* OTHER ends the story */
        enum audit_fault fault;
        size_t count;
    } stories[] = {
        {{AUDIT_KIND_QUERY_REQUEST}, AUDIT_FAULT_UNFINISHED, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_PENDING}, AUDIT_FAULT_UNFINISHED, 1},
        {{AUDIT_KIND_QUERY_RESULT}, AUDIT_FAULT_CONCLUSION, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_RESULT, AUDIT_KIND_QUERY_RESULT}, AUDIT_FAULT_CONCLUSION, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_RESULT, AUDIT_KIND_QUERY_UNKNOWN}, AUDIT_FAULT_CONCLUSION, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_WITHHELD, AUDIT_KIND_QUERY_PENDING}, AUDIT_FAULT_CONCLUSION, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_UNDELIVERED, AUDIT_KIND_QUERY_RESULT}, AUDIT_FAULT_DELIVERY, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_DELIVERED, AUDIT_KIND_QUERY_RESULT}, AUDIT_FAULT_DELIVERY, 1},
        {{AUDIT_KIND_QUERY_DELIVERED}, AUDIT_FAULT_DELIVERY, 1},
        {{AUDIT_KIND_QUERY_UNDELIVERED}, AUDIT_FAULT_DELIVERY, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_WITHHELD, AUDIT_KIND_QUERY_DELIVERED}, AUDIT_FAULT_DELIVERY, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_UNKNOWN, AUDIT_KIND_QUERY_DELIVERED}, AUDIT_FAULT_DELIVERY, 1},
        {{AUDIT_KIND_QUERY_SETTLED}, AUDIT_FAULT_SETTLED, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_SETTLED, AUDIT_KIND_QUERY_UNKNOWN}, AUDIT_FAULT_SETTLED, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_RESULT, AUDIT_KIND_QUERY_SETTLED}, AUDIT_FAULT_SETTLED, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_UNKNOWN, AUDIT_KIND_QUERY_SETTLED, AUDIT_KIND_QUERY_SETTLED}, AUDIT_FAULT_SETTLED, 1},
        {{AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_REQUEST, AUDIT_KIND_QUERY_RESULT}, AUDIT_FAULT_KEY_TWICE, 1},
    };
    struct base_buffer leaf;
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(stories); i++) {
        struct rig rig;
        struct faults faults;
        rig_init(&rig);
        ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
        leaves_request(1, &leaf);
        struct audit_hash request = audit_hash_leaf(base_buffer_view(&leaf));
        base_buffer_reset(&leaf);
        for (size_t j = 0; j < 4 && stories[i].kinds[j] != AUDIT_KIND_OTHER; j++) {
            if (stories[i].kinds[j] == AUDIT_KIND_QUERY_REQUEST)
                leaves_request(1, &leaf);
            else
                leaves_conclusion(stories[i].kinds[j], 1, &request, &leaf);
            leaf_append(&rig, &leaf);
        }
        struct audit_source source = audit_source_store(&rig.store);
        verify(&rig, &source, &faults);
        ck_assert_msg(faults.counts[stories[i].fault] == stories[i].count && faults.all == stories[i].count,
                      "story %zu: %zu faults", i, faults.all);
        rig_clear(&rig);
    }
    base_buffer_clear(&leaf);
}
END_TEST

/* A result is an answer only by its outcome; the fault is told with the index of the record that speaks of it. */
START_TEST(delivery_of_a_failure)
{
    struct rig rig;
    struct faults faults;
    struct base_buffer leaf;
    uint8_t id[BASE_UUID_BYTES];
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    stories_append(&rig, 0, 20);
    struct audit_leaf_query query = leaves_query(21, id);
    leaves_request(21, &leaf);
    struct audit_hash request = audit_hash_leaf(base_buffer_view(&leaf));
    leaf_append(&rig, &leaf);
    struct audit_leaf_conclusion failure = {
        .at_us = LEAVES_AT_US, .key = query.key, .request = &request, .outcome = "registry-timeout"};
    ck_assert_int_eq(audit_leaf_conclusion_encode(AUDIT_KIND_QUERY_RESULT, &failure, &leaf), 0);
    leaf_append(&rig, &leaf);
    uint64_t index = memory_store_size(rig.memory);
    leaves_conclusion(AUDIT_KIND_QUERY_DELIVERED, 21, &request, &leaf);
    leaf_append(&rig, &leaf);
    stories_append(&rig, 30, 40);
    struct audit_source source = audit_source_store(&rig.store);
    verify(&rig, &source, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_DELIVERY] == 1 && faults.all == 1 && faults.last_index == index);
    base_buffer_clear(&leaf);
    rig_clear(&rig);
}
END_TEST

START_TEST(damage_in_the_store)
{
    struct rig rig;
    struct faults faults;
    rig_fill(&rig);
    struct audit_source source = audit_source_store(&rig.store);
    for (uint64_t index = 0; index < memory_store_size(rig.memory); index += 97) {
        memory_store_spoil_leaf(rig.memory, index);
        verify(&rig, &source, &faults);
        ck_assert_uint_eq(faults.counts[AUDIT_FAULT_ROOT], 1);
        memory_store_spoil_leaf(rig.memory, index);
    }
    memory_store_spoil_tile(rig.memory, 0, 1);
    verify(&rig, &source, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_TILE] == 1 && faults.all == 1 && faults.last_index == 1);
    memory_store_spoil_tile(rig.memory, 0, 1);

    struct audit_head head, changed;
    ck_assert_int_eq(rig.store.head_read(rig.store.context, &head), 0);
    changed = head;
    changed.checkpoint[40] ^= 1;
    memory_store_head_set(rig.memory, &changed);
    verify(&rig, &source, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_CHECKPOINT] == 1 && faults.all == 1);
    memory_store_head_set(rig.memory, &head);

    /* Entries that are gone: the checkpoint is longer than what is there. */
    ck_assert_int_eq(audit_checkpoint_sign(rig.signer, head.size + 5, &head.root, &changed), 0);
    memory_store_head_set(rig.memory, &changed);
    verify(&rig, &source, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_ENTRY_MISSING] == 1 && faults.counts[AUDIT_FAULT_ROOT] == 1);
    memory_store_head_set(rig.memory, &head);
    verify(&rig, &source, &faults);
    ck_assert_uint_eq(faults.all, 0);
    rig_clear(&rig);
}
END_TEST

START_TEST(a_checkpoint_known_before)
{
    struct rig rig, other;
    struct faults faults;
    struct audit_head known;
    rig_init(&rig);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    stories_append(&rig, 0, 10);
    ck_assert_int_eq(audit_writer_head_read(rig.writer, &known), 0);
    struct base_bytes note = base_bytes_of(known.checkpoint, known.checkpoint_len);
    stories_append(&rig, 10, 20);
    struct audit_source source = audit_source_store(&rig.store);
    verify_known(&rig, &source, note, &faults);
    ck_assert_uint_eq(faults.all, 0);

    rig_init(&other);
    ck_assert_int_eq(rig_start(&other), AUDIT_START_READY);
    stories_append(&other, 40, 42);
    source = audit_source_store(&other.store);
    verify_known(&other, &source, note, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_SHORTER] == 1 && faults.all == 1);
    stories_append(&other, 42, 60);
    verify_known(&other, &source, note, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_SHORTER] == 1 && faults.all == 1);
    known.checkpoint[5] ^= 1;
    verify_known(&other, &source, note, &faults);
    ck_assert(faults.counts[AUDIT_FAULT_CHECKPOINT] == 1 && faults.all == 1);
    rig_clear(&rig);
    rig_clear(&other);
}
END_TEST

/* The file whose turn it is to be damaged. */
static char damaged[256][256];
static size_t damaged_count;

static int file_note(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void) info, (void) ftw;
    if (type == FTW_F && damaged_count < BASE_ARRAY_LENGTH(damaged))
        snprintf(damaged[damaged_count++], sizeof(damaged[0]), "%s", path);
    return 0;
}

static void file_change(const char *path, long offset)
{
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    fseek(file, offset, SEEK_SET);
    int c = fgetc(file);
    fseek(file, offset, SEEK_SET);
    fputc(c ^ 1, file);
    fclose(file);
}

START_TEST(damage_to_any_exported_file)
{
    struct rig rig;
    struct faults faults;
    struct audit_folder *folder;
    char path[128];
    rig_fill(&rig);
    snprintf(path, sizeof(path), "%s/export", rig.folder);
    ck_assert_int_eq(audit_folder_new(path, &folder), -ENOENT);
    ck_assert_int_eq(export(&rig, path), AUDIT_EXPORT_DONE);
    ck_assert_int_eq(audit_folder_new(path, &folder), 0);
    struct audit_source source = audit_source_folder(folder);
    struct audit_verify_counts counts = verify(&rig, &source, &faults);
    ck_assert_uint_eq(faults.all, 0);
    ck_assert_uint_eq(counts.entries, memory_store_size(rig.memory));
    ck_assert_uint_eq(counts.tiles, 4); /* two full ones and a partial of level 0, one partial of level 1 */

    damaged_count = 0;
    nftw(path, file_note, 8, FTW_PHYS);
    ck_assert_uint_eq(damaged_count, 8); /* checkpoint, four tiles, three bundles */
    for (size_t i = 0; i < damaged_count; i++) {
        struct stat info;
        ck_assert_int_eq(stat(damaged[i], &info), 0);
        for (long part = 0; part < 20; part++) {
            long offset = (long) (info.st_size - 1) * part / 19;
            file_change(damaged[i], offset);
            verify(&rig, &source, &faults);
            ck_assert_msg(faults.all > 0, "%s at %ld", damaged[i], offset);
            file_change(damaged[i], offset);
        }
        char away[300];
        snprintf(away, sizeof(away), "%.255s.away", damaged[i]);
        ck_assert_int_eq(rename(damaged[i], away), 0);
        verify(&rig, &source, &faults);
        ck_assert_msg(faults.all > 0, "%.255s.away", damaged[i]);
        ck_assert_int_eq(rename(away, damaged[i]), 0);
        ck_assert_int_eq(truncate(damaged[i], info.st_size - 1), 0);
        verify(&rig, &source, &faults);
        ck_assert_msg(faults.all > 0, "%s cut", damaged[i]);
        ck_assert_int_eq(truncate(damaged[i], info.st_size + 1), 0);
        verify(&rig, &source, &faults);
        ck_assert_msg(faults.all > 0, "%s longer", damaged[i]);
        folder_remove(path);
        ck_assert_int_eq(export(&rig, path), AUDIT_EXPORT_DONE);
    }
    verify(&rig, &source, &faults);
    ck_assert_uint_eq(faults.all, 0);
    audit_folder_free(folder);
    folder_remove(path);
    rig_clear(&rig);
}
END_TEST

START_TEST(exports_go_on)
{
    struct rig rig, other;
    struct faults faults;
    struct audit_folder *folder;
    char path[128];
    rig_init(&rig);
    snprintf(path, sizeof(path), "%s/export", rig.folder);
    ck_assert_int_eq(export(&rig, path), AUDIT_EXPORT_EMPTY);
    ck_assert_int_eq(rig_start(&rig), AUDIT_START_READY);
    unsigned done = 0;
    static const unsigned ends[] = {3, 3, 110, 120, 250, 400};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(ends); i++) {
        stories_append(&rig, done, ends[i]);
        done = ends[i];
        ck_assert_int_eq(export(&rig, path), AUDIT_EXPORT_DONE);
        ck_assert_int_eq(audit_folder_new(path, &folder), 0);
        struct audit_source source = audit_source_folder(folder);
        struct audit_verify_counts counts = verify(&rig, &source, &faults);
        ck_assert_uint_eq(faults.all, 0);
        ck_assert_uint_eq(counts.size, memory_store_size(rig.memory));
        audit_folder_free(folder);
    }

    /* Another history of the same log may not be put over it, whether shorter or longer. */
    rig_init(&other);
    ck_assert_int_eq(rig_start(&other), AUDIT_START_READY);
    stories_append(&other, 1000, 1003);
    ck_assert_int_eq(export(&other, path), AUDIT_EXPORT_FOREIGN);
    stories_append(&other, 1003, 1500);
    ck_assert_int_eq(export(&other, path), AUDIT_EXPORT_FOREIGN);
    ck_assert_int_eq(audit_folder_new(path, &folder), 0);
    struct audit_source source = audit_source_folder(folder);
    struct base_buffer note;
    base_buffer_init(&note, AUDIT_NOTE_MAX);
    ck_assert_int_eq(source.checkpoint_read(source.context, &note), 0);
    struct audit_head head;
    ck_assert_int_eq(audit_writer_head_read(rig.writer, &head), 0);
    ck_assert(base_bytes_equal(base_buffer_view(&note), base_bytes_of(head.checkpoint, head.checkpoint_len)));
    base_buffer_clear(&note);
    audit_folder_free(folder);
    folder_remove(path);

    /* A broken log is not published. */
    memory_store_spoil_leaf(other.memory, 5);
    ck_assert_int_eq(export(&other, path), AUDIT_EXPORT_BROKEN);
    char checkpoint[160];
    snprintf(checkpoint, sizeof(checkpoint), "%s/checkpoint", path);
    ck_assert_int_eq(access(checkpoint, F_OK), -1);
    folder_remove(path);
    rig_clear(&rig);
    rig_clear(&other);
}
END_TEST

static void check_proofs(struct rig *rig, const struct audit_source *source)
{
    uint64_t size = memory_store_size(rig->memory);
    struct base_buffer text;
    base_buffer_init(&text, AUDIT_PROOF_TEXT_MAX);
    for (uint64_t index = 0; index < size; index += 41) {
        base_buffer_reset(&text);
        ck_assert_int_eq(audit_source_prove(source, audit_signer_vkey(rig->signer), index, &text), 0);
        struct audit_hash hash = audit_hash_leaf(memory_store_leaf(rig->memory, index));
        struct audit_proof proof;
        struct audit_checkpoint checkpoint;
        ck_assert_int_eq(
            audit_proof_verify(base_buffer_view(&text), audit_signer_vkey(rig->signer), &hash, &proof, &checkpoint),
            AUDIT_PROOF_CHECK_RIGHT);
        ck_assert_uint_eq(proof.index, index);
    }
    base_buffer_reset(&text);
    ck_assert_int_eq(audit_source_prove(source, audit_signer_vkey(rig->signer), size, &text), AUDIT_STORE_NONE);
    base_buffer_clear(&text);
}

START_TEST(proofs_from_a_source)
{
    struct rig rig;
    struct audit_folder *folder;
    char path[128];
    rig_fill(&rig);
    snprintf(path, sizeof(path), "%s/export", rig.folder);
    ck_assert_int_eq(export(&rig, path), AUDIT_EXPORT_DONE);
    ck_assert_int_eq(audit_folder_new(path, &folder), 0);
    struct audit_source source = audit_source_folder(folder);
    check_proofs(&rig, &source);
    audit_folder_free(folder);
    folder_remove(path);
    source = audit_source_store(&rig.store);
    check_proofs(&rig, &source);
    memory_store_spoil_tile(rig.memory, 0, 0);
    struct base_buffer text;
    base_buffer_init(&text, AUDIT_PROOF_TEXT_MAX);
    ck_assert_int_eq(audit_source_prove(&source, audit_signer_vkey(rig.signer), 3, &text), -EBADMSG);
    base_buffer_clear(&text);
    rig_clear(&rig);
}
END_TEST

CHECK_MAIN("audit/verify", a_whole_log, stories_that_do_not_fit, delivery_of_a_failure, damage_in_the_store, a_checkpoint_known_before,
           damage_to_any_exported_file, exports_go_on, proofs_from_a_source)
