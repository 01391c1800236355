/* A writer over a memory store, with records whose outcome is kept. For the unit tests of the writer. */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "audit/writer.h"
#include "tests/unit/audit/memory_store.h"

struct rig {
    char folder[64], high_water[96];
    struct audit_signer *signer;
    struct memory_store *memory;
    struct audit_store store;
    struct audit_writer_config config;
    struct audit_writer *writer; /* NULL while stopped */
};

struct rig_record {
    struct audit_record record;
    struct memory_beside beside;
    char leaf[64];
    char claim[64];
    bool is_answered; /* under the rig's mutex */
    enum audit_outcome outcome;
    uint64_t index;
};

/* A fresh folder, key and store; nothing is started. */
void rig_init(struct rig *rig);
/* Makes and starts a writer; rig->writer is set only when READY. */
enum audit_start rig_start(struct rig *rig);
void rig_stop(struct rig *rig);
/* Stops, frees, removes the folder. */
void rig_clear(struct rig *rig);

/* A record with a leaf of its own number. */
void rig_record_init(struct rig_record *record, unsigned number);
/* Queues it; asserts that it was taken. */
void rig_append(struct rig *rig, struct rig_record *record);
/* Waits for the answer (at most ten seconds). */
enum audit_outcome rig_wait(struct rig_record *record);
enum audit_outcome rig_append_wait(struct rig *rig, struct rig_record *record);
/* Waits until the writer is in that state. */
void rig_wait_state(struct rig *rig, enum audit_writer_state state);

/* The log in the store is whole: tree, root and signature of its head; every durable record of the list is there once
 * at its index, every record that was surely not appended is not there. */
void rig_check(struct rig *rig, struct rig_record *records, size_t count);

#endif
