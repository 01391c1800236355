#include "audit/writer.h"

#include "audit/leaf.h"
#include "audit/writing.h"
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>

enum { QUEUE_MAX_DEFAULT = 8192, RESOLVE_US_DEFAULT = 5000000, RETRY_US = 500000 };

void audit_record_init(struct audit_record *record, struct base_bytes leaf, const void *beside, size_t beside_bytes,
                       void (*done)(struct audit_record *record, enum audit_outcome outcome), void *owner)
{
    *record = (struct audit_record){
        .entry = {.leaf = leaf, .leaf_hash = audit_hash_leaf(leaf), .beside = beside, .beside_bytes = beside_bytes},
        .done = done,
        .owner = owner,
    };
}

static bool config_check(const struct audit_writer_config *config)
{
    return config->store && config->signer && config->high_water_path && config->clock.now_us &&
           config->heartbeat_us >= 0 && config->resolve_us >= 0;
}

static int writer_init(struct audit_writer *writer, const struct audit_writer_config *config)
{
    writer->config = *config;
    if (writer->config.queue_max == 0)
        writer->config.queue_max = QUEUE_MAX_DEFAULT;
    if (writer->config.resolve_us == 0)
        writer->config.resolve_us = RESOLVE_US_DEFAULT;
    writer->high_water_path = strdup(config->high_water_path);
    writer->program = strdup(config->program ? config->program : "");
    writer->next = calloc(1, sizeof(*writer->next));
    if (!writer->high_water_path || !writer->program || !writer->next)
        return -ENOMEM;
    int r = audit_tree_new(&writer->tree);
    if (r == 0)
        r = audit_tree_new(&writer->next->tree);
    if (r == 0)
        r = audit_edge_new(config->store, &writer->edge);
    if (r == 0)
        r = base_queue_new(writer->config.queue_max, &writer->queue);
    return r;
}

int audit_writer_new(const struct audit_writer_config *config, struct audit_writer **ret_writer)
{
    if (!config_check(config))
        return -EINVAL;
    struct audit_writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        return -ENOMEM;
    pthread_mutex_init(&writer->status_mutex, NULL);
    atomic_init(&writer->state, AUDIT_WRITER_STATE_STOPPED);
    int r = writer_init(writer, config);
    if (r < 0) {
        audit_writer_free(writer);
        return r;
    }
    *ret_writer = writer;
    return 0;
}

/* The writer's own records: short, and answered before the thread goes on. */
struct own_record {
    struct audit_record record;
    enum audit_outcome outcome;
};

static void own_done(struct audit_record *record, enum audit_outcome outcome)
{
    ((struct own_record *) record->owner)->outcome = outcome;
}

static int start_data(const struct audit_writer *writer, struct base_buffer *out)
{
    char vkey[AUDIT_VKEY_MAX];
    struct base_json json;
    audit_vkey_encode(audit_signer_vkey(writer->config.signer), vkey);
    base_json_begin(&json, out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "origin", audit_signer_vkey(writer->config.signer)->name);
    base_json_member_text(&json, "program", writer->program);
    base_json_member_text(&json, "vkey", vkey);
    base_json_object_end(&json);
    return base_json_end(&json);
}

static enum audit_outcome own_append(struct audit_writer *writer, enum audit_kind kind)
{
    BASE_CLEANUP(base_buffer_clear) struct base_buffer data;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer leaf;
    base_buffer_init(&data, 4096);
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    int r = kind == AUDIT_KIND_LOG_START ? start_data(writer, &data) : 0;
    struct audit_leaf_event event = {
        .kind = audit_kind_name(kind),
        .at_us = base_clock_now_us(&writer->config.clock),
        .data = base_buffer_view(&data),
    };
    if (r == 0)
        r = audit_leaf_event_encode(&event, &leaf);
    if (r < 0)
        return AUDIT_OUTCOME_POISON;
    const void *beside = NULL;
    size_t beside_bytes = 0;
    if (writer->config.beside)
        writer->config.beside(writer->config.beside_context, event.kind, event.at_us, &beside, &beside_bytes);
    struct own_record own = {.outcome = AUDIT_OUTCOME_UNKNOWN};
    audit_record_init(&own.record, base_buffer_view(&leaf), beside, beside_bytes, own_done, &own);
    struct audit_record *record = &own.record;
    audit_commit_run(writer, &record, 1);
    return own.outcome;
}

static size_t weight(const struct audit_record *record)
{
    return record->entry.leaf.len + record->entry.beside_bytes;
}

/* Cuts what was taken from the queue into batches by weight. */
static void taken_append(struct audit_writer *writer, size_t count)
{
    size_t begin = 0;
    while (begin < count) {
        size_t end = begin + 1;
        size_t bytes = weight(writer->taken[begin]);
        while (end < count && bytes + weight(writer->taken[end]) <= AUDIT_BATCH_BYTES_MAX)
            bytes += weight(writer->taken[end++]);
        audit_commit_run(writer, writer->taken + begin, end - begin);
        begin = end;
    }
}

/* How long the thread may wait for records: until the next heartbeat, or the next try to reach the store. */
static long wait_us(const struct audit_writer *writer)
{
    switch (atomic_load(&writer->state)) {
    case AUDIT_WRITER_STATE_STOPPED:
        return -1;
    case AUDIT_WRITER_STATE_UNAVAILABLE:
        return RETRY_US;
    case AUDIT_WRITER_STATE_RUNNING:
        break;
    }
    if (writer->config.heartbeat_us == 0)
        return -1;
    int64_t left = writer->last_append_us + writer->config.heartbeat_us - base_clock_monotonic_us();
    return left > 0 ? (long) left : 0;
}

static void idle(struct audit_writer *writer)
{
    if (!audit_commit_reconnect(writer))
        return;
    if (writer->config.heartbeat_us > 0 &&
        base_clock_monotonic_us() - writer->last_append_us >= writer->config.heartbeat_us)
        (void) own_append(writer, AUDIT_KIND_LOG_HEARTBEAT);
    /* One that could not be appended is not tried again at once. */
    if (base_clock_monotonic_us() - writer->last_append_us >= writer->config.heartbeat_us)
        writer->last_append_us = base_clock_monotonic_us();
}

static void *run(void *context)
{
    struct audit_writer *writer = context;
    for (;;) {
        size_t count;
        int r = base_queue_take_many(writer->queue, wait_us(writer), (void **) writer->taken, AUDIT_BATCH_RECORDS_MAX,
                                     &count);
        if (r == BASE_QUEUE_CLOSED)
            return NULL;
        if (r == BASE_QUEUE_TIMEOUT)
            idle(writer);
        else
            taken_append(writer, count);
    }
}

enum audit_start audit_writer_start(struct audit_writer *writer)
{
    if (writer->has_thread || writer->is_ended)
        return AUDIT_START_BUSY;
    writer->must_connect = false;
    writer->is_unresolved = false;
    enum audit_start start = audit_recovery_run(writer);
    if (start != AUDIT_START_READY)
        return start;
    pthread_mutex_lock(&writer->status_mutex);
    writer->status.size = writer->head.size;
    pthread_mutex_unlock(&writer->status_mutex);
    writer->last_append_us = base_clock_monotonic_us();
    audit_commit_state(writer, AUDIT_WRITER_STATE_RUNNING);
    bool is_open = own_append(writer, AUDIT_KIND_LOG_START) == AUDIT_OUTCOME_DURABLE;
    if (is_open)
        writer->has_thread = pthread_create(&writer->thread, NULL, run, writer) == 0;
    if (writer->has_thread)
        return AUDIT_START_READY;
    audit_commit_state(writer, AUDIT_WRITER_STATE_STOPPED);
    return AUDIT_START_UNAVAILABLE;
}

void audit_writer_stop(struct audit_writer *writer)
{
    writer->is_ended = true;
    base_queue_close(writer->queue);
    if (writer->has_thread)
        pthread_join(writer->thread, NULL);
    writer->has_thread = false;
    audit_commit_state(writer, AUDIT_WRITER_STATE_STOPPED);
}

void audit_writer_free(struct audit_writer *writer)
{
    if (!writer)
        return;
    if (writer->queue)
        audit_writer_stop(writer);
    base_queue_free(writer->queue);
    audit_edge_free(writer->edge);
    audit_high_water_free(writer->high_water);
    audit_tree_free(writer->tree);
    if (writer->next)
        audit_tree_free(writer->next->tree);
    free(writer->next);
    free(writer->program);
    free(writer->high_water_path);
    pthread_mutex_destroy(&writer->status_mutex);
    free(writer);
}

int audit_writer_append(struct audit_writer *writer, struct audit_record *take_record)
{
    const struct audit_entry *entry = &take_record->entry;
    if (entry->leaf.len == 0 || entry->leaf.len > AUDIT_LEAF_MAX ||
        entry->beside_bytes > AUDIT_BATCH_BYTES_MAX - entry->leaf.len)
        return -EMSGSIZE;
    if (atomic_load(&writer->state) == AUDIT_WRITER_STATE_STOPPED)
        return AUDIT_WRITER_STOPPED;
    switch (base_queue_put(writer->queue, take_record)) {
    case 0:
        return 0;
    case BASE_QUEUE_FULL:
        return AUDIT_WRITER_FULL;
    default:
        return AUDIT_WRITER_STOPPED;
    }
}

/* One who waits for a record of its own. */
struct waiting {
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    bool is_answered;
    enum audit_outcome outcome;
};

static void waiting_done(struct audit_record *record, enum audit_outcome outcome)
{
    struct waiting *waiting = record->owner;
    pthread_mutex_lock(&waiting->mutex);
    waiting->outcome = outcome;
    waiting->is_answered = true;
    pthread_cond_signal(&waiting->answered);
    pthread_mutex_unlock(&waiting->mutex);
}

enum audit_outcome audit_writer_append_wait(struct audit_writer *writer, struct audit_record *record)
{
    struct waiting waiting = {.mutex = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER};
    record->done = waiting_done;
    record->owner = &waiting;
    if (audit_writer_append(writer, record) != 0)
        return AUDIT_OUTCOME_UNAVAILABLE;
    pthread_mutex_lock(&waiting.mutex);
    while (!waiting.is_answered)
        pthread_cond_wait(&waiting.answered, &waiting.mutex);
    pthread_mutex_unlock(&waiting.mutex);
    pthread_cond_destroy(&waiting.answered);
    pthread_mutex_destroy(&waiting.mutex);
    return waiting.outcome;
}

void audit_writer_status_read(struct audit_writer *writer, struct audit_writer_status *ret_status)
{
    pthread_mutex_lock(&writer->status_mutex);
    *ret_status = writer->status;
    pthread_mutex_unlock(&writer->status_mutex);
    ret_status->state = atomic_load(&writer->state);
    ret_status->queued = base_queue_length(writer->queue);
}

int audit_writer_head_read(struct audit_writer *writer, struct audit_head *ret_head)
{
    return audit_edge_head_read(writer->edge, ret_head);
}

int audit_writer_proofs(struct audit_writer *writer, const uint64_t *indexes, const struct base_bytes *leaves,
                        size_t count, struct base_buffer *texts)
{
    return audit_edge_proofs(writer->edge, indexes, leaves, count, texts);
}

int audit_writer_tile_read(struct audit_writer *writer, unsigned level, uint64_t index, unsigned width,
                           struct audit_hash ret_hashes[AUDIT_TILE_WIDTH])
{
    return audit_edge_tile_read(writer->edge, level, index, width, ret_hashes);
}
