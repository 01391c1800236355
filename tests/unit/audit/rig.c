#include "tests/unit/audit/rig.h"

#include "audit/checkpoint.h"
#include "tests/unit/audit/memory_tree.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;

void rig_init(struct rig *rig)
{
    static const uint8_t seed[AUDIT_KEY_BYTES] = {7};
    /* In memory where possible: these tests are about order, not about disks. */
    *rig = (struct rig){.folder = "/dev/shm/qao-audit-XXXXXX"};
    if (!mkdtemp(rig->folder)) {
        strcpy(rig->folder, "/tmp/qao-audit-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(rig->folder));
    }
    snprintf(rig->high_water, sizeof(rig->high_water), "%s/high-water", rig->folder);
    ck_assert_int_eq(base_clock_zone_init(), 0);
    ck_assert_int_eq(audit_signer_new("qao.example/log", seed, &rig->signer), 0);
    rig->memory = memory_store_new();
    rig->store = memory_store_audit(rig->memory);
    rig->config = (struct audit_writer_config){
        .store = &rig->store,
        .signer = rig->signer,
        .high_water_path = rig->high_water,
        .clock = base_clock_system(),
        .program = "test/1",
    };
}

enum audit_start rig_start(struct rig *rig)
{
    struct audit_writer *writer;
    ck_assert_int_eq(audit_writer_new(&rig->config, &writer), 0);
    enum audit_start start = audit_writer_start(writer);
    if (start == AUDIT_START_READY)
        rig->writer = writer;
    else
        audit_writer_free(writer);
    return start;
}

void rig_stop(struct rig *rig)
{
    audit_writer_free(rig->writer);
    rig->writer = NULL;
}

void rig_clear(struct rig *rig)
{
    rig_stop(rig);
    memory_store_free(rig->memory);
    audit_signer_free(rig->signer);
    unlink(rig->high_water);
    rmdir(rig->folder);
}

static void record_done(struct audit_record *record, enum audit_outcome outcome)
{
    struct rig_record *own = record->owner;
    pthread_mutex_lock(&mutex);
    ck_assert_msg(!own->is_answered, "answered twice");
    own->is_answered = true;
    own->outcome = outcome;
    own->index = record->index;
    pthread_cond_broadcast(&answered);
    pthread_mutex_unlock(&mutex);
}

void rig_record_init(struct rig_record *record, unsigned number)
{
    *record = (struct rig_record){.outcome = AUDIT_OUTCOME_UNKNOWN};
    snprintf(record->leaf, sizeof(record->leaf), "record %u", number);
    audit_record_init(&record->record, base_bytes_text(record->leaf), &record->beside, sizeof(record->beside),
                      record_done, record);
}

void rig_append(struct rig *rig, struct rig_record *record)
{
    ck_assert_int_eq(audit_writer_append(rig->writer, &record->record), 0);
}

enum audit_outcome rig_wait(struct rig_record *record)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 10;
    pthread_mutex_lock(&mutex);
    while (!record->is_answered)
        ck_assert_int_eq(pthread_cond_timedwait(&answered, &mutex, &end), 0);
    enum audit_outcome outcome = record->outcome;
    pthread_mutex_unlock(&mutex);
    return outcome;
}

enum audit_outcome rig_append_wait(struct rig *rig, struct rig_record *record)
{
    rig_append(rig, record);
    return rig_wait(record);
}

void rig_wait_state(struct rig *rig, enum audit_writer_state state)
{
    struct audit_writer_status status;
    int64_t end_us = base_clock_monotonic_us() + 10000000;
    do {
        ck_assert_msg(base_clock_monotonic_us() < end_us, "state was not reached");
        usleep(1000);
        audit_writer_status_read(rig->writer, &status);
    } while (status.state != state);
}

void rig_check(struct rig *rig, struct rig_record *records, size_t count)
{
    uint64_t size = memory_store_size(rig->memory);
    struct audit_hash *leaves = calloc(size + 1, sizeof(*leaves));
    for (uint64_t i = 0; i < size; i++)
        leaves[i] = audit_hash_leaf(memory_store_leaf(rig->memory, i));
    struct audit_head head;
    ck_assert_int_eq(rig->store.connect(rig->store.context), 0);
    ck_assert_int_eq(rig->store.head_read(rig->store.context, &head), 0);
    struct audit_hash root = plain_root(leaves, size);
    ck_assert_uint_eq(head.size, size);
    ck_assert(audit_hash_equal(&head.root, &root));
    ck_assert_int_eq(audit_head_verify(&head, audit_signer_vkey(rig->signer)), AUDIT_NOTE_VERIFIED);
    free(leaves);
    for (size_t i = 0; i < count; i++) {
        struct base_bytes leaf = base_bytes_text(records[i].leaf);
        size_t times = memory_store_count(rig->memory, leaf);
        if (records[i].outcome == AUDIT_OUTCOME_DURABLE) {
            ck_assert_msg(times == 1, "%s: durable, and %zu times in the log", records[i].leaf, times);
            ck_assert(base_bytes_equal(memory_store_leaf(rig->memory, records[i].index), leaf));
        } else if (records[i].outcome == AUDIT_OUTCOME_UNKNOWN) {
            ck_assert_msg(times <= 1, "%s: twice in the log", records[i].leaf);
        } else {
            ck_assert_msg(times == 0, "%s: refused, and in the log", records[i].leaf);
        }
    }
}
