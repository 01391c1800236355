#include "tests/unit/audit/memory_store.h"

#include "audit/tree.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { FAULTS_MAX = 64 };

struct stored_entry {
    uint8_t *leaf;
    size_t len;
    char *claim;
};

struct memory_store {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_connected, is_held, is_waiting;
    struct stored_entry *entries;
    size_t entry_count, entry_capacity;
    struct audit_tile *tiles;
    size_t tile_count, tile_capacity;
    struct audit_head *heads;
    size_t head_count, head_capacity;
    enum memory_fault faults[FAULTS_MAX];
    size_t fault_count, fault_next;
    int connect_fails, connect_error, barrier_fails;
    uint64_t batches;
    /* A batch whose commit comes late. */
    bool has_late;
    struct stored_entry late_entries[AUDIT_BATCH_RECORDS_MAX];
    size_t late_count;
    struct audit_head late_head;
};

#define GROW(array, count, capacity)                                                                                   \
    do {                                                                                                               \
        if ((count) == (capacity)) {                                                                                   \
            (capacity) = (capacity) ? 2 * (capacity) : 64;                                                             \
            (array) = realloc((array), (capacity) * sizeof(*(array)));                                                 \
            if (!(array))                                                                                              \
                abort();                                                                                               \
        }                                                                                                              \
    } while (0)

struct memory_store *memory_store_new(void)
{
    struct memory_store *store = calloc(1, sizeof(*store));
    if (!store)
        abort();
    pthread_mutex_init(&store->mutex, NULL);
    pthread_cond_init(&store->changed, NULL);
    return store;
}

static void entry_free(struct stored_entry *entry)
{
    free(entry->leaf);
    free(entry->claim);
}

void memory_store_free(struct memory_store *store)
{
    for (size_t i = 0; i < store->entry_count; i++)
        entry_free(&store->entries[i]);
    if (store->has_late)
        for (size_t i = 0; i < store->late_count; i++)
            entry_free(&store->late_entries[i]);
    free(store->entries);
    free(store->tiles);
    free(store->heads);
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

static struct stored_entry entry_copy(const struct audit_entry *entry)
{
    const struct memory_beside *beside = entry->beside;
    struct stored_entry copy = {.leaf = malloc(entry->leaf.len), .len = entry->leaf.len};
    if (!copy.leaf)
        abort();
    memcpy(copy.leaf, entry->leaf.data, entry->leaf.len);
    copy.claim = beside && beside->claim ? strdup(beside->claim) : NULL;
    return copy;
}

static void entry_put(struct memory_store *store, struct stored_entry entry)
{
    GROW(store->entries, store->entry_count, store->entry_capacity);
    store->entries[store->entry_count++] = entry;
}

static void head_put(struct memory_store *store, const struct audit_head *head)
{
    GROW(store->heads, store->head_count, store->head_capacity);
    store->heads[store->head_count++] = *head;
}

static uint64_t size_of(const struct memory_store *store)
{
    return store->head_count > 0 ? store->heads[store->head_count - 1].size : 0;
}

static const struct audit_tile *tile_find(const struct memory_store *store, unsigned level, uint64_t index)
{
    for (size_t i = store->tile_count; i > 0; i--)
        if (store->tiles[i - 1].level == level && store->tiles[i - 1].index == index)
            return &store->tiles[i - 1];
    return NULL;
}

static bool is_claimed(const struct memory_store *store, const char *claim)
{
    for (size_t i = 0; i < store->entry_count; i++)
        if (store->entries[i].claim && strcmp(store->entries[i].claim, claim) == 0)
            return true;
    return false;
}

/* The first entry that must be refused. */
static bool refusal_find(const struct memory_store *store, const struct audit_batch *batch,
                         struct audit_commit_result *ret_result)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct memory_beside *beside = batch->entries[i]->beside;
        if (!beside)
            continue;
        bool is_taken = beside->claim && is_claimed(store, beside->claim);
        for (size_t j = 0; !is_taken && beside->claim && j < i; j++) {
            const struct memory_beside *other = batch->entries[j]->beside;
            is_taken = other && other->claim && strcmp(other->claim, beside->claim) == 0;
        }
        if (!is_taken && !beside->is_refused)
            continue;
        *ret_result = (struct audit_commit_result){
            .commit = AUDIT_COMMIT_REFUSED,
            .culprit = beside->is_anonymous ? AUDIT_CULPRIT_UNKNOWN : (long) i,
            .refusal = is_taken ? AUDIT_REFUSAL_CLAIMED : beside->refusal,
        };
        return true;
    }
    return false;
}

/* A batch must be what its entries make of the stored log; a wrong one is the writer's fault and ends the test. */
static void batch_check(const struct memory_store *store, const struct audit_batch *batch)
{
    size_t bytes = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct audit_hash hash = audit_hash_leaf(batch->entries[i]->leaf);
        if (!audit_hash_equal(&hash, &batch->entries[i]->leaf_hash))
            abort();
        bytes += batch->entries[i]->leaf.len + batch->entries[i]->beside_bytes;
    }
    if (batch->count == 0 || batch->count > AUDIT_BATCH_RECORDS_MAX || bytes > AUDIT_BATCH_BYTES_MAX ||
        batch->head->size != batch->prev_size + batch->count || batch->prev_size != size_of(store))
        abort();
    uint64_t full = 0;
    for (unsigned level = 0; level < AUDIT_TREE_LEVELS; level++)
        full += (batch->head->size >> (8 * level) >> 8) - (batch->prev_size >> (8 * level) >> 8);
    if (full != batch->tile_count)
        abort();
}

static void batch_commit(struct memory_store *store, const struct audit_batch *batch)
{
    batch_check(store, batch);
    for (size_t i = 0; i < batch->count; i++)
        entry_put(store, entry_copy(batch->entries[i]));
    for (size_t i = 0; i < batch->tile_count; i++) {
        GROW(store->tiles, store->tile_count, store->tile_capacity);
        store->tiles[store->tile_count++] = batch->tiles[i];
    }
    head_put(store, batch->head);
}

/* Another writer's entry: its head is no head of ours, but has the right form. */
static void foreign_commit(struct memory_store *store)
{
    static const struct audit_entry foreign = {.leaf = {(const uint8_t *) "foreign", 7}};
    struct audit_head head = {.size = size_of(store) + 1, .root = {{0xf0}}};
    entry_put(store, entry_copy(&foreign));
    head_put(store, &head);
}

static void late_commit(struct memory_store *store)
{
    if (!store->has_late)
        return;
    for (size_t i = 0; i < store->late_count; i++)
        entry_put(store, store->late_entries[i]);
    head_put(store, &store->late_head);
    store->has_late = false;
}

static struct audit_commit_result answer(enum audit_commit commit)
{
    return (struct audit_commit_result){.commit = commit, .culprit = AUDIT_CULPRIT_UNKNOWN};
}

static struct audit_commit_result batch_apply(struct memory_store *store, const struct audit_batch *batch,
                                              enum memory_fault fault)
{
    struct audit_commit_result result = answer(AUDIT_COMMIT_DONE);
    if (fault == MEMORY_FAULT_FOREIGN || fault == MEMORY_FAULT_FOREIGN_LOST) {
        foreign_commit(store);
        store->is_connected = fault == MEMORY_FAULT_FOREIGN;
        return answer(fault == MEMORY_FAULT_FOREIGN ? AUDIT_COMMIT_CONFLICT : AUDIT_COMMIT_UNKNOWN);
    }
    if (batch->prev_size != size_of(store))
        return answer(AUDIT_COMMIT_CONFLICT);
    if (fault == MEMORY_FAULT_LOST_BEFORE || fault == MEMORY_FAULT_NOT_SENT) {
        store->is_connected = false;
        return answer(fault == MEMORY_FAULT_NOT_SENT ? AUDIT_COMMIT_NOT_SENT : AUDIT_COMMIT_UNKNOWN);
    }
    if (refusal_find(store, batch, &result))
        return result;
    if (fault == MEMORY_FAULT_LATE) {
        batch_check(store, batch);
        for (size_t i = 0; i < batch->count; i++)
            store->late_entries[i] = entry_copy(batch->entries[i]);
        store->late_count = batch->count;
        store->late_head = *batch->head;
        store->has_late = true;
        return answer(AUDIT_COMMIT_UNKNOWN);
    }
    batch_commit(store, batch);
    if (fault == MEMORY_FAULT_LOST_AFTER)
        store->is_connected = false;
    return answer(fault == MEMORY_FAULT_NONE ? AUDIT_COMMIT_DONE : AUDIT_COMMIT_UNKNOWN);
}

static struct audit_commit_result batch_append(void *context, const struct audit_batch *batch)
{
    struct memory_store *store = context;
    pthread_mutex_lock(&store->mutex);
    while (store->is_held) {
        store->is_waiting = true;
        pthread_cond_broadcast(&store->changed);
        pthread_cond_wait(&store->changed, &store->mutex);
    }
    store->is_waiting = false;
    store->batches++;
    struct audit_commit_result result = answer(AUDIT_COMMIT_NOT_SENT);
    if (store->is_connected) {
        enum memory_fault fault =
            store->fault_next < store->fault_count ? store->faults[store->fault_next++] : MEMORY_FAULT_NONE;
        late_commit(store);
        result = batch_apply(store, batch, fault);
    }
    pthread_mutex_unlock(&store->mutex);
    return result;
}

static int store_connect(void *context)
{
    struct memory_store *store = context;
    pthread_mutex_lock(&store->mutex);
    int r = store->connect_fails > 0 ? store->connect_error : 0;
    if (r < 0)
        store->connect_fails--;
    store->is_connected = r == 0;
    pthread_mutex_unlock(&store->mutex);
    return r;
}

static int head_read(void *context, struct audit_head *ret_head)
{
    struct memory_store *store = context;
    pthread_mutex_lock(&store->mutex);
    int r = !store->is_connected ? -ENOTCONN : store->head_count == 0 ? AUDIT_STORE_NONE : 0;
    if (r == 0)
        *ret_head = store->heads[store->head_count - 1];
    pthread_mutex_unlock(&store->mutex);
    return r;
}

static int barrier(void *context)
{
    struct memory_store *store = context;
    pthread_mutex_lock(&store->mutex);
    int r = !store->is_connected ? -ENOTCONN : store->barrier_fails > 0 ? -EIO : 0;
    if (r == -EIO)
        store->barrier_fails--;
    pthread_mutex_unlock(&store->mutex);
    return r;
}

static int tiles_visit(const struct memory_store *store, uint64_t size, audit_tile_visit *visit, void *context)
{
    for (unsigned level = 0; level + 1 < AUDIT_TREE_LEVELS; level++) {
        uint64_t above = size >> (8 * level) >> 8;
        for (uint64_t index = above - above % AUDIT_TILE_WIDTH; index < above; index++) {
            const struct audit_tile *tile = tile_find(store, level, index);
            int r = tile ? visit(context, tile) : 0;
            if (r != 0)
                return r;
        }
    }
    return 0;
}

static int snapshot_read(void *context, struct audit_head *ret_head, audit_tile_visit *tile_visit,
                         audit_entry_visit *entry_visit, void *visit_context)
{
    struct memory_store *store = context;
    int r = head_read(store, ret_head);
    if (r != 0)
        return r;
    r = tiles_visit(store, ret_head->size, tile_visit, visit_context);
    for (uint64_t i = ret_head->size - ret_head->size % AUDIT_TILE_WIDTH; r == 0 && i < ret_head->size; i++)
        r = i < store->entry_count ? entry_visit(visit_context, i, memory_store_leaf(store, i)) : -ENODATA;
    return r;
}

static int tile_read(void *context, unsigned level, uint64_t index, struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
{
    struct memory_store *store = context;
    pthread_mutex_lock(&store->mutex);
    const struct audit_tile *tile = tile_find(store, level, index);
    if (tile)
        memcpy(ret_hashes, tile->hashes, AUDIT_TILE_BYTES);
    pthread_mutex_unlock(&store->mutex);
    return tile ? 0 : AUDIT_STORE_NONE;
}

static int entries_read(void *context, uint64_t first, uint64_t end, audit_entry_visit *visit, void *visit_context)
{
    struct memory_store *store = context;
    int r = 0;
    for (uint64_t i = first; r == 0 && i < end; i++) {
        pthread_mutex_lock(&store->mutex);
        bool is_there = i < store->entry_count && store->entries[i].leaf;
        struct base_bytes leaf =
            is_there ? base_bytes_of(store->entries[i].leaf, store->entries[i].len) : base_bytes_of(NULL, 0);
        pthread_mutex_unlock(&store->mutex);
        r = is_there ? visit(visit_context, i, leaf) : -ENODATA;
    }
    return r;
}

struct audit_store memory_store_audit(struct memory_store *store)
{
    return (struct audit_store){
        .context = store,
        .batch_append = batch_append,
        .connect = store_connect,
        .head_read = head_read,
        .barrier = barrier,
        .snapshot_read = snapshot_read,
        .tile_read = tile_read,
        .entries_read = entries_read,
    };
}

void memory_store_faults(struct memory_store *store, const enum memory_fault *faults, size_t count)
{
    pthread_mutex_lock(&store->mutex);
    memcpy(store->faults, faults, count * sizeof(*faults));
    store->fault_count = count;
    store->fault_next = 0;
    pthread_mutex_unlock(&store->mutex);
}

void memory_store_connect_fails(struct memory_store *store, int count, int error)
{
    pthread_mutex_lock(&store->mutex);
    store->connect_fails = count;
    store->connect_error = error;
    pthread_mutex_unlock(&store->mutex);
}

void memory_store_barrier_fails(struct memory_store *store, int count)
{
    pthread_mutex_lock(&store->mutex);
    store->barrier_fails = count;
    pthread_mutex_unlock(&store->mutex);
}

void memory_store_hold(struct memory_store *store, bool is_held)
{
    pthread_mutex_lock(&store->mutex);
    store->is_held = is_held;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->mutex);
}

void memory_store_wait_held(struct memory_store *store)
{
    pthread_mutex_lock(&store->mutex);
    while (!store->is_waiting)
        pthread_cond_wait(&store->changed, &store->mutex);
    pthread_mutex_unlock(&store->mutex);
}

uint64_t memory_store_size(struct memory_store *store)
{
    pthread_mutex_lock(&store->mutex);
    uint64_t size = size_of(store);
    pthread_mutex_unlock(&store->mutex);
    return size;
}

uint64_t memory_store_batches(struct memory_store *store)
{
    pthread_mutex_lock(&store->mutex);
    uint64_t batches = store->batches;
    pthread_mutex_unlock(&store->mutex);
    return batches;
}

struct base_bytes memory_store_leaf(struct memory_store *store, uint64_t index)
{
    return base_bytes_of(store->entries[index].leaf, store->entries[index].len);
}

size_t memory_store_count(struct memory_store *store, struct base_bytes leaf)
{
    size_t count = 0;
    pthread_mutex_lock(&store->mutex);
    for (uint64_t i = 0; i < store->entry_count; i++)
        count += base_bytes_equal(memory_store_leaf(store, i), leaf);
    pthread_mutex_unlock(&store->mutex);
    return count;
}

void memory_store_set_back(struct memory_store *store, uint64_t size)
{
    while (store->head_count > 0 && size_of(store) > size)
        store->head_count--;
    if (size_of(store) != size)
        abort();
    while (store->entry_count > size)
        entry_free(&store->entries[--store->entry_count]);
    size_t kept = 0;
    for (size_t i = 0; i < store->tile_count; i++)
        if (store->tiles[i].index < size >> (8 * store->tiles[i].level) >> 8)
            store->tiles[kept++] = store->tiles[i];
    store->tile_count = kept;
}

void memory_store_spoil_leaf(struct memory_store *store, uint64_t index)
{
    store->entries[index].leaf[store->entries[index].len / 2] ^= 1;
}

void memory_store_spoil_tile(struct memory_store *store, unsigned level, uint64_t index)
{
    for (size_t i = 0; i < store->tile_count; i++) {
        if (store->tiles[i].level != level || store->tiles[i].index != index)
            continue;
        store->tiles[i].hash.bytes[0] ^= 1;
        store->tiles[i].hashes[7].bytes[0] ^= 1;
    }
}

void memory_store_head_set(struct memory_store *store, const struct audit_head *head)
{
    store->heads[store->head_count - 1] = *head;
}
