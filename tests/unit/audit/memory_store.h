/* A log's store in memory that checks every batch it is given and fails on demand. For unit tests and benchmarks. */
#ifndef TESTS_MEMORY_STORE_H
#define TESTS_MEMORY_STORE_H

#include "audit/store.h"

struct memory_store;

/* What becomes of one call of batch_append(). */
enum memory_fault {
    MEMORY_FAULT_NONE = 0,
    MEMORY_FAULT_LOST_BEFORE,  /* nothing committed, connection lost: UNKNOWN */
    MEMORY_FAULT_LOST_AFTER,   /* committed, connection lost: UNKNOWN */
    MEMORY_FAULT_WARNING,      /* committed, but the COMMIT came with a warning: UNKNOWN */
    MEMORY_FAULT_NOT_SENT,     /* connection found to be lost before anything was sent */
    MEMORY_FAULT_LATE,         /* UNKNOWN, and committed only when the next batch comes in */
    MEMORY_FAULT_FOREIGN,      /* another writer's batch came first: CONFLICT */
    MEMORY_FAULT_FOREIGN_LOST, /* the same, and the connection is lost: UNKNOWN */
};

/* What a test stores beside an entry; NULL for nothing. */
struct memory_beside {
    const char *claim;          /* refused when it was claimed before */
    enum audit_refusal refusal; /* with is_refused */
    bool is_refused;
    bool is_anonymous; /* the store cannot say which entry it was */
};

struct memory_store *memory_store_new(void);
void memory_store_free(struct memory_store *store);
struct audit_store memory_store_audit(struct memory_store *store);

/* The fault of the batch_append() calls to come, in order; none after. */
void memory_store_faults(struct memory_store *store, const enum memory_fault *faults, size_t count);
/* The next so many calls fail. */
void memory_store_connect_fails(struct memory_store *store, int count, int error);
void memory_store_barrier_fails(struct memory_store *store, int count);
/* While held, batch_append() waits. */
void memory_store_hold(struct memory_store *store, bool is_held);
/* Waits until batch_append() is being held. */
void memory_store_wait_held(struct memory_store *store);

uint64_t memory_store_size(struct memory_store *store);
/* Borrowed until the store changes. */
struct base_bytes memory_store_leaf(struct memory_store *store, uint64_t index);
/* How often a leaf is in the log. */
size_t memory_store_count(struct memory_store *store, struct base_bytes leaf);
uint64_t memory_store_batches(struct memory_store *store);

/* Damage: sets the log back to the head of that size, which must be one; changes a byte of a leaf; changes a stored
 * tile's own hash and hashes; replaces the newest head. */
void memory_store_set_back(struct memory_store *store, uint64_t size);
void memory_store_spoil_leaf(struct memory_store *store, uint64_t index);
void memory_store_spoil_tile(struct memory_store *store, unsigned level, uint64_t index);
void memory_store_head_set(struct memory_store *store, const struct audit_head *head);

#endif
