/* One batch: into the store, and no word to anybody before it is durable there. */
#include "audit/writing.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { RESOLVE_PAUSE_MIN_US = 5000, RESOLVE_PAUSE_MAX_US = 200000, RESENDS_MAX = 3 };

void audit_commit_state(struct audit_writer *writer, enum audit_writer_state state)
{
    atomic_store(&writer->state, state);
}

static void answer(struct audit_record *record, enum audit_outcome outcome)
{
    record->done(record, outcome);
}

static void answer_all(struct audit_record **records, size_t count, enum audit_outcome outcome)
{
    for (size_t i = 0; i < count; i++)
        answer(records[i], outcome);
}

static void tile_full(void *context, unsigned level, uint64_t index, const struct audit_tile_nodes *nodes)
{
    struct writing_next *next = context;
    struct audit_tile *tile = &next->tiles[next->tile_count];
    tile->level = level;
    tile->index = index;
    tile->hash = audit_tile_nodes_hash(nodes);
    memcpy(tile->hashes, nodes->hashes, AUDIT_TILE_BYTES);
    next->nodes[next->tile_count] = *nodes;
    next->tile_count++;
}

static int next_build(struct audit_writer *writer, struct audit_record **records, size_t count)
{
    struct writing_next *next = writer->next;
    audit_tree_copy(next->tree, writer->tree);
    next->tile_count = 0;
    for (size_t i = 0; i < count; i++)
        audit_tree_append(next->tree, &records[i]->entry.leaf_hash, tile_full, next);
    struct audit_hash root = audit_tree_root(next->tree);
    return audit_checkpoint_sign(writer->config.signer, audit_tree_size(next->tree), &root, &next->head);
}

/* The store said that next is durable: it becomes the present. False when the high-water file could not be written;
 * then nothing may be acknowledged and the log stays closed, because a later start could not tell a set-back database.
 */
static bool next_adopt(struct audit_writer *writer)
{
    struct writing_next *next = writer->next;
    struct audit_tree *old = writer->tree;
    uint64_t appended = next->head.size - writer->head.size;
    writer->tree = next->tree;
    next->tree = old;
    writer->head = next->head;
    writer->is_unresolved = false;
    if (audit_high_water_write(writer->high_water, &writer->head) < 0) {
        audit_commit_state(writer, AUDIT_WRITER_STATE_STOPPED);
        return false;
    }
    struct audit_edge_tile tiles[WRITING_TILES_MAX];
    for (size_t i = 0; i < next->tile_count; i++)
        tiles[i] = (struct audit_edge_tile){next->tiles[i].level, next->tiles[i].index, &next->nodes[i]};
    audit_edge_publish(writer->edge, writer->tree, &writer->head, tiles, next->tile_count);
    audit_commit_state(writer, AUDIT_WRITER_STATE_RUNNING);
    writer->last_append_us = base_clock_monotonic_us();
    pthread_mutex_lock(&writer->status_mutex);
    writer->status.last_durable_us = base_clock_now_us(&writer->config.clock);
    writer->status.size = writer->head.size;
    writer->status.batches++;
    writer->status.records += appended;
    pthread_mutex_unlock(&writer->status_mutex);
    return true;
}

/* What the store's newest head is to us. */
enum found {
    FOUND_NOTHING = 0, /* it could not be read */
    FOUND_OLD,
    FOUND_NEW,
    FOUND_OTHER, /* another writer's */
};

static bool head_equal(const struct audit_head *a, const struct audit_head *b)
{
    return a->size == b->size && audit_hash_equal(&a->root, &b->root);
}

static enum found head_find(struct audit_writer *writer)
{
    const struct audit_store *store = writer->config.store;
    struct audit_head head = {.size = 0};
    int r = store->head_read(store->context, &head);
    if (r < 0)
        return FOUND_NOTHING;
    if (r == AUDIT_STORE_NONE)
        return writer->head.size == 0 ? FOUND_OLD : FOUND_OTHER;
    if (head_equal(&head, &writer->head))
        return FOUND_OLD;
    return head_equal(&head, &writer->next->head) ? FOUND_NEW : FOUND_OTHER;
}

static void pause_us(int64_t us)
{
    struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    nanosleep(&pause, NULL);
}

/* One try to reach the store and learn what became of next. A head is believed only after a commit of our own on the
 * same connection, which is durable only when everything before it is. */
static enum found resolve_once(struct audit_writer *writer)
{
    const struct audit_store *store = writer->config.store;
    if (store->connect(store->context) < 0)
        return FOUND_NOTHING;
    enum found found = head_find(writer);
    if (found == FOUND_NOTHING || found == FOUND_OTHER)
        return found;
    return store->barrier(store->context) == 0 ? found : FOUND_NOTHING;
}

static enum found resolve(struct audit_writer *writer)
{
    int64_t end_us = base_clock_monotonic_us() + writer->config.resolve_us;
    int64_t pause = RESOLVE_PAUSE_MIN_US;
    enum found found;
    while ((found = resolve_once(writer)) == FOUND_NOTHING && base_clock_monotonic_us() + pause < end_us) {
        pause_us(pause);
        pause = 2 * pause < RESOLVE_PAUSE_MAX_US ? 2 * pause : RESOLVE_PAUSE_MAX_US;
    }
    return found;
}

bool audit_commit_reconnect(struct audit_writer *writer)
{
    if (atomic_load(&writer->state) == AUDIT_WRITER_STATE_STOPPED)
        return false;
    if (!writer->must_connect && !writer->is_unresolved)
        return true;
    enum found found = resolve_once(writer);
    if (found == FOUND_NOTHING) {
        audit_commit_state(writer, AUDIT_WRITER_STATE_UNAVAILABLE);
        return false;
    }
    writer->must_connect = false;
    if (found == FOUND_NEW && writer->is_unresolved)
        return next_adopt(writer);
    if (found != FOUND_OLD) {
        audit_commit_state(writer, AUDIT_WRITER_STATE_STOPPED);
        return false;
    }
    writer->is_unresolved = false;
    audit_commit_state(writer, AUDIT_WRITER_STATE_RUNNING);
    return true;
}

/* How one attempt to append ended. */
enum attempt {
    ATTEMPT_UNKNOWN = 0,
    ATTEMPT_DONE,
    ATTEMPT_REFUSED,
    ATTEMPT_UNAVAILABLE,
};

static enum attempt found_attempt(struct audit_writer *writer, enum found found)
{
    switch (found) {
    case FOUND_NOTHING:
        writer->is_unresolved = true;
        audit_commit_state(writer, AUDIT_WRITER_STATE_UNAVAILABLE);
        return ATTEMPT_UNKNOWN;
    case FOUND_OTHER:
        audit_commit_state(writer, AUDIT_WRITER_STATE_STOPPED);
        return ATTEMPT_UNKNOWN;
    case FOUND_NEW:
        return next_adopt(writer) ? ATTEMPT_DONE : ATTEMPT_UNKNOWN;
    case FOUND_OLD:
        break;
    }
    return ATTEMPT_UNAVAILABLE;
}

static void count_resent(struct audit_writer *writer)
{
    pthread_mutex_lock(&writer->status_mutex);
    writer->status.resent++;
    pthread_mutex_unlock(&writer->status_mutex);
}

/* Surely rolled back, for an entry's sake; unless an earlier try, whose word was lost, had been committed. */
static enum attempt refused_attempt(struct audit_writer *writer, bool is_lost, struct audit_commit_result result,
                                    struct audit_commit_result *ret_result)
{
    enum found found = is_lost ? resolve(writer) : FOUND_OLD;
    if (found != FOUND_OLD)
        return found_attempt(writer, found);
    *ret_result = result;
    return ATTEMPT_REFUSED;
}

/* Surely rolled back, and somebody else writes here: where only our own lost try could be in the way, the head tells. */
static enum attempt conflict_attempt(struct audit_writer *writer, bool is_lost)
{
    enum found found = resolve(writer);
    if (found == FOUND_NEW)
        return found_attempt(writer, found);
    audit_commit_state(writer, AUDIT_WRITER_STATE_STOPPED);
    return is_lost ? ATTEMPT_UNKNOWN : ATTEMPT_UNAVAILABLE;
}

/* Sends next until it is known what became of it, or until time or tries run out. Once one try was lost, every later
 * answer but DONE is checked against the head: what the store refuses then may be our own first try, come through. */
static enum attempt next_send(struct audit_writer *writer, size_t count, struct audit_commit_result *ret_result)
{
    const struct audit_store *store = writer->config.store;
    const struct audit_batch batch = {
        .prev_size = writer->head.size,
        .entries = writer->entries,
        .count = count,
        .tiles = writer->next->tiles,
        .tile_count = writer->next->tile_count,
        .head = &writer->next->head,
    };
    bool is_lost = false;
    for (int tries = 0; tries < RESENDS_MAX; tries++) {
        if (tries > 0)
            count_resent(writer);
        struct audit_commit_result result = store->batch_append(store->context, &batch);
        switch (result.commit) {
        case AUDIT_COMMIT_DONE:
            return next_adopt(writer) ? ATTEMPT_DONE : ATTEMPT_UNKNOWN;
        case AUDIT_COMMIT_REFUSED:
            return refused_attempt(writer, is_lost, result, ret_result);
        case AUDIT_COMMIT_CONFLICT:
            return conflict_attempt(writer, is_lost);
        case AUDIT_COMMIT_UNKNOWN:
            is_lost = true;
            break;
        case AUDIT_COMMIT_NOT_SENT:
            break;
        }
        enum found found = is_lost || tries == 0 ? resolve(writer) : resolve_once(writer);
        if (found == FOUND_NOTHING && !is_lost)
            break;
        if (found != FOUND_OLD)
            return found_attempt(writer, found);
    }
    /* The head is the old one, or nothing was ever sent. What was sent and lost again and again is not called absent.
     */
    writer->must_connect = true;
    audit_commit_state(writer, AUDIT_WRITER_STATE_UNAVAILABLE);
    return is_lost ? ATTEMPT_UNKNOWN : ATTEMPT_UNAVAILABLE;
}

static enum audit_outcome refused_outcome(enum audit_refusal refusal)
{
    switch (refusal) {
    case AUDIT_REFUSAL_CLAIMED:
        return AUDIT_OUTCOME_CLAIMED;
    case AUDIT_REFUSAL_CHANGED:
        return AUDIT_OUTCOME_CHANGED;
    case AUDIT_REFUSAL_POISON:
        break;
    }
    return AUDIT_OUTCOME_POISON;
}

static void refuse(struct audit_writer *writer, struct audit_record *record, enum audit_refusal refusal)
{
    pthread_mutex_lock(&writer->status_mutex);
    writer->status.refused++;
    pthread_mutex_unlock(&writer->status_mutex);
    answer(record, refused_outcome(refusal));
}

static void acknowledge(struct audit_writer *writer, struct audit_record **records, size_t count)
{
    uint64_t first = writer->head.size - count;
    for (size_t i = 0; i < count; i++) {
        records[i]->index = first + i;
        answer(records[i], AUDIT_OUTCOME_DURABLE);
    }
}

/* Appends records as one batch; what the store refuses is taken out, the rest goes on. A batch whose culprit the store
 * cannot name is halved: at most ten levels deep for 1,024 records. */
static void range_append(struct audit_writer *writer, struct audit_record **records, size_t count)
{
    while (count > 0) {
        if (!audit_commit_reconnect(writer) || next_build(writer, records, count) < 0) {
            answer_all(records, count, AUDIT_OUTCOME_UNAVAILABLE);
            return;
        }
        for (size_t i = 0; i < count; i++)
            writer->entries[i] = &records[i]->entry;
        struct audit_commit_result result = {.culprit = AUDIT_CULPRIT_UNKNOWN};
        switch (next_send(writer, count, &result)) {
        case ATTEMPT_DONE:
            acknowledge(writer, records, count);
            return;
        case ATTEMPT_UNKNOWN:
            answer_all(records, count, AUDIT_OUTCOME_UNKNOWN);
            return;
        case ATTEMPT_UNAVAILABLE:
            answer_all(records, count, AUDIT_OUTCOME_UNAVAILABLE);
            return;
        case ATTEMPT_REFUSED:
            break;
        }
        size_t culprit = count == 1 ? 0 : (size_t) result.culprit;
        if (count > 1 && (result.culprit < 0 || culprit >= count)) {
            range_append(writer, records, count / 2);
            records += count / 2;
            count -= count / 2;
            continue;
        }
        refuse(writer, records[culprit], result.refusal);
        memmove(&records[culprit], &records[culprit + 1], (count - culprit - 1) * sizeof(*records));
        count--;
    }
}

void audit_commit_run(struct audit_writer *writer, struct audit_record **records, size_t count)
{
    range_append(writer, records, count);
}
