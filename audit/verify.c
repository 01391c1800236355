/* Workers read, parse and hash chunks of entries in parallel; the caller's thread takes the chunks in order, grows the
 * tree, holds its tiles against the source's, and pairs requests with their conclusions. */
#include "audit/verify.h"

#include "audit/answered.h"
#include "audit/checkpoint.h"
#include "audit/open_requests.h"
#include "audit/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_ENTRIES = 16 * AUDIT_TILE_WIDTH, THREADS_DEFAULT = 2, THREADS_MAX = 64, SLOTS_MAX = 2 * THREADS_MAX };

/* What the caller's thread needs of one entry. */
struct entry {
    struct audit_hash leaf_hash;
    struct audit_hash request; /* of conclusions, .pending and .undelivered */
    enum audit_kind kind;
    bool is_malformed;
    bool is_answer; /* a .result with the outcome "answered", a .settled with "done" */
    bool is_final;  /* a .settled that is not "unknown" */
};

struct chunk {
    bool is_done;
    uint64_t first, count; /* entries read */
    int error;             /* why there are fewer than there should be */
    struct entry *entries;
};

struct verification {
    const struct audit_verify_config *config;
    struct audit_verify_counts *counts;
    uint64_t size, chunk_count;

    pthread_mutex_t mutex; /* of next, consumed, is_ended and the chunks' is_done */
    pthread_cond_t changed;
    uint64_t next, consumed;
    bool is_ended;
    size_t slot_count;
    struct chunk slots[SLOTS_MAX];

    struct audit_tree *tree;
    bool is_tree_broken;
    struct audit_checkpoint checkpoint, known;
    bool has_known;
    struct audit_open_requests open;
    struct audit_answered answered;
    struct audit_answered unknown, settled; /* requests with a .unknown; with a final .settled */
    int error;
};

const char *audit_fault_text(enum audit_fault fault)
{
    switch (fault) {
    case AUDIT_FAULT_CHECKPOINT:
        return "the checkpoint is missing, malformed, of another log or not signed by its key";
    case AUDIT_FAULT_SHORTER:
        return "the log does not continue the checkpoint that is already known";
    case AUDIT_FAULT_ROOT:
        return "the entries do not make the root of the checkpoint";
    case AUDIT_FAULT_TILE:
        return "a tile is missing or is not what the entries make";
    case AUDIT_FAULT_ENTRY_MISSING:
        return "an entry is missing";
    case AUDIT_FAULT_LEAF:
        return "an entry is not a well-formed leaf";
    case AUDIT_FAULT_KEY_TWICE:
        return "a request stands twice";
    case AUDIT_FAULT_CONCLUSION:
        return "a record concludes a request that is not open";
    case AUDIT_FAULT_SETTLED:
        return "a record settles a request that is not unknown, or settled already";
    case AUDIT_FAULT_DELIVERY:
        return "a record speaks of an answer that was not given";
    case AUDIT_FAULT_UNFINISHED:
        return "a request has no conclusion";
    case AUDIT_FAULT_SOURCE:
        return "the log could not be read";
    }
    return "unknown";
}

static void report(struct verification *run, enum audit_fault fault, unsigned level, uint64_t index, const char *detail)
{
    run->counts->faults++;
    if (run->config->fault)
        run->config->fault(run->config->context, fault, level, index, detail);
}

static int entry_visit(void *context, uint64_t index, struct base_bytes leaf)
{
    struct chunk *chunk = context;
    if (index != chunk->first + chunk->count || chunk->count == CHUNK_ENTRIES)
        return -EBADMSG;
    struct entry *entry = &chunk->entries[chunk->count++];
    struct audit_leaf_view view;
    entry->leaf_hash = audit_hash_leaf(leaf);
    entry->is_malformed = audit_leaf_parse(leaf, &view) != 0;
    if (!entry->is_malformed) {
        entry->kind = view.kind;
        entry->request = view.request;
        bool settles = view.kind == AUDIT_KIND_QUERY_SETTLED;
        entry->is_answer = (view.kind == AUDIT_KIND_QUERY_RESULT && base_bytes_equal_text(view.outcome, "answered")) ||
                           (settles && base_bytes_equal_text(view.outcome, "done"));
        entry->is_final = settles && !base_bytes_equal_text(view.outcome, "unknown");
    }
    return 0;
}

static void chunk_read(struct verification *run, struct chunk *chunk, uint64_t number)
{
    const struct audit_source *source = run->config->source;
    chunk->first = number * CHUNK_ENTRIES;
    chunk->count = 0;
    uint64_t end = run->size - chunk->first < CHUNK_ENTRIES ? run->size : chunk->first + CHUNK_ENTRIES;
    chunk->error = source->entries_read(source->context, run->size, chunk->first, end, entry_visit, chunk);
    if (chunk->error == 0 && chunk->first + chunk->count != end)
        chunk->error = -ENODATA;
}

static void *work(void *context)
{
    struct verification *run = context;
    pthread_mutex_lock(&run->mutex);
    for (;;) {
        while (!run->is_ended && run->next < run->chunk_count && run->next >= run->consumed + run->slot_count)
            pthread_cond_wait(&run->changed, &run->mutex);
        if (run->is_ended || run->next >= run->chunk_count)
            break;
        uint64_t number = run->next++;
        struct chunk *chunk = &run->slots[number % run->slot_count];
        pthread_mutex_unlock(&run->mutex);
        chunk_read(run, chunk, number);
        pthread_mutex_lock(&run->mutex);
        chunk->is_done = true;
        pthread_cond_broadcast(&run->changed);
    }
    pthread_mutex_unlock(&run->mutex);
    return NULL;
}

static void tile_compare(struct verification *run, unsigned level, uint64_t index, unsigned width,
                         const struct audit_hash *hashes)
{
    const struct audit_source *source = run->config->source;
    struct audit_hash stored[AUDIT_TILE_WIDTH];
    int r = source->tile_read(source->context, level, index, width, stored);
    run->counts->tiles++;
    if (r == AUDIT_STORE_NONE)
        report(run, AUDIT_FAULT_TILE, level, index, "missing");
    else if (r < 0 && r != -EBADMSG)
        report(run, AUDIT_FAULT_SOURCE, level, index, strerror(-r));
    else if (r < 0 || memcmp(stored, hashes, width * sizeof(*hashes)) != 0)
        report(run, AUDIT_FAULT_TILE, level, index, "different");
}

static void tile_full(void *context, unsigned level, uint64_t index, const struct audit_tile_nodes *nodes)
{
    tile_compare(context, level, index, AUDIT_TILE_WIDTH, nodes->hashes);
}

static void kind_count(struct audit_verify_counts *counts, enum audit_kind kind)
{
    switch (kind) {
    case AUDIT_KIND_QUERY_REQUEST:
        counts->requests++;
        break;
    case AUDIT_KIND_QUERY_REFUSED:
        counts->refused++;
        break;
    case AUDIT_KIND_QUERY_EXPLAINED:
        counts->explained++;
        break;
    case AUDIT_KIND_QUERY_RESULT:
        counts->results++;
        break;
    case AUDIT_KIND_QUERY_WITHHELD:
        counts->withheld++;
        break;
    case AUDIT_KIND_QUERY_UNKNOWN:
        counts->unknown++;
        break;
    case AUDIT_KIND_QUERY_PENDING:
        counts->pending++;
        break;
    case AUDIT_KIND_QUERY_SETTLED:
        counts->settled++;
        break;
    case AUDIT_KIND_QUERY_UNDELIVERED:
        counts->undelivered++;
        break;
    case AUDIT_KIND_QUERY_DELIVERED:
        counts->delivered++;
        break;
    case AUDIT_KIND_QUERY_INQUIRY:
    case AUDIT_KIND_OTHER:
    case AUDIT_KIND_CONNECTION_REFUSED:
    case AUDIT_KIND_LOG_START:
    case AUDIT_KIND_LOG_HEARTBEAT:
    case AUDIT_KIND_LOG_ARCHIVED:
    case AUDIT_KIND_LOG_KEY:
        counts->others++;
        break;
    }
}

static void conclusion_check(struct verification *run, const struct entry *entry, uint64_t index)
{
    if (audit_open_requests_take(&run->open, &entry->request) != 0)
        report(run, AUDIT_FAULT_CONCLUSION, 0, index, audit_kind_name(entry->kind));
    else if (entry->is_answer)
        run->error = audit_answered_append(&run->answered, &entry->request);
    else if (entry->kind == AUDIT_KIND_QUERY_UNKNOWN)
        run->error = audit_answered_append(&run->unknown, &entry->request);
}

/* Once done or not done is the last word. */
static void settled_check(struct verification *run, const struct entry *entry, uint64_t index)
{
    if (!audit_answered_find(&run->unknown, &entry->request) || audit_answered_find(&run->settled, &entry->request)) {
        report(run, AUDIT_FAULT_SETTLED, 0, index, audit_kind_name(entry->kind));
        return;
    }
    if (entry->is_final)
        run->error = audit_answered_append(&run->settled, &entry->request);
    if (run->error == 0 && entry->is_answer)
        run->error = audit_answered_append(&run->answered, &entry->request);
}

/* Each request is open until its one conclusion; .pending comes before that. .settled comes after .unknown.
 * .undelivered and .delivered speak of an answer, and come after the record that has it. */
static void story_check(struct verification *run, const struct entry *entry, uint64_t index)
{
    if (audit_kind_opens(entry->kind)) {
        int r = audit_open_requests_append(&run->open, &entry->leaf_hash, index);
        if (r == AUDIT_OPEN_REQUEST_TWICE)
            report(run, AUDIT_FAULT_KEY_TWICE, 0, index, NULL);
        else if (r < 0)
            run->error = r;
    } else if (audit_kind_concludes(entry->kind)) {
        conclusion_check(run, entry, index);
    } else if (entry->kind == AUDIT_KIND_QUERY_PENDING) {
        if (!audit_open_requests_find(&run->open, &entry->request))
            report(run, AUDIT_FAULT_CONCLUSION, 0, index, audit_kind_name(entry->kind));
    } else if (entry->kind == AUDIT_KIND_QUERY_SETTLED) {
        settled_check(run, entry, index);
    } else if (entry->kind == AUDIT_KIND_QUERY_UNDELIVERED || entry->kind == AUDIT_KIND_QUERY_DELIVERED) {
        if (!audit_answered_find(&run->answered, &entry->request))
            report(run, AUDIT_FAULT_DELIVERY, 0, index, audit_kind_name(entry->kind));
    }
}

static void entry_take(struct verification *run, const struct entry *entry, uint64_t index)
{
    run->counts->entries++;
    if (entry->is_malformed) {
        report(run, AUDIT_FAULT_LEAF, 0, index, NULL);
    } else {
        kind_count(run->counts, entry->kind);
        story_check(run, entry, index);
    }
    if (run->is_tree_broken)
        return;
    audit_tree_append(run->tree, &entry->leaf_hash, tile_full, run);
    if (!run->has_known || run->known.size != index + 1)
        return;
    struct audit_hash root = audit_tree_root(run->tree);
    if (!audit_hash_equal(&root, &run->known.root))
        report(run, AUDIT_FAULT_SHORTER, 0, index, "different history");
}

static void chunk_take(struct verification *run, const struct chunk *chunk)
{
    for (uint64_t i = 0; i < chunk->count && run->error == 0; i++)
        entry_take(run, &chunk->entries[i], chunk->first + i);
    if (chunk->error == 0)
        return;
    enum audit_fault fault = chunk->error == -ENODATA ? AUDIT_FAULT_ENTRY_MISSING : AUDIT_FAULT_SOURCE;
    report(run, fault, 0, chunk->first + chunk->count,
           chunk->error == -EBADMSG ? "malformed bundle" : strerror(chunk->error < 0 ? -chunk->error : EIO));
    run->is_tree_broken = true;
}

static void chunks_take(struct verification *run)
{
    for (uint64_t number = 0; number < run->chunk_count && run->error == 0; number++) {
        struct chunk *chunk = &run->slots[number % run->slot_count];
        pthread_mutex_lock(&run->mutex);
        while (!chunk->is_done)
            pthread_cond_wait(&run->changed, &run->mutex);
        chunk->is_done = false;
        pthread_mutex_unlock(&run->mutex);
        chunk_take(run, chunk);
        pthread_mutex_lock(&run->mutex);
        run->consumed++;
        pthread_cond_broadcast(&run->changed);
        pthread_mutex_unlock(&run->mutex);
        if (run->config->progress)
            run->config->progress(run->config->context, chunk->first + chunk->count, run->size);
    }
    pthread_mutex_lock(&run->mutex);
    run->is_ended = true;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->mutex);
}

static int chunks_run(struct verification *run)
{
    unsigned threads = run->config->threads == 0 ? THREADS_DEFAULT : run->config->threads;
    pthread_t ids[THREADS_MAX];
    unsigned started = 0;
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    run->slot_count = 2 * threads;
    for (size_t i = 0; i < run->slot_count; i++) {
        run->slots[i].entries = calloc(CHUNK_ENTRIES, sizeof(struct entry));
        if (!run->slots[i].entries)
            return -ENOMEM;
    }
    while (started < threads && pthread_create(&ids[started], NULL, work, run) == 0)
        started++;
    if (started == 0)
        return -EIO;
    chunks_take(run);
    for (unsigned i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    return run->error;
}

/* After the last entry: root, partial tiles, requests left open. */
static void end_check(struct verification *run)
{
    struct audit_hash root = audit_tree_root(run->tree);
    if (run->is_tree_broken || !audit_hash_equal(&root, &run->checkpoint.root))
        report(run, AUDIT_FAULT_ROOT, 0, run->size, run->is_tree_broken ? "entries are missing" : NULL);
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS && !run->is_tree_broken; level++) {
        unsigned count;
        const struct audit_hash *hashes = audit_tree_open(run->tree, level, &count);
        if (count > 0 && run->config->source->has_partial_tiles)
            tile_compare(run, level, (run->size >> (8 * level)) / AUDIT_TILE_WIDTH, count, hashes);
    }
    run->counts->unfinished = run->open.count;
    for (size_t i = 0; i < run->open.capacity && !run->config->allow_unfinished; i++)
        if (run->open.places[i].is_used)
            report(run, AUDIT_FAULT_UNFINISHED, 0, run->open.places[i].index, NULL);
}

/* The checkpoint and the known one, whose bytes stay in the two buffers. False when nothing more can be verified. */
static bool checkpoints_open(struct verification *run, struct base_buffer *note)
{
    const struct audit_source *source = run->config->source;
    int r = source->checkpoint_read(source->context, note);
    if (r < 0) {
        report(run, AUDIT_FAULT_SOURCE, 0, 0, strerror(-r));
        return false;
    }
    if (r != 0 ||
        audit_checkpoint_verify(base_buffer_view(note), run->config->log, &run->checkpoint) != AUDIT_NOTE_VERIFIED) {
        report(run, AUDIT_FAULT_CHECKPOINT, 0, 0, r != 0 ? "missing" : NULL);
        return false;
    }
    if (run->config->known.len == 0)
        return true;
    run->has_known = audit_checkpoint_verify(run->config->known, run->config->log, &run->known) == AUDIT_NOTE_VERIFIED;
    if (!run->has_known)
        report(run, AUDIT_FAULT_CHECKPOINT, 0, 0, "the known one");
    else if (run->known.size > run->checkpoint.size)
        report(run, AUDIT_FAULT_SHORTER, 0, run->checkpoint.size, NULL);
    return true;
}

static void verification_clear(struct verification *run)
{
    for (size_t i = 0; i < SLOTS_MAX; i++)
        free(run->slots[i].entries);
    audit_tree_free(run->tree);
    audit_open_requests_clear(&run->open);
    audit_answered_clear(&run->answered);
    audit_answered_clear(&run->unknown);
    audit_answered_clear(&run->settled);
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->mutex);
}

int audit_verify(const struct audit_verify_config *config, struct audit_verify_counts *ret_counts)
{
    struct audit_verify_counts counts = {.size = 0};
    BASE_CLEANUP(verification_clear)
    struct verification run = {
        .config = config,
        .counts = &counts,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    BASE_CLEANUP(base_buffer_clear) struct base_buffer note;
    base_buffer_init(&note, AUDIT_NOTE_MAX);
    int r = audit_tree_new(&run.tree);
    if (r < 0)
        return r;
    if (checkpoints_open(&run, &note)) {
        counts.size = run.size = run.checkpoint.size;
        counts.root = run.checkpoint.root;
        run.chunk_count = (run.size + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
        r = run.size > 0 ? chunks_run(&run) : 0;
        if (r == 0)
            end_check(&run);
    }
    if (r == 0)
        *ret_counts = counts;
    return r;
}
