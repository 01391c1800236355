/* What the log costs without its database: hashing, leaves, signatures, proofs, the writer over a store in memory (the
 * upper bound of appends), and the verification of an exported log. Peers in the same run: OpenSSL's EVP interface for
 * hashes, jansson for leaves.
 *
 * usage: bench_audit FOLDER [ENTRIES (200000)] */
#include "audit/export.h"
#include "audit/proof.h"
#include "audit/tree.h"
#include "audit/verify.h"
#include "audit/writer.h"
#include "tests/unit/audit/leaves.h"
#include "tests/unit/audit/memory_store.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REQUESTERS = 64 };

static void die(const char *what)
{
    fprintf(stderr, "bench_audit: %s\n", what);
    exit(1);
}

static double seconds(void)
{
    return (double) base_clock_monotonic_us() / 1e6;
}

static double cpu_seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double) at.tv_sec + (double) at.tv_nsec / 1e9;
}

/* Calls per second of CPU time, by which a busy machine disturbs less. */
static double rate(void (*call)(void *context), void *context, unsigned times)
{
    double begin = cpu_seconds();
    for (unsigned i = 0; i < times; i++)
        call(context);
    return times / (cpu_seconds() - begin);
}

static void node_hash(void *context)
{
    struct audit_hash *hashes = context;
    hashes[0] = audit_hash_node(&hashes[0], &hashes[1]);
}

struct evp {
    EVP_MD *md;
    EVP_MD_CTX *context;
    uint8_t input[65];
};

static void node_hash_evp(void *context)
{
    struct evp *evp = context;
    EVP_DigestInit_ex2(evp->context, evp->md, NULL);
    EVP_DigestUpdate(evp->context, evp->input, sizeof(evp->input));
    EVP_DigestFinal_ex(evp->context, evp->input + 1, NULL);
}

static void tree_append(void *context)
{
    static const struct audit_hash hash = {{1}};
    audit_tree_append(context, &hash, NULL, NULL);
}

static void leaf_encode(void *context)
{
    base_buffer_reset(context);
    leaves_request(1, context);
}

static void leaf_parse(void *context)
{
    struct audit_leaf_view view;
    if (audit_leaf_parse(base_buffer_view(context), &view) != 0)
        die("leaf");
}

static void leaf_parse_jansson(void *context)
{
    const struct base_buffer *leaf = context;
    json_t *json = json_loadb((const char *) leaf->data, leaf->len, JSON_REJECT_DUPLICATES, NULL);
    char *again = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!again || strlen(again) != leaf->len || memcmp(again, leaf->data, leaf->len) != 0)
        die("leaf by jansson");
    free(again);
    json_decref(json);
}

static void checkpoint_sign(void *context)
{
    struct audit_head head;
    static const struct audit_hash root = {{1}};
    if (audit_checkpoint_sign(context, 12345678, &root, &head) != 0)
        die("sign");
}

static void pieces_run(const struct audit_signer *signer)
{
    struct audit_hash hashes[2] = {{{1}}, {{2}}};
    struct evp evp = {.md = EVP_MD_fetch(NULL, "SHA256", NULL), .context = EVP_MD_CTX_new()};
    struct audit_tree *tree;
    struct base_buffer leaf;
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    if (!evp.md || !evp.context || audit_tree_new(&tree) != 0)
        die("memory");
    double plain = rate(node_hash, hashes, 1000000), peer = rate(node_hash_evp, &evp, 1000000);
    printf("node hashes          %10.0f /s   %.2f x EVP with a kept context (%.0f /s)\n", plain, plain / peer, peer);
    printf("tree appends         %10.0f /s\n", rate(tree_append, tree, 1000000));
    printf("checkpoints signed   %10.0f /s\n", rate(checkpoint_sign, (void *) (uintptr_t) signer, 5000));
    double encoded = rate(leaf_encode, &leaf, 50000);
    printf("leaves written       %10.0f /s   %zu bytes each, each read back\n", encoded, leaf.len);
    plain = rate(leaf_parse, &leaf, 100000);
    peer = rate(leaf_parse_jansson, &leaf, 10000);
    printf("leaves read          %10.0f /s   %.1f x jansson's read and write (%.0f /s)\n", plain, plain / peer, peer);
    EVP_MD_free(evp.md);
    EVP_MD_CTX_free(evp.context);
    audit_tree_free(tree);
    base_buffer_clear(&leaf);
}

/* A requester: a request, then its result, over and over. */
struct requester {
    struct audit_record record;
    struct base_buffer leaf;
    bool is_result;
    unsigned number;
    struct load *load;
};

struct load {
    struct audit_writer *writer;
    struct requester requesters[REQUESTERS];
    _Atomic unsigned next_number;
    _Atomic size_t running;
    uint64_t entries;
};

static void requester_next(struct requester *requester);

static void record_done(struct audit_record *record, enum audit_outcome outcome)
{
    struct requester *requester = record->owner;
    if (outcome != AUDIT_OUTCOME_DURABLE)
        die("append");
    if (!requester->is_result && record->index >= requester->load->entries) {
        atomic_fetch_sub(&requester->load->running, 1);
        return;
    }
    requester_next(requester);
}

static void requester_next(struct requester *requester)
{
    struct audit_hash request = requester->record.entry.leaf_hash;
    base_buffer_reset(&requester->leaf);
    if (requester->is_result) {
        leaves_conclusion(AUDIT_KIND_QUERY_RESULT, requester->number, &request, &requester->leaf);
    } else {
        requester->number = atomic_fetch_add(&requester->load->next_number, 1);
        leaves_request(requester->number, &requester->leaf);
    }
    requester->is_result = !requester->is_result;
    audit_record_init(&requester->record, base_buffer_view(&requester->leaf), NULL, 0, record_done, requester);
    if (audit_writer_append(requester->load->writer, &requester->record) != 0)
        die("queue");
}

static void load_run(struct audit_writer *writer, uint64_t entries)
{
    static struct load load;
    load.writer = writer;
    load.entries = entries;
    atomic_store(&load.running, REQUESTERS);
    double begin = seconds(), cpu = cpu_seconds();
    for (size_t i = 0; i < REQUESTERS; i++) {
        load.requesters[i].load = &load;
        base_buffer_init(&load.requesters[i].leaf, AUDIT_LEAF_MAX);
        requester_next(&load.requesters[i]);
    }
    while (atomic_load(&load.running) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    struct audit_writer_status status;
    audit_writer_status_read(writer, &status);
    printf("appends, %d at once  %10.0f /s   %.1f us of CPU each, leaves made by the writer's thread, store in memory; "
           "%.0f a batch\n",
           REQUESTERS, (double) status.size / (seconds() - begin), (cpu_seconds() - cpu) * 1e6 / (double) status.size,
           (double) status.records / (double) status.batches);
}

struct proving {
    struct audit_writer *writer;
    uint64_t index, back;
};

static void proofs_make(void *context)
{
    struct proving *proving = context;
    uint64_t indexes[2] = {proving->index - proving->back, proving->index};
    struct base_buffer texts[2];
    base_buffer_init(&texts[0], AUDIT_PROOF_TEXT_MAX);
    base_buffer_init(&texts[1], AUDIT_PROOF_TEXT_MAX);
    if (audit_writer_proofs(proving->writer, indexes, NULL, 2, texts) != 0)
        die("proofs");
    base_buffer_clear(&texts[0]);
    base_buffer_clear(&texts[1]);
}

static void fault_tell(void *context, enum audit_fault fault, unsigned level, uint64_t index, const char *detail)
{
    (void) context, (void) level, (void) detail;
    fprintf(stderr, "entry %llu: %s\n", (unsigned long long) index, audit_fault_text(fault));
}

static void verification_run(const char *name, const struct audit_source *source, const struct audit_signer *signer)
{
    struct audit_verify_counts counts;
    struct audit_verify_config config = {.source = source, .log = audit_signer_vkey(signer), .fault = fault_tell};
    double begin = seconds(), cpu = cpu_seconds();
    if (audit_verify(&config, &counts) != 0 || counts.faults > 0)
        die("verification");
    printf("entries verified     %10.0f /s   from %s, %.1f us of CPU each\n",
           (double) counts.entries / (seconds() - begin), name, (cpu_seconds() - cpu) * 1e6 / (double) counts.entries);
}

int main(int argc, char **argv)
{
    static const uint8_t seed[AUDIT_KEY_BYTES] = {1};
    uint64_t entries = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
    char high_water[4096], folder[4096];
    struct audit_signer *signer;
    struct audit_writer *writer;
    if (argc < 2 || base_clock_zone_init() != 0 || audit_signer_new("qao.example/bench", seed, &signer) != 0)
        die("usage: bench_audit FOLDER [ENTRIES]");
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(high_water, sizeof(high_water), "%s/high-water", argv[1]);
    snprintf(folder, sizeof(folder), "%s/export", argv[1]);
    pieces_run(signer);

    struct memory_store *memory = memory_store_new();
    struct audit_store store = memory_store_audit(memory);
    struct audit_writer_config config = {
        .store = &store, .signer = signer, .high_water_path = high_water, .clock = base_clock_system()};
    if (audit_writer_new(&config, &writer) != 0 || audit_writer_start(writer) != AUDIT_START_READY)
        die("start (is the folder empty?)");
    load_run(writer, entries);
    struct proving proving = {writer, entries - 1, 100};
    printf("receipts (2 proofs)  %10.0f /s   entries of the last moments\n", rate(proofs_make, &proving, 20000));
    proving.back = entries - 1;
    printf("receipts (2 proofs)  %10.0f /s   one of them the log's first entry\n", rate(proofs_make, &proving, 2000));
    audit_writer_free(writer);

    struct audit_export_config exporting = {.store = &store, .log = audit_signer_vkey(signer), .folder = folder};
    uint64_t size;
    int error;
    double begin = seconds();
    if (audit_export_write(&exporting, &size, &error) != AUDIT_EXPORT_DONE)
        die("export");
    printf("entries exported     %10.0f /s\n", (double) size / (seconds() - begin));
    struct audit_source source = audit_source_store(&store);
    verification_run("memory", &source, signer);
    struct audit_folder *exported;
    if (audit_folder_new(folder, &exported) != 0)
        die("folder");
    source = audit_source_folder(exported);
    verification_run("a folder", &source, signer);
    audit_folder_free(exported);
    memory_store_free(memory);
    audit_signer_free(signer);
    return 0;
}
