/* The inside of the writer, shared by recovery.c (start), commit.c (a batch) and writer.c (queue and thread).
 * Everything but what is marked belongs to the writer's thread, or to start before there is one. */
#ifndef AUDIT_WRITING_H
#define AUDIT_WRITING_H

#include "audit/edge.h"
#include "audit/high_water.h"
#include "audit/tree.h"
#include "audit/writer.h"
#include "base/queue.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    /* 1,024 entries complete at most four tiles of level 0 after the open one, and one of each level above. */
    WRITING_TILES_MAX = AUDIT_BATCH_RECORDS_MAX / AUDIT_TILE_WIDTH + 1 + AUDIT_TREE_LEVELS,
};

/* The next state of the log, built beside the present one until it is known to be durable. */
struct writing_next {
    struct audit_tree *tree;
    struct audit_head head;
    size_t tile_count;
    struct audit_tile tiles[WRITING_TILES_MAX];
    struct audit_tile_nodes nodes[WRITING_TILES_MAX];
};

struct audit_writer {
    struct audit_writer_config config;
    char *high_water_path, *program;
    struct audit_edge *edge;                /* any thread */
    struct base_queue *queue;               /* any thread */
    _Atomic(enum audit_writer_state) state; /* any thread */
    pthread_mutex_t status_mutex;           /* of what follows */
    struct audit_writer_status status;

    struct audit_high_water *high_water;
    struct audit_tree *tree; /* durable */
    struct audit_head head;  /* durable; size 0 and no checkpoint for an empty log */
    struct writing_next *next;
    bool is_unresolved; /* next was sent, and nobody knows what became of it */
    bool must_connect;
    bool has_thread, is_ended;
    pthread_t thread;
    int64_t last_append_us; /* monotonic */
    const struct audit_entry *entries[AUDIT_BATCH_RECORDS_MAX];
    struct audit_record *taken[AUDIT_BATCH_RECORDS_MAX];
};

/* recovery.c: reads the store, fills tree and head, opens the high-water file. READY leaves a log that may be written.
 */
enum audit_start audit_recovery_run(struct audit_writer *writer);

/* commit.c: appends records (at most one batch in number and weight) and answers every one of them. */
void audit_commit_run(struct audit_writer *writer, struct audit_record **records, size_t count);
/* Connects again when that is due, and finds out what became of an unresolved batch. True when the log can be written.
 */
bool audit_commit_reconnect(struct audit_writer *writer);
void audit_commit_state(struct audit_writer *writer, enum audit_writer_state state);

#endif
